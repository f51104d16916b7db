/**
 * A storage in memory: for tests, simulation, and as the in-memory face of a durable log.
 */

import { type Entry, limitBytes, makeEntry, noData } from "./entry.ts";
import { broken } from "./outcome.ts";
import { type ConfState, emptyConfState, type Snapshot } from "./snapshot.ts";
import { emptyHardState, type HardState } from "./state.ts";
import type { Storage, StorageFault } from "./storage.ts";

/**
 * Keeps the log behind the last compaction, the hard state and one snapshot.
 *
 * Slot 0 of the list is a dummy at `firstIndex() − 1`: the last entry compacted, of which only the term is needed.
 */
export class MemoryStorage implements Storage {
  private hardState: HardState = emptyHardState;
  private latest: Snapshot = { metadata: { index: 0, term: 0, confState: emptyConfState }, data: noData };
  private log: Entry[] = [makeEntry(0, 0, 0, noData)];

  initialState(): { readonly hardState: HardState; readonly confState: ConfState } {
    return { hardState: this.hardState, confState: this.latest.metadata.confState };
  }

  entries(lo: number, hi: number, maxBytes: number): readonly Entry[] | StorageFault {
    const offset = this.dummyIndex();
    if (lo <= offset) return "compacted";
    if (hi > this.lastIndex() + 1) return "unavailable";
    return limitBytes(this.log.slice(lo - offset, hi - offset), maxBytes);
  }

  term(index: number): number | StorageFault {
    const offset = this.dummyIndex();
    if (index < offset) return "compacted";
    const entry = this.log[index - offset];
    return entry === undefined ? "unavailable" : entry.term;
  }

  firstIndex(): number {
    return this.dummyIndex() + 1;
  }

  lastIndex(): number {
    return this.dummyIndex() + this.log.length - 1;
  }

  snapshot(): Snapshot | StorageFault {
    return this.latest;
  }

  /** Stores the hard state. */
  setHardState(hardState: HardState): void {
    this.hardState = hardState;
  }

  /**
   * Appends entries, replacing what was stored from the first of them on.
   * @throws RaftError `invariant` if they would leave a gap.
   */
  append(entries: readonly Entry[]): void {
    const first = entries[0];
    if (first === undefined) return;
    const offset = this.dummyIndex();
    const position = first.index - offset;
    if (position <= 0) {
      this.append(entries.filter((entry) => entry.index > offset));
      return;
    }
    if (!(position <= this.log.length))
      throw broken(`entries from index ${first.index} on would leave a gap behind index ${this.lastIndex()}`);
    this.log.length = position;
    for (const entry of entries) this.log.push(entry);
  }

  /** Replaces everything by a snapshot received from the leader; false if it is older than the one kept. */
  applySnapshot(snapshot: Snapshot): boolean {
    const { index, term } = snapshot.metadata;
    if (index <= this.latest.metadata.index) return false;
    this.latest = snapshot;
    this.log = [makeEntry(0, term, index, noData)];
    return true;
  }

  /**
   * Makes a snapshot of the own state at `index`, which must be stored; the log stays until {@link compact}. Returns
   * it, or the older request's refusal as `compacted`.
   */
  createSnapshot(index: number, confState: ConfState | null, data: Uint8Array): Snapshot | StorageFault {
    if (index <= this.latest.metadata.index) return "compacted";
    const term = this.term(index);
    if (typeof term !== "number") return term;
    this.latest = { metadata: { index, term, confState: confState ?? this.latest.metadata.confState }, data };
    return this.latest;
  }

  /** Drops the log up to and including `index`; the caller has a snapshot that covers it. False if that happened already. */
  compact(index: number): boolean {
    const offset = this.dummyIndex();
    if (index <= offset) return false;
    if (!(index <= this.lastIndex()))
      throw broken(`cannot compact up to ${index}: the last index is ${this.lastIndex()}`);
    const kept = this.log[index - offset] as Entry;
    this.log = [makeEntry(0, kept.term, index, noData), ...this.log.slice(index - offset + 1)];
    return true;
  }

  private dummyIndex(): number {
    return (this.log[0] as Entry).index;
  }
}
