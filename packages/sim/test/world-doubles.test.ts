/** A network that doubles everything delivers everything twice, and not without end. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { allCheckers } from "../src/check/all-checkers.ts";
import type { Fault, Plan } from "../src/plan/plan.ts";
import { swarmPlan } from "../src/plan/swarm.ts";
import { runPlan } from "../src/run/campaign.ts";
import { describeVerdict } from "../src/run/verdict.ts";

test("a double is not doubled again", async () => {
  const calm: Plan = { ...swarmPlan(1, { members: 3, safetyMs: 2000, hasFaults: false }), seed: 1 };
  const fault: Fault = {
    id: "f1",
    atMs: 0,
    durationMs: 2000,
    selector: { mode: "all" },
    kind: "network-duplicate",
    percent: 100,
  };
  const single = await runPlan(calm, { checkers: allCheckers });
  const doubled = await runPlan({ ...calm, faults: [fault] }, { checkers: allCheckers });
  assert.equal(describeVerdict(doubled.verdict), "pass");
  // Answers to doubles are doubled too, so it is more than twice as many; but a few times, not without end.
  assert.ok(doubled.figures.envelopes > single.figures.envelopes);
  assert.ok(doubled.figures.envelopes < 20 * single.figures.envelopes);
});
