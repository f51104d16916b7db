/**
 * What the core reads back: the durable log, the hard state and the latest snapshot. It never writes; the
 * application does, from what `ready()` hands out.
 */

import type { Entry } from "./entry.ts";
import type { ConfState, Snapshot } from "./snapshot.ts";
import type { HardState } from "./state.ts";

/**
 * Why the storage has no answer:
 *
 * - `compacted`: the index lies before the first one kept; a snapshot covers it. An ordinary answer.
 * - `unavailable`: the index lies behind the last one stored. An ordinary answer.
 * - `snapshot-unavailable`: a snapshot is being made; ask again later. An ordinary answer.
 * - `corrupt`, `io`: the data cannot be read; the core stops with a {@link file://./outcome.ts RaftError}.
 */
export type StorageFault = "compacted" | "unavailable" | "snapshot-unavailable" | "corrupt" | "io";

/** The core's view of durable state. All calls are synchronous and must be answered from memory or a cache. */
export type Storage = {
  /** Hard state and configuration as stored; asked once, at construction. */
  initialState(): { readonly hardState: HardState; readonly confState: ConfState };
  /**
   * Entries in `[lo, hi)`, as many as fit into `maxBytes` (in `entryBytes`), but at least one. The list must not be
   * changed afterwards.
   */
  entries(lo: number, hi: number, maxBytes: number): readonly Entry[] | StorageFault;
  /** Term of the entry at `index`, which may be `firstIndex() − 1` as well (the last one compacted). */
  term(index: number): number | StorageFault;
  /** Index of the first entry kept; 1 if nothing was ever compacted. */
  firstIndex(): number;
  /** Index of the last entry stored; `firstIndex() − 1` if there is none. */
  lastIndex(): number;
  /** The latest snapshot, at or behind the applied index. */
  snapshot(): Snapshot | StorageFault;
};
