/**
 * The disk under a member's store: the memory backend, whose commits take time, and which falls back to its last commit
 * when the process dies. It outlives processes; each gets its own way to it.
 */

import { type Backend, type Changes, MemoryBackend } from "@quorate/store";
import type { ProcessGate } from "./process-gate.ts";

/** See the module. */
export class StateDisk {
  /** What the next commits come to instead of being made; for faults. */
  failure: Error | null = null;
  private stalls = 0;
  private readonly waiting: (() => void)[] = [];
  private readonly medium = new MemoryBackend({ settling: "manual", isPersistent: true });
  private readonly later: (callback: () => void) => void;

  /** `later` calls back when the medium has done its work. */
  constructor(later: (callback: () => void) => void) {
    this.later = later;
  }

  /** Commits hang until {@link unstall} was called as often. */
  stall(): void {
    this.stalls++;
  }

  unstall(): void {
    this.stalls--;
    if (this.stalls > 0) return;
    for (const settle of this.waiting.splice(0)) this.later(settle);
  }

  /** A process's way to it. */
  attach(gate: ProcessGate): Backend {
    const { medium } = this;
    const settle = (): void => {
      if (!gate.isAlive) return;
      if (this.stalls > 0) this.waiting.push(settle);
      else gate.enter("arrivals", () => medium.settle(this.failure));
    };
    const check = (): void => {
      if (!gate.isAlive) throw new Error("a process that is dead used its disk");
    };
    return {
      isPersistent: true,
      get: (key) => medium.get(key),
      cursor: (low, high, reverse) => medium.cursor(low, high, reverse),
      count: (low, high) => medium.count(low, high),
      commit: (changes: Changes, done) => {
        check();
        medium.commit(changes, done);
        this.later(settle);
      },
      commitNow: (changes) => {
        check();
        medium.commitNow(changes);
      },
      pin: () => medium.pin(),
      sizes: () => medium.sizes(),
      defragment: () => new Promise((resolve) => this.later(resolve)),
    };
  }

  /** The process is gone. The commit that is on its way happened all the same, or did not. */
  die(landsCommit: boolean): void {
    this.waiting.length = 0;
    if (landsCommit) this.medium.settle();
    else this.medium.crash();
  }
}
