/**
 * Randomness from a seed.
 */

import type { Random } from "@quorate/raft";

/** A small generator (the output function of SplitMix, 32 bits), good enough to choose what happens next. */
export class SeededRandom implements Random {
  private state: number;

  /** The same seed and path give the same numbers. */
  constructor(seed: number, path = "") {
    let state = Math.imul(seed ^ 0x9e37_79b9, 0x85eb_ca6b);
    for (const char of path) state = Math.imul(state ^ (char.codePointAt(0) ?? 0), 0x0100_0193);
    this.state = state >>> 0;
  }

  below(bound: number): number {
    const high = this.next() & 0x1f_ffff;
    return (high * 2 ** 32 + this.next()) % bound;
  }

  /** True once in `times`. */
  once(times: number): boolean {
    return this.below(times) === 0;
  }

  /** One of a list that is not empty. */
  pick<Item>(items: readonly Item[]): Item {
    return items[this.below(items.length)] as Item;
  }

  private next(): number {
    this.state = (this.state + 0x9e37_79b9) >>> 0;
    let mixed = this.state;
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0_aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a_2d97);
    return (mixed ^ (mixed >>> 15)) >>> 0;
  }
}
