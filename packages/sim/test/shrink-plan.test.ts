/** A failing plan is made smaller, and the smaller one fails in the same way. */

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { MakeChecker } from "../src/check/checker.ts";
import type { Plan } from "../src/plan/plan.ts";
import { swarmPlan } from "../src/plan/swarm.ts";
import { runPlan } from "../src/run/campaign.ts";
import type { Verdict } from "../src/run/verdict.ts";
import { reduceList } from "../src/shrink/reduce-list.ts";
import { shrinkPlan } from "../src/shrink/shrink-plan.ts";

/** Fires when somebody is a candidate while a partition lasts and a member is down. */
const makeX1: MakeChecker = () => {
  const lasting = new Map<string, string>();
  return {
    id: "X1",
    title: "no campaign while a partition and a kill last",
    kinds: ["fault", "raft"],
    see(observation) {
      if (observation.kind === "fault") {
        if (observation.on) lasting.set(observation.id, observation.what);
        else lasting.delete(observation.id);
        return null;
      }
      if (observation.kind !== "raft" || observation.event.kind !== "campaign-started") return null;
      const kinds = new Set(lasting.values());
      return kinds.has("network-partition") && kinds.has("pod-kill") ? "a campaign" : null;
    },
  };
};

const busy: Plan = {
  ...swarmPlan(3, { members: 5, safetyMs: 6000, flavour: null }),
  settings: { limits: { snapshotEntries: 60, catchUpEntries: 10 } },
  faults: [
    { kind: "network-delay", latencyMs: 5, jitterMs: 1 },
    { kind: "network-partition", direction: "both" } as const,
    { kind: "x-event-loop-pause" } as const,
    { kind: "pod-kill", losesPower: false, keepsUnsyncedPercent: 0 } as const,
    { kind: "network-loss", percent: 3 } as const,
    { kind: "time-offset", offsetMs: 100 } as const,
  ].map((kind, position) => ({
    id: `f${position + 1}`,
    atMs: 1000 + position * 200,
    durationMs: 3000,
    selector: { mode: "x-role", value: "leader" },
    ...kind,
  })) as Plan["faults"],
};

async function run(plan: Plan): Promise<Verdict> {
  return (await runPlan(plan, { checkers: [makeX1], searches: false })).verdict;
}

test("what does not matter is taken out, and the same invariant breaks", async () => {
  const before = await run(busy);
  assert.ok(before.kind === "violation", before.kind);
  const seen: number[] = [];
  const shrunk = await shrinkPlan(busy, before, { run, onProgress: ({ runs }) => seen.push(runs) });
  assert.ok(shrunk.isMinimal);
  assert.deepEqual(shrunk.plan.faults.map(({ kind }) => kind).sort(), ["network-partition", "pod-kill"]);
  assert.ok(shrunk.plan.members < busy.members, `${shrunk.plan.members} members`);
  assert.equal(shrunk.plan.workload.clients, 0);
  assert.deepEqual(shrunk.plan.settings, {});
  assert.ok(shrunk.plan.safetyMs < 4000, `${shrunk.plan.safetyMs} ms`);
  assert.deepEqual(
    seen,
    Array.from({ length: shrunk.runs }, (_, position) => position + 1),
  );
  const firstMs = Math.min(...shrunk.plan.faults.map(({ atMs }) => atMs));
  assert.ok(firstMs < 1000, `the first fault is at ${firstMs} ms`);
  assert.deepEqual(await run(shrunk.plan), shrunk.verdict);
  const again = await shrinkPlan(busy, before, { run });
  assert.deepEqual(again, shrunk);
});

test("the runs are bounded; what has been gained by then is kept", async () => {
  const before = await run(busy);
  const { runs, isMinimal, verdict } = await shrinkPlan(busy, before, { run, runsMax: 3 });
  assert.equal(runs, 3);
  assert.equal(isMinimal, false);
  assert.ok(verdict.kind === "violation" && verdict.invariant === "X1");
});

test("a plan that passes is left alone", async () => {
  const verdict: Verdict = { kind: "pass" };
  const shrunk = await shrinkPlan(busy, verdict, { run: () => assert.fail("it was run") });
  assert.deepEqual(shrunk, { plan: busy, verdict, runs: 0, isMinimal: false });
});

test("a list is reduced to exactly what is needed, in its order", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 0, max: 40 }),
      fc.infiniteStream(fc.boolean()),
      async (length, coins) => {
        const all = Array.from({ length }, (_, position) => position);
        const needed = all.filter(() => coins.next().value === true);
        const reduced = await reduceList(all, async (items) => needed.every((item) => items.includes(item)));
        assert.deepEqual(reduced, needed);
      },
    ),
    { seed: 1, numRuns: 200 },
  );
});
