/**
 * Linearizable reads that wait: one ReadIndex request serves all that came before it was made.
 */

import { definitely, type MemberError } from "./member-error.ts";

/** A read. */
export type PendingRead = {
  readonly deadlineMs: number;
  /** Runs the read now, on the state as it is. */
  run(): void;
  reject(error: MemberError): void;
};

type Batch = {
  readonly requestId: number;
  readonly term: number;
  readonly askedAtMs: number;
  reads: PendingRead[];
  /** The index that must be applied; 0 until the leader answered. */
  index: number;
};

/** See the module. Two queues, since reads that may rely on a lease and those that may not are asked for apart. */
export class ReadQueue {
  private readonly readsMax: number;
  private waiting: PendingRead[] = [];
  private batches: Batch[] = [];
  private nextRequestId = 1;

  constructor(readsMax: number) {
    this.readsMax = readsMax;
  }

  get size(): number {
    let size = this.waiting.length;
    for (const batch of this.batches) size += batch.reads.length;
    return size;
  }

  /** Adds a read. @throws MemberError `too-many-requests` at the bound. */
  add(read: PendingRead): void {
    const { size } = this;
    if (size >= this.readsMax) {
      throw definitely(
        "too-many-requests",
        `${size} reads wait already, of ${this.readsMax}; try again later`,
      );
    }
    this.waiting.push(read);
  }

  /** Whether reads wait that no request was made for. */
  hasNews(): boolean {
    return this.waiting.length > 0;
  }

  /** Puts all that wait behind one new request; returns its id, a multiple of `stride` plus `offset`. */
  begin(term: number, nowMs: number, stride: number, offset: number): number {
    const requestId = this.nextRequestId++ * stride + offset;
    this.batches.push({ requestId, term, askedAtMs: nowMs, reads: this.waiting, index: 0 });
    this.waiting = [];
    return requestId;
  }

  /** The request could not be made: those behind it end. */
  refuse(requestId: number, error: MemberError): void {
    for (const batch of this.batches) {
      if (batch.requestId !== requestId) continue;
      for (const read of batch.reads) read.reject(error);
      batch.reads = [];
    }
    this.drop();
  }

  /** The leader answered a request. */
  confirm(requestId: number, index: number): void {
    for (const batch of this.batches) if (batch.requestId === requestId) batch.index = index;
  }

  /** Runs the reads whose index is applied. */
  release(applied: number): void {
    let isDropping = false;
    for (const batch of this.batches) {
      if (batch.index === 0 || batch.index > applied) continue;
      const { reads } = batch;
      batch.reads = [];
      isDropping = true;
      for (const read of reads) read.run();
    }
    if (isDropping) this.drop();
  }

  /**
   * Asks again for what got no answer: because the term changed, or because a message was lost. The reads go to the
   * front under a new number, so a late answer to the old one finds nobody.
   */
  retry(term: number, nowMs: number, afterMs: number): void {
    let isDropping = false;
    for (const batch of this.batches) {
      if (batch.index !== 0 || (batch.term === term && nowMs - batch.askedAtMs < afterMs)) continue;
      this.waiting.unshift(...batch.reads);
      batch.reads = [];
      isDropping = true;
    }
    if (isDropping) this.drop();
  }

  /** Ends reads whose time is over. */
  expire(nowMs: number, makeError: () => MemberError): void {
    if (this.waiting.length === 0 && this.batches.length === 0) return;
    const isAlive = (read: PendingRead): boolean => {
      if (read.deadlineMs > nowMs) return true;
      read.reject(makeError());
      return false;
    };
    this.waiting = this.waiting.filter(isAlive);
    for (const batch of this.batches) batch.reads = batch.reads.filter(isAlive);
    this.drop();
  }

  /** Ends all. */
  rejectAll(makeError: () => MemberError): void {
    for (const read of this.waiting) read.reject(makeError());
    for (const batch of this.batches) for (const read of batch.reads) read.reject(makeError());
    this.waiting = [];
    this.batches = [];
  }

  private drop(): void {
    // Nearly always there was one.
    if (this.batches.length === 1 && this.batches[0]?.reads.length === 0) this.batches = [];
    else this.batches = this.batches.filter((batch) => batch.reads.length > 0);
  }
}
