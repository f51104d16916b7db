/** The end of a run: who is healed comes to rest whatever goes on around him, and one that cannot be healed is told of. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { Role } from "@quorate/raft";
import { allCheckers } from "../src/check/all-checkers.ts";
import type { Observation } from "../src/observe/observation.ts";
import type { Fault, Plan } from "../src/plan/plan.ts";
import { swarmPlan } from "../src/plan/swarm.ts";
import { runPlan } from "../src/run/campaign.ts";
import type { CustomFault } from "../src/run/fault-driver.ts";
import { Simulation } from "../src/run/simulation.ts";

function calm(seed: number): Plan {
  return {
    ...swarmPlan(seed, { hasFaults: false, members: 3, safetyMs: 1500 }),
    topology: "mesh",
    latency: { minUs: 200, meanUs: 500 },
    diskUs: { minUs: 500, meanUs: 1500 },
  };
}

const all: Pick<Fault, "id" | "atMs" | "durationMs" | "selector"> = {
  id: "f1",
  atMs: 1000,
  durationMs: null,
  selector: { mode: "fixed", value: 2 },
};

test("where a majority is gone for good nothing is asked for, and the report says so", async () => {
  const burn: CustomFault = ({ machines }) => {
    for (const machine of machines) machine.destroy();
    return () => undefined;
  };
  const fault: Fault = { ...all, kind: "x-custom", name: "burn", parameters: null };
  const plan: Plan = { ...calm(1), contract: "failstop", faults: [fault] };
  const { figures, coverage } = await runPlan(plan, { checkers: [], customFaults: { burn } });
  assert.equal(figures.liveness, "impossible");
  assert.equal(coverage.get("liveness-impossible"), 1);
  const { figures: sound } = await runPlan(calm(1), { checkers: allCheckers });
  assert.equal(sound.liveness, "asked");
});

/** The ends of some seeds: when it began, when members started after that, and the terms that somebody led in. */
async function endOf(seed: number): Promise<{
  readonly isPass: boolean;
  readonly lastsUs: number;
  readonly startsUs: readonly number[];
  readonly terms: ReadonlySet<number>;
}> {
  const simulation = new Simulation(calm(seed), { checkers: allCheckers });
  let begunUs = Number.POSITIVE_INFINITY;
  const startsUs: number[] = [];
  const terms = new Set<number>();
  simulation.world.witness.subscribe((observation: Observation) => {
    if (observation.kind === "liveness-begun") begunUs = observation.atUs;
    if (observation.kind === "life" && observation.what === "started") startsUs.push(observation.atUs);
    if (observation.kind !== "raft" || observation.event.kind !== "role-changed") return;
    if (observation.event.role === Role.leader && observation.atUs > begunUs)
      terms.add(observation.event.term);
  });
  const { verdict, virtualUs } = await simulation.run();
  const late = startsUs.filter((atUs) => atUs >= begunUs - 1);
  return { isPass: verdict.kind === "pass", lastsUs: virtualUs - begunUs, startsUs: late, terms };
}

test("twins all start at one moment, and chance tells them apart; nobody who only talks disturbs the others", async () => {
  let twins = 0;
  let disturbed = 0;
  for (let seed = 1; seed <= 60; seed++) {
    const { isPass, lastsUs, startsUs, terms } = await endOf(seed);
    assert.ok(isPass, `seed ${seed}`);
    if (startsUs.length === 3) {
      assert.equal(new Set(startsUs).size, 1, `seed ${seed}`);
      assert.ok(terms.size >= 1, `seed ${seed}`);
      twins++;
    }
    if (lastsUs > 30_000_000) disturbed++;
  }
  assert.ok(twins > 1, `${twins} ends with twins`);
  assert.ok(disturbed > 0, `${disturbed} ends with one that hears only now and then`);
});
