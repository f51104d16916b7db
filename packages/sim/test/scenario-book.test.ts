/** Every scenario of the book is run once, and comes to what it says. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { allCheckers } from "../src/check/all-checkers.ts";
import { runPlan } from "../src/run/campaign.ts";
import { findScenarios, scenarioNames } from "../src/scenario/book.ts";
import { compareWithExpected } from "../src/scenario/scenario.ts";

for (const name of scenarioNames()) {
  for (const scenario of findScenarios(name) ?? []) {
    test(`${name}: ${scenario.description}`, async () => {
      const report = await runPlan(scenario.plan, { checkers: allCheckers });
      assert.equal(compareWithExpected(scenario, report), null);
      assert.equal(scenario.plan.name, name);
      assert.notEqual(scenario.description, "");
    });
  }
}

test("no other name is in the book", () => {
  assert.equal(findScenarios("no-such-scenario"), null);
  assert.equal(findScenarios("../package"), null);
});
