/**
 * Upkeep: what a store needs besides its log, in small portions between turns: commits, the physical half of compaction,
 * digests.
 */

import { type DigestJob, type Store, StoreError } from "@quorate/store";
import type { MemberClock } from "../clock.ts";
import { definitely, perhaps } from "../member-error.ts";
import { nextTurn, sleep } from "./call-deadline.ts";

/** How often what was applied is committed, unless so much came that the store did it by itself. */
const flushEveryMs = 100;
/** Between two portions of a compaction: leaves most of the time to requests. */
const compactEveryMs = 5;
const compactionChanges = 1000;
/** Heap that may wait to be committed before compaction adds to it. */
const bufferedBytesMax = 16 * 1024 * 1024;
/** Versions that are hashed in one go: a few milliseconds. */
const digestVersions = 2000;
const defragmentTries = 10;
const defragmentRetryMs = 100;

/** See the module. */
export class Upkeep {
  private readonly store: Store;
  private readonly clock: MemberClock;
  private isStopped = false;
  private compacting: Promise<void> | null = null;

  constructor(store: Store, clock: MemberClock) {
    this.store = store;
    this.clock = clock;
    // A persistent store's commits are the member's affair; one in memory must only not keep its write buffer for ever.
    if (!store.isPersistent) this.armFlush();
    // What a former life left to do.
    this.compact().catch(() => undefined);
  }

  stop(): void {
    this.isStopped = true;
  }

  /** Deletes what the compacted revision put out of reach; resolves when that is done. */
  compact(): Promise<void> {
    if (this.compacting !== null) return this.compacting.then(() => this.compact());
    this.compacting = this.compactAll().finally(() => {
      this.compacting = null;
    });
    return this.compacting;
  }

  /** Resolves when everything that the store holds now is in its backend. */
  async settle(): Promise<void> {
    await this.flushed();
    this.store.flush();
    await this.flushed();
  }

  /** Gives room in the backend's file back. @throws MemberError `failed` with the reason; it may be tried again */
  async defragment(): Promise<void> {
    await this.compact();
    await this.settle();
    for (let tries = 1; ; tries++) {
      try {
        return await this.store.defragment();
      } catch (cause) {
        if (!(cause instanceof StoreError)) throw cause;
        if (cause.code !== "busy" || tries === defragmentTries)
          throw perhaps("failed", `the state was not defragmented: ${cause.message}`, { cause });
        await sleep(this.clock, defragmentRetryMs);
      }
    }
  }

  /** Runs a digest to its end. @throws MemberError when the member stops meanwhile */
  async digest<Value>(job: DigestJob<Value>): Promise<Value> {
    try {
      while (!job.step(digestVersions)) {
        await nextTurn(this.clock);
        this.checkRunning();
      }
      return job.result();
    } finally {
      job.close();
    }
  }

  private async compactAll(): Promise<void> {
    for (;;) {
      // Rest first: this may have been called inside of apply.
      await sleep(this.clock, compactEveryMs);
      this.checkRunning();
      if (this.store.bufferedBytes > bufferedBytesMax) this.store.flush();
      else if (this.store.compactStep(compactionChanges)) return;
    }
  }

  private async flushed(): Promise<void> {
    while (this.store.flushing) await sleep(this.clock, compactEveryMs);
  }

  private armFlush(): void {
    this.clock.setTimer(() => {
      if (this.isStopped) return;
      try {
        this.store.flush();
      } catch {
        // An earlier commit failed. The next entry that is applied ends the member with the reason.
        return;
      }
      this.armFlush();
    }, flushEveryMs);
  }

  private checkRunning(): void {
    if (this.isStopped) throw definitely("stopped", "this member is stopping");
  }
}
