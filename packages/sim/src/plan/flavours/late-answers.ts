/**
 * Answers that come late or twice while leaders come and go: a vote of the last campaign in this one, one vote two times.
 * An answer is late by about as long as an election takes, and what was sent later overtakes it.
 */

import type { FaultKind } from "../plan.ts";
import { type Flavour, inOrder, moments, type Timed } from "./flavour.ts";

/** What makes the others elect. */
const falls: readonly FaultKind[] = [
  { kind: "pod-kill", losesPower: false, keepsUnsyncedPercent: 0 },
  { kind: "x-event-loop-pause" },
  { kind: "network-partition", direction: "both" },
  { kind: "network-partition", direction: "from" },
];

/** See the module. */
export const lateAnswers: Flavour = {
  name: "late-answers",
  direct: (plan, random) => {
    const faults: Timed[] = [];
    for (const atMs of moments(plan, random, 300, 2000)) {
      const percent = random.between(10, 60);
      const durationMs = random.between(1000, 4000);
      const selector = { mode: "all" } as const;
      const byMs = random.pick([50, 150, 300, 600, 1200]);
      faults.push({ atMs, durationMs, selector, kind: "network-reorder", percent, byMs });
      if (random.chance(500_000))
        faults.push({ atMs, durationMs, selector, kind: "network-duplicate", percent });
    }
    for (const atMs of moments(plan, random, 1000, 1000)) {
      faults.push({
        atMs,
        durationMs: random.between(200, 1500),
        selector: { mode: "x-role", value: "leader" },
        ...random.pick(falls),
      });
    }
    return { ...plan, members: random.pick([3, 4, 5, 5, 7]), faults: inOrder(faults) };
  },
};
