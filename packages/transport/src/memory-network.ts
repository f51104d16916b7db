/**
 * A network in memory, for tests and simulation: nothing moves unless the caller moves it.
 *
 * What members send becomes envelopes in flight. The caller delivers, drops, duplicates or delays each of them, in any
 * order. There is no time, no timer and no chance in here; whatever a transport does later it does by its own clock.
 * Messages travel encoded, so that no two members ever share an object.
 */

import type { NodeId } from "@quorate/raft";
import { Lane, type LaneName, laneName } from "./lane.ts";
import type { QueueLimits } from "./limits.ts";
import { MemoryTransport, type MemoryTransportOptions } from "./memory-transport.ts";
import { rejected } from "./transport-error.ts";

/** What an envelope carries. Only messages may be duplicated: the real network never doubles anything else. */
export type EnvelopeKind = "message" | "request" | "response" | "ping" | "pong" | "snapshot";

/** Something in flight. Compared by identity. */
export type Envelope = {
  /** In the order of sending, over the whole network. */
  readonly sequence: number;
  readonly kind: EnvelopeKind;
  readonly from: NodeId;
  readonly to: NodeId;
  /** Number of the way from the one to the other, counted from 0: by it a caller finds what it knows of that way. */
  readonly wayNumber: number;
  readonly lane: LaneName;
  /** Encoded as on the wire. Not to be changed. */
  readonly payload: Uint8Array;
};

export type MemoryNetworkOptions = {
  /** Told of every envelope that takes off: where a simulation plans its delivery. Must not deliver from inside. */
  readonly onEnvelope?: (envelope: Envelope) => void;
};

/** How a dropped envelope shows at its sender. */
export type DropOptions = {
  /**
   * True (the default): as a lost connection shows, at once. False: not at all; a request then ends by its timeout.
   * Snapshots always get a result.
   */
  readonly report?: boolean;
};

/** What is in flight on one lane of a way. */
export type Flow = { messages: number; bytes: number };

/** One direction between two members. */
export type Way = {
  readonly number: number;
  readonly from: NodeId;
  readonly to: NodeId;
  isBlocked: boolean;
  /** The end that it leads to; undefined while that is not attached. */
  receiver: MemoryTransport | undefined;
  /** By lane: what the bounds are about. */
  readonly flows: readonly Flow[];
};

/** An envelope as the network keeps it: a link of the chain of what is in flight, oldest first. */
type Flying = Envelope & {
  sequence: number;
  readonly way: Way;
  readonly flow: Flow;
  isInFlight: boolean;
  older: Flying | null;
  newer: Flying | null;
};

export class MemoryNetwork {
  readonly #onEnvelope: (envelope: Envelope) => void;
  readonly #transports: Map<NodeId, MemoryTransport> = new Map();
  #oldest: Flying | null = null;
  #newest: Flying | null = null;
  /** By sender, then by receiver. */
  readonly #ways: Map<NodeId, Map<NodeId, Way>> = new Map();
  #wayCount = 0;
  #lastSequence = 0;

  constructor(options: MemoryNetworkOptions = {}) {
    this.#onEnvelope = options.onEnvelope ?? (() => {});
  }

