/**
 * Back-off: exponential, with full jitter over a small floor, so that members that lost each other at one moment do
 * not dial each other at one moment for ever.
 */

import type { Random } from "@quorate/raft";

/** Bounds of the delays. */
export type BackoffLimits = {
  readonly backoffMinMs: number;
  readonly backoffBaseMs: number;
  readonly backoffMaxMs: number;
};

/** The delay before attempt `failures + 1`: uniform in `[min, min(max, base × 2^failures)]`, whole milliseconds. */
export function backoffMs(failures: number, limits: BackoffLimits, random: Random): number {
  const ceilingMs = backoffCeilingMs(failures, limits);
  return limits.backoffMinMs + random.below(Math.floor(ceilingMs - limits.backoffMinMs) + 1);
}

/** The longest delay after so many failures. */
export function backoffCeilingMs(failures: number, limits: BackoffLimits): number {
  const grown = limits.backoffBaseMs * 2 ** Math.min(failures, 32);
  return Math.max(limits.backoffMinMs, Math.min(limits.backoffMaxMs, grown));
}
