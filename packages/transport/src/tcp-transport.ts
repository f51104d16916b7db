/**
 * The Transport seam over TCP or TLS.
 */

import { type Message, MessageType, type NodeId, type Random } from "@quorate/raft";
import { Acceptor } from "./acceptor.ts";
import { formatAddress, parseAddress } from "./address.ts";
import type { CancelTimer, Clock, WallClock } from "./clock.ts";
import type { Connection } from "./connection.ts";
import type { Environment } from "./environment.ts";
import type { TransportEventSink } from "./event.ts";
import {
  addressBytesMax,
  addressesMax,
  type Hello,
  protocolVersions,
  type VersionRange,
} from "./handshake.ts";
import { checkInbound } from "./inbound-message.ts";
import { completeLimits, type TcpLimits } from "./limits.ts";
import { decodeBatch } from "./message-batch.ts";
import { checkOutbound } from "./outbound-message.ts";
import { encodeRequest, envelopeBytesMax } from "./payload.ts";
import { Peer, type PeerOwner } from "./peer.ts";
import { RequestTable } from "./request-table.ts";
import { SnapshotReceivers } from "./snapshot-receiver.ts";
import { SnapshotSender } from "./snapshot-sender.ts";
import { TlsIdentity, type TlsOptions } from "./tls-identity.ts";
import type { PeerAddresses, PeerStats, RequestOptions, Transport, TransportHandlers } from "./transport.ts";
import { rejected, TransportError } from "./transport-error.ts";

/** What a TCP transport needs. */
export type TcpTransportOptions = {
  /** 64 bits, the same for all members; others are refused. */
  readonly clusterId: bigint;
  readonly self: NodeId;
  /** A non-negative safe integer that differs from every former life of this member: a counter on disk, or random. */
  readonly incarnation: number;
  /** Port 0 takes any free one. */
  readonly listen: { readonly host: string; readonly port: number };
  /** Where peers reach this member, `host:port`; where it listens if absent. */
  readonly advertise?: readonly string[];
  readonly clock: Clock;
  readonly wallNow: WallClock;
  readonly random: Random;
  /** Null for plain TCP. */
  readonly tls?: TlsOptions | null;
  /** Members that were removed, ever. */
  readonly tombstones?: Iterable<NodeId>;
  readonly limits?: Partial<TcpLimits>;
  readonly onEvent?: TransportEventSink;
  /** What to speak; what this release knows if absent. For tests and for holding back during an upgrade. */
  readonly versions?: VersionRange;
};

/** How much later than due a heartbeat timer may be before this process counts as having been paused. */
const latenessHeartbeats = 2;

export class TcpTransport implements Transport {
  readonly #environment: Environment;
  readonly #acceptor: Acceptor;
  readonly #requests: RequestTable;
  readonly #peers: Map<NodeId, Peer> = new Map();
  readonly #tombstones: Set<NodeId>;
  readonly #owner: PeerOwner;
  #handlers: TransportHandlers | null = null;
  #receivers: SnapshotReceivers | null = null;
  /** Peers to report as unreachable once the current call is over. */
  readonly #unreachable: Set<NodeId> = new Set();
  /** Snapshots under way to peers, replaced ones included until they have closed their readers. */
  readonly #sending: Set<Promise<void>> = new Set();
  #cancelTick: CancelTimer = () => {};
  #isolated = false;
  #closed = false;

