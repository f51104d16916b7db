/**
 * A campaign: run after run, each from a seed of its own, until something is wrong or there are no more.
 */

import type { MakeChecker } from "../check/checker.ts";
import type { Plan } from "../plan/plan.ts";
import type { CustomFaults } from "./fault-driver.ts";
import { type RunReport, Simulation } from "./simulation.ts";
import type { Verdict } from "./verdict.ts";

/** What a campaign does. */
export type CampaignOptions = {
  readonly checkers: readonly MakeChecker[];
  readonly makePlan: (seed: number) => Plan;
  /** Of so many seeds one is run twice, to see whether it is the same run; 0: none. */
  readonly repeatsEvery: number;
  readonly searches?: boolean;
  readonly customFaults?: CustomFaults;
  /** Takes what was rejected where nobody listened since it was last asked. */
  readonly takeStrays?: () => readonly string[];
};

/** One run of it. */
export type CampaignRun = {
  readonly seed: number;
  readonly plan: Plan;
  readonly report: RunReport;
};

/** Runs a seed; twice if its turn has come. A run that throws is a crash. */
export async function runSeed(seed: number, options: CampaignOptions): Promise<CampaignRun> {
  const plan = options.makePlan(seed);
  const report = await runPlan(plan, options);
  const { repeatsEvery } = options;
  if (report.verdict.kind !== "pass" || repeatsEvery === 0 || seed % repeatsEvery !== 0)
    return { seed, plan, report };
  const again = await runPlan(plan, options);
  if (again.hash === report.hash) return { seed, plan, report };
  const text = `seed ${seed} gave ${report.hash} after ${report.figures.observations} observations, and then ${again.hash} after ${again.figures.observations}`;
  return { seed, plan, report: { ...report, verdict: { kind: "nondeterminism", text } } };
}

/** Runs a plan once. */
export async function runPlan(
  plan: Plan,
  {
    checkers,
    searches,
    customFaults,
    takeStrays = () => [],
  }: Omit<CampaignOptions, "makePlan" | "repeatsEvery">,
): Promise<RunReport> {
  const simulation = new Simulation(plan, {
    checkers,
    ...(searches === undefined ? {} : { searches }),
    ...(customFaults === undefined ? {} : { customFaults }),
  });
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
