/**
 * A hunt: seed after seed until the code is convicted, or the budget is spent.
 */

import { allCheckers } from "../check/all-checkers.ts";
import type { Plan } from "../plan/plan.ts";
import { swarmPlan } from "../plan/swarm.ts";
import { runSeed } from "../run/campaign.ts";
import { describeVerdict } from "../run/verdict.ts";
import { convict, type Finding } from "./finding.ts";

/** What is hunted for, and how long. */
export type HuntOptions = {
  readonly from: number;
  readonly count: number;
  /** Of processor time: what else the machine does must not decide. */
  readonly seconds: number;
  /** What convicts besides invariants of safety; see `convict`. */
  readonly expected: readonly string[];
};

/** The plan of a seed. */
export function huntPlan(seed: number): Plan {
  return swarmPlan(seed, { hasFaults: true });
}

/** See the module. */
export async function hunt({ from, count, seconds, expected }: HuntOptions): Promise<Finding> {
  const strays: string[] = [];
  process.on("unhandledRejection", (reason) => {
    strays.push(reason instanceof Error ? (reason.stack ?? reason.message) : String(reason));
  });
  const others = new Set<string>();
  let seeds = 0;
  while (seeds < count && spentSeconds() < seconds) {
    const seed = from + seeds++;
    const { report } = await runSeed(seed, {
      checkers: allCheckers,
      makePlan: huntPlan,
      repeatsEvery: 0,
      takeStrays: () => strays.splice(0),
    });
    const { name, counts } = convict(report.verdict, expected);
    if (counts) {
      const text = describeVerdict(report.verdict);
      return { by: name, seed, seeds, seconds: spentSeconds(), others: [...others], text };
    }
    if (name !== null) others.add(`${name} (seed ${seed})`);
  }
  return { by: null, seed: 0, seeds, seconds: spentSeconds(), others: [...others], text: "" };
}

/** Processor time of this process. */
function spentSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000_000;
}
