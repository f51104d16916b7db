import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { entryBytes, makeEntry, noData, type RaftError } from "../src/index.ts";
import { RaftLog } from "../src/raft-log.ts";
import { makeDisk } from "./member.ts";

/** A log with stored and unstable entries behind a snapshot at index 1. */
function log(stored: readonly number[], unstable: readonly number[] = [], applyBytesMax = 1000): RaftLog {
  const whole = new RaftLog(makeDisk({ voters: [1], terms: stored }), applyBytesMax, null);
  const from = stored.length + 2;
  whole.append(unstable.map((term, position) => makeEntry(0, term, from + position, noData)));
  return whole;
}

function indexes(entries: readonly { index: number }[] | string): number[] | string {
  return typeof entries === "string" ? entries : entries.map(({ index }) => index);
}

describe("the log: stored and unstable entries as one (Raft §5.3)", () => {
  test("terms: stored, unstable, before and behind", () => {
    const both = log([1, 2], [3, 3]);
    assert.deepEqual(
      [0, 1, 2, 3, 4, 5, 6].map((index) => both.term(index)),
      ["compacted", 1, 1, 2, 3, 3, "unavailable"],
    );
    assert.deepEqual([both.firstIndex(), both.lastIndex(), both.lastTerm()], [2, 5, 3]);
    assert.deepEqual([both.termOrZero(0), both.termOrZero(9), both.termOrZero(3)], [0, 0, 2]);
  });

  test("slices cross from stored to unstable", () => {
    const both = log([1, 1], [2, 2]);
    assert.deepEqual(indexes(both.slice(2, 6, 1000)), [2, 3, 4, 5]);
    assert.deepEqual(indexes(both.slice(3, 5, 1000)), [3, 4]);
    assert.deepEqual(indexes(both.slice(4, 6, 1000)), [4, 5]);
    assert.deepEqual(indexes(both.slice(4, 4, 1000)), []);
    assert.equal(both.slice(1, 3, 1000), "compacted");
    assert.throws(() => both.slice(3, 9, 1000), /beyond the last index/);
    assert.deepEqual(indexes(both.entriesFrom(6, 1000)), []);
    assert.equal(both.entriesFrom(1, 1000), "compacted");
  });

  test("slices keep their byte limit across the border, with at least one entry", () => {
    const both = log([1, 1], [1, 1]);
    for (let bytes = 0; bytes <= 60; bytes++) {
      const entries = both.slice(2, 6, bytes);
      assert.ok(typeof entries !== "string" && entries.length >= 1);
      const total = entries.reduce((sum, entry) => sum + entryBytes(entry), 0);
      assert.ok(entries.length === 1 || total <= bytes, `${total} of ${bytes}`);
    }
  });

  test("§5.4.1: up to date means a higher last term, or the same and at least as long", () => {
    const own = log([1, 2, 2]);
    const ends = [
      [9, 1, false],
      [3, 2, false],
      [4, 2, true],
      [5, 2, true],
      [1, 3, true],
    ] as const;
    for (const [index, term, isUpToDate] of ends) assert.equal(own.isUpToDate(index, term), isUpToDate);
  });

  test("§5.3: tryAppend: matches, appends what is new, replaces what conflicts, and never shortens otherwise", () => {
    const cases = [
      { index: 4, term: 9, terms: [], result: -1, expected: [1, 2, 2] },
      { index: 9, term: 2, terms: [], result: -1, expected: [1, 2, 2] },
      { index: 4, term: 2, terms: [], result: 4, expected: [1, 2, 2] },
      { index: 4, term: 2, terms: [3, 3], result: 6, expected: [1, 2, 2, 3, 3] },
      { index: 2, term: 1, terms: [2], result: 3, expected: [1, 2, 2] },
      { index: 2, term: 1, terms: [3], result: 3, expected: [1, 3] },
      { index: 1, term: 1, terms: [3, 3, 3], result: 4, expected: [3, 3, 3] },
      { index: 2, term: 1, terms: [2, 3], result: 4, expected: [1, 2, 3] },
    ];
    for (const { index, term, terms, result, expected } of cases) {
      const own = log([1, 2, 2]);
      const entries = terms.map((entryTerm, offset) => makeEntry(0, entryTerm, index + 1 + offset, noData));
      assert.equal(own.tryAppend(index, term, entries, 0), result);
      const found: (number | string)[] = [];
      for (let at = 2; at <= own.lastIndex(); at++) found.push(own.term(at));
      assert.deepEqual(found, expected, JSON.stringify({ index, term, terms }));
    }
  });

  test("§5.3: a conflict with a committed entry is a broken promise", () => {
    const own = log([1, 2, 2]);
    own.commitTo(3);
    assert.throws(
      () => own.tryAppend(1, 1, [makeEntry(0, 9, 2, noData)], 0),
      /conflicts with a committed entry/,
    );
    assert.throws(() => own.append([makeEntry(0, 9, 3, noData)]), /would replace a committed one/);
  });

  test("findAgreement: the highest index at or before whose term is not greater", () => {
    const own = log([1, 3, 3, 5]);
    for (const [index, term, expected] of [
      [5, 5, { index: 5, term: 5 }],
      [5, 4, { index: 4, term: 3 }],
      [5, 2, { index: 2, term: 1 }],
      [3, 3, { index: 3, term: 3 }],
      [5, 0, { index: 0, term: 0 }],
      [0, 5, { index: 0, term: 0 }],
      [9, 5, { index: 9, term: 0 }],
    ] as const) {
      assert.deepEqual(own.findAgreement(index, term), expected, `${index} ${term}`);
    }
  });

  test("commitTo: rises, ignores what is lower, refuses what is not there", () => {
    const own = log([1, 1]);
    own.commitTo(3);
    own.commitTo(2);
    assert.equal(own.committed, 3);
    assert.throws(
      () => own.commitTo(4),
      (error: RaftError) => error.code === "invariant",
    );
  });

  test("what may be applied: committed, and stable unless allowed otherwise", () => {
    const own = log([1], [1, 1]);
    own.commitTo(4);
    assert.deepEqual(indexes(own.entriesToApply(false)), [2]);
    assert.deepEqual(indexes(own.entriesToApply(true)), [2, 3, 4]);
    own.acceptApplying(3, 10, true);
    assert.deepEqual(indexes(own.entriesToApply(true)), [], "a cut batch is finished before the next");
    own.appliedTo(3, 10);
    assert.deepEqual(indexes(own.entriesToApply(true)), [4]);
  });

  test("appliedTo: in range only, and never back", () => {
    const own = log([1, 1, 1]);
    own.commitTo(3);
    assert.throws(() => own.appliedTo(4, 0), /out of range/);
    own.appliedTo(3, 0);
    assert.throws(() => own.appliedTo(2, 0), /out of range/);
    assert.throws(() => own.acceptApplying(9, 0, true), /only 3 is committed/);
  });

  test("a scan for membership changes reads page by page", () => {
    const disk = makeDisk({ voters: [1] });
    disk.append([0, 0, 0, 2, 0].map((type, offset) => makeEntry(type as 0 | 2, 1, 2 + offset, noData)));
    for (const committed of [4, 5, 6]) {
      const own = new RaftLog(disk, 1000, null);
      own.commitTo(committed);
      for (const page of [0, 8, 1000]) {
        assert.equal(
          own.hasUnappliedChange(({ type }) => type !== 0, page),
          committed >= 5,
        );
      }
      own.appliedTo(committed, 0);
      assert.equal(
        own.hasUnappliedChange(({ type }) => type !== 0, 1000),
        false,
      );
    }
  });

  test("a pending snapshot is the log, until entries follow it", () => {
    const own = log([1, 1]);
    const { metadata } = own.snapshot() as Exclude<ReturnType<RaftLog["snapshot"]>, string>;
    own.restore({ metadata: { ...metadata, index: 9, term: 3 }, data: noData });
    assert.deepEqual([own.firstIndex(), own.lastIndex(), own.lastTerm(), own.committed], [10, 9, 3, 9]);
    assert.deepEqual([own.term(8), own.term(9), own.hasEntriesToApply(true)], ["compacted", 3, false]);
    own.append([makeEntry(0, 3, 10, noData)]);
    assert.deepEqual(own.view(), {
      committed: 9,
      applied: 1,
      applying: 1,
      unstableOffset: 10,
      unstableOffsetInProgress: 10,
      unstableLength: 1,
    });
  });
});
