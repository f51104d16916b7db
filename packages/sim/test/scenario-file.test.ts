/** Scenario files: what is wrong is told with place, value and remedy; what was written replays. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { allCheckers } from "../src/check/all-checkers.ts";
import { swarmPlan } from "../src/plan/swarm.ts";
import { runPlan } from "../src/run/campaign.ts";
import { ScenarioError } from "../src/scenario/field-reader.ts";
import {
  compareWithExpected,
  parseScenarios,
  readScenarios,
  type Scenario,
  scenarioOfFailure,
  writeScenario,
} from "../src/scenario/scenario.ts";

function only(document: unknown): Scenario {
  const [scenario, ...others] = readScenarios(document);
  assert.ok(scenario !== undefined && others.length === 0);
  return scenario;
}

test("a name is enough; the rest has defaults, and is a run", async () => {
  const scenario = only({ name: "calm" });
  const { plan } = scenario;
  assert.deepEqual([plan.members, plan.safetyMs, plan.contract, plan.faults], [3, 5000, "safe", []]);
  const report = await runPlan({ ...plan, safetyMs: 1000 }, { checkers: allCheckers });
  assert.equal(compareWithExpected(scenario, report), null);
});

const kill = { kind: "pod-kill", atMs: 5 };
const faulty: readonly (readonly [what: unknown, path: string, remedy: RegExp])[] = [
  [7, "", /a scenario is an object/],
  [{}, "name", /write a text/],
  [{ name: "<script>" }, "name", /letters, digits/],
  [{ name: "x", format: 2 }, "format", /one of 1/],
  [{ name: "x", members: 0 }, "members", /whole number from 1 to 9/],
  [{ name: "x", members: "3" }, "members", /whole number/],
  [{ name: "x", membres: 3 }, "membres", /no such field here; there are format, name/],
  [{ name: "x", latency: { minUs: 9, meanUs: 8 } }, "latency.meanUs", /from 9/],
  [{ name: "x", latency: { most: 9 } }, "latency.most", /there are minUs, meanUs/],
  [{ name: "x", contract: "sure" }, "contract", /safe, failstop, outOfModel/],
  [{ name: "x", faults: {} }, "faults", /write a list/],
  [{ name: "x", faults: [{ kind: "pod-kil", atMs: 5 }] }, "faults[0].kind", /one of network-delay/],
  [{ name: "x", faults: [{ kind: "pod-kill" }] }, "faults[0].atMs", /whole number/],
  [{ name: "x", faults: [{ ...kill, percent: 5 }] }, "faults[0].percent", /no such field/],
  [{ name: "x", faults: [kill, { ...kill, id: "f1" }] }, "faults[1].id", /an id of its own/],
  [{ name: "x", faults: [{ ...kill, selector: "a" }] }, "faults[0].selector", /write an object/],
  [
    { name: "x", faults: [{ ...kill, selector: { mode: "x-role", value: 1 } }] },
    "faults[0].selector.value",
    /leader/,
  ],
  [{ name: "x", expect: { verdict: "fine" } }, "expect.verdict", /one of pass/],
  [{ name: "x", parameters: { n: 3 } }, "parameters.n", /write a list/],
  [{ name: "x", parameters: { n: [] } }, "parameters.n", /at least one/],
  [{ name: "x", parameters: { n: { from: 1, to: 1_000_000 } } }, "parameters.n", /at most/],
  [{ name: "x", parameters: { n: { linksOf: 4 } } }, "parameters.n.count", /only of 3 members all/],
  [{ name: "x", parameters: { n: { linksOf: 2, count: 5 } } }, "parameters.n.count", /hardly more than 4/],
  [
    { name: "x", parameters: { n: { linksOf: 3, leaving: "all" } } },
    "parameters.n.leaving",
    /one of anything/,
  ],
  [
    { name: "x", faults: [{ kind: "x-link-cut", atMs: 5, links: ["a>b", "a>a"] }] },
    "faults[0].links[1]",
    /a direction between two members/,
  ],
  [
    { name: "x", expect: { unansweredMs: { atLeast: 5, atMost: 4 } } },
    "expect.unansweredMs.atMost",
    /from 5/,
  ],
  [{ name: "x", contract: "outOfModel", beyond: ["time"] }, "beyond[0]", /one of clock, disk/],
  [{ name: "x", beyond: ["clock"] }, "beyond", /write contract: outOfModel/],
  [{ name: "x", parameters: { n: [3] }, members: "$m" }, "members", /no such parameter; there are n/],
];

for (const [document, path, remedy] of faulty) {
  test(`refused: ${JSON.stringify(document)}`, () => {
    assert.throws(
      () => readScenarios(document),
      (error) => {
        assert.ok(error instanceof ScenarioError, String(error));
        assert.equal(error.path, path);
        assert.match(error.remedy, remedy);
        assert.ok(error.message.includes(path) && error.message.includes(error.remedy));
        return true;
      },
    );
  });
}

test("text that is not JSON is refused with the reason", () => {
  assert.throws(() => parseScenarios('{ "name": }'), /it is not JSON: Unexpected token/);
});

test("parameters: a plan for every combination", () => {
  const document = {
    name: "loss",
    parameters: { percent: [1, 30], seed: { from: 5, to: 9, step: 2 } },
    seed: "$seed",
    faults: [{ kind: "network-loss", atMs: 100, percent: "$percent" }],
  };
  const plans = readScenarios(document).map(({ plan: { name, seed, faults } }) => {
    const [fault] = faults;
    return [name, seed, fault?.kind === "network-loss" ? fault.percent : null];
  });
  assert.deepEqual(plans, [
    ["loss (percent=1, seed=5)", 5, 1],
    ["loss (percent=1, seed=7)", 7, 1],
    ["loss (percent=1, seed=9)", 9, 1],
    ["loss (percent=30, seed=5)", 5, 30],
    ["loss (percent=30, seed=7)", 7, 30],
    ["loss (percent=30, seed=9)", 9, 30],
  ]);
});

test("parameters: sets of links, by what they leave, and drawn", () => {
  const document = (links: unknown): unknown => ({
    name: "cut",
    parameters: { links },
    faults: [{ kind: "x-link-cut", atMs: 5, links: "$links" }],
  });
  const cuts = (links: unknown): readonly string[] =>
    readScenarios(document(links)).map(({ plan: { faults } }) => {
      const [fault] = faults;
      return fault?.kind === "x-link-cut" ? fault.links.join(" ") : assert.fail();
    });
  assert.deepEqual(cuts({ linksOf: 2 }), ["", "a>b", "b>a", "a>b b>a"]);
  assert.deepEqual(cuts({ linksOf: 2, leaving: "majority" }), [""]);
  const drawn = cuts({ linksOf: 5, leaving: "hub", count: 20, seed: 7 });
  assert.equal(new Set(drawn).size, 20);
  assert.deepEqual(cuts({ linksOf: 5, leaving: "hub", count: 20, seed: 7 }), drawn);
  const names = readScenarios(document({ linksOf: 2 })).map(({ plan }) => plan.name);
  assert.deepEqual(names.slice(0, 2), ["cut (links=none)", "cut (links=a>b)"]);
});

test("a threshold of what nobody answered is part of what is expected", async () => {
  const unansweredMs = { atLeast: 900, atMost: 1000 };
  const scenario = only({ name: "calm", safetyMs: 1000, expect: { unansweredMs } });
  const report = await runPlan(scenario.plan, { checkers: allCheckers });
  assert.match(
    compareWithExpected(scenario, report) ?? "",
    /the longest time without an answer .* expected: 900 to 1000 ms/,
  );
  assert.deepEqual(parseScenarios(writeScenario(scenario)), [scenario]);
});

test("whatever the swarm draws is the same plan after it was written and read", () => {
  for (let seed = 1; seed <= 300; seed++) {
    const plan = swarmPlan(seed);
    const scenario = scenarioOfFailure(plan, {
      kind: "violation",
      invariant: "S1",
      node: "a",
      atUs: 5,
      text: "two",
    });
    const [again] = parseScenarios(writeScenario(scenario));
    assert.deepEqual(again, scenario);
  }
});

test("what was written replays: the same hash", async () => {
  const plan = swarmPlan(5, { safetyMs: 2000 });
  const [again] = parseScenarios(writeScenario(scenarioOfFailure(plan, { kind: "pass" })));
  assert.ok(again !== undefined);
  const first = await runPlan(plan, { checkers: allCheckers });
  const second = await runPlan(again.plan, { checkers: allCheckers });
  assert.equal(second.hash, first.hash);
});

test("what was expected and did not come is told", async () => {
  const expect = { verdict: "liveness" as const, invariant: "V1", happened: [] };
  const scenario = only({ name: "calm", safetyMs: 1000, workload: { clients: 1 }, expect });
  const report = await runPlan(scenario.plan, { checkers: allCheckers });
  assert.match(compareWithExpected(scenario, report) ?? "", /expected: liveness of V1; it came to: pass/);
  const eager = {
    ...scenario,
    expect: { verdict: "pass" as const, invariant: null, happened: ["life wiped"], unansweredMs: null },
  };
  assert.equal(compareWithExpected(eager, report), "never happened: life wiped");
});
