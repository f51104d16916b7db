import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { MessageType, Role, VoteRefusal } from "../src/index.ts";
import { Cluster } from "./cluster.ts";
import { Member, makeDisk } from "./member.ts";

const settings = { preVote: true, checkQuorum: false };

function member(): Member {
  return new Member(1, makeDisk({ voters: [1, 2, 3] }), settings);
}

describe("pre-vote (thesis §9.6)", () => {
  test("§9.6: asks at the next term without raising its own, or touching its vote", () => {
    const asking = member();
    asking.node.campaign();
    const asked = asking.drain();
    assert.deepEqual(
      asked.map(({ type, term }) => [type, term]),
      [
        [MessageType.MsgPreVote, 2],
        [MessageType.MsgPreVote, 2],
      ],
    );
    assert.equal(asking.node.status().role, Role.preCandidate);
    assert.deepEqual(asking.durableHardState(), { term: 1, vote: 0, commit: 1 });
  });

  test("§9.6: a granting voter changes neither term nor vote nor timer, and echoes the asked term", () => {
    const voter = member();
    voter.node.setRandomizedElectionTicks(10);
    for (let tick = 0; tick < 9; tick++) voter.node.tick();
    const [reply] = voter.receive(MessageType.MsgPreVote, { from: 2, term: 2, index: 1, logTerm: 1 });
    assert.deepEqual([reply?.type, reply?.term, reply?.reject], [MessageType.MsgPreVoteResp, 2, false]);
    assert.deepEqual([voter.node.status().term, voter.node.status().vote], [1, 0]);
    voter.node.tick();
    assert.equal(voter.node.status().role, Role.preCandidate, "its own timer ran on");
  });

  test("§9.6: several candidates may get a pre-vote for the same term", () => {
    const voter = member();
    for (const from of [2, 3]) {
      const [reply] = voter.receive(MessageType.MsgPreVote, { from, term: 2, index: 1, logTerm: 1 });
      assert.equal(reply?.reject, false);
    }
  });

  test("§9.6: winning the pre-vote starts the real election, at the next term", () => {
    const asking = member();
    asking.node.campaign();
    asking.drain();
    const asked = asking.receive(MessageType.MsgPreVoteResp, { from: 2, term: 2 });
    assert.deepEqual(
      asked.map(({ type, term }) => [type, term]),
      [
        [MessageType.MsgVote, 2],
        [MessageType.MsgVote, 2],
      ],
    );
    assert.deepEqual(asking.durableHardState(), { term: 2, vote: 1, commit: 1 });
  });

  test("§9.6: a grant of a pre-vote does not count as a vote", () => {
    const asking = member();
    asking.node.campaign();
    asking.drain();
    asking.receive(MessageType.MsgPreVoteResp, { from: 2, term: 2 });
    asking.receive(MessageType.MsgPreVoteResp, { from: 3, term: 2 });
    assert.equal(asking.node.status().role, Role.candidate);
  });

  test("§9.6: losing the pre-vote leaves the term as it was", () => {
    const asking = member();
    asking.node.campaign();
    asking.drain();
    for (const from of [2, 3]) {
      asking.receive(MessageType.MsgPreVoteResp, {
        from,
        term: 1,
        reject: true,
        refusal: VoteRefusal.logShorter,
      });
    }
    assert.deepEqual([asking.node.status().role, asking.node.status().term], [Role.follower, 1]);
  });

  test("§9.6: a refusal of a higher term makes the pre-candidate follow that term", () => {
    const asking = member();
    asking.node.campaign();
    asking.drain();
    asking.receive(MessageType.MsgPreVoteResp, {
      from: 2,
      term: 6,
      reject: true,
      refusal: VoteRefusal.staleTerm,
    });
    assert.deepEqual([asking.node.status().role, asking.node.status().term], [Role.follower, 6]);
  });

  test("§9.6: a grant for an earlier pre-campaign does not count in a later one", () => {
    const asking = member();
    asking.node.campaign();
    asking.drain();
    // Meanwhile the term it asked for came and went.
    asking.receive(MessageType.MsgHeartbeat, { from: 3, term: 2 });
    asking.node.campaign();
    asking.drain();
    asking.receive(MessageType.MsgPreVoteResp, { from: 2, term: 2 });
    assert.deepEqual([asking.node.status().role, asking.node.status().term], [Role.preCandidate, 2]);
  });

  test("§9.6: a pre-candidate that hears the leader of its term follows it", () => {
    for (const type of [MessageType.MsgApp, MessageType.MsgHeartbeat]) {
      const asking = member();
      asking.node.campaign();
      asking.drain();
      asking.receive(type, { from: 3, term: 1, index: 1, logTerm: 1 });
      assert.deepEqual([asking.node.status().role, asking.node.status().lead], [Role.follower, 3]);
    }
  });

  test("§9.6: an isolated member keeps its term for ever and disturbs nobody when it returns", () => {
    const cluster = new Cluster({ settings: { preVote: true, checkQuorum: true } });
    cluster.elect(1);
    cluster.isolate(3);
    cluster.tick(200);
    assert.equal(cluster.get(3).node.status().term, 2);
    cluster.propose(1, "x");
    cluster.heal();
    cluster.tick(50);
    const { role, term } = cluster.get(1).node.status();
    assert.deepEqual([role, term], [Role.leader, 2]);
    assert.deepEqual(cluster.get(3).appliedTexts(), ["x"]);
  });

  test("§9.6: two pre-candidates at once do not block each other", () => {
    const cluster = new Cluster({ settings });
    cluster.get(1).node.campaign();
    cluster.get(2).node.campaign();
    cluster.settle();
    cluster.tick(60);
    assert.notEqual(cluster.leader(), null);
  });

  test("§9.6: the whole pre-vote runs with asynchronous storage writes too", () => {
    const cluster = new Cluster({ settings: { ...settings, asyncStorageWrites: true } });
    cluster.elect(2);
    assert.equal(cluster.get(1).node.status().lead, 2);
  });
});
