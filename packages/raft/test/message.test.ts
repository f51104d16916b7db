import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  appendThread,
  applyThread,
  equalConfStates,
  equalHardStates,
  isLocalMessage,
  isLocalTarget,
  isResponseMessage,
  MessageType,
  makeMessage,
  messageName,
  Role,
  roleName,
} from "../src/index.ts";

describe("messages", () => {
  test("types have the field's names and its stable numbers, 0 to 23", () => {
    const numbers = Object.values(MessageType);
    assert.deepEqual(
      numbers,
      Array.from({ length: 24 }, (_, number) => number),
    );
    for (const [name, number] of Object.entries(MessageType)) assert.equal(messageName(number), name);
  });

  test("all have the same shape, in the same order, whatever was given", () => {
    const keys = Object.keys(makeMessage(MessageType.MsgHup));
    const given = makeMessage(MessageType.MsgApp, { commit: 3, to: 2, responses: [], term: 1 });
    assert.deepEqual(Object.keys(given), keys);
    assert.deepEqual([given.commit, given.to, given.term, given.from, given.snapshot], [3, 2, 1, 0, null]);
  });

  test("no type is local and comes from a peer as well", () => {
    const names = (is: (type: MessageType) => boolean): string[] =>
      Object.values(MessageType).filter(is).map(messageName);
    assert.deepEqual(names(isResponseMessage), [
      "MsgAppResp",
      "MsgVoteResp",
      "MsgHeartbeatResp",
      "MsgUnreachable",
      "MsgReadIndexResp",
      "MsgPreVoteResp",
      "MsgStorageAppendResp",
      "MsgStorageApplyResp",
    ]);
    assert.equal(names(isLocalMessage).length, 9);
  });

  test("the storage threads are no members", () => {
    assert.deepEqual([appendThread, applyThread, 1, 0].map(isLocalTarget), [true, true, false, false]);
  });
});

describe("small states", () => {
  test("roles have names", () => {
    assert.deepEqual(Object.values(Role).map(roleName), ["follower", "pre-candidate", "candidate", "leader"]);
  });

  test("hard states are equal field by field", () => {
    const state = { term: 1, vote: 2, commit: 3 };
    assert.equal(equalHardStates(state, { ...state }), true);
    for (const other of [{ term: 2 }, { vote: 3 }, { commit: 4 }]) {
      assert.equal(equalHardStates(state, { ...state, ...other }), false);
    }
  });

  test("configurations are equal in any order, but not in other roles", () => {
    const config = { voters: [1, 2], votersOutgoing: [3], learners: [4], learnersNext: [3], autoLeave: true };
    assert.equal(equalConfStates(config, { ...config, voters: [2, 1] }), true);
    for (const other of [
      { voters: [1] },
      { voters: [1, 3] },
      { votersOutgoing: [] },
      { learners: [5] },
      { learnersNext: [] },
      { autoLeave: false },
    ]) {
      assert.equal(equalConfStates(config, { ...config, ...other }), false);
    }
  });
});
