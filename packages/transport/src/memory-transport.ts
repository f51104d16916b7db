/**
 * A member's end of a {@link file://./memory-network.ts MemoryNetwork}.
 */

import { type Message, MessageType, type NodeId } from "@quorate/raft";
import { parseAddress } from "./address.ts";
import { ByteWriter } from "./bytes.ts";
import type { CancelTimer, Clock, WallClock } from "./clock.ts";
import { ClockOffset } from "./clock-offset.ts";
import { protocolVersions } from "./handshake.ts";
import { checkInbound } from "./inbound-message.ts";
import { Lane, laneName, laneOf } from "./lane.ts";
import { completeLimits, type TcpLimits } from "./limits.ts";
import type { Envelope, EnvelopeKind, MemoryNetwork } from "./memory-network.ts";
import { pourSnapshot } from "./memory-snapshot.ts";
import { decodeMessage, encodeMessage, messageBytes } from "./message-codec.ts";
import { checkOutbound } from "./outbound-message.ts";
import {
  decodePing,
  decodePong,
  decodeRequest,
  decodeResponse,
  encodePing,
  encodePong,
  encodeRequest,
  encodeResponse,
  envelopeBytesMax,
  type ResponsePayload,
} from "./payload.ts";
import { RequestServer } from "./request-server.ts";
import { RequestTable } from "./request-table.ts";
import { RoundTrip } from "./round-trip.ts";
import type { PeerAddresses, PeerStats, RequestOptions, Transport, TransportHandlers } from "./transport.ts";
import { rejected } from "./transport-error.ts";

/** What a member's end needs. */
export type MemoryTransportOptions = {
  readonly self: NodeId;
  readonly incarnation: number;
  /** For timeouts, heartbeats, and for calling handlers outside of calls. */
  readonly clock: Clock;
  readonly wallNow: WallClock;
  readonly tombstones?: Iterable<NodeId>;
  /** The same bounds as over TCP, as far as they apply here. */
  readonly limits?: Partial<TcpLimits>;
};

type MemoryPeer = {
  isProvisional: boolean;
  incarnation: number | null;
  heardAtMs: number | null;
  sentBytes: number;
  receivedBytes: number;
  droppedMessages: number;
  readonly roundTrip: RoundTrip;
  readonly clockOffset: ClockOffset;
  readonly server: RequestServer;
};

const encoder = new ByteWriter();

export class MemoryTransport implements Transport {
  readonly self: NodeId;
  readonly incarnation: number;
  readonly #network: MemoryNetwork;
  readonly #options: MemoryTransportOptions;
  readonly #limits: TcpLimits;
  readonly #requests: RequestTable;
  readonly #peers: Map<NodeId, MemoryPeer> = new Map();
  readonly #tombstones: Set<NodeId>;
  readonly #unreachable: Set<NodeId> = new Set();
  #handlers: TransportHandlers | null = null;
  #cancelTick: CancelTimer = () => {};
  #isolated = false;
  #closed = false;

  constructor(network: MemoryNetwork, options: MemoryTransportOptions) {
    this.self = options.self;
    this.incarnation = options.incarnation;
    this.#network = network;
    this.#options = options;
    this.#limits = completeLimits(options.limits ?? {});
    this.#requests = new RequestTable(options.clock, this.#limits.requestsPendingMax);
    this.#tombstones = new Set(options.tombstones ?? []);
  }

