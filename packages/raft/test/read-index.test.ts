import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { MessageType, Role } from "../src/index.ts";
import { assertRefused, Cluster, changeOf } from "./cluster.ts";
import type { Member } from "./member.ts";

const settings = { readMode: "safe", preVote: true, checkQuorum: true } as const;

function indexes(member: Member): [number, number][] {
  return member.readStates.map(({ requestId, index }) => [requestId, index]);
}

describe("ReadIndex at the leader (thesis §6.4)", () => {
  test("§6.4: answers with the commit index of the request, after a round that a quorum answered", () => {
    for (const asyncStorageWrites of [false, true]) {
      const cluster = new Cluster({ settings: { ...settings, asyncStorageWrites } });
      const leader = cluster.elect(1);
      cluster.propose(1, "a");
      assert.equal(leader.node.readIndex(7).ok, true);
      leader.drain();
      assert.deepEqual(indexes(leader), [], "no answer before the round");
      leader.node.readIndex(8);
      cluster.settle();
      assert.deepEqual(indexes(leader), [
        [7, 3],
        [8, 3],
      ]);
    }
  });

  test("§6.4: the round is sent at once, to everybody, and carries the round's number", () => {
    const cluster = new Cluster({ settings });
    const leader = cluster.elect(1);
    leader.node.readIndex(7);
    const beats = leader.drain();
    assert.deepEqual(
      beats.map(({ type, to }) => [type, to]),
      [
        [MessageType.MsgHeartbeat, 2],
        [MessageType.MsgHeartbeat, 3],
      ],
    );
    assert.ok((beats[0]?.context ?? 0) > 0);
  });

  test("§6.4: one round serves everything that waits, and an answer to a later round answers the earlier", () => {
    const cluster = new Cluster({ settings });
    const leader = cluster.elect(1);
    const rounds: number[] = [];
    for (const id of [1, 2, 3]) {
      leader.node.readIndex(id);
      rounds.push(leader.drain()[0]?.context ?? 0);
    }
    leader.receive(MessageType.MsgHeartbeatResp, { from: 2, term: 2, context: rounds[1] ?? 0 });
    assert.deepEqual(
      indexes(leader).map(([id]) => id),
      [1, 2],
    );
    leader.receive(MessageType.MsgHeartbeatResp, { from: 3, term: 2, context: rounds[2] ?? 0 });
    assert.deepEqual(
      indexes(leader).map(([id]) => id),
      [1, 2, 3],
    );
    assert.equal(leader.eventsOf("read-released").length, 2);
  });

  test("§6.4: answers to rounds before the request do not count", () => {
    const cluster = new Cluster({ settings });
    const leader = cluster.elect(1);
    leader.node.readIndex(1);
    const before = leader.drain()[0]?.context ?? 0;
    leader.node.readIndex(2);
    leader.drain();
    leader.receive(MessageType.MsgHeartbeatResp, { from: 2, term: 2, context: before });
    leader.receive(MessageType.MsgHeartbeatResp, { from: 3, term: 2, context: before });
    leader.receive(MessageType.MsgHeartbeatResp, { from: 3, term: 2, context: 0 });
    assert.deepEqual(
      indexes(leader).map(([id]) => id),
      [1],
    );
  });

  test("§6.4: an answer to a round that was never sent is ignored", () => {
    const leader = new Cluster({ settings }).elect(1);
    leader.node.readIndex(1);
    leader.drain();
    leader.receive(MessageType.MsgHeartbeatResp, { from: 2, term: 2, context: 99 });
    assert.deepEqual(indexes(leader), []);
  });

  test("§6.4: a member's repeated answer is one answer", () => {
    const cluster = new Cluster({ voters: [1, 2, 3, 4, 5], settings });
    const leader = cluster.elect(1);
    leader.node.readIndex(1);
    const round = leader.drain()[0]?.context ?? 0;
    for (let repeat = 0; repeat < 3; repeat++) {
      leader.receive(MessageType.MsgHeartbeatResp, { from: 2, term: 2, context: round });
    }
    assert.deepEqual(indexes(leader), []);
    leader.receive(MessageType.MsgHeartbeatResp, { from: 3, term: 2, context: round });
    assert.deepEqual(indexes(leader), [[1, 2]]);
  });

  test("§6.4: a lost round is repeated with the next heartbeat", () => {
    const cluster = new Cluster({ settings });
    const leader = cluster.elect(1);
    leader.node.readIndex(1);
    leader.drain(); // all lost
    cluster.tick(1);
    assert.deepEqual(indexes(leader), [[1, 2]]);
  });

  test("§6.4: heartbeats carry no round when nothing waits", () => {
    const cluster = new Cluster({ settings });
    const leader = cluster.elect(1);
    leader.node.readIndex(1);
    cluster.settle();
    leader.node.tick();
    assert.deepEqual(
      leader.drain().map(({ context }) => context),
      [0, 0],
    );
  });

  test("§6.4: learners are not counted", () => {
    const cluster = new Cluster({ voters: [1, 2, 3], learners: [4, 5], settings });
    const leader = cluster.elect(1);
    cluster.partition([1], [2, 3]);
    leader.node.readIndex(1);
    cluster.settle();
    assert.deepEqual(indexes(leader), []);
  });

  test("§6.4: in a joint configuration both halves must answer", () => {
    const cluster = new Cluster({ voters: [1, 2, 3], learners: [4, 5], settings });
    const leader = cluster.elect(1);
    cluster.change(1, changeOf("v4 v5 r2 r3", 2));
    const { commit } = leader.node.status();
    for (const [requestId, half] of [
      [4, 5],
      [2, 3],
    ].entries()) {
      cluster.partition([1], half);
      leader.node.readIndex(requestId);
      cluster.settle();
      assert.deepEqual(indexes(leader).length, requestId, `without ${half.join(" and ")}`);
      cluster.heal();
      cluster.tick(1);
      assert.deepEqual(indexes(leader).at(-1), [requestId, commit]);
    }
  });

  test("§6.4: leaving the joint configuration lets reads go that only waited for the other half", () => {
    const cluster = new Cluster({ voters: [1, 2, 3], settings });
    const leader = cluster.elect(1);
    cluster.change(1, changeOf("r2 r3", 2));
    leader.node.proposeConfChange(changeOf(""));
    leader.node.readIndex(1);
    // The old half acknowledges the entry that ends it, but its answers to the round are lost.
    cluster.filter = ({ type }) => type !== MessageType.MsgHeartbeatResp;
    cluster.settle();
    assert.deepEqual(leader.node.status().config.voters, [1]);
    assert.deepEqual(indexes(leader).length, 1);
  });

  test("§6.4: removing a member lets reads go that only waited for it", () => {
    const cluster = new Cluster({ voters: [1, 2], settings });
    const leader = cluster.elect(1);
    cluster.filter = ({ type }) => type !== MessageType.MsgHeartbeatResp;
    leader.node.readIndex(1);
    cluster.change(1, changeOf("r2"));
    assert.deepEqual(leader.node.status().config.voters, [1]);
    assert.deepEqual(indexes(leader), [[1, 2]]);
  });
});

