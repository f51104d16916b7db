/**
 * Randomness for tests: the same seed gives the same numbers on every machine.
 */

import type { Random } from "../src/index.ts";

/** A small generator (32 bits of state, mixed per draw); good enough to vary schedules, never for secrets. */
export class SeededRandom implements Random {
  private state: number;

  constructor(seed: number) {
    this.state = seed >>> 0;
  }

  /** Draws a number in `[0, bound)`. */
  below(bound: number): number {
    return Math.floor(((this.draw() >>> 5) * 67108864 + (this.draw() >>> 6)) * 2 ** -53 * bound);
  }

  /** Whether an event of `percent` probability happens. */
  chance(percent: number): boolean {
    return this.below(100) < percent;
  }

  /** One of a list. */
  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)] as T;
  }

  private draw(): number {
    this.state = (this.state + 0x9e3779b9) >>> 0;
    let mixed = this.state;
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return (mixed ^ (mixed >>> 15)) >>> 0;
  }
}
