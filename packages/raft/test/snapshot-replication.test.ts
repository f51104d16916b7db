import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  type ConfState,
  MessageType,
  makeMessage,
  noData,
  ProgressState,
  type Snapshot,
} from "../src/index.ts";
import { Cluster, changeOf } from "./cluster.ts";
import { Member, makeDisk, text } from "./member.ts";

const settings = { preVote: false, checkQuorum: false };

/** 3 missed entries that its leader no longer has. */
function behind(extra = {}): { cluster: Cluster; leader: Member } {
  const cluster = new Cluster({ settings: { ...settings, ...extra } });
  const leader = cluster.elect(1);
  cluster.isolate(3);
  for (const value of ["a", "b", "c"]) cluster.propose(1, value);
  leader.compact(leader.appliedIndex, text("abc"));
  // Its next append was lost, so that the leader goes back to what it has not any more.
  leader.node.reportUnreachable(3);
  return { cluster, leader };
}

function progressOf3(leader: Member) {
  const progress = leader.node.status().progress.get(3);
  assert.ok(progress !== undefined);
  return progress;
}

describe("snapshots for followers that lag (Raft §7)", () => {
  for (const asyncStorageWrites of [false, true]) {
    test(`§7: a follower whose entries are gone gets the snapshot, then the log behind it, async ${asyncStorageWrites}`, () => {
      const { cluster, leader } = behind({ asyncStorageWrites });
      cluster.heal();
      cluster.tick(2);
      cluster.propose(1, "d");
      const late = cluster.get(3);
      assert.equal((late.disk.snapshot() as Snapshot).metadata.index, 5);
      assert.deepEqual(late.appliedTexts().at(-1), "d");
      assert.equal(late.node.status().commit, leader.node.status().commit);
      assert.equal(progressOf3(leader).state, ProgressState.replicate);
      assert.equal(late.eventsOf("snapshot-taken").length, 1);
      assert.equal(late.eventsOf("log-restored").at(-1)?.lastIndex, 5);
    });
  }

  test("§7: nothing more is sent while a snapshot is under way", () => {
    const { cluster, leader } = behind();
    const sent = leader.receive(MessageType.MsgHeartbeatResp, { from: 3, term: 2 });
    assert.deepEqual(
      sent.map(({ type, snapshot }) => [type, snapshot?.metadata.index]),
      [[MessageType.MsgSnap, 5]],
    );
    assert.deepEqual(
      [progressOf3(leader).state, progressOf3(leader).pendingSnapshot],
      [ProgressState.snapshot, 5],
    );
    leader.node.propose(text("d"));
    assert.ok(leader.drain().every(({ to }) => to !== 3));
    assert.deepEqual(leader.receive(MessageType.MsgHeartbeatResp, { from: 3, term: 2 }), []);
    cluster.heal();
  });

  test("§7: not sent to who was not heard from lately", () => {
    const { leader } = behind();
    leader.node["raft"].membership.progress.forEach((progress) => {
      progress.recentActive = false;
    });
    leader.node.propose(text("d"));
    assert.ok(leader.drain().every(({ type }) => type !== MessageType.MsgSnap));
    assert.equal(leader.eventsOf("snapshot-deferred").at(-1)?.cause, "inactive");
  });

  test("§7: a storage that is still making its snapshot is asked again later", () => {
    let isReady = false;
    const { cluster, leader } = behind({
      view: (disk: Member["disk"]) => ({
        initialState: () => disk.initialState(),
        entries: disk.entries.bind(disk),
        term: disk.term.bind(disk),
        firstIndex: disk.firstIndex.bind(disk),
        lastIndex: disk.lastIndex.bind(disk),
        snapshot: () => (isReady ? disk.snapshot() : ("snapshot-unavailable" as const)),
      }),
    });
    cluster.heal();
    cluster.tick(2);
    assert.equal(leader.eventsOf("snapshot-deferred").at(-1)?.cause, "unavailable");
    assert.equal(cluster.get(3).node.status().commit, 2);
    isReady = true;
    cluster.tick(2);
    assert.equal(cluster.get(3).node.status().commit, 5);
  });

  test("§7: while a snapshot is pending nothing is applied and nobody campaigns", () => {
    const { cluster, leader } = behind({ asyncStorageWrites: true });
    const [message] = leader.receive(MessageType.MsgHeartbeatResp, { from: 3, term: 2 });
    assert.ok(message !== undefined);
    const late = cluster.get(3);
    late.node.step(message);
    late.process();
    assert.equal(late.applyWork.length, 0);
    late.node.campaign();
    assert.equal(late.eventsOf("campaign-refused").at(-1)?.cause, "not-promotable");
    late.drain();
    assert.equal(late.node.status().applied, 5);
    late.node.campaign();
    assert.equal(late.eventsOf("campaign-started").length, 1);
  });

  test("§7: the acknowledgement waits until the snapshot is durable", () => {
    const { cluster, leader } = behind({ asyncStorageWrites: true });
    const [message] = leader.receive(MessageType.MsgHeartbeatResp, { from: 3, term: 2 });
    assert.ok(message !== undefined);
    const late = cluster.get(3);
    late.node.step(message);
    assert.deepEqual(late.process(), []);
    assert.deepEqual(
      late.runAppend().map(({ type, index }) => [type, index]),
      [[MessageType.MsgAppResp, 5]],
    );
  });

  test("§7: a membership change that the apply thread was still given does not undo the snapshot's configuration", () => {
    const disk = makeDisk({ voters: [1, 2, 3], hardState: { term: 2 } });
    const member = new Member(3, disk, { ...settings, asyncStorageWrites: true });
    const leader = new Cluster({ settings }).elect(1);
    leader.node.proposeConfChange(changeOf("l4"));
    const change = leader.drain().find(({ to }) => to === 3);
    assert.ok(change !== undefined);
    member.node.step({
      ...change,
      index: 1,
      logTerm: 1,
      entries: change.entries.map((entry) => ({ ...entry, index: 2 })),
      commit: 2,
    });
    member.process();
    member.runAppend();
    member.process();
    assert.equal(member.applyWork.length, 1, "the change waits to be applied");
    // A snapshot overtakes it, in which 4 came and went.
    member.node.step(snapshotMessage(9, 2, { voters: [1, 2, 3] }));
    member.runApply();
    assert.deepEqual(member.node.status().config.learners, []);
    member.drain();
    assert.deepEqual(member.node.status().config.learners, []);
    assert.deepEqual([member.node.status().applied, member.appliedIndex], [9, 9]);
  });
});

