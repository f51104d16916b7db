/**
 * A distribution of times, for people: percentiles and a histogram of letters.
 */

/** The least value that at least so many percent are no greater than (nearest rank); NaN of nothing. */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] ?? Number.NaN;
}

/** Percent of the values that are at most `limit`; NaN of nothing. */
export function shareWithin(values: readonly number[], limit: number): number {
  return (100 * values.filter((value) => value <= limit).length) / values.length;
}

const barColumns = 40;

/** A line per step between the least and the greatest value: where it begins, how many, a bar. */
export function histogram(values: readonly number[], step: number): readonly string[] {
  if (values.length === 0) return [];
  const first = Math.floor(Math.min(...values) / step);
  const last = Math.floor(Math.max(...values) / step);
  const counts = Array.from({ length: last - first + 1 }, () => 0);
  for (const value of values) {
    const at = Math.floor(value / step) - first;
    counts[at] = (counts[at] ?? 0) + 1;
  }
  const most = Math.max(...counts);
  return counts.map((count, position) => {
    const from = (first + position) * step;
    const bar = "#".repeat(count === 0 ? 0 : Math.max(1, Math.round((count / most) * barColumns)));
    return `${String(from).padStart(5)}–${String(from + step).padEnd(5)} ${String(count).padStart(4)} ${bar}`.trimEnd();
  });
}
