/**
 * Besides all that the swarm drew: clients that members do not hear, or that do not hear them. What they asked for may have
 * happened, and they ask again elsewhere.
 */

import type { Selector } from "../plan.ts";
import { type Flavour, inOrder, moments, type Timed } from "./flavour.ts";

/** See the module. */
export const unheardClients: Flavour = {
  name: "unheard-clients",
  direct: (plan, random) => {
    const faults = moments(plan, random, 500, 2000).map(
      (atMs): Timed => ({
        atMs,
        durationMs: random.between(50, 3000),
        selector: random.pick<Selector>([
          { mode: "one" },
          { mode: "x-role", value: "leader" },
          { mode: "x-target", value: "minority" },
          { mode: "all" },
        ]),
        ...random.pick([
          { kind: "x-client-cut", direction: "from" } as const,
          { kind: "x-client-cut", direction: random.pick(["to", "both"] as const) } as const,
          { kind: "x-client-delay", latencyMs: random.between(5, 2500) } as const,
        ]),
      }),
    );
    return { ...plan, faults: [...plan.faults, ...inOrder(faults)] };
  },
};
