/**
 * The invariants of logs and commits: each fires on what contradicts it, and is quiet about what only looks like it.
 */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { MessageType, Role } from "@quorate/raft";
import { putRequest } from "@quorate/store";
import { makeS2 } from "../src/check/s2-log-matching.ts";
import { makeS3 } from "../src/check/s3-leader-append-only.ts";
import { makeS5 } from "../src/check/s5-state-machine-safety.ts";
import { makeS6 } from "../src/check/s6-commit-rule.ts";
import { makeS10 } from "../src/check/s10-acknowledged-kept.ts";
import { makeS11 } from "../src/check/s11-no-silent-corruption.ts";
import { makeS12 } from "../src/check/s12-committed-survives.ts";
import { makeS13 } from "../src/check/s13-follower-commit.ts";
import { makeS16 } from "../src/check/s16-answered-append.ts";
import { bytes, durableSnapshot, entry, hard, replicated, Stage, snapshot, voters } from "./check-stage.ts";

const command = (text: string) => putRequest({ key: bytes("k"), value: bytes(text) });

describe("S2 log matching", () => {
  test("the same place and term with other contents before it", () => {
    const stage = new Stage(makeS2);
    stage.append(1, entry(1, 1, "a"), entry(2, 2));
    assert.equal(
      stage.append(2, entry(1, 1, "b")),
      "2 appended entry 1 of term 1, and another log has another one there or before it",
    );
  });
  test("a conflict that is replaced is quiet", () => {
    const stage = new Stage(makeS2);
    stage.append(1, entry(1, 1), entry(2, 2));
    stage.append(2, entry(1, 1), entry(2, 3));
    assert.equal(stage.append(1, entry(2, 3), entry(3, 3)), null);
    assert.equal(stage.append(2, entry(3, 3)), null);
  });
  // Seed 19606: the member had died while it installed the snapshot, right where its own log had another entry.
  test("a restart from a snapshot that was never told to be installed, over another entry, is quiet", () => {
    const stage = new Stage(makeS2);
    stage.store(2, hard(1, 2), entry(1, 1));
    stage.store(1, hard(2, 1), entry(1, 2));
    stage.commit(1, 2, 1);
    assert.equal(stage.append(1, entry(2, 2)), null);
    stage.restart(2, hard(2), [], { snapshot: snapshot(1, 2) });
    assert.equal(stage.append(2, entry(2, 2)), null);
  });
});

describe("S3 leader append-only", () => {
  test("a leader that writes over its log", () => {
    const stage = new Stage(makeS3);
    stage.append(1, entry(1, 1), entry(2, 1));
    stage.role(1, 2, Role.leader);
    assert.equal(
      stage.raft(1, 2, { kind: "entries-appended", firstIndex: 2, lastIndex: 2 }),
      "1, leader of term 2, wrote at 2 though its log reached 2",
    );
  });
  test("a leader that cuts its log", () => {
    const stage = new Stage(makeS3);
    stage.role(1, 2, Role.leader);
    assert.equal(
      stage.raft(1, 2, { kind: "unstable-truncated", index: 4 }),
      "1, leader of term 2, cut its log at 4",
    );
  });
  test("a follower may do both, and a leader append", () => {
    const stage = new Stage(makeS3);
    stage.append(1, entry(1, 1), entry(2, 1));
    stage.role(1, 2, Role.follower);
    assert.equal(stage.raft(1, 2, { kind: "unstable-truncated", index: 2 }), null);
    assert.equal(stage.raft(1, 2, { kind: "entries-appended", firstIndex: 2, lastIndex: 2 }), null);
    stage.role(1, 3, Role.leader);
    assert.equal(stage.raft(1, 3, { kind: "entries-appended", firstIndex: 3, lastIndex: 3 }), null);
  });
});

