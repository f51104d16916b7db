/**
 * A hunt: seed after seed until the code is convicted, or the budget is spent.
 */

import { allCheckers } from "../check/all-checkers.ts";
import { swarmPlan } from "../plan/swarm.ts";
import { runSeed } from "../run/campaign.ts";
import { describeVerdict } from "../run/verdict.ts";
import { convict, type Finding } from "./finding.ts";

/** What is hunted for, and how long. */
export type HuntOptions = {
  readonly from: number;
  readonly count: number;
  readonly seconds: number;
  /** What convicts besides invariants of safety; see `convict`. */
  readonly expected: readonly string[];
};

/** See the module. */
export async function hunt({ from, count, seconds, expected }: HuntOptions): Promise<Finding> {
  const strays: string[] = [];
  process.on("unhandledRejection", (reason) => {
    strays.push(reason instanceof Error ? (reason.stack ?? reason.message) : String(reason));
  });
  const startedMs = performance.now();
  const others = new Set<string>();
  let seeds = 0;
  while (seeds < count && performance.now() - startedMs < seconds * 1000) {
    const seed = from + seeds++;
    const { report } = await runSeed(seed, {
      checkers: allCheckers,
      makePlan: (one) => swarmPlan(one, { hasFaults: true }),
      repeatsEvery: 0,
      takeStrays: () => strays.splice(0),
    });
    const { name, counts } = convict(report.verdict, expected);
    if (counts) return { by: name, seed, seeds, others: [...others], text: describeVerdict(report.verdict) };
    if (name !== null) others.add(`${name} (seed ${seed})`);
  }
  return { by: null, seed: 0, seeds, others: [...others], text: "" };
}
