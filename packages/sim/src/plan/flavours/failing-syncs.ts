/**
 * Syncs that fail, and soon after that the power, of those who went on as of those who did not: what was acknowledged must
 * have been on disks, and not in what every reader of a page cache is shown.
 */

import type { Plan, Selector } from "../plan.ts";
import { type Flavour, inOrder, moments, type Timed } from "./flavour.ts";

/** See the module. */
export const failingSyncs: Flavour = {
  name: "failing-syncs",
  direct: (plan, random) => {
    const members = random.pick([1, 3, 3, 5]);
    const faults = moments(plan, random, 800, 1500).flatMap((atMs): readonly Timed[] => {
      const selector = random.pick<Selector>([
        { mode: "one" },
        { mode: "x-role", value: "leader" },
        { mode: "x-target", value: "majority" },
        { mode: "all" },
      ]);
      const lastsMs = random.between(200, 1500);
      const errno = random.pick(["EIO", "EIO", "ENOSPC"] as const);
      const methods = random.pick([["datasync"], ["datasync"], ["sync-directory"], ["write"]]);
      return [
        { atMs, durationMs: lastsMs, selector, kind: "io-fault", errno, methods },
        {
          atMs: atMs + random.below(lastsMs + 100),
          durationMs: random.between(20, 300),
          selector: random.pick<Selector>([
            selector,
            { mode: "x-target", value: "majority" },
            { mode: "all" },
          ]),
          kind: "pod-kill",
          losesPower: random.chance(700_000),
          keepsUnsyncedPercent: random.pick([0, 0, 50]),
        },
      ];
    });
    // Short segments: each new one has a name, and names have to be synced as well.
    const settings = { ...plan.settings, segmentBytes: random.pick([4, 16, 64]) * 1024 };
    return { ...plan, members, settings, workload: withWrites(plan), faults: inOrder(faults) };
  },
};

function withWrites({ workload }: Plan): Plan["workload"] {
  const shares = { get: 20, put: 55, cas: 15, delete: 5, scan: 2 };
  return { ...workload, parameters: { ...workload.parameters, shares } };
}
