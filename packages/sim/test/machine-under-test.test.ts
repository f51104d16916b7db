/** Somebody's own state machine under the swarm's faults: what is right passes, and every usual mistake has its name. */

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Command, SnapshotWriter, StateMachine } from "@quorate/member";
import {
  defineSimulatedMachine,
  type Fault,
  type Model,
  makeExperiment,
  type Plan,
  parseScenarios,
  type RunVerdict,
  runPlan,
  runSeed,
  ScenarioError,
  type SimulatedMachine,
  scenarioOfFailure,
  shrinkPlan,
  writeScenario,
} from "@quorate/sim";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

type Sums = { readonly sum: number; readonly count: number };
type Input = { readonly add: number; readonly nonce: string } | "read";
type Output = Sums | number;

/** Adds numbers up, and counts them. What goes wrong is given. */
type Mistakes = {
  readonly added?: (amount: number, sums: Sums, position: number) => number;
  readonly kept?: (sums: Sums) => Partial<Sums>;
  readonly answered?: (sums: Sums) => Sums;
  readonly hasDigest?: boolean;
  readonly lent?: boolean;
};

class Adder implements StateMachine<Sums> {
  sums: Sums = { sum: 0, count: 0 };
  readonly digest?: () => string;
  private readonly mistakes: Mistakes;

  constructor(mistakes: Mistakes) {
    this.mistakes = mistakes;
    if (mistakes.hasDigest !== false) this.digest = () => JSON.stringify(this.sums);
  }

  apply(commands: readonly Command[]): readonly Sums[] {
    const { added = (amount) => amount, answered = (sums) => sums } = this.mistakes;
    return commands.map(({ data }, position) => {
      const { add } = JSON.parse(decoder.decode(data)) as { readonly add: number };
      const { sum, count } = this.sums;
      this.sums = { sum: sum + added(add, this.sums, position), count: count + 1 };
      return answered(this.sums);
    });
  }

  snapshot(): Uint8Array {
    const { kept = (sums) => sums } = this.mistakes;
    return encoder.encode(JSON.stringify(kept(this.sums)));
  }

  restore(): SnapshotWriter {
    const chunks: Uint8Array[] = [];
    const { lent = false } = this.mistakes;
    return {
      write: (chunk) => void chunks.push(lent ? chunk : chunk.slice()),
      finish: () => {
        const text = chunks.map((chunk) => decoder.decode(chunk, { stream: true })).join("");
        this.sums = { sum: 0, count: 0, ...(JSON.parse(text) as Partial<Sums>) };
      },
      abort: () => undefined,
    };
  }
}

const model: Model<Sums, Input, Output> = {
  name: "sums",
  initial: { sum: 0, count: 0 },
  step(sums, input, output) {
    if (input === "read") return output === null || output === sums.sum ? sums : undefined;
    const after = { sum: sums.sum + input.add, count: sums.count + 1 };
    const isSame = output === null || JSON.stringify(output) === JSON.stringify(after);
    return isSame ? after : undefined;
  },
  key: (sums) => JSON.stringify(sums),
  describe: (input) => JSON.stringify(input),
};

function adder(mistakes: Mistakes = {}): SimulatedMachine<Adder, Input, Output, Sums> {
  return defineSimulatedMachine<Adder, Input, Output, Sums>({
    name: "adder",
    create: () => new Adder(mistakes),
    workload: {
      next({ random, unique }) {
        if (random.below(3) === 0) return { input: "read", query: ({ sums }) => sums.sum };
        const input = { add: random.between(1, 9), nonce: unique };
        return { input, command: encoder.encode(JSON.stringify(input)) };
      },
    },
  });
}

const kill: Fault = {
  id: "kill",
  atMs: 1500,
  durationMs: 300,
  selector: { mode: "all" },
  kind: "pod-kill",
  losesPower: true,
  keepsUnsyncedPercent: 0,
};

/** Two seconds with a snapshot now and then. */
const plan: Plan = {
  format: 1,
  name: "adder",
  seed: 5,
  members: 3,
  topology: "mesh",
  latency: { minUs: 200, meanUs: 500 },
  diskUs: { minUs: 500, meanUs: 1500 },
  settings: { limits: { snapshotEntries: 20 } },
  workload: { kind: "machine", clients: 6, thinkMs: 30, keys: 1, parameters: { bursts: 2 } },
  safetyMs: 2000,
  livenessMs: 10_000,
  contract: "safe",
  faults: [kill],
};

async function verdictOf(machine: SimulatedMachine, of: Plan = plan): Promise<RunVerdict> {
  return (await runPlan(of, makeExperiment({ machine }).run)).verdict;
}

/** The machine, as whoever does not know its types gets it from a module. */
function unknown(machine: ReturnType<typeof adder>): SimulatedMachine {
  return machine as unknown as SimulatedMachine;
}

async function failureOf(mistakes: Mistakes): Promise<{ readonly invariant: string; readonly text: string }> {
  const verdict = await verdictOf(unknown(adder(mistakes)));
  assert.ok(verdict.kind === "violation", JSON.stringify(verdict));
  return verdict;
}

