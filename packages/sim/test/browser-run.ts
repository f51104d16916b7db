/**
 * What the page of the browser test runs: plans from seeds, and what each came to. The test runs the same on Node.
 */

import { allCheckers, describeVerdict, runPlan, swarmPlan } from "@quorate/sim";

/** What must be the same everywhere. */
export type BrowserRun = {
  readonly seed: number;
  readonly hash: number;
  readonly observations: number;
  readonly entries: number;
  readonly verdict: string;
};

/** Runs some seeds of the swarm, cut short. */
export async function runSeeds(seeds: readonly number[]): Promise<readonly BrowserRun[]> {
  const runs: BrowserRun[] = [];
  for (const seed of seeds) {
    const plan = swarmPlan(seed, { members: 3, safetyMs: 2500 });
    const { hash, figures, verdict } = await runPlan(plan, { checkers: allCheckers, searches: true });
    const { observations, entries } = figures;
    runs.push({ seed, hash, observations, entries, verdict: describeVerdict(verdict) });
  }
  return runs;
}