function snapshotMessage(index: number, term: number, config: Partial<ConfState>) {
  const confState = {
    voters: [],
    votersOutgoing: [],
    learners: [],
    learnersNext: [],
    autoLeave: false,
    ...config,
  };
  const snapshot = { metadata: { index, term, confState }, data: noData };
  return makeMessage(MessageType.MsgSnap, { to: 3, from: 1, term: 2, snapshot });
}

describe("snapshots that are not taken", () => {
  function follower(terms: readonly number[], commit: number): Member {
    return new Member(3, makeDisk({ voters: [1, 2, 3], terms, hardState: { term: 2, commit } }), settings);
  }

  test("an old one is ignored, and answered with the commit index", () => {
    const member = follower([2, 2, 2], 4);
    member.node.step(snapshotMessage(4, 2, { voters: [1, 2, 3] }));
    const [reply] = member.drain();
    assert.deepEqual([reply?.type, reply?.index, reply?.reject], [MessageType.MsgAppResp, 4, false]);
    assert.equal(member.eventsOf("snapshot-ignored").length, 1);
    assert.equal(member.eventsOf("log-fast-forwarded").length, 0, "it brings no news at all");
    assert.deepEqual(member.storedTerms(), [2, 2, 2]);
  });

  test("one whose last entry is in the log only moves the commit index; the log stays", () => {
    const member = follower([2, 2, 2], 2);
    member.node.step(snapshotMessage(3, 2, { voters: [1, 2, 3] }));
    const [reply] = member.drain();
    assert.equal(reply?.index, 3);
    assert.deepEqual([member.node.status().commit, member.storedTerms()], [3, [2, 2, 2]]);
    assert.equal(member.eventsOf("log-fast-forwarded").length, 1);
    assert.equal(member.eventsOf("snapshot-ignored").length, 1);
  });

  test("one whose last entry conflicts with the log replaces all of it", () => {
    const member = follower([1, 1, 1], 2);
    member.node.step(snapshotMessage(3, 2, { voters: [1, 2, 3] }));
    member.drain();
    assert.deepEqual([member.storedTerms(), member.node.status().lastIndex, member.appliedIndex], [[], 3, 3]);
  });

  test("one in which the receiver is no member is refused", () => {
    const member = follower([], 1);
    member.node.step(snapshotMessage(9, 2, { voters: [1, 2] }));
    const [reply] = member.drain();
    assert.equal(reply?.index, 1);
    assert.equal(member.eventsOf("snapshot-refused").at(-1)?.cause, "not-a-member");
  });

  test("one in which the receiver only learns, or only votes in the outgoing half, is taken", () => {
    for (const config of [
      { voters: [1, 2], learners: [3] },
      { voters: [1, 2], votersOutgoing: [1, 3] },
    ]) {
      const member = follower([], 1);
      member.node.step(snapshotMessage(9, 2, config));
      member.drain();
      assert.equal(member.node.status().commit, 9);
      assert.deepEqual(member.node.status().config.voters, [1, 2]);
    }
  });

  test("a candidate takes the snapshot of the leader that won", () => {
    const member = follower([], 1);
    member.node.campaign();
    member.drain();
    member.node.step({ ...snapshotMessage(9, 2, { voters: [1, 2, 3] }), term: 3 });
    member.drain();
    assert.deepEqual([member.node.status().commit, member.node.status().lead], [9, 1]);
  });

  test("a snapshot message without a snapshot fails the member with a typed error", () => {
    const member = follower([], 1);
    const outcome = member.node.step({ ...snapshotMessage(9, 2, {}), snapshot: null });
    assert.ok(!outcome.ok && outcome.code === "storage");
  });

  test("a Ready with a snapshot comes without entries to apply", () => {
    const member = follower([2], 1);
    member.node.step(snapshotMessage(9, 2, { voters: [1, 2, 3] }));
    const ready = member.take();
    assert.deepEqual(ready?.committedEntries, []);
    assert.equal(ready?.snapshot?.metadata.index, 9);
  });
});

