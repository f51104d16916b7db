/**
 * Disks that rot under members who are started again a moment later, while writes go on: what a recovery makes of bits
 * that flipped in entries that count, before anything proves that they were durable.
 */

import type { RandomStream } from "../../world/random-streams.ts";
import type { Plan, Selector } from "../plan.ts";
import { type Flavour, inOrder, moments, type Timed, withLimits } from "./flavour.ts";

/** See the module. */
export const rotAndRestart: Flavour = {
  name: "rot-and-restart",
  direct: (plan, random) => {
    const members = random.pick([3, 5, 5]);
    // The atlas lets a minority rot: each rots and comes back several times, or until it knows better.
    const names = random.sample(["a", "b", "c", "d", "e"].slice(0, members), Math.floor(members / 2));
    const faults = moments(plan, random, 1000, 800).flatMap((atMs) =>
      rotten(atMs, random.pick(names), random),
    );
    return {
      ...plan,
      members,
      settings: withLimits(plan, {
        snapshotEntries: random.pick([200, 1000, 10_000]),
        catchUpEntries: random.pick([100, 1000]),
      }),
      workload: busy(plan, random),
      faults: inOrder(faults),
    };
  },
};

function rotten(atMs: number, name: string, random: RandomStream): readonly Timed[] {
  const selector: Selector = { mode: "x-names", value: [name] };
  return [
    { atMs, durationMs: 1, selector, kind: "x-bit-rot", flips: random.pick([1, 1, 3]) },
    {
      // At once: nothing must be written in between that says how far the log is durable.
      atMs,
      durationMs: random.between(20, 400),
      selector,
      kind: "pod-kill",
      losesPower: random.chance(300_000),
      keepsUnsyncedPercent: 0,
    },
  ];
}

/** So many writes that the log is never at rest. */
function busy({ workload }: Plan, random: RandomStream): Plan["workload"] {
  const { clients } = workload;
  return { ...workload, thinkMs: Math.ceil((clients * 1000) / random.pick([100, 300])) };
}
