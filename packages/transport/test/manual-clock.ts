/**
 * A clock that stands still until a test advances it.
 */

import type { CancelTimer, Clock } from "../src/clock.ts";

type Timer = { readonly dueMs: number; readonly order: number; readonly callback: () => void };

export class ManualClock implements Clock {
  #nowMs: number;
  #timers: Timer[] = [];
  #lastOrder = 0;

  constructor(startMs = 1000) {
    this.#nowMs = startMs;
  }

  now(): number {
    return this.#nowMs;
  }

  setTimer(callback: () => void, delayMs: number): CancelTimer {
    const timer: Timer = { dueMs: this.#nowMs + Math.max(0, delayMs), order: ++this.#lastOrder, callback };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((each) => each !== timer);
    };
  }

  /** Moves on, calling timers in the order in which they are due. */
  advance(byMs: number): void {
    const untilMs = this.#nowMs + byMs;
    for (let timer = this.#next(untilMs); timer !== undefined; timer = this.#next(untilMs)) {
      const due = timer;
      this.#timers = this.#timers.filter((each) => each !== due);
      this.#nowMs = Math.max(this.#nowMs, due.dueMs);
      due.callback();
    }
    this.#nowMs = untilMs;
  }

  /** Moves on as a paused process does: all timers that fell due meanwhile are called at the end, late. */
  jump(byMs: number): void {
    this.#nowMs += byMs;
    const due = this.#timers
      .filter((timer) => timer.dueMs <= this.#nowMs)
      .toSorted((a, b) => a.dueMs - b.dueMs);
    // What is set from now on is for the next turn, after the inbox.
    for (const timer of due) {
      if (!this.#timers.includes(timer)) continue;
      this.#timers = this.#timers.filter((each) => each !== timer);
      timer.callback();
    }
  }

  /** How many timers wait. */
  get timers(): number {
    return this.#timers.length;
  }

  /** When the next timer is due, from now; null if there is none. */
  nextInMs(): number | null {
    const next = this.#next(Number.POSITIVE_INFINITY);
    return next === undefined ? null : next.dueMs - this.#nowMs;
  }

  #next(untilMs: number): Timer | undefined {
    let next: Timer | undefined;
    for (const timer of this.#timers) {
      if (timer.dueMs > untilMs) continue;
      if (
        next === undefined ||
        timer.dueMs < next.dueMs ||
        (timer.dueMs === next.dueMs && timer.order < next.order)
      ) {
        next = timer;
      }
    }
    return next;
  }
}
