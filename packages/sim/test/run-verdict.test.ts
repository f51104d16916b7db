/** What a run comes to: violations, crashes and a lack of progress are told with where and when. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { allCheckers } from "../src/check/all-checkers.ts";
import type { MakeChecker } from "../src/check/checker.ts";
import type { Fault, Plan } from "../src/plan/plan.ts";
import { swarmPlan } from "../src/plan/swarm.ts";
import { runPlan } from "../src/run/campaign.ts";
import type { CustomFault } from "../src/run/fault-driver.ts";

const calm: Plan = {
  ...swarmPlan(1, { hasFaults: false, members: 3, safetyMs: 2000 }),
  topology: "mesh",
  latency: { minUs: 200, meanUs: 500 },
  diskUs: { minUs: 500, meanUs: 1500 },
};

/** A checker that objects to the first observation of a kind after a time. */
function objector(kind: "applied" | "life", afterUs: number): MakeChecker {
  return () => ({
    id: "X1",
    title: "an objection",
    kinds: [kind],
    see: ({ atUs }) => (atUs < afterUs ? null : "objection"),
  });
}

test("a violation names invariant, member, time and what is wrong, and ends the run", async () => {
  const { verdict, virtualUs } = await runPlan(calm, { checkers: [objector("applied", 1_000_000)] });
  assert.ok(verdict.kind === "violation", verdict.kind);
  assert.equal(verdict.invariant, "X1");
  assert.match(verdict.node, /^[abc]$/);
  assert.ok(verdict.atUs >= 1_000_000 && verdict.atUs === virtualUs, `${verdict.atUs} ${virtualUs}`);
  assert.equal(verdict.text, "objection");
});

test("a checker that throws is a finding, not the member's problem", async () => {
  const broken: MakeChecker = () => ({
    id: "X2",
    title: "broken",
    see() {
      throw new Error("cannot count");
    },
  });
  const { verdict } = await runPlan(calm, { checkers: [broken] });
  assert.ok(verdict.kind === "violation" && verdict.text.includes("cannot count"));
});

test("a majority that does not come to rest in time is told by what is missing", async () => {
  const plan: Plan = {
    ...calm,
    livenessMs: 1,
    faults: [{ ...alone, kind: "network-partition", direction: "both" }],
  };
  const { verdict } = await runPlan(plan, { checkers: allCheckers });
  assert.ok(verdict.kind === "liveness", verdict.kind);
  assert.match(verdict.invariant, /^V[1-4]$/);
});

const alone: Pick<Fault, "id" | "atMs" | "durationMs" | "selector"> = {
  id: "f1",
  atMs: 500,
  durationMs: null,
  selector: { mode: "all" },
};

test("a member that ends for a reason that the world gave it is no crash", async () => {
  const fault: Fault = { ...alone, durationMs: 500, kind: "io-fault", errno: "EIO", methods: ["datasync"] };
  const report = await runPlan({ ...calm, faults: [fault] }, { checkers: allCheckers });
  assert.equal(report.verdict.kind, "pass");
  assert.ok((report.coverage.get("life ended") ?? 0) > 0);
});

test("three members under a light load are elected, answer and agree", async () => {
  const { verdict, figures } = await runPlan(calm, { checkers: allCheckers, searches: true });
  assert.equal(verdict.kind, "pass");
  assert.equal(figures.search, "ok");
  assert.ok(figures.answered > 5 && figures.unknown === 0, JSON.stringify(figures));
});

test("faults that somebody registered are called by name; others are refused before anything runs", async () => {
  const fault: Fault = { ...alone, durationMs: 300, kind: "x-custom", name: "nap", parameters: 2 };
  const told: string[] = [];
  const nap: CustomFault = ({ machines, parameters }) => {
    told.push(`${machines.length} ${String(parameters)}`);
    for (const machine of machines) machine.pause();
    return () => {
      for (const machine of machines) machine.resume();
      told.push("over");
    };
  };
  const { verdict } = await runPlan(
    { ...calm, faults: [fault] },
    { checkers: allCheckers, customFaults: { nap } },
  );
  assert.equal(verdict.kind, "pass");
  assert.deepEqual(told, ["3 2", "over"]);
  const unknown = runPlan({ ...calm, faults: [fault] }, { checkers: allCheckers });
  await assert.rejects(unknown, /nobody registered one called nap/);
});

test("beyond the model a member may end, and only silent corruption is judged", async () => {
  const plan: Plan = { ...calm, contract: "outOfModel" };
  const objections = await runPlan(plan, { checkers: [objector("applied", 0)] });
  assert.equal(objections.verdict.kind, "pass");
});
