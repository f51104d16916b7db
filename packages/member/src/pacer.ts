/**
 * The pacer: how many ticks a turn is worth, and whether the process was held up.
 */

import { tickMs } from "./timing.ts";

/** A gap longer than this many ticks between two turns is a pause of the process, not a late timer. */
const pauseTicks = 5;

/** What a turn begins with. */
export type Beat = {
  /** Ticks to count, 0 to 2. */
  readonly ticks: number;
  /** How long the process was held up, in milliseconds; 0 if it was not. */
  readonly pausedMs: number;
  /** Whether less was counted than time has passed, so that a lease counted in ticks would last too long. */
  readonly isShort: boolean;
  /** How late the tick is, in milliseconds. */
  readonly latenessMs: number;
};

/**
 * Ticks follow the monotonic clock, but missed ones are never made up for: two at most per turn. After a pause none is
 * counted in that turn, because what peers sent meanwhile is still in the sockets, and must be read first.
 */
export class Pacer {
  private nextTickAtMs: number;
  private lastTurnAtMs: number;

  constructor(nowMs: number) {
    this.nextTickAtMs = nowMs + tickMs;
    this.lastTurnAtMs = nowMs;
  }

  /** Begins a turn at `nowMs`. */
  begin(nowMs: number): Beat {
    const gapMs = nowMs - this.lastTurnAtMs;
    this.lastTurnAtMs = nowMs;
    const latenessMs = Math.max(0, nowMs - this.nextTickAtMs);
    if (gapMs > pauseTicks * tickMs) {
      this.nextTickAtMs = nowMs + tickMs;
      return { ticks: 0, pausedMs: gapMs, isShort: true, latenessMs };
    }
    if (nowMs < this.nextTickAtMs) return { ticks: 0, pausedMs: 0, isShort: false, latenessMs: 0 };
    const missed = 1 + Math.floor(latenessMs / tickMs);
    const ticks = Math.min(2, missed);
    const isShort = missed > ticks;
    this.nextTickAtMs = isShort ? nowMs + tickMs / 2 : this.nextTickAtMs + ticks * tickMs;
    return { ticks, pausedMs: 0, isShort, latenessMs };
  }

  /** How long until the next tick is due. */
  delayMs(nowMs: number): number {
    return Math.max(0, this.nextTickAtMs - nowMs);
  }
}
