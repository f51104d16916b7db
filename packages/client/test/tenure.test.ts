/**
 * How long a lease counts as held, in manual time.
 */

import assert from "node:assert/strict";
import { test } from "node:test";
import { ClientError } from "../src/index.ts";
import { Tenure } from "../src/tenure.ts";
import { ManualClock } from "./manual-clock.ts";

function hold(ttlSeconds = 9): { clock: ManualClock; tenure: Tenure; told: string[] } {
  const clock = new ManualClock();
  const told: string[] = [];
  const tenure = new Tenure(1n, ttlSeconds, clock.nowMs(), clock, {
    onDue: () => told.push(`due ${clock.nowMs()}`),
    onSilence: () => told.push(`silence ${clock.nowMs()}`),
    onLost: () => told.push(`lost ${clock.nowMs()}`),
  });
  return { clock, tenure, told };
}

test("is due after a third of its time, and counts from when the renewal was sent", () => {
  const { clock, tenure, told } = hold();
  clock.advance(3_000);
  assert.deepEqual(told, ["due 3000"]);
  tenure.sent();
  clock.advance(1_000);
  tenure.answered(9);
  assert.equal(tenure.remainingMs(), 8_000);
  clock.advance(2_000);
  assert.deepEqual(told, ["due 3000", "due 6000"]);
});

test("is lost when nobody has answered for its whole time, to the millisecond", () => {
  const { clock, tenure, told } = hold();
  clock.advance(8_999);
  assert.equal(tenure.signal.aborted, false);
  clock.advance(1);
  assert.ok(tenure.signal.aborted);
  assert.ok(tenure.signal.reason instanceof ClientError);
  assert.equal(tenure.signal.reason.code, "lease-lost");
  assert.deepEqual(told, ["due 3000", "lost 9000"]);
  assert.equal(clock.timers, 0);
});

test("after a pause of the process it is lost as soon as somebody looks, before any timer has run", () => {
  const { clock, tenure, told } = hold();
  clock.freeze(9_000);
  assert.equal(tenure.remainingMs(), 0);
  assert.ok(tenure.signal.aborted);
  assert.deepEqual(told, ["lost 9000"]);
});

test("an answer that was waiting through a pause does not bring it back", () => {
  const { clock, tenure } = hold();
  clock.advance(3_000);
  tenure.sent();
  clock.freeze(7_000);
  tenure.answered(9);
  assert.ok(tenure.signal.aborted);
});

test("silence is told while there is time to ask elsewhere, once per question", () => {
  const { clock, tenure, told } = hold();
  clock.advance(3_000);
  tenure.sent();
  clock.advance(1_499);
  assert.deepEqual(told, ["due 3000"]);
  clock.advance(1);
  assert.deepEqual(told, ["due 3000", "silence 4500"]);
  tenure.unanswered();
  tenure.sent();
  clock.advance(100);
  tenure.answered(9);
  assert.equal(tenure.remainingMs(), 8_900);
});

test("an answer of zero is the end", () => {
  const { clock, tenure, told } = hold();
  clock.advance(3_000);
  tenure.sent();
  tenure.answered(0);
  assert.deepEqual(told, ["due 3000", "lost 3000"]);
});

test("given back, it is over without a word, and leaves no timer", () => {
  const { clock, tenure, told } = hold();
  tenure.release(new ClientError("closed", "given back"));
  clock.advance(20_000);
  assert.ok(tenure.signal.aborted);
  assert.deepEqual(told, []);
  assert.equal(clock.timers, 0);
});
