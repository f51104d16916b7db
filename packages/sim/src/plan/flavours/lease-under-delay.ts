/**
 * Lease reads at a leader whose followers' answers take longer than the lease: it is cut off and goes on getting answers to
 * what it asked long ago, while the others elect and commit.
 */

import type { FaultKind } from "../plan.ts";
import { type Flavour, inOrder, moments, type Timed } from "./flavour.ts";

/** How the others come to elect; most often while the answers to what it sent before are still on their way. */
const falls: readonly FaultKind[] = [
  { kind: "network-partition", direction: "from" },
  { kind: "network-partition", direction: "from" },
  { kind: "network-partition", direction: "from" },
  { kind: "network-partition", direction: "both" },
  { kind: "x-event-loop-pause" },
  { kind: "x-transfer-leadership" },
];

/** See the module. */
export const leaseUnderDelay: Flavour = {
  name: "lease-under-delay",
  direct: (plan, random) => {
    const selector = { mode: "x-role", value: "leader" } as const;
    const faults: Timed[] = [];
    for (const atMs of moments(plan, random, 1000, 2500)) {
      const cutMs = atMs + random.between(900, 1500);
      const cutForMs = random.between(300, 900);
      // Later and later: a leader that hears nothing for a whole election timeout would step down.
      const latencyMs = random.between(50, 110);
      for (let step = random.between(1, 4); step > 0; step--) {
        faults.push({
          atMs: atMs + 200 * step,
          durationMs: cutMs + cutForMs - atMs,
          selector,
          kind: "network-delay",
          latencyMs,
          jitterMs: random.below(20),
          direction: "to",
        });
      }
      faults.push({ atMs: cutMs, durationMs: cutForMs, selector, ...random.pick(falls) });
    }
    const { parameters } = plan.workload;
    const shares = { get: 55, put: 35, cas: 0, delete: 0, scan: 5 };
    const workload = {
      ...plan.workload,
      clients: 10,
      thinkMs: random.pick([40, 100]),
      keys: random.between(1, 3),
      parameters: { ...parameters, shares },
    };
    // Nobody waits longer because answers take longer.
    const settings = { ...plan.settings, leaseReads: true, timing: { adaptionMax: 1 } };
    return {
      ...plan,
      members: random.pick([3, 5]),
      topology: "mesh",
      latency: { minUs: 200, meanUs: 700 },
      settings,
      workload,
      faults: inOrder(faults),
    };
  },
};
