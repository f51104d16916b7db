/**
 * A list of values as a few figures.
 */

import { percentile } from "../study/distribution.ts";
import type { Spread } from "./measurement.ts";

/** The spread of values; they are not changed. */
export function spreadOf(values: readonly number[]): Spread {
  const count = values.length;
  if (count === 0) return { count, mean: null, p50: null, p90: null, p99: null, max: null };
  const sorted = [...values].sort((one, other) => one - other);
  return {
    count,
    mean: sorted.reduce((sum, value) => sum + value, 0) / count,
    p50: percentile(sorted, 50),
    p90: percentile(sorted, 90),
    p99: percentile(sorted, 99),
    max: sorted[count - 1] ?? null,
  };
}
