/**
 * The Clock seam on Node.
 */

import type { Clock, WallClock } from "./clock.ts";

/** A clock that can also wait for what the event loop has ready. */
export type NodeClock = Clock & {
  /** Calls back once, after the input that is pending now was read, and never from inside this call. */
  defer(callback: () => void): void;
};

/** Makes a clock from Node's monotonic timer. Its timers do not keep the process alive. */
export function makeNodeClock(): NodeClock {
  return {
    now: () => performance.now(),
    setTimer(callback, delayMs) {
      const timer = setTimeout(callback, Math.max(0, delayMs));
      timer.unref();
      return () => clearTimeout(timer);
    },
    defer(callback) {
      setImmediate(callback);
    },
  };
}

/** The system's wall clock. Whole milliseconds: sub-millisecond offsets are not what it is asked for. */
export const nodeWallClock: WallClock = () => Date.now();
