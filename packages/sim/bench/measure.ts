/**
 * What is measured: plans, and the processor time that they take.
 */

import { allCheckers, type Plan, runPlan, swarmPlan } from "@quorate/sim";

/** One round. */
export type Measurement = {
  readonly runs: number;
  readonly virtualUs: number;
  /** Processor time of the process, with garbage collection and compilation. */
  readonly cpuUs: number;
  readonly steps: number;
  readonly observations: number;
  readonly calls: number;
};

const clients = 8;
/** What a call takes in this network, roughly: with the time to think it makes the load. */
const callMs = 3;

/** Three members in one data centre, under so many calls a second, without faults. */
export function loadPlan(callsPerSecond: number, safetyMs: number): Plan {
  return {
    format: 1,
    name: `${callsPerSecond} calls a second`,
    seed: 1,
    members: 3,
    topology: "mesh",
    latency: { minUs: 100, meanUs: 300 },
    diskUs: { minUs: 200, meanUs: 1000 },
    settings: {},
    workload: {
      kind: "kv",
      clients,
      thinkMs: Math.max(1, Math.round((clients * 1000) / callsPerSecond - callMs)),
      keys: 8,
      parameters: { watchers: 1 },
    },
    safetyMs,
    livenessMs: 60_000,
    contract: "safe",
    faults: [],
  };
}

/** The first seeds of the default swarm. */
export function swarmPlans(seeds: number): readonly Plan[] {
  return Array.from({ length: seeds }, (_, position) => swarmPlan(position + 1));
}

/** Runs plans one after another. Throws if one of them does not pass. */
export async function measurePlans(plans: readonly Plan[]): Promise<Measurement> {
  const before = process.cpuUsage();
  let [virtualUs, steps, observations, calls] = [0, 0, 0, 0];
  for (const plan of plans) {
    const { verdict, virtualUs: passedUs, figures } = await runPlan(plan, { checkers: allCheckers });
    if (verdict.kind !== "pass") throw new Error(`${plan.name}: ${JSON.stringify(verdict)}`);
    virtualUs += passedUs;
    steps += figures.entries;
    observations += figures.observations;
    calls += figures.calls;
  }
  const { user, system } = process.cpuUsage(before);
  return { runs: plans.length, virtualUs, cpuUs: user + system, steps, observations, calls };
}

/** The middle one; of an even number the upper of the two. */
export function median(values: readonly number[]): number {
  return [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN;
}
