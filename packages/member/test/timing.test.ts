/** Timing: profiles, refusals, and the window that follows what is measured. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { MemberError } from "../src/index.ts";
import { completeLimits, memberLimitsDefault } from "../src/options.ts";
import { adaptedWindow, resolveTiming, type Timing } from "../src/timing.ts";

test("profiles in ticks", () => {
  assert.deepEqual(resolveTiming("default"), {
    heartbeatTicks: 5,
    electionTicks: 15,
    electionSpreadTicks: 15,
    adaptionMax: 4,
  });
  assert.deepEqual(resolveTiming("lan"), {
    heartbeatTicks: 3,
    electionTicks: 10,
    electionSpreadTicks: 10,
    adaptionMax: 4,
  });
  assert.deepEqual(resolveTiming("wan"), {
    heartbeatTicks: 8,
    electionTicks: 25,
    electionSpreadTicks: 25,
    adaptionMax: 4,
  });
});

const impossible: readonly (readonly [Partial<Timing>, RegExp])[] = [
  [{ heartbeatMs: 5 }, /at least 10, the length of a tick/],
  [{ heartbeatMs: -1 }, /positive number/],
  [{ heartbeatMs: Number.NaN }, /positive number/],
  [{ heartbeatMs: 100 }, /at least twice heartbeatMs/],
  [{ electionMaxMs: 190 }, /split the vote/],
  [{ electionMaxMs: 60_000 }, /must not exceed 50000/],
  [{ adaptionMax: 0.5 }, /between 1 \(off\) and 100/],
];

for (const [overrides, pattern] of impossible) {
  test(`refused: ${JSON.stringify(overrides)}`, () => {
    assert.throws(
      () => resolveTiming("default", overrides),
      (error) => error instanceof MemberError && error.code === "invalid" && pattern.test(error.message),
    );
  });
}

test("the window follows links and disk, within its bounds", () => {
  const timing = resolveTiming("default");
  assert.deepEqual(adaptedWindow(timing, [], 0), { lowTicks: 15, spreadTicks: 15 });
  assert.deepEqual(adaptedWindow(timing, [{ srttMs: 1, rttvarMs: 0.5 }], 2), {
    lowTicks: 15,
    spreadTicks: 15,
  });
  const slow = adaptedWindow(
    timing,
    [
      { srttMs: 5, rttvarMs: 1 },
      { srttMs: 100, rttvarMs: 20 },
    ],
    20,
  );
  assert.deepEqual(slow, { lowTicks: 30, spreadTicks: 30 });
  assert.deepEqual(adaptedWindow(timing, [{ srttMs: 9000, rttvarMs: 0 }], 0), {
    lowTicks: 60,
    spreadTicks: 60,
  });
  const off = resolveTiming("default", { adaptionMax: 1 });
  assert.deepEqual(adaptedWindow(off, [{ srttMs: 9000, rttvarMs: 0 }], 0), { lowTicks: 15, spreadTicks: 15 });
});

test("limits are completed by the defaults, and checked", () => {
  assert.deepEqual(completeLimits({}), memberLimitsDefault);
  assert.equal(completeLimits({ readsMax: 7 }).readsMax, 7);
  assert.throws(() => completeLimits({ readsMax: -1 }), /readsMax must be a number of at least 0/);
  assert.throws(() => completeLimits({ inflightBytesMax: 5 }), /must be at least messageBytesMax/);
  const unknown: object = { readMax: 1 };
  assert.throws(() => completeLimits(unknown), /no limit called readMax/);
});
