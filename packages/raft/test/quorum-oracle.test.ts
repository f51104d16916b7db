import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import {
  jointCommitted,
  jointVote,
  majorityCommitted,
  majoritySize,
  majorityVote,
  VoteResult,
} from "../src/index.ts";
import { naiveCommitted, naiveJointVote, naiveVote } from "./oracle/naive-quorum.ts";

const ids = fc.uniqueArray(fc.integer({ min: 1, max: 9 }), { maxLength: 9 });
const acks = fc.dictionary(fc.integer({ min: 1, max: 9 }).map(String), fc.integer({ min: 0, max: 20 }));
const votes = fc.dictionary(fc.integer({ min: 1, max: 9 }).map(String), fc.boolean());
const options = { seed: 20260807, numRuns: 2000 };
const names = { [VoteResult.pending]: "open", [VoteResult.won]: "won", [VoteResult.lost]: "lost" };

function byId<T>(record: Record<string, T>): Map<number, T> {
  return new Map(Object.entries(record).map(([id, value]) => [Number(id), value]));
}

describe("quorums against an independent count (Raft §5.2, §6)", () => {
  test("majority: commit index", () => {
    fc.assert(
      fc.property(ids, acks, (voters, record) => {
        const acked = byId(record);
        const view = { ackedIndex: (id: number) => acked.get(id) ?? 0 };
        assert.equal(majorityCommitted(voters, view), naiveCommitted(voters, acked));
      }),
      options,
    );
  });

  test("joint: commit index is the lower of both halves'", () => {
    fc.assert(
      fc.property(ids, ids, acks, (incoming, outgoing, record) => {
        const acked = byId(record);
        const view = { ackedIndex: (id: number) => acked.get(id) ?? 0 };
        const expected = Math.min(naiveCommitted(incoming, acked), naiveCommitted(outgoing, acked));
        assert.equal(jointCommitted(incoming, outgoing, view), expected);
        assert.equal(jointCommitted(outgoing, incoming, view), expected);
      }),
      options,
    );
  });

  test("majority and joint: votes", () => {
    fc.assert(
      fc.property(ids, ids, votes, (incoming, outgoing, record) => {
        const given = byId(record);
        assert.equal(names[majorityVote(incoming, given)], naiveVote(incoming, given));
        assert.equal(names[jointVote(incoming, outgoing, given)], naiveJointVote(incoming, outgoing, given));
      }),
      options,
    );
  });

  test("any two majorities share a member", () => {
    for (let count = 1; count <= 20; count++) assert.ok(2 * majoritySize(count) > count);
    for (let count = 1; count <= 20; count++)
      assert.ok(2 * (majoritySize(count) - 1) <= count, "and none is too large");
  });

  test("one more acknowledgement never lowers the commit index", () => {
    fc.assert(
      fc.property(ids, acks, fc.integer({ min: 1, max: 9 }), (voters, record, id) => {
        const acked = byId(record);
        const view = { ackedIndex: (member: number) => acked.get(member) ?? 0 };
        const before = majorityCommitted(voters, view);
        acked.set(id, (acked.get(id) ?? 0) + 1);
        assert.ok(majorityCommitted(voters, view) >= before);
      }),
      options,
    );
  });
});
