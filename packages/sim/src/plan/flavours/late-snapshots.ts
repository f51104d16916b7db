/**
 * Snapshots that take long, while their receiver turns out to need none: its acknowledgements were late, and the leader,
 * which keeps little of its log, thought that it lagged. It goes on by the log, and then the snapshot comes.
 */

import { type Flavour, inOrder, moments, type Timed, withLimits } from "./flavour.ts";

/** See the module. */
export const lateSnapshots: Flavour = {
  name: "late-snapshots",
  direct: (plan, random) => {
    const members = random.pick([3, 3, 5]);
    const faults: Timed[] = [
      {
        atMs: 0,
        durationMs: null,
        selector: { mode: "all" },
        kind: "x-slow-snapshots",
        byMs: random.between(300, 2000),
      },
    ];
    for (const atMs of moments(plan, random, 1500, 2500)) {
      const name = random.pick(["a", "b", "c", "d", "e"].slice(0, members));
      const selector = { mode: "x-names", value: [name] } as const;
      const lateMs = random.between(500, 2000);
      faults.push(
        {
          atMs,
          durationMs: lateMs,
          selector,
          kind: "network-delay",
          direction: "from",
          latencyMs: random.between(300, 1500),
          jitterMs: random.below(300),
        },
        // Its leader notices, and begins anew behind what it last heard of.
        {
          atMs: atMs + random.below(lateMs),
          durationMs: random.between(5, 150),
          selector,
          kind: "pod-kill",
          losesPower: false,
          keepsUnsyncedPercent: 90,
        },
      );
    }
    const settings = withLimits(plan, {
      snapshotEntries: random.pick([5, 20]),
      flushEntries: 10,
      catchUpEntries: 0,
      catchUpBytes: 0,
      laggardBytesMax: random.pick([500, 2000, 8000]),
    });
    const { workload } = plan;
    const thinkMs = Math.ceil((workload.clients * 1000) / 100);
    return {
      ...plan,
      members,
      topology: "mesh",
      latency: { minUs: 200, meanUs: 700 },
      settings,
      diskUs: { minUs: 100, meanUs: 500 },
      workload: { ...workload, thinkMs },
      faults: inOrder(faults),
    };
  },
};
