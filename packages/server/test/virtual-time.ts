/**
 * Virtual time: callbacks run when a test lets time pass, in the order of their time and of their making.
 */

import type { MemberClock } from "@quorate/member";

type Timer = { readonly dueMs: number; readonly callback: () => void; isCancelled: boolean };

/** See the module. */
export class VirtualTime {
  nowMs = 0;
  /** In the order in which they are due. */
  private timers: Timer[] = [];

  /** Runs a callback `delayMs` from now. */
  at(delayMs: number, callback: () => void): Timer {
    const timer = { dueMs: this.nowMs + Math.max(0, delayMs), callback, isCancelled: false };
    let at = this.timers.length;
    while (at > 0 && (this.timers[at - 1] as Timer).dueMs > timer.dueMs) at--;
    this.timers.splice(at, 0, timer);
    return timer;
  }

  /** A member's clock; it stands still when `isDead` says so. */
  clockOf(isDead: () => boolean): MemberClock {
    const guarded = (callback: () => void) => () => {
      if (!isDead()) callback();
    };
    return {
      now: () => this.nowMs,
      setTimer: (callback, delayMs) => {
        const timer = this.at(delayMs, guarded(callback));
        return () => {
          timer.isCancelled = true;
        };
      },
      defer: (callback) => void this.at(0, guarded(callback)),
    };
  }

  /** Lets time pass. */
  async advance(byMs: number): Promise<void> {
    await this.until(() => false, byMs);
  }

  /** Lets time pass until a promise settles, and gives what it is settled with. */
  async run<Value>(promise: Promise<Value>, limitMs = 60_000): Promise<Value> {
    let isSettled = false;
    const mark = (): void => {
      isSettled = true;
    };
    promise.then(mark, mark);
    if (!(await this.until(() => isSettled, limitMs)))
      throw new Error(`still pending after ${limitMs} ms of virtual time`);
    return promise;
  }

  /** Lets time pass until something holds; false if it never did. */
  async until(holds: () => boolean, limitMs: number): Promise<boolean> {
    const endMs = this.nowMs + limitMs;
    for (;;) {
      // Everything that promises have made ready runs before the next timer.
      await new Promise((resolve) => setImmediate(resolve));
      if (holds()) return true;
      const [next] = this.timers;
      if (next === undefined || next.dueMs > endMs) break;
      this.timers.shift();
      if (next.isCancelled) continue;
      this.nowMs = Math.max(this.nowMs, next.dueMs);
      next.callback();
    }
    this.nowMs = endMs;
    return false;
  }
}
