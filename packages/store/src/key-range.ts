/**
 * Key ranges as requests write them.
 */

import { compareBytes, successorOf } from "./bytes.ts";
import type { KeyRange } from "./version-reader.ts";

/** Whether `rangeEnd` means "everything from the key on": one zero byte. */
export function isOpenEnd(rangeEnd: Uint8Array): boolean {
  return rangeEnd.length === 1 && rangeEnd[0] === 0;
}

/** The range that a request's `key` and `rangeEnd` mean. */
export function keyRange(key: Uint8Array, rangeEnd: Uint8Array): KeyRange {
  if (rangeEnd.length === 0) return { low: key, high: successorOf(key) };
  return { low: key, high: isOpenEnd(rangeEnd) ? null : rangeEnd };
}

/** Whether a range holds a key. */
export function rangeHolds(range: KeyRange, key: Uint8Array): boolean {
  return compareBytes(range.low, key) <= 0 && (range.high === null || compareBytes(key, range.high) < 0);
}

/** Whether a range can hold any key. */
export function isEmptyRange(range: KeyRange): boolean {
  return range.high !== null && compareBytes(range.low, range.high) >= 0;
}
