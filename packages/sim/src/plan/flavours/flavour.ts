/**
 * Flavours: what directs a plan of the swarm at one situation that chance alone hardly ever brings about. A flavour says
 * what the situation needs (settings, latencies, faults that come in a certain order), and leaves the rest as it was drawn.
 *
 * It is directed chance, not a script: each draws from a stream of its own, so that its seeds differ too.
 */

import type { RandomStream } from "../../world/random-streams.ts";
import type { Fault, FaultKind, Plan, Selector } from "../plan.ts";

/** See the module. */
export type Flavour = {
  /** Kebab-case; a plan that was directed says it in its name. */
  readonly name: string;
  /** Directs a plan. It keeps the seed and the length of the safety phase. */
  readonly direct: (plan: Plan, random: RandomStream) => Plan;
};

/** A fault that has no id yet. */
export type Timed = {
  readonly atMs: number;
  readonly durationMs: number | null;
  readonly selector: Selector;
} & FaultKind;

/** Gives faults ids that those of the swarm do not have: `x1`, `x2`, … in order of time. */
export function inOrder(faults: readonly Timed[]): readonly Fault[] {
  return faults
    .toSorted((one, other) => one.atMs - other.atMs)
    .map((fault, position) => ({ ...fault, id: `x${position + 1}` }));
}

/** A plan's settings, with some of its limits replaced. */
export function withLimits({ settings }: Plan, limits: Readonly<Record<string, number>>): Plan["settings"] {
  const { limits: drawn } = settings;
  return { ...settings, limits: { ...(typeof drawn === "object" ? drawn : {}), ...limits } };
}

/** Moments from `fromMs` to the end of the safety phase, on an average `everyMs` apart. */
export function moments({ safetyMs }: Plan, random: RandomStream, fromMs: number, everyMs: number): number[] {
  const found: number[] = [];
  for (let atMs = fromMs + random.below(everyMs); atMs < safetyMs; atMs += 1 + random.below(2 * everyMs))
    found.push(atMs);
  return found;
}
