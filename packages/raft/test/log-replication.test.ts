import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type Message, MessageType, makeEntry, makeMessage, noData } from "../src/index.ts";
import { Cluster } from "./cluster.ts";
import { Member, makeDisk, text } from "./member.ts";

const settings = { preVote: false, checkQuorum: false };

describe("log replication (Raft §5.3)", () => {
  test("§5.3: a leader appends, replicates, and everybody applies the same in the same order", () => {
    for (const asyncStorageWrites of [false, true]) {
      const cluster = new Cluster({ settings: { ...settings, asyncStorageWrites } });
      cluster.elect(1);
      for (const value of ["a", "b", "c"]) cluster.propose(1, value);
      for (const id of [1, 2, 3]) assert.deepEqual(cluster.get(id).appliedTexts(), ["a", "b", "c"]);
    }
  });

  test("§5.3: the append names the entry before, and the leader's commit index", () => {
    const cluster = new Cluster({ settings });
    const leader = cluster.elect(1);
    leader.node.propose(text("a"));
    const appends = leader.drain();
    assert.deepEqual(
      appends.map(({ type, to, term, index, logTerm, commit }) => ({
        type,
        to,
        term,
        index,
        logTerm,
        commit,
      })),
      [2, 3].map((to) => ({ type: MessageType.MsgApp, to, term: 2, index: 2, logTerm: 2, commit: 2 })),
    );
    assert.deepEqual(appends[0]?.entries, [makeEntry(0, 2, 3, text("a"))]);
  });

  test("§5.3: an entry is committed when a majority has it, not before", () => {
    for (const { size, acks, isCommitted } of [
      { size: 1, acks: 0, isCommitted: true },
      { size: 3, acks: 0, isCommitted: false },
      { size: 3, acks: 1, isCommitted: true },
      { size: 4, acks: 1, isCommitted: false },
      { size: 4, acks: 2, isCommitted: true },
      { size: 5, acks: 1, isCommitted: false },
      { size: 5, acks: 2, isCommitted: true },
    ]) {
      const voters = Array.from({ length: size }, (_, position) => position + 1);
      const cluster = new Cluster({ voters, settings });
      cluster.elect(1);
      cluster.filter = ({ to, from }) => Math.max(to, from) <= acks + 1;
      cluster.propose(1, "a");
      assert.equal(cluster.get(1).node.status().commit, isCommitted ? 3 : 2, `${acks} of ${size}`);
    }
  });

  test("§5.3: the leader does not count itself before its own write is durable", () => {
    const cluster = new Cluster({ settings: { ...settings, asyncStorageWrites: true } });
    const leader = cluster.elect(1);
    leader.node.propose(text("a"));
    const appends = leader.process();
    // Only 2 acknowledges: with the leader's own write that would be a majority.
    for (const append of appends.filter(({ to }) => to === 2)) {
      for (const reply of cluster.get(2).receive(append.type, append)) leader.node.step(reply);
    }
    assert.equal(leader.node.status().commit, 2);
    leader.runAppend();
    assert.equal(leader.node.status().commit, 3);
  });

  test("§5.3: a follower acknowledges only what is durable", () => {
    const cluster = new Cluster({ settings: { ...settings, asyncStorageWrites: true } });
    cluster.elect(1);
    const follower = cluster.get(2);
    follower.node.step(appendOf(2, 2, [2], 2));
    assert.deepEqual(follower.process(), []);
    assert.deepEqual(
      follower.runAppend().map(({ type, index, reject }) => [type, index, reject]),
      [[MessageType.MsgAppResp, 3, false]],
    );
  });

  test("§5.3: a follower commits no further than what the append verified", () => {
    const member = new Member(2, makeDisk({ voters: [1, 2, 3], terms: [1, 1, 1] }), settings);
    const [reply] = member.receive(MessageType.MsgApp, appendOf(2, 1, [], 9, 1));
    assert.equal(member.node.status().commit, 2, "entries 3 and 4 may not be the leader's");
    assert.equal(reply?.index, 2, "nor are they acknowledged");
  });

  test("§5.3: the commit index never falls", () => {
    const cluster = new Cluster({ settings });
    cluster.elect(1);
    cluster.propose(1, "a");
    const follower = cluster.get(2);
    follower.node.step(appendOf(3, 2, [], 1));
    follower.drain();
    assert.equal(follower.node.status().commit, 3);
  });

  test("§5.3: an append that was delivered twice, or late, changes nothing", () => {
    const member = new Member(2, makeDisk({ voters: [1, 2, 3] }), settings);
    const older = appendOf(1, 1, [2], 1);
    const newer = appendOf(1, 1, [2, 2, 2], 1);
    for (const append of [newer, older, newer]) {
      member.node.step(append);
      member.drain();
      assert.deepEqual(member.storedTerms(), [2, 2, 2], "an older append must not cut the log");
    }
    assert.equal(member.eventsOf("conflict-found").length, 0);
  });

  test("§5.3: an append behind the commit index is answered with the commit index", () => {
    const disk = makeDisk({ voters: [1, 2, 3], terms: [1, 1, 1], hardState: { term: 1, commit: 4 } });
    const member = new Member(2, disk, settings);
    const [reply] = member.receive(MessageType.MsgApp, appendOf(2, 1, [], 4, 1));
    assert.deepEqual([reply?.index, reply?.reject], [4, false]);
  });

  test("§5.3: lost appends are found out by the next heartbeat and repaired", () => {
    const cluster = new Cluster({ settings });
    cluster.elect(1);
    cluster.isolate(3);
    for (const value of ["a", "b", "c"]) cluster.propose(1, value);
    cluster.heal();
    cluster.tick(2);
    assert.deepEqual(cluster.get(3).appliedTexts(), ["a", "b", "c"]);
  });

  test("§5.3: the news of a commit does not wait for the next entry", () => {
    const cluster = new Cluster({ settings });
    cluster.elect(1);
    cluster.propose(1, "a");
    assert.deepEqual(cluster.commits(), { 1: 3, 2: 3, 3: 3 });
  });

  test("§5.3: a batch of proposals gets consecutive places, and an empty batch none", () => {
    const cluster = new Cluster({ settings });
    const leader = cluster.elect(1);
    assert.equal(leader.node.proposeBatch([text("a"), text("b"), text("c")]).ok, true);
    assert.equal(leader.node.proposeBatch([]).ok, true);
    cluster.settle();
    assert.deepEqual(
      leader.applied.slice(-3).map(({ index }) => index),
      [3, 4, 5],
    );
    assert.equal(leader.node.status().lastIndex, 5);
  });

  test("§5.3: a heartbeat carries a commit index that the follower surely has", () => {
    const cluster = new Cluster({ settings });
    const leader = cluster.elect(1);
    cluster.isolate(3);
    cluster.propose(1, "a");
    leader.node.tick();
    const beats = leader.drain().filter(({ type }) => type === MessageType.MsgHeartbeat);
    assert.deepEqual(
      beats.map(({ to, commit }) => [to, commit]),
      [
        [2, 3],
        [3, 2],
      ],
    );
  });

  test("§5.3: a heartbeat raises the commit index of a follower that has the entries", () => {
    const member = new Member(2, makeDisk({ voters: [1, 2, 3], terms: [1, 1] }), settings);
    const [reply] = member.receive(MessageType.MsgHeartbeat, { from: 1, term: 1, commit: 3, context: 7 });
    assert.deepEqual([reply?.type, reply?.context], [MessageType.MsgHeartbeatResp, 7]);
    assert.deepEqual(member.node.status().commit, 3);
  });

  test("a heartbeat that commits what is not there fails the member with a typed error, at once and for good", () => {
    const member = new Member(2, makeDisk({ voters: [1, 2, 3] }), settings);
    const outcome = member.node.step({ ...appendOf(0, 0, [], 9), type: MessageType.MsgHeartbeat });
    assert.ok(!outcome.ok && outcome.code === "storage");
    assert.match(outcome.message, /acknowledged entries were lost/);
    assert.equal(member.eventsOf("commit-refused").at(-1)?.commit, 9);
    assert.throws(() => member.node.ready(), { name: "RaftError", code: "invariant" });
    assert.equal(member.node.tick().ok, false);
  });

  test("an append that would replace a committed entry replaces nothing", () => {
    const disk = makeDisk({ voters: [1, 2, 3], terms: [1, 1], hardState: { term: 1, commit: 3 } });
    const member = new Member(2, disk, settings);
    const [reply] = member.receive(MessageType.MsgApp, appendOf(1, 1, [2, 2], 3));
    assert.deepEqual([reply?.index, member.storedTerms()], [3, [1, 1]]);
  });

  test("entries behind the commit index give way to the leader's (Raft §5.3)", () => {
    const disk = makeDisk({ voters: [1, 2, 3], terms: [1, 1, 1], hardState: { term: 1, commit: 2 } });
    const member = new Member(2, disk, settings);
    const [reply] = member.receive(MessageType.MsgApp, appendOf(2, 1, [2], 3));
    assert.deepEqual([reply?.index, member.storedTerms()], [3, [1, 2]]);
    assert.equal(member.eventsOf("conflict-found").at(-1)?.conflictingTerm, 2);
    assert.equal(member.node.status().commit, 3);
  });
});

function appendOf(
  index: number,
  logTerm: number,
  terms: readonly number[],
  commit: number,
  term = 2,
): Message {
  const entries = terms.map((entryTerm, offset) => makeEntry(0, entryTerm, index + 1 + offset, noData));
  return makeMessage(MessageType.MsgApp, { to: 2, from: 1, term, logTerm, index, entries, commit });
}
