/**
 * The log: what the storage holds, the unstable tail behind it, and how far it is committed and applied.
 */

import { type Entry, entriesBytes, limitBytes, noEntries } from "./entry.ts";
import type { LogView } from "./event.ts";
import { broken, RaftError } from "./outcome.ts";
import type { Snapshot } from "./snapshot.ts";
import type { Storage, StorageFault } from "./storage.ts";
import { type Emit, UnstableLog } from "./unstable-log.ts";

/**
 * Invariants: `applied ≤ applying ≤ committed ≤ lastIndex`; none of the first three ever falls; entries up to
 * `committed` are never replaced.
 */
export class RaftLog {
  readonly unstable: UnstableLog;
  committed: number;
  /** Highest index handed out for application. */
  applying: number;
  /** Highest index reported applied. */
  applied: number;
  private readonly storage: Storage;
  private readonly emit: Emit;
  /** Limit of entry bytes that are handed out and not reported applied. */
  private readonly applyBytesMax: number;
  private applyingBytes = 0;
  private applyPaused = false;

  constructor(storage: Storage, applyBytesMax: number, emit: Emit) {
    this.storage = storage;
    this.applyBytesMax = applyBytesMax;
    this.emit = emit;
    this.unstable = new UnstableLog(storage.lastIndex() + 1, emit);
    this.committed = storage.firstIndex() - 1;
    this.applying = this.committed;
    this.applied = this.committed;
  }

  firstIndex(): number {
    const pending = this.unstable.snapshot;
    return pending === null ? this.storage.firstIndex() : pending.metadata.index + 1;
  }

  lastIndex(): number {
    const last = this.unstable.lastIndex();
    return last === 0 ? this.storage.lastIndex() : last;
  }

  lastTerm(): number {
    const term = this.term(this.lastIndex());
    if (typeof term === "string")
      throw storageError(term, `read the term of the last entry (${this.lastIndex()})`);
    return term;
  }

  /** Term of the entry at `index`; `compacted` or `unavailable` outside of what is kept. */
  term(index: number): number | "compacted" | "unavailable" {
    const held = this.unstable.term(index);
    if (held >= 0) return held;
    const { snapshot, entries, offset } = this.unstable;
    if (snapshot !== null && index < snapshot.metadata.index) return "compacted";
    // What the storage has there, if anything, is about to be replaced.
    if (index >= offset && (snapshot !== null || entries.length > 0)) return "unavailable";
    const stored = this.storage.term(index);
    if (typeof stored === "number" || stored === "compacted" || stored === "unavailable") return stored;
    throw storageError(stored, `read the term of entry ${index}`);
  }

  /** Term of the entry at `index`, 0 where there is none. */
  termOrZero(index: number): number {
    const term = this.term(index);
    return typeof term === "number" ? term : 0;
  }

  /** Whether the entry at `index` has `term`. */
  matches(index: number, term: number): boolean {
    return this.term(index) === term;
  }

  /** The election restriction (Raft §5.4.1): a log that ends in (`index`, `term`) is at least as good as this one. */
  isUpToDate(index: number, term: number): boolean {
    const ownTerm = this.lastTerm();
    return term > ownTerm || (term === ownTerm && index >= this.lastIndex());
  }

  /** Appends a leader's own entries. */
  append(entries: readonly Entry[]): void {
    if (entries.length === 0) return;
    const firstIndex = (entries[0] as Entry).index;
    const lastIndex = (entries[entries.length - 1] as Entry).index;
    if (!(firstIndex > this.committed))
      throw broken(`entry ${firstIndex} would replace a committed one (committed: ${this.committed})`);
    this.unstable.append(entries);
    this.emit?.({ kind: "entries-appended", firstIndex, lastIndex });
  }

