/**
 * Time and chance, which tests replace.
 */

/** Monotonic time. Wall-clock time is never looked at. */
export type Clock = {
  /** Milliseconds since an arbitrary beginning; never goes back. */
  nowMs(): number;
  /** Calls back once, not before `delayMs` have passed. What it returns takes the order back. */
  after(delayMs: number, callback: () => void): () => void;
};

/** Chance: a number in [0, 1). */
export type Random = () => number;

/** Node's timers take no more. */
const timerMsMax = 2 ** 31 - 1;

/** The machine's clock. */
export const systemClock: Clock = {
  nowMs: () => performance.now(),
  after(delayMs, callback) {
    const endMs = performance.now() + delayMs;
    let timer: NodeJS.Timeout;
    const arm = (): void => {
      const leftMs = endMs - performance.now();
      if (leftMs > timerMsMax) timer = setTimeout(arm, timerMsMax);
      else timer = setTimeout(callback, Math.max(0, Math.ceil(leftMs)));
    };
    arm();
    return () => clearTimeout(timer);
  },
};

/** Resolves after `delayMs`, or at once when the signal is aborted: the caller looks at the signal. */
export function pause(clock: Clock, delayMs: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const finish = (): void => {
      cancel();
      signal.removeEventListener("abort", finish);
      resolve();
    };
    const cancel = clock.after(delayMs, finish);
    signal.addEventListener("abort", finish);
  });
}
