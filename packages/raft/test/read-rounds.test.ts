import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { emptyConfState } from "../src/index.ts";
import { ReadRounds } from "../src/read-rounds.ts";

const three = { ...emptyConfState, voters: [1, 2, 3] };

function ids(reads: readonly { requestId: number }[]): number[] {
  return reads.map(({ requestId }) => requestId);
}

describe("rounds of reads (thesis §6.4)", () => {
  test("each read gets a round; a quorum of answers to it, or to a later one, confirms it", () => {
    const rounds = new ReadRounds(1);
    for (const requestId of [10, 11, 12]) rounds.add(5, 1, requestId, 0);
    assert.equal(rounds.pendingReads, 3);
    assert.deepEqual(ids(rounds.acknowledge(2, 2, three)), [10, 11]);
    assert.deepEqual(ids(rounds.acknowledge(3, 3, three)), [12]);
    assert.equal(rounds.pendingReads, 0);
  });

  test("old, repeated and invented answers confirm nothing", () => {
    const rounds = new ReadRounds(1);
    rounds.add(5, 1, 10, 0);
    assert.deepEqual(rounds.acknowledge(2, 7, three), []);
    assert.deepEqual(rounds.acknowledge(2, 0, three), []);
    assert.deepEqual(rounds.acknowledge(9, 1, three), [], "who is not a voter");
    assert.deepEqual(ids(rounds.acknowledge(2, 1, three)), [10]);
    assert.deepEqual(rounds.acknowledge(2, 1, three), []);
    assert.deepEqual(rounds.acknowledge(3, 1, three), []);
  });

  test("the latest round is only repeated while something waits for it", () => {
    const rounds = new ReadRounds(1);
    assert.equal(rounds.latestRound, 0);
    const round = rounds.add(5, 1, 10, 0);
    assert.equal(rounds.latestRound, round);
    rounds.acknowledge(2, round, three);
    assert.equal(rounds.latestRound, 0);
  });

  test("a smaller quorum confirms on a recount", () => {
    const rounds = new ReadRounds(1);
    rounds.add(5, 1, 10, 0);
    assert.deepEqual(rounds.recount(three), []);
    assert.deepEqual(ids(rounds.recount({ ...emptyConfState, voters: [1] })), [10]);
    rounds.add(5, 1, 11, 0);
    assert.deepEqual(rounds.recount(emptyConfState), [], "nobody is no quorum");
  });

  test("joint: both halves", () => {
    const rounds = new ReadRounds(1);
    const joint = { ...emptyConfState, voters: [1, 4, 5], votersOutgoing: [1, 2, 3] };
    const round = rounds.add(5, 1, 10, 0);
    assert.deepEqual(rounds.acknowledge(4, round, joint), []);
    assert.deepEqual(ids(rounds.acknowledge(3, round, joint)), [10]);
  });

  test("the lease begins when the last confirmed lease round was sent", () => {
    const rounds = new ReadRounds(1);
    assert.equal(rounds.leaseStartTick, Number.NEGATIVE_INFINITY);
    const first = rounds.beginLeaseRound(100);
    const second = rounds.beginLeaseRound(101);
    rounds.add(5, 1, 10, 0);
    rounds.acknowledge(2, first, three);
    assert.equal(rounds.leaseStartTick, 100);
    rounds.acknowledge(3, second + 1, three);
    assert.equal(rounds.leaseStartTick, 101, "the read's own round was not timed");
    rounds.breakLease();
    assert.equal(rounds.leaseStartTick, Number.NEGATIVE_INFINITY);
  });

  test("rounds that were sent before the lease was broken do not mend it", () => {
    const rounds = new ReadRounds(1);
    const before = rounds.beginLeaseRound(100);
    rounds.breakLease();
    rounds.acknowledge(2, before, three);
    assert.equal(rounds.leaseStartTick, Number.NEGATIVE_INFINITY);
    const after = rounds.beginLeaseRound(200);
    rounds.acknowledge(2, after, three);
    assert.equal(rounds.leaseStartTick, 200);
  });
});
