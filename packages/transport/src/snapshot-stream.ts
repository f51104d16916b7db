/**
 * Where snapshots come from and go to: what storage gives to the transport.
 */

import type { NodeId, Snapshot } from "@quorate/raft";

/** Longest id of a snapshot, in bytes of UTF-8, and longest checksum. */
export const snapshotIdBytesMax = 200;
export const snapshotChecksumBytesMax = 64;

/** Opens what a `MsgSnap` refers to. */
export type SnapshotSource = {
  /**
   * Opens the content behind `snapshot.data`. It must stay readable and unchanged until the reader is closed.
   * A rejection fails the transfer.
   */
  open(peer: NodeId, snapshot: Snapshot): Promise<SnapshotReader>;
};

/** Open content of a snapshot. */
export type SnapshotReader = {
  /** Same id and checksum, same bytes: this is what a resumed transfer is found by. */
  readonly id: string;
  readonly totalBytes: number;
  /** Of the whole content, by a method on which source and sink agree; the transport only carries it. */
  readonly checksum: Uint8Array;
  /** Between 1 and `bytesMax` bytes from `offset`, which is below `totalBytes`. */
  read(offset: number, bytesMax: number): Promise<Uint8Array>;
  close(): Promise<void>;
};

/** What a peer wants to send. */
export type SnapshotOffer = {
  readonly id: string;
  readonly totalBytes: number;
  readonly checksum: Uint8Array;
  /** Metadata and reference, as the sender's message has them. */
  readonly snapshot: Snapshot;
};

/** Stores what peers send. */
export type SnapshotSink = {
  /**
   * Begins or resumes. A rejection refuses the offer, and its message is given to the sender. Only one writer per id
   * is open at a time.
   */
  begin(peer: NodeId, offer: SnapshotOffer): Promise<SnapshotWriter>;
};

/** A snapshot that is being received. */
export type SnapshotWriter = {
  /** How much of this very content is stored already; the transfer goes on from there. */
  readonly receivedBytes: number;
  /** Stores the next bytes. One call at a time. The bytes are the writer's until it resolves. */
  write(bytes: Uint8Array): Promise<void>;
  /**
   * Verifies the whole against the checksum and makes it durable. On a mismatch it throws away what it has and rejects,
   * so that the next attempt begins anew.
   */
  finish(): Promise<void>;
  /** Ends without finishing; what was stored is kept for a later `begin`. Called once, after everything else. */
  close(): Promise<void>;
};
