import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  isLocalMessage,
  MessageType,
  makeMessage,
  type Outcome,
  type RefusalCode,
  Role,
} from "../src/index.ts";
import { assertRefused, Cluster, changeOf } from "./cluster.ts";
import { FaultyStorage } from "./faulty-storage.ts";
import { Member, makeDisk, text } from "./member.ts";

const plain = { preVote: false, checkQuorum: false };

/** One way to each code. The table is complete by its type. */
const ways: Record<RefusalCode, () => Outcome> = {
  "no-leader": () => new Cluster().get(1).node.propose(text("a")),
  "not-a-member": () => {
    const cluster = new Cluster({ settings: { ...plain, stepDownOnRemoval: false } });
    cluster.elect(1);
    cluster.change(1, changeOf("r1"));
    return cluster.propose(1, "a");
  },
  transferring: () => {
    const cluster = new Cluster({ settings: plain });
    cluster.elect(1).node.transferLeadership(2);
    return cluster.get(1).node.propose(text("a"));
  },
  "too-much-uncommitted": () => {
    const { node } = new Cluster({ settings: { ...plain, uncommittedBytesMax: 1 } }).elect(1);
    node.propose(text("a"));
    return node.propose(text("b"));
  },
  "forwarding-disabled": () => {
    const cluster = new Cluster({ settings: { ...plain, disableProposalForwarding: true } });
    cluster.elect(1);
    return cluster.get(2).node.propose(text("a"));
  },
  "conf-change-pending": () => {
    const { node } = new Cluster({ settings: plain }).elect(1);
    node.proposeConfChange(changeOf("l4"));
    return node.proposeConfChange(changeOf("l5"));
  },
  "conf-change-joint": () => {
    const cluster = new Cluster({ settings: plain });
    cluster.elect(1);
    cluster.change(1, changeOf("l4", 2));
    return cluster.change(1, changeOf("l5"));
  },
  "conf-change-not-joint": () =>
    new Cluster({ settings: plain }).elect(1).node.proposeConfChange(changeOf("")),
  "conf-change-invalid": () =>
    new Cluster({ voters: [1], settings: plain }).elect(1).node.proposeConfChange(changeOf("r1")),
  "local-message": () => new Cluster().get(1).node.step(makeMessage(MessageType.MsgHup, { from: 2, to: 1 })),
  "unknown-peer": () =>
    new Cluster().get(1).node.step(makeMessage(MessageType.MsgAppResp, { from: 9, to: 1, term: 9 })),
  "transfer-invalid": () => new Cluster({ settings: plain }).elect(1).node.transferLeadership(9),
  "lease-reads": () => new Cluster({ settings: { readMode: "lease" } }).get(1).node.forgetLeader(),
  storage: () => {
    const disk = makeDisk({ voters: [1, 2, 3], terms: [1] });
    const storage = new FaultyStorage(disk);
    const { node } = new Member(1, disk, { ...plain, view: () => storage });
    storage.fail("term", "io");
    return node.campaign();
  },
};

describe("refusals carry a stable code and say what to do", () => {
  for (const [code, way] of Object.entries(ways)) {
    test(code, () => assertRefused(way(), code));
  }
});

describe("what peers must not say (Raft §5.1)", () => {
  test("local messages are refused from peers, each of them, and change nothing", () => {
    const cluster = new Cluster({ settings: plain });
    const leader = cluster.elect(1);
    const before = leader.node.status();
    let count = 0;
    for (const type of Object.values(MessageType).filter(isLocalMessage)) {
      assertRefused(leader.node.step(makeMessage(type, { from: 2, to: 1, term: 99 })), "local-message");
      count++;
    }
    assert.equal(count, 9);
    assert.deepEqual(leader.node.status(), before);
  });

  test("answers of strangers are refused; requests of strangers are not: they may know a newer configuration", () => {
    const { node } = new Cluster({ settings: plain }).get(1);
    const answers = [
      MessageType.MsgAppResp,
      MessageType.MsgVoteResp,
      MessageType.MsgPreVoteResp,
      MessageType.MsgHeartbeatResp,
      MessageType.MsgReadIndexResp,
    ];
    for (const type of answers) {
      assertRefused(node.step(makeMessage(type, { from: 9, to: 1, term: 99 })), "unknown-peer");
    }
    assert.equal(node.status().term, 1);
    assert.equal(
      node.step(makeMessage(MessageType.MsgVote, { from: 9, to: 1, term: 2, index: 9, logTerm: 9 })).ok,
      true,
    );
    assert.equal(node.status().vote, 9);
  });
});

describe("proposals that find no leader", () => {
  test("candidates refuse them, and the event says why", () => {
    const member = new Member(1, makeDisk({ voters: [1, 2, 3] }), plain);
    member.node.campaign();
    assert.equal(member.node.status().role, Role.candidate);
    assertRefused(member.node.propose(text("a")), "no-leader");
    assertRefused(member.node.proposeConfChange(changeOf("l4")), "no-leader");
    assert.deepEqual(
      member.eventsOf("proposal-dropped").map(({ cause }) => cause),
      ["no-leader", "no-leader"],
    );
  });

  test("forwarding switched off refuses at followers only, and names the leader", () => {
    const cluster = new Cluster({ settings: { ...plain, disableProposalForwarding: true } });
    cluster.elect(1);
    const outcome = cluster.get(2).node.propose(text("a"));
    assert.ok(!outcome.ok && outcome.message.includes("member 1"));
    assert.equal(cluster.get(2).drain().length, 0);
    assert.equal(cluster.propose(1, "a").ok, true);
  });

  test("a forwarded proposal keeps its asker, and carries no term", () => {
    const cluster = new Cluster({ settings: plain });
    cluster.elect(1);
    cluster.get(2).node.propose(text("a"));
    const [forwarded] = cluster.get(2).drain();
    assert.deepEqual(
      [forwarded?.type, forwarded?.from, forwarded?.to, forwarded?.term],
      [MessageType.MsgProp, 2, 1, 0],
    );
  });
});
