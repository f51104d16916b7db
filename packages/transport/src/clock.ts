/**
 * The Clock seam: monotonic time and timers. Production and simulation implement it.
 */

/** Stops a timer; harmless after it fired. */
export type CancelTimer = () => void;

/** Monotonic time. It never falls, and no change of the wall clock shows in it. */
export type Clock = {
  /** Milliseconds, fractional, since an arbitrary moment of this process. */
  now(): number;
  /** Calls back once, not before `delayMs` have passed, and never from inside this call. */
  setTimer(callback: () => void, delayMs: number): CancelTimer;
};

/** Wall-clock time in milliseconds since 1970, fractional; read for clock-offset estimation and certificate expiry only. */
export type WallClock = () => number;
