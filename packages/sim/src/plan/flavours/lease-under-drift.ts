/**
 * Lease reads at a leader whose clock is slow, when it is cut off from members whose clocks are fast, by as much as the
 * margin allows. Leases are long, so that what clocks are apart by is long as well, and members that time out do so as
 * early as they may.
 */

import { type Flavour, inOrder, type Timed } from "./flavour.ts";

/** Two clocks that drift apart by twice this stay within the margin. */
const driftPpm = 40_000;

/** See the module. */
export const leaseUnderDrift: Flavour = {
  name: "lease-under-drift",
  direct: (plan, random) => {
    const electionMinMs = random.between(500, 1200);
    const roundMs = 2 * electionMinMs + 1000;
    const faults: Timed[] = [];
    for (let atMs = 500 + random.below(500); atMs < plan.safetyMs; atMs += roundMs) {
      const selector = { mode: "x-role", value: "leader" } as const;
      const durationMs = roundMs - 10;
      faults.push(
        { atMs, durationMs, selector: { mode: "all" }, kind: "x-clock-drift", ppm: driftPpm },
        { atMs: atMs + 1, durationMs: durationMs - 1, selector, kind: "x-clock-drift", ppm: -driftPpm },
        {
          atMs: atMs + random.between(300, 500),
          durationMs: electionMinMs + 300,
          selector,
          kind: "network-partition",
          direction: "both",
        },
      );
    }
    const { parameters } = plan.workload;
    const shares = { get: 60, put: 35, cas: 0, delete: 0, scan: 5 };
    return {
      ...plan,
      members: 3,
      topology: "mesh",
      latency: { minUs: 50, meanUs: 150 },
      diskUs: { minUs: 100, meanUs: 200 },
      settings: {
        ...plan.settings,
        leaseReads: true,
        timing: { heartbeatMs: 50, electionMinMs, electionMaxMs: electionMinMs + 50, adaptionMax: 1 },
      },
      workload: {
        ...plan.workload,
        clients: 12,
        thinkMs: random.between(20, 60),
        keys: random.between(1, 3),
        parameters: { ...parameters, shares },
      },
      faults: inOrder(faults),
    };
  },
};
