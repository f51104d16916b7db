/**
 * A member that only remembers what its transport tells it.
 */

import type { Message, NodeId } from "@quorate/raft";
import type { SnapshotSink, SnapshotSource } from "../src/snapshot-stream.ts";
import type { Transport, TransportHandlers } from "../src/transport.ts";
import type { ManualClock } from "./manual-clock.ts";

export type RequestHandler = TransportHandlers["onRequest"];

export class RecordingMember implements TransportHandlers {
  readonly id: NodeId;
  readonly transport: Transport;
  readonly clock: ManualClock;
  readonly messages: Message[] = [];
  readonly unreachable: NodeId[] = [];
  readonly snapshotResults: { readonly peer: NodeId; readonly ok: boolean }[] = [];
  readonly progress: number[] = [];
  snapshotSource: SnapshotSource | null;
  snapshotSink: SnapshotSink | null;
  handler: RequestHandler = async (_peer, _kind, bytes) => bytes;

  constructor(
    id: NodeId,
    transport: Transport,
    clock: ManualClock,
    snapshots: { readonly source?: SnapshotSource; readonly sink?: SnapshotSink } = {},
  ) {
    this.id = id;
    this.transport = transport;
    this.clock = clock;
    this.snapshotSource = snapshots.source ?? null;
    this.snapshotSink = snapshots.sink ?? null;
  }

  /** How it answers those without identity. */
  inquiryHandler: (bytes: Uint8Array) => Promise<Uint8Array> = async (bytes) => bytes;

  onInquiry(bytes: Uint8Array): Promise<Uint8Array> {
    return this.inquiryHandler(bytes);
  }

  onMessage(message: Message): void {
    this.messages.push(message);
  }

  onUnreachable(peer: NodeId): void {
    this.unreachable.push(peer);
  }

  onSnapshotResult(peer: NodeId, ok: boolean): void {
    this.snapshotResults.push({ peer, ok });
  }

  onSnapshotProgress(_peer: NodeId, storedBytes: number): void {
    this.progress.push(storedBytes);
  }

  onRequest(peer: NodeId, kind: number, bytes: Uint8Array, timeoutMs: number): Promise<Uint8Array> {
    return this.handler(peer, kind, bytes, timeoutMs);
  }
}