  /** Makes a member's end. A member that comes back after a close gets a new one. */
  attach(options: MemoryTransportOptions): MemoryTransport {
    if (this.#transports.has(options.self))
      throw new RangeError(`member ${options.self} is attached already`);
    const transport = new MemoryTransport(this, options);
    this.#transports.set(options.self, transport);
    this.#leadTo(options.self, transport);
    return transport;
  }

  /** All envelopes in flight, in the order of sending. A snapshot of the moment: safe to keep. */
  inFlight(): Envelope[] {
    const envelopes: Envelope[] = [];
    for (let each = this.#oldest; each !== null; each = each.newer) envelopes.push(each);
    return envelopes;
  }

  /** Whether an envelope is still in flight. */
  isInFlight(envelope: Envelope): boolean {
    return flying(envelope).isInFlight;
  }

  /**
   * Hands an envelope to its receiver. One that is gone, isolated or has tombstoned the sender does not take it: that
   * is a drop with a report. Envelopes over a blocked way are delivered all the same; drop them if they must not be.
   */
  deliver(envelope: Envelope): void {
    if (envelope.kind === "snapshot") throw new RangeError("a snapshot is delivered by deliverSnapshot");
    const { receiver } = this.#land(envelope);
    if (receiver?.receive(envelope) !== true) this.#transports.get(envelope.from)?.onLost(envelope);
  }

  /**
   * Streams a snapshot from its source into the receiver's sink; resolves when sender and receiver were told. With
   * `cutAtBytes` the stream breaks as soon as that many bytes of the whole are stored: the transfer fails and the sink
   * keeps what it has.
   */
  async deliverSnapshot(envelope: Envelope, options: { readonly cutAtBytes?: number } = {}): Promise<void> {
    if (envelope.kind !== "snapshot") throw new RangeError("only a snapshot is delivered by deliverSnapshot");
    const { receiver } = this.#land(envelope);
    const sender = this.#transports.get(envelope.from);
    if (sender === undefined) return;
    if (receiver?.takes(envelope.from) !== true) sender.onLost(envelope);
    else await sender.stream(envelope, receiver, options.cutAtBytes ?? Number.POSITIVE_INFINITY);
  }

  /**
   * Asks a member without being one. It arrives at once and is never lost: there is no sender whose link could be blocked.
   * @throws TransportError `unreachable`, or whatever the member's handler throws
   */
  async inquire(to: NodeId, bytes: Uint8Array): Promise<Uint8Array> {
    const receiver = this.#transports.get(to);
    if (receiver === undefined) return rejected("unreachable", `nobody listens as member ${to}`);
    const handler = receiver.inquiryHandler;
    if (handler === undefined) return rejected("refused", `member ${to} answers no inquiries`);
    return (await handler(bytes.slice())).slice();
  }

  /** Loses an envelope. */
  drop(envelope: Envelope, options: DropOptions = {}): void {
    this.#land(envelope);
    if ((options.report ?? true) || envelope.kind === "snapshot") {
      this.#transports.get(envelope.from)?.onLost(envelope);
    }
  }

  /** Doubles a message; both are in flight then. */
  duplicate(envelope: Envelope): Envelope {
    if (envelope.kind !== "message") throw new RangeError(`a ${envelope.kind} is never doubled`);
    const { isInFlight, way, lane, payload } = flying(envelope);
    if (!isInFlight) throw new RangeError(`envelope ${envelope.sequence} is not in flight`);
    return this.#takeOff(makeEnvelope(way, envelope.kind, Lane[lane], payload));
  }

  /** Blocks one direction: what is sent from now on is lost with a report, and the peer counts as not connected. */
  block(from: NodeId, to: NodeId): void {
    this.way(from, to).isBlocked = true;
  }

  /** Opens a direction again. */
  unblock(from: NodeId, to: NodeId): void {
    this.way(from, to).isBlocked = false;
  }

  // --- for MemoryTransport

  /** Whether what is sent now could arrive. */
  isOpen(way: Way): boolean {
    return !way.isBlocked && way.receiver?.takes(way.from) === true;
  }

  /** The other end; undefined if it is not attached. */
  transport(id: NodeId): MemoryTransport | undefined {
    return this.#transports.get(id);
  }

  /**
   * Puts something in flight, or drops by the lane's rule what has to give way.
   *
   * @returns the envelope that was given up, if any; it may be the new one
   */
  dispatch(
    way: Way,
    kind: EnvelopeKind,
    lane: Lane,
    payload: Uint8Array,
    limits: QueueLimits,
  ): Envelope | null {
    const envelope = makeEnvelope(way, kind, lane, payload);
    const { flow } = envelope;
    const isFull =
      flow.messages > 0 &&
      (flow.messages >= limits.messagesMax || flow.bytes + payload.length > limits.bytesMax);
    if (!isFull) {
      this.#takeOff(envelope);
      return null;
    }
    if (lane !== Lane.urgent) return envelope;
    for (let each = this.#oldest; each !== null; each = each.newer) {
      if (each.flow !== flow) continue;
      this.#land(each);
      this.#takeOff(envelope);
      return each;
    }
    return null;
  }

  /** One direction; the same object for as long as the network lasts. */
  way(from: NodeId, to: NodeId): Way {
    let ways = this.#ways.get(from);
    if (ways === undefined) {
      ways = new Map();
      this.#ways.set(from, ways);
    }
    let way = ways.get(to);
    if (way === undefined) {
      const flows = Object.keys(Lane).map((): Flow => ({ messages: 0, bytes: 0 }));
      const receiver = this.#transports.get(to);
      way = { number: this.#wayCount++, from, to, isBlocked: false, receiver, flows };
      ways.set(to, way);
    }
    return way;
  }

  /** A member's end closed: what it has in flight goes on, and is told to nobody. */
  detach(transport: MemoryTransport): void {
    if (this.#transports.get(transport.self) !== transport) return;
    this.#transports.delete(transport.self);
    this.#leadTo(transport.self, undefined);
  }

  #leadTo(to: NodeId, receiver: MemoryTransport | undefined): void {
    for (const ways of this.#ways.values()) {
      const way = ways.get(to);
      if (way !== undefined) way.receiver = receiver;
    }
  }

  #takeOff(envelope: Flying): Envelope {
    const { flow } = envelope;
    envelope.sequence = ++this.#lastSequence;
    envelope.isInFlight = true;
    envelope.older = this.#newest;
    if (this.#newest === null) this.#oldest = envelope;
    else this.#newest.newer = envelope;
    this.#newest = envelope;
    flow.messages++;
    flow.bytes += envelope.payload.length;
    this.#onEnvelope(envelope);
    return envelope;
  }

  /** Returns the way that it was on. */
  #land(landing: Envelope): Way {
    const envelope = flying(landing);
    if (!envelope.isInFlight) throw new RangeError(`envelope ${envelope.sequence} is not in flight`);
    const { older, newer, flow } = envelope;
    if (older === null) this.#oldest = newer;
    else older.newer = newer;
    if (newer === null) this.#newest = older;
    else newer.older = older;
    // Whoever keeps it longer shall not keep its neighbours.
    envelope.older = null;
    envelope.newer = null;
    envelope.isInFlight = false;
    flow.messages--;
    flow.bytes -= envelope.payload.length;
    return envelope.way;
  }
}

/** Every envelope is made here. */
function flying(envelope: Envelope): Flying {
  return envelope as Flying;
}

function makeEnvelope(way: Way, kind: EnvelopeKind, lane: Lane, payload: Uint8Array): Flying {
  return {
    sequence: 0,
    kind,
    from: way.from,
    to: way.to,
    wayNumber: way.number,
    lane: laneName(lane),
    payload,
    way,
    flow: way.flows[lane] as Flow,
    isInFlight: false,
    older: null,
    newer: null,
  };
}
