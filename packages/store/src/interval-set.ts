/**
 * A set of keys made of ranges, kept as disjoint intervals: membership in logarithmic time however many ranges overlap.
 */

import { ByteTree } from "./byte-tree.ts";
import { compareBytes, noBytes, successorOf } from "./bytes.ts";
import { isEmptyRange } from "./key-range.ts";
import type { KeyRange } from "./version-reader.ts";

export class IntervalSet {
  /** Upper ends by lower ends; null is open. */
  readonly #ends = new ByteTree<{ readonly high: Uint8Array | null }>();

  add(range: KeyRange): void {
    if (isEmptyRange(range)) return;
    let low = range.low;
    let high = range.high;
    const before = this.#at(range.low);
    if (before !== null) {
      low = before.low;
      high = later(high, before.high);
    }
    for (;;) {
      const cursor = this.#ends.cursor(low, high);
      if (!cursor.next()) break;
      high = later(high, cursor.value.high);
      this.#ends.delete(cursor.key);
    }
    this.#ends.set(low, { high });
  }

  holds(key: Uint8Array): boolean {
    return this.#at(key) !== null;
  }

  /** The disjoint intervals in order. */
  ranges(): KeyRange[] {
    const ranges: KeyRange[] = [];
    const cursor = this.#ends.cursor(noBytes, null);
    while (cursor.next()) ranges.push({ low: cursor.key, high: cursor.value.high });
    return ranges;
  }

  #at(key: Uint8Array): KeyRange | null {
    const cursor = this.#ends.cursor(noBytes, successorOf(key), true);
    if (!cursor.next()) return null;
    const { high } = cursor.value;
    return high === null || compareBytes(key, high) < 0 ? { low: cursor.key, high } : null;
  }
}

function later(left: Uint8Array | null, right: Uint8Array | null): Uint8Array | null {
  if (left === null || right === null) return null;
  return compareBytes(left, right) >= 0 ? left : right;
}