describe("reads before the term's first commit (thesis §6.4, first step)", () => {
  function uncommitted(): { cluster: Cluster; leader: Member } {
    const cluster = new Cluster({ settings });
    cluster.filter = ({ type }) => type !== MessageType.MsgAppResp;
    return { cluster, leader: cluster.elect(1) };
  }

  test("§6.4: wait, and are answered at the index of that commit", () => {
    const { cluster, leader } = uncommitted();
    assert.equal(leader.node.readIndex(1).ok, true);
    cluster.get(2).node.readIndex(2);
    cluster.settle();
    assert.deepEqual(indexes(leader), []);
    cluster.heal();
    cluster.tick(1);
    assert.deepEqual(indexes(leader), [[1, 2]]);
    assert.deepEqual(indexes(cluster.get(2)), [[2, 2]]);
  });

  test("§6.4: a singleton waits too: its log may hold entries that it does not know to be committed", () => {
    const cluster = new Cluster({
      voters: [1],
      terms: [1, 1],
      settings: { ...settings, asyncStorageWrites: true },
    });
    const leader = cluster.get(1);
    leader.node.campaign();
    while (leader.node.status().role !== Role.leader) {
      leader.process();
      leader.runAppend();
    }
    leader.node.readIndex(1);
    leader.process();
    assert.deepEqual(indexes(leader), []);
    cluster.settle();
    assert.deepEqual(indexes(leader), [[1, 4]]);
  });

  test("§6.4: die with the term, and the event says how many", () => {
    const { cluster, leader } = uncommitted();
    leader.node.readIndex(1);
    leader.node.readIndex(2);
    leader.receive(MessageType.MsgHeartbeat, { from: 2, term: 9 });
    assert.deepEqual(leader.eventsOf("read-dropped").at(-1), {
      id: 1,
      term: 9,
      kind: "read-dropped",
      cause: "term-changed",
      reads: 2,
    });
    cluster.heal();
    cluster.tick(80);
    assert.deepEqual(indexes(leader), []);
  });
});

