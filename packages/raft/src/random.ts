/**
 * The Random seam, as far as the core needs it.
 */

/** A source of random integers. Simulation derives it from a seed; production seeds it from the system. */
export type Random = {
  /** A uniformly distributed integer in `[0, bound)`; `bound` is a positive integer up to 2^53 − 1. */
  below(bound: number): number;
};
