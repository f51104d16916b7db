/** Plugins: faults, checks and users by name, in scenarios and in the swarm; and modules that are not what they should be. */

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type Checker,
  definePlugin,
  ModuleShapeError,
  makeExperiment,
  parseScenarios,
  readMachineModule,
  readPluginModule,
  readWorkloadModule,
  runPlan,
  type SimulationPlugin,
  swarmPlan,
} from "@quorate/sim";

const scenarioText = JSON.stringify({
  name: "with a plugin",
  members: 3,
  safetyMs: 1500,
  workload: { clients: 1, parameters: { custom: { onlooker: 2 } } },
  faults: [{ kind: "x-custom", name: "knock-out", atMs: 700, durationMs: 200, parameters: { power: true } }],
});

/** A plugin, and what was done with it. */
function makePlugin(check: Partial<Checker> = {}): {
  readonly plugin: SimulationPlugin;
  readonly log: string[];
} {
  const log: string[] = [];
  const plugin = definePlugin({
    name: "test",
    faults: {
      "knock-out": {
        begin({ machines, parameters }) {
          log.push(`begin ${machines.length} ${JSON.stringify(parameters)}`);
          for (const machine of machines) {
            machine.hold();
            machine.kill();
          }
          return () => {
            log.push("end");
            for (const machine of machines) machine.release();
          };
        },
        weight: 50,
        draw: (random) => ({ power: random.chance(500_000) }),
      },
    },
    checks: [() => ({ id: "x-test", title: "a test", see: () => null, ...check })],
    workloads: {
      onlooker: ({ number }) => ({
        start: () => void log.push(`start ${number}`),
        stop: () => void log.push(`stop ${number}`),
        check: () => (log.includes("begin 0") ? { invariant: "x-never", text: "never" } : null),
      }),
    },
  });
  return { plugin, log };
}

test("a scenario names faults and users of a plugin", async () => {
  const { plugin, log } = makePlugin();
  const [scenario] = parseScenarios(scenarioText);
  assert.ok(scenario !== undefined);
  const { verdict, coverage } = await runPlan(scenario.plan, makeExperiment({ plugins: [plugin] }).run);
  assert.deepEqual(verdict, { kind: "pass" });
  assert.deepEqual(log, ["start 1", "start 2", 'begin 1 {"power":true}', "end", "stop 1", "stop 2"]);
  assert.equal(coverage.get("fault x-custom"), 1);
  // Without the plugin nobody knows them.
  const alone = await runPlan(scenario.plan, makeExperiment().run).catch((error: unknown) => error);
  assert.ok(alone instanceof RangeError && alone.message.includes("nobody registered one called knock-out"));
});

test("a check of a plugin is an invariant like any other", async () => {
  const { plugin } = makePlugin({
    title: "nobody dies",
    kinds: ["life"],
    see: (seen) => (seen.kind === "life" && seen.what === "killed" ? `${seen.node} died` : null),
  });
  const [scenario] = parseScenarios(scenarioText);
  assert.ok(scenario !== undefined);
  const experiment = makeExperiment({ plugins: [plugin] });
  const { verdict } = await runPlan(scenario.plan, experiment.run);
  assert.ok(verdict.kind === "violation" && verdict.invariant === "x-test", JSON.stringify(verdict));
  assert.match(verdict.text, /^[abc] died$/);
  assert.equal(experiment.titles.get("x-test"), "nobody dies");
});

test("the swarm draws faults of a plugin by their weight, and nothing else is drawn otherwise", () => {
  const { plugin } = makePlugin();
  const experiment = makeExperiment({ plugins: [plugin] });
  let drawn = 0;
  let planned = 0;
  for (let seed = 1; seed <= 40; seed++) {
    const plain = swarmPlan(seed);
    const plan = experiment.plan(seed);
    const custom = plan.faults.filter(({ kind }) => kind === "x-custom");
    assert.deepEqual(
      plan.faults.filter(({ kind }) => kind !== "x-custom"),
      plain.faults,
    );
    assert.deepEqual(plan.workload.parameters["custom"], { onlooker: 1 });
    assert.deepEqual(experiment.plan(seed), plan);
    drawn += custom.length;
    planned += plain.faults.length;
  }
  assert.ok(drawn > planned / 3 && drawn < (planned * 2) / 3, `${drawn} of ${planned}`);
});

test("a module of a plugin that is not what it should be is told what to export", () => {
  const plugin = (exported: Readonly<Record<string, unknown>>, expected: RegExp): void =>
    assert.throws(
      () => readPluginModule(exported, "./mine.ts"),
      (error: unknown) => error instanceof ModuleShapeError && expected.test(error.message),
    );
  plugin(
    { faults: {} },
    /^\.\/mine\.ts: it does not export plugin \(it exports faults\); export const plugin = definePlugin/,
  );
  plugin({ default: { faults: {} } }, /the plugin has no name/);
  plugin({ default: { name: "a", fault: {} } }, /a plugin has no fault; there are name, faults, checks/);
  plugin(
    { default: { name: "a", faults: { Big: { begin() {} } } } },
    /faults has a "Big"; use small letters/,
  );
  plugin({ default: { name: "a", faults: { big: {} } } }, /the fault big lacks begin\(\)/);
  plugin(
    { default: { name: "a", faults: { big: { begin() {}, weight: 101 } } } },
    /the weight of big is 101/,
  );
  plugin(
    { default: { name: "a", checks: [{ id: "x-a" }] } },
    /checks\[0\] is no function; a check is made anew/,
  );
  plugin(
    { default: { name: "a", checks: [() => ({ id: "S1", see() {} })] } },
    /has the id S1; begin ids with x-/,
  );
  plugin({ default: { name: "a", workloads: { user: 1 } } }, /workloads\.user is no function/);
});

test("so is one of a machine or a workload", () => {
  const machine = (exported: Readonly<Record<string, unknown>>, expected: RegExp): void =>
    assert.throws(
      () => readMachineModule(exported, "./mine.ts"),
      (error: unknown) => error instanceof ModuleShapeError && expected.test(error.message),
    );
  machine(
    {},
    /it does not export machine \(it exports nothing\); export const machine = defineSimulatedMachine/,
  );
  machine({ machine: () => 1 }, /the machine that it exports is a function/);
  machine({ default: { name: "a" } }, /create is missing/);
  machine(
    { default: { name: "a", create: () => ({ apply() {} }) } },
    /what create\(\) returns lacks snapshot\(\), restore\(\)/,
  );
  machine(
    {
      default: {
        name: "a",
        create() {
          throw new Error("no");
        },
      },
    },
    /create\(\) threw: no/,
  );
  const whole = { apply() {}, snapshot() {}, restore() {} };
  machine(
    { default: { name: "a", create: () => ({ ...whole, durable: {} }) } },
    /keeps its own state on disk/,
  );
  machine({ default: { name: "a", create: () => whole, workload: {} } }, /the workload has no next\(\)/);
  assert.throws(
    () => readWorkloadModule({ default: {} }, "./load.ts"),
    /\.\/load\.ts: the workload has no next\(\)/,
  );
  const read = readMachineModule({ default: { name: "a", create: () => whole } }, "./mine.ts");
  assert.throws(
    () => makeExperiment({ machine: read }),
    /the machine a: nothing says what clients do with it/,
  );
  const twice = makePlugin().plugin;
  assert.throws(
    () => makeExperiment({ plugins: [twice, twice] }),
    /the plugin test has a fault knock-out too/,
  );
});
