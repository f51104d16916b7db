/**
 * One peer: the links to it, the connections from it, and what is measured of it.
 */

import type { Message, NodeId } from "@quorate/raft";
import { noData } from "@quorate/raft";
import { parseAddress } from "./address.ts";
import { ClockOffset } from "./clock-offset.ts";
import type { Connection } from "./connection.ts";
import type { Environment } from "./environment.ts";
import { FrameType, type Unit } from "./frame.ts";
import { Lane, laneName, laneOf } from "./lane.ts";
import { LaneWriter } from "./lane-writer.ts";
import { Link } from "./link.ts";
import { messageBytes } from "./message-codec.ts";
import {
  decodePing,
  decodePong,
  decodeRequest,
  decodeResponse,
  encodePing,
  encodePong,
  encodeResponse,
  envelopeBytesMax,
  type ResponsePayload,
} from "./payload.ts";
import { RequestServer } from "./request-server.ts";
import type { RequestTable } from "./request-table.ts";
import { RoundTrip } from "./round-trip.ts";
import type { Outgoing } from "./send-queue.ts";
import type { SnapshotReceiver } from "./snapshot-receiver.ts";
import type { SnapshotSender } from "./snapshot-sender.ts";
import type { PeerStats, TransportHandlers } from "./transport.ts";
import { TransportError, WireError } from "./transport-error.ts";

/** What a peer needs of the transport. */
export type PeerOwner = {
  readonly requests: RequestTable;
  handlers(): TransportHandlers | null;
  /** Messages were or may have been lost. */
  onUnreachable(peer: NodeId): void;
  /** A batch came. @throws WireError if one of its messages is not the peer's to send. */
  onMessages(peer: NodeId, payload: Uint8Array): void;
  acceptSnapshot(connection: Connection): SnapshotReceiver;
  /** A connection from it ended. */
  onIncomingClosed(peer: Peer): void;
};

/** A connection from the peer, and the answers that wait for it. */
type Incoming = { readonly connection: Connection; readonly writer: LaneWriter };

/** Lanes with a link of their own. */
type LinkLane = typeof Lane.urgent | typeof Lane.bulk;

const nobody: readonly string[] = [];

export class Peer {
  readonly id: NodeId;
  /** Let in without having been announced; gone when its connections are. */
  isProvisional: boolean;
  snapshot: SnapshotSender | null = null;
  addresses: readonly string[] = nobody;
  readonly #environment: Environment;
  readonly #owner: PeerOwner;
  readonly #links: readonly [Link, Link];
  readonly #incoming: Map<Lane, Incoming> = new Map();
  readonly #roundTrip: RoundTrip = new RoundTrip();
  readonly #clockOffset: ClockOffset = new ClockOffset();
  readonly #server: RequestServer;
  #incarnation: number | null = null;
  #protocolVersion: number | null = null;
  #heardAtMs: number | null = null;
  #droppedMessages = 0;
  /** Dropped at the bound since the last `pump`, by lane: one event for all of them. */
  readonly #overflowed: [number, number] = [0, 0];
  /** Of connections that have ended. */
  #pastSentBytes = 0;
  #pastReceivedBytes = 0;

