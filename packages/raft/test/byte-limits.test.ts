import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { entriesBytes, MessageType } from "../src/index.ts";
import { assertRefused, Cluster, changeOf } from "./cluster.ts";
import { Member, makeDisk, text } from "./member.ts";

const plain = { preVote: false, checkQuorum: false };

describe("messageBytesMax: one append carries as many entries as fit, at least one", () => {
  function catchUp(messageBytesMax: number, sizes: readonly number[]): number[] {
    const cluster = new Cluster({ settings: { ...plain, messageBytesMax } });
    cluster.elect(1);
    cluster.isolate(2);
    for (const size of sizes) cluster.propose(1, "x".repeat(size));
    cluster.heal();
    const from = cluster.delivered.length;
    cluster.tick(3);
    assert.equal(cluster.get(2).appliedTexts().length, sizes.length);
    const appends = cluster.delivered.slice(from).filter(({ to, entries }) => to === 2 && entries.length > 0);
    for (const { entries } of appends) {
      assert.ok(entries.length === 1 || entriesBytes(entries) <= messageBytesMax);
    }
    return appends.map(({ entries }) => entries.length);
  }

  test("everything in one message when it fits", () => {
    assert.deepEqual(catchUp(10_000, [100, 100, 100, 100]), [4]);
  });

  test("split at the limit", () => {
    assert.deepEqual(catchUp(250, [100, 100, 100, 100, 100]), [2, 2, 1]);
  });

  test("an oversized entry goes alone", () => {
    assert.deepEqual(catchUp(250, [10, 5000, 10, 10]), [1, 1, 2]);
  });

  test("0 sends and applies one entry at a time", () => {
    assert.deepEqual(catchUp(0, [1, 1, 1]), [1, 1, 1]);
  });
});

describe("uncommittedBytesMax: what a leader may have appended and not yet committed", () => {
  function loaded(uncommittedBytesMax: number): { cluster: Cluster; leader: Member } {
    const cluster = new Cluster({ settings: { ...plain, uncommittedBytesMax } });
    const leader = cluster.elect(1);
    cluster.isolate(1);
    return { cluster, leader };
  }

  test("refuses what would go beyond, and changes nothing", () => {
    const { cluster, leader } = loaded(100);
    assert.equal(cluster.propose(1, "x".repeat(60)).ok, true);
    const { lastIndex } = leader.node.status();
    assertRefused(cluster.propose(1, "x".repeat(41)), "too-much-uncommitted");
    assert.equal(leader.node.status().lastIndex, lastIndex);
    assert.equal(leader.eventsOf("proposal-dropped").at(-1)?.cause, "too-much-uncommitted");
    assert.equal(cluster.propose(1, "x".repeat(40)).ok, true);
  });

  test("one oversized proposal passes when nothing waits, or it could never be made", () => {
    const { cluster } = loaded(100);
    assert.equal(cluster.propose(1, "x".repeat(500)).ok, true);
    assertRefused(cluster.propose(1, "x"), "too-much-uncommitted");
  });

  test("empty proposals always pass", () => {
    const { cluster } = loaded(100);
    cluster.propose(1, "x".repeat(500));
    assert.equal(cluster.propose(1, "").ok, true);
  });

  test("a batch is taken as a whole or not at all", () => {
    const { leader } = loaded(100);
    leader.node.propose(text("x".repeat(50)));
    const { lastIndex } = leader.node.status();
    assertRefused(
      leader.node.proposeBatch([text("x".repeat(30)), text("x".repeat(30))]),
      "too-much-uncommitted",
    );
    assert.equal(leader.node.status().lastIndex, lastIndex);
  });

  test("what is applied makes room", () => {
    const { cluster } = loaded(100);
    cluster.propose(1, "x".repeat(100));
    cluster.heal();
    cluster.tick(1);
    assert.equal(cluster.propose(1, "x".repeat(100)).ok, true);
  });

  test("counted anew in each term", () => {
    const { cluster, leader } = loaded(100);
    cluster.propose(1, "x".repeat(100));
    leader.node.resign();
    cluster.heal();
    cluster.elect(2);
    cluster.filter = ({ type }) => type !== MessageType.MsgAppResp;
    assert.equal(cluster.propose(2, "x".repeat(100)).ok, true);
    assertRefused(cluster.propose(2, "x"), "too-much-uncommitted");
  });

  test("a refused membership change leaves no trace: the next one is not held up", () => {
    const { cluster, leader } = loaded(100);
    cluster.propose(1, "x".repeat(100));
    assertRefused(leader.node.proposeConfChange(changeOf("l4")), "too-much-uncommitted");
    assert.equal(leader.eventsOf("conf-change-proposed").length, 0);
    cluster.heal();
    cluster.tick(1);
    assert.equal(leader.node.proposeConfChange(changeOf("l4")).ok, true);
    cluster.settle();
    assert.deepEqual(leader.confState.learners, [4]);
  });

  test("the refusal of a forwarded proposal is the leader's, in its event", () => {
    const { cluster, leader } = loaded(100);
    cluster.heal();
    cluster.filter = ({ type }) => type !== MessageType.MsgAppResp;
    cluster.propose(1, "x".repeat(100));
    assert.equal(cluster.propose(2, "y").ok, true, "a follower cannot know");
    assert.equal(leader.eventsOf("proposal-dropped").at(-1)?.cause, "too-much-uncommitted");
  });
});