describe("a singleton (thesis §6.4)", () => {
  test("answers at once: nobody else can lead", () => {
    const cluster = new Cluster({ voters: [1], learners: [2], settings });
    const leader = cluster.elect(1);
    cluster.isolate(1);
    leader.node.readIndex(1);
    leader.drain();
    assert.deepEqual(indexes(leader), [[1, 2]]);
  });
});

describe("leadership lost with reads under way (thesis §6.4; etcd #20418)", () => {
  test("a leader that was cut off answers nothing", () => {
    const cluster = new Cluster({ settings });
    const old = cluster.elect(1);
    cluster.isolate(1);
    old.node.readIndex(1);
    cluster.tick(60, [2, 3]);
    const current = cluster.leader();
    assert.ok(current !== null && current.id !== 1);
    cluster.propose(current.id, "new");
    cluster.tick(5, [1]);
    assert.deepEqual(indexes(old), []);
    cluster.heal();
    cluster.tick(5);
    assert.deepEqual(indexes(old), []);
    assert.equal(old.eventsOf("read-dropped").at(-1)?.cause, "term-changed");
  });

  test("answers of the former term do not count in the next, even for the same round number", () => {
    const cluster = new Cluster({ settings: { ...settings, checkQuorum: false } });
    const leader = cluster.elect(1);
    leader.node.readIndex(1);
    const round = leader.drain()[0]?.context ?? 0;
    leader.node.resign();
    cluster.elect(1);
    leader.node.readIndex(2);
    assert.equal(leader.drain()[0]?.context, round);
    leader.receive(MessageType.MsgHeartbeatResp, { from: 2, term: 2, context: round });
    leader.receive(MessageType.MsgHeartbeatResp, { from: 3, term: 2, context: round });
    assert.deepEqual(indexes(leader), []);
  });

  test("a removed leader that steps down drops its reads", () => {
    const cluster = new Cluster({ settings });
    const leader = cluster.elect(1);
    cluster.filter = ({ type }) => type !== MessageType.MsgHeartbeatResp;
    leader.node.readIndex(1);
    cluster.change(1, changeOf("r1"));
    cluster.heal();
    cluster.tick(40);
    assert.deepEqual(indexes(leader), []);
    assert.equal(leader.eventsOf("read-dropped").at(-1)?.reads, 1);
    assertRefused(leader.node.readIndex(2), "no-leader");
  });

  test("a removed leader that stays needs the others for its reads, and is not counted itself", () => {
    const cluster = new Cluster({ settings: { ...settings, stepDownOnRemoval: false } });
    const leader = cluster.elect(1);
    cluster.change(1, changeOf("r1"));
    assert.equal(leader.node.status().role, Role.leader);
    cluster.isolate(3);
    leader.node.readIndex(1);
    cluster.settle();
    assert.deepEqual(indexes(leader), [], "one of two is no majority");
    cluster.heal();
    cluster.tick(1);
    assert.equal(indexes(leader).length, 1);
  });
});