describe("S5 state-machine safety", () => {
  const settled = (): Stage => replicated(new Stage(makeS5), 3);
  test("different states after the same entry", () => {
    const stage = settled();
    stage.apply(1, 1, command("a"), { digest: "aa" });
    assert.equal(
      stage.apply(2, 1, command("a"), { digest: "bb" }),
      "2 is at digest bb after entry 1; others at aa",
    );
  });
  test("an entry twice, one that is not committed, and one of another term", () => {
    const stage = settled();
    assert.equal(
      stage.apply(3, 1, command("c"), { term: 4 }),
      "3 applied an entry of term 4 at 1; committed is one of term 1",
    );
    stage.apply(1, 2, command("a"));
    assert.equal(stage.apply(1, 2, command("a")), "1 applied entry 2 after 2");
    assert.equal(stage.apply(2, 9, command("b")), "2 applied entry 9, which is not committed");
  });
  test("a restored state that is another one", () => {
    const stage = settled();
    stage.apply(1, 2, command("a"), { digest: "aa" });
    assert.equal(
      stage.see(2, { kind: "restored", index: 2, digest: "bb", by: "snapshot" }),
      "2 goes on from a state of 2 with digest bb; others had aa there",
    );
  });
  test("a restart that begins again from an empty state, or from an older one, is quiet", () => {
    const stage = settled();
    stage.apply(1, 1, command("a"));
    stage.apply(1, 2, command("b"));
    stage.restart(1, hard(1), [entry(1, 1), entry(2, 1)]);
    assert.equal(stage.apply(1, 1, command("a")), null);
    assert.equal(stage.apply(1, 2, command("b")), null);
  });
});

describe("S6 commit rule", () => {
  test("only the leader has it on disk", () => {
    const stage = new Stage(makeS6);
    stage.view(1, {}).role(1, 1, Role.leader);
    stage.store(1, hard(1, 1), entry(1, 1));
    stage.append(2, entry(1, 1));
    assert.equal(
      stage.commit(1, 1, 1),
      "1, leader of term 1, committed 1, which only 1 of voters 1, 2, 3 has on disk",
    );
  });
  test("a majority that was told so, by a disk whose sync had failed", () => {
    const stage = new Stage(makeS6);
    stage.view(1, {}).role(1, 1, Role.leader);
    stage.store(1, hard(1, 1), entry(1, 1));
    stage.writeInVain(2, hard(1, 1), entry(1, 1));
    assert.equal(
      stage.commit(1, 1, 1),
      "1, leader of term 1, committed 1, which only 1 of voters 1, 2, 3 has on disk",
    );
  });
  test("an earlier term's entry by counting", () => {
    const stage = new Stage(makeS6);
    for (const node of [1, 2, 3]) stage.store(node, hard(1), entry(1, 1));
    stage.role(1, 2, Role.leader);
    assert.equal(stage.commit(1, 2, 1), "1, leader of term 2, committed up to 1, an entry of term 1");
  });
  test("the new majority alone while the configuration is joint; learners do not count", () => {
    const stage = new Stage(makeS6);
    for (const node of [1, 4, 5]) stage.store(node, hard(1), entry(1, 1));
    stage.view(1, { config: voters([1, 4, 5], { votersOutgoing: [1, 2, 3], learners: [6] }) });
    stage.role(1, 1, Role.leader);
    assert.equal(
      stage.commit(1, 1, 1),
      "1, leader of term 1, committed 1, which only 1 of voters 1, 2, 3 has on disk",
    );
  });
  test("a snapshot that was received and not installed does not count", () => {
    const stage = new Stage(makeS6);
    stage.store(1, hard(1), entry(1, 1));
    stage.see(2, durableSnapshot(snapshot(1)));
    stage.role(1, 1, Role.leader);
    assert.match(stage.commit(1, 1, 1) ?? "", /only 1 of voters/);
  });
  test("followers without the leader's own disk are enough, and earlier entries go along", () => {
    const stage = new Stage(makeS6);
    stage.append(1, entry(1, 1), entry(2, 2));
    for (const node of [2, 3]) stage.store(node, hard(2), entry(1, 1), entry(2, 2));
    stage.role(1, 2, Role.leader);
    assert.equal(stage.commit(1, 2, 2), null);
  });
});

