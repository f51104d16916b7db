import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { MessageType, type NodeId } from "../src/index.ts";
import { Cluster } from "./cluster.ts";
import { Member, makeDisk } from "./member.ts";

const settings = { preVote: false, checkQuorum: false };

/** Logs of Raft figure 7, as the terms behind the common snapshot at index 1. */
const figure7: Record<string, number[]> = {
  leader: [1, 1, 1, 4, 4, 5, 5, 6, 6, 6],
  a: [1, 1, 1, 4, 4, 5, 5, 6, 6],
  b: [1, 1, 1, 4],
  c: [1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 6],
  d: [1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 7, 7],
  e: [1, 1, 1, 4, 4, 4, 4],
  f: [1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3],
};

function pair(leaderTerms: readonly number[], followerTerms: readonly number[], term: number): Cluster {
  const cluster = new Cluster({ voters: [], settings });
  const place = (id: NodeId, terms: readonly number[]): void => {
    const disk = makeDisk({ voters: [1, 2, 3], terms, hardState: { term, commit: 1 } });
    cluster.members.set(id, new Member(id, disk, settings));
  };
  place(1, leaderTerms);
  place(2, followerTerms);
  place(3, leaderTerms);
  return cluster;
}

function repeated(term: number): number[] {
  return Array.from({ length: 50 }, () => term);
}

describe("logs that differ (Raft §5.3, figure 7)", () => {
  for (const name of ["a", "b", "c", "d", "e", "f"]) {
    test(`figure 7 (${name}): the leader makes the follower's log its own`, () => {
      const cluster = pair(figure7["leader"] as number[], figure7[name] as number[], 7);
      cluster.elect(1);
      cluster.tick(1);
      assert.deepEqual(cluster.get(2).storedTerms(), [...(figure7["leader"] as number[]), 8]);
      assert.deepEqual(cluster.commits(), { 1: 12, 2: 12, 3: 12 });
    });
  }

  /** Probes the leader sent to the follower until their logs met. */
  function probes(cluster: Cluster): number {
    const first = cluster.delivered.length;
    cluster.elect(1);
    cluster.tick(2);
    const replies = cluster.delivered
      .slice(first)
      .filter(({ type, from, to }) => type === MessageType.MsgAppResp && from === 2 && to === 1);
    return replies.filter(({ reject }) => reject).length;
  }

  const hints = [
    {
      name: "a follower with many entries of one other term",
      leader: [4, 4, 4, 4, 5],
      follower: [2, 2, 2, 2, 2, 2],
      max: 1,
    },
    {
      name: "a long uncommitted tail of an old leader",
      leader: [1, 1, 1, 3],
      follower: [1, 1, 1, ...repeated(2)],
      max: 1,
    },
    {
      name: "a leader with many entries of terms that the follower never saw",
      leader: [1, ...repeated(3)],
      follower: [1, 2],
      max: 1,
    },
    { name: "alternating terms", leader: [1, 3, 3, 5, 5, 7, 7], follower: [1, 2, 2, 4, 4, 6, 6], max: 4 },
    { name: "a follower that is only behind", leader: repeated(1), follower: [1], max: 1 },
  ];
  for (const { name, leader, follower, max } of hints) {
    test(`§5.3, last paragraph: ${name}: at most ${max} rejected probes`, () => {
      const cluster = pair(leader, follower, 8);
      const rejected = probes(cluster);
      assert.ok(rejected <= max, `${rejected} probes were rejected`);
      assert.deepEqual(cluster.get(2).storedTerms(), [...leader, 9]);
    });
  }

  test("§5.3: a rejection names where the logs might agree, and the term there", () => {
    const cases = [
      // The previous entry is missing.
      { terms: [2, 2], index: 9, logTerm: 3, hint: 3, hintTerm: 2 },
      // It has a higher term: everything of terms above the asked one is skipped.
      { terms: [2, 5, 5, 5], index: 4, logTerm: 3, hint: 2, hintTerm: 2 },
      // It has a lower term: the asked place itself might be where they agree.
      { terms: [2, 2, 2], index: 3, logTerm: 3, hint: 3, hintTerm: 2 },
    ];
    for (const { terms, index, logTerm, hint, hintTerm } of cases) {
      const disk = makeDisk({ voters: [1, 2, 3], terms, hardState: { term: 6, commit: 1 } });
      const member = new Member(2, disk, settings);
      const [reply] = member.receive(MessageType.MsgApp, { from: 1, term: 6, index, logTerm });
      assert.deepEqual(
        [reply?.reject, reply?.index, reply?.rejectHint, reply?.logTerm],
        [true, index, hint, hintTerm],
      );
      assert.equal(member.eventsOf("append-refused").length, 1);
    }
  });

  test("§5.3: old rejections are ignored: a probe is answered once", () => {
    const cluster = pair([1, 1, 1], [1, 1, 1], 2);
    const leader = cluster.elect(1);
    const before = leader.node.status().progress.get(2);
    leader.receive(MessageType.MsgAppResp, { from: 2, term: 3, index: 2, reject: true, rejectHint: 1 });
    assert.deepEqual(leader.node.status().progress.get(2), before);
    assert.equal(leader.eventsOf("progress-decreased").length, 0);
  });

  test("§5.3: a rejection never moves the next index to or below match", () => {
    const cluster = pair([1, 1, 1], [1, 1, 1], 2);
    const leader = cluster.elect(1);
    leader.receive(MessageType.MsgAppResp, { from: 2, term: 3, index: 9, reject: true, rejectHint: 1 });
    const progress = leader.node.status().progress.get(2);
    assert.ok(progress !== undefined && progress.next > progress.match);
    assert.equal(progress?.match, 5);
  });
});

