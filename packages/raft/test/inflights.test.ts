import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { Inflights } from "../src/inflights.ts";

describe("the window of unacknowledged appends (thesis §10.2.1)", () => {
  test("full by count", () => {
    const window = new Inflights(2, 0);
    window.add(1, 100);
    assert.equal(window.isFull(), false);
    window.add(2, 100);
    assert.equal(window.isFull(), true);
    assert.throws(() => window.add(3, 1), /full/);
  });

  test("full by bytes, softly: the message that crosses the limit is still taken", () => {
    const window = new Inflights(10, 100);
    window.add(1, 99);
    assert.equal(window.isFull(), false);
    window.add(2, 500);
    assert.equal(window.isFull(), true);
    window.freeUpTo(1);
    assert.equal(window.isFull(), true);
    window.freeUpTo(2);
    assert.deepEqual([window.isFull(), window.count], [false, 0]);
  });

  test("frees everything up to an index, also between two messages", () => {
    const window = new Inflights(10, 0);
    for (const index of [3, 6, 9]) window.add(index, 1);
    window.freeUpTo(2);
    assert.equal(window.count, 3);
    window.freeUpTo(7);
    assert.equal(window.count, 1);
    window.reset();
    assert.equal(window.count, 0);
  });

  test("against a plain array, around the ring and while it grows", () => {
    const step = fc.oneof(
      fc.record({ add: fc.integer({ min: 1, max: 3 }), bytes: fc.nat(50) }),
      fc.record({ free: fc.nat(40) }),
      fc.constant({ reset: true }),
    );
    const run = (steps: readonly object[], countMax: number, bytesMax: number): void => {
      const window = new Inflights(countMax, bytesMax);
      let plain: { index: number; bytes: number }[] = [];
      let last = 0;
      for (const action of steps as { add?: number; bytes?: number; free?: number; reset?: boolean }[]) {
        if (action.reset === true) {
          window.reset();
          plain = [];
        } else if (action.free !== undefined) {
          const upTo = (plain[0]?.index ?? last) + action.free - 3;
          window.freeUpTo(upTo);
          plain = plain.filter(({ index }) => index > upTo);
        } else if (!window.isFull()) {
          last += action.add ?? 1;
          window.add(last, action.bytes ?? 0);
          plain.push({ index: last, bytes: action.bytes ?? 0 });
        }
        const total = plain.reduce((sum, { bytes }) => sum + bytes, 0);
        assert.equal(window.count, plain.length);
        assert.equal(window.isFull(), plain.length >= countMax || (bytesMax > 0 && total >= bytesMax));
      }
    };
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), fc.integer({ min: 1, max: 70 }), fc.nat(300), run),
      { seed: 20260807, numRuns: 300 },
    );
  });
});
