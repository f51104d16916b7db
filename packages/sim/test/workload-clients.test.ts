/** Watchers and holders of leases in a cluster that has its troubles: they see everything, and are not cheated. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { allCheckers } from "../src/check/all-checkers.ts";
import type { Fault, Plan } from "../src/plan/plan.ts";
import { swarmPlan } from "../src/plan/swarm.ts";
import { runPlan } from "../src/run/campaign.ts";
import { LeaseClient, LeaseRemovals } from "../src/workload/lease-client.ts";
import { World } from "../src/world/world.ts";

function kill(number: number, atMs: number): Fault {
  return {
    id: `f${number}`,
    atMs,
    durationMs: 700,
    selector: { mode: "x-role", value: "leader" },
    kind: "pod-kill",
    losesPower: number % 2 === 0,
    keepsUnsyncedPercent: 50,
  };
}

const plan: Plan = {
  ...swarmPlan(2, { hasFaults: false, members: 3, safetyMs: 8000 }),
  topology: "mesh",
  latency: { minUs: 200, meanUs: 500 },
  diskUs: { minUs: 500, meanUs: 1500 },
  workload: {
    kind: "kv",
    clients: 4,
    thinkMs: 60,
    keys: 3,
    parameters: { watchers: 4, leases: 4, compacts: true },
  },
  faults: [1, 2, 3, 4].map((number) => kill(number, 1500 * number)),
};

test("leaders die, revisions are forgotten, and nobody misses or loses anything", async () => {
  const { verdict, coverage, figures } = await runPlan(plan, { checkers: allCheckers, searches: true });
  assert.deepEqual(verdict, { kind: "pass" });
  assert.ok((coverage.get("store compacted") ?? 0) > 0);
  assert.ok((coverage.get("store lease-changed") ?? 0) > 0);
  assert.ok(figures.answered > 50, JSON.stringify(figures));
});

test("clients that are not heard, or do not hear, give up, and what they asked for may have happened", async () => {
  const cut = (direction: "to" | "from"): Fault => ({
    id: "f1",
    atMs: 1500,
    durationMs: 1000,
    selector: { mode: "all" },
    kind: "x-client-cut",
    direction,
  });
  const quiet: Plan = { ...plan, safetyMs: 6000, faults: [] };
  const { figures: heard } = await runPlan(quiet, { checkers: allCheckers });
  assert.equal(heard.unknown, 0);
  for (const direction of ["to", "from"] as const) {
    const report = await runPlan(
      { ...quiet, faults: [cut(direction)] },
      { checkers: allCheckers, searches: true },
    );
    assert.deepEqual(report.verdict, { kind: "pass" });
    assert.ok(report.figures.unknown > 0, direction);
    assert.ok((report.coverage.get("fault x-client-cut") ?? 0) > 0);
  }
});

test("a lease that goes before its time is found", async () => {
  const world = new World(plan);
  const removals = new LeaseRemovals();
  world.witness.subscribe(removals.take);
  const holder = new LeaseClient(world, 1);
  world.start();
  holder.start();
  await world.time.run(4_000_000, () => false);
  assert.equal(holder.check(removals), null);
  // Somebody takes it away.
  const leader = [...world.machines.values()].find(({ member: running }) => running?.isLeader);
  const member = leader?.process?.running?.storeMember ?? null;
  const [id] = member?.store.leases.leases() ?? [];
  assert.ok(member !== null && id !== undefined);
  void member.execute({ kind: "lease-revoke", id: id.id });
  await world.time.run(world.time.nowUs + 50_000, () => false);
  assert.equal(holder.check(removals)?.invariant, "L1");
});
