/**
 * Faults of the network: each begins on some ways, and returns how it ends.
 */

import type { Fault, Selector, Ways } from "../plan/plan.ts";
import type { Machine } from "../world/machine.ts";
import type { RandomStream } from "../world/random-streams.ts";
import { noWayFault, type WayFault } from "../world/way.ts";
import type { World } from "../world/world.ts";
import { candidates, partitionPairs, select } from "./selection.ts";

/** Takes a fault back. */
export type Undo = () => void;

type Pair = readonly [from: Machine, to: Machine];

/** Begins a fault; null if it is none of the network. */
export function beginNetworkFault(fault: Fault, world: World, random: RandomStream): Undo | null {
  switch (fault.kind) {
    case "network-delay": {
      const delays = { delayUs: fault.latencyMs * 1000, jitterUs: fault.jitterMs * 1000 };
      return onWays(fault, world, random, { ...noWayFault, ...delays });
    }
    case "network-loss":
      return onWays(fault, world, random, {
        ...noWayFault,
        lossPerMillion: perMillion(fault.percent),
      });
    case "network-duplicate":
      return onWays(fault, world, random, {
        ...noWayFault,
        duplicatePerMillion: perMillion(fault.percent),
      });
    case "network-reorder":
      return onWays(fault, world, random, {
        ...noWayFault,
        reorderPerMillion: perMillion(fault.percent),
        reorderByUs: fault.byMs * 1000,
      });
    case "network-bandwidth":
      return onWays(fault, world, random, {
        ...noWayFault,
        bytesPerSecond: fault.bytesPerSecond,
      });
    case "network-partition":
      return cut(partitioned(fault, world, random), world, { ...noWayFault, isCut: true });
    case "x-link-cut":
      return cut(named(fault.links, world), world, { ...noWayFault, isCut: true });
    case "x-snapshot-cut":
      world.network.snapshotCutAtBytes = fault.atBytes;
      return () => {
        world.network.snapshotCutAtBytes = Number.POSITIVE_INFINITY;
      };
    case "x-slow-snapshots": {
      const byUs = fault.byMs * 1000;
      world.network.snapshotDelayUs += byUs;
      return () => {
        world.network.snapshotDelayUs -= byUs;
      };
    }
    case "x-clog": {
      const one = select(fault.selector, world, random);
      const others = fault.target === undefined ? candidates(world) : select(fault.target, world, random);
      return cut(between(one, others, "both"), world, { ...noWayFault, isClogged: true });
    }
    default:
      return null;
  }
}

function perMillion(percent: number): number {
  return Math.round(percent * 10_000);
}

function onWays(
  { selector, direction = "both", target }: Ways & { readonly selector: Selector },
  world: World,
  random: RandomStream,
  wayFault: WayFault,
): Undo {
  const chosen = select(selector, world, random);
  const others = target === undefined ? candidates(world) : select(target, world, random);
  return cut(between(chosen, others, direction), world, wayFault);
}

function partitioned(
  fault: Fault & { kind: "network-partition" },
  world: World,
  random: RandomStream,
): readonly Pair[] {
  const { selector, direction, target } = fault;
  if (selector.mode === "x-target" && target === undefined) {
    return partitionPairs(selector.value, world, random).flatMap(([one, other]) => {
      if (direction === "both") return [[one, other] as const, [other, one] as const];
      return direction === "to" ? [[other, one] as const] : [[one, other] as const];
    });
  }
  const chosen = select(selector, world, random);
  const others = target === undefined ? candidates(world) : select(target, world, random);
  return between(chosen, others, direction);
}

/** Ways by their names; those between machines that are not there are left out. */
function named(links: readonly string[], world: World): readonly Pair[] {
  return links.flatMap((link): Pair[] => {
    const [from, to] = link.split(">").map((name) => world.machines.get(name));
    return from === undefined || to === undefined ? [] : [[from, to]];
  });
}

/** Ways between two groups; within the first, if all are in both, every way. */
function between(
  ones: readonly Machine[],
  others: readonly Machine[],
  direction: "to" | "from" | "both",
): readonly Pair[] {
  const isWhole = ones.length === others.length;
  const pairs: Pair[] = [];
  for (const one of ones) {
    for (const other of others) {
      if (one === other || (!isWhole && ones.includes(other))) continue;
      if (direction !== "to") pairs.push([one, other]);
      if (direction !== "from") pairs.push([other, one]);
    }
  }
  return pairs;
}

function cut(pairs: readonly Pair[], { network }: World, wayFault: WayFault): Undo {
  for (const [from, to] of pairs) network.way(from.id, to.id).add(wayFault);
  return () => {
    for (const [from, to] of pairs) {
      network.way(from.id, to.id).remove(wayFault);
      network.unclog(from.id, to.id);
    }
  };
}