describe("S10 acknowledged entries are kept", () => {
  const acknowledged = (): Stage => {
    const stage = new Stage(makeS10);
    stage.store(1, hard(2), entry(1, 1), entry(2, 2), entry(3, 2));
    stage.send(1, 2, MessageType.MsgAppResp, { term: 2, index: 3 });
    return stage;
  };
  test("a log that came back shorter, or with something else", () => {
    assert.equal(
      acknowledged().restart(1, hard(2), [entry(1, 1), entry(2, 2)]),
      "1 acknowledged entry 3, and came back with a log to 2",
    );
    assert.equal(
      acknowledged().restart(1, hard(2), [entry(1, 1), entry(2, 1), entry(3, 2)]),
      "1 acknowledged entry 3, and came back with another one there or before it",
    );
  });
  test("a leader owes what it counted of its own", () => {
    const stage = new Stage(makeS10);
    stage.role(1, 2, Role.leader);
    stage.store(1, hard(2, 1), entry(1, 2));
    assert.equal(stage.restart(1, hard(2, 1), []), "1 acknowledged entry 1, and came back with a log to 0");
  });
  test("a committed entry that is written over", () => {
    const stage = acknowledged();
    stage.commit(1, 2, 3);
    assert.equal(
      stage.store(1, hard(3), entry(3, 3)),
      "1 writes an entry of term 3 over the committed entry 3 of term 2",
    );
  });
  test("a later leader's entries, even if the write was cut short by the crash, are quiet", () => {
    const stage = acknowledged();
    stage.append(1, entry(3, 3));
    stage.see(1, { kind: "log-writing", write: { hardState: hard(3), entries: [entry(3, 3)] } });
    assert.equal(stage.restart(1, hard(2), [entry(1, 1), entry(2, 2)]), null);
  });
  test("but not what stands before them", () => {
    const stage = acknowledged();
    stage.see(1, { kind: "log-writing", write: { hardState: hard(3), entries: [entry(3, 3)] } });
    assert.equal(
      stage.restart(1, hard(2), [entry(1, 1)]),
      "1 acknowledged entry 2, and came back with a log to 1",
    );
  });
  test("rot is no excuse: who comes back must have everything", () => {
    assert.equal(
      acknowledged().restart(1, hard(2), [entry(1, 1), entry(2, 2)], { isCharged: true }),
      "1 acknowledged entry 3, and came back with a log to 2",
    );
  });
  test("losses without a sign and snapshots are quiet", () => {
    assert.equal(acknowledged().restart(1, hard(2), [], { mayLack: true }), null);
    assert.equal(acknowledged().restart(1, hard(2), [entry(4, 2)], { snapshot: snapshot(3) }), null);
  });
});

describe("S11 no silent corruption", () => {
  test("an entry that is read or found otherwise", () => {
    const stage = new Stage(makeS11);
    stage.store(1, hard(1), entry(1, 1), entry(2, 1, "right"));
    assert.equal(
      stage.see(1, { kind: "log-read", entries: [entry(2, 1, "wrong")] }),
      "1 read another entry 2 than it had written",
    );
    assert.equal(
      stage.restart(1, hard(1), [entry(1, 1), entry(2, 1, "wrong")], { isCharged: true }),
      "1 came back with another entry 2 of term 1 than it had written",
    );
  });
  test("a lost tail and an older entry of another term are quiet", () => {
    const stage = new Stage(makeS11);
    stage.store(1, hard(1), entry(1, 1), entry(2, 1), entry(3, 1));
    assert.equal(stage.see(1, { kind: "log-read", entries: [entry(2, 1), entry(3, 1)] }), null);
    stage.append(1, entry(3, 2));
    assert.equal(stage.restart(1, hard(1), [entry(1, 1), entry(2, 1), entry(3, 1)]), null);
    assert.equal(stage.restart(1, hard(1), [entry(1, 1)]), null);
  });
});

describe("S12 committed entries survive", () => {
  test("a majority that forgot", () => {
    const stage = replicated(new Stage(makeS12), 2);
    assert.equal(
      stage.restart(2, hard(1), [entry(1, 1)]),
      "entry 2 is committed, and after the restart of 2 2, 3 of voters 1, 2, 3 do not have it",
    );
  });
  test("one that forgot, of all, and a member that burned down, are quiet", () => {
    const stage = replicated(new Stage(makeS12), 3);
    assert.equal(stage.restart(2, hard(1), [], { isCharged: true }), null);
    stage.life(3, "wiped");
    assert.equal(stage.restart(1, hard(1), [entry(1, 1), entry(2, 1)]), null);
  });
  test("in a joint configuration one half that keeps it is enough", () => {
    const stage = replicated(new Stage(makeS12), 3);
    stage.config(1, 2, voters([4, 5, 6], { votersOutgoing: [1, 2, 3] }));
    assert.equal(stage.restart(2, hard(1), [entry(1, 1)], { isCharged: true }), null);
    assert.match(
      stage.restart(3, hard(1), [entry(1, 1)], { isCharged: true }) ?? "",
      /after the restart of 3 4, 5, 6 of voters 4, 5, 6/,
    );
  });
});

