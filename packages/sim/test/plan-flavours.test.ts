/**
 * Flavours: what each makes of plans of the swarm. Whether it finds what it is for is the business of the mutants.
 */

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { allFlavours, flavourNamed } from "../src/plan/flavours/all-flavours.ts";
import { inOrder, moments } from "../src/plan/flavours/flavour.ts";
import { pickFlavour } from "../src/plan/flavours/pick-flavour.ts";
import { swarmPlan } from "../src/plan/swarm.ts";
import { RandomStreams } from "../src/world/random-streams.ts";

const seeds = Array.from({ length: 20 }, (_, position) => position + 1);

describe("flavours", () => {
  for (const { name } of allFlavours) {
    it(`${name}: every seed has a plan, always the same, which says so in its name`, () => {
      for (const seed of seeds) {
        const plan = swarmPlan(seed, { flavour: name });
        assert.deepEqual(plan, swarmPlan(seed, { flavour: name }));
        assert.equal(plan.seed, seed);
        assert.equal(plan.name, `seed ${seed}, ${name}`);
        assert.equal(new Set(plan.faults.map(({ id }) => id)).size, plan.faults.length);
      }
    });

    it(`${name}: keeps to the members and the length that it is told`, () => {
      for (const seed of seeds) {
        const plan = swarmPlan(seed, { flavour: name, members: 3, safetyMs: 4000 });
        assert.equal(plan.members, 3);
        assert.equal(plan.safetyMs, 4000);
      }
    });
  }

  it("have names of their own; another one is refused", () => {
    assert.equal(new Set(allFlavours.map(({ name }) => name)).size, allFlavours.length);
    assert.throws(() => flavourNamed("none"), /no flavour is called none; there are late-answers/);
    assert.throws(() => swarmPlan(1, { flavour: "none" }), RangeError);
  });

  it("are drawn for many seeds, each for some, and not for all", () => {
    const drawn = new Map<string, number>();
    for (let seed = 1; seed <= 400; seed++) {
      const [, flavour = "plain"] = swarmPlan(seed).name.split(", ");
      drawn.set(flavour, (drawn.get(flavour) ?? 0) + 1);
    }
    for (const name of ["plain", ...allFlavours.map((flavour) => flavour.name)])
      assert.ok((drawn.get(name) ?? 0) > 0, name);
  });

  it("are left out where nothing is to go wrong, or none is wanted", () => {
    for (const seed of seeds) {
      assert.equal(swarmPlan(seed, { flavour: null }).name, `seed ${seed}`);
      const calm = swarmPlan(seed, { hasFaults: false });
      assert.equal(calm.name, `seed ${seed}`);
      assert.deepEqual(calm.faults, []);
    }
  });

  it("number their faults in order of time", () => {
    const fault = { durationMs: 10, selector: { mode: "one" }, kind: "x-event-loop-pause" } as const;
    const ids = inOrder([
      { ...fault, atMs: 30 },
      { ...fault, atMs: 10 },
      { ...fault, atMs: 20 },
    ]).map(({ id, atMs }) => `${id} ${atMs}`);
    assert.deepEqual(ids, ["x1 10", "x2 20", "x3 30"]);
  });

  it("find their moments between the first and the end", () => {
    const plan = swarmPlan(1, { flavour: null, safetyMs: 10_000 });
    const found = moments(plan, new RandomStreams(1).stream("moments"), 2000, 300);
    assert.ok(found.length > 10 && found.every((atMs) => atMs >= 2000 && atMs < 10_000));
    assert.deepEqual(
      found,
      found.toSorted((one, other) => one - other),
    );
  });
});

it("one flavour more takes seeds for itself and leaves the others as they are", () => {
  const known = allFlavours.slice(0, -1);
  const added = allFlavours.at(-1);
  const seeds = Array.from({ length: 2000 }, (_, position) => position + 1);
  let taken = 0;
  for (const seed of seeds) {
    const before = pickFlavour(new RandomStreams(seed), known);
    const after = pickFlavour(new RandomStreams(seed), allFlavours);
    if (after === added) taken++;
    else assert.equal(after, before, `seed ${seed}`);
  }
  const share = seeds.length / allFlavours.length;
  assert.ok(taken > share / 2 && taken < share * 2, `${taken} of ${seeds.length}`);
});