describe("committing entries of earlier terms (Raft §5.4.2, figure 8)", () => {
  test("figure 8: an entry of an earlier term is not committed by counting copies", () => {
    const cluster = new Cluster({ voters: [], settings });
    const place = (id: NodeId, terms: readonly number[], term: number): void => {
      const disk = makeDisk({ voters: [1, 2, 3, 4, 5], terms, hardState: { term, commit: 2 } });
      cluster.members.set(id, new Member(id, disk, settings));
    };
    // Figure 8 (c): S1 was leader of term 2, S5 of term 3; now S1 leads again and spreads its entry of term 2.
    place(1, [1, 2], 3);
    place(2, [1, 2], 3);
    place(3, [1], 3);
    place(4, [1], 3);
    place(5, [1, 3], 3);
    cluster.isolate(5);
    // Nothing of the new term gets through, but S3 gets the entry of term 2.
    cluster.filter = ({ type, to }) => type !== MessageType.MsgApp || to === 3;
    const leader = cluster.get(1);
    leader.node.campaign();
    for (let round = 0; round < 8; round++) {
      cluster.collect();
      cluster.network = cluster.network.map((message) => ({
        ...message,
        entries: message.entries.filter(({ term }) => term === 2),
      }));
      cluster.deliver();
    }
    assert.deepEqual(cluster.get(3).storedTerms(), [1, 2]);
    assert.equal(leader.node.status().progress.get(3)?.match, 3);
    assert.equal(
      leader.node.status().commit,
      2,
      "a majority has the entry of term 2, yet it may still be lost",
    );
    // Figure 8 (d): and S5 does win, and replaces it.
    leader.crash();
    cluster.heal();
    cluster.get(5).node.campaign(); // in S1's term, where everybody has voted
    cluster.settle();
    cluster.elect(5);
    cluster.tick(2);
    for (const id of [2, 3, 4, 5]) assert.deepEqual(cluster.get(id).storedTerms().slice(0, 2), [1, 3]);
  });

  test("figure 8 (e): with an entry of its own term the leader commits what came before", () => {
    const cluster = pair([1, 2], [1], 3);
    cluster.elect(1);
    assert.deepEqual(cluster.commits(), { 1: 4, 2: 4, 3: 4 });
    assert.deepEqual(cluster.get(2).storedTerms(), [1, 2, 4]);
  });

  test("§5.4.2, §8: a new leader begins its term with an empty entry", () => {
    const cluster = new Cluster({ settings });
    const leader = cluster.elect(1);
    const first = leader.applied.at(-1);
    assert.deepEqual([first?.term, first?.index, first?.data.length], [2, 2, 0]);
  });

  test("§5.4.1, §5.4.3: who lacks a committed entry cannot win", () => {
    const cluster = new Cluster({ settings });
    cluster.elect(1);
    cluster.isolate(3);
    cluster.propose(1, "a");
    cluster.get(1).crash();
    cluster.heal();
    for (let campaign = 0; campaign < 5; campaign++) {
      cluster.get(3).node.campaign();
      cluster.settle();
      assert.notEqual(cluster.leader()?.id, 3);
    }
    cluster.elect(2);
    cluster.tick(2);
    assert.deepEqual(cluster.get(3).appliedTexts(), ["a"]);
  });
});
