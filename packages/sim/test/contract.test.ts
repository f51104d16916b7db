/** What each contract owes, that what is not owed is really at stake, and that the rest holds. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { allCheckers, checkerTitles } from "../src/check/all-checkers.ts";
import type { MakeChecker } from "../src/check/checker.ts";
import { beyondKinds, driftPpmOf, isBeyond, owedBy } from "../src/plan/contract.ts";
import type { Fault, Plan } from "../src/plan/plan.ts";
import { swarmPlan } from "../src/plan/swarm.ts";
import { runPlan } from "../src/run/campaign.ts";
import type { Verdict } from "../src/run/verdict.ts";
import { findScenarios } from "../src/scenario/book.ts";

const calm = swarmPlan(1, { hasFaults: false, members: 3, safetyMs: 2000 });
const ids = [...checkerTitles.keys()];

/** Ids of all invariants that a plan does not owe. */
function excused(change: Partial<Plan>): readonly string[] {
  const owed = owedBy({ ...calm, ...change });
  return ids.filter((id) => !owed.invariant(id));
}

function planOf(name: string): Plan {
  const [scenario] = findScenarios(name) ?? [];
  return scenario?.plan ?? assert.fail(name);
}

test("within the model everything is owed", () => {
  assert.deepEqual(excused({ contract: "safe" }), []);
  const { mayEnd, rest, answers } = owedBy(calm);
  assert.deepEqual({ mayEnd, rest, answers }, { mayEnd: false, rest: true, answers: true });
});

test("a cluster that may stop owes all but progress", () => {
  assert.deepEqual(excused({ contract: "failstop" }), ["V1", "V2", "V3", "V4"]);
  const { mayEnd, rest, answers } = owedBy({ ...calm, contract: "failstop" });
  assert.deepEqual({ mayEnd, rest, answers }, { mayEnd: true, rest: false, answers: true });
});

test("clocks beyond their bound cost lease reads and nothing else", () => {
  const beyond: Partial<Plan> = { contract: "outOfModel", beyond: ["clock"] };
  assert.deepEqual(excused(beyond), ["R3"]);
  const owes = (leaseReads: boolean): boolean =>
    owedBy({ ...calm, ...beyond, settings: { leaseReads } }).answers;
  assert.deepEqual([owes(false), owes(true)], [true, false]);
});

test("more damaged disks than a minority leave what rests on votes and on one life of a process", () => {
  const left = (beyond: Partial<Plan>): readonly string[] => {
    const gone = excused({ contract: "outOfModel", ...beyond });
    return ids.filter((id) => !gone.includes(id)).sort();
  };
  const kept = ["N3", "S1", "S11", "S13", "S14", "S2", "S3", "S8"];
  assert.deepEqual(left({ beyond: ["disk"] }), kept);
  assert.deepEqual(left({}), kept);
  assert.deepEqual(left({ beyond: ["clock", "disk"] }), kept);
});

test("how far a plan goes beyond the model counts only if its contract says that it does", () => {
  assert.deepEqual([...beyondKinds].sort(), ["clock", "disk"]);
  assert.equal(isBeyond({ ...calm, beyond: ["disk"] }, "disk"), false);
  assert.equal(isBeyond({ ...calm, contract: "outOfModel", beyond: ["clock"] }, "disk"), false);
  assert.equal(isBeyond({ ...calm, contract: "outOfModel" }, "disk"), true);
});

/** The first verdict on some seeds of a plan that is no pass. */
async function firstFailure(plan: Plan, checkers: readonly MakeChecker[]): Promise<Verdict> {
  for (let seed = 1; seed <= 12; seed++) {
    const { verdict } = await runPlan({ ...plan, seed }, { checkers });
    if (verdict.kind !== "pass") return verdict;
  }
  return { kind: "pass" };
}

test("a clock beyond its bound does make a lease read stale: promised to be safe, the same plan is not", async () => {
  const verdict = await firstFailure({ ...planOf("clock-beyond-bound"), contract: "safe" }, allCheckers);
  assert.ok(verdict.kind === "violation" && verdict.invariant === "R3", JSON.stringify(verdict));
});

test("disks beyond their bound do lose what was committed", async () => {
  // Looked at under the name of one that is owed.
  const renamed = allCheckers.map(
    (make): MakeChecker =>
      () => {
        const checker = make();
        return checker.id === "S12" ? { ...checker, id: "S11" } : checker;
      },
  );
  const verdict = await firstFailure(planOf("disks-beyond-bound"), renamed);
  assert.ok(verdict.kind === "violation" && verdict.invariant === "S11", JSON.stringify(verdict));
  assert.match(verdict.text, /is committed, and after the restart/);
});

const names = ["a", "b", "c"];

function swarmBeyond(seed: number, faults: readonly Fault[], rest: Partial<Plan>): Plan {
  const plan = swarmPlan(seed, { members: 3, safetyMs: 3000 });
  return { ...plan, contract: "outOfModel", ...rest, faults: [...plan.faults, ...faults] };
}

test("what is owed with clocks beyond their bound holds, whatever else is wrong", async () => {
  const drifts = [-800_000, -500_000, 0, 300_000, 850_000];
  for (let seed = 1; seed <= 20; seed++) {
    const faults = names.map(
      (name, place): Fault => ({
        id: `drift ${name}`,
        atMs: (seed * 37 * (place + 1)) % 2000,
        durationMs: null,
        selector: { mode: "x-names", value: [name] },
        kind: "x-clock-drift",
        ppm: drifts[(seed * 7 + place * 3) % drifts.length] ?? 0,
      }),
    );
    const plan = swarmBeyond(seed, faults, { beyond: ["clock"] });
    assert.ok(driftPpmOf(plan) >= 300_000);
    const { verdict } = await runPlan(plan, { checkers: allCheckers });
    assert.deepEqual(verdict, { kind: "pass" }, `seed ${seed}`);
  }
});

test("what is owed with all disks damaged holds, whatever else is wrong", async () => {
  const damages = ["x-lost-write", "x-fsync-lie", "x-misdirected-write", "x-torn-write"] as const;
  for (let seed = 1; seed <= 20; seed++) {
    const faults = names.flatMap((name, place): Fault[] => {
      const selector = { mode: "x-names", value: [name] } as const;
      const damage = damages[(seed + place) % damages.length] ?? "x-fsync-lie";
      const atMs = 300 + ((seed * 31 * (place + 1)) % 1000);
      const power = { kind: "pod-kill", losesPower: true, keepsUnsyncedPercent: 0 } as const;
      return [
        { id: `damage ${name}`, atMs, durationMs: 2000, selector, kind: damage },
        { id: `power ${name}`, atMs: atMs + 600 + 300 * place, durationMs: 200, selector, ...power },
      ];
    });
    const plan = swarmBeyond(seed, faults, { beyond: ["disk"] });
    const { verdict } = await runPlan(plan, { checkers: allCheckers });
    assert.deepEqual(verdict, { kind: "pass" }, `seed ${seed}`);
  }
});
