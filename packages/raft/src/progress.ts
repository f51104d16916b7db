/**
 * Progress: what a leader knows of one follower, and how it sends to it.
 *
 * ```
 *            ack                      index compacted
 *   probe ─────────▶ replicate    probe/replicate ─────────▶ snapshot
 *     ▲                  │                                       │
 *     └──────────────────┘ reject, unreachable                   │
 *     └──────────────────────────────────────────────────────────┘ ack at or past the log's start, or report
 * ```
 *
 * - **probe**: the follower's log is not known. One non-empty append at a time, then paused until an acknowledgement
 *   or a heartbeat reply.
 * - **replicate**: `next` runs ahead optimistically, limited by the in-flight window. When the window is full, only
 *   one empty append per heartbeat reply, so that a lost message cannot stall it for ever.
 * - **snapshot**: nothing is sent until the snapshot arrived.
 *
 * Invariant: `match < next`, and `match` never falls in one term.
 */

import type { Inflights } from "./inflights.ts";

/** How a leader sends to a follower. */
export const ProgressState = { probe: 0, replicate: 1, snapshot: 2 } as const;
export type ProgressState = (typeof ProgressState)[keyof typeof ProgressState];

/** A copy of one follower's progress, for status, events and tests. */
export type ProgressView = {
  readonly state: ProgressState;
  readonly match: number;
  readonly next: number;
  readonly isLearner: boolean;
  readonly isPaused: boolean;
  readonly pendingSnapshot: number;
  readonly recentActive: boolean;
  readonly inflightCount: number;
  readonly inflightFull: boolean;
};

/** One follower as its leader sees it (Raft figure 2: nextIndex, matchIndex, and the state of the sending). */
export class Progress {
  /** Highest index known to be durable at the follower. */
  match: number;
  /** Next index to send. */
  next: number;
  /** Highest commit index sent, whether or not it arrived; a later one is worth an empty append. */
  sentCommit = 0;
  state: ProgressState = ProgressState.probe;
  /** In snapshot state: index of the snapshot that was sent. */
  pendingSnapshot = 0;
  /** Heard from since the last quorum check. */
  recentActive: boolean;
  /** Appends are held back until something is heard. */
  paused = false;
  readonly inflights: Inflights;
  readonly isLearner: boolean;

  constructor(match: number, next: number, inflights: Inflights, isLearner: boolean, recentActive: boolean) {
    this.match = match;
    this.next = next;
    this.inflights = inflights;
    this.isLearner = isLearner;
    this.recentActive = recentActive;
  }

  /** Whether appends must wait. */
  isPaused(): boolean {
    return this.paused || this.state === ProgressState.snapshot;
  }

  /** Starts probing, behind a snapshot that arrived if there was one. */
  becomeProbe(): void {
    const behind =
      this.state === ProgressState.snapshot ? Math.max(this.match, this.pendingSnapshot) : this.match;
    this.enter(ProgressState.probe);
    this.next = behind + 1;
    this.sentCommit = Math.min(this.sentCommit, this.next - 1);
  }

  /** Starts sending optimistically behind `match`. */
  becomeReplicate(): void {
    this.enter(ProgressState.replicate);
    this.next = this.match + 1;
  }

  /** Waits for the snapshot at `index`. */
  becomeSnapshot(index: number): void {
    this.enter(ProgressState.snapshot);
    this.pendingSnapshot = index;
    this.next = index + 1;
    this.sentCommit = index;
  }

  /** Notes an append with `count` entries of `bytes` payload that is being sent. */
  noteSent(count: number, bytes: number): void {
    if (this.state === ProgressState.replicate) {
      if (count > 0) {
        this.next += count;
        this.inflights.add(this.next - 1, bytes);
      }
      this.paused = this.inflights.isFull();
    } else if (count > 0) {
      this.paused = true;
    }
  }

  /**
   * Whether the follower would learn something from the news that `commit` is committed: it was not told yet, and
   * not everything that was sent to it is known to be committed.
   */
  wantsCommit(commit: number): boolean {
    return commit > this.sentCommit && this.sentCommit < this.next - 1;
  }

  /** Takes an acknowledgement up to `index`; false if it is old news. */
  acknowledge(index: number): boolean {
    if (index <= this.match) return false;
    this.match = index;
    this.next = Math.max(this.next, index + 1);
    this.paused = false;
    return true;
  }

  /**
   * Takes the rejection of the append behind `rejected`; `hint` is where the logs might agree. False if it answers a
   * message that has been overtaken.
   */
  reject(rejected: number, hint: number): boolean {
    if (this.state === ProgressState.replicate) {
      if (rejected <= this.match) return false;
      this.next = this.match + 1;
    } else {
      if (this.next - 1 !== rejected) return false;
      this.next = Math.max(Math.min(rejected, hint + 1), this.match + 1);
      this.paused = false;
    }
    this.sentCommit = Math.min(this.sentCommit, this.next - 1);
    return true;
  }

  /** The same progress in another role: what is known of a member's log outlives its promotion or demotion. */
  withRole(isLearner: boolean): Progress {
    if (isLearner === this.isLearner) return this;
    const copy = new Progress(this.match, this.next, this.inflights, isLearner, this.recentActive);
    copy.sentCommit = this.sentCommit;
    copy.state = this.state;
    copy.pendingSnapshot = this.pendingSnapshot;
    copy.paused = this.paused;
    return copy;
  }

  /** A copy for the outside. */
  view(): ProgressView {
    return {
      state: this.state,
      match: this.match,
      next: this.next,
      isLearner: this.isLearner,
      isPaused: this.isPaused(),
      pendingSnapshot: this.pendingSnapshot,
      recentActive: this.recentActive,
      inflightCount: this.inflights.count,
      inflightFull: this.inflights.isFull(),
    };
  }

  private enter(state: ProgressState): void {
    this.paused = false;
    this.pendingSnapshot = 0;
    this.state = state;
    this.inflights.reset();
  }
}
