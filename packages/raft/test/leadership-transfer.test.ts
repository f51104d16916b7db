import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { MessageType, Role } from "../src/index.ts";
import { assertRefused, Cluster, changeOf } from "./cluster.ts";
import type { Member } from "./member.ts";

const settings = { preVote: true, checkQuorum: true, electionTicks: 10 };

/** A leader whose transfer to 2 is under way: 2 lacks an entry, and hears nothing. */
function waiting(extra = {}): { cluster: Cluster; leader: Member } {
  const cluster = new Cluster({ settings: { ...settings, ...extra } });
  const leader = cluster.elect(1);
  cluster.isolate(2);
  cluster.propose(1, "a");
  assert.equal(leader.node.transferLeadership(2).ok, true);
  assert.equal(leader.node.status().transferee, 2);
  return { cluster, leader };
}

describe("leadership transfer (thesis §3.10)", () => {
  for (const asyncStorageWrites of [false, true]) {
    test(`§3.10: to a member that is caught up, at once, async ${asyncStorageWrites}`, () => {
      const cluster = new Cluster({ settings: { ...settings, asyncStorageWrites } });
      const leader = cluster.elect(1);
      leader.node.transferLeadership(2);
      cluster.settle();
      assert.deepEqual([cluster.leader()?.id, cluster.get(2).node.status().term], [2, 3]);
      assert.equal(leader.eventsOf("timeout-now-sent").at(-1)?.atOnce, true);
    });
  }

  test("§3.10: to a member that is behind, as soon as it has caught up", () => {
    const { cluster, leader } = waiting();
    assert.equal(leader.eventsOf("timeout-now-sent").length, 0);
    cluster.heal();
    cluster.tick(1);
    assert.equal(cluster.leader()?.id, 2);
    assert.equal(leader.eventsOf("timeout-now-sent").at(-1)?.atOnce, false);
    assert.deepEqual(cluster.get(2).appliedTexts(), ["a"]);
  });

  test("§3.10: to a member that needs a snapshot first", () => {
    const cluster = new Cluster({ settings });
    const leader = cluster.elect(1);
    cluster.isolate(2);
    cluster.propose(1, "a");
    cluster.tick(1);
    leader.compact();
    cluster.heal();
    leader.node.transferLeadership(2);
    cluster.settle();
    cluster.tick(2);
    assert.equal(cluster.leader()?.id, 2);
  });

  test("§3.10: asked for at a follower, which passes it on", () => {
    for (const asked of [2, 3]) {
      const cluster = new Cluster({ settings });
      cluster.elect(1);
      assert.equal(cluster.get(asked).node.transferLeadership(2).ok, true);
      cluster.settle();
      assert.equal(cluster.leader()?.id, 2);
    }
  });

  test("§3.10: the successor skips the pre-vote, and its votes pass the lease (§4.2.3)", () => {
    const cluster = new Cluster({ settings });
    cluster.elect(1);
    const asked = cluster.get(2).receive(MessageType.MsgTimeoutNow, { from: 1, term: 2 });
    assert.deepEqual(
      asked.map(({ type, context }) => [type, context]),
      [
        [MessageType.MsgVote, 1],
        [MessageType.MsgVote, 1],
      ],
    );
  });

  test("§3.10: leadership can be passed on and back", () => {
    const cluster = new Cluster({ settings });
    cluster.elect(1);
    for (const [from, to] of [
      [1, 2],
      [2, 3],
      [3, 1],
    ] as const) {
      cluster.get(from).node.transferLeadership(to);
      cluster.settle();
      assert.equal(cluster.leader()?.id, to);
    }
  });
});

describe("while a transfer is under way", () => {
  test("§3.10: proposals and membership changes are refused", () => {
    const { leader } = waiting();
    assertRefused(leader.node.propose(new Uint8Array(1)), "transferring");
    assertRefused(leader.node.proposeConfChange(changeOf("l4")), "transferring");
    assert.equal(leader.eventsOf("proposal-dropped").at(-1)?.transferee, 2);
  });

  test("§3.10: reads go on", () => {
    const { cluster, leader } = waiting();
    leader.node.readIndex(1);
    cluster.settle();
    assert.equal(leader.readStates.length, 1);
  });

  test("the same request again changes nothing, and does not prolong it", () => {
    const { cluster, leader } = waiting();
    cluster.tick(6, [1]);
    assert.equal(leader.node.transferLeadership(2).ok, true);
    assert.equal(leader.eventsOf("transfer-repeated").length, 1);
    cluster.tick(4, [1]);
    assert.equal(leader.node.status().transferee, 0);
  });

  test("a request for another successor replaces it", () => {
    const { cluster, leader } = waiting();
    assert.equal(leader.node.transferLeadership(3).ok, true);
    assert.equal(leader.eventsOf("transfer-aborted").at(-1)?.transferee, 2);
    cluster.settle();
    assert.equal(cluster.leader()?.id, 3);
  });

  test("a request for the leader itself ends it", () => {
    const { cluster, leader } = waiting();
    assert.equal(leader.node.transferLeadership(1).ok, true);
    assert.equal(leader.node.status().transferee, 0);
    assert.equal(leader.eventsOf("transfer-ignored").at(-1)?.cause, "self");
    assert.equal(cluster.propose(1, "b").ok, true);
  });
});

