import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  appendThread,
  applyThread,
  type Message,
  MessageType,
  makeEntry,
  makeMessage,
  noData,
  Role,
} from "../src/index.ts";
import { Cluster } from "./cluster.ts";
import { Member, makeDisk, text } from "./member.ts";

const settings = { preVote: false, checkQuorum: false, asyncStorageWrites: true };

function follower(terms: readonly number[] = []): Member {
  return new Member(2, makeDisk({ voters: [1, 2, 3], terms }), settings);
}

/** An append of a leader with entries of these terms behind `index`. */
function append(
  from: number,
  term: number,
  index: number,
  logTerm: number,
  terms: readonly number[],
): Message {
  const entries = terms.map((entryTerm, offset) =>
    makeEntry(0, entryTerm, index + 1 + offset, text(`${from}`)),
  );
  return makeMessage(MessageType.MsgApp, { to: 2, from, term, index, logTerm, entries });
}

describe("asynchronous storage writes (thesis §10.2.1)", () => {
  test("the append message carries hard state, entries and what to send when they are durable", () => {
    const member = follower();
    member.node.step(append(1, 2, 1, 1, [2]));
    member.process();
    const [work] = member.appendWork;
    assert.ok(work !== undefined);
    const { to, term, vote, commit, entries, responses } = work;
    assert.deepEqual({ to, term, vote, commit }, { to: appendThread, term: 2, vote: 0, commit: 1 });
    assert.deepEqual(
      entries.map(({ index }) => index),
      [2],
    );
    assert.deepEqual(
      responses.map(({ type, to: receiver }) => [type, receiver]),
      [
        [MessageType.MsgAppResp, 1],
        [MessageType.MsgStorageAppendResp, 2],
      ],
    );
  });

  test("committed entries are handed out only when they are durable here", () => {
    const member = follower();
    member.node.step(append(1, 2, 1, 1, [2]));
    member.process();
    member.node.step(makeMessage(MessageType.MsgHeartbeat, { to: 2, from: 1, term: 2, commit: 2 }));
    member.process();
    assert.deepEqual([member.node.status().commit, member.applyWork.length], [2, 0]);
    member.runAppend();
    member.process();
    assert.deepEqual(
      member.applyWork.map(({ to, entries }) => [to, entries.length]),
      [[applyThread, 1]],
    );
  });

  test("Readies may be taken one after another while writes are under way; each entry is written once", () => {
    const member = new Member(1, makeDisk({ voters: [1] }), settings);
    member.node.campaign();
    while (member.node.status().role !== Role.leader) {
      member.process();
      member.runAppend();
    }
    for (const value of ["a", "b", "c"]) {
      member.node.propose(text(value));
      member.process();
    }
    assert.deepEqual(
      member.appendWork.flatMap(({ entries }) => entries.map(({ index }) => index)),
      [2, 3, 4, 5],
    );
    member.drain();
    assert.deepEqual(member.appliedTexts(), ["a", "b", "c"]);
  });

  test("a commit index alone is written too, without a response", () => {
    const member = follower([1]);
    member.node.step(makeMessage(MessageType.MsgHeartbeat, { to: 2, from: 1, term: 1, commit: 2 }));
    member.process();
    assert.deepEqual([member.appendWork[0]?.commit, member.appendWork[0]?.responses.length], [2, 0]);
  });

  test("the apply thread may lag behind the append thread, and the other way round", () => {
    for (const appendFirst of [true, false]) {
      const cluster = new Cluster({ settings });
      const leader = cluster.elect(1);
      for (const value of ["a", "b", "c"]) leader.node.propose(text(value));
      for (let round = 0; round < 12; round++) {
        for (const member of cluster.up()) cluster.network.push(...member.process());
        for (const member of cluster.up()) {
          if (appendFirst || round % 3 === 2) cluster.network.push(...member.runAppend());
          if (!appendFirst || round % 3 === 2) member.runApply();
        }
        cluster.deliver();
      }
      cluster.settle();
      for (const member of cluster.up()) assert.deepEqual(member.appliedTexts(), ["a", "b", "c"]);
    }
  });

  test("there is no advance()", () => {
    assert.throws(() => follower().node.advance(), /no advance/);
  });

  test("in synchronous mode ready() must not be called twice without advance()", () => {
    const member = new Member(1, makeDisk({ voters: [1] }), { ...settings, asyncStorageWrites: false });
    member.node.campaign();
    member.node.ready();
    assert.throws(() => member.node.ready(), /before advance/);
  });
});

