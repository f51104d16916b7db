/** The same seed gives the same run, event by event; and a run in which nothing is wrong says so. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { allCheckers } from "../src/check/all-checkers.ts";
import type { Plan } from "../src/plan/plan.ts";
import { swarmPlan } from "../src/plan/swarm.ts";
import { runPlan } from "../src/run/campaign.ts";
import { describeVerdict } from "../src/run/verdict.ts";

const seeds = 50;

/** A seed's plan, cut short. */
function shortPlan(seed: number): Plan {
  return swarmPlan(seed, { safetyMs: 3000 });
}

test(`${seeds} seeds, each twice: equal hashes, and nothing is wrong`, async () => {
  const hashes = new Set<number>();
  const names = new Set<string>();
  for (let seed = 1; seed <= seeds; seed++) {
    const first = await runPlan(shortPlan(seed), { checkers: allCheckers });
    const second = await runPlan(shortPlan(seed), { checkers: allCheckers });
    assert.equal(describeVerdict(first.verdict), "pass", `seed ${seed}`);
    assert.equal(first.hash, second.hash, `seed ${seed}`);
    assert.deepEqual(first.figures, second.figures, `seed ${seed}`);
    hashes.add(first.hash);
    for (const name of first.coverage.keys()) names.add(name);
  }
  assert.equal(hashes.size, seeds);
  for (const name of ["life crashed", "life killed", "raft log-restored", "fault network-partition"])
    assert.ok(names.has(name), `${name} never happened`);
});

test("a fault that is taken out shifts no random number of what is left", async () => {
  const plan = shortPlan(11);
  const calm: Plan = { ...plan, faults: [] };
  const late: Plan = {
    ...plan,
    faults: plan.faults.map((fault) => ({ ...fault, atMs: fault.atMs + plan.safetyMs })),
  };
  const one = await runPlan(calm, { checkers: allCheckers });
  const other = await runPlan(late, { checkers: allCheckers });
  assert.equal(one.hash, other.hash);
});