test("a machine that is right passes, model and search included, and the same plan is the same run", async () => {
  const machine = unknown({ ...adder(), model });
  const experiment = makeExperiment({ machine });
  const run = { ...experiment.run, searches: true, makePlan: () => plan, repeatsEvery: 1 };
  const { report } = await runSeed(plan.seed, run);
  assert.deepEqual(report.verdict, { kind: "pass" });
  assert.equal(report.figures.search, "ok");
  assert.ok(report.figures.answered > 50, JSON.stringify(report.figures));
  assert.ok((report.coverage.get("machine-snapshot") ?? 0) > 3);
  assert.ok((report.coverage.get("life crashed") ?? 0) > 0);
});

test("seeds of the swarm pass, with machines that have a digest and that have none", async () => {
  for (const hasDigest of [true, false]) {
    const experiment = makeExperiment({ machine: unknown({ ...adder({ hasDigest }), model }) });
    for (const seed of [1, 2, 3]) {
      const { verdict } = await runPlan(experiment.plan(seed, { safetyMs: 4000 }), experiment.run);
      assert.deepEqual(verdict, { kind: "pass" }, `seed ${seed}`);
    }
  }
});

test("D1: one that asks for random numbers or the time is not deterministic, and the same run shows it", async () => {
  const { invariant, text } = await failureOf({
    added: (amount) => amount + Math.floor(Math.random() * 10),
    answered: ({ count }) => ({ sum: 0, count }),
  });
  assert.equal(invariant, "D1");
  assert.match(
    text,
    /^member [abc] gave digest \w{14} at index \d+, member [abc] \w{14}: the machine is not deterministic\. While it applied commands it called Math\.random: /,
  );
  const byTime = { added: (amount: number) => amount + new Date().getMilliseconds() };
  const first = await verdictOf(unknown(adder(byTime)));
  assert.deepEqual(await verdictOf(unknown(adder(byTime))), first);
  assert.ok(first.kind === "violation" && first.text.includes("it called new Date()"), JSON.stringify(first));
});

test("D1: one that depends on how commands are grouped is not deterministic", async () => {
  const { invariant, text } = await failureOf({ added: (amount, _sums, position) => amount + position });
  assert.equal(invariant, "D1");
  assert.match(text, /is not deterministic\. Does its state depend on how commands are grouped/);
});

test("D2: a snapshot that forgets something is found when it is taken", async () => {
  const { invariant, text } = await failureOf({ kept: ({ sum }) => ({ sum }) });
  assert.equal(invariant, "D2");
  assert.match(
    text,
    /^member [abc] has digest \w+ at index \d+, and a fresh machine that took its snapshot has \w+: /,
  );
});

test("D4: a restore that keeps memory which is not its own is found at the next snapshot", async () => {
  const { invariant, text } = await failureOf({ lent: true });
  assert.equal(invariant, "D4");
  assert.match(
    text,
    /^on member [abc] restore\(\) threw.*: keep copies, and put them together at finish\(\)$/,
  );
});

test("D3: results that differ are found, even where states do not", async () => {
  const { invariant, text } = await failureOf({
    answered: ({ sum, count }) => ({ sum: sum + (Math.random() < 0.5 ? 1 : 0), count }),
  });
  assert.equal(invariant, "D3");
  assert.match(
    text,
    /^member [abc] gave \{"sum":\d+,"count":\d+\} for the command at index \d+, member [abc] \{/,
  );
});

test("D4: a machine that throws is named, though faults may end members too", async () => {
  const { invariant, text } = await failureOf({
    added(amount, { count }) {
      if (count === 30) throw new Error("thirty is too many");
      return amount;
    },
  });
  assert.equal(invariant, "D4");
  assert.match(text, /^on member [abc] apply\(\) threw at index \d+: thirty is too many$/);
});

test("D4: so is one whose results cannot be kept", async () => {
  const answered = (sums: Sums): Sums => {
    const endless: { sum: number; count: number; self?: unknown } = { ...sums };
    endless.self = endless;
    return endless;
  };
  const { invariant, text } = await failureOf({ answered });
  assert.equal(invariant, "D4");
  assert.match(
    text,
    /^on member [abc] results\.encode\(\) threw at index \d+: Converting circular structure/,
  );
});

test("D5: one that does the same wrong thing everywhere is found by its model", async () => {
  const machine = { ...adder({ added: (amount) => Math.min(amount, 8) }), model };
  const verdict = await verdictOf(unknown(machine));
  assert.ok(verdict.kind === "violation" && verdict.invariant === "D5", JSON.stringify(verdict));
  assert.match(
    verdict.text,
    /^the command at index \d+, \{"add":9,.*the model does not allow that in state \{"sum"/,
  );
});

test("a failure is shrunk, and the scenario that is written replays it", async () => {
  const machine = unknown(adder({ kept: ({ sum }) => ({ sum }) }));
  const { run, scenario } = makeExperiment({ machine });
  const verdict = await verdictOf(machine);
  const shrunk = await shrinkPlan(plan, verdict, {
    run: async (smaller) => (await runPlan(smaller, run)).verdict,
    runsMax: 40,
  });
  assert.equal(shrunk.plan.faults.length, 0);
  const text = writeScenario(scenarioOfFailure(shrunk.plan, shrunk.verdict));
  const [read] = parseScenarios(text);
  assert.ok(read !== undefined);
  assert.deepEqual(scenario(read).plan, shrunk.plan);
  assert.deepEqual((await runPlan(scenario(read).plan, run)).verdict, shrunk.verdict);
  // Without the machine it means nothing.
  assert.throws(() => makeExperiment().scenario(read), ScenarioError);
});
