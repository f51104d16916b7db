/**
 * The seeds of a campaign.
 */

import type { SimOptions } from "./sim-options.ts";

/** Seeds, rising, and how far a campaign is with so many of them done after so long. */
export type SeedSource = {
  readonly all: Iterable<number>;
  /** How many there are; null: as many as the time allows. */
  readonly count: number | null;
  readonly title: string;
  /** In [0, 1]. */
  readonly share: (done: number, passedMs: number) => number;
};

/** The seeds that were asked for. `passedMs`: since the campaign began. */
export function seedSource({ seed, seeds, minutes }: SimOptions, passedMs: () => number): SeedSource {
  if (minutes !== undefined) {
    const limitMs = minutes * 60_000;
    // Other seeds every time: a campaign that repeats itself finds nothing new.
    const first = Math.floor(Date.now() / 1000) * 1000;
    return {
      all: rising(first, () => passedMs() < limitMs),
      count: null,
      title: `seeds from ${first} on, for ${minutes} min`,
      share: (_, realMs) => realMs / limitMs,
    };
  }
  const [first, last] = seeds ?? [seed ?? 0, seed ?? 0];
  const count = last - first + 1;
  return {
    all: rising(first, (next) => next <= last),
    count,
    title: count === 1 ? `seed ${first}` : `seeds ${first} to ${last}`,
    share: (done) => done / count,
  };
}

function* rising(first: number, goesOn: (next: number) => boolean): Generator<number> {
  for (let next = first; goesOn(next); next++) yield next;
}
