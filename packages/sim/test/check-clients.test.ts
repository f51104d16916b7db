/**
 * R1 to R3, K1 and K2, M1 and M2, L1 and L2: each fires on what contradicts it, and is quiet about what only looks like it.
 * Commands are applied by the store itself.
 */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { MessageType, Role } from "@quorate/raft";
import {
  deleteRangeRequest,
  encodeCommand,
  type Outcome,
  putRequest,
  rangeRequest,
  txnRequest,
} from "@quorate/store";
import type { MakeChecker } from "../src/check/checker.ts";
import { makeK1 } from "../src/check/k1-exactly-once.ts";
import { makeK2 } from "../src/check/k2-expiry.ts";
import { makeL1 } from "../src/check/l1-lease-kept.ts";
import { makeL2 } from "../src/check/l2-lease-inherited.ts";
import { makeM1 } from "../src/check/m1-revision-steps.ts";
import { makeM2 } from "../src/check/m2-versions.ts";
import { makeR1 } from "../src/check/r1-linearizable-read.ts";
import { makeR2 } from "../src/check/r2-read-index.ts";
import { makeR3 } from "../src/check/r3-lease-read.ts";
import type { ReadKind, RowSeen } from "../src/observe/client-observation.ts";
import { bytes, entry, hard, Stage } from "./check-stage.ts";

const put = (key: string, value: string, lease = 0n) =>
  putRequest({ key: bytes(key), value: bytes(value), lease });

function called(stage: Stage, call: number, read: ReadKind = "linearizable", at = 0): string | null {
  return stage.see(1, { kind: "read-called", call, read, at });
}

function answered(
  stage: Stage,
  call: number,
  revision: number,
  rows: readonly RowSeen[] = [],
): string | null {
  return stage.see(1, { kind: "read-answered", call, revision, rows });
}

function written(stage: Stage, call: number, revision: number): string | null {
  return stage.see(1, { kind: "command-answered", call, fate: "answered", revision });
}

describe("R1 linearizable read", () => {
  test("older than a write, or a read, that was answered before", () => {
    const stage = new Stage(makeR1);
    written(stage, 1, 7);
    called(stage, 2);
    assert.equal(
      answered(stage, 2, 6),
      "read 2 at 1 is of revision 6, and call 1 had been answered with 7 before it was called",
    );
    called(stage, 3);
    answered(stage, 3, 9);
    called(stage, 4);
    assert.match(answered(stage, 4, 8) ?? "", /read 3 had been answered with 9/);
  });
  test("reads under way at the same time, serializable ones, and those of the past, are quiet", () => {
    const stage = new Stage(makeR1);
    called(stage, 2);
    written(stage, 1, 7);
    assert.equal(answered(stage, 2, 6), null);
    called(stage, 3, "serializable");
    assert.equal(answered(stage, 3, 1), null);
    called(stage, 4, "linearizable", 2);
    assert.equal(answered(stage, 4, 2), null);
  });
});

/** Member 1 leads in term 2, something of which is committed; member 2 asks. */
function asked(make: MakeChecker, leaseReads: boolean): Stage {
  const stage = new Stage(make);
  stage.see(0, { kind: "setup", leaseReads, driftPpm: 100_000 });
  for (const node of [1, 2, 3]) stage.store(node, hard(2, 1), entry(1, 1), entry(2, 2));
  stage.role(1, 2, Role.leader);
  stage.commit(1, 2, 2);
  stage.send(1, 2, MessageType.MsgHeartbeat, { term: 2, context: 1 });
  stage.receive(1, 2, MessageType.MsgReadIndex, { context: 8 });
  stage.send(1, 3, MessageType.MsgHeartbeat, { term: 2, context: 2 });
  return stage;
}

const confirm = (stage: Stage, context: number, from = 2): string | null =>
  stage.receive(1, from, MessageType.MsgHeartbeatResp, { term: 2, context });
const reply = (stage: Stage, index: number): string | null =>
  stage.send(1, 2, MessageType.MsgReadIndexResp, { term: 2, index, context: 8 });

