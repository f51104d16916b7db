/**
 * The read desk: reads that wait, asked for in batches. Two queues, since a read that may rely on the leader's lease and
 * one that may not are different questions.
 */

import { none } from "@quorate/raft";
import { toMemberError } from "./core-refusal.ts";
import type { Engine } from "./engine.ts";
import { definitely, type MemberError } from "./member-error.ts";
import { type PendingRead, ReadQueue } from "./read-queue.ts";
import { tickMs } from "./timing.ts";

const queueCount = 2;

/** See the module. */
export class ReadDesk {
  private readonly engine: Engine;
  private readonly safe: ReadQueue;
  private readonly lease: ReadQueue;

  constructor(engine: Engine) {
    this.engine = engine;
    this.safe = new ReadQueue(engine.parts.limits.readsMax);
    this.lease = new ReadQueue(engine.parts.limits.readsMax);
  }

  /** Adds a read. @throws MemberError `too-many-requests` */
  add(read: PendingRead, mayUseLease: boolean): void {
    (mayUseLease && this.engine.parts.leaseReads ? this.lease : this.safe).add(read);
  }

  /** Asks the leader for what waits: one request per queue. */
  ask(nowMs: number): void {
    this.askFor(this.safe, "safe", 0, nowMs);
    this.askFor(this.lease, "lease", 1, nowMs);
  }

  private askFor(queue: ReadQueue, mode: "safe" | "lease", offset: number, nowMs: number): void {
    const { node } = this.engine;
    if (!queue.hasNews() || node.lead === none) return;
    const requestId = queue.begin(node.term, nowMs, queueCount, offset);
    const outcome = node.readIndex(requestId, mode);
    this.engine.check(outcome);
    if (!outcome.ok) queue.refuse(requestId, toMemberError(outcome));
  }

  /** The leader answered a request. */
  confirm(requestId: number, index: number): void {
    (requestId % queueCount === 0 ? this.safe : this.lease).confirm(requestId, index);
  }

  /** Runs the reads whose index is applied. */
  release(applied: number): void {
    this.safe.release(applied);
    this.lease.release(applied);
  }

  /** Asks again for what was asked of another leader. */
  retryForNewTerm(term: number, nowMs: number): void {
    this.safe.retry(term, nowMs, Number.POSITIVE_INFINITY);
    this.lease.retry(term, nowMs, Number.POSITIVE_INFINITY);
  }

  /** Ends what is overdue, and asks again for what got no answer. */
  look(nowMs: number): void {
    const overdue = (): MemberError =>
      definitely("timeout", "no quorum confirmed the read in time; try again, or read stale");
    for (const queue of [this.safe, this.lease]) {
      queue.expire(nowMs, overdue);
      queue.retry(this.engine.node.term, nowMs, this.engine.parts.timing.electionTicks * tickMs);
    }
  }

  rejectAll(makeError: () => MemberError): void {
    this.safe.rejectAll(makeError);
    this.lease.rejectAll(makeError);
  }
}
