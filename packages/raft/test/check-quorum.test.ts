import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { MessageType, Role } from "../src/index.ts";
import { Cluster, changeOf } from "./cluster.ts";

const settings = { preVote: true, checkQuorum: true, electionTicks: 10 };

describe("a leader steps down without a quorum (thesis §6.2)", () => {
  test("§6.2: it leads on while a majority answers, and the term stays", () => {
    const cluster = new Cluster({ settings });
    cluster.elect(1);
    cluster.isolate(3);
    cluster.tick(100);
    assert.deepEqual([cluster.leader()?.id, cluster.get(1).node.status().term], [1, 2]);
  });

  test("§6.2: cut off, it steps down within two election timeouts, at the same term", () => {
    const cluster = new Cluster({ settings });
    const leader = cluster.elect(1);
    cluster.isolate(1);
    cluster.tick(20, [1]);
    const { role, term, lead } = leader.node.status();
    assert.deepEqual({ role, term, lead }, { role: Role.follower, term: 2, lead: 0 });
    assert.equal(leader.eventsOf("stepped-down").at(-1)?.cause, "quorum-inactive");
  });

  test("§6.2: to be heard is not enough, it must hear: one-way links end its leadership", () => {
    const cluster = new Cluster({ settings });
    const leader = cluster.elect(1);
    cluster.cut(2, 1);
    cluster.cut(3, 1);
    cluster.tick(20, [1]);
    assert.equal(leader.node.status().role, Role.follower);
  });

  test("§6.2: the activity of each period counts for that period only", () => {
    const cluster = new Cluster({ settings });
    const leader = cluster.elect(1);
    cluster.tick(9, [1]);
    cluster.isolate(1);
    // The check at the tenth tick still sees answers of this period, and forgets them.
    cluster.tick(1, [1]);
    assert.equal(leader.node.status().role, Role.leader);
    cluster.tick(10, [1]);
    assert.equal(leader.node.status().role, Role.follower);
  });

  test("§6.2: learners are not counted", () => {
    const cluster = new Cluster({ voters: [1, 2, 3], learners: [4, 5], settings });
    const leader = cluster.elect(1);
    cluster.partition([1], [2, 3]);
    cluster.tick(20, [1]);
    assert.equal(leader.node.status().role, Role.follower);
  });

  test("§6.2: in a joint configuration both halves must answer", () => {
    const cluster = new Cluster({ voters: [1, 2, 3], learners: [4, 5], settings });
    const leader = cluster.elect(1);
    cluster.change(1, changeOf("v4 v5 r2 r3", 2));
    assert.deepEqual(leader.node.status().config.votersOutgoing, [1, 2, 3]);
    cluster.partition([1, 2, 3], [4, 5]);
    cluster.tick(20, [1]);
    assert.equal(leader.node.status().role, Role.follower);
  });

  test("a new member counts as active until the next check", () => {
    const cluster = new Cluster({ voters: [1], settings });
    const leader = cluster.elect(1);
    cluster.change(1, changeOf("v2"));
    cluster.tick(9, [1]);
    assert.equal(leader.node.status().role, Role.leader);
  });

  test("without checkQuorum a cut-off leader leads on: why it is on by default", () => {
    const cluster = new Cluster({ settings: { ...settings, checkQuorum: false } });
    const leader = cluster.elect(1);
    cluster.isolate(1);
    cluster.tick(100, [1]);
    assert.equal(leader.node.status().role, Role.leader);
  });

  test("a singleton never steps down", () => {
    const cluster = new Cluster({ voters: [1], settings });
    const leader = cluster.elect(1);
    cluster.tick(50);
    assert.equal(leader.node.status().role, Role.leader);
  });

  test("a leader that is unfit resigns: a follower at its term, and others take over", () => {
    const cluster = new Cluster({ settings });
    const leader = cluster.elect(1);
    assert.equal(leader.node.resign().ok, true);
    assert.deepEqual([leader.node.status().role, leader.node.status().term], [Role.follower, 2]);
    assert.equal(leader.eventsOf("stepped-down").at(-1)?.cause, "resigned");
    cluster.tick(60, [2, 3]);
    assert.ok([2, 3].includes(cluster.leader()?.id ?? 0));
    assert.equal(cluster.get(1).node.resign().ok, true, "a follower has nothing to resign from");
  });
});

