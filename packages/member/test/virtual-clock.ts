/**
 * Virtual time: callbacks run when the test says so, one after another, in the order of their time and of their making.
 */

/** Something that will happen. */
export type VirtualTimer = {
  readonly dueMs: number;
  readonly order: number;
  readonly callback: () => void;
  isCancelled: boolean;
};

/** Time that all members of a cluster share. */
export class VirtualClock {
  nowMs = 0;
  private timers: VirtualTimer[] = [];
  private order = 0;

  /** Runs a callback `delayMs` from now. */
  at(delayMs: number, callback: () => void): VirtualTimer {
    const dueMs = this.nowMs + Math.max(0, delayMs);
    const timer = { dueMs, order: ++this.order, callback, isCancelled: false };
    let low = 0;
    let high = this.timers.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const other = this.timers[middle] as VirtualTimer;
      // The list is in falling order, so that what comes next is taken from its end.
      if (other.dueMs > dueMs) low = middle + 1;
      else high = middle;
    }
    this.timers.splice(low, 0, timer);
    return timer;
  }

  /** Runs everything until `byMs` from now; promises settle between callbacks. */
  async advance(byMs: number): Promise<void> {
    await this.until(() => false, byMs);
  }

  /** Runs until `isDone`, which is asked after every callback, at most for `limitMs`; false if it never was. */
  async until(isDone: () => boolean, limitMs: number): Promise<boolean> {
    const untilMs = this.nowMs + limitMs;
    for (;;) {
      await settle();
      if (isDone()) return true;
      const next = this.timers.at(-1);
      if (next === undefined || next.dueMs > untilMs) break;
      this.timers.pop();
      if (next.isCancelled) continue;
      this.nowMs = Math.max(this.nowMs, next.dueMs);
      next.callback();
    }
    this.nowMs = untilMs;
    return false;
  }
}

/** Lets everything run that promises have made ready. Nothing here waits for the outside, so this is all there is. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
