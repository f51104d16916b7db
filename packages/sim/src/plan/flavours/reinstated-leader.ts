/**
 * A leader that is deposed and elected again before all acknowledgements of its first term have come: what they acknowledge
 * was replaced meanwhile. It and one follower are ahead of the others when a majority cannot hear it any more.
 */

import { type Flavour, inOrder, moments, type Timed, withLimits } from "./flavour.ts";

/** See the module. */
export const reinstatedLeader: Flavour = {
  name: "reinstated-leader",
  direct: (plan, random) => {
    const members = random.pick([4, 5, 5]);
    const selector = { mode: "x-role", value: "leader" } as const;
    const faults: Timed[] = [];
    for (const atMs of moments(plan, random, 1000, 2500)) {
      const lateMs = random.between(100, 600);
      const cutMs = atMs + random.below(lateMs);
      const cutForMs = random.between(300, 1000);
      faults.push(
        // The acknowledgements that are under way when the leader is cut off come long after.
        {
          atMs,
          durationMs: lateMs + random.below(300),
          selector,
          kind: "network-reorder",
          percent: random.between(30, 90),
          byMs: random.between(800, 3000),
          direction: "to",
        },
        {
          atMs: cutMs,
          durationMs: cutForMs,
          selector,
          kind: "network-partition",
          direction: "both",
          target: { mode: "fixed", value: Math.floor(members / 2) + 1 },
        },
        // Its successor has replaced what they had, and goes.
        {
          atMs: cutMs + cutForMs + random.below(200),
          durationMs: random.between(300, 900),
          selector,
          ...random.pick([
            { kind: "pod-kill", losesPower: false, keepsUnsyncedPercent: 0 } as const,
            { kind: "x-event-loop-pause" } as const,
            { kind: "network-partition", direction: "both" } as const,
          ]),
        },
      );
    }
    const settings = withLimits(plan, {
      messageBytesMax: random.pick([200, 2000]),
      inflightMessagesMax: 256,
    });
    const parameters = { ...plan.workload.parameters, bursts: 2 };
    return {
      ...plan,
      members,
      topology: "mesh",
      settings,
      latency: { minUs: 200, meanUs: 700 },
      workload: { ...plan.workload, parameters },
      faults: inOrder(faults),
    };
  },
};