  start(handlers: TransportHandlers): void {
    if (this.#handlers !== null || this.#closed) throw new RangeError("a transport is started once");
    this.#handlers = handlers;
    this.#scheduleTick();
  }

  send(messages: readonly Message[]): void {
    for (const message of messages) checkOutbound(message, this.self);
    if (this.#closed) return;
    for (const message of messages) {
      const { to, type } = message;
      const tooLarge = type !== MessageType.MsgSnap && messageBytes(message) > this.#limits.unitBytesMax;
      if (tooLarge || !this.#peers.has(to) || !this.#isOpen(to)) {
        this.#noteLost(to, type === MessageType.MsgSnap ? "snapshot" : "message");
        continue;
      }
      encoder.reset();
      encodeMessage(encoder, message);
      const lane = laneOf(type);
      this.#dispatch(lane === Lane.snapshot ? "snapshot" : "message", to, lane, encoder.copy());
    }
  }

  setPeers(peers: PeerAddresses): void {
    if (this.#closed) return;
    for (const addresses of peers.values()) for (const address of addresses) parseAddress(address);
    for (const [id, peer] of this.#peers) {
      if (!peers.has(id) && !peer.isProvisional) this.#removePeer(id, "it is no peer any more");
    }
    for (const id of peers.keys()) {
      if (id !== this.self && !this.#tombstones.has(id)) this.#peer(id).isProvisional = false;
    }
  }

  tombstone(id: NodeId): void {
    this.#tombstones.add(id);
    this.#removePeer(id, "it was removed from the cluster");
  }

  request(id: NodeId, kind: number, bytes: Uint8Array, options: RequestOptions = {}): Promise<Uint8Array> {
    if (this.#closed || this.#isolated) return rejected("closed", "the transport is closed or isolated");
    if (!this.#peers.has(id)) return rejected("unreachable", `member ${id} is unknown`);
    if (bytes.length > this.#limits.unitBytesMax - envelopeBytesMax) {
      return rejected("too-large", `a request of ${bytes.length} bytes exceeds ${this.#limits.unitBytesMax}`);
    }
    const timeoutMs = Math.ceil(options.timeoutMs ?? this.#limits.requestTimeoutMs);
    return this.#requests.open(
      id,
      timeoutMs,
      (requestId) => {
        if (!this.#isOpen(id)) return false;
        const payload = encodeRequest({ id: requestId, kind, timeoutMs, bytes });
        this.#requests.markSent(requestId, this.#peer(id));
        return this.#dispatch("request", id, this.#laneFor(payload.length), payload);
      },
      () => {},
    );
  }

  peers(): readonly NodeId[] {
    return [...this.#peers.keys()];
  }

  stats(id: NodeId): PeerStats | null {
    const peer = this.#peers.get(id);
    if (peer === undefined) return null;
    const offset = peer.clockOffset.estimate(this.#options.clock.now());
    return {
      connected: this.#isOpen(id),
      srttMs: peer.roundTrip.srttMs,
      rttvarMs: peer.roundTrip.rttvarMs,
      clockOffsetMs: offset?.offsetMs ?? null,
      clockUncertaintyMs: offset?.uncertaintyMs ?? null,
      lastHeardAtMs: peer.heardAtMs,
      incarnation: peer.incarnation,
      protocolVersion: peer.incarnation === null ? null : protocolVersions.max,
      urgentQueue: { ...this.#network.flow(this.self, id, "urgent") },
      bulkQueue: { ...this.#network.flow(this.self, id, "bulk") },
      sentBytes: peer.sentBytes,
      receivedBytes: peer.receivedBytes,
      droppedMessages: peer.droppedMessages,
      requestsPending: this.#requests.count(id),
    };
  }

  isolate(on: boolean): void {
    if (this.#closed || this.#isolated === on) return;
    this.#isolated = on;
    if (!on) return;
    for (const [id, peer] of this.#peers) {
      this.#requests.failCarrier(peer, "this member is isolated");
      this.#noteUnreachable(id);
    }
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#handlers = null;
    this.#cancelTick();
    this.#requests.failAll("the transport was closed");
    this.#network.detach(this);
  }

  // --- for MemoryNetwork

  /** Whether this end takes anything from a member now. */
  takes(from: NodeId): boolean {
    return (
      this.#handlers !== null && !this.#isolated && !this.#tombstones.has(from) && this.#hasRoomFor(from)
    );
  }

  /** Who answers somebody without an identity now. */
  get inquiryHandler(): TransportHandlers["onInquiry"] {
    return this.#isolated ? undefined : this.#handlers?.onInquiry?.bind(this.#handlers);
  }

  /** An envelope arrived. */
  receive(envelope: Envelope): void {
    const { from, payload } = envelope;
    const peer = this.#meet(from);
    peer.receivedBytes += payload.length;
    if (envelope.kind === "message") this.#hand(from, decodeMessage(payload));
    else if (envelope.kind === "request") this.#serve(from, peer, payload);
    else if (envelope.kind === "response") this.#requests.settle(from, decodeResponse(payload));
    else if (envelope.kind === "ping") this.#echo(from, payload);
    else this.#onPong(peer, payload);
  }

  /** An envelope of this end was lost, and that showed. */
  onLost(envelope: Envelope): void {
    const text = `the connection to member ${envelope.to} was lost`;
    if (envelope.kind === "request") {
      this.#requests.fail(decodeRequest(envelope.payload).id, "unreachable", text);
    } else if (envelope.kind === "response") {
      const { id } = decodeResponse(envelope.payload);
      this.#network.transport(envelope.to)?.onAnswerLost(id, this.self);
    } else if (envelope.kind === "message" || envelope.kind === "snapshot") {
      this.#noteLost(envelope.to, envelope.kind);
    }
  }

  /** The answer to a request of this end was lost, and that showed. */
  onAnswerLost(id: number, peer: NodeId): void {
    this.#requests.fail(id, "unreachable", `the connection to member ${peer} ended before the answer came`);
  }

  /** Streams a snapshot of this end into the receiver's sink. */
  async stream(envelope: Envelope, receiver: MemoryTransport, cutAtBytes: number): Promise<void> {
    const message = decodeMessage(envelope.payload);
    let ok = false;
    try {
      const source = this.#handlers?.snapshotSource ?? null;
      const sink = receiver.#handlers?.snapshotSink ?? null;
      ok = await pourSnapshot(message, source, sink, {
        chunkBytes: this.#limits.chunkBytes,
        goesOn: (stored, total) => {
          this.#handlers?.onSnapshotProgress(envelope.to, stored, total);
          return stored < cutAtBytes && receiver.takes(this.self);
        },
        cutAtBytes,
      });
    } catch (error) {
      // A source or sink that fails is an outcome; anything else is the caller's to see.
      if (!(error instanceof Error)) throw error;
    }
    if (ok) receiver.#complete(this.self, envelope.payload);
    this.#handlers?.onSnapshotResult(envelope.to, ok);
  }

  #complete(from: NodeId, payload: Uint8Array): void {
    if (this.takes(from)) this.#meet(from);
    this.#hand(from, decodeMessage(payload));
  }

  #hand(from: NodeId, message: Message): void {
    checkInbound(message, this.self, from);
    this.#handlers?.onMessage(message);
  }

  #serve(from: NodeId, peer: MemoryPeer, payload: Uint8Array): void {
    const handlers = this.#handlers;
    if (handlers === null) return;
    peer.server.serve(decodeRequest(payload), handlers, (response) => this.#respond(from, response));
  }

  #respond(to: NodeId, response: ResponsePayload): void {
    if (this.#closed) return;
    const payload = encodeResponse(response);
    if (this.#isOpen(to)) this.#dispatch("response", to, this.#laneFor(payload.length), payload);
    else this.#network.transport(to)?.onAnswerLost(response.id, this.self);
  }

  #echo(to: NodeId, payload: Uint8Array): void {
    const wallMs = this.#options.wallNow();
    if (!this.#isOpen(to)) return;
    const pong = encodePong({ ...decodePing(payload), receivedWallMs: wallMs, answeredWallMs: wallMs });
    this.#dispatch("pong", to, Lane.urgent, pong);
  }

  #onPong(peer: MemoryPeer, payload: Uint8Array): void {
    const { clock, wallNow } = this.#options;
    const pong = decodePong(payload);
    const echoedAtMs = clock.now();
    peer.roundTrip.sample(echoedAtMs - pong.sentAtMs);
    peer.clockOffset.sample({
      sentAtMs: pong.sentAtMs,
      sentWallMs: pong.sentWallMs,
      echoedAtMs,
      echoedWallMs: wallNow(),
      peerReceivedWallMs: pong.receivedWallMs,
      peerSentWallMs: pong.answeredWallMs,
    });
  }

  /** False if it was given up at the bound. */
  #dispatch(kind: EnvelopeKind, to: NodeId, lane: Lane, payload: Uint8Array): boolean {
    const limits = lane === Lane.urgent ? this.#limits.urgentQueue : this.#limits.bulkQueue;
    this.#peer(to).sentBytes += payload.length;
    const fields = { kind, from: this.self, to, lane: laneName(lane), payload };
    const dropped = this.#network.dispatch(fields, limits);
    if (dropped !== null) this.onLost(dropped);
    return dropped?.payload !== payload;
  }

  #laneFor(bytes: number): Lane {
    return bytes <= this.#limits.urgentUnitBytesMax ? Lane.urgent : Lane.bulk;
  }

  #isOpen(to: NodeId): boolean {
    return (
      !this.#closed && !this.#isolated && !this.#tombstones.has(to) && this.#network.isOpen(this.self, to)
    );
  }

  #hasRoomFor(id: NodeId): boolean {
    if (this.#peers.has(id)) return true;
    let count = 0;
    for (const peer of this.#peers.values()) if (peer.isProvisional) count++;
    return count < this.#limits.provisionalPeersMax;
  }

  /** A member spoke. */
  #meet(from: NodeId): MemoryPeer {
    const peer = this.#peer(from);
    peer.heardAtMs = this.#options.clock.now();
    peer.incarnation = this.#network.transport(from)?.incarnation ?? peer.incarnation;
    return peer;
  }

  #peer(id: NodeId): MemoryPeer {
    let peer = this.#peers.get(id);
    if (peer !== undefined) return peer;
    const { requestsServedMax, unitBytesMax } = this.#limits;
    peer = {
      isProvisional: true,
      incarnation: null,
      heardAtMs: null,
      sentBytes: 0,
      receivedBytes: 0,
      droppedMessages: 0,
      roundTrip: new RoundTrip(),
      clockOffset: new ClockOffset(),
      server: new RequestServer(id, {
        servedMax: requestsServedMax,
        responseBytesMax: unitBytesMax - envelopeBytesMax,
      }),
    };
    this.#peers.set(id, peer);
    return peer;
  }

  #removePeer(id: NodeId, text: string): void {
    const peer = this.#peers.get(id);
    if (peer === undefined) return;
    this.#peers.delete(id);
    this.#requests.failCarrier(peer, text);
  }

  #noteLost(to: NodeId, kind: "message" | "snapshot"): void {
    const peer = this.#peers.get(to);
    if (peer !== undefined) peer.droppedMessages++;
    this.#noteUnreachable(to);
    if (kind === "snapshot") this.#later(() => this.#handlers?.onSnapshotResult(to, false));
  }

  #noteUnreachable(id: NodeId): void {
    const isScheduled = this.#unreachable.size > 0;
    this.#unreachable.add(id);
    if (isScheduled) return;
    this.#later(() => {
      const ids = [...this.#unreachable];
      this.#unreachable.clear();
      for (const each of ids) this.#handlers?.onUnreachable(each);
    });
  }

  #later(callback: () => void): void {
    this.#options.clock.setTimer(callback, 0);
  }

  #scheduleTick(): void {
    const { clock, wallNow } = this.#options;
    this.#cancelTick = clock.setTimer(() => {
      this.#scheduleTick();
      for (const id of this.#peers.keys()) {
        if (!this.#isOpen(id)) continue;
        const ping = encodePing({ sentAtMs: clock.now(), sentWallMs: wallNow() });
        this.#dispatch("ping", id, Lane.urgent, ping);
      }
    }, this.#limits.heartbeatMs);
  }
}
