/**
 * Sets of single directions between members, `a>b` each: which of them could be cut, and what such a cut leaves.
 *
 * Partial connectivity is where Raft is weak: a member that hears some and is heard by others may stop a leader, or be the
 * only one that could lead and never do so. (Cloudflare's outage of November 2020; Ng et al., *Omni-Paxos*, EuroSys 2023.)
 */

import { RandomStreams } from "../world/random-streams.ts";
import { memberName } from "../world/world.ts";

/** Names of the members that a plan begins with. */
function namesOf(members: number): readonly string[] {
  return Array.from({ length: members }, (_, place) => memberName(place));
}

/** Every direction between so many members, in order. */
export function allLinks(members: number): readonly string[] {
  const names = namesOf(members);
  return names.flatMap((from) => names.filter((to) => to !== from).map((to) => `${from}>${to}`));
}

/** Every set of directions, the empty one first: 2^(n(n−1)) of them, so of more than 3 members take a {@link sampleLinkSets}. */
export function* everyLinkSet(members: number): Generator<readonly string[]> {
  const links = allLinks(members);
  for (let mask = 0; mask < 2 ** links.length; mask++)
    yield links.filter((_, bit) => Math.floor(mask / 2 ** bit) % 2 === 1);
}

/** Sets of directions without end, drawn from a seed: every size is as likely as any other. */
export function* sampleLinkSets(members: number, seed: number): Generator<readonly string[]> {
  const random = new RandomStreams(seed).stream(`links of ${members}`);
  const links = allLinks(members);
  for (;;) yield random.sample(links, random.below(links.length + 1));
}

/** What of a cluster is left by a cut. */
export type Left =
  /** A majority of which everybody reaches everybody. Whoever of them has the longest log can lead, and hears them all. */
  | "majority"
  /** No such majority, but somebody who reaches a majority and is heard by it: he could lead if the others let him. */
  | "hub"
  /** Nobody who could ever hear from a majority that hears him. */
  | "nothing";

/** What the members are left with when these directions are cut. */
export function leftBy(members: number, cut: readonly string[]): Left {
  const names = namesOf(members);
  const isCut = new Set(cut);
  const areConnected = (one: string, other: string): boolean =>
    !isCut.has(`${one}>${other}`) && !isCut.has(`${other}>${one}`);
  const majority = Math.floor(members / 2) + 1;
  if (hasClique(names, [], majority, areConnected)) return "majority";
  const isHub = (name: string): boolean =>
    names.filter((other) => other === name || areConnected(name, other)).length >= majority;
  return names.some(isHub) ? "hub" : "nothing";
}

/** Whether `chosen` can be made `size` of whom everybody is connected with everybody. */
function hasClique(
  names: readonly string[],
  chosen: readonly string[],
  size: number,
  areConnected: (one: string, other: string) => boolean,
): boolean {
  if (chosen.length === size) return true;
  return names.some(
    (name, position) =>
      chosen.every((other) => areConnected(name, other)) &&
      hasClique(names.slice(position + 1), [...chosen, name], size, areConnected),
  );
}
