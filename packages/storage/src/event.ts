/**
 * What happens in the storage, for logs and metrics: plain data, given to one optional sink. Durations come from the
 * caller's clock, in its milliseconds; without one they are 0.
 */

import type { SnapshotMetadata } from "@quorate/raft";
import type { StorageError } from "./storage-error.ts";

/** Something that recovery found, dealt with, and wants to be known. */
export type RecoveryWarning = {
  /**
   * - `torn-tail`: remains of a write that was never acknowledged were cut off.
   * - `state-file`: one of the two state files was damaged and was written again from the other and the log.
   * - `snapshot`: the newest snapshot is damaged; an older one with a complete log serves.
   * - `leftover`: something that an interrupted clean-up left was removed.
   */
  readonly kind: "torn-tail" | "state-file" | "snapshot" | "leftover";
  readonly file: string;
  readonly offset: number | null;
  readonly what: string;
};

/** See the module. */
export type StorageEvent =
  | {
      readonly kind: "opened";
      readonly warnings: readonly RecoveryWarning[];
      readonly firstIndex: number;
      readonly lastIndex: number;
      readonly segments: number;
    }
  | {
      readonly kind: "batch-durable";
      readonly appends: number;
      readonly entries: number;
      readonly bytes: number;
      readonly writeMs: number;
      readonly syncMs: number;
    }
  | {
      readonly kind: "segment-begun";
      readonly id: number;
      readonly bytes: number;
      readonly wasSpare: boolean;
    }
  | { readonly kind: "segment-removed"; readonly id: number }
  | { readonly kind: "spare-ready" }
  /** The next segment could not be prepared: the disk is (almost) full. See `LogStore.reserve()`. */
  | { readonly kind: "spare-failed"; readonly error: StorageError }
  | { readonly kind: "marked"; readonly sequence: number }
  | { readonly kind: "snapshot-durable"; readonly snapshot: SnapshotMetadata; readonly bytes: number }
  | { readonly kind: "snapshot-removed"; readonly snapshot: SnapshotMetadata }
  /** Every later call is refused with this error. */
  | { readonly kind: "failed"; readonly error: StorageError };

/** Receives events, synchronously; must not call back into the storage. */
export type StorageEventSink = (event: StorageEvent) => void;
