/**
 * Who is meant: a plan's selectors, against the machines as they are when a fault begins.
 */

import { Role } from "@quorate/raft";
import type { Selector } from "../plan/plan.ts";
import type { Machine } from "../world/machine.ts";
import type { RandomStream } from "../world/random-streams.ts";
import type { World } from "../world/world.ts";

/** Machines that faults may hit. */
export function candidates(world: World): Machine[] {
  return [...world.machines.values()].filter(({ brokenBy }) => brokenBy === null);
}

/** The machines that a selector means now. */
export function select(selector: Selector, world: World, random: RandomStream): readonly Machine[] {
  const all = candidates(world);
  const share = (percent: number): number => Math.ceil((all.length * percent) / 100);
  switch (selector.mode) {
    case "one":
      return all.length === 0 ? [] : [random.pick(all)];
    case "all":
      return all;
    case "fixed":
      return random.sample(all, selector.value);
    case "fixed-percent":
      return random.sample(all, share(selector.value));
    case "random-max-percent":
      return random.sample(all, random.below(share(selector.value) + 1));
    case "x-names":
      return all.filter(({ name }) => selector.value.includes(name));
    case "x-role":
      return ofRole(selector.value, all, random);
    case "x-target":
      return target(selector.value, all, random);
  }
}

function ofRole(
  role: "leader" | "follower" | "learner",
  all: readonly Machine[],
  random: RandomStream,
): readonly Machine[] {
  const isLearner = ({ id, view }: Machine): boolean => view?.config.learners.includes(id) ?? false;
  // One that was cut off may think that it leads: meant is the one of the highest term.
  const highest = Math.max(...all.map(({ view }) => (view?.role === Role.leader ? view.term : 0)));
  const isLeader = ({ view }: Machine): boolean => view?.role === Role.leader && view.term === highest;
  const found = all.filter((machine) => {
    if (machine.view === null) return false;
    if (role === "leader") return isLeader(machine);
    return role === "learner" ? isLearner(machine) : !isLeader(machine) && !isLearner(machine);
  });
  return found.length === 0 ? [] : [random.pick(found)];
}

type Target = Extract<Selector, { mode: "x-target" }>["value"];

function target(value: Target, all: readonly Machine[], random: RandomStream): readonly Machine[] {
  const majority = Math.floor(all.length / 2) + 1;
  switch (value) {
    case "minority":
      return random.sample(all, all.length - majority);
    case "majority":
      return random.sample(all, majority);
    case "minority-third":
      return random.sample(all, Math.floor((all.length - 1) / 3));
    case "primaries":
      return all.filter(({ view }) => view?.role === Role.leader);
    case "majorities-ring":
    case "bridge":
      return all;
  }
}

/** Ways that a partition by a target cuts: pairs that do not see each other, both ways. */
export function partitionPairs(
  value: Target,
  world: World,
  random: RandomStream,
): readonly (readonly [Machine, Machine])[] {
  const all = random.sample(candidates(world), world.machines.size);
  const pairs: [Machine, Machine][] = [];
  const chosen = new Set(value === "majorities-ring" || value === "bridge" ? [] : target(value, all, random));
  const middle = Math.floor(all.length / 2);
  const reach = Math.floor(Math.floor(all.length / 2) / 2) || 1;
  for (const [position, one] of all.entries()) {
    for (let at = position + 1; at < all.length; at++) {
      const other = all[at] as Machine;
      const around = Math.min(at - position, all.length - (at - position));
      // A ring: everybody sees a majority, no two the same one. A bridge: two halves that see one in the middle.
      const isCut =
        value === "majorities-ring"
          ? around > reach
          : value === "bridge"
            ? position < middle && at > middle
            : chosen.has(one) !== chosen.has(other);
      if (isCut) pairs.push([one, other]);
    }
  }
  return pairs;
}