describe("S13 follower's commit index", () => {
  const follower = (): Stage => new Stage(makeS13).view(2, { role: Role.follower, term: 3, lastIndex: 9 });
  test("beyond what the append verified, or its leader committed", () => {
    const stage = follower();
    stage.receive(2, 1, MessageType.MsgApp, { term: 3, index: 4, entries: [entry(5, 3)], commit: 9 });
    assert.equal(
      stage.commit(2, 3, 9),
      "2, no leader, raised its commit index from 0 to 9; its leader's messages verify and commit up to 5",
    );
  });
  test("by a message of another term", () => {
    const stage = follower();
    stage.receive(2, 1, MessageType.MsgHeartbeat, { term: 2, commit: 4 });
    assert.equal(
      stage.commit(2, 3, 4),
      "2, no leader, raised its commit index from 0 to 4; its leader's messages verify and commit up to 0",
    );
  });
  test("a heartbeat that tells more than was acknowledged in this term", () => {
    const stage = new Stage(makeS13).view(1, { role: Role.leader, term: 3 });
    stage.receive(1, 2, MessageType.MsgAppResp, { term: 3, index: 4 });
    assert.equal(stage.send(1, 2, MessageType.MsgHeartbeat, { term: 3, commit: 4 }), null);
    assert.equal(
      stage.send(1, 2, MessageType.MsgHeartbeat, { term: 3, commit: 5 }),
      "1 told 2 by a heartbeat of term 3 that 5 is committed; 2 has acknowledged 4",
    );
  });
  test("several messages in one turn, doubled and overtaken ones, are quiet", () => {
    const stage = follower();
    stage.receive(2, 1, MessageType.MsgApp, { term: 3, index: 4, entries: [entry(5, 3)], commit: 7 });
    stage.receive(2, 1, MessageType.MsgApp, { term: 3, index: 5, entries: [entry(6, 3)], commit: 7 });
    stage.receive(2, 1, MessageType.MsgHeartbeat, { term: 3, commit: 6 });
    stage.receive(2, 1, MessageType.MsgSnap, {
      term: 3,
      snapshot: { metadata: snapshot(8), data: new Uint8Array(0) },
    });
    assert.equal(stage.commit(2, 3, 5), null);
    assert.equal(stage.commit(2, 3, 6), null);
    assert.equal(stage.commit(2, 3, 8), null);
  });
  test("a leader's own commit is not its concern", () => {
    const stage = new Stage(makeS13).view(1, { role: Role.leader, term: 3 });
    assert.equal(stage.commit(1, 3, 4), null);
  });
});

describe("S16 acknowledgement of what was compared", () => {
  const { MsgApp, MsgAppResp } = MessageType;
  const follower = (): Stage => new Stage(makeS16).view(2, { term: 3, commit: 4, lastIndex: 9 });
  test("an acknowledgement of entries behind those of the append that it answers", () => {
    const stage = follower();
    stage.receive(2, 1, MsgApp, { term: 3, index: 4, entries: [entry(5, 3)], commit: 9 });
    assert.equal(
      stage.send(2, 1, MsgAppResp, { term: 3, index: 9 }),
      "2 acknowledged 9 to 1 in term 3; no append verified just that, and 4 is committed",
    );
  });
  test("a second acknowledgement for one append, and one for an append of a former life", () => {
    const stage = follower();
    stage.receive(2, 1, MsgApp, { term: 3, index: 4, entries: [entry(5, 3)] });
    assert.equal(stage.send(2, 1, MsgAppResp, { term: 3, index: 5 }), null);
    assert.match(stage.send(2, 1, MsgAppResp, { term: 3, index: 5 }) ?? "", /^2 acknowledged 5 to 1/);
    stage.receive(2, 1, MsgApp, { term: 3, index: 5, entries: [entry(6, 3)] });
    stage.life(2, "started");
    assert.match(stage.send(2, 1, MsgAppResp, { term: 3, index: 6 }) ?? "", /^2 acknowledged 6 to 1/);
  });
  test("what is committed, what overtook a refused append, and what is late for its term are quiet", () => {
    const stage = follower();
    stage.receive(2, 1, MsgApp, { term: 3, index: 6, entries: [entry(7, 3)] });
    stage.receive(2, 1, MsgApp, { term: 3, index: 4, entries: [entry(5, 3), entry(6, 3)] });
    stage.receive(2, 1, MsgApp, { term: 3, index: 2, entries: [entry(3, 3)] });
    assert.equal(stage.send(2, 1, MsgAppResp, { term: 3, index: 6, reject: true }), null);
    assert.equal(stage.send(2, 1, MsgAppResp, { term: 3, index: 6 }), null);
    assert.equal(stage.send(2, 1, MsgAppResp, { term: 3, index: 4 }), null);
    stage.receive(2, 1, MsgApp, { term: 3, index: 7, entries: [entry(8, 3)] });
    stage.receive(2, 3, MsgApp, { term: 4, index: 9, entries: [entry(10, 4)] });
    assert.equal(stage.send(2, 1, MsgAppResp, { term: 3, index: 8 }), null);
  });
});
