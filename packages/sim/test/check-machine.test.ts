/** K1 and D2 of machines that somebody brought, by observations: what a run with production code never shows. */

import assert from "node:assert/strict";
import { test } from "node:test";
import type { MakeChecker } from "@quorate/sim";
import { makeD2 } from "../src/check/d2-snapshot-round-trip.ts";
import { makeK1OfCalls } from "../src/check/k1-calls-once.ts";
import { Ghost } from "../src/observe/ghost.ts";
import type { Seen } from "../src/observe/observation.ts";

const data = Uint8Array.of(1, 2, 3);
const called = (call: number): Seen => ({ kind: "command-called", call, data });
const applied = (index: number, result = "1"): Seen => ({
  kind: "machine-result",
  index,
  data,
  result,
  output: Number(result),
});
const answered = (call: number, result = "1"): readonly Seen[] => [
  { kind: "machine-answered", call, result },
  { kind: "command-answered", call, fate: "answered", revision: 1 },
];
const refused = (call: number): Seen => ({ kind: "command-answered", call, fate: "refused", revision: 0 });
const unknown = (call: number): Seen => ({ kind: "command-answered", call, fate: "unknown", revision: 0 });

/** What a checker first says of observations at member 1. */
function first(make: MakeChecker, seen: readonly Seen[]): string | null {
  const checker = make();
  const ghost = new Ghost(() => null);
  for (const one of seen) {
    const text = checker.see({ ...one, atUs: 0, node: 1 }, ghost);
    if (text !== null) return text;
  }
  return null;
}

test("K1: a command takes effect as often as it was asked for, at most", () => {
  const k1 = (...seen: readonly Seen[]): string | null => first(makeK1OfCalls, seen);
  assert.equal(k1(called(1), applied(4), ...answered(1)), null);
  assert.equal(k1(called(1), unknown(1), applied(4)), null);
  // Another member gets to the same entry.
  assert.equal(k1(called(1), applied(4), applied(4)), null);
  // Equal bytes are counted.
  assert.equal(
    k1(called(1), called(2), applied(4), applied(5, "2"), ...answered(2), ...answered(1, "2")),
    null,
  );
  assert.equal(
    k1(called(1), applied(4), applied(5)),
    "a command took effect 2 times by entry 5; it was asked for once, and refused 0 times",
  );
  assert.match(
    k1(called(1), refused(1), applied(4)) ?? "",
    /took effect once by entry 4; it was asked for once, and refused once/,
  );
  assert.match(k1(called(1), applied(4), refused(1)) ?? "", /and call 1 was refused for certain/);
  assert.equal(k1(called(1), ...answered(1)), "call 1 was answered with 1, and no entry came to that");
  assert.equal(
    k1(called(1), applied(4), ...answered(1, "2")),
    "call 1 was answered with 2, and no entry came to that",
  );
  assert.equal(
    k1(called(1), called(2), applied(4), ...answered(1), ...answered(2)),
    "call 2 was answered with 1, and no entry came to that",
  );
  assert.equal(k1(applied(4)), "entry 4 carries a command that nobody asked for");
});

test("D2: who goes on from a snapshot has the state that it is of", () => {
  const entry = (index: number) => ({ index, term: 1, data, outcome: null });
  const states: readonly Seen[] = [
    { kind: "applied", entry: entry(3), digest: "aa" },
    { kind: "applied", entry: entry(5), digest: "bb" },
  ];
  const restored = (index: number, digest: string): Seen => ({
    kind: "replicated",
    index,
    digest,
    by: "restored",
  });
  assert.equal(first(makeD2, [...states, restored(3, "aa.x.y")]), null);
  assert.equal(first(makeD2, [...states, restored(4, "aa.x.y")]), null);
  assert.match(
    first(makeD2, [...states, restored(4, "bb.x.y")]) ?? "",
    /^member 1 restored the snapshot of index 4 and has digest bb; members that came there by commands had aa: the snapshot was changed/,
  );
});
