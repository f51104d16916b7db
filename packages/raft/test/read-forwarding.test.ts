import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type Message, MessageType } from "../src/index.ts";
import { assertRefused, Cluster } from "./cluster.ts";
import type { Member } from "./member.ts";

const settings = { readMode: "safe" } as const;

function indexes(member: Member): [number, number][] {
  return member.readStates.map(({ requestId, index }) => [requestId, index]);
}

describe("reads at followers and learners (thesis §6.4)", () => {
  test("§6.4: are answered through the leader with an index that covers all that was committed", () => {
    const cluster = new Cluster({ learners: [4], settings });
    cluster.elect(1);
    // The followers do not hear that the entry was committed.
    cluster.filter = ({ type, commit }) => type !== MessageType.MsgApp || commit < 3;
    cluster.propose(1, "a");
    cluster.heal();
    for (const id of [2, 3, 4]) {
      assert.equal(cluster.get(id).node.status().commit, 2);
      assert.equal(cluster.get(id).node.readIndex(id * 10).ok, true);
    }
    cluster.settle();
    for (const id of [2, 3, 4]) assert.deepEqual(indexes(cluster.get(id)), [[id * 10, 3]]);
  });

  test("§6.4: equal request numbers of different members do not get mixed up", () => {
    const cluster = new Cluster({ settings });
    cluster.elect(1);
    for (const id of [1, 2, 3]) cluster.get(id).node.readIndex(5);
    cluster.settle();
    for (const id of [1, 2, 3]) assert.deepEqual(indexes(cluster.get(id)), [[5, 2]]);
  });

  test("§6.4: a request that arrives twice is answered twice, each time rightly", () => {
    const cluster = new Cluster({ settings });
    const leader = cluster.elect(1);
    const follower = cluster.get(2);
    follower.node.readIndex(5);
    const [request] = follower.drain();
    assert.ok(request !== undefined);
    leader.node.step(request);
    cluster.settle();
    cluster.propose(1, "a");
    leader.node.step(request);
    cluster.settle();
    assert.deepEqual(indexes(follower), [
      [5, 2],
      [5, 3],
    ]);
  });

  test("§6.4: an answer that arrives twice is handed out twice, and is never lower than the request needs", () => {
    const cluster = new Cluster({ settings });
    cluster.elect(1);
    const follower = cluster.get(2);
    follower.node.readIndex(5);
    cluster.settle();
    const answer = cluster.delivered.findLast(({ type }) => type === MessageType.MsgReadIndexResp);
    assert.ok(answer !== undefined);
    follower.node.step(answer);
    follower.drain();
    assert.deepEqual(indexes(follower), [
      [5, 2],
      [5, 2],
    ]);
  });

  test("§6.4: no leader: refused with a reason, in every role", () => {
    const cluster = new Cluster({ settings: { ...settings, preVote: false } });
    const member = cluster.get(1);
    assertRefused(member.node.readIndex(1), "no-leader");
    member.node.campaign();
    assertRefused(member.node.readIndex(2), "no-leader");
    assert.deepEqual(
      member.eventsOf("read-dropped").map(({ cause }) => cause),
      ["no-leader", "no-leader"],
    );
  });

  test("§6.4: a request that reaches a former leader is passed on to its successor", () => {
    const cluster = new Cluster({ settings });
    cluster.elect(1);
    const asker = cluster.get(3);
    asker.node.readIndex(5);
    const [request] = asker.drain();
    cluster.get(1).node.transferLeadership(2);
    cluster.settle();
    assert.equal(cluster.leader()?.id, 2);
    assert.ok(request !== undefined);
    cluster.get(1).node.step(request);
    cluster.settle();
    assert.deepEqual(indexes(asker), [[5, 3]]);
  });

  test("§6.4: an answer of a leader of an older term is ignored", () => {
    const cluster = new Cluster({ settings });
    cluster.elect(1);
    const asker = cluster.get(3);
    asker.node.readIndex(5);
    cluster.filter = ({ type }) => type !== MessageType.MsgReadIndexResp;
    cluster.settle();
    const late = lastAnswerOf(cluster.get(1));
    cluster.heal();
    cluster.get(1).node.transferLeadership(2);
    cluster.settle();
    asker.node.step(late);
    asker.drain();
    assert.deepEqual(indexes(asker), []);
    assert.equal(asker.eventsOf("lower-term-ignored").at(-1)?.type, MessageType.MsgReadIndexResp);
  });
});

/** The last read answer that a leader sent. */
function lastAnswerOf(leader: Member): Message {
  const queued = leader.eventsOf("message-queued").map(({ message }) => message);
  const answer = queued.findLast(({ type }) => type === MessageType.MsgReadIndexResp);
  assert.ok(answer !== undefined);
  return answer;
}

describe("the requester's incarnation", () => {
  test("an answer to a former life is not taken for one to this, though the number is the same", () => {
    const cluster = new Cluster({ settings });
    cluster.elect(1);
    const asker = cluster.get(3);
    asker.node.readIndex(1);
    // The answer is under way while the asker restarts, and an entry is committed.
    cluster.filter = ({ type }) => type !== MessageType.MsgReadIndexResp;
    cluster.settle();
    const late = lastAnswerOf(cluster.get(1));
    const restarted = cluster.reconfigure(3, { seed: 99 });
    cluster.propose(1, "a");
    restarted.node.readIndex(1);
    restarted.drain(); // this request is lost
    restarted.node.step(late);
    restarted.drain();
    assert.deepEqual(indexes(restarted), []);
    cluster.heal();
    restarted.node.readIndex(2);
    cluster.settle();
    assert.deepEqual(indexes(restarted), [[2, 3]]);
  });
});