describe("R2 ReadIndex", () => {
  test("without a round that began after the question", () => {
    const stage = asked(makeR2, false);
    confirm(stage, 1);
    assert.equal(
      reply(stage, 2),
      "1, leader of term 2, answered read 8 of 2 with index 2; heartbeats sent after the request were answered by 1 of voters 1, 2, 3",
    );
  });
  test("an index behind what was committed", () => {
    const stage = asked(makeR2, false);
    confirm(stage, 2);
    assert.equal(
      reply(stage, 1),
      "1, leader of term 2, answered read 8 of 2 with index 1; 2 was committed when it was asked",
    );
  });
  test("before anything of its own term is committed", () => {
    const stage = new Stage(makeR2);
    for (const node of [1, 2, 3]) stage.store(node, hard(2, 1), entry(1, 1), entry(2, 2));
    stage.role(1, 2, Role.leader);
    stage.view(1, { commit: 1 });
    stage.receive(1, 2, MessageType.MsgReadIndex, { context: 8 });
    confirm(stage, 1);
    assert.equal(
      reply(stage, 1),
      "1, leader of term 2, answered read 8 of 2 with index 1 before anything of its term was committed",
    );
  });
  test("a round after the question, also by the other follower, and an answer from a lease, are quiet", () => {
    const stage = asked(makeR2, false);
    confirm(stage, 2, 3);
    assert.equal(reply(stage, 2), null);
    assert.equal(reply(asked(makeR2, true), 2), null);
  });
});

describe("R3 lease read", () => {
  test("while a leader of a higher term has committed", () => {
    const stage = asked(makeR3, true);
    stage.role(3, 3, Role.leader);
    stage.commit(3, 3, 2);
    assert.equal(
      reply(stage, 2),
      "1, leader of term 2, answered read 8 of 2 from its lease, and a leader of term 3 has committed",
    );
  });
  test("an old answer that a client gets", () => {
    const stage = asked(makeR3, true);
    written(stage, 1, 7);
    called(stage, 2);
    assert.match(answered(stage, 2, 6) ?? "", /read 2 at 1 is of revision 6/);
  });
  test("an answer by a round, and one within the lease, are quiet", () => {
    const stage = asked(makeR3, true);
    assert.equal(reply(stage, 2), null);
    const other = asked(makeR3, true);
    other.role(3, 3, Role.leader);
    assert.equal(reply(other, 2), null);
  });
});

describe("K1 exactly once", () => {
  const begin = (): Stage => {
    const stage = new Stage(makeK1);
    stage.see(1, { kind: "command-called", call: 1, data: encodeCommand(put("k", "a")) });
    return stage;
  };
  test("twice, in spite of a refusal, without an effect, and with another answer", () => {
    const stage = begin();
    stage.apply(1, 3, put("k", "a"));
    assert.equal(
      stage.apply(1, 5, put("k", "a")),
      "the command of call 1 took effect at entry 3 and again at 5",
    );
    const refused = begin();
    refused.see(1, { kind: "command-answered", call: 1, fate: "refused", revision: 0 });
    assert.equal(
      refused.apply(1, 3, put("k", "a")),
      "call 1 was refused for certain, and took effect at entry 3",
    );
    assert.equal(written(begin(), 1, 2), "call 1 was answered with revision 2, and no entry carried it out");
    const other = begin();
    other.apply(1, 3, put("k", "a"));
    assert.equal(
      written(other, 1, 9),
      "call 1 was answered with revision 9; entry 3, which carried it out, came to 2",
    );
  });
  test("twice, once as somebody", () => {
    const stage = begin();
    const principal = { kind: "user", name: "u", authRevision: 1 } as const;
    assert.equal(stage.apply(1, 3, put("k", "a"), { principal }), null);
    assert.match(stage.apply(1, 5, put("k", "a")) ?? "", /took effect at entry 3 and again at 5/);
  });
  test("on all members, with an unknown end, and what the store refused, are quiet", () => {
    const stage = begin();
    for (const node of [1, 2, 3]) assert.equal(stage.apply(node, 3, put("k", "a")), null);
    assert.equal(written(stage, 1, 2), null);
    const unknown = begin();
    unknown.see(1, { kind: "command-answered", call: 1, fate: "unknown", revision: 0 });
    assert.equal(unknown.apply(1, 3, put("k", "a")), null);
    const refused = new Stage(makeK1);
    const command = put("k", "a", 77n);
    refused.see(1, { kind: "command-called", call: 1, data: encodeCommand(command) });
    refused.apply(1, 3, command);
    assert.equal(refused.see(1, { kind: "command-answered", call: 1, fate: "refused", revision: 0 }), null);
  });
});