  /**
   * The receiver's part of AppendEntries (Raft §5.3): appends what is new if the entry before it matches, replacing
   * a conflicting suffix. Returns the last index that is now known to equal the leader's, or −1 if it did not match.
   */
  tryAppend(
    previousIndex: number,
    previousTerm: number,
    entries: readonly Entry[],
    leaderCommit: number,
  ): number {
    if (!this.matches(previousIndex, previousTerm)) return -1;
    const lastNew = previousIndex + entries.length;
    const conflict = this.findConflict(entries);
    if (conflict !== 0) {
      if (!(conflict > this.committed))
        throw broken(`entry ${conflict} conflicts with a committed entry (committed: ${this.committed})`);
      const start = conflict - previousIndex - 1;
      if (!(start < entries.length))
        throw broken(`conflict ${conflict} lies outside of the appended entries`);
      this.append(start === 0 ? entries : entries.slice(start));
    }
    this.commitTo(Math.min(leaderCommit, lastNew));
    return lastNew;
  }

  /** Index of the first entry that differs from or is missing in the log; 0 if all are there. */
  private findConflict(entries: readonly Entry[]): number {
    for (const entry of entries) {
      const ownTerm = this.term(entry.index);
      if (ownTerm === entry.term) continue;
      if (ownTerm !== "unavailable") {
        this.emit?.({
          kind: "conflict-found",
          index: entry.index,
          existingTerm: typeof ownTerm === "number" ? ownTerm : 0,
          conflictingTerm: entry.term,
        });
      }
      return entry.index;
    }
    return 0;
  }

  /**
   * Where a log that has `term` at `index` might agree with this one: the highest index at or before it whose term
   * is not greater. Both sides of a rejection use it, so that each differing term costs one round trip at most.
   * Returns the index and its term (0 if unknown).
   */
  findAgreement(index: number, term: number): { index: number; term: number } {
    for (let at = index; at > 0; at--) {
      const ownTerm = this.term(at);
      if (typeof ownTerm === "string") return { index: at, term: 0 };
      if (ownTerm <= term) return { index: at, term: ownTerm };
    }
    return { index: 0, term: 0 };
  }

  /** Raises the commit index. */
  commitTo(index: number): void {
    if (index <= this.committed) return;
    if (!(index <= this.lastIndex())) {
      throw broken(
        `index ${index} is committed but the log ends at ${this.lastIndex()}: acknowledged entries were lost; this member must be replaced`,
      );
    }
    const from = this.committed;
    this.committed = index;
    this.emit?.({ kind: "commit-advanced", from, commit: index });
  }

  /** Entries from `lo` on within `maxBytes`; `compacted` if they are not kept any more. */
  entriesFrom(lo: number, maxBytes: number): readonly Entry[] | "compacted" {
    const last = this.lastIndex();
    return lo > last ? noEntries : this.slice(lo, last + 1, maxBytes);
  }

  /** Whether a membership change lies in `(applied, committed]`. */
  hasUnappliedChange(isChange: (entry: Entry) => boolean, pageBytesMax: number): boolean {
    let lo = this.applied + 1;
    while (lo <= this.committed) {
      const page = this.slice(lo, this.committed + 1, pageBytesMax);
      if (page === "compacted") throw storageError(page, `scan unapplied entries from ${lo}`);
      if (page.some(isChange)) return true;
      lo += page.length;
    }
    return false;
  }

  /** Entries in `[lo, hi)` within `maxBytes`, at least one. */
  slice(lo: number, hi: number, maxBytes: number): readonly Entry[] | "compacted" {
    if (lo >= hi) return noEntries;
    const { snapshot, offset } = this.unstable;
    if (snapshot !== null && lo <= snapshot.metadata.index) return "compacted";
    if (!(hi <= this.lastIndex() + 1))
      throw broken(`entries [${lo}, ${hi}) lie beyond the last index ${this.lastIndex()}`);
    if (lo >= offset) return limitBytes(this.unstable.entries.slice(lo - offset, hi - offset), maxBytes);
    const cut = Math.min(hi, offset);
    const stored = this.storage.entries(lo, cut, maxBytes);
    if (stored === "compacted") return stored;
    if (typeof stored === "string") throw storageError(stored, `read entries [${lo}, ${cut})`);
    if (stored.length === 0) throw broken(`the storage returned nothing for entries [${lo}, ${cut})`);
    if (hi <= offset || stored.length < cut - lo) return stored;
    const storedBytes = entriesBytes(stored);
    if (storedBytes >= maxBytes) return stored;
    const rest = limitBytes(this.unstable.entries.slice(0, hi - offset), maxBytes - storedBytes);
    if (rest.length === 1 && storedBytes + entriesBytes(rest) > maxBytes) return stored;
    return [...stored, ...rest];
  }

