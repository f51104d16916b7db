/**
 * Followers that nobody reaches for a while, on which clients watch, in a cluster that cuts its log at once: only a
 * snapshot brings them back, which may break off on its way. The leader stays, and has to think of it himself.
 */

import { type Flavour, inOrder, moments, type Timed, withLimits } from "./flavour.ts";

/** See the module. */
export const leftBehind: Flavour = {
  name: "left-behind",
  direct: (plan, random) => {
    const members = random.pick([3, 3, 5]);
    const faults: Timed[] = [];
    for (const atMs of moments(plan, random, 1200, 3000))
      faults.push({
        atMs,
        durationMs: random.between(800, 3000),
        selector: { mode: "x-role", value: "follower" },
        kind: "network-partition",
        direction: "both",
      });
    if (random.chance(700_000)) {
      // The last of them comes back when no snapshot gets through, and so it is until everything is healed.
      const lastsMs = random.between(1500, 3000);
      const cutMs = random.between(500, 1500);
      faults.push(
        {
          atMs: plan.safetyMs - cutMs - lastsMs,
          durationMs: lastsMs,
          selector: { mode: "x-role", value: "follower" },
          kind: "network-partition",
          direction: "both",
        },
        {
          atMs: plan.safetyMs - cutMs - lastsMs,
          durationMs: null,
          selector: { mode: "all" },
          kind: "x-snapshot-cut",
          atBytes: random.between(100, 1000),
        },
      );
    }
    const { workload } = plan;
    const { parameters } = workload;
    return {
      ...plan,
      members,
      settings: withLimits(plan, {
        snapshotEntries: random.pick([20, 40]),
        catchUpEntries: random.pick([0, 0, 10]),
        catchUpBytes: 0,
        laggardBytesMax: 4000,
        flushEntries: random.pick([10, 40]),
      }),
      workload: {
        ...workload,
        thinkMs: Math.ceil((workload.clients * 1000) / random.pick([50, 100])),
        parameters: {
          ...parameters,
          shares: { get: 10, put: 60, cas: 15, delete: 10, scan: 2 },
          watchers: random.between(4, 10),
          compacts: random.chance(200_000),
        },
      },
      faults: inOrder(faults),
    };
  },
};