describe("writes that were overtaken", () => {
  test("a response of a lower term does not make entries stable: they may have been replaced on their way", () => {
    const member = follower();
    member.node.step(append(1, 2, 1, 1, [2]));
    member.process();
    member.node.step(append(3, 3, 1, 1, [3]));
    member.runAppend(); // the write of term 2 is done
    assert.equal(member.eventsOf("stable-outdated").at(-1)?.messageTerm, 2);
    assert.equal(member.node["raft"].log.unstable.entries.length, 1);
    member.drain();
    assert.deepEqual(member.storedTerms(), [3]);
    assert.equal(member.node["raft"].log.unstable.entries.length, 0);
  });

  test("a response for an entry that is another one by now is ignored", () => {
    const member = follower();
    member.node.step(append(1, 2, 1, 1, [2, 2]));
    member.process();
    member.runAppend();
    member.node.step(
      makeMessage(MessageType.MsgStorageAppendResp, {
        to: 2,
        from: appendThread,
        term: 2,
        index: 3,
        logTerm: 1,
      }),
    );
    member.node.step(
      makeMessage(MessageType.MsgStorageAppendResp, {
        to: 2,
        from: appendThread,
        term: 2,
        index: 9,
        logTerm: 2,
      }),
    );
    assert.deepEqual(
      member.eventsOf("stable-ignored").map(({ cause }) => cause),
      ["missing", "missing"],
    );
  });

  test("A → B → A: the first write's response must not vouch for the third write", () => {
    const member = follower();
    // Leader 1 writes entry 2 of term 2; leader 3 replaces it; a later leader has the first one after all.
    member.node.step(append(1, 2, 1, 1, [2]));
    member.process();
    member.node.step(append(3, 3, 1, 1, [3]));
    member.process();
    member.node.step(append(1, 4, 1, 1, [2, 4]));
    member.process();
    assert.equal(member.appendWork.length, 3);
    member.runAppend(); // A is on disk
    assert.notEqual(member.node["raft"].log.unstable.entries.length, 0, "B will still replace it on disk");
    member.runAppend(); // B is on disk
    assert.deepEqual(member.storedTerms(), [3]);
    assert.equal(member.node["raft"].log.unstable.entries.length, 2);
    member.runAppend();
    assert.deepEqual(member.storedTerms(), [2, 4]);
    assert.equal(member.node["raft"].log.unstable.entries.length, 0);
  });

  test("a snapshot's response of a lower term counts all the same", () => {
    const member = follower();
    const confState = {
      voters: [1, 2, 3],
      votersOutgoing: [],
      learners: [],
      learnersNext: [],
      autoLeave: false,
    };
    const snapshot = { metadata: { index: 9, term: 2, confState }, data: noData };
    member.node.step(makeMessage(MessageType.MsgSnap, { to: 2, from: 1, term: 2, snapshot }));
    member.process();
    member.node.step(makeMessage(MessageType.MsgHeartbeat, { to: 2, from: 3, term: 3 }));
    member.runAppend();
    assert.equal(member.node["raft"].log.hasPendingSnapshot(), false);
    assert.equal(member.node.status().applied, 9);
  });

  test("a newer snapshot that arrived meanwhile stays pending", () => {
    const member = follower();
    const confState = {
      voters: [1, 2, 3],
      votersOutgoing: [],
      learners: [],
      learnersNext: [],
      autoLeave: false,
    };
    for (const index of [9, 19]) {
      const snapshot = { metadata: { index, term: 2, confState }, data: noData };
      member.node.step(makeMessage(MessageType.MsgSnap, { to: 2, from: 1, term: 2, snapshot }));
      member.process();
    }
    member.runAppend();
    assert.equal(member.node["raft"].log.hasPendingSnapshot(), true);
    member.runAppend();
    assert.deepEqual([member.node.status().applied, member.node.status().lastIndex], [19, 19]);
  });

  test("entries applied before a snapshot overtook them do not move the applied index back", () => {
    const cluster = new Cluster({ settings });
    const leader = cluster.elect(1);
    const late = cluster.get(3);
    cluster.filter = ({ to }) => to !== 3;
    leader.node.propose(text("a"));
    const appends = leader.process().filter(({ to }) => to === 3);
    cluster.settle();
    for (const message of appends) late.node.step(message);
    late.process();
    late.runAppend();
    late.node.step(makeMessage(MessageType.MsgHeartbeat, { to: 3, from: 1, term: 2, commit: 3 }));
    late.process();
    assert.equal(late.applyWork.length, 1);
    const { confState } = late;
    const snapshot = { metadata: { index: 9, term: 2, confState }, data: noData };
    late.node.step(makeMessage(MessageType.MsgSnap, { to: 3, from: 1, term: 2, snapshot }));
    late.process();
    while (late.appendWork.length > 0) late.runAppend();
    assert.equal(late.node.status().applied, 9);
    late.runApply();
    assert.equal(late.node.status().applied, 9);
  });

  test("a response that is delivered twice does no harm", () => {
    const member = follower();
    member.node.step(append(1, 2, 1, 1, [2]));
    member.process();
    const own = member.appendWork[0]?.responses.filter(({ to }) => to === 2) ?? [];
    member.runAppend();
    for (const response of own) assert.equal(member.node.step(response).ok, true);
    assert.equal(member.node["raft"].log.unstable.entries.length, 0);
  });
});