  /** The latest snapshot: the pending one, else the storage's. */
  snapshot(): Snapshot | "snapshot-unavailable" {
    if (this.unstable.snapshot !== null) return this.unstable.snapshot;
    const stored = this.storage.snapshot();
    if (typeof stored !== "string" || stored === "snapshot-unavailable") return stored;
    throw storageError(stored, "read the latest snapshot");
  }

  /** Whether a snapshot from the leader is waiting to be stored and applied. */
  hasPendingSnapshot(): boolean {
    return this.unstable.snapshot !== null;
  }

  /** Highest index that may be handed out for application. */
  private applicableIndex(mayBeUnstable: boolean): number {
    return mayBeUnstable ? this.committed : Math.min(this.committed, this.unstable.offset - 1);
  }

  /** Entries to apply next. Nothing while a snapshot is pending, or while too much is being applied. */
  entriesToApply(mayBeUnstable: boolean): readonly Entry[] {
    if (!this.hasEntriesToApply(mayBeUnstable)) return noEntries;
    const hi = this.applicableIndex(mayBeUnstable) + 1;
    const entries = this.slice(this.applying + 1, hi, this.applyBytesMax - this.applyingBytes);
    if (entries === "compacted")
      throw storageError(entries, `read entries to apply from ${this.applying + 1}`);
    return entries;
  }

  hasEntriesToApply(mayBeUnstable: boolean): boolean {
    if (this.applying === this.committed || this.applyPaused || this.hasPendingSnapshot()) return false;
    return this.applying < this.applicableIndex(mayBeUnstable);
  }

  /** Entries up to `index`, of `bytes`, were handed out for application. */
  acceptApplying(index: number, bytes: number, mayBeUnstable: boolean): void {
    if (!(index <= this.committed))
      throw broken(`entry ${index} is to be applied but only ${this.committed} is committed`);
    this.applying = index;
    this.applyingBytes += bytes;
    // Paused by the limit, or because the limit cut the batch: the next would be a sliver.
    this.applyPaused =
      this.applyingBytes >= this.applyBytesMax || index < this.applicableIndex(mayBeUnstable);
  }

  /** Entries up to `index`, of `bytes`, have been applied. */
  appliedTo(index: number, bytes: number): void {
    if (!(index >= this.applied && index <= this.committed))
      throw broken(`applied index ${index} is out of range [${this.applied}, ${this.committed}]`);
    this.applied = index;
    this.applying = Math.max(this.applying, index);
    this.applyingBytes = Math.max(0, this.applyingBytes - bytes);
    // Whatever the limit: while nothing is outstanding, one entry may go.
    this.applyPaused = this.applyingBytes > 0 && this.applyingBytes >= this.applyBytesMax;
  }

  /** Replaces everything by a snapshot from the leader. */
  restore(snapshot: Snapshot): void {
    this.emit?.({ kind: "log-restoring", log: this.view(), snapshot: snapshot.metadata });
    this.committed = snapshot.metadata.index;
    this.unstable.restore(snapshot);
  }

  /** The inner positions, for diagnosis. */
  view(): LogView {
    return {
      committed: this.committed,
      applied: this.applied,
      applying: this.applying,
      unstableOffset: this.unstable.offset,
      unstableOffsetInProgress: this.unstable.offsetInProgress,
      unstableLength: this.unstable.entries.length,
    };
  }
}

function storageError(fault: StorageFault, action: string): RaftError {
  return new RaftError("storage", `could not ${action}: ${fault}`, fault);
}
