/**
 * The pacer: how many ticks a turn is worth, when the next turn is due for their sake, and whether the process was held up.
 */

import { tickMs } from "./timing.ts";

/** A turn that is late by more than this many ticks means a pause of the process, not a late timer. */
const pauseTicks = 4;

/** What a turn begins with. */
export type Beat = {
  /** Ticks that only count. They passed before what the turn takes in, and are to be counted before it. */
  readonly quietTicks: number;
  /** Ticks that are due, to be counted after what the turn takes in: 0 to 2. */
  readonly ticks: number;
  /** How long the process was held up, in milliseconds, if not longer; 0 if it was not. */
  readonly pausedMs: number;
  /** Whether less was counted than time has passed, so that a lease counted in ticks would last too long. */
  readonly isShort: boolean;
};

const nothing: Beat = { quietTicks: 0, ticks: 0, pausedMs: 0, isShort: false };

/**
 * Ticks follow the monotonic clock. A turn is planned for the next tick that matters; those before it are quiet, and are
 * counted by whatever turn comes next. Of a turn that is late one tick more than planned is counted at most, never more is
 * made up for. After a pause none is counted in that turn, because what peers sent meanwhile is still in the sockets, and
 * must be read first.
 */
export class Pacer {
  private nextTickAtMs: number;
  /** The tick for which a turn is planned: 1 is the next. */
  private plannedTicks = 1;

  constructor(nowMs: number) {
    this.nextTickAtMs = nowMs + tickMs;
  }

  /** Plans a turn for the tick that comes as the `ticks`-th from now; returns when that is. */
  plan(ticks: number): number {
    this.plannedTicks = ticks;
    return this.plannedAtMs;
  }

  private get plannedAtMs(): number {
    return this.nextTickAtMs + (this.plannedTicks - 1) * tickMs;
  }

  /** Begins a turn at `nowMs`. */
  begin(nowMs: number): Beat {
    if (nowMs < this.nextTickAtMs) return nothing;
    const pausedMs = nowMs - this.plannedAtMs;
    if (pausedMs > pauseTicks * tickMs) {
      this.nextTickAtMs = nowMs + tickMs;
      this.plannedTicks = 1;
      return { quietTicks: 0, ticks: 0, pausedMs, isShort: true };
    }
    const quietTicks = this.countQuiet(nowMs);
    if (nowMs < this.nextTickAtMs) return { quietTicks, ticks: 0, pausedMs: 0, isShort: false };
    const due = this.duePassed(nowMs);
    const ticks = Math.min(2, due);
    const isShort = due > ticks;
    this.nextTickAtMs = isShort ? nowMs + tickMs / 2 : this.nextTickAtMs + ticks * tickMs;
    this.plannedTicks = 1;
    return { quietTicks, ticks, pausedMs: 0, isShort };
  }

  /** Takes the quiet ticks that have passed, outside of a turn; returns how many. */
  countQuiet(nowMs: number): number {
    if (nowMs < this.nextTickAtMs) return 0;
    const quietTicks = Math.min(this.plannedTicks - 1, this.duePassed(nowMs));
    this.nextTickAtMs += quietTicks * tickMs;
    this.plannedTicks -= quietTicks;
    return quietTicks;
  }

  /** Ticks not counted yet whose time has come; one of them at least has. */
  private duePassed(nowMs: number): number {
    return 1 + Math.floor((nowMs - this.nextTickAtMs) / tickMs);
  }
}
