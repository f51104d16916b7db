/**
 * With lease reads a member does not campaign out of turn: the leader counts on it (thesis §6.4.1).
 */

import assert from "node:assert/strict";
import { test } from "node:test";
import { MemoryStorage, MessageType, makeMessage, noData, RawNode, Role } from "../src/index.ts";

const confState = { voters: [1, 2, 3], votersOutgoing: [], learners: [], learnersNext: [], autoLeave: false };

function follower(): RawNode {
  const storage = new MemoryStorage();
  storage.applySnapshot({ metadata: { index: 1, term: 1, confState }, data: noData });
  const random = { below: () => 0 };
  return new RawNode({ id: 2, electionTicks: 10, heartbeatTicks: 1, storage, random, readMode: "lease" });
}

test("campaign() is refused while the leader may hold a lease, and allowed an election timeout later", () => {
  const node = follower();
  node.step(makeMessage(MessageType.MsgHeartbeat, { from: 1, to: 2, term: 1 }));
  const refused = node.campaign();
  assert.equal(refused.ok ? "ok" : refused.code, "lease-reads");
  assert.equal(node.role, Role.follower);
  assert.equal(node.term, 1);

  node.setRandomizedElectionTicks(50);
  for (let tick = 0; tick < 10; tick++) node.tick();
  assert.equal(node.campaign().ok, true);
  assert.equal(node.role, Role.preCandidate);
});

test("a shorter election timeout than the lease's is not taken", () => {
  const node = follower();
  node.step(makeMessage(MessageType.MsgHeartbeat, { from: 1, to: 2, term: 1 }));
  node.setRandomizedElectionTicks(2);
  for (let tick = 0; tick < 9; tick++) node.tick();
  assert.equal(node.role, Role.follower);
  node.tick();
  assert.equal(node.role, Role.preCandidate);
});

test("an election window of no numbers is refused", () => {
  assert.throws(() => follower().setElectionWindow(Number.NaN, 5), /two numbers/);
});
