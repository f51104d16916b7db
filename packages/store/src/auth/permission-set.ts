/**
 * The keys that a user may read, or write: the permissions of all its roles merged into disjoint intervals, so that a range is
 * allowed when it lies in one of them, however many permissions make that one up.
 */

import { compareBytes, successorOf } from "../bytes.ts";
import { isEmptyRange } from "../key-range.ts";
import type { KeyRange } from "../version-reader.ts";

/** No key is empty: this one is the first. */
const firstKey = Uint8Array.of(0);

/** A set of keys, unchangeable. */
export class PermissionSet {
  /** Disjoint, apart from each other, ascending. */
  readonly #intervals: readonly KeyRange[];

  /** Merges ranges that overlap or touch. */
  constructor(ranges: readonly KeyRange[]) {
    const sorted = ranges.filter((range) => !isEmptyRange(range));
    sorted.sort((left, right) => compareBytes(left.low, right.low));
    const merged: { low: Uint8Array; high: Uint8Array | null }[] = [];
    for (const { low, high } of sorted) {
      const last = merged.at(-1);
      if (last === undefined || (last.high !== null && compareBytes(last.high, low) < 0)) {
        merged.push({ low, high });
      } else if (last.high !== null && (high === null || compareBytes(high, last.high) > 0)) {
        last.high = high;
      }
    }
    this.#intervals = merged;
  }

  /** Whether it holds a key. */
  holds(key: Uint8Array): boolean {
    return this.#intervalAt(key.length === 0 ? firstKey : key) !== null;
  }

  /** Whether it holds every key of a range. An empty range is judged by its first key, as it touches none. */
  covers(range: KeyRange): boolean {
    const low = range.low.length === 0 ? firstKey : range.low;
    const interval = this.#intervalAt(low);
    if (interval === null) return false;
    if (interval.high === null) return true;
    const high = isEmptyRange({ low, high: range.high }) ? successorOf(low) : range.high;
    return high !== null && compareBytes(high, interval.high) <= 0;
  }

  /** What lies between its intervals, before and behind them, in order. */
  gaps(): KeyRange[] {
    const gaps: KeyRange[] = [];
    let low: Uint8Array | null = firstKey;
    for (const interval of this.#intervals) {
      if (low === null) break;
      gaps.push({ low, high: interval.low });
      low = interval.high;
    }
    if (low !== null) gaps.push({ low, high: null });
    return gaps.filter((gap) => !isEmptyRange(gap));
  }

  /** The interval that holds a key. */
  #intervalAt(key: Uint8Array): KeyRange | null {
    let from = 0;
    let to = this.#intervals.length;
    while (from < to) {
      const middle = (from + to) >>> 1;
      if (compareBytes((this.#intervals[middle] as KeyRange).low, key) <= 0) from = middle + 1;
      else to = middle;
    }
    const found = this.#intervals[from - 1];
    if (found === undefined) return null;
    return found.high === null || compareBytes(key, found.high) < 0 ? found : null;
  }
}
