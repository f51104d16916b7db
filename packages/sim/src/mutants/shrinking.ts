/**
 * A hunt's finding made small: the plan that convicted a mutant is shrunk where the mutant is, in the scratch copy, and
 * written as a scenario file, which must then fail there in the same way and pass on the unchanged code.
 */

import { writeFileSync } from "node:fs";
import { allCheckers } from "../check/all-checkers.ts";
import type { Plan } from "../plan/plan.ts";
import { runPlan } from "../run/campaign.ts";
import { describeVerdict, type Verdict } from "../run/verdict.ts";
import { parseScenarios, scenarioOfFailure, writeScenario } from "../scenario/scenario.ts";
import { failureOf, shrinkPlan } from "../shrink/shrink-plan.ts";

/** How large a plan is. */
export type PlanSize = {
  readonly faults: number;
  readonly clients: number;
  readonly members: number;
  /** Length of the safety phase. */
  readonly lengthMs: number;
  /** Settings that differ from the defaults. */
  readonly settings: number;
};

/** What shrinking came to. */
export type ShrinkOutcome = {
  /** What makes the failure, the same before and after; null: the plan does not fail. */
  readonly failure: string | null;
  readonly text: string;
  readonly before: PlanSize;
  readonly after: PlanSize;
  readonly runs: number;
  readonly isMinimal: boolean;
};

/** What a written scenario comes to here. */
export type Replay = { readonly failure: string | null; readonly text: string };

/** Shrinks a failing plan with at most so many runs, and writes what is left to a file. */
export async function shrinkToFile(plan: Plan, runsMax: number, file: string): Promise<ShrinkOutcome> {
  const run = runner();
  const shrunk = await shrinkPlan(plan, await run(plan), { run, runsMax });
  writeFileSync(file, writeScenario(scenarioOfFailure(shrunk.plan, shrunk.verdict)));
  return {
    failure: failureOf(shrunk.verdict),
    text: describeVerdict(shrunk.verdict),
    before: sizeOf(plan),
    after: sizeOf(shrunk.plan),
    runs: shrunk.runs,
    isMinimal: shrunk.isMinimal,
  };
}

/** Runs the one plan of a scenario's text. */
export async function replay(scenario: string): Promise<Replay> {
  const [first] = parseScenarios(scenario);
  if (first === undefined) throw new RangeError("there is no scenario");
  const verdict = await runner()(first.plan);
  return { failure: failureOf(verdict), text: describeVerdict(verdict) };
}

function runner(): (plan: Plan) => Promise<Verdict> {
  const strays: string[] = [];
  process.on("unhandledRejection", (reason) => {
    strays.push(reason instanceof Error ? (reason.stack ?? reason.message) : String(reason));
  });
  const options = { checkers: allCheckers, takeStrays: () => strays.splice(0) };
  return async (plan) => (await runPlan(plan, options)).verdict;
}

function sizeOf({ faults, workload, members, safetyMs, settings }: Plan): PlanSize {
  const { limits, ...others } = settings;
  const limited = typeof limits === "object" && limits !== null ? Object.keys(limits).length : 0;
  return {
    faults: faults.length,
    clients: workload.clients,
    members,
    lengthMs: safetyMs,
    settings: Object.keys(others).length + limited,
  };
}
