/**
 * Scenarios: plans that somebody wrote, each with what it is expected to come to. A file is JSON:
 *
 *   { "format": 1, "name": "leader-lost", "description": "…", "contract": "safe", "seed": 1, "members": 3,
 *     "topology": "mesh", "workload": { "clients": 3 }, "safetyMs": 5000,
 *     "faults": [ { "kind": "pod-kill", "atMs": 2000, "durationMs": 1000,
 *                   "selector": { "mode": "x-role", "value": "leader" } } ],
 *     "expect": { "verdict": "pass", "happened": ["raft campaign-started"] },
 *     "thresholds": { "recoveryMaxMs": 3000, "failedPercent": 10 } }
 *
 * `name` is all that must be there; everything else has a default. With `parameters` one file is many plans: see
 * `parameters.ts`.
 */

import { beyondKinds } from "../plan/contract.ts";
import type { Contract, Fault, Plan } from "../plan/plan.ts";
import type { Thresholds } from "../report/thresholds.ts";
import type { RunReport } from "../run/simulation.ts";
import { describeVerdict, type Verdict } from "../run/verdict.ts";
import { readFault } from "./fault-fields.ts";
import { FieldReader, ScenarioError } from "./field-reader.ts";
import { parseJson } from "./json-text.ts";
import { expandParameters } from "./parameters.ts";
import { readThresholds } from "./threshold-fields.ts";

/** What a scenario should come to. */
export type Expectation = {
  readonly verdict: Verdict["kind"];
  /** Of a violation or a lack of progress; null: any. */
  readonly invariant: string | null;
  /** Names of coverage marks (`life killed`) that have to be seen, or the scenario did not try what it is about. */
  readonly happened: readonly string[];
  /** Threshold: the longest time in which no command was answered, in milliseconds; null: any. */
  readonly unansweredMs: { readonly atLeast: number; readonly atMost: number } | null;
};

/** One plan of a file. */
export type Scenario = {
  readonly description: string;
  readonly plan: Plan;
  readonly expect: Expectation;
  /** What a run may take at most; see `report/thresholds.ts`. */
  readonly thresholds: Thresholds;
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
const namePattern = /^[\w .,:=()/>-]{1,200}$/;
/** A day: longer than anybody waits, and far from where numbers end. */
const timeMaxMs = 86_400_000;

function readScenario(document: unknown): Scenario {
  const root = new FieldReader(document, "");
  root.choice("format", [1], 1);
  const name = root.text("name");
  if (!namePattern.test(name))
    throw new ScenarioError("name", name, "use letters, digits, blanks and . , : = ( ) / > - only");
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
    ...readContract(root),
    faults: readFaults(root),
  };
  const expect = readExpectation(root.object("expect"));
  const thresholds = readThresholds(root.object("thresholds"));
  root.end();
  return { description, plan, expect, thresholds };
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

function readContract(root: FieldReader): Pick<Plan, "contract" | "beyond"> {
  const contract = root.choice("contract", contracts, "safe");
  const beyond = root.list("beyond").map((item) => {
    const word = item.asText();
    const kind = beyondKinds.find((known) => known === word);
    if (kind === undefined)
      throw new ScenarioError(item.path, word, `write one of ${beyondKinds.join(", ")}`);
    return kind;
  });
  if (beyond.length === 0) return { contract };
  if (contract !== "outOfModel") throw root.wrong("beyond", "leave it out, or write contract: outOfModel");
  return { contract, beyond };
}

function readWorkload(fields: FieldReader): Plan["workload"] {
  const workload = {
    kind: fields.choice("kind", ["kv", "machine"], "kv"),
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
  const unansweredMs = fields.has("unansweredMs") ? readThreshold(fields.object("unansweredMs")) : null;
  fields.end();
  return { verdict, invariant: invariant === "" ? null : invariant, happened, unansweredMs };
}

function readThreshold(fields: FieldReader): { readonly atLeast: number; readonly atMost: number } {
  const atLeast = fields.whole("atLeast", 0, timeMaxMs, 0);
  const atMost = fields.whole("atMost", atLeast, timeMaxMs, timeMaxMs);
  fields.end();
  return { atLeast, atMost };
}

/** What a run has that was not expected of it, or lacks; null: it is as expected. */
export function compareWithExpected(
  { expect }: Scenario,
  { verdict, coverage, figures }: RunReport,
): string | null {
  const found = "invariant" in verdict ? verdict.invariant : null;
  if (verdict.kind !== expect.verdict || (expect.invariant !== null && found !== expect.invariant)) {
    const expected = expect.invariant === null ? expect.verdict : `${expect.verdict} of ${expect.invariant}`;
    return expected === "pass"
      ? describeVerdict(verdict)
      : `expected: ${expected}; it came to: ${describeVerdict(verdict)}`;
  }
  const missing = expect.happened.filter((mark) => (coverage.get(mark) ?? 0) === 0);
  if (missing.length > 0) return `never happened: ${missing.join(", ")}`;
  if (expect.unansweredMs === null) return null;
  const { atLeast, atMost } = expect.unansweredMs;
  const longestMs = figures.unansweredMs;
  return longestMs !== null && longestMs >= atLeast && longestMs <= atMost
    ? null
    : `the longest time without an answer to a command is ${longestMs ?? "everything"} ms; expected: ${atLeast} to ${atMost} ms`;
}

/** A plan as the text of a scenario file; reading it gives the same plan, and so the same run. */
export function writeScenario({ description, plan, expect, thresholds }: Scenario): string {
  const { format, name, ...rest } = plan;
  const { verdict, invariant, happened, unansweredMs } = expect;
  const expected = {
    verdict,
    ...(invariant === null ? {} : { invariant }),
    ...(happened.length === 0 ? {} : { happened }),
    ...(unansweredMs === null ? {} : { unansweredMs }),
  };
  const document = { format, name, description, ...rest, expect: expected };
  const limits = Object.keys(thresholds).length === 0 ? {} : { thresholds };
  return `${JSON.stringify({ ...document, ...limits }, null, 2)}\n`;
}

/** A failing plan as a scenario that expects nothing but its failure to be gone: it fails until the bug is mended. */
export function scenarioOfFailure(plan: Plan, verdict: Verdict): Scenario {
  return {
    description: describeVerdict(verdict).split("\n")[0] ?? "",
    plan,
    expect: { verdict: "pass", invariant: null, happened: [], unansweredMs: null },
    thresholds: {},
  };
}