describe("what the transport reports of a snapshot", () => {
  function sending(): { cluster: Cluster; leader: Member } {
    const { cluster, leader } = behind();
    leader.receive(MessageType.MsgHeartbeatResp, { from: 3, term: 2 });
    assert.equal(progressOf3(leader).state, ProgressState.snapshot);
    return { cluster, leader };
  }

  test("delivered: the leader goes on behind it, once the follower is heard", () => {
    const { leader } = sending();
    assert.equal(leader.node.reportSnapshot(3, true).ok, true);
    const { state, next, isPaused } = progressOf3(leader);
    assert.deepEqual({ state, next, isPaused }, { state: ProgressState.probe, next: 6, isPaused: true });
    assert.equal(leader.eventsOf("replication-resumed").at(-1)?.cause, "snapshot-sent");
    const sent = leader.receive(MessageType.MsgHeartbeatResp, { from: 3, term: 2 });
    assert.deepEqual(
      sent.map(({ type, index }) => [type, index]),
      [[MessageType.MsgApp, 5]],
    );
  });

  test("failed: it is sent again, but not before the follower is heard", () => {
    const { leader } = sending();
    leader.node.reportSnapshot(3, false);
    const { state, next, isPaused } = progressOf3(leader);
    assert.deepEqual({ state, next, isPaused }, { state: ProgressState.probe, next: 3, isPaused: true });
    assert.equal(leader.eventsOf("replication-resumed").at(-1)?.cause, "snapshot-failed");
    leader.node.propose(text("d"));
    assert.ok(leader.drain().every(({ to }) => to !== 3));
    const sent = leader.receive(MessageType.MsgHeartbeatResp, { from: 3, term: 2 });
    assert.equal(sent[0]?.type, MessageType.MsgSnap);
  });

  test("a report for somebody who gets no snapshot changes nothing", () => {
    const { cluster, leader } = sending();
    const before = leader.node.status().progress.get(2);
    leader.node.reportSnapshot(2, true);
    leader.node.reportSnapshot(2, false);
    assert.deepEqual(leader.node.status().progress.get(2), before);
    assert.equal(leader.node.reportSnapshot(77, true).ok, true);
    assert.equal(cluster.get(2).node.reportSnapshot(3, true).ok, true);
  });

  test("the follower's own acknowledgement is enough, whatever snapshot brought it there", () => {
    const { leader } = sending();
    leader.receive(MessageType.MsgAppResp, { from: 3, term: 2, index: 5 });
    assert.equal(progressOf3(leader).state, ProgressState.replicate);
    assert.equal(leader.eventsOf("replication-resumed").at(-1)?.cause, "caught-up");
  });

  test("an acknowledgement from before the log's start is not", () => {
    const { leader } = sending();
    leader.receive(MessageType.MsgAppResp, { from: 3, term: 2, index: 3 });
    assert.equal(progressOf3(leader).state, ProgressState.snapshot);
  });

  test("unreachable does not end a snapshot: its own report does", () => {
    const { leader } = sending();
    leader.node.reportUnreachable(3);
    assert.equal(progressOf3(leader).state, ProgressState.snapshot);
  });
});
