/**
 * Besides all that the swarm drew: users, roles and permissions that change all the time, while clients act as users, with
 * tokens that go stale and certificates that each member judges by what it has applied. Members are often restored from
 * snapshots, since all of that must come along.
 */

import { type Flavour, withLimits } from "./flavour.ts";

/** See the module. */
export const changingPermissions: Flavour = {
  name: "changing-permissions",
  direct: (plan, random) => {
    const { workload } = plan;
    const snapshotEntries = random.pick([20, 40, 60, 200]);
    return {
      ...plan,
      settings: random.chance(600_000) ? withLimits(plan, { snapshotEntries }) : plan.settings,
      workload: {
        ...workload,
        keys: Math.max(workload.keys, random.between(3, 6)),
        parameters: {
          ...workload.parameters,
          auth: random.pick([1, 1, 2, 3]),
          readers: random.between(1, 4),
        },
      },
    };
  },
};
