/**
 * What plugins add to a plan of the swarm. Drawn from streams of their own: a plugin shifts nothing of what a seed draws
 * without it.
 */

import type { Fault, Plan } from "../plan/plan.ts";
import { customOf } from "../run/custom-users.ts";
import { type RandomStream, RandomStreams } from "../world/random-streams.ts";
import type { PluginFault, SimulationPlugin } from "./plugin.ts";

const lastsMsDefault = 1000;

/** The plan with faults of the plugins beside its own, and one of each of their users. */
export function withPlugins(plan: Plan, plugins: readonly SimulationPlugin[]): Plan {
  const streams = new RandomStreams(plan.seed);
  const faults: Fault[] = [];
  for (const [name, fault] of Object.entries(faultsOf(plugins)))
    faults.push(...drawFaults(name, fault, plan, streams.stream(`plugin fault ${name}`)));
  const names = plugins.flatMap(({ workloads = {} }) => Object.keys(workloads));
  if (faults.length === 0 && names.length === 0) return plan;
  const { workload } = plan;
  const custom = { ...Object.fromEntries(names.map((name) => [name, 1])), ...customOf(workload.parameters) };
  const parameters = names.length === 0 ? workload.parameters : { ...workload.parameters, custom };
  return { ...plan, workload: { ...workload, parameters }, faults: [...plan.faults, ...faults] };
}

/** All faults by name. */
export function faultsOf(plugins: readonly SimulationPlugin[]): Readonly<Record<string, PluginFault>> {
  return Object.assign({}, ...plugins.map(({ faults = {} }) => faults)) as Readonly<
    Record<string, PluginFault>
  >;
}

function drawFaults(name: string, fault: PluginFault, plan: Plan, random: RandomStream): readonly Fault[] {
  const { weight = 0, draw, lastsMsMax = lastsMsDefault, selector = { mode: "one" } } = fault;
  const drawn: Fault[] = [];
  for (const { atMs } of plan.faults) {
    if (!random.chance(weight * 10_000)) continue;
    drawn.push({
      id: `${name}-${drawn.length + 1}`,
      atMs: atMs + random.below(100),
      durationMs: 1 + random.below(lastsMsMax),
      selector,
      kind: "x-custom",
      name,
      parameters: draw?.(random) ?? null,
    });
  }
  return drawn;
}
