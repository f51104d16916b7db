/**
 * Bounds how often a client may do what costs the server more than it: resets (CVE-2023-44487), frames without effect.
 */

/** A bucket of tokens, refilled with time. */
export class RateGuard {
  private readonly burst: number;
  private readonly perSecond: number;
  private tokens: number;
  private lastMs = Number.NaN;

  constructor(burst: number, perSecond: number) {
    this.burst = burst;
    this.perSecond = perSecond;
    this.tokens = burst;
  }

  /** One more at this time (monotonic); false: it is one too many. */
  take(nowMs: number): boolean {
    const gained = Number.isNaN(this.lastMs) ? 0 : ((nowMs - this.lastMs) / 1000) * this.perSecond;
    this.lastMs = nowMs;
    this.tokens = Math.min(this.burst, this.tokens + gained) - 1;
    return this.tokens >= 0;
  }
}
