/** The pacer: ticks follow the clock, and are never made up for. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { Pacer } from "../src/pacer.ts";
import { tickMs } from "../src/timing.ts";

test("turns in time count one tick per tick length, however often they come", () => {
  const pacer = new Pacer(0);
  let ticks = 0;
  for (let nowMs = 1; nowMs <= 1000; nowMs++) ticks += pacer.begin(nowMs).ticks;
  assert.equal(ticks, 1000 / tickMs);
});

test("a turn that is a little late makes up for it by two ticks, and says nothing is short", () => {
  const pacer = new Pacer(0);
  const beat = pacer.begin(25);
  assert.deepEqual([beat.ticks, beat.pausedMs, beat.isShort], [2, 0, false]);
  assert.equal(pacer.begin(30).ticks, 1);
});

test("what cannot be made up for by two ticks is given up, and said", () => {
  const pacer = new Pacer(0);
  const beat = pacer.begin(45);
  assert.deepEqual([beat.ticks, beat.pausedMs, beat.isShort], [2, 0, true]);
  assert.equal(pacer.begin(46).ticks, 0);
});

test("after a pause nothing is counted, and the next tick is a whole tick away", () => {
  const pacer = new Pacer(0);
  const beat = pacer.begin(5000);
  assert.deepEqual([beat.ticks, beat.pausedMs, beat.isShort], [0, 5000, true]);
  assert.equal(pacer.delayMs(5000), tickMs);
  assert.equal(pacer.begin(5000 + tickMs - 1).ticks, 0);
  assert.equal(pacer.begin(5000 + tickMs).ticks, 1);
});

test("ticks never exceed the time that has passed, whatever the rhythm", () => {
  for (const stepMs of [1, 3, 7, 9.5, 11, 19, 23, 31, 49, 51, 120]) {
    const pacer = new Pacer(0);
    let ticks = 0;
    for (let nowMs = stepMs; nowMs < 3000; nowMs += stepMs) {
      ticks += pacer.begin(nowMs).ticks;
      assert.ok(ticks * tickMs <= nowMs, `steps of ${stepMs} ms: ${ticks} ticks in ${nowMs} ms`);
    }
  }
});