const gone = (stage: Stage, node: number, keys = 0, id = 7n): string | null =>
  stage.see(node, { kind: "store", event: { kind: "lease-removed", id, keys } });

describe("K2 expiry at one index", () => {
  test("at one member and not at the other", () => {
    const stage = new Stage(makeK2);
    gone(stage, 1, 2);
    stage.apply(1, 3, put("k", "a"));
    assert.equal(
      stage.apply(2, 3, put("k", "a")),
      "entry 3 at 2 leaves all leases alone; elsewhere it removes 7 and its 2 keys",
    );
    gone(stage, 3, 1);
    assert.equal(
      stage.apply(3, 3, put("k", "a")),
      "entry 3 at 3 removes 7 and its 1 keys; elsewhere it removes 7 and its 2 keys",
    );
  });
  test("at the same entry, later in time, and after a crash in between, is quiet", () => {
    const stage = new Stage(makeK2);
    gone(stage, 1);
    stage.apply(1, 3, put("k", "a"));
    stage.apply(1, 4, put("k", "b"));
    gone(stage, 2);
    stage.life(2, "killed");
    gone(stage, 2);
    assert.equal(stage.apply(2, 3, put("k", "a")), null);
    assert.equal(stage.apply(2, 4, put("k", "b")), null);
  });
});

describe("M1 revision steps", () => {
  const at = (revision: number): Outcome => ({ ok: true, response: { kind: "put", revision, prevKv: null } });
  test("a step too far, none, and another one elsewhere", () => {
    assert.equal(
      new Stage(makeM1).apply(1, 3, put("k", "a"), { outcome: at(3) }),
      "entry 3 (put) changed 1 keys at 1 and came to revision 3; it must be 2",
    );
    assert.match(new Stage(makeM1).apply(1, 3, put("k", "a"), { outcome: at(1) }) ?? "", /must be 2/);
    const stage = new Stage(makeM1);
    stage.apply(1, 3, put("k", "a"));
    assert.equal(
      stage.apply(2, 3, put("k", "a"), { outcome: at(5) }),
      "2 is at revision 5 after entry 3; others at 2",
    );
  });
  test("transactions, ranges, deletions of nothing, leases and refusals are quiet", () => {
    const stage = new Stage(makeM1);
    const all = deleteRangeRequest({ key: bytes("a"), rangeEnd: bytes("z") });
    const commands = [
      put("a", "1"),
      txnRequest({ success: [put("a", "2"), put("b", "2"), rangeRequest({ key: bytes("a") })] }),
      txnRequest({ success: [rangeRequest({ key: bytes("a") })] }),
      txnRequest({ success: [txnRequest({ success: [put("c", "3")] })] }),
      all,
      all,
      { kind: "lease-grant", id: 7n, ttlSeconds: 10 },
      put("k", "leased", 7n),
      put("k", "refused", 8n),
      { kind: "lease-revoke", id: 7n },
      { kind: "compaction", revision: 3 },
      put("a", "4"),
    ] as const;
    for (const node of [1, 2])
      for (const [position, command] of commands.entries())
        assert.equal(stage.apply(node, position + 2, command), null, command.kind);
  });
});

describe("M2 versions of keys", () => {
  const row = (fields: Partial<RowSeen> = {}): RowSeen => ({
    ...{ key: "k", value: "b", createRevision: 2, modRevision: 3, version: 2 },
    ...fields,
  });
  const stageOf = (): Stage => {
    const stage = new Stage(makeM2);
    stage.apply(1, 2, put("k", "a"));
    stage.apply(1, 3, put("k", "b"));
    stage.apply(1, 4, deleteRangeRequest({ key: bytes("k") }));
    return stage;
  };
  const read = (fields: Partial<RowSeen>, revision = 3): string | null => {
    const stage = stageOf();
    called(stage, 1);
    return answered(stage, 1, revision, [row(fields)]);
  };
  test("numbers that contradict each other or what was committed", () => {
    const found = "read 1 at 1 found k = b";
    assert.equal(
      read({ version: 1 }),
      `${found} (created 2, modified 3, version 1): these numbers contradict each other`,
    );
    assert.equal(
      read({ version: 3 }),
      `${found} (created 2, modified 3, version 3): committed is k = b (created 2, modified 3, version 2)`,
    );
    assert.match(read({ value: "c" }) ?? "", /committed is k = b/);
    assert.match(read({}, 2) ?? "", /the answer is of revision 2/);
    assert.match(read({ modRevision: 4 }, 4) ?? "", /nothing was put there then/);
  });
  test("a read of what had been compacted", () => {
    const stage = stageOf();
    stage.see(1, { kind: "compaction-answered", revision: 3 });
    called(stage, 1, "linearizable", 2);
    assert.equal(
      answered(stage, 1, 4),
      "read 1 at 1 of revision 2 was answered, after everything before 3 had been compacted",
    );
  });
  test("what was there, and a compaction that came in between, are quiet", () => {
    assert.equal(read({}), null);
    const stage = stageOf();
    called(stage, 1, "linearizable", 2);
    stage.see(1, { kind: "compaction-answered", revision: 3 });
    assert.equal(answered(stage, 1, 4, [row({ value: "a", modRevision: 2, version: 1 })]), null);
    called(stage, 2, "linearizable", 3);
    assert.equal(answered(stage, 2, 4, [row()]), null);
  });
});

