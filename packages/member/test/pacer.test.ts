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
  assert.deepEqual([beat.quietTicks, beat.ticks, beat.isShort], [0, 0, true]);
  assert.equal(beat.pausedMs, 5000 - tickMs, "as long as the turn that was planned is late");
  assert.equal(pacer.plan(1), 5000 + tickMs);
  assert.equal(pacer.begin(5000 + tickMs - 1).ticks, 0);
  assert.equal(pacer.begin(5000 + tickMs).ticks, 1);
});

test("ticks never exceed the time that has passed, whatever the rhythm", () => {
  for (const stepMs of [1, 3, 7, 9.5, 11, 19, 23, 31, 49, 51, 120]) {
    for (const planned of [1, 2, 3, 10]) {
      const pacer = new Pacer(0);
      let ticks = 0;
      for (let nowMs = stepMs; nowMs < 3000; nowMs += stepMs) {
        const beat = pacer.begin(nowMs);
        ticks += beat.quietTicks + beat.ticks;
        assert.ok(ticks * tickMs <= nowMs, `steps of ${stepMs} ms: ${ticks} ticks in ${nowMs} ms`);
        pacer.plan(planned);
      }
    }
  }
});

test("a turn planned for a later tick counts the quiet ones before what it takes in, and its own after", () => {
  const pacer = new Pacer(0);
  assert.equal(pacer.plan(7), 7 * tickMs);
  const beat = pacer.begin(7 * tickMs);
  assert.deepEqual(beat, { quietTicks: 6, ticks: 1, pausedMs: 0, isShort: false });
});

test("a turn before the planned one counts what has passed, all of it quiet", () => {
  const pacer = new Pacer(0);
  pacer.plan(7);
  assert.deepEqual(pacer.begin(3 * tickMs), { quietTicks: 3, ticks: 0, pausedMs: 0, isShort: false });
  assert.equal(pacer.begin(3 * tickMs + 1).quietTicks, 0);
  assert.equal(pacer.plan(4), 7 * tickMs, "planned ticks count from the last one that was counted");
  assert.deepEqual(pacer.begin(7 * tickMs), { quietTicks: 3, ticks: 1, pausedMs: 0, isShort: false });
});

test("a planned turn that is late counts one tick more than planned, and no more", () => {
  for (const [lateTicks, ticks, isShort] of [
    [1, 2, false],
    [2, 2, true],
    [4, 2, true],
  ] as const) {
    const pacer = new Pacer(0);
    pacer.plan(5);
    const beat = pacer.begin((5 + lateTicks) * tickMs);
    assert.deepEqual(beat, { quietTicks: 4, ticks, pausedMs: 0, isShort }, `${lateTicks} ticks late`);
  }
});

test("a pause is what the planned turn is late by, and takes the quiet ticks with it", () => {
  const pacer = new Pacer(0);
  pacer.plan(10);
  assert.deepEqual(pacer.begin(15 * tickMs), {
    quietTicks: 0,
    ticks: 0,
    pausedMs: 5 * tickMs,
    isShort: true,
  });
  assert.equal(pacer.begin(15 * tickMs + 1).quietTicks, 0);
  assert.equal(pacer.begin(16 * tickMs).ticks, 1);
});

test("quiet ticks counted outside of a turn are not counted again", () => {
  const pacer = new Pacer(0);
  pacer.plan(10);
  assert.equal(pacer.countQuiet(4 * tickMs + 5), 4);
  assert.equal(pacer.countQuiet(4 * tickMs + 6), 0);
  assert.equal(pacer.countQuiet(100 * tickMs), 5, "the planned tick itself is not quiet");
  assert.deepEqual(pacer.begin(10 * tickMs), { quietTicks: 0, ticks: 1, pausedMs: 0, isShort: false });
});
