/** Every scenario of the book comes to what it says; of those with parameters some plans are run here, and all by `quorate sim`. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { allCheckers } from "../src/check/all-checkers.ts";
import { runPlan } from "../src/run/campaign.ts";
import { findScenarios, scenarioNames } from "../src/scenario/book.ts";
import { compareWithExpected } from "../src/scenario/scenario.ts";

const plansMax = 6;

for (const name of scenarioNames()) {
  const scenarios = findScenarios(name) ?? [];
  const step = Math.ceil(scenarios.length / plansMax);
  for (const scenario of scenarios.filter((_, position) => position % step === 0)) {
    const { plan, description } = scenario;
    test(`${plan.name}: ${description}`, async () => {
      const report = await runPlan(plan, { checkers: allCheckers });
      assert.equal(compareWithExpected(scenario, report), null);
      assert.equal(plan.name.split(" (")[0], name);
      assert.notEqual(description, "");
    });
  }
}

test("every set of links among three members is in the book once", () => {
  const cuts = ["links-cut-majority-left", "links-cut-nothing-left"]
    .flatMap((name) => findScenarios(name) ?? [])
    .flatMap(({ plan }) => plan.faults)
    .map((fault) => (fault.kind === "x-link-cut" ? String(fault.links) : assert.fail(fault.kind)));
  assert.equal(new Set(cuts).size, 64);
  assert.equal(cuts.length, 64);
});

test("no other name is in the book", () => {
  assert.equal(findScenarios("no-such-scenario"), null);
  assert.equal(findScenarios("../package"), null);
});