describe("L1 lease lasts", () => {
  const kept = (
    stage: Stage,
    sentAtUs: number,
    kind: "lease-kept" | "lease-granted" = "lease-kept",
  ): string | null => stage.see(1, { kind, lease: 7n, ttlMs: 10, sentAtUs });
  test("gone too early, or before an answer that says it lives", () => {
    const stage = new Stage(makeL1);
    kept(stage, 1000);
    stage.nowUs = 9998;
    assert.equal(
      gone(stage, 2),
      "lease 7 was gone at 9999 µs; by its keep-alive sent at 1000 µs it lasts until 10000 µs",
    );
    assert.equal(
      kept(stage, 9000),
      "lease 7 was gone at 9999 µs; by its keep-alive sent at 9000 µs it lasts until 18000 µs",
    );
  });
  test("within the drift, revoked on request, or told of again elsewhere, is quiet", () => {
    const stage = new Stage(makeL1);
    kept(stage, 1000, "lease-granted");
    stage.nowUs = 9999;
    assert.equal(gone(stage, 2), null);
    assert.equal(gone(stage, 1), null);
    const other = new Stage(makeL1);
    kept(other, 1000);
    other.see(1, { kind: "lease-revoke-called", lease: 7n });
    assert.equal(gone(other, 2), null);
  });
});

describe("L2 lease after an election", () => {
  const granted = (): Stage => {
    const stage = new Stage(makeL2);
    stage.apply(1, 2, { kind: "lease-grant", id: 7n, ttlSeconds: 1 });
    stage.apply(1, 3, put("k", "leased", 7n));
    stage.nowUs = 2_000_000;
    stage.role(2, 5, Role.leader);
    return stage;
  };
  const revoke = { kind: "lease-revoke", id: 7n } as const;
  test("expired before the new leader could know", () => {
    const stage = granted();
    stage.nowUs = 2_800_000;
    assert.equal(
      stage.apply(1, 4, revoke, { term: 5 }),
      "entry 4 of term 5 ended lease 7 at 2800001 µs; that term's leader owes it 1000 ms from 2000001 µs on",
    );
  });
  test("with other keys than it had", () => {
    const stage = granted();
    stage.nowUs = 4_000_000;
    gone(stage, 1, 2);
    assert.equal(stage.apply(1, 4, revoke, { term: 5 }), "entry 4 ended lease 7 at 1 with 2 keys; it had 1");
  });
  test("a full TTL, a checkpoint, and a revocation on request, are quiet", () => {
    const full = granted();
    full.nowUs = 3_000_000;
    gone(full, 1, 1);
    assert.equal(full.apply(1, 4, revoke, { term: 5 }), null);
    const asked = granted();
    asked.see(1, { kind: "lease-revoke-called", lease: 7n });
    assert.equal(asked.apply(1, 4, revoke, { term: 5 }), null);
    const long = new Stage(makeL2);
    long.apply(1, 2, { kind: "lease-grant", id: 7n, ttlSeconds: 60 });
    long.apply(1, 3, { kind: "lease-checkpoint", checkpoints: [{ id: 7n, remainingTtlSeconds: 2 }] });
    long.role(2, 5, Role.leader);
    long.nowUs = 2_000_000;
    assert.equal(long.apply(1, 4, revoke, { term: 5 }), null);
  });
});
