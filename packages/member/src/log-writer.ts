/**
 * The log writer: one write in flight, and everything that waits in the next (group commit).
 *
 * Storage messages of the core come in order and are answered in order. What only says that the commit index rose is
 * not worth a write of its own: a commit index that is lost is found again from the leader. It goes along with the next.
 */

import type { Entry, HardState, Message, Snapshot } from "@quorate/raft";
import type { MemberLog } from "./member-log.ts";

const noMessages: readonly Message[] = [];
/** After so long without a write the log notes that the last one is proven durable: while writes come, the next one proves it. */
const restAfterMs = 250;

/** What a finished write was like. */
export type WriteReport = { readonly entries: number; readonly durationMs: number };

/** What the writer tells its loop. */
export type WriterHandlers = {
  /** A write is durable: these are due now, in order. Called outside of any turn. */
  onDurable(responses: readonly Message[], report: WriteReport): void;
  /** A snapshot of the leader: resolves when it is durable and the state machine has taken it. */
  onSnapshot(snapshot: Snapshot, hardState: HardState | null): Promise<void>;
  onFailure(error: unknown): void;
};

/** See the module. */
export class LogWriter {
  private readonly log: MemberLog;
  private readonly now: () => number;
  private readonly handlers: WriterHandlers;
  private queue: Message[] = [];
  private commitOnly: HardState | null = null;
  private readonly written: { term: number; vote: number };
  private startedAtMs: number | null = null;
  private idle: (() => void)[] = [];
  private isUnconfirmed = false;
  private endedAtMs = 0;

  constructor(log: MemberLog, now: () => number, handlers: WriterHandlers) {
    this.log = log;
    this.now = now;
    this.handlers = handlers;
    const { hardState } = log.storage.initialState();
    this.written = { term: hardState.term, vote: hardState.vote };
  }

  /** When the write in flight was begun; null if there is none. */
  get busySinceMs(): number | null {
    return this.startedAtMs;
  }

  /** Takes a storage message of the core. */
  add(message: Message): void {
    this.queue.push(message);
  }

  /**
   * Answers what needs no write, as far as nothing that does stands before it, and begins a write for the rest unless
   * one is in flight. Returns the responses that are due at once.
   */
  kick(): readonly Message[] {
    if (this.startedAtMs !== null || this.queue.length === 0) return noMessages;
    let count = 0;
    for (const message of this.queue) {
      if (this.needsWrite(message)) break;
      this.noteCommit(message);
      count++;
    }
    const due = count === 0 ? noMessages : responsesOf(this.take(count));
    if (this.queue.length > 0) void this.work();
    return due;
  }

  /** Called now and then: some time after the last write the log notes that it is proven durable. */
  rest(nowMs: number): void {
    if (!this.isUnconfirmed || this.startedAtMs !== null || this.queue.length > 0) return;
    if (nowMs - this.endedAtMs < restAfterMs) return;
    this.isUnconfirmed = false;
    this.log.confirm().catch((error: unknown) => this.handlers.onFailure(error));
  }

  /** Resolves when nothing is in flight. Called when no turn comes any more: what waits was acknowledged to nobody. */
  async drained(): Promise<void> {
    if (this.startedAtMs === null) return;
    await new Promise<void>((resolve) => this.idle.push(resolve));
  }

  private needsWrite(message: Message): boolean {
    if (message.entries.length > 0 || message.snapshot !== null) return true;
    return (
      hasHardState(message) && (message.term !== this.written.term || message.vote !== this.written.vote)
    );
  }

  private noteCommit({ term, vote, commit }: Message): void {
    if (term !== 0 || vote !== 0 || commit !== 0) this.commitOnly = { term, vote, commit };
  }

  private async work(): Promise<void> {
    const startedAtMs = this.now();
    this.startedAtMs = startedAtMs;
    try {
      const batch = this.takeBatch();
      const entries = mergeEntries(batch);
      const hardState = this.mergeHardState(batch);
      const last = batch[batch.length - 1];
      if (last !== undefined && last.snapshot !== null) {
        // What follows the snapshot may have come in the same turn, and the commit index with it.
        const { index } = last.snapshot.metadata;
        const early = hardState === null ? null : { ...hardState, commit: Math.min(hardState.commit, index) };
        await this.handlers.onSnapshot(last.snapshot, early);
        if (entries.length > 0) await this.log.append({ hardState, entries });
      } else {
        await this.log.append({ hardState, entries });
      }
      this.startedAtMs = null;
      this.isUnconfirmed = true;
      this.endedAtMs = this.now();
      const report = { entries: entries.length, durationMs: this.endedAtMs - startedAtMs };
      this.handlers.onDurable(responsesOf(batch), report);
    } catch (error) {
      this.startedAtMs = null;
      this.queue = [];
      this.handlers.onFailure(error);
    }
    if (this.startedAtMs !== null) return;
    // Whoever waits for the end has stopped the turns that would begin the next write: what waits is never written.
    if (this.idle.length > 0) for (const resolve of this.idle.splice(0)) resolve();
  }

  /** All that waits, but a snapshot is a write of its own: it replaces what comes before, and is no part of it. */
  private takeBatch(): readonly Message[] {
    let count = 0;
    for (const { snapshot } of this.queue) {
      if (snapshot !== null) break;
      count++;
    }
    return this.take(Math.max(1, count));
  }

  private take(count: number): readonly Message[] {
    const { queue } = this;
    if (count < queue.length) return queue.splice(0, count);
    this.queue = [];
    return queue;
  }

  private mergeHardState(batch: readonly Message[]): HardState | null {
    let hardState = this.commitOnly;
    for (const message of batch) {
      if (hasHardState(message))
        hardState = { term: message.term, vote: message.vote, commit: message.commit };
    }
    this.commitOnly = null;
    if (hardState !== null) {
      this.written.term = hardState.term;
      this.written.vote = hardState.vote;
    }
    return hardState;
  }
}

/** The responses of some messages, in order. */
function responsesOf(messages: readonly Message[]): readonly Message[] {
  if (messages.length === 1) return (messages[0] as Message).responses;
  const responses: Message[] = [];
  for (const message of messages) for (const response of message.responses) responses.push(response);
  return responses;
}

function hasHardState({ term, vote, commit }: Message): boolean {
  return term !== 0 || vote !== 0 || commit !== 0;
}

/** Later entries replace earlier ones from their first index on, as they would on disk. */
function mergeEntries(batch: readonly Message[]): readonly Entry[] {
  if (batch.length === 1) return (batch[0] as Message).entries;
  const merged: Entry[] = [];
  for (const { entries } of batch) {
    const first = entries[0];
    if (first === undefined) continue;
    while (merged.length > 0 && (merged[merged.length - 1] as Entry).index >= first.index) merged.pop();
    for (const entry of entries) merged.push(entry);
  }
  return merged;
}
