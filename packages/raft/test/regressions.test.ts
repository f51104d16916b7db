/**
 * Failures that others had, by name. What belongs to one subject stands with it as well; here is the list.
 */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { MessageType, makeMessage, Role } from "../src/index.ts";
import { Cluster, changeOf } from "./cluster.ts";
import { Member, makeDisk, text } from "./member.ts";

describe("regressions of others", () => {
  test("CCF #5891, #8094: a former candidate does not vote again in the term in which it voted for itself", () => {
    const disk = makeDisk({ voters: [1, 2, 3, 4, 5] });
    const member = new Member(1, disk, { preVote: false, checkQuorum: false });
    member.node.campaign();
    member.drain();
    // Somebody else won the term; hearing it makes a follower of the candidate, and must not free its vote.
    member.receive(MessageType.MsgApp, { from: 2, term: 2, index: 1, logTerm: 1 });
    assert.equal(member.node.status().role, Role.follower);
    member.node.forgetLeader();
    const [reply] = member.receive(MessageType.MsgVote, { from: 3, term: 2, index: 9, logTerm: 9 });
    assert.deepEqual([reply?.reject, member.durableHardState().vote], [true, 1]);
  });

  test("CCF #8094: neither asking for a pre-vote, nor granting or losing one, touches the vote of the term", () => {
    const disk = makeDisk({ voters: [1, 2, 3], hardState: { term: 5, vote: 3 } });
    const member = new Member(1, disk, { preVote: true, checkQuorum: false });
    member.receive(MessageType.MsgPreVote, { from: 2, term: 6, index: 9, logTerm: 9 });
    member.node.campaign();
    member.drain();
    for (const from of [2, 3]) member.receive(MessageType.MsgPreVoteResp, { from, term: 5, reject: true });
    assert.deepEqual([member.node.status().role, member.node.status().vote], [Role.follower, 3]);
    const [reply] = member.receive(MessageType.MsgVote, { from: 2, term: 5, index: 9, logTerm: 9 });
    assert.equal(reply?.reject, true);
  });

  test("NuRaft #134: a pre-vote is decided by the log, also when no leader is heard", () => {
    const cluster = new Cluster({ settings: { preVote: true, checkQuorum: true } });
    cluster.elect(1);
    cluster.isolate(3);
    cluster.propose(1, "a");
    cluster.get(1).crash();
    cluster.heal();
    cluster.tick(11, [2]); // 2 hears nobody any more
    const { term } = cluster.get(2).node.status();
    const [reply] = cluster
      .get(2)
      .receive(MessageType.MsgPreVote, { from: 3, term: term + 1, index: 2, logTerm: 2 });
    assert.equal(reply?.reject, true);
    assert.equal(cluster.get(2).node.status().term, term);
  });

  test("etcd #8334, #8243, #8501: members of different terms, with pre-vote, still elect a leader", () => {
    for (const [shortTerm, longTerm] of [
      [9, 2],
      [2, 9],
    ] as const) {
      const cluster = new Cluster({ voters: [], settings: { preVote: true, checkQuorum: true } });
      const place = (id: number, terms: readonly number[], term: number): void => {
        const disk = makeDisk({ voters: [1, 2, 3], terms, hardState: { term, vote: 0, commit: 1 } });
        cluster.members.set(id, new Member(id, disk, cluster.settings));
      };
      place(1, [1], shortTerm);
      place(2, [1, 1], longTerm);
      cluster.tick(100);
      assert.equal(cluster.leader()?.id, 2, "only 2 may win: its log is longer, and 3 is gone");
    }
  });

  test("etcd #20418: a leader that was paused answers no read by what it knew before", () => {
    for (const readMode of ["safe", "lease"] as const) {
      const cluster = new Cluster({ settings: { readMode } });
      cluster.outlivePromises();
      const paused = cluster.elect(1);
      cluster.tick(1);
      // Requests and answers pile up in front of the paused process, while the others go on without it.
      paused.node.readIndex(1, "safe");
      const asked = paused.drain();
      for (const message of asked) cluster.get(message.to).node.step(message);
      const answers = [2, 3].flatMap((id) => cluster.get(id).drain());
      cluster.isolate(1);
      cluster.tick(80, [2, 3]);
      const current = cluster.leader();
      assert.ok(current !== null && current.id !== 1);
      cluster.propose(current.id, "new");
      // It wakes: its application says that it was paused, then come new reads, then the old answers.
      paused.node.breakLease();
      paused.node.readIndex(2);
      paused.drain();
      assert.deepEqual(
        paused.readStates.map(({ requestId }) => requestId),
        [],
        "nothing is answered without an answer of this round",
      );
      for (const answer of answers) paused.node.step(answer);
      paused.drain();
      assert.deepEqual(
        paused.readStates.map(({ requestId }) => requestId),
        [1],
        "the old answers confirm the old read, which began before anything new was committed, and no other",
      );
      cluster.heal();
      cluster.tick(20);
      assert.equal(paused.readStates.length, 1);
      assert.equal(paused.node.status().role, Role.follower);
    }
  });

  test("Consul 2014: a deposed leader that was cut off does not read by a lease that ran out", () => {
    const cluster = new Cluster({ settings: { readMode: "lease" } });
    cluster.outlivePromises();
    const old = cluster.elect(1);
    cluster.tick(1);
    cluster.isolate(1);
    let both = 0;
    for (let tick = 0; tick < 60; tick++) {
      cluster.tick(1);
      const successor = cluster.leader();
      if (successor !== null && successor.id !== 1 && old.node.hasLease()) both++;
    }
    assert.equal(both, 0);
    assert.notEqual(cluster.leader()?.id, 1);
  });

  test("RethinkDB 2.2.3: late messages do not bring a removed member back", () => {
    const cluster = new Cluster({ settings: { preVote: true, checkQuorum: true } });
    const leader = cluster.elect(1);
    cluster.propose(1, "a");
    const late = makeMessage(MessageType.MsgAppResp, { from: 3, to: 1, term: 2, index: 3 });
    cluster.change(1, changeOf("r3"));
    assert.equal(leader.node.step(late).ok, false);
    assert.equal(leader.node.status().progress.has(3), false);
    assert.deepEqual(leader.node.status().config.voters, [1, 2]);
  });

  test("single-server membership bug: two leaders cannot change the group from the same start in different ways", () => {
    const cluster = new Cluster({ voters: [1, 2, 3, 4], settings: { preVote: false, checkQuorum: false } });
    cluster.elect(1);
    // 1 appends a change that reaches nobody; 2 takes over and changes something else.
    cluster.isolate(1);
    cluster.get(1).node.proposeConfChange(changeOf("v5"));
    cluster.get(1).drain();
    cluster.get(2).node.campaign();
    cluster.settle();
    assert.equal(cluster.change(2, changeOf("r1")).ok, true);
    assert.deepEqual(cluster.get(2).confState.voters, [2, 3, 4]);
    // 1 comes back with 5 on its side: together they are no majority of anything that is in force.
    cluster.heal();
    cluster.add(5, { voters: [1, 2, 3, 4] });
    cluster.partition([1, 5], [2, 3, 4]);
    cluster.get(1).node.resign();
    for (let campaign = 0; campaign < 5; campaign++) {
      cluster.get(1).node.campaign();
      cluster.settle();
    }
    assert.notEqual(cluster.get(1).node.status().role, Role.leader);
    assert.deepEqual(cluster.get(1).confState.voters, [1, 2, 3, 4], "its change was never committed");
  });

  test("NATS 2.12: what was acknowledged survives the crash of the whole group, if it was synced as asked", () => {
    for (const asyncStorageWrites of [false, true]) {
      const cluster = new Cluster({ settings: { asyncStorageWrites, preVote: false, checkQuorum: false } });
      cluster.elect(1);
      for (let round = 0; round < 10; round++) {
        const leader = cluster.leader();
        assert.ok(leader !== null);
        leader.node.propose(text(`${round}`));
        // Crash all as soon as the leader knows the entry committed.
        while (!leader.appliedTexts().includes(`${round}`)) {
          cluster.collect();
          cluster.deliver();
        }
        for (const member of cluster.members.values()) member.restart();
        cluster.network = [];
        cluster.elect((round % 3) + 1 === 3 ? 1 : leader.id);
        cluster.tick(2);
      }
      const expected = Array.from({ length: 10 }, (_, round) => `${round}`);
      for (const member of cluster.members.values()) assert.deepEqual(member.appliedTexts(), expected);
    }
  });

  test("CockroachDB #81100: a leader whose disk stalls does not commit by its own copy, and can resign", () => {
    const cluster = new Cluster({ settings: { asyncStorageWrites: true } });
    const leader = cluster.elect(1);
    cluster.isolate(3);
    leader.node.propose(text("a"));
    const deliverAll = (): void => {
      for (const message of leader.process()) if (message.to === 2) cluster.get(2).node.step(message);
      for (const message of cluster.get(2).drain()) leader.node.step(message);
    };
    for (let round = 0; round < 5; round++) deliverAll();
    assert.equal(leader.node.status().commit, 2, "its own write is not done");
    leader.node.resign();
    assert.equal(leader.node.status().role, Role.follower);
  });

  test("raft probing: a next index at the start of the log is not stuck at a snapshot's boundary", () => {
    const cluster = new Cluster({ settings: { preVote: false, checkQuorum: false } });
    const leader = cluster.elect(1);
    cluster.isolate(3);
    cluster.propose(1, "a");
    leader.compact(2); // 3 has exactly what was dropped: the next entry is there
    cluster.heal();
    cluster.tick(3);
    assert.deepEqual(cluster.get(3).appliedTexts(), ["a"]);
    assert.equal(cluster.get(3).eventsOf("snapshot-taken").length, 0);
  });
});
