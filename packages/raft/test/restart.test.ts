import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { MemoryStorage, MessageType, RaftError, RawNode, Role } from "../src/index.ts";
import { Cluster, changeOf } from "./cluster.ts";
import { Member, type MemberSettings, makeDisk, text } from "./member.ts";
import { SeededRandom } from "./seeded-random.ts";

const settings: MemberSettings = { preVote: false, checkQuorum: false };

describe("restart from disk (Raft §5.1, persistent state)", () => {
  test("§5.1: term, vote and log are as they were; the role is follower and no leader is known", () => {
    const hardState = { term: 7, vote: 3, commit: 2 };
    const disk = makeDisk({ voters: [1, 2, 3], terms: [4, 5, 6], hardState });
    const { role, lead, term, vote, commit, lastIndex } = new Member(1, disk, settings).node.status();
    assert.deepEqual(
      { role, lead, term, vote, commit, lastIndex },
      { role: Role.follower, lead: 0, term: 7, vote: 3, commit: 2, lastIndex: 4 },
    );
  });

  test("§5.1: nothing is told that was told before: no Ready without something to apply", () => {
    const disk = makeDisk({ voters: [1, 2, 3], terms: [1], hardState: { term: 7, vote: 3, commit: 2 } });
    assert.equal(new Member(1, disk, { ...settings, applied: 2 }).node.hasReady(), false);
  });

  test("§5.1: what is committed and not applied is handed out again, once", () => {
    const disk = makeDisk({ voters: [1, 2, 3], terms: [1, 1, 1], hardState: { commit: 3 } });
    const applied = (from: number): number[] => {
      const member = new Member(1, disk, { ...settings, applied: from });
      member.drain();
      return member.applied.map(({ index }) => index);
    };
    assert.deepEqual(applied(0), [2, 3]);
    assert.deepEqual(applied(2), [3]);
    assert.deepEqual(applied(3), []);
  });

  test("§5.2: the vote of this term is honoured after a crash", () => {
    const cluster = new Cluster({ settings });
    const voter = cluster.get(2);
    voter.receive(MessageType.MsgVote, { from: 1, term: 5, index: 9, logTerm: 1 });
    voter.restart();
    const [refused] = voter.receive(MessageType.MsgVote, { from: 3, term: 5, index: 9, logTerm: 1 });
    assert.equal(refused?.reject, true);
    const [repeated] = voter.receive(MessageType.MsgVote, { from: 1, term: 5, index: 9, logTerm: 1 });
    assert.equal(repeated?.reject, false);
  });

  test("§7: from a snapshot and the log behind it", () => {
    for (const kept of [3, 5]) {
      const cluster = new Cluster({ settings });
      const leader = cluster.elect(1);
      for (const value of ["a", "b", "c"]) cluster.propose(1, value);
      leader.compact(kept);
      leader.disk.append([{ type: 0, term: 2, index: 6, data: text("d") }]);
      leader.restart();
      const { commit, applied, lastIndex } = leader.node.status();
      assert.deepEqual({ commit, applied, lastIndex }, { commit: 5, applied: 5, lastIndex: 6 });
    }
  });

  test("§6: the configuration comes from the snapshot and the changes applied since", () => {
    const cluster = new Cluster({ settings });
    cluster.elect(1);
    cluster.change(1, changeOf("l4"));
    cluster.tick(1);
    const member = cluster.get(2);
    member.restart();
    assert.deepEqual(member.node.status().config.learners, [], "not applied yet");
    cluster.tick(2);
    assert.deepEqual(member.node.status().config.learners, [4]);
  });

  test("§6: in the middle of a joint configuration", () => {
    const cluster = new Cluster({ settings });
    const leader = cluster.elect(1);
    cluster.change(1, changeOf("l3", 2));
    leader.compact();
    const before = leader.node.status().config;
    leader.restart();
    assert.deepEqual(leader.node.status().config, before);
    assert.deepEqual(before.learnersNext, [3]);
  });

  test("a whole group that stopped comes back with everything that was acknowledged", () => {
    for (const asyncStorageWrites of [false, true]) {
      const cluster = new Cluster({ settings: { ...settings, asyncStorageWrites } });
      cluster.elect(1);
      cluster.propose(1, "a");
      for (const id of [1, 2, 3]) cluster.get(id).restart();
      cluster.elect(2);
      cluster.propose(2, "b");
      for (const id of [1, 2, 3]) assert.deepEqual(cluster.get(id).appliedTexts(), ["a", "b"]);
    }
  });

  test("an empty disk: nobody, who waits to be told", () => {
    const member = new Member(4, makeDisk({ snapshotIndex: 0, snapshotTerm: 0 }), settings);
    for (let tick = 0; tick < 100; tick++) member.node.tick();
    assert.equal(member.node.hasReady(), false);
    assert.equal(member.eventsOf("started").at(-1)?.lastIndex, 0);
  });
});