describe("followers that hear a leader ignore candidates (thesis §4.2.3)", () => {
  const ask = { from: 3, term: 7, index: 9, logTerm: 9 } as const;

  for (const type of [MessageType.MsgVote, MessageType.MsgPreVote]) {
    test(`§4.2.3: message type ${type} of a higher term is ignored, and the term stays`, () => {
      const cluster = new Cluster({ settings });
      cluster.elect(1);
      for (const id of [1, 2]) {
        const member = cluster.get(id);
        assert.deepEqual(member.receive(type, ask), []);
        assert.equal(member.node.status().term, 2);
        const event = member.eventsOf("vote-ignored").at(-1);
        assert.deepEqual([event?.candidate, event?.candidateTerm], [3, 7]);
      }
    });

    test(`§4.2.3: message type ${type} is heard again once the leader was silent for electionTicks`, () => {
      const cluster = new Cluster({ settings });
      cluster.elect(1);
      const follower = cluster.get(2);
      follower.node.setRandomizedElectionTicks(50);
      for (let tick = 0; tick < 9; tick++) follower.node.tick();
      assert.deepEqual(follower.receive(type, ask), []);
      assert.equal(follower.eventsOf("vote-ignored").at(-1)?.leaseTicks, 1);
      follower.node.tick();
      assert.equal(follower.receive(type, ask).length, 1);
    });
  }

  test("§4.2.3: each append and heartbeat of the leader renews the promise", () => {
    for (const type of [MessageType.MsgApp, MessageType.MsgHeartbeat]) {
      const cluster = new Cluster({ settings });
      cluster.elect(1);
      const follower = cluster.get(2);
      for (let round = 0; round < 5; round++) {
        for (let tick = 0; tick < 9; tick++) follower.node.tick();
        follower.receive(type, { from: 1, term: 2, index: 2, logTerm: 2 });
      }
      assert.deepEqual(follower.receive(MessageType.MsgVote, ask), []);
    }
  });

  test("§4.2.3: a vote that belongs to a transfer is not held up", () => {
    const cluster = new Cluster({ settings });
    cluster.elect(1);
    const [reply] = cluster.get(2).receive(MessageType.MsgVote, { ...ask, context: 1 });
    assert.equal(reply?.reject, false);
  });

  test("§4.2.3: without checkQuorum nobody is ignored", () => {
    const cluster = new Cluster({ settings: { ...settings, checkQuorum: false } });
    cluster.elect(1);
    assert.equal(cluster.get(2).receive(MessageType.MsgVote, ask).length, 1);
  });

  test("§4.2.3: a removed member that keeps campaigning is ignored for as long as it likes", () => {
    const cluster = new Cluster({ settings: { ...settings, preVote: false } });
    cluster.elect(1);
    cluster.filter = ({ to }) => to !== 3; // it does not even learn that it was removed
    cluster.change(1, changeOf("r3"));
    cluster.tick(200);
    assert.ok(cluster.get(3).node.status().term > 2);
    assert.deepEqual([cluster.leader()?.id, cluster.get(1).node.status().term], [1, 2]);
  });
});

describe("forgetting a leader that another channel found dead", () => {
  test("a follower forgets, and may vote at once", () => {
    const cluster = new Cluster({ settings });
    cluster.elect(1);
    cluster.get(1).crash();
    for (const id of [2, 3]) assert.equal(cluster.get(id).node.forgetLeader().ok, true);
    assert.deepEqual([cluster.get(2).node.status().lead, cluster.get(2).node.status().term], [0, 2]);
    assert.equal(cluster.get(2).eventsOf("leader-forgotten").at(-1)?.lead, 1);
    cluster.elect(2);
  });

  test("it comes back to a leader that is alive after all", () => {
    const cluster = new Cluster({ settings });
    cluster.elect(1);
    cluster.get(2).node.forgetLeader();
    cluster.tick(1);
    assert.equal(cluster.get(2).node.status().lead, 1);
  });

  test("without a leader, and as leader or candidate, there is nothing to forget", () => {
    const cluster = new Cluster({ settings });
    assert.equal(cluster.get(2).node.forgetLeader().ok, true);
    assert.equal(cluster.get(2).eventsOf("leader-forgotten").length, 0);
    const leader = cluster.elect(1);
    assert.equal(leader.node.forgetLeader().ok, true);
    assert.equal(leader.node.status().lead, 1);
    cluster.get(3).node.campaign();
    assert.equal(cluster.get(3).node.forgetLeader().ok, true);
  });

  test("a vote given in this term is not forgotten with the leader", () => {
    const cluster = new Cluster({ settings });
    cluster.elect(1);
    cluster.get(2).node.forgetLeader();
    const [reply] = cluster.get(2).receive(MessageType.MsgVote, { from: 3, term: 2, index: 9, logTerm: 2 });
    assert.equal(reply?.reject, true);
  });
});
