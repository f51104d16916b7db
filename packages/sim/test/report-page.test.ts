/** Reports: pages are well formed and need nothing else, whatever texts are in them; the other forms can be read. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { allCheckers, checkerTitles } from "../src/check/all-checkers.ts";
import { checkHistory } from "../src/linearizability/check-history.ts";
import { historyPage } from "../src/linearizability/history-page.ts";
import { textMapModel } from "../src/linearizability/text-map-model.ts";
import type { Plan } from "../src/plan/plan.ts";
import { swarmPlan } from "../src/plan/swarm.ts";
import { junitText } from "../src/report/junit.ts";
import { markup } from "../src/report/markup.ts";
import { reportPage } from "../src/report/page.ts";
import { RecordKeeper } from "../src/report/record-keeper.ts";
import type { ReportInput } from "../src/report/report-input.ts";
import { reportJson } from "../src/report/report-json.ts";
import { summarize } from "../src/report/report-summary.ts";
import { flavourOf, type RunRecord, recordOf } from "../src/report/run-record.ts";
import { compareWithThresholds, describeBroken } from "../src/report/thresholds.ts";
import { runSeed } from "../src/run/campaign.ts";
import { ScenarioError } from "../src/scenario/field-reader.ts";
import { readScenarios, writeScenario } from "../src/scenario/scenario.ts";
import { assertWellFormed } from "./well-formed.ts";

const hostile = `</svg></script><script>alert("1")</script> & 'x' \u0007 \ud800 ]]>`;

const calm = swarmPlan(3, { members: 3, safetyMs: 1500, hasFaults: false });
const plan: Plan = {
  ...calm,
  name: "one kill",
  livenessMs: 20_000,
  faults: [
    {
      id: "f1",
      kind: "pod-kill",
      atMs: 700,
      durationMs: 300,
      selector: { mode: "x-role", value: "leader" },
      losesPower: false,
      keepsUnsyncedPercent: 0,
    },
  ],
};
const run = await runSeed(plan.seed, {
  checkers: allCheckers,
  makePlan: () => plan,
  repeatsEvery: 1,
  measures: true,
});
const good = recordOf(run, { problem: null, replay: "quorate sim --scenario kill.json" });
const verdict = { kind: "violation", invariant: "S1", node: hostile, atUs: 900_000, text: hostile } as const;
const bad: RunRecord = {
  ...good,
  name: hostile,
  problem: hostile,
  replay: hostile,
  verdict,
  flavour: hostile,
};

function input(records: readonly RunRecord[]): ReportInput {
  return {
    title: hostile,
    command: hostile,
    commit: hostile,
    startedAt: "2026-11-21T10:00:00.000Z",
    wallMs: 1234,
    jobs: 2,
    isInterrupted: false,
    records,
    coverage: new Map([...run.report.coverage, [hostile, 3]]),
    titles: checkerTitles,
  };
}

test("measuring does not change a run, and finds the kill", async () => {
  assert.equal(run.report.verdict.kind, "pass");
  const options = { checkers: allCheckers, makePlan: () => plan, repeatsEvery: 0 };
  const unmeasured = await runSeed(plan.seed, options);
  assert.equal(unmeasured.report.hash, run.report.hash);
  assert.equal(unmeasured.measurement, null);
  const [outage] = run.measurement?.outages ?? [];
  assert.equal(outage?.cause, "killed");
  assert.equal(run.measurement?.timeline?.lanes.length, 3);
});

test("markup escapes what is put in, once", () => {
  const inner = markup`<b>${'<&"'}</b>`;
  assert.equal(markup`${inner}${[1, inner]}${null}`.text, `${inner.text}1${inner.text}`);
  assert.equal(inner.text, "<b>&lt;&amp;&quot;</b>");
  assert.equal(markup`${"a\u0000b\ud800"}`.text, "a\ufffdb\ufffd");
});

test("pages are well formed, need nothing else, and run nothing that they were given", () => {
  for (const records of [[], [good], [bad], [good, bad, good]]) {
    const page = reportPage(input(records));
    assertWellFormed(page.replace("<!doctype html>\n", "").replaceAll(/<meta[^>]*>/g, ""));
    assert.doesNotMatch(page, /<script|<link|<img|src=|https?:|@import|url\((?!#)/);
  }
});

test("a page tells the failure, its invariant, and how to see it again", () => {
  const record = { ...bad, name: "seed 9", problem: "violation of S1", replay: "quorate sim --seed 9" };
  const page = reportPage(input([good, record]));
  assert.match(page, /1 of 2 failed/);
  assert.match(page, /violation of S1/);
  assert.ok(page.includes(checkerTitles.get("S1") ?? "?"));
  assert.match(page, /quorate sim --seed 9/);
  assert.match(page, /found here/);
  assert.doesNotMatch(reportPage(input([good])), /What failed/);
});

test("JUnit has a testcase per run; what failed says how to run it again", () => {
  const unsure = { ...good, problem: "unknown: no time", verdict: { kind: "unknown", text: "" } } as const;
  const text = junitText(input([good, bad, unsure]));
  assertWellFormed(text.replace(/^<\?xml[^>]*\?>\n/, ""));
  assert.match(text, /tests="3" failures="1" errors="1"/);
  assert.equal(text.match(/<testcase /g)?.length, 3);
  assert.match(text, /<error message="unknown: no time" type="unknown">unknown: no time\nagain: quorate sim/);
});

test("the JSON form has a version, the summary, and a run per line", () => {
  const text = reportJson(input([good, bad]));
  const report = JSON.parse(text) as {
    readonly format: number;
    readonly summary: { readonly runs: number; readonly failed: number };
    readonly runs: readonly RunRecord[];
  };
  assert.equal(report.format, 1);
  assert.deepEqual([report.summary.runs, report.summary.failed], [2, 1]);
  assert.deepEqual(report.runs[0], JSON.parse(JSON.stringify(good)));
  assert.equal(text.split("\n").filter((line) => line.startsWith('{"name"')).length, 2);
});

test("a summary groups by verdict, contract and flavour, and tells what was never seen", () => {
  const summary = summarize(
    [good, { ...good, flavour: "late-answers", contract: "failstop" }, bad],
    new Map([["life killed", 2]]),
  );
  assert.deepEqual(summary.contracts, [
    { name: "failstop", runs: 1, failed: 0 },
    { name: "safe", runs: 2, failed: 1 },
  ]);
  assert.deepEqual([summary.verdicts.pass, summary.verdicts.violation, summary.failed], [2, 1, 1]);
  assert.deepEqual(summary.invariants, [{ name: "S1", runs: 1, failed: 1 }]);
  assert.ok(summary.neverSeen.includes("life wiped") && !summary.neverSeen.includes("life killed"));
  assert.equal(summary.measured?.requests.writes, 3 * (run.measurement?.requests.writes ?? 0));
  assert.equal(flavourOf("seed 7, late-answers"), "late-answers");
  assert.equal(flavourOf("leader-lost"), "");
});

function recovering(ms: number | null): RunRecord {
  const { measurement } = good;
  assert.ok(measurement !== null);
  const outages = ms === null ? [] : [{ ...outage, recoveredAtMs: ms }];
  return { ...good, measurement: { ...measurement, outages } };
}
const outage = { lostAtMs: 0, cause: "killed", leader: "a", ledAtMs: 1 } as const;

test("time lines are kept of what failed, and of the slowest recovery", () => {
  const keeper = new RecordKeeper();
  for (const record of [recovering(50), bad, recovering(null), recovering(90), recovering(90)])
    keeper.add(record);
  const kept = keeper.records.map(({ measurement }) => measurement?.timeline !== null);
  assert.deepEqual(kept, [false, true, false, true, false]);
  const all = new RecordKeeper(true);
  all.add(recovering(null));
  assert.notEqual(all.records[0]?.measurement?.timeline, null);
});

test("thresholds are read, written, compared, and told when they are broken", () => {
  const thresholds = { recoveryMaxMs: 100, failedPercent: 100, lagMaxEntries: 1_000_000 };
  const [scenario] = readScenarios({ name: "x", thresholds });
  assert.ok(scenario !== undefined);
  assert.deepEqual(scenario.thresholds, thresholds);
  assert.deepEqual(readScenarios(JSON.parse(writeScenario(scenario)))[0]?.thresholds, thresholds);
  const { measurement } = recovering(250);
  assert.ok(measurement !== null);
  const results = compareWithThresholds(thresholds, measurement);
  assert.deepEqual(
    results.map(({ name, isBroken }) => [name, isBroken]),
    [
      ["recoveryMaxMs", true],
      ["failedPercent", false],
      ["lagMaxEntries", false],
    ],
  );
  assert.match(describeBroken(results) ?? "", /recovery time, longest: 250 ms, at most 100 wanted/);
  assert.equal(describeBroken(results.filter(({ isBroken }) => !isBroken)), null);
  for (const wrong of [{ recoveryMs: 5 }, { lagMaxMs: -1 }, { lagMaxMs: "5" }])
    assert.throws(() => readScenarios({ name: "x", thresholds: wrong }), ScenarioError);
});

test("the page of a history is well formed, and shows what is around the operation that cannot be explained", () => {
  const put = (value: string, calledAt: number) => ({
    client: calledAt % 3,
    calledAt,
    returnedAt: calledAt + 0.5,
    input: { kind: "put", key: "k", value } as const,
    output: { value: "" },
  });
  const puts = Array.from({ length: 20 }, (_, position) => put(`${hostile}${position}`, position));
  const stale = {
    client: 7,
    calledAt: 30,
    returnedAt: 31,
    input: { kind: "get", key: "k", value: "" } as const,
    output: { value: hostile },
  };
  for (const history of [puts, [...puts, stale]]) {
    const report = checkHistory(textMapModel, history);
    const page = historyPage(hostile, textMapModel, history, report);
    assertWellFormed(page.replace("<!doctype html>\n", "").replaceAll(/<meta[^>]*>/g, ""));
    assert.equal(page.includes("Around the operation"), report.verdict === "bad");
    assert.equal(page.match(/class="culprit"/g)?.length ?? 0, report.verdict === "bad" ? 2 : 0);
  }
});
