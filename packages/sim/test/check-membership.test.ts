/**
 * C1 to C4 and N1 to N3: each fires on what contradicts it, and is quiet about what only looks like it.
 */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ConfChangeTransition, type ConfChangeV2, MessageType, noData, Role } from "@quorate/raft";
import { putRequest } from "@quorate/store";
import { makeC1 } from "../src/check/c1-effective-config.ts";
import { makeC2 } from "../src/check/c2-one-pending-change.ts";
import { makeC3 } from "../src/check/c3-quorum-overlap.ts";
import { makeC4 } from "../src/check/c4-roles.ts";
import { makeN1 } from "../src/check/n1-snapshot-content.ts";
import { makeN2 } from "../src/check/n2-truncation-covered.ts";
import { makeN3 } from "../src/check/n3-no-way-back.ts";
import { bytes, change, durableSnapshot, entry, hard, Stage, snapshot, voters } from "./check-stage.ts";

const anyChange: ConfChangeV2 = { transition: ConfChangeTransition.auto, changes: [], context: noData };

/** Member 1 leads in term 1 with a change at 2 that is committed. */
function changed(make: ConstructorParameters<typeof Stage>[0]): Stage {
  const stage = new Stage(make);
  for (const node of [1, 2]) stage.store(node, hard(1, 1), entry(1, 1), change(2, 1), entry(3, 1));
  stage.role(1, 1, Role.leader);
  stage.commit(1, 1, 3);
  return stage;
}

describe("C1 effective configuration", () => {
  test("another configuration after the same entry, and after a restart", () => {
    const stage = changed(makeC1);
    assert.equal(stage.config(1, 2, voters([1, 2, 3, 4])), null);
    assert.equal(
      stage.config(2, 2, voters([1, 2, 3])),
      "2 has voters 1 2 3 after entry 2; there they are voters 1 2 3 4",
    );
    assert.equal(
      stage.config(2, 3, voters([1, 2, 3]), "start"),
      "2 has voters 1 2 3 after entry 3; there they are voters 1 2 3 4",
    );
  });
  test("a change that is in force from its append on, or before it is committed", () => {
    const stage = changed(makeC1);
    assert.equal(
      stage.config(1, 3, voters([1, 2, 3, 4])),
      "1 changed its configuration after entry 3, which is no change",
    );
    stage.append(1, change(4, 1));
    assert.equal(
      stage.config(1, 4, voters([1, 2, 3, 4])),
      "1 put a change at 4 into force, and only 3 is committed",
    );
  });
  test("the same in another order, and a snapshot that skips a change, are quiet", () => {
    const stage = changed(makeC1);
    stage.config(1, 1, voters([1, 2, 3]), "start");
    stage.config(1, 2, voters([1, 2, 3, 4]));
    assert.equal(stage.config(2, 2, voters([4, 3, 2, 1])), null);
    assert.equal(stage.config(3, 3, voters([1, 2, 3, 4]), "snapshot"), null);
    assert.equal(stage.config(4, 1, voters([1, 2, 3]), "start"), null);
  });
});

describe("C2 one pending change", () => {
  const propose = (stage: Stage, index: number): string | null =>
    stage.raft(1, 2, { kind: "conf-change-proposed", index, change: anyChange });
  test("before what was inherited is applied", () => {
    const stage = new Stage(makeC2).view(1, { applied: 2, lastIndex: 3 });
    stage.role(1, 2, Role.leader);
    assert.equal(
      propose(stage, 5),
      "1 proposes a change in term 2, began that term with a log to 3, and has applied 2",
    );
  });
  test("while another one waits", () => {
    const stage = new Stage(makeC2).view(1, {});
    stage.role(1, 2, Role.leader);
    stage.append(1, entry(1, 2), change(2, 2));
    assert.equal(propose(stage, 2), null);
    assert.equal(propose(stage, 3), "1 proposes a change at 3 while the one at 2 is not in force");
    assert.equal(stage.append(1, change(3, 2)), "1 has changes at 2 and 3 in its log, and 0 is committed");
  });
  test("one that takes the place of another, and one after another, are quiet", () => {
    const stage = new Stage(makeC2);
    stage.append(2, entry(1, 1), change(2, 1));
    assert.equal(stage.append(2, entry(2, 2), change(3, 2)), null);
    const other = changed(makeC2).view(1, { applied: 3 });
    assert.equal(other.append(1, change(4, 1)), null);
    assert.equal(propose(other, 4), null);
  });
});

