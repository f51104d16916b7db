/**
 * What can go wrong with a memory disk, in words that its driver uses.
 */

import type { DiskFault } from "./disk.ts";
import type { Kept, UnsyncedChange } from "./memory-inode.ts";

/** One operation, as faults and schedulers see it. */
export type DiskOperation = {
  /** Counts all operations of the disk, from 1. */
  readonly number: number;
  readonly kind:
    | "lock"
    | "create-directory"
    | "list"
    | "open"
    | "rename"
    | "remove"
    | "sync-directory"
    | "size"
    | "read"
    | "write"
    | "preallocate"
    | "truncate"
    | "datasync"
    | "close";
  readonly path: string;
  /** Where in the file; 0 where that has no meaning. */
  readonly position: number;
  /** How much; 0 where that has no meaning. */
  readonly bytes: number;
};

/** What goes wrong with an operation. */
export type InjectedFault =
  /** It rejects and does nothing; a failed sync loses what it should have saved, and the page cache hides that. */
  | { readonly kind: "error"; readonly code: DiskFault }
  /** A write stores only its first bytes, then rejects with `io`. */
  | { readonly kind: "short"; readonly bytes: number }
  /** A write lands elsewhere, and resolves. */
  | { readonly kind: "misdirect"; readonly position: number }
  /** A write or sync does nothing, and resolves. */
  | { readonly kind: "lie" }
  /** It takes effect when `resume()` is called. */
  | { readonly kind: "stall" };

/** Settings of a memory disk. */
export type MemoryDiskOptions = {
  /** Asked before every operation; null lets it pass. */
  readonly onOperation?: ((operation: DiskOperation) => InjectedFault | null) | undefined;
  /** Calls `complete` when the operation is to complete. Default: in a microtask. Operations of one file complete in any order. */
  readonly schedule?: ((operation: DiskOperation, complete: () => void) => void) | undefined;
  /** Bytes that all files together may take; no limit by default. */
  readonly quotaBytes?: number | undefined;
};

/** What survives a power failure. */
export type CrashOptions = {
  /** Per unsynced change of content, oldest first. Default: nothing. */
  readonly keepUnsynced?: (change: UnsyncedChange) => Kept;
  /** How many of the unsynced changes of names in a directory survive; they do so in order. Default: none. */
  readonly keepNames?: (directory: string, unsynced: number) => number;
};
