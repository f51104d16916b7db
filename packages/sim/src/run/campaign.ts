/**
 * A campaign: run after run, each from a seed of its own, until something is wrong or there are no more.
 */

import type { Plan } from "../plan/plan.ts";
import type { RunMeasurement } from "../report/measurement.ts";
import { RunMeter } from "../report/run-meter.ts";
import { type RunOptions, type RunReport, Simulation } from "./simulation.ts";
import type { Verdict } from "./verdict.ts";

/** What a campaign does. */
export type CampaignOptions = RunOptions & {
  readonly makePlan: (seed: number) => Plan;
  /** Of so many seeds one is run twice, to see whether it is the same run; 0: none. */
  readonly repeatsEvery: number;
  /** Takes what was rejected where nobody listened since it was last asked. */
  readonly takeStrays?: () => readonly string[];
  /** Whether runs are measured for a report. Default: no, which is faster. The hash is the same either way. */
  readonly measures?: boolean;
};

/** One run of it. */
export type CampaignRun = {
  readonly seed: number;
  readonly plan: Plan;
  readonly report: RunReport;
  /** Null if nothing was measured. */
  readonly measurement: RunMeasurement | null;
};

type OneRun = Omit<CampaignOptions, "makePlan" | "repeatsEvery">;

/** Runs a seed; twice if its turn has come. A run that throws is a crash. */
export async function runSeed(seed: number, options: CampaignOptions): Promise<CampaignRun> {
  const plan = options.makePlan(seed);
  const { report, measurement } = await measurePlan(plan, options);
  const { repeatsEvery } = options;
  if (report.verdict.kind !== "pass" || repeatsEvery === 0 || seed % repeatsEvery !== 0)
    return { seed, plan, report, measurement };
  const again = await runPlan(plan, { ...options, measures: false });
  if (again.hash === report.hash) return { seed, plan, report, measurement };
  const text = `seed ${seed} gave ${report.hash} after ${report.figures.observations} observations, and then ${again.hash} after ${again.figures.observations}`;
  return { seed, plan, report: { ...report, verdict: { kind: "nondeterminism", text } }, measurement };
}

/** Runs a plan once. */
export async function runPlan(plan: Plan, options: OneRun): Promise<RunReport> {
  return (await measurePlan(plan, options)).report;
}

async function measurePlan(
  plan: Plan,
  { takeStrays = () => [], measures = false, ...options }: OneRun,
): Promise<{ readonly report: RunReport; readonly measurement: RunMeasurement | null }> {
  const simulation = new Simulation(plan, options);
  const { world } = simulation;
  const meter = measures ? new RunMeter(plan, (node) => world.nameOf(node)) : null;
  if (meter !== null) world.witness.subscribe(meter.take);
  const report = await judge(simulation, takeStrays);
  return { report, measurement: meter?.finish(report.virtualUs) ?? null };
}

async function judge(simulation: Simulation, takeStrays: () => readonly string[]): Promise<RunReport> {
  let thrown: unknown = null;
  try {
    const report = await simulation.run();
    const [stray] = takeStrays();
    if (stray === undefined || report.verdict.kind !== "pass") return report;
    return { ...report, verdict: crash(simulation, `a promise was rejected and nobody listened: ${stray}`) };
  } catch (error) {
    thrown = error;
  }
  const text = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
  return simulation.report(crash(simulation, text));
}

function crash({ world }: Simulation, text: string): Verdict {
  return { kind: "crash", node: "", atUs: world.time.nowUs, text };
}