describe("C3 quorums overlap", () => {
  test("two members at once", () => {
    const stage = new Stage(makeC3);
    stage.config(1, 1, voters([1, 2, 3]), "start");
    assert.equal(
      stage.config(1, 2, voters([3, 4, 5])),
      "1 went from voters 1 2 3 to voters 3 4 5: majorities of the two need not meet",
    );
  });
  test("one at a time, through a joint configuration, and a snapshot, are quiet", () => {
    const stage = new Stage(makeC3);
    stage.config(1, 1, voters([1, 2, 3]), "start");
    assert.equal(stage.config(1, 2, voters([1, 2, 3, 4])), null);
    assert.equal(stage.config(1, 3, voters([5, 6, 7], { votersOutgoing: [1, 2, 3, 4] })), null);
    assert.equal(stage.config(1, 4, voters([5, 6, 7])), null);
    assert.equal(stage.config(1, 9, voters([8, 9]), "snapshot"), null);
  });
});

describe("C4 roles of members", () => {
  const votes = (stage: Stage, term: number, ...from: readonly number[]): Stage => {
    for (const node of from) stage.send(node, 1, MessageType.MsgVoteResp, { term });
    return stage;
  };
  test("a leader by votes of others, of another term, or refused ones", () => {
    const stage = new Stage(makeC4).view(1, { config: voters([1, 2, 3], { learners: [4] }) });
    votes(stage, 4, 2, 3);
    votes(stage, 5, 4);
    stage.send(2, 1, MessageType.MsgVoteResp, { term: 5, reject: true });
    stage.send(3, 1, MessageType.MsgPreVoteResp, { term: 5 });
    assert.equal(stage.role(1, 5, Role.leader), "1 leads in term 5 by votes of 1 only, of voters 1, 2, 3");
  });
  test("a leader by one half of a joint configuration", () => {
    const stage = new Stage(makeC4).view(1, { config: voters([1, 4, 5], { votersOutgoing: [1, 2, 3] }) });
    votes(stage, 5, 4, 5);
    assert.equal(stage.role(1, 5, Role.leader), "1 leads in term 5 by votes of 1 only, of voters 1, 2, 3");
  });
  test("a leader that is no voter, and one that was removed and goes on", () => {
    const stage = votes(new Stage(makeC4).view(1, { config: voters([2, 3]) }), 5, 2, 3);
    assert.equal(stage.role(1, 5, Role.leader), "1 leads in term 5, and is no voter of 2, 3");
    const other = votes(new Stage(makeC4).view(1, {}), 5, 2);
    assert.equal(other.role(1, 5, Role.leader), null);
    other.config(1, 7, voters([2, 3]));
    assert.equal(other.raft(1, 5, { kind: "read-dropped", cause: "term-changed", reads: 1 }), null);
    assert.equal(other.commit(1, 5, 8), "1 goes on to lead in term 5, and is no voter any more");
  });
  test("a removed leader that steps down, and one that leads until the joint configuration is left, are quiet", () => {
    const stage = votes(new Stage(makeC4).view(1, {}), 5, 2);
    stage.role(1, 5, Role.leader);
    stage.config(1, 6, voters([2, 3, 4], { votersOutgoing: [1, 2, 3] }));
    assert.equal(stage.commit(1, 5, 7), null);
    stage.config(1, 8, voters([2, 3, 4]));
    assert.equal(stage.role(1, 5, Role.follower), null);
    assert.equal(stage.commit(1, 5, 9), null);
  });
});

describe("N1 snapshot content", () => {
  test("a later configuration, and another term", () => {
    const stage = changed(makeN1);
    stage.config(1, 1, voters([1, 2, 3]), "start");
    stage.config(1, 2, voters([1, 2, 3, 4]));
    assert.equal(
      stage.see(1, durableSnapshot(snapshot(1, 1, voters([1, 2, 3, 4])))),
      "1 has a snapshot of 1 with voters 1 2 3 4; in force there were voters 1 2 3",
    );
    assert.equal(
      stage.see(1, durableSnapshot(snapshot(1, 7))),
      "1 has a snapshot of 1 in term 7; committed there is an entry of term 1",
    );
  });
  test("another state between two commands, and sessions that were left out", () => {
    const stage = changed(makeN1);
    stage.apply(1, 1, putRequest({ key: bytes("k") }), { digest: "aa" });
    assert.equal(
      stage.see(2, { kind: "restored", index: 2, digest: "bb", by: "snapshot" }),
      "2 goes on from a state of 2 with digest bb; up to there it is aa",
    );
    stage.see(1, { kind: "replicated", index: 2, digest: "aa.s1", by: "made" });
    assert.equal(
      stage.see(2, { kind: "replicated", index: 2, digest: "aa.s0", by: "restored" }),
      "2 has replicated aa.s0 at 2 (restored); others had aa.s1 there",
    );
  });
  test("what fits is quiet", () => {
    const stage = changed(makeN1);
    stage.config(1, 1, voters([1, 2, 3]), "start");
    stage.config(1, 3, voters([1, 2, 3, 4]));
    stage.apply(1, 1, putRequest({ key: bytes("k") }), { digest: "aa" });
    assert.equal(
      stage.see(2, { kind: "snapshot-installed", metadata: snapshot(2), hardState: hard(1) }),
      null,
    );
    assert.equal(stage.see(2, { kind: "restored", index: 2, digest: "aa", by: "snapshot" }), null);
  });
});