  constructor(environment: Environment, id: NodeId, isProvisional: boolean, owner: PeerOwner) {
    this.id = id;
    this.isProvisional = isProvisional;
    this.#environment = environment;
    this.#owner = owner;
    const { limits } = environment;
    this.#server = new RequestServer(id, {
      servedMax: limits.requestsServedMax,
      responseBytesMax: limits.unitBytesMax - envelopeBytesMax,
    });
    this.#links = [this.#makeLink(Lane.urgent), this.#makeLink(Lane.bulk)];
  }

  get hasIncoming(): boolean {
    return this.#incoming.size > 0;
  }

  /** Sets where it is. Addresses that a peer gave itself may be nonsense: those are left out. */
  setAddresses(addresses: readonly string[]): void {
    this.addresses = this.isProvisional ? addresses.filter(isAddress) : addresses;
    for (const link of this.#links) link.setAddresses(this.addresses);
  }

  /** Sends a message that is not a snapshot. */
  send(message: Message): void {
    const sizeBytes = messageBytes(message);
    const lane = laneOf(message.type) === Lane.urgent ? Lane.urgent : Lane.bulk;
    if (sizeBytes > this.#environment.limits.unitBytesMax) {
      this.#noteDropped();
      this.#emitDropped(lane, "too-large", 1);
      return;
    }
    const item: Outgoing = { message, type: FrameType.messages, payload: noData, sizeBytes, requestId: 0 };
    if (!this.#link(lane).send(item)) {
      this.#noteDropped();
    }
  }

  /** Sends what `send` queued. Apart, so that messages of one batch share frames. */
  pump(): void {
    for (const link of this.#links) link.writer.pump();
    for (const lane of [Lane.urgent, Lane.bulk] as const) {
      const count = this.#overflowed[lane];
      this.#overflowed[lane] = 0;
      if (count > 0) this.#emitDropped(lane, "queue-full", count);
    }
  }

  /** Sends a request; false if there is no connection in sight. */
  sendRequest(id: number, payload: Uint8Array): boolean {
    const lane = this.#laneFor(payload.length);
    const link = this.#link(lane);
    const sent = link.send(unitOf(FrameType.request, payload, id));
    link.writer.pump();
    return sent;
  }

  /** Takes a request out of its queue. */
  forgetRequest(id: number): void {
    for (const link of this.#links) if (link.writer.queue.remove(id)) return;
  }

  /** Takes over a connection from the peer; one in the same lane before it is superseded. */
  adopt(connection: Connection, rest: Uint8Array): void {
    const { lane, incarnation, version } = connection.identity;
    this.#noteIdentity(incarnation, version);
    const { limits } = this.#environment;
    const queueLimits = lane === Lane.urgent ? limits.urgentQueue : limits.bulkQueue;
    const writer = new LaneWriter(limits, queueLimits, "newest", { onDrop: () => {}, onSent: () => {} });
    const incoming: Incoming = { connection, writer };
    const before = this.#incoming.get(lane);
    this.#incoming.set(lane, incoming);
    before?.connection.close("superseded", `a new connection of incarnation ${incarnation} took its place`);
    const receiver = lane === Lane.snapshot ? this.#owner.acceptSnapshot(connection) : null;
    connection.start(
      {
        onUnit: (unit) => {
          this.#heardAtMs = connection.heardAtMs;
          if (receiver === null) this.#onIncomingUnit(incoming, unit);
          else receiver.onUnit(unit, limits.snapshotWindowBytes);
        },
        onWritable: () => writer.pump(),
        onClosed: (cause, closedText) => {
          const direction = "in";
          const event = { peer: this.id, lane: laneName(lane), direction, cause, text: closedText } as const;
          this.#environment.emit({ kind: "disconnected", ...event });
          this.#addPast(connection);
          writer.detach();
          if (this.#incoming.get(lane) === incoming) this.#incoming.delete(lane);
          receiver?.onClosed();
          this.#owner.onIncomingClosed(this);
        },
      },
      rest,
    );
    writer.attach(connection);
    // It dials us, so it is there: no need to wait before dialing it.
    for (const link of this.#links) link.hurry();
  }

  /** Once per `heartbeatMs`. `late` tells that this process was paused: silence proves nothing then. */
  tick(nowMs: number, late: boolean): void {
    const { limits, wallNow } = this.#environment;
    for (const link of this.#links) {
      const connection = link.connection;
      if (connection === null) continue;
      if (late) connection.heardAtMs = nowMs;
      else if (link === this.#links[0] && nowMs - connection.heardAtMs > limits.silenceMs) {
        this.#closeLinks(`nothing was heard for ${limits.silenceMs} ms`);
        return;
      } else if (connection.stalledMs(nowMs) > limits.stallMs) {
        connection.close("silent", `the peer took no bytes for ${limits.stallMs} ms`);
        continue;
      }
    }
    const urgent = this.#links[0].connection;
    if (urgent?.isWritable === true) {
      urgent.write(FrameType.ping, 0, encodePing({ sentAtMs: nowMs, sentWallMs: wallNow() }));
    }
  }

  /** Ends all connections in both directions, and a snapshot under way. */
  stop(text: string): void {
    this.snapshot?.cancel();
    this.snapshot = null;
    for (const link of this.#links) link.stop(text);
    for (const { connection } of this.#incoming.values()) connection.close("local", text);
  }

  stats(): PeerStats {
    const nowMs = this.#environment.clock.now();
    const offset = this.#clockOffset.estimate(nowMs);
    const [urgent, bulk] = this.#links;
    let sentBytes = this.#pastSentBytes;
    let receivedBytes = this.#pastReceivedBytes;
    const incoming = [...this.#incoming.values()].map((each) => each.connection);
    for (const connection of [urgent.connection, bulk.connection, ...incoming]) {
      sentBytes += connection?.sentBytes ?? 0;
      receivedBytes += connection?.receivedBytes ?? 0;
    }
    return {
      connected: urgent.state === "open",
      srttMs: this.#roundTrip.srttMs,
      rttvarMs: this.#roundTrip.rttvarMs,
      clockOffsetMs: offset?.offsetMs ?? null,
      clockUncertaintyMs: offset?.uncertaintyMs ?? null,
      lastHeardAtMs: this.#heardAtMs,
      incarnation: this.#incarnation,
      protocolVersion: this.#protocolVersion,
      urgentQueue: { messages: urgent.writer.queue.length, bytes: urgent.writer.queue.bytes },
      bulkQueue: { messages: bulk.writer.queue.length, bytes: bulk.writer.queue.bytes },
      sentBytes,
      receivedBytes,
      droppedMessages: this.#droppedMessages,
      requestsPending: this.#owner.requests.count(this.id),
    };
  }

  #makeLink(lane: LinkLane): Link {
    const { requests } = this.#owner;
    return new Link(this.#environment, this.id, lane, {
      onDrop: (item, cause) => {
        if (item.message === null) {
          requests.fail(
            item.requestId,
            "unreachable",
            `the connection to member ${this.id} was lost or is full`,
          );
          return;
        }
        this.#noteDropped();
        if (cause === "full") this.#overflowed[lane]++;
      },
      onSent: (requestId, connection) => requests.markSent(requestId, connection),
      onOpen: (connection) => {
        this.#noteIdentity(connection.identity.incarnation, connection.identity.version);
        if (lane === Lane.urgent) this.tick(this.#environment.clock.now(), false);
      },
      onUnit: (_connection, unit) => this.#onAnswer(lane, unit),
      onClosed: (connection) => {
        this.#addPast(connection);
        requests.failCarrier(connection, `the connection to member ${this.id} ended before the answer came`);
        this.#owner.onUnreachable(this.id);
      },
    });
  }

  #link(lane: LinkLane): Link {
    return lane === Lane.urgent ? this.#links[0] : this.#links[1];
  }

  #laneFor(bytes: number): LinkLane {
    return bytes <= this.#environment.limits.urgentUnitBytesMax ? Lane.urgent : Lane.bulk;
  }

  #closeLinks(text: string): void {
    for (const link of this.#links) link.connection?.close("silent", text);
  }

  /** What the peer says on a connection of ours: answers only. */
  #onAnswer(lane: Lane, unit: Unit): void {
    this.#heardAtMs = this.#environment.clock.now();
    if (unit.type === FrameType.pong && lane === Lane.urgent) this.#onPong(unit.payload);
    else if (unit.type === FrameType.response)
      this.#owner.requests.settle(this.id, decodeResponse(unit.payload));
    else throw new WireError("forbidden", `frame type ${unit.type} is no answer`);
  }

  #onPong(payload: Uint8Array): void {
    const { clock, wallNow } = this.#environment;
    const echoedAtMs = clock.now();
    const pong = decodePong(payload);
    this.#roundTrip.sample(echoedAtMs - pong.sentAtMs);
    this.#clockOffset.sample({
      sentAtMs: pong.sentAtMs,
      sentWallMs: pong.sentWallMs,
      echoedAtMs,
      echoedWallMs: wallNow(),
      peerReceivedWallMs: pong.receivedWallMs,
      peerSentWallMs: pong.answeredWallMs,
    });
  }

  #onIncomingUnit(incoming: Incoming, unit: Unit): void {
    const { connection } = incoming;
    if (unit.type === FrameType.messages) {
      this.#owner.onMessages(this.id, unit.payload);
    } else if (unit.type === FrameType.ping && connection.identity.lane === Lane.urgent) {
      const receivedWallMs = this.#environment.wallNow();
      const ping = decodePing(unit.payload);
      // A peer that does not read its echoes gets none: they must not pile up here.
      if (!connection.isWritable) return;
      const answeredWallMs = this.#environment.wallNow();
      connection.write(FrameType.pong, 0, encodePong({ ...ping, receivedWallMs, answeredWallMs }));
    } else if (unit.type === FrameType.request) {
      const handlers = this.#owner.handlers();
      if (handlers === null) return;
      this.#server.serve(decodeRequest(unit.payload), handlers, (response) =>
        this.#respond(incoming, response),
      );
    } else {
      throw new WireError("forbidden", `frame type ${unit.type} is not for a dialer to send here`);
    }
  }

  /** By the lane of its size, if the peer has that connection; large answers must not hold up echoes. */
  #respond(asked: Incoming, response: ResponsePayload): void {
    const payload = encodeResponse(response);
    const { writer } = this.#incoming.get(this.#laneFor(payload.length)) ?? asked;
    writer.push(unitOf(FrameType.response, payload, 0));
    writer.pump();
  }

  #noteIdentity(incarnation: number, version: number): void {
    const before = this.#incarnation;
    this.#incarnation = incarnation;
    this.#protocolVersion = version;
    if (before !== null && before !== incarnation) {
      this.#environment.emit({ kind: "peer-restarted", peer: this.id, before, incarnation });
    }
  }

  #noteDropped(): void {
    this.#droppedMessages++;
    this.#owner.onUnreachable(this.id);
  }

  #emitDropped(lane: LinkLane, cause: "queue-full" | "too-large", count: number): void {
    this.#environment.emit({ kind: "messages-dropped", peer: this.id, lane: laneName(lane), cause, count });
  }

  #addPast(connection: Connection): void {
    this.#pastSentBytes += connection.sentBytes;
    this.#pastReceivedBytes += connection.receivedBytes;
  }
}

function unitOf(type: FrameType, payload: Uint8Array, requestId: number): Outgoing {
  return { message: null, type, payload, sizeBytes: payload.length, requestId };
}

function isAddress(address: string): boolean {
  try {
    parseAddress(address);
    return true;
  } catch (error) {
    if (error instanceof TransportError) return false;
    throw error;
  }
}
