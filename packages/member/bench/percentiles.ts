/**
 * Percentiles of a sample.
 */

/** What is told of a sample, in its own unit. */
export type Percentiles = {
  readonly samples: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly max: number;
};

/** Sums a small sample up exactly; NaN everywhere if it is empty. */
export function percentilesOf(values: Iterable<number>): Percentiles {
  const sorted = Float64Array.from(values).sort();
  const at = (percent: number): number =>
    sorted[Math.max(1, Math.ceil((percent / 100) * sorted.length)) - 1] ?? Number.NaN;
  return { samples: sorted.length, p50: at(50), p90: at(90), p99: at(99), max: at(100) };
}

/** Buckets per factor e: each is 1 % wide. */
const bucketsPerE = 100;
/** Smallest value that is told from 0, in milliseconds: 100 ns. */
const lowestMs = 1e-4;
const bucketCount = 2_500;

/**
 * Counts durations in logarithmic buckets, 1 % wide. Memory and time to sum up do not grow with the sample: sorting
 * millions of values would stop the member that runs in the same process for longer than an election timeout.
 */
export class DurationSample {
  private readonly counts = new Uint32Array(bucketCount);
  private count = 0;
  private maxMs = 0;

  get size(): number {
    return this.count;
  }

  /** Takes a duration. */
  add(durationMs: number): void {
    this.count++;
    if (durationMs > this.maxMs) this.maxMs = durationMs;
    const bucket = durationMs <= lowestMs ? 0 : Math.floor(Math.log(durationMs / lowestMs) * bucketsPerE);
    const slot = Math.min(bucket, bucketCount - 1);
    this.counts[slot] = (this.counts[slot] as number) + 1;
  }

  /** Percentiles in milliseconds, to 1 %; the maximum is exact. */
  percentiles(): Percentiles {
    const { count, maxMs } = this;
    const at = (percent: number): number => this.rankMs(Math.max(1, Math.ceil((percent / 100) * count)));
    return { samples: count, p50: at(50), p90: at(90), p99: at(99), max: count === 0 ? Number.NaN : maxMs };
  }

  private rankMs(rank: number): number {
    let seen = 0;
    for (const [bucket, count] of this.counts.entries()) {
      seen += count;
      if (seen >= rank) return Math.min(this.maxMs, lowestMs * Math.exp((bucket + 0.5) / bucketsPerE));
    }
    return Number.NaN;
  }
}
