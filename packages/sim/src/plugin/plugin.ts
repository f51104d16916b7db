/**
 * Plugins: faults, invariants and users of the cluster that somebody adds to the simulator's own.
 */

import type { MakeChecker } from "../check/checker.ts";
import type { Selector } from "../plan/plan.ts";
import type { MakeCustomUser } from "../run/custom-users.ts";
import type { CustomFault } from "../run/fault-driver.ts";
import type { RandomStream } from "../world/random-streams.ts";

/** A kind of fault. In scenarios: `{ "kind": "x-custom", "name": "…", "parameters": … }`. */
export type PluginFault = {
  /** Begins it on the machines that were selected; returns how it ends. */
  readonly begin: CustomFault;
  /**
   * How often the swarm draws it: of a hundred moments at which it lets something go wrong, in so many this one begins as
   * well. Default 0: in scenarios only.
   */
  readonly weight?: number;
  /** Parameters that the swarm draws. Plain data, since it goes into scenario files. Default null. */
  readonly draw?: (random: RandomStream) => unknown;
  /** How long one that is drawn lasts at most, in milliseconds. Default 1000. */
  readonly lastsMsMax?: number;
  /** Whom one that is drawn hits. Default: one member. */
  readonly selector?: Selector;
};

/** See the module. Names are made of small letters, digits and hyphens. */
export type SimulationPlugin = {
  /** What reports call it. */
  readonly name: string;
  readonly faults?: Readonly<Record<string, PluginFault>>;
  /** Their ids begin with `x-`, so that nobody takes them for an invariant of the book. */
  readonly checks?: readonly MakeChecker[];
  /**
   * Users of the cluster besides the workload's own. In scenarios: `"workload": { "parameters": { "custom": { "name": 2 } } }`
   * for two of them; the swarm takes one of each.
   */
  readonly workloads?: Readonly<Record<string, MakeCustomUser>>;
};

/** Gives its argument back, checked by the compiler: `export const plugin = definePlugin({ … })`. */
export function definePlugin(plugin: SimulationPlugin): SimulationPlugin {
  return plugin;
}
