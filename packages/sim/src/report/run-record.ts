/**
 * One line of a report: a run, what it came to, and what was measured.
 */

import type { Contract } from "../plan/plan.ts";
import type { CampaignRun } from "../run/campaign.ts";
import type { RunFigures } from "../run/simulation.ts";
import type { Verdict } from "../run/verdict.ts";
import type { RunMeasurement } from "./measurement.ts";
import type { ThresholdResult } from "./thresholds.ts";

/** See the module. */
export type RunRecord = {
  /** Of the plan: `seed 7`, `seed 7, late-answers`, or a scenario's. */
  readonly name: string;
  readonly seed: number;
  readonly members: number;
  readonly contract: Contract;
  /** What the plan is directed at; empty: nothing in particular. */
  readonly flavour: string;
  readonly verdict: Verdict;
  /** What is wrong, in one line: the verdict, what a scenario expected instead, or broken thresholds; null: nothing. */
  readonly problem: string | null;
  /** The command that runs it again. */
  readonly replay: string;
  readonly hash: number;
  readonly virtualMs: number;
  readonly figures: RunFigures;
  readonly thresholds: readonly ThresholdResult[];
  readonly measurement: RunMeasurement | null;
};

/** What a run's record takes from elsewhere. */
export type RecordDetails = Pick<RunRecord, "problem" | "replay"> & Partial<Pick<RunRecord, "thresholds">>;

/** Makes the record of a run. */
export function recordOf(
  { seed, plan, report, measurement }: CampaignRun,
  { problem, replay, thresholds = [] }: RecordDetails,
): RunRecord {
  return {
    name: plan.name,
    seed,
    members: plan.members,
    contract: plan.contract,
    flavour: flavourOf(plan.name),
    verdict: report.verdict,
    problem,
    replay,
    hash: report.hash,
    virtualMs: report.virtualUs / 1000,
    figures: report.figures,
    thresholds,
    measurement,
  };
}

/** The flavour that the name of a swarm's plan tells: `seed 7, late-answers`; empty: none. */
export function flavourOf(planName: string): string {
  return /^seed \d+, (.+)$/.exec(planName)?.[1] ?? "";
}
