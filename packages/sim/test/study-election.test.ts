/** The election study counts what it says, and the numbers are told in order. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { allCheckers } from "../src/check/all-checkers.ts";
import { histogram, percentile, shareWithin } from "../src/study/distribution.ts";
import { studyElections } from "../src/study/election-study.ts";
import { studyLines } from "../src/study/study-text.ts";

test("every kill is followed by an election and a commit; the same seed gives the same times", async () => {
  const options = { kills: 6, seed: 3 };
  const study = await studyElections({ ...options, checkers: allCheckers });
  assert.equal(study.verdict.kind, "pass");
  assert.equal(study.kills, 6);
  assert.equal(study.unanswered, 0);
  assert.equal(study.electedMs.length, 6);
  assert.ok(study.electedMs.every((ms, position) => ms > 0 && ms <= (study.servingMs[position] ?? 0)));
  // Nobody may campaign before a leader could have been silent for the time of an election, less a heartbeat.
  assert.ok(Math.min(...study.electedMs) >= 90, String(study.electedMs));
  const again = await studyElections(options);
  assert.deepEqual(again.electedMs, study.electedMs);
  const [first, header] = studyLines(study);
  assert.equal(first, "5 members, leader killed 6 times, seed 3: pass");
  assert.match(header ?? "", /p50 +p90 +p98 +max +within 300 ms/);
});

test("percentiles by nearest rank, shares, and bars", () => {
  const values = [5, 1, 4, 2, 3];
  assert.deepEqual(
    [0, 20, 21, 50, 100].map((percent) => percentile(values, percent)),
    [1, 1, 2, 3, 5],
  );
  assert.equal(percentile([], 50), Number.NaN);
  assert.equal(shareWithin(values, 3), 60);
  assert.deepEqual(histogram([10, 11, 35], 10), [
    `   10–20       2 ${"#".repeat(40)}`,
    "   20–30       0",
    `   30–40       1 ${"#".repeat(20)}`,
  ]);
  assert.deepEqual(histogram([], 10), []);
});
