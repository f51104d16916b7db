/**
 * The tail of the log that is not known to be durable, and the part of it that is being written.
 */

import { type Entry, noEntries } from "./entry.ts";
import type { EventBody } from "./event.ts";
import { broken } from "./outcome.ts";
import type { Snapshot } from "./snapshot.ts";

/** Builds and delivers an event; null when nobody listens, so that `emit?.({…})` costs nothing. */
export type Emit = ((body: EventBody) => void) | null;

/**
 * ```
 *   storage …──────┬──────────────────┬───────────────┐
 *                  offset             offsetInProgress  end
 *                  └─ being written ──┴─ to be written ─┘
 * ```
 *
 * Invariants: `entries[k]` has index `offset + k`; `offset ≤ offsetInProgress ≤ offset + entries.length`; with a
 * snapshot, `offset` is at least its index + 1.
 */
export class UnstableLog {
  /** A snapshot from the leader that is not durable yet. */
  snapshot: Snapshot | null = null;
  snapshotInProgress = false;
  entries: Entry[] = [];
  offset: number;
  offsetInProgress: number;
  private readonly emit: Emit;

  constructor(offset: number, emit: Emit) {
    this.offset = offset;
    this.offsetInProgress = offset;
    this.emit = emit;
  }

  /** Last index held here, or 0. */
  lastIndex(): number {
    if (this.entries.length > 0) return this.offset + this.entries.length - 1;
    return this.snapshot === null ? 0 : this.snapshot.metadata.index;
  }

  /** Term of the entry at `index` if it is held here, otherwise −1. */
  term(index: number): number {
    if (index < this.offset) {
      return this.snapshot !== null && this.snapshot.metadata.index === index
        ? this.snapshot.metadata.term
        : -1;
    }
    const entry = this.entries[index - this.offset];
    return entry === undefined ? -1 : entry.term;
  }

  /** Entries whose writing has not begun. */
  entriesToWrite(): readonly Entry[] {
    return this.hasEntriesToWrite() ? this.entries.slice(this.offsetInProgress - this.offset) : noEntries;
  }

  /** Whether there are entries whose writing has not begun. */
  hasEntriesToWrite(): boolean {
    return this.offsetInProgress - this.offset < this.entries.length;
  }

  /** The snapshot, if its writing has not begun. */
  snapshotToWrite(): Snapshot | null {
    return this.snapshotInProgress ? null : this.snapshot;
  }

  /** Everything held here is now being written. */
  acceptInProgress(): void {
    this.offsetInProgress = this.offset + this.entries.length;
    if (this.snapshot !== null) this.snapshotInProgress = true;
  }

  /**
   * Entries up to `index` are durable, provided that the one at `index` still has `term`: while it was being written
   * it may have been replaced by another leader's.
   */
  stableTo(index: number, term: number): void {
    const ownTerm = this.term(index);
    const position = index - this.offset;
    const cause = ownTerm < 0 ? "missing" : position < 0 ? "snapshot" : ownTerm !== term ? "mismatch" : null;
    if (cause !== null) {
      this.emit?.({ kind: "stable-ignored", cause, index, logTerm: term, ownIndex: index, ownTerm });
      return;
    }
    this.entries = this.entries.slice(position + 1);
    this.offset = index + 1;
    this.offsetInProgress = Math.max(this.offsetInProgress, this.offset);
  }

  /** The snapshot at `index` is durable. */
  stableSnapshotTo(index: number): void {
    if (this.snapshot === null || this.snapshot.metadata.index !== index) return;
    this.snapshot = null;
    this.snapshotInProgress = false;
  }

  /** Replaces everything by a snapshot. */
  restore(snapshot: Snapshot): void {
    this.offset = snapshot.metadata.index + 1;
    this.offsetInProgress = this.offset;
    this.entries = [];
    this.snapshot = snapshot;
    this.snapshotInProgress = false;
  }

  /** Appends, replacing what is held from the first new index on. */
  append(entries: readonly Entry[]): void {
    const from = (entries[0] as Entry).index;
    const end = this.offset + this.entries.length;
    if (!(from <= end))
      throw broken(`entries from index ${from} on would leave a gap behind index ${end - 1}`);
    if (from <= this.offset) {
      if (from !== end) this.emit?.({ kind: "unstable-replaced", index: from });
      this.entries = entries.slice();
      this.offset = from;
      this.offsetInProgress = from;
      return;
    }
    if (from < end) {
      this.emit?.({ kind: "unstable-truncated", index: from });
      this.entries = this.entries.slice(0, from - this.offset);
      this.offsetInProgress = Math.min(this.offsetInProgress, from);
    }
    for (const entry of entries) this.entries.push(entry);
  }
}
