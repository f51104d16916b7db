/**
 * Token buckets by name: so many at once, so many a second for good.
 */

/** How much is allowed. */
export type Rate = {
  /** A second, on average. */
  readonly perSecond: number;
  /** At once, after a pause. */
  readonly burst: number;
};

/** Time for the buckets: monotonic milliseconds. */
export type Now = () => number;

type Bucket = { tokens: number; atMs: number };

/** Buckets that are remembered. Who is beyond gets the place of those that are full, which say nothing. */
const bucketsMax = 16_384;

/** See the module. A name that is not remembered has a full bucket. */
export class RateLimit {
  private readonly rate: Rate;
  private readonly now: Now;
  private readonly buckets = new Map<string, Bucket>();

  constructor(rate: Rate, now: Now) {
    this.rate = rate;
    this.now = now;
  }

  /** Takes one; false if there is none. */
  take(name: string): boolean {
    const bucket = this.filled(name);
    if (bucket.tokens < 1) return false;
    bucket.tokens -= 1;
    return true;
  }

  /** Whether {@link take} would succeed. */
  has(name: string): boolean {
    return this.filled(name).tokens >= 1;
  }

  /** Gives one back that was taken for nothing. */
  giveBack(name: string): void {
    const bucket = this.filled(name);
    bucket.tokens = Math.min(this.rate.burst, bucket.tokens + 1);
  }

  /** Names that are remembered. */
  get size(): number {
    return this.buckets.size;
  }

  private filled(name: string): Bucket {
    const nowMs = this.now();
    const { perSecond, burst } = this.rate;
    const bucket = this.buckets.get(name);
    if (bucket === undefined) {
      if (this.buckets.size >= bucketsMax) this.makeRoom(nowMs);
      const full = { tokens: burst, atMs: nowMs };
      this.buckets.set(name, full);
      return full;
    }
    bucket.tokens = Math.min(burst, bucket.tokens + ((nowMs - bucket.atMs) * perSecond) / 1000);
    bucket.atMs = nowMs;
    return bucket;
  }

  /** Forgets full buckets; if there are none, the half that was made first, for memory goes before fairness. */
  private makeRoom(nowMs: number): void {
    const { perSecond, burst } = this.rate;
    for (const [name, { tokens, atMs }] of this.buckets) {
      if (tokens + ((nowMs - atMs) * perSecond) / 1000 >= burst) this.buckets.delete(name);
    }
    if (this.buckets.size < bucketsMax) return;
    for (const name of this.buckets.keys()) {
      this.buckets.delete(name);
      if (this.buckets.size <= bucketsMax / 2) return;
    }
  }
}
