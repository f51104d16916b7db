/**
 * How long to wait before the next try.
 */

import type { Random } from "./clock.ts";

/** Waits grow from here … */
const firstMs = 50;
/** … by doubling, to here. */
const lastMs = 2_000;

/**
 * Milliseconds to wait after the `failures`-th failure in a row (from 1): half of an exponentially growing span, plus a
 * random part of the other half, so that clients that failed together do not come back together.
 */
export function backOffMs(failures: number, random: Random): number {
  const spanMs = Math.min(lastMs, firstMs * 2 ** Math.min(failures - 1, 16));
  return spanMs / 2 + (spanMs / 2) * random();
}
