/**
 * Proposals of this member that wait for their entry.
 *
 * A proposal is settled by what is applied, never by what was sent: by its own entry; by another entry at the place that
 * a leader had given it; or by an entry of a later term than the one in which it was sent. A leader takes a proposal only
 * in the term that its sender names, and terms in the log only rise (Raft §5.3), so that both prove that it can never be
 * committed.
 */

import { definitely, type MemberError, perhaps } from "./member-error.ts";
import type { Applied } from "./replica.ts";

/** What became of a proposal. */
export type Proposed = { readonly result: unknown; readonly index: number };

/** Who waits. */
export type Waiter = {
  resolve(proposed: Proposed): void;
  reject(error: MemberError): void;
};

type Pending = {
  readonly waiter: Waiter;
  readonly deadlineMs: number;
  readonly bytes: number;
  /** Whether it may have left this member. */
  isSent: boolean;
  /** Where the leader put it; 0 while unknown. */
  index: number;
  /** In which term it was sent or put there: no entry of another term is it. 0: not sent, or nothing can be told from it. */
  term: number;
};

/** Bounds of what may wait at one member. */
export type ProposalBounds = { readonly proposalsMax: number; readonly bytesMax: number };

/** See the module. */
export class ProposalTable {
  private readonly bounds: ProposalBounds;
  private readonly pending = new Map<number, Pending>();
  private readonly byIndex = new Map<number, number>();
  private bytes = 0;
  /** Term of the entry applied last. */
  private appliedTerm = 0;
  /** Up to here a snapshot took the place of entries. */
  private skippedTo = 0;

  constructor(bounds: ProposalBounds) {
    this.bounds = bounds;
  }

  get size(): number {
    return this.pending.size;
  }

  /** Null if there is room for another of `bytes`, otherwise the refusal. */
  refusal(bytes: number): MemberError | null {
    const { proposalsMax, bytesMax } = this.bounds;
    if (this.pending.size < proposalsMax && (this.bytes === 0 || this.bytes + bytes <= bytesMax)) return null;
    return definitely(
      "too-many-requests",
      `${this.pending.size} proposals (${this.bytes} bytes) wait already, of ${proposalsMax} (${bytesMax}); try again later`,
    );
  }

  /** Begins to wait. */
  add(serial: number, bytes: number, deadlineMs: number, waiter: Waiter): void {
    this.pending.set(serial, { waiter, deadlineMs, bytes, isSent: false, index: 0, term: 0 });
    this.bytes += bytes;
  }

  has(serial: number): boolean {
    return this.pending.has(serial);
  }

  /** It is on its way to the leader of a term: from now on it may be committed, as an entry of that term. */
  noteSent(serial: number, term: number): void {
    const waiting = this.pending.get(serial);
    if (waiting === undefined) return;
    waiting.isSent = true;
    waiting.term = term;
  }

  /** The leader certainly did not take it. */
  noteUnsent(serial: number): void {
    const waiting = this.pending.get(serial);
    if (waiting === undefined) return;
    waiting.isSent = false;
    waiting.term = 0;
  }

  /** A leader appended it at `index` in `term`. */
  place(serial: number, index: number, term: number): void {
    const waiting = this.pending.get(serial);
    if (waiting === undefined) return;
    if (index <= this.skippedTo) {
      // The answer was slower than the snapshot, which may have the entry in it: nothing that is applied will tell.
      this.refuse(serial, skipped());
      return;
    }
    waiting.isSent = true;
    waiting.index = index;
    waiting.term = term;
    this.byIndex.set(index, serial);
  }

  /** It was refused. */
  refuse(serial: number, error: MemberError): void {
    this.take(serial)?.waiter.reject(error);
  }

  /** Settles what an applied entry settles. `isOwn` says whether the entry comes from this member's present life. */
  settle(applied: Applied, isOwn: boolean): void {
    const expected = this.byIndex.get(applied.index);
    if (expected !== undefined && !(isOwn && applied.origin?.serial === expected)) {
      const text = `entry ${applied.index} of term ${applied.term} was committed in its place after a change of leader; propose it again`;
      this.take(expected)?.waiter.reject(definitely("superseded", text));
    }
    if (applied.term > this.appliedTerm) this.supersede(applied);
    if (!isOwn || applied.origin === null) return;
    const waiting = this.take(applied.origin.serial);
    if (waiting === undefined) return;
    if (applied.error === null) waiting.waiter.resolve({ result: applied.result, index: applied.index });
    else waiting.waiter.reject(applied.error);
  }

  /** The log has reached a later term: what was sent in an earlier one, and was not applied, never will be. */
  private supersede({ index, term }: Applied): void {
    this.appliedTerm = term;
    for (const [serial, waiting] of this.pending) {
      if (waiting.term === 0 || waiting.term >= term) continue;
      const text = `the leader changed before it was committed: entry ${index} is of term ${term}, it was sent in term ${waiting.term}; propose it again`;
      this.take(serial)?.waiter.reject(definitely("superseded", text));
    }
  }

  /** A snapshot replaced the entries up to `index`: what became of those that were placed there is not known. */
  skipTo(index: number): void {
    this.skippedTo = Math.max(this.skippedTo, index);
    // Those that have no place yet may be among them, or not: only their own entry can tell.
    for (const waiting of this.pending.values()) if (waiting.index === 0) waiting.term = 0;
    for (const [placed, serial] of [...this.byIndex]) {
      if (placed <= index) this.refuse(serial, skipped());
    }
  }

  /** Ends those whose time is over. */
  expire(nowMs: number): void {
    for (const [serial, { deadlineMs, index, isSent }] of this.pending) {
      if (deadlineMs > nowMs) continue;
      this.take(serial)?.waiter.reject(overdue(index, isSent));
    }
  }

  /** Ends all: this member stops. */
  rejectAll(makeError: () => MemberError): void {
    for (const serial of [...this.pending.keys()]) this.take(serial)?.waiter.reject(makeError());
  }

  private take(serial: number): Pending | undefined {
    const waiting = this.pending.get(serial);
    if (waiting === undefined) return undefined;
    this.pending.delete(serial);
    this.bytes -= waiting.bytes;
    if (waiting.index !== 0 && this.byIndex.get(waiting.index) === serial) this.byIndex.delete(waiting.index);
    return waiting;
  }
}

function skipped(): MemberError {
  const text = "this member took a snapshot instead of the entry, so the result is not known here";
  return perhaps("timeout", text);
}

function overdue(index: number, isSent: boolean): MemberError {
  if (!isSent) return definitely("no-leader", "no leader was found in time; nothing was proposed");
  const where =
    index === 0
      ? "whether it reached the leader is not known"
      : `it stands at index ${index}, not applied yet`;
  return perhaps("timeout", `the proposal was not applied in time: ${where}; it may still be`);
}
