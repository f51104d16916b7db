import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { type Entry, emptyConfState, makeEntry, noData, type RaftEvent } from "../src/index.ts";
import { UnstableLog } from "../src/unstable-log.ts";

function entry(index: number, term: number): Entry {
  return makeEntry(0, term, index, noData);
}

function log(offset: number, terms: readonly number[]): UnstableLog {
  const unstable = new UnstableLog(offset, null);
  if (terms.length > 0) unstable.append(terms.map((term, position) => entry(offset + position, term)));
  return unstable;
}

function snapshot(index: number, term: number) {
  return { metadata: { index, term, confState: emptyConfState }, data: noData };
}

describe("the unstable tail", () => {
  test("lastIndex and term: of entries, of a snapshot, of nothing", () => {
    const nothing = log(5, []);
    assert.deepEqual([nothing.lastIndex(), nothing.term(5)], [0, -1]);
    const entries = log(5, [2, 3]);
    assert.deepEqual(
      [entries.lastIndex(), entries.term(4), entries.term(5), entries.term(6), entries.term(7)],
      [6, -1, 2, 3, -1],
    );
    const restored = log(5, [2]);
    restored.restore(snapshot(9, 4));
    assert.deepEqual(
      [restored.lastIndex(), restored.term(8), restored.term(9), restored.term(10)],
      [9, -1, 4, -1],
    );
  });

  test("what is being written is not handed out again", () => {
    const unstable = log(5, [2, 2]);
    assert.equal(unstable.entriesToWrite().length, 2);
    unstable.acceptInProgress();
    assert.equal(unstable.hasEntriesToWrite(), false);
    unstable.append([entry(7, 2)]);
    assert.deepEqual(
      unstable.entriesToWrite().map(({ index }) => index),
      [7],
    );
    unstable.stableTo(6, 2);
    assert.deepEqual([unstable.offset, unstable.offsetInProgress], [7, 7]);
  });

  test("a snapshot that is being written is not handed out again, and goes when it is durable", () => {
    const unstable = log(5, []);
    unstable.restore(snapshot(9, 4));
    assert.equal(unstable.snapshotToWrite()?.metadata.index, 9);
    unstable.acceptInProgress();
    assert.equal(unstable.snapshotToWrite(), null);
    unstable.stableSnapshotTo(8);
    assert.notEqual(unstable.snapshot, null);
    unstable.stableSnapshotTo(9);
    assert.equal(unstable.snapshot, null);
    unstable.stableSnapshotTo(9);
  });

  test("appending behind the end, in the middle, at the start, before the start", () => {
    for (const { from, expected, offset } of [
      { from: 8, expected: [2, 2, 2, 9], offset: 5 },
      { from: 7, expected: [2, 2, 9], offset: 5 },
      { from: 6, expected: [2, 9], offset: 5 },
      { from: 5, expected: [9], offset: 5 },
      { from: 3, expected: [9], offset: 3 },
    ]) {
      const unstable = log(5, [2, 2, 2]);
      unstable.acceptInProgress();
      unstable.append([entry(from, 9)]);
      assert.deepEqual(
        unstable.entries.map(({ term }) => term),
        expected,
      );
      assert.deepEqual(
        [unstable.offset, unstable.offsetInProgress],
        [offset, from],
        "the new entry is to be written",
      );
    }
  });

  test("truncation is told, with its place", () => {
    const events: RaftEvent["kind"][] = [];
    const unstable = new UnstableLog(5, (body) => events.push(body.kind));
    unstable.append([entry(5, 1), entry(6, 1)]);
    unstable.append([entry(6, 2)]);
    unstable.append([entry(5, 3)]);
    unstable.append([entry(6, 3)]);
    assert.deepEqual(events, ["unstable-truncated", "unstable-replaced"]);
  });

  test("a gap is an invariant violation", () => {
    assert.throws(() => log(5, [1]).append([entry(7, 1)]), { name: "RaftError", code: "invariant" });
  });

  test("stableTo wants the exact index and term", () => {
    for (const [index, term, left] of [
      [6, 2, 1],
      [5, 2, 2],
      [6, 3, 3],
      [8, 2, 3],
      [4, 2, 3],
    ] as const) {
      const unstable = log(5, [2, 2, 2]);
      unstable.acceptInProgress();
      unstable.stableTo(index, term);
      assert.equal(unstable.entries.length, left, `${index}/${term}`);
    }
    const causes: string[] = [];
    const unstable = new UnstableLog(5, (body) => body.kind === "stable-ignored" && causes.push(body.cause));
    unstable.restore(snapshot(9, 4));
    unstable.stableTo(9, 4);
    unstable.stableTo(10, 4);
    unstable.append([entry(10, 4)]);
    unstable.stableTo(10, 5);
    assert.deepEqual(causes, ["snapshot", "missing", "mismatch"]);
  });

  test("against a plain array: any order of appends, writes and acknowledgements", () => {
    const step = fc.oneof(
      fc.record({
        kind: fc.constant("append" as const),
        back: fc.nat(4),
        count: fc.integer({ min: 1, max: 4 }),
      }),
      fc.record({ kind: fc.constant("accept" as const) }),
      fc.record({ kind: fc.constant("stable" as const), at: fc.nat(12) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const unstable = new UnstableLog(1, null);
        const plain: number[] = []; // term of index k + 1
        let stable = 0;
        let written = 0;
        let term = 1;
        for (const action of steps) {
          if (action.kind === "append") {
            term++;
            const from = Math.max(1, plain.length + 1 - action.back);
            plain.length = from - 1;
            for (let count = 0; count < action.count; count++) plain.push(term);
            unstable.append(
              Array.from({ length: action.count }, (_, position) => entry(from + position, term)),
            );
            stable = Math.min(stable, from - 1);
            written = Math.min(written, from - 1);
          } else if (action.kind === "accept") {
            unstable.acceptInProgress();
            written = plain.length;
          } else {
            const at = Math.min(action.at, written);
            if (at > stable) {
              unstable.stableTo(at, plain[at - 1] as number);
              stable = at;
            }
          }
          assert.deepEqual([unstable.offset, unstable.offsetInProgress], [stable + 1, written + 1]);
          assert.deepEqual(
            unstable.entries.map((held) => held.term),
            plain.slice(stable),
          );
          assert.deepEqual(
            unstable.entriesToWrite().map((held) => held.index),
            plain.slice(written).map((_term, position) => written + 1 + position),
          );
        }
      }),
      { seed: 20260807, numRuns: 500 },
    );
  });
});
