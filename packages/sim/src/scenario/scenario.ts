/**
 * Scenarios: plans that somebody wrote, each with what it is expected to come to. A file is JSON:
 *
 *   { "format": 1, "name": "leader-lost", "description": "…", "contract": "safe", "seed": 1, "members": 3,
 *     "topology": "mesh", "workload": { "clients": 3 }, "safetyMs": 5000,
 *     "faults": [ { "kind": "pod-kill", "atMs": 2000, "durationMs": 1000,
 *                   "selector": { "mode": "x-role", "value": "leader" } } ],
 *     "expect": { "verdict": "pass", "happened": ["raft campaign-started"] } }
 *
 * `name` is all that must be there; everything else has a default. With `parameters` one file is many plans: see
 * `parameters.ts`.
 */

import type { Contract, Fault, Plan } from "../plan/plan.ts";
import type { RunReport } from "../run/simulation.ts";
import { describeVerdict, type Verdict } from "../run/verdict.ts";
import { readFault } from "./fault-fields.ts";
import { FieldReader, ScenarioError } from "./field-reader.ts";
import { parseJson } from "./json-text.ts";
import { expandParameters } from "./parameters.ts";

/** What a scenario should come to. */
export type Expectation = {
  readonly verdict: Verdict["kind"];
  /** Of a violation or a lack of progress; null: any. */
  readonly invariant: string | null;
  /** Names of coverage marks (`life killed`) that have to be seen, or the scenario did not try what it is about. */
  readonly happened: readonly string[];
};

/** One plan of a file. */
export type Scenario = {
  readonly description: string;
  readonly plan: Plan;
  readonly expect: Expectation;
};

/** Reads a file's text: one scenario, or one for every combination of its parameters. */
export function parseScenarios(text: string): readonly Scenario[] {
  return readScenarios(parseJson(text));
}

/** The same, of what a file says, however it was written. Throws {@link ScenarioError}. */
export function readScenarios(document: unknown): readonly Scenario[] {
  return expandParameters(document).map(readScenario);
}

const contracts: readonly Contract[] = ["safe", "failstop", "outOfModel"];
const verdicts = ["pass", "violation", "liveness", "nondeterminism", "crash", "unknown"] as const;
const namePattern = /^[\w .,:=()/-]{1,200}$/;
/** A day: longer than anybody waits, and far from where numbers end. */
const timeMaxMs = 86_400_000;

function readScenario(document: unknown): Scenario {
  const root = new FieldReader(document, "");
  root.choice("format", [1], 1);
  const name = root.text("name");
  if (!namePattern.test(name))
    throw new ScenarioError("name", name, "use letters, digits, blanks and . , : = ( ) / - only");
  const description = root.text("description", "");
  const safetyMs = root.whole("safetyMs", 1, timeMaxMs, 5000);
  const plan: Plan = {
    format: 1,
    name,
    seed: root.whole("seed", 0, Number.MAX_SAFE_INTEGER, 1),
    members: root.whole("members", 1, 9, 3),
    topology: root.choice("topology", ["mesh", "ring", "star-of-stars"], "mesh"),
    latency: range(root, "latency", { minUs: 200, meanUs: 500 }),
    diskUs: range(root, "diskUs", { minUs: 500, meanUs: 1500 }),
    settings: root.record("settings"),
    workload: readWorkload(root.object("workload")),
    safetyMs,
    livenessMs: root.whole("livenessMs", 1, timeMaxMs, 60_000),
    contract: root.choice("contract", contracts, "safe"),
    faults: readFaults(root),
  };
  const expect = readExpectation(root.object("expect"));
  root.end();
  return { description, plan, expect };
}

function range(
  root: FieldReader,
  name: string,
  fallback: { minUs: number; meanUs: number },
): Plan["latency"] {
  const fields = root.object(name);
  const minUs = fields.whole("minUs", 0, timeMaxMs, fallback.minUs);
  const meanUs = fields.whole("meanUs", minUs, timeMaxMs, Math.max(minUs, fallback.meanUs));
  fields.end();
  return { minUs, meanUs };
}

function readWorkload(fields: FieldReader): Plan["workload"] {
  const workload = {
    kind: fields.choice("kind", ["kv"], "kv"),
    clients: fields.whole("clients", 0, 1000, 3),
    thinkMs: fields.whole("thinkMs", 0, timeMaxMs, 50),
    keys: fields.whole("keys", 1, 1000, 4),
    parameters: fields.record("parameters"),
  };
  fields.end();
  return workload;
}

function readFaults(root: FieldReader): readonly Fault[] {
  const faults = root.list("faults").map(readFault);
  const known = new Set<string>();
  for (const [position, { id }] of faults.entries()) {
    if (known.has(id))
      throw new ScenarioError(`faults[${position}].id`, id, "give every fault an id of its own");
    known.add(id);
  }
  return faults;
}

function readExpectation(fields: FieldReader): Expectation {
  const verdict = fields.choice("verdict", verdicts, "pass");
  const invariant = fields.text("invariant", "");
  const happened = fields.list("happened").map((item) => item.asText());
  fields.end();
  return { verdict, invariant: invariant === "" ? null : invariant, happened };
}

/** What a run has that was not expected of it, or lacks; null: it is as expected. */
export function compareWithExpected({ expect }: Scenario, { verdict, coverage }: RunReport): string | null {
  const found = "invariant" in verdict ? verdict.invariant : null;
  if (verdict.kind !== expect.verdict || (expect.invariant !== null && found !== expect.invariant)) {
    const expected = expect.invariant === null ? expect.verdict : `${expect.verdict} of ${expect.invariant}`;
    return expected === "pass"
      ? describeVerdict(verdict)
      : `expected: ${expected}; it came to: ${describeVerdict(verdict)}`;
  }
  const missing = expect.happened.filter((mark) => (coverage.get(mark) ?? 0) === 0);
  return missing.length === 0 ? null : `never happened: ${missing.join(", ")}`;
}

/** A plan as the text of a scenario file; reading it gives the same plan, and so the same run. */
export function writeScenario({ description, plan, expect }: Scenario): string {
  const { format, name, ...rest } = plan;
  const { verdict, invariant, happened } = expect;
  const expected = {
    verdict,
    ...(invariant === null ? {} : { invariant }),
    ...(happened.length === 0 ? {} : { happened }),
  };
  return `${JSON.stringify({ format, name, description, ...rest, expect: expected }, null, 2)}\n`;
}

/** A failing plan as a scenario that expects nothing but its failure to be gone: it fails until the bug is mended. */
export function scenarioOfFailure(plan: Plan, verdict: Verdict): Scenario {
  return {
    description: describeVerdict(verdict).split("\n")[0] ?? "",
    plan,
    expect: { verdict: "pass", invariant: null, happened: [] },
  };
}
