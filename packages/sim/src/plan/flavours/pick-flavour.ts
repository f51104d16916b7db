/**
 * Which flavour a seed gets: each draws a number, and the largest has it (rendezvous hashing, Thaler and Ravishankar 1998).
 * One flavour more takes a few seeds for itself, and all others stay what they were.
 */

import type { RandomStreams } from "../../world/random-streams.ts";
import type { Flavour } from "./flavour.ts";

/** Picks one for a seed's streams; null if there are none. */
export function pickFlavour(streams: RandomStreams, flavours: readonly Flavour[]): Flavour | null {
  let picked: Flavour | null = null;
  let most = -1;
  for (const flavour of flavours) {
    const number = streams.stream(`weight of ${flavour.name}`).below(2 ** 32);
    if (number <= most) continue;
    picked = flavour;
    most = number;
  }
  return picked;
}