  private constructor(environment: Environment, acceptor: Acceptor, tombstones: Iterable<NodeId>) {
    this.#environment = environment;
    this.#acceptor = acceptor;
    this.#tombstones = new Set(tombstones);
    this.#requests = new RequestTable(environment.clock, environment.limits.requestsPendingMax);
    this.#owner = {
      requests: this.#requests,
      handlers: () => this.#handlers,
      onUnreachable: (peer) => this.#noteUnreachable(peer),
      onMessages: (peer, payload) =>
        decodeBatch(payload, (message) => {
          checkInbound(message, environment.self, peer);
          this.#handlers?.onMessage(message);
        }),
      acceptSnapshot: (connection) => {
        const { peer } = connection.identity;
        const receivers = this.#receivers as SnapshotReceivers;
        return receivers.accept(connection, (message) => checkInbound(message, environment.self, peer));
      },
      onIncomingClosed: (peer) => {
        if (peer.isProvisional && !peer.hasIncoming) this.#removePeer(peer, "its connections ended");
      },
    };
  }

  /**
   * Binds the address and reads the certificates. Nobody is let in or dialed before `start`.
   *
   * @throws TransportError `config`
   */
  static async listen(options: TcpTransportOptions): Promise<TcpTransport> {
    checkOptions(options);
    const { clock, wallNow, random, self, clusterId, incarnation } = options;
    const emit: TransportEventSink = options.onEvent ?? (() => {});
    const limits = completeLimits(options.limits ?? {});
    const tlsOptions = options.tls ?? null;
    const tls = tlsOptions === null ? null : await TlsIdentity.load(tlsOptions, { clock, wallNow, emit });
    const versions = options.versions ?? protocolVersions;
    const identity = { self, clusterId, incarnation, versions };
    const environment: Environment = {
      ...identity,
      limits,
      clock,
      wallNow,
      random,
      tls,
      emit,
      advertised: [],
    };
    const { host, port } = options.listen;
    const acceptor = await Acceptor.listen(environment, host, port).catch((error: unknown) => {
      tls?.close();
      throw error;
    });
    environment.advertised = options.advertise ?? [formatAddress(host, acceptor.port)];
    return new TcpTransport(environment, acceptor, options.tombstones ?? []);
  }

  /** The port it listens on. */
  get port(): number {
    return this.#acceptor.port;
  }

  start(handlers: TransportHandlers): void {
    if (this.#handlers !== null || this.#closed) throw new RangeError("a transport is started once");
    this.#handlers = handlers;
    this.#receivers = new SnapshotReceivers(this.#environment, handlers.snapshotSink, (_peer, message) => {
      this.#handlers?.onMessage(message);
    });
    this.#acceptor.start({
      isIsolated: () => this.#isolated,
      isRemoved: (id) => this.#tombstones.has(id),
      hasRoomFor: (id) => this.#peers.has(id) || this.#hasProvisionalRoom(),
      onAdmitted: (connection, hello, rest) => this.#onAdmitted(connection, hello, rest),
      onInquiry: handlers.onInquiry === undefined ? null : (bytes) => this.#answerInquiry(bytes),
    });
    this.#scheduleTick();
  }

  send(messages: readonly Message[]): void {
    for (const message of messages) checkOutbound(message, this.#environment.self);
    if (this.#closed) return;
    const touched = new Set<Peer>();
    for (const message of messages) {
      const peer = this.#isolated ? undefined : this.#peers.get(message.to);
      if (peer === undefined) {
        this.#noteUnreachable(message.to);
        if (message.type === MessageType.MsgSnap) this.#reportSnapshot(message.to, false);
      } else if (message.type === MessageType.MsgSnap) {
        this.#sendSnapshot(peer, message);
      } else {
        peer.send(message);
        touched.add(peer);
      }
    }
    for (const peer of touched) peer.pump();
  }

  setPeers(peers: PeerAddresses): void {
    if (this.#closed) return;
    for (const addresses of peers.values()) for (const address of addresses) parseAddress(address);
    for (const peer of this.#peers.values()) {
      if (!peers.has(peer.id) && !peer.isProvisional) this.#removePeer(peer, "it is no peer any more");
    }
    for (const [id, addresses] of peers) {
      if (id === this.#environment.self || this.#tombstones.has(id)) continue;
      const peer = this.#peers.get(id) ?? this.#addPeer(id, false);
      peer.isProvisional = false;
      peer.addresses = addresses;
      if (!this.#isolated) peer.setAddresses(addresses);
    }
  }

  tombstone(id: NodeId): void {
    this.#tombstones.add(id);
    const peer = this.#peers.get(id);
    if (peer !== undefined) this.#removePeer(peer, "it was removed from the cluster");
  }

  request(id: NodeId, kind: number, bytes: Uint8Array, options: RequestOptions = {}): Promise<Uint8Array> {
    const { limits } = this.#environment;
    if (this.#closed || this.#isolated) return rejected("closed", "the transport is closed or isolated");
    const peer = this.#peers.get(id);
    if (peer === undefined) return rejected("unreachable", `member ${id} is unknown`);
    if (bytes.length > limits.unitBytesMax - envelopeBytesMax) {
      return rejected("too-large", `a request of ${bytes.length} bytes exceeds ${limits.unitBytesMax}`);
    }
    const timeoutMs = Math.ceil(options.timeoutMs ?? limits.requestTimeoutMs);
    return this.#requests.open(
      id,
      timeoutMs,
      (requestId) => peer.sendRequest(requestId, encodeRequest({ id: requestId, kind, timeoutMs, bytes })),
      (requestId) => peer.forgetRequest(requestId),
    );
  }

  peers(): readonly NodeId[] {
    return [...this.#peers.keys()];
  }

  stats(peer: NodeId): PeerStats | null {
    return this.#peers.get(peer)?.stats() ?? null;
  }

  isolate(on: boolean): void {
    if (this.#isolated === on || this.#closed) return;
    this.#isolated = on;
    for (const peer of this.#peers.values()) {
      if (!on) peer.setAddresses(peer.addresses);
      else if (peer.isProvisional) this.#removePeer(peer, "this member is isolated");
      else this.#stopPeer(peer, "this member is isolated");
    }
  }

  /** Reads the certificate files now. True if they are in use afterwards, false if not; true without TLS. */
  async reloadTls(): Promise<boolean> {
    return (await this.#environment.tls?.reload()) ?? true;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#handlers = null;
    this.#cancelTick();
    this.#environment.tls?.close();
    this.#requests.failAll("the transport was closed");
    for (const peer of this.#peers.values()) this.#removePeer(peer, "the transport is closing");
    await Promise.all([...this.#sending, this.#receivers?.close(), this.#acceptor.close()]);
  }

  async #answerInquiry(bytes: Uint8Array): Promise<Uint8Array> {
    const answer = this.#handlers?.onInquiry?.(bytes);
    if (answer === undefined) throw new TransportError("closed", "the transport is closing", false);
    return answer;
  }

  #onAdmitted(connection: Connection, hello: Hello, rest: Uint8Array): void {
    let peer = this.#peers.get(hello.from);
    if (peer === undefined) {
      peer = this.#addPeer(hello.from, true);
      peer.setAddresses(hello.addresses);
    }
    peer.adopt(connection, rest);
  }

  #addPeer(id: NodeId, isProvisional: boolean): Peer {
    const peer = new Peer(this.#environment, id, isProvisional, this.#owner);
    this.#peers.set(id, peer);
    return peer;
  }

  #removePeer(peer: Peer, text: string): void {
    if (this.#peers.get(peer.id) !== peer) return;
    this.#peers.delete(peer.id);
    this.#stopPeer(peer, text);
  }

  /** Ends its connections. A snapshot under way fails: its result is owed to the core. */
  #stopPeer(peer: Peer, text: string): void {
    if (peer.snapshot !== null) this.#reportSnapshot(peer.id, false);
    peer.stop(text);
  }

  #hasProvisionalRoom(): boolean {
    let count = 0;
    for (const peer of this.#peers.values()) if (peer.isProvisional) count++;
    return count < this.#environment.limits.provisionalPeersMax;
  }

  #sendSnapshot(peer: Peer, message: Message): void {
    const source = this.#handlers?.snapshotSource ?? null;
    if (source === null) {
      const text = "this member has no source of snapshots";
      this.#environment.emit({ kind: "snapshot-failed", peer: peer.id, direction: "out", text });
      this.#reportSnapshot(peer.id, false);
      return;
    }
    peer.snapshot?.cancel();
    const sender = new SnapshotSender(this.#environment, {
      peer: peer.id,
      message,
      source,
      addresses: () => peer.addresses,
      onProgress: (stored, total) => this.#handlers?.onSnapshotProgress(peer.id, stored, total),
      onResult: (ok) => {
        peer.snapshot = null;
        this.#handlers?.onSnapshotResult(peer.id, ok);
      },
    });
    peer.snapshot = sender;
    // Not from inside this call: a source may call back at once.
    const running = Promise.resolve().then(() => sender.run());
    this.#sending.add(running);
    void running.then(() => this.#sending.delete(running));
  }

  #reportSnapshot(peer: NodeId, ok: boolean): void {
    queueMicrotask(() => this.#handlers?.onSnapshotResult(peer, ok));
  }

  /** Reported after the current call, once however many messages it was. */
  #noteUnreachable(peer: NodeId): void {
    const isScheduled = this.#unreachable.size > 0;
    this.#unreachable.add(peer);
    if (isScheduled) return;
    queueMicrotask(() => {
      const peers = [...this.#unreachable];
      this.#unreachable.clear();
      for (const each of peers) this.#handlers?.onUnreachable(each);
    });
  }

  #scheduleTick(): void {
    const { clock, limits } = this.#environment;
    const dueAtMs = clock.now() + limits.heartbeatMs;
    this.#cancelTick = clock.setTimer(() => {
      const nowMs = clock.now();
      const late = nowMs - dueAtMs > latenessHeartbeats * limits.heartbeatMs;
      this.#scheduleTick();
      for (const peer of this.#peers.values()) peer.tick(nowMs, late);
    }, limits.heartbeatMs);
  }
}

function checkOptions(options: TcpTransportOptions): void {
  const { self, clusterId, incarnation, listen, advertise = [] } = options;
  const isWildcard = listen.host === "0.0.0.0" || listen.host === "::";
  const tooLong = advertise.length > addressesMax || advertise.some((each) => each.length > addressBytesMax);
  require(Number.isSafeInteger(self) && self > 0, `self must be a positive safe integer, not ${self}`);
  require(clusterId >= 0n && clusterId < 1n << 64n, "clusterId must have 64 bits");
  require(Number.isSafeInteger(incarnation) &&
    incarnation >= 0, "incarnation must be a non-negative safe integer");
  require(!tooLong, `advertise must be at most ${addressesMax} addresses of ${addressBytesMax} characters`);
  require(advertise.length > 0 ||
    !isWildcard, `listening on ${listen.host} needs advertise: peers cannot dial that`);
  for (const address of advertise) parseAddress(address);
}

function require(holds: boolean, message: string): void {
  if (!holds) throw new TransportError("config", message, false);
}
