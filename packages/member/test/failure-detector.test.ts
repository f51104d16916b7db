/** The failure detector: alive, suspect, failed, and back. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { FailureDetector, type PeerSigns } from "../src/failure-detector.ts";

const beatMs = 50;
const toleranceMs = 150;

function heardAt(
  lastHeardAtMs: number | null,
  srttMs: number | null = 1,
  rttvarMs: number | null = 0,
): PeerSigns {
  return { lastHeardAtMs, srttMs, rttvarMs };
}

test("a peer is alive when heard, suspect after a silence, probed once, failed after another", () => {
  const detector = new FailureDetector(beatMs, toleranceMs);
  assert.equal(detector.health(7), "suspect");
  assert.equal(detector.observe(7, heardAt(100), 110).change?.health, "alive");
  assert.deepEqual(detector.observe(7, heardAt(100), 200), { change: null, probe: false });
  const suspected = detector.observe(7, heardAt(100), 260);
  assert.deepEqual(
    [suspected.change?.health, suspected.change?.silentMs, suspected.probe],
    ["suspect", 160, true],
  );
  assert.deepEqual(detector.observe(7, heardAt(100), 300), { change: null, probe: false });
  assert.equal(detector.observe(7, heardAt(100), 420).change?.health, "failed");
  assert.deepEqual(detector.observe(7, heardAt(100), 9000), { change: null, probe: false });
  assert.equal(detector.observe(7, heardAt(9001), 9002).change?.health, "alive");
  assert.equal(detector.health(7), "alive");
});

test("the answer to the probe makes a suspect alive again", () => {
  const detector = new FailureDetector(beatMs, toleranceMs);
  detector.observe(7, heardAt(100), 110);
  assert.equal(detector.observe(7, heardAt(100), 300).probe, true);
  assert.equal(detector.observe(7, heardAt(310), 330).change?.health, "alive");
});

test("a slow, unsteady link is given more time", () => {
  const detector = new FailureDetector(beatMs, toleranceMs);
  // 3 beats, the round trip and four deviations: 150 + 200 + 200.
  detector.observe(7, heardAt(0, 200, 50), 10);
  assert.equal(detector.observe(7, heardAt(0, 200, 50), 540).change, null);
  assert.equal(detector.observe(7, heardAt(0, 200, 50), 560).change?.health, "suspect");
});

test("a peer that was never heard fails in its time", () => {
  const detector = new FailureDetector(beatMs, toleranceMs);
  assert.deepEqual(detector.observe(7, heardAt(null, null, null), 1000), { change: null, probe: false });
  assert.equal(detector.observe(7, heardAt(null, null, null), 1160).change?.health, "failed");
});

test("peers that are gone are forgotten", () => {
  const detector = new FailureDetector(beatMs, toleranceMs);
  detector.observe(7, heardAt(100), 110);
  detector.observe(8, heardAt(100), 110);
  detector.keep(new Set([8]));
  assert.deepEqual([detector.health(7), detector.health(8)], ["suspect", "alive"]);
});
