/**
 * Followers that cannot hear their leader and are heard all the same, or neither, while the leader stays where he is: they
 * campaign, in vain, and have to find back to him when they hear him again, the last of them when everything is healed.
 */

import { type Flavour, inOrder, moments, type Timed } from "./flavour.ts";

/** See the module. */
export const deafFollowers: Flavour = {
  name: "deaf-followers",
  direct: (plan, random) => {
    const members = random.pick([3, 3, 5]);
    const deaf = (atMs: number, durationMs: number | null): Timed => ({
      atMs,
      durationMs,
      selector: { mode: "x-role", value: "follower" },
      kind: "network-partition",
      direction: random.pick(["both", "to", "to"] as const),
    });
    const faults = moments(plan, random, 1000, 2500).map((atMs) => deaf(atMs, random.between(200, 2000)));
    // As long as it takes some members to time out, and others not.
    faults.push(deaf(plan.safetyMs - random.between(400, 2000), null));
    return { ...plan, members, faults: inOrder(faults) };
  },
};