describe("a commit index that lags on disk is no fault: it is not synced for its own sake", () => {
  test("behind the start of the log: what was compacted was committed", () => {
    const disk = makeDisk({
      voters: [1, 2, 3],
      terms: [1, 1, 1],
      hardState: { term: 2, vote: 1, commit: 1 },
    });
    disk.createSnapshot(3, null, text("abc"));
    disk.compact(3);
    const { commit, term, vote } = new Member(1, disk, settings).node.status();
    assert.deepEqual({ commit, term, vote }, { commit: 3, term: 2, vote: 1 });
  });

  test("behind what the state machine applied durably: what was applied was committed", () => {
    const disk = makeDisk({ voters: [1, 2, 3], terms: [1, 1, 1], hardState: { commit: 1 } });
    const { commit, applied } = new Member(1, disk, { ...settings, applied: 3 }).node.status();
    assert.deepEqual({ commit, applied }, { commit: 3, applied: 3 });
  });
});

describe("a disk that cannot be: a typed error that says what to do", () => {
  function start(disk: MemoryStorage, extra: MemberSettings = {}): () => Member {
    return () => new Member(1, disk, { ...settings, ...extra });
  }

  test("a commit index behind the end of the log: acknowledged entries were lost", () => {
    const disk = makeDisk({ voters: [1, 2, 3], terms: [1], hardState: { commit: 3 } });
    assert.throws(start(disk), { name: "RaftError", code: "storage", fault: "corrupt" });
    assert.throws(start(disk), /must be replaced/);
  });

  test("an applied index behind the end of the log", () => {
    const disk = makeDisk({ voters: [1, 2, 3], terms: [1] });
    assert.throws(start(disk, { applied: 9 }), { name: "RaftError", code: "storage", fault: "corrupt" });
  });

  test("an applied index before the start of the log: the entries in between are gone", () => {
    const disk = makeDisk({ voters: [1, 2, 3], snapshotIndex: 5 });
    assert.throws(start(disk, { applied: 3 }), RaftError);
  });

  for (const [name, confState] of Object.entries({
    "no voter becomes a learner without having been one": { learnersNext: [2] },
    "nobody is voter and learner": { voters: [1, 2], learners: [2] },
    "nobody is outgoing voter and learner": { voters: [1], votersOutgoing: [1, 2], learners: [2] },
    "nobody is named twice": { voters: [1, 1, 2] },
  })) {
    test(`a configuration that contradicts itself: ${name}`, () => {
      const disk = new MemoryStorage();
      const whole = {
        voters: [1],
        votersOutgoing: [],
        learners: [],
        learnersNext: [],
        autoLeave: false,
        ...confState,
      };
      disk.applySnapshot({ metadata: { index: 1, term: 1, confState: whole }, data: text("") });
      disk.setHardState({ term: 1, vote: 0, commit: 1 });
      assert.throws(start(disk), { name: "RaftError", code: "storage", fault: "corrupt" });
    });
  }
});

describe("crashes between the steps of a Ready (Raft §5.3)", () => {
  test("what was not synced is gone, and was never acknowledged", () => {
    const cluster = new Cluster({ settings });
    cluster.elect(1);
    const follower = cluster.get(2);
    cluster.get(1).node.propose(text("a"));
    cluster.filter = ({ to }) => to !== 3;
    cluster.collect();
    cluster.deliver();
    follower.node.ready(); // taken, and nothing of it done
    follower.restart();
    assert.equal(follower.node.status().lastIndex, 2);
    assert.equal(cluster.get(1).node.status().commit, 2);
    cluster.heal();
    cluster.tick(2);
    assert.deepEqual(follower.appliedTexts(), ["a"]);
  });

  test("stored and not sent: the leader asks again, and is answered", () => {
    const cluster = new Cluster({ settings });
    cluster.elect(1);
    cluster.isolate(3);
    const follower = cluster.get(2);
    cluster.get(1).node.propose(text("a"));
    cluster.collect();
    cluster.deliver();
    follower.take();
    follower.restart();
    assert.equal(follower.node.status().lastIndex, 3);
    cluster.tick(2);
    assert.deepEqual(cluster.get(1).appliedTexts(), ["a"]);
  });

  test("a Ready that only moves the commit index need not be synced; everything else must", () => {
    const cluster = new Cluster({ settings });
    const leader = cluster.elect(1);
    cluster.propose(1, "a");
    for (const member of cluster.up()) {
      let term = 1;
      let vote = 0;
      for (const { mustSync, entries, hardState } of member.readies) {
        const isNews = hardState !== null && (hardState.term !== term || hardState.vote !== vote);
        assert.equal(mustSync, entries.length > 0 || isNews);
        if (hardState !== null) ({ term, vote } = hardState);
      }
    }
    assert.ok(leader.readies.some(({ mustSync, hardState }) => !mustSync && hardState !== null));
  });
});

test("the nonce of reads differs between incarnations that draw differently", () => {
  const disk = makeDisk({ voters: [1, 2, 3] });
  const nonceOf = (seed: number): number => {
    const random = new SeededRandom(seed);
    const node = new RawNode({ id: 1, electionTicks: 10, heartbeatTicks: 1, storage: disk, random });
    return node["raft"].readNonce;
  };
  assert.notEqual(nonceOf(1), nonceOf(2));
  assert.equal(nonceOf(1), nonceOf(1));
});
