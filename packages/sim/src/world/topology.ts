/**
 * How far members are from each other: a message crosses as many links as the topology says, and each costs its latency.
 */

import type { Topology } from "../plan/plan.ts";

/** Links between two places of `count`; 1 is a direct one. */
export function hopsBetween(topology: Topology, count: number, one: number, other: number): number {
  if (one === other) return 0;
  switch (topology) {
    case "mesh":
      return 1;
    case "ring": {
      const around = Math.abs(one - other);
      return Math.min(around, count - around);
    }
    case "star-of-stars": {
      // Groups of three around a hub each; hubs around the first hub.
      const hubOf = (place: number): number => place - (place % 3);
      const up = (place: number): number => (place === hubOf(place) ? 0 : 1);
      const [from, to] = [hubOf(one), hubOf(other)];
      if (from === to) return up(one) + up(other);
      const between = from === 0 || to === 0 ? 1 : 2;
      return up(one) + between + up(other);
    }
  }
}
