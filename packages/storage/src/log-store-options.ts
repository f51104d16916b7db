/**
 * What a log is opened with, and what is written to it.
 */

import type { Entry, HardState } from "@quorate/raft";
import type { StorageEventSink } from "./event.ts";
import type { Identity } from "./identity.ts";

export const mebibyte = 1024 * 1024;

/** Settings of `LogStore.open()`. */
export type LogStoreOptions = {
  /** Whose directory it must be. */
  readonly identity: Identity;
  /** Bytes of a segment; default 64 MiB. A multiple of 512. */
  readonly segmentBytes?: number;
  /** Bytes of records that are put into one batch if more than one append waits; default 4 MiB. */
  readonly batchBytesMax?: number;
  /** Bytes of records that may wait, beyond which appends are refused with `busy`; default 256 MiB. */
  readonly queueBytesMax?: number;
  /** Bytes of entries kept in memory (data plus 96 each); older ones are read from disk. Default 64 MiB. */
  readonly cacheBytesMax?: number;
  /** Snapshots kept, the latest included; default 2. */
  readonly snapshotsKept?: number;
  /** A monotonic clock in milliseconds, for the durations in events. Default: always 0. */
  readonly now?: () => number;
  readonly events?: StorageEventSink | undefined;
};

/** What is written in one go. */
export type LogWrite = {
  /** Term, vote and commit, if they changed. */
  readonly hardState: HardState | null;
  /** Entries; they replace what is stored from the first one's index on. */
  readonly entries: readonly Entry[];
  /** Whether a change of the commit index alone is worth a write; default false. Anything else always is. */
  readonly mustSync?: boolean;
};