describe("applyBytesMax: what is handed out for application and not yet reported applied", () => {
  /** A member with committed entries of these sizes that waits to apply them. */
  function waiting(applyBytesMax: number, sizes: readonly number[], isAsync: boolean): Member {
    const disk = makeDisk({ voters: [1] });
    disk.append(
      sizes.map((size, position) => ({ type: 0, term: 1, index: 2 + position, data: new Uint8Array(size) })),
    );
    disk.setHardState({ term: 1, vote: 0, commit: 1 + sizes.length });
    return new Member(1, disk, { ...plain, applyBytesMax, asyncStorageWrites: isAsync });
  }

  for (const isAsync of [false, true]) {
    const mode = isAsync ? "asynchronous" : "synchronous";

    test(`${mode}: pages of at most that many bytes, at least one entry each, in order`, () => {
      const member = waiting(250, [100, 100, 100, 100, 1000, 10, 10], isAsync);
      member.drain();
      const pages = member.readies
        .map(({ committedEntries }) => committedEntries.length)
        .filter((n) => n > 0);
      assert.deepEqual(pages, [2, 2, 1, 2]);
      assert.deepEqual(
        member.applied.map(({ index }) => index),
        [2, 3, 4, 5, 6, 7, 8],
      );
    });

    test(`${mode}: a limit of one byte, or of none, still lets everything through one by one`, () => {
      for (const limit of [0, 1]) {
        const member = waiting(limit, [5, 5, 5], isAsync);
        member.drain();
        assert.deepEqual(
          member.applied.map(({ index }) => index),
          [2, 3, 4],
          `limit ${limit}`,
        );
      }
    });
  }

  test("asynchronous: nothing more is handed out until something is reported applied", () => {
    const member = waiting(250, [100, 100, 100, 100], true);
    member.process();
    assert.equal(member.applyWork.length, 1);
    member.process();
    assert.equal(member.applyWork.length, 1, "the window is full");
    assert.equal(member.node.status().applied, 1);
    member.runApply();
    assert.equal(member.node.status().applied, 3);
    member.process();
    assert.equal(member.applyWork.length, 1);
  });

  test("a restart that continues at an applied index hands out only what follows", () => {
    const member = waiting(10_000, [5, 5, 5], false);
    const { disk } = member;
    const continued = new Member(1, disk, { ...plain, applied: 3 });
    continued.drain();
    assert.deepEqual(
      continued.applied.map(({ index }) => index),
      [4],
    );
  });
});