describe("transfers that fail", () => {
  test("§3.10: after an election timeout the leader takes proposals again", () => {
    const { cluster, leader } = waiting();
    cluster.tick(9, [1]);
    assertRefused(cluster.propose(1, "b"), "transferring");
    cluster.tick(1, [1]);
    assert.equal(leader.eventsOf("transfer-timed-out").at(-1)?.transferee, 2);
    assert.equal(cluster.propose(1, "b").ok, true);
    assert.equal(leader.node.status().role, Role.leader);
  });

  test("the order is lost: the leader leads on", () => {
    const cluster = new Cluster({ settings });
    const leader = cluster.elect(1);
    cluster.filter = ({ type }) => type !== MessageType.MsgTimeoutNow;
    leader.node.transferLeadership(2);
    cluster.tick(10);
    assert.deepEqual([cluster.leader()?.id, leader.node.status().transferee], [1, 0]);
  });

  test("the successor cannot win: the others vote for whom they like, and nobody is stuck", () => {
    const cluster = new Cluster({ settings });
    cluster.elect(1);
    cluster.filter = ({ type }) => type !== MessageType.MsgVote;
    cluster.get(1).node.transferLeadership(2);
    cluster.settle();
    assert.equal(cluster.get(2).node.status().role, Role.candidate);
    cluster.heal();
    cluster.tick(60);
    assert.notEqual(cluster.leader(), null);
  });

  test("to a learner, to a stranger, without a leader: refused with the reason", () => {
    const cluster = new Cluster({ learners: [4], settings });
    assertRefused(cluster.get(1).node.transferLeadership(2), "no-leader");
    assert.equal(cluster.get(1).eventsOf("transfer-ignored").at(-1)?.cause, "no-leader");
    const leader = cluster.elect(1);
    assertRefused(leader.node.transferLeadership(4), "transfer-invalid");
    assert.equal(leader.eventsOf("transfer-ignored").at(-1)?.cause, "learner");
    assertRefused(leader.node.transferLeadership(77), "transfer-invalid");
    assert.equal(leader.node.status().transferee, 0);
    cluster.get(3).node.campaign();
    assertRefused(cluster.get(3).node.transferLeadership(2), "no-leader");
  });

  test("the successor is removed or demoted meanwhile", () => {
    for (const words of ["r2", "l2"]) {
      const cluster = new Cluster({ settings });
      const leader = cluster.elect(1);
      cluster.isolate(2);
      leader.node.proposeConfChange(changeOf(words));
      leader.drain();
      cluster.network = [];
      leader.node.transferLeadership(2);
      cluster.tick(1);
      assert.equal(leader.eventsOf("transfer-aborted").at(-1)?.transferee, 2);
      assert.equal(leader.node.status().transferee, 0);
      assert.equal(cluster.propose(1, "b").ok, true);
    }
  });

  test("the leader steps down meanwhile: the transfer is forgotten", () => {
    const { cluster, leader } = waiting();
    leader.node.resign();
    assert.equal(leader.node.status().transferee, 0);
    cluster.heal();
    cluster.tick(60);
    const successor = cluster.leader();
    assert.ok(successor !== null);
    assert.equal(cluster.propose(successor.id, "b").ok, true);
  });

  test("an order of an older term is ignored, and one to a learner or to a candidate changes nothing", () => {
    const cluster = new Cluster({ learners: [4], settings: { ...settings, preVote: false } });
    cluster.elect(1);
    const follower = cluster.get(2);
    assert.deepEqual(follower.receive(MessageType.MsgTimeoutNow, { from: 1, term: 1 }), []);
    assert.deepEqual(cluster.get(4).receive(MessageType.MsgTimeoutNow, { from: 1, term: 2 }), []);
    assert.equal(cluster.get(4).eventsOf("campaign-refused").at(-1)?.cause, "not-promotable");
    cluster.get(3).node.campaign();
    cluster.get(3).drain();
    assert.deepEqual(cluster.get(3).receive(MessageType.MsgTimeoutNow, { from: 1, term: 3 }), []);
    assert.equal(cluster.get(3).eventsOf("timeout-now-received").at(-1)?.role, Role.candidate);
  });

  test("an automatic leave that the transfer held up is made up for when the transfer fails", () => {
    const cluster = new Cluster({ settings });
    const leader = cluster.elect(1);
    leader.node.proposeConfChange(changeOf("l3", 1));
    cluster.filter = ({ to }) => to !== 3;
    leader.drain();
    cluster.get(2).node.step(appendTo(leader, 2));
    const replies = cluster.get(2).drain();
    leader.node.transferLeadership(3); // 3 lacks the entry and hears nothing
    for (const reply of replies) leader.node.step(reply);
    leader.drain();
    assert.equal(leader.node.status().config.autoLeave, true);
    assert.equal(leader.eventsOf("auto-leave").at(-1)?.refusal, "transferring");
    cluster.tick(12);
    assert.deepEqual(leader.node.status().config.votersOutgoing, []);
  });
});

function appendTo(leader: Member, to: number) {
  const queued = leader.eventsOf("message-queued").map(({ message }) => message);
  const append = queued.findLast((message) => message.to === to && message.type === MessageType.MsgApp);
  assert.ok(append !== undefined);
  return append;
}
