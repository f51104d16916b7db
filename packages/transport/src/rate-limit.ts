/**
 * A token bucket: so many bytes per second, with a burst.
 */

/** How much may go at once, as a part of a second's worth. */
const burstSeconds = 0.1;

/** Limits a flow. Time is given by the caller, in monotonic milliseconds. */
export class RateLimit {
  readonly #bytesPerMs: number;
  readonly #burstBytes: number;
  #tokens: number;
  #atMs: number;

  /** @param bytesPerSecond Infinity for no limit. */
  constructor(bytesPerSecond: number, nowMs: number) {
    this.#bytesPerMs = bytesPerSecond / 1000;
    this.#burstBytes = bytesPerSecond * burstSeconds;
    this.#tokens = this.#burstBytes;
    this.#atMs = nowMs;
  }

  /**
   * Takes `bytes` and tells how many milliseconds to wait before sending them. More than the burst may be taken at
   * once: the debt is waited for.
   */
  take(bytes: number, nowMs: number): number {
    if (this.#bytesPerMs === Number.POSITIVE_INFINITY) return 0;
    this.#tokens = Math.min(this.#burstBytes, this.#tokens + (nowMs - this.#atMs) * this.#bytesPerMs);
    this.#atMs = nowMs;
    this.#tokens -= bytes;
    return this.#tokens >= 0 ? 0 : -this.#tokens / this.#bytesPerMs;
  }
}
