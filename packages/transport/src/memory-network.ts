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

type Flow = { messages: number; bytes: number };

/** One direction between two members, and what is in flight on each of its lanes: what the bounds are about. */
type Way = { isBlocked: boolean; readonly flows: readonly Flow[] };

export class MemoryNetwork {
  readonly #onEnvelope: (envelope: Envelope) => void;
  readonly #transports: Map<NodeId, MemoryTransport> = new Map();
  /** With the flow that each is a part of. */
  readonly #inFlight: Map<Envelope, Flow> = new Map();
  /** By sender, then by receiver. */
  readonly #ways: Map<NodeId, Map<NodeId, Way>> = new Map();
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
    return transport;
  }

  /** All envelopes in flight, in the order of sending. A snapshot of the moment: safe to keep. */
  inFlight(): Envelope[] {
    return [...this.#inFlight.keys()];
  }

  /** Whether an envelope is still in flight. */
  isInFlight(envelope: Envelope): boolean {
    return this.#inFlight.has(envelope);
  }

  /**
   * Hands an envelope to its receiver. One that is gone, isolated or has tombstoned the sender does not take it: that
   * is a drop with a report. Envelopes over a blocked way are delivered all the same; drop them if they must not be.
   */
  deliver(envelope: Envelope): void {
    if (envelope.kind === "snapshot") throw new RangeError("a snapshot is delivered by deliverSnapshot");
    this.#land(envelope);
    const receiver = this.#transports.get(envelope.to);
    if (receiver?.takes(envelope.from) === true) receiver.receive(envelope);
    else this.#transports.get(envelope.from)?.onLost(envelope);
  }

  /**
   * Streams a snapshot from its source into the receiver's sink; resolves when sender and receiver were told. With
   * `cutAtBytes` the stream breaks as soon as that many bytes of the whole are stored: the transfer fails and the sink
   * keeps what it has.
   */
  async deliverSnapshot(envelope: Envelope, options: { readonly cutAtBytes?: number } = {}): Promise<void> {
    if (envelope.kind !== "snapshot") throw new RangeError("only a snapshot is delivered by deliverSnapshot");
    this.#land(envelope);
    const sender = this.#transports.get(envelope.from);
    const receiver = this.#transports.get(envelope.to);
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
    if (!this.#inFlight.has(envelope)) throw new RangeError(`envelope ${envelope.sequence} is not in flight`);
    return this.#takeOff(envelope, this.flow(envelope.from, envelope.to, envelope.lane));
  }

  /** Blocks one direction: what is sent from now on is lost with a report, and the peer counts as not connected. */
  block(from: NodeId, to: NodeId): void {
    this.#way(from, to).isBlocked = true;
  }

  /** Opens a direction again. */
  unblock(from: NodeId, to: NodeId): void {
    this.#way(from, to).isBlocked = false;
  }

  // --- for MemoryTransport

  /** Whether what is sent now could arrive. */
  isOpen(from: NodeId, to: NodeId): boolean {
    return !this.#way(from, to).isBlocked && this.#transports.get(to)?.takes(from) === true;
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
  dispatch(fields: Omit<Envelope, "sequence">, limits: QueueLimits): Envelope | null {
    const flow = this.flow(fields.from, fields.to, fields.lane);
    const isFull =
      flow.messages > 0 &&
      (flow.messages >= limits.messagesMax || flow.bytes + fields.payload.length > limits.bytesMax);
    if (!isFull) {
      this.#takeOff(fields, flow);
      return null;
    }
    if (fields.lane !== laneName(Lane.urgent)) return { ...fields, sequence: 0 };
    for (const [envelope, other] of this.#inFlight) {
      if (other !== flow) continue;
      this.#land(envelope);
      this.#takeOff(fields, flow);
      return envelope;
    }
    return null;
  }

  /** What is in flight on one lane. */
  flow(from: NodeId, to: NodeId, lane: LaneName): Flow {
    return this.#way(from, to).flows[Lane[lane]] as Flow;
  }

  #way(from: NodeId, to: NodeId): Way {
    let ways = this.#ways.get(from);
    if (ways === undefined) {
      ways = new Map();
      this.#ways.set(from, ways);
    }
    let way = ways.get(to);
    if (way === undefined) {
      const flows = Object.keys(Lane).map((): Flow => ({ messages: 0, bytes: 0 }));
      way = { isBlocked: false, flows };
      ways.set(to, way);
    }
    return way;
  }

  /** A member's end closed: what it has in flight goes on, and is told to nobody. */
  detach(transport: MemoryTransport): void {
    if (this.#transports.get(transport.self) === transport) this.#transports.delete(transport.self);
  }

  #takeOff(fields: Omit<Envelope, "sequence">, flow: Flow): Envelope {
    const { kind, from, to, lane, payload } = fields;
    const envelope: Envelope = { sequence: ++this.#lastSequence, kind, from, to, lane, payload };
    this.#inFlight.set(envelope, flow);
    flow.messages++;
    flow.bytes += payload.length;
    this.#onEnvelope(envelope);
    return envelope;
  }

  #land(envelope: Envelope): void {
    const flow = this.#inFlight.get(envelope);
    if (flow === undefined) throw new RangeError(`envelope ${envelope.sequence} is not in flight`);
    this.#inFlight.delete(envelope);
    flow.messages--;
    flow.bytes -= envelope.payload.length;
  }
}
