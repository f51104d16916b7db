/**
 * Faults of the network: on which ways each comes to be, and that nothing of it is left when it ends.
 */

import assert from "node:assert/strict";
import { test } from "node:test";
import type { LaneName } from "@quorate/transport";
import type { Fault, FaultKind, Selector } from "../src/plan/plan.ts";
import { swarmPlan } from "../src/plan/swarm.ts";
import { beginNetworkFault } from "../src/run/network-faults.ts";
import { readFault } from "../src/scenario/fault-fields.ts";
import { FieldReader } from "../src/scenario/field-reader.ts";
import { World } from "../src/world/world.ts";

const names = ["a", "b", "c"];

function fault(kind: FaultKind): Fault {
  return { id: "f1", atMs: 0, durationMs: 1000, selector: { mode: "x-names", value: ["a"] }, ...kind };
}

/** Ways over which something is late, as `a>b`. */
function lateWays(world: World, lane: LaneName): string[] {
  const machines = [...world.machines.values()];
  return machines.flatMap((from) =>
    machines
      .filter((to) => {
        if (from === to) return false;
        const flight = world.network.way(from.id, to.id).plan(0, lane, 1, true);
        return flight !== null && flight.arrivesAtUs > 1_000_000;
      })
      .map((to) => `${from.name}>${to.name}`),
  );
}

function begun(more: { readonly direction?: "to" | "from" | "both"; readonly target?: Selector }): string[] {
  const world = new World(swarmPlan(1, { members: 3, hasFaults: false }));
  const kind = { kind: "network-delay", latencyMs: 5000, jitterMs: 0, ...more } as const;
  const undo = beginNetworkFault(fault(kind), world, world.streams.stream("fault"));
  assert.ok(undo !== null);
  const late = lateWays(world, "bulk");
  undo();
  // Another lane: on the first nothing overtakes what is late already.
  assert.deepEqual(lateWays(world, "urgent"), []);
  return late;
}

test("a delay is on both directions of all ways of the selected, unless it says otherwise", () => {
  assert.deepEqual(begun({}), ["a>b", "a>c", "b>a", "c>a"]);
  assert.deepEqual(begun({ direction: "from" }), ["a>b", "a>c"]);
  assert.deepEqual(begun({ direction: "to" }), ["b>a", "c>a"]);
  const target = { mode: "x-names", value: ["c"] } as const;
  assert.deepEqual(begun({ target }), ["a>c", "c>a"]);
  assert.deepEqual(begun({ target, direction: "to" }), ["c>a"]);
});

test("snapshots are slow as long as it is said, once for each that says it", () => {
  const world = new World(swarmPlan(1, { members: 3, hasFaults: false }));
  const begin = (byMs: number) =>
    beginNetworkFault(fault({ kind: "x-slow-snapshots", byMs }), world, world.streams.stream("fault"));
  const undos = [begin(100), begin(50)];
  assert.equal(world.network.snapshotDelayUs, 150_000);
  for (const undo of undos) undo?.();
  assert.equal(world.network.snapshotDelayUs, 0);
});

test("files may say direction and target of every fault of a way", () => {
  const kinds: readonly Readonly<Record<string, unknown>>[] = [
    { kind: "network-delay", latencyMs: 1, jitterMs: 0 },
    { kind: "network-loss", percent: 1 },
    { kind: "network-duplicate", percent: 1 },
    { kind: "network-reorder", percent: 1, byMs: 1 },
    { kind: "network-bandwidth", bytesPerSecond: 1 },
  ];
  const target = { mode: "x-names", value: names };
  for (const kind of kinds) {
    const written = { id: "f1", atMs: 1, durationMs: null, selector: { mode: "all" }, ...kind };
    for (const more of [{}, { direction: "to" }, { target }, { direction: "from", target }]) {
      const whole = { ...written, ...more };
      assert.deepEqual(readFault(new FieldReader(whole, ""), 0), whole);
    }
    assert.throws(() => readFault(new FieldReader({ ...written, direction: "up" }, ""), 0), /direction/);
  }
});
