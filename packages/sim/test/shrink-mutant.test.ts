/** What `mutants --shrink` tells: sizes before and after, and whether what is left shows the same bug. */

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { isFaithful, type ShrinkTrial, shrinkLines } from "../src/mutants/shrink-trial.ts";
import { replay, shrinkToFile } from "../src/mutants/shrinking.ts";
import { swarmPlan } from "../src/plan/swarm.ts";

test("a plan that does not fail is written as it is, and replays", async () => {
  const folder = mkdtempSync(join(tmpdir(), "quorate-shrink-"));
  try {
    const file = join(folder, "plan.json");
    const plan = swarmPlan(3, { members: 3, safetyMs: 500, hasFaults: false });
    const { failure, runs, before, after } = await shrinkToFile(plan, 5, file);
    assert.deepEqual({ failure, runs }, { failure: null, runs: 0 });
    assert.deepEqual(after, before);
    assert.equal(before.members, 3);
    assert.deepEqual(await replay(readFileSync(file, "utf8")), { failure: null, text: "pass" });
  } finally {
    rmSync(folder, { recursive: true });
  }
});

const size = { faults: 9, clients: 4, members: 5, lengthMs: 9000, settings: 11 };
const trial: ShrinkTrial = {
  outcome: {
    failure: "violation S6",
    text: "…",
    before: size,
    after: { ...size, faults: 1, lengthMs: 700 },
    runs: 80,
    isMinimal: true,
  },
  onMutant: { failure: "violation S6", text: "…" },
  onUnchanged: { failure: null, text: "pass" },
};

test("what is left counts if it fails in the same way with the bug, and passes without", () => {
  assert.ok(isFaithful(trial));
  assert.ok(!isFaithful({ ...trial, onMutant: { failure: "violation S1", text: "…" } }));
  assert.ok(!isFaithful({ ...trial, onUnchanged: trial.onMutant }));
  assert.ok(!isFaithful({ ...trial, outcome: { ...trial.outcome, failure: null } }));
});

test("it is told in two lines", () => {
  assert.deepEqual(shrinkLines(trial), [
    "shrunk: faults 9 → 1, clients 4 → 4, members 5 → 5, ms 9000 → 700, settings 11 → 11; 80 runs, nothing more can go",
    "replayed: violation S6 with the bug (before: violation S6), pass without",
  ]);
});
