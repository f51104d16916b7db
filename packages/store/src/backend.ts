/**
 * The seam to what keeps the state: an ordered map of byte strings with one writer and atomic commits.
 *
 * Two implementations: memory (tests, simulation, browser) and LMDB (production, `@quorate/store/lmdb`). Both pass the
 * contract suite in test/backend-contract.ts.
 */

/** A position in a walk. `key` and `value` hold after `next()` returned true. */
export type Cursor = {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
  /** Goes to the next entry; false at the end. */
  next(): boolean;
  /** Gives up a walk before its end. May be called more than once. */
  close(): void;
};

/** Something that can be read. Byte strings that are handed out are never changed by the backend, nor by the reader. */
export type BackendView = {
  get(key: Uint8Array): Uint8Array | undefined;
  /** Walks `[low, high)` up, or down when `reverse`. Null as `high` has no upper end. */
  cursor(low: Uint8Array, high: Uint8Array | null, reverse: boolean): Cursor;
  /** Number of entries in `[low, high)`. */
  count(low: Uint8Array, high: Uint8Array | null): number;
};

/** A view that stays as it is while commits go on. Must be closed: it may hold back the reuse of space. */
export type PinnedView = BackendView & { close(): void };

/** The changes of a commit in ascending key order; a null value deletes. */
export type Changes = {
  /** Calls back for each change. */
  forEach(change: (key: Uint8Array, value: Uint8Array | null) => void): void;
};

/** Bytes on the disk (or in memory). */
export type BackendSizes = {
  /** What the backend occupies. */
  readonly totalBytes: number;
  /** What of it holds data; the rest is free for reuse. */
  readonly inUseBytes: number;
};

/**
 * Keeps the state. Keys are 1 byte to 3 MiB long, values 0 bytes to 1 GiB. Reads see everything that was committed
 * and reported; they may see a commit that was not reported yet, whole, but only between turns of the event loop.
 */
export type Backend = BackendView & {
  /** Whether what was committed outlives the process. */
  readonly isPersistent: boolean;
  /**
   * Commits changes in one transaction. `done` is called once: with null when they are durable and visible, with an
   * error when they are not and never will be. It may be called before `commit` returns, or much later. The backend
   * takes the changes before it returns; it must not be given a second commit before `done` (assertion).
   */
  commit(changes: Changes, done: (error: Error | null) => void): void;
  /**
   * Commits at once: durable and visible on return; throws when it fails. Keys must not overlap those of a commit that
   * is on its way, since the order of the two is not defined. For restoring snapshots.
   */
  commitNow(changes: Changes): void;
  /** Pins what is committed now. */
  pin(): PinnedView;
  sizes(): BackendSizes;
  /**
   * Gives free space back to the system. Waits for the commit that is on its way; one that is asked for meanwhile waits
   * for the end. Reads go on, pinned views stay as they are. Left out where there is nothing to give back.
   */
  defragment?(): Promise<void>;
};
