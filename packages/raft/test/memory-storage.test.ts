import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  emptyConfState,
  emptyHardState,
  entryBytes,
  MemoryStorage,
  makeEntry,
  noData,
} from "../src/index.ts";
import { makeDisk } from "./member.ts";

function entries(from: number, terms: readonly number[]) {
  return terms.map((term, offset) => makeEntry(0, term, from + offset, noData));
}

describe("MemoryStorage", () => {
  test("empty", () => {
    const storage = new MemoryStorage();
    assert.deepEqual(storage.initialState(), { hardState: emptyHardState, confState: emptyConfState });
    assert.deepEqual([storage.firstIndex(), storage.lastIndex(), storage.term(0)], [1, 0, 0]);
    assert.equal(storage.term(1), "unavailable");
  });

  test("entries: in range, compacted, unavailable, limited by bytes with at least one", () => {
    const storage = makeDisk({ voters: [1], snapshotIndex: 3, snapshotTerm: 3, terms: [4, 5, 6] });
    const size = entryBytes(makeEntry(0, 4, 4, new Uint8Array(1)));
    const indexes = (lo: number, hi: number, maxBytes: number) => {
      const found = storage.entries(lo, hi, maxBytes);
      return typeof found === "string" ? found : found.map(({ index }) => index);
    };
    assert.equal(indexes(3, 5, 1000), "compacted");
    assert.equal(indexes(4, 8, 1000), "unavailable");
    assert.deepEqual(indexes(4, 7, 1000), [4, 5, 6]);
    assert.deepEqual(indexes(4, 7, 0), [4]);
    assert.deepEqual(indexes(4, 7, size * 2), [4, 5]);
    assert.deepEqual(indexes(5, 6, 1000), [5]);
    assert.deepEqual(
      [2, 3, 4, 6, 7].map((index) => storage.term(index)),
      ["compacted", 3, 4, 6, "unavailable"],
    );
  });

  test("append: behind the end, over the end, over everything, before the start, with a gap", () => {
    for (const { from, terms, expected } of [
      { from: 7, terms: [9], expected: [4, 5, 6, 9] },
      { from: 6, terms: [9, 9], expected: [4, 5, 9, 9] },
      { from: 4, terms: [9], expected: [9] },
      { from: 2, terms: [9, 9, 9], expected: [9] },
      { from: 2, terms: [9], expected: [4, 5, 6] },
    ]) {
      const storage = makeDisk({ voters: [1], snapshotIndex: 3, snapshotTerm: 3, terms: [4, 5, 6] });
      storage.append(entries(from, terms));
      const found: unknown[] = [];
      for (let index = 4; index <= storage.lastIndex(); index++) found.push(storage.term(index));
      assert.deepEqual(found, expected, `from ${from}`);
    }
    const storage = makeDisk({ voters: [1], terms: [1] });
    storage.append([]);
    assert.throws(() => storage.append(entries(4, [1])), { name: "RaftError", code: "invariant" });
  });

  test("snapshots: made of the own state, older ones refused, what is not stored is unavailable", () => {
    const storage = makeDisk({ voters: [1], terms: [2, 3] });
    assert.equal(storage.createSnapshot(1, null, noData), "compacted");
    assert.equal(storage.createSnapshot(9, null, noData), "unavailable");
    const confState = { ...emptyConfState, voters: [1, 2] };
    const made = storage.createSnapshot(3, confState, Uint8Array.of(1));
    assert.deepEqual(made, { metadata: { index: 3, term: 3, confState }, data: Uint8Array.of(1) });
    assert.deepEqual(storage.snapshot(), made);
    assert.equal(storage.firstIndex(), 2, "the log stays until it is compacted");
    assert.deepEqual(storage.initialState().confState, confState);
  });

  test("compact: drops up to an index, twice is harmless, beyond the end is a bug", () => {
    const storage = makeDisk({ voters: [1], terms: [2, 3] });
    assert.equal(storage.compact(2), true);
    assert.deepEqual([storage.firstIndex(), storage.lastIndex(), storage.term(2)], [3, 3, 2]);
    assert.equal(storage.compact(2), false);
    assert.throws(() => storage.compact(9), { name: "RaftError", code: "invariant" });
    storage.compact(3);
    assert.deepEqual([storage.firstIndex(), storage.lastIndex()], [4, 3]);
  });

  test("applySnapshot: replaces everything, unless it is older than the one kept", () => {
    const storage = makeDisk({ voters: [1], terms: [2, 3] });
    const newer = { metadata: { index: 9, term: 5, confState: emptyConfState }, data: noData };
    assert.equal(storage.applySnapshot(newer), true);
    assert.deepEqual([storage.firstIndex(), storage.lastIndex(), storage.term(9)], [10, 9, 5]);
    assert.equal(storage.applySnapshot(newer), false);
  });
});
