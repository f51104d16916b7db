/**
 * A member's end of a {@link file://./memory-network.ts MemoryNetwork}.
 */

import { type Message, MessageType, type NodeId } from "@quorate/raft";
import { parseAddress } from "./address.ts";
import { ByteWriter } from "./bytes.ts";
import type { CancelTimer, Clock, WallClock } from "./clock.ts";
import { checkInbound } from "./inbound-message.ts";
import { Lane, laneOf } from "./lane.ts";
import { completeLimits, type TcpLimits } from "./limits.ts";
import type { Envelope, EnvelopeKind, MemoryNetwork, Way } from "./memory-network.ts";
import { type MemoryPeer, makeMemoryPeer, memoryPeerStats } from "./memory-peer.ts";
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
import { RequestTable } from "./request-table.ts";
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

/** One writer for all: encoding is synchronous and does not nest. */
const encoder = new ByteWriter();

export class MemoryTransport implements Transport {
  readonly self: NodeId;
  readonly incarnation: number;
  readonly #network: MemoryNetwork;
  readonly #options: MemoryTransportOptions;
  readonly #limits: TcpLimits;
  readonly #requests: RequestTable;
  /** Never one with a tombstone. */
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
      const bytesMax = messageBytes(message);
      const tooLarge = type !== MessageType.MsgSnap && bytesMax > this.#limits.unitBytesMax;
      const peer = this.#peers.get(to);
      if (tooLarge || peer === undefined || !this.#isOpen(peer.way)) {
        this.#noteLost(to, type === MessageType.MsgSnap ? "snapshot" : "message");
        continue;
      }
      encoder.begin(bytesMax);
      encodeMessage(encoder, message);
      const lane = laneOf(type);
      this.#dispatch(lane === Lane.snapshot ? "snapshot" : "message", peer, lane, encoder.handOver());
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
    const peer = this.#peers.get(id);
    if (peer === undefined) return rejected("unreachable", `member ${id} is unknown`);
    if (bytes.length > this.#limits.unitBytesMax - envelopeBytesMax) {
      return rejected("too-large", `a request of ${bytes.length} bytes exceeds ${this.#limits.unitBytesMax}`);
    }
    const timeoutMs = Math.ceil(options.timeoutMs ?? this.#limits.requestTimeoutMs);
    return this.#requests.open(
      id,
      timeoutMs,
      (requestId) => {
        if (!this.#isOpen(peer.way)) return false;
        const payload = encodeRequest({ id: requestId, kind, timeoutMs, bytes });
        this.#requests.markSent(requestId, peer);
        return this.#dispatch("request", peer, this.#laneFor(payload.length), payload);
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
    return memoryPeerStats(peer, this.#isOpen(peer.way), this.#requests.count(id), this.#options.clock.now());
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
    return this.#isListening && (this.#peers.has(from) || this.#takesStranger(from));
  }

  /** Who answers somebody without an identity now. */
  get inquiryHandler(): TransportHandlers["onInquiry"] {
    return this.#isolated ? undefined : this.#handlers?.onInquiry?.bind(this.#handlers);
  }

  /** An envelope arrived. False if this end does not take it. */
  receive(envelope: Envelope): boolean {
    const { from, payload } = envelope;
    const known = this.#peers.get(from);
    if (!this.#isListening || (known === undefined && !this.#takesStranger(from))) return false;
    const peer = this.#meet(known ?? this.#peer(from));
    peer.receivedBytes += payload.length;
    if (envelope.kind === "message") this.#hand(from, decodeMessage(payload));
    else if (envelope.kind === "request") this.#serve(from, peer, payload);
    else if (envelope.kind === "response") this.#requests.settle(from, decodeResponse(payload));
    else if (envelope.kind === "ping") this.#echo(peer, payload);
    else this.#onPong(peer, payload);
    return true;
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
    if (this.takes(from)) this.#meet(this.#peer(from));
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
    const way = this.#network.way(this.self, to);
    if (!this.#tombstones.has(to) && this.#isOpen(way))
      this.#dispatch("response", this.#peer(to), this.#laneFor(payload.length), payload);
    else this.#network.transport(to)?.onAnswerLost(response.id, this.self);
  }

  #echo(peer: MemoryPeer, payload: Uint8Array): void {
    const wallMs = this.#options.wallNow();
    if (!this.#isOpen(peer.way)) return;
    const { sentAtMs, sentWallMs } = decodePing(payload);
    const pong = encodePong({ sentAtMs, sentWallMs, receivedWallMs: wallMs, answeredWallMs: wallMs });
    this.#dispatch("pong", peer, Lane.urgent, pong);
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
  #dispatch(kind: EnvelopeKind, peer: MemoryPeer, lane: Lane, payload: Uint8Array): boolean {
    const limits = lane === Lane.urgent ? this.#limits.urgentQueue : this.#limits.bulkQueue;
    peer.sentBytes += payload.length;
    const dropped = this.#network.dispatch(peer.way, kind, lane, payload, limits);
    if (dropped !== null) this.onLost(dropped);
    return dropped?.payload !== payload;
  }

  #laneFor(bytes: number): Lane {
    return bytes <= this.#limits.urgentUnitBytesMax ? Lane.urgent : Lane.bulk;
  }

  /** Whether what is sent now to a member without a tombstone could arrive. */
  #isOpen(way: Way): boolean {
    return !this.#closed && !this.#isolated && this.#network.isOpen(way);
  }

  get #isListening(): boolean {
    return this.#handlers !== null && !this.#isolated;
  }

  #takesStranger(id: NodeId): boolean {
    if (this.#tombstones.has(id)) return false;
    let count = 0;
    for (const peer of this.#peers.values()) if (peer.isProvisional) count++;
    return count < this.#limits.provisionalPeersMax;
  }

  /** A member spoke. */
  #meet(peer: MemoryPeer): MemoryPeer {
    peer.heardAtMs = this.#options.clock.now();
    peer.incarnation = peer.way.receiver?.incarnation ?? peer.incarnation;
    return peer;
  }

  #peer(id: NodeId): MemoryPeer {
    let peer = this.#peers.get(id);
    if (peer !== undefined) return peer;
    peer = makeMemoryPeer(id, this.#network.way(this.self, id), this.#limits);
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
      for (const peer of this.#peers.values()) {
        if (!this.#isOpen(peer.way)) continue;
        const ping = encodePing({ sentAtMs: clock.now(), sentWallMs: wallNow() });
        this.#dispatch("ping", peer, Lane.urgent, ping);
      }
    }, this.#limits.heartbeatMs);
  }
}
