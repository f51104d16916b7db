/**
 * The Transport seam: all that a member's loop knows of the network.
 *
 * `TcpTransport` and `MemoryNetwork` implement it; `test/transport-contract.ts` says what both must do.
 */

import type { Message, NodeId } from "@quorate/raft";
import type { SnapshotSink, SnapshotSource } from "./snapshot-stream.ts";

/** Where members are: `host:port`, IPv6 in brackets; several are tried in turns. */
export type PeerAddresses = ReadonlyMap<NodeId, readonly string[]>;

/**
 * What a member does with what arrives. Handlers are never called from inside a call to the transport, so that they
 * may call it, and a caller need not expect to be called back. What they throw is the member's fault and is not caught.
 */
export type TransportHandlers = {
  /** A message of a peer, checked (README, invariant 6). Entries' data are views: copy what is kept for long. */
  onMessage(message: Message): void;
  /** Messages to this peer were or may have been lost. For the core's MsgUnreachable; may be said repeatedly. */
  onUnreachable(peer: NodeId): void;
  /** A snapshot to this peer arrived, or failed for good. For the core's MsgSnapStatus. */
  onSnapshotResult(peer: NodeId, ok: boolean): void;
  /** How much of a snapshot the peer has stored. */
  onSnapshotProgress(peer: NodeId, storedBytes: number, totalBytes: number): void;
  /**
   * Answers a request. A rejection with a TransportError `refused` reaches the caller as a definite one, so it
   * promises that nothing was done; any other becomes `failed` with its message, which is indefinite.
   */
  onRequest(peer: NodeId, kind: number, bytes: Uint8Array, timeoutMs: number): Promise<Uint8Array>;
  /**
   * Answers somebody who has no identity yet and may ask nothing else; absent if nobody does. A TransportError `refused`
   * reaches the asker with its message, as does any other failure.
   */
  onInquiry?(bytes: Uint8Array): Promise<Uint8Array>;
  /** Null if this member sends no snapshots: every MsgSnap then fails. */
  readonly snapshotSource: SnapshotSource | null;
  /** Null if it takes none. */
  readonly snapshotSink: SnapshotSink | null;
};

/** Options of a request. */
export type RequestOptions = {
  /** How long to wait for the answer; the transport's default if absent. */
  readonly timeoutMs?: number;
};

/** One lane's queue towards a peer. */
export type QueueStats = { readonly messages: number; readonly bytes: number };

/** What is known of a peer. Times in milliseconds. */
export type PeerStats = {
  /** Whether urgent messages to it go out now. */
  readonly connected: boolean;
  /** Smoothed round trip and its deviation; null before the first. */
  readonly srttMs: number | null;
  readonly rttvarMs: number | null;
  /** How far its wall clock is ahead of ours, ± the uncertainty; null while unknown. */
  readonly clockOffsetMs: number | null;
  readonly clockUncertaintyMs: number | null;
  /** Monotonic time at which anything was heard of it; null if never. */
  readonly lastHeardAtMs: number | null;
  /** Differs from life to life of the peer; null while unknown. */
  readonly incarnation: number | null;
  /** Protocol version spoken; null while unknown. */
  readonly protocolVersion: number | null;
  readonly urgentQueue: QueueStats;
  readonly bulkQueue: QueueStats;
  readonly sentBytes: number;
  readonly receivedBytes: number;
  /** Messages dropped at a bound, with a connection, or for want of one. */
  readonly droppedMessages: number;
  readonly requestsPending: number;
};

/** A member's end of the network. */
export type Transport = {
  /** Gives the transport its handlers and starts it. Once. */
  start(handlers: TransportHandlers): void;
  /**
   * Sends messages, each to its `to`, and forgets them. It never waits and never fails: what cannot go is dropped, and
   * `onUnreachable` says so. Messages and their entries must not change afterwards.
   *
   * @throws RangeError on a message that is not for a peer; that is a programmer's error.
   */
  send(messages: readonly Message[]): void;
  /** Sets who the other members are. Links to those that are not named end; an entry for this member is ignored. */
  setPeers(peers: PeerAddresses): void;
  /** A member left for ever: its links end, and it is refused from now on. There is no way back for an ID. */
  tombstone(peer: NodeId): void;
  /**
   * Asks a peer. `kind` is a small number between the two members.
   *
   * @throws TransportError; its `indefinite` says whether the peer may have acted.
   */
  request(peer: NodeId, kind: number, bytes: Uint8Array, options?: RequestOptions): Promise<Uint8Array>;
  /** All peers that are known, provisional ones included. */
  peers(): readonly NodeId[];
  /** What is known of a peer; null if it is unknown. */
  stats(peer: NodeId): PeerStats | null;
  /** Cuts this member off from its peers in both directions, or connects it again. */
  isolate(on: boolean): void;
  /**
   * Ends everything. Pending requests fail, and no handler is called any more. Resolves when neither source nor sink
   * is in use: what they read and write may be closed then.
   */
  close(): Promise<void>;
};