describe("N2 truncation is covered", () => {
  const flushed = (stage: Stage, index: number): string | null =>
    stage.see(1, { kind: "member", event: { kind: "state-flushed", index, durationMs: 1 } });
  test("without a snapshot, behind one that is only received, and behind a light one of what is not durable", () => {
    const stage = new Stage(makeN2).view(1, { applied: 5 });
    assert.equal(
      stage.see(1, { kind: "log-compacted", upTo: 4 }),
      "1 cut its log up to 4; its latest durable snapshot is of 0",
    );
    stage.see(1, durableSnapshot(snapshot(9)));
    assert.match(stage.see(1, { kind: "log-compacted", upTo: 4 }) ?? "", /snapshot is of 0/);
    stage.see(1, durableSnapshot(snapshot(5)));
    flushed(stage, 3);
    assert.equal(
      stage.see(1, { kind: "log-compacted", upTo: 4 }),
      "1 cut its log up to 4 behind a light snapshot of 5; its machine's disk has 3",
    );
  });
  test("one that a power failure would not leave, whatever its member was told", () => {
    const stage = new Stage(makeN2).view(1, { applied: 5 });
    assert.equal(
      stage.see(1, durableSnapshot(snapshot(5), false)),
      "1 calls a snapshot of 5 durable, and a power failure would not leave it",
    );
  });
  test("a restart with a state that ends before the log begins", () => {
    const stage = new Stage(makeN2).view(1, { applied: 5 });
    stage.see(1, durableSnapshot(snapshot(5)));
    flushed(stage, 5);
    stage.see(1, { kind: "log-compacted", upTo: 4 });
    assert.equal(
      stage.see(1, { kind: "restored", index: 2, digest: "aa", by: "start" }),
      "1 came back with a state of 2, and its log is cut up to 4",
    );
  });
  test("a full snapshot, one that was installed, and a light one of what is durable, are quiet", () => {
    const stage = new Stage(makeN2).view(1, { applied: 5 });
    stage.see(1, durableSnapshot(snapshot(5)));
    stage.see(1, { kind: "member", event: { kind: "snapshot-done", index: 5, bytes: 1 } });
    assert.equal(stage.see(1, { kind: "log-compacted", upTo: 4 }), null);
    stage.see(1, { kind: "snapshot-installed", metadata: snapshot(9), hardState: hard(1) });
    assert.equal(stage.see(1, { kind: "log-compacted", upTo: 9 }), null);
    stage.see(1, durableSnapshot(snapshot(12)));
    stage.view(1, { applied: 12 });
    stage.see(1, durableSnapshot(snapshot(12)));
    flushed(stage, 12);
    assert.equal(stage.see(1, { kind: "log-compacted", upTo: 12 }), null);
  });
});

describe("N3 no snapshot leads back", () => {
  test("behind what is applied, or known to be committed", () => {
    const stage = new Stage(makeN3).view(1, { applied: 8 });
    assert.equal(
      stage.see(1, { kind: "snapshot-installed", metadata: snapshot(7), hardState: hard(1) }),
      "1 installed a snapshot of 7, and had applied 8",
    );
    assert.equal(
      stage.see(1, { kind: "restored", index: 6, digest: "", by: "snapshot" }),
      "1 restored a state of 6, and had applied 8",
    );
    const log = {
      committed: 9,
      applied: 8,
      applying: 8,
      unstableOffset: 1,
      unstableOffsetInProgress: 1,
      unstableLength: 0,
    };
    assert.equal(
      stage.raft(1, 1, { kind: "log-restoring", log, snapshot: snapshot(9) }),
      "1 takes a snapshot of 9, and knows 9 to be committed",
    );
    assert.equal(stage.raft(1, 1, { kind: "log-restoring", log, snapshot: snapshot(10) }), null);
  });
  test("ahead, and an own older state at a start, are quiet", () => {
    const stage = new Stage(makeN3).view(1, { applied: 8 });
    assert.equal(
      stage.see(1, { kind: "snapshot-installed", metadata: snapshot(9), hardState: hard(1) }),
      null,
    );
    assert.equal(stage.see(1, { kind: "restored", index: 3, digest: "", by: "start" }), null);
  });
});
