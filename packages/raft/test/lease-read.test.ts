import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { MessageType, makeMessage, Role } from "../src/index.ts";
import { assertRefused, Cluster, type ClusterOptions } from "./cluster.ts";
import type { Member } from "./member.ts";

const settings = {
  readMode: "lease",
  preVote: true,
  checkQuorum: true,
  electionTicks: 10,
  leaseMarginTicks: 3,
} as const;

function elected(options: ClusterOptions = { settings }): { cluster: Cluster; leader: Member } {
  const cluster = new Cluster(options);
  cluster.outlivePromises();
  return { cluster, leader: cluster.elect(1) };
}

/** A leader whose lease was just renewed. */
function leased(extra = {}): { cluster: Cluster; leader: Member } {
  const { cluster, leader } = elected({ settings: { ...settings, ...extra } });
  cluster.tick(1);
  assert.equal(leader.node.hasLease(), true);
  return { cluster, leader };
}

function answered(member: Member): number[] {
  return member.readStates.map(({ requestId }) => requestId);
}

describe("lease reads (thesis §6.4.1)", () => {
  test("§6.4.1: under a lease a read is answered at once, without a message", () => {
    const { leader } = leased();
    leader.node.readIndex(1);
    assert.deepEqual(leader.drain(), []);
    assert.deepEqual(leader.readStates, [{ requestId: 1, index: 2 }]);
  });

  test("§6.4.1: under a lease a follower's read needs one round trip", () => {
    const { cluster } = leased();
    cluster.get(2).node.readIndex(1);
    cluster.settle();
    assert.deepEqual(answered(cluster.get(2)), [1]);
    assert.equal(cluster.delivered.filter(({ type }) => type === MessageType.MsgReadIndex).length, 1);
  });

  test("§6.4.1: a new leader has no lease until a quorum answered a round of its own", () => {
    const { cluster, leader } = elected();
    assert.equal(leader.node.hasLease(), false);
    leader.node.readIndex(1);
    leader.drain();
    assert.deepEqual(answered(leader), [], "it falls back to a round");
    cluster.tick(1);
    assert.deepEqual(answered(leader), [1]);
  });

  test("§6.4.1: the lease counts from the sending of the round, less the margin", () => {
    const { cluster, leader } = leased();
    cluster.isolate(1);
    for (let tick = 1; tick < settings.electionTicks - settings.leaseMarginTicks; tick++) {
      leader.node.tick();
      assert.equal(leader.node.hasLease(), true, `after ${tick} ticks`);
    }
    leader.node.tick();
    assert.equal(leader.node.hasLease(), false);
    leader.node.readIndex(1);
    cluster.settle();
    assert.deepEqual(answered(leader), []);
  });

  test("§6.4.1: an answer that took long renews the lease from when its round was sent, not from now", () => {
    const { leader } = elected();
    leader.node.tick();
    const round = leader.drain()[0]?.context ?? 0;
    for (let tick = 0; tick < 6; tick++) leader.node.tick();
    leader.drain();
    leader.receive(MessageType.MsgHeartbeatResp, { from: 2, term: 2, context: round });
    assert.equal(leader.node.hasLease(), true);
    leader.node.tick();
    assert.equal(leader.node.hasLease(), false, "seven ticks since the round was sent");
  });

  test("§6.4.1: the answers of a minority renew nothing", () => {
    const { cluster, leader } = elected({ voters: [1, 2, 3, 4, 5], settings });
    cluster.partition([1, 2], [3, 4, 5]);
    cluster.tick(5, [1]);
    assert.equal(leader.node.hasLease(), false);
  });

  test("§6.4.1: a read may insist on a round, at the leader and from a follower", () => {
    const { cluster, leader } = leased();
    cluster.isolate(3);
    leader.node.readIndex(1, "safe");
    assert.ok(leader.drain().some(({ type }) => type === MessageType.MsgHeartbeat));
    assert.deepEqual(answered(leader), []);
    cluster.tick(1);
    assert.deepEqual(answered(leader), [1]);
    cluster.get(2).node.readIndex(2, "safe");
    const [request] = cluster.get(2).drain();
    assert.equal(request?.reject, true);
    assert.deepEqual(
      leader.receive(MessageType.MsgReadIndex, request ?? {}).map(({ type }) => type),
      [MessageType.MsgHeartbeat, MessageType.MsgHeartbeat],
    );
  });

  test("§6.4.1: without lease reads there is no lease, and nothing can be asked of it", () => {
    const cluster = new Cluster({ settings: { ...settings, readMode: "safe" } });
    const leader = cluster.elect(1);
    cluster.tick(3);
    assert.equal(leader.node.hasLease(), false);
    leader.node.readIndex(1, "lease");
    leader.drain();
    assert.deepEqual(answered(leader), []);
  });

  test("§6.4.1: followers never hold the lease", () => {
    const { cluster } = leased();
    assert.equal(cluster.get(2).node.hasLease(), false);
  });
});

describe("what ends a lease", () => {
  test("a pause of the process, until the next round that begins after it", () => {
    const { cluster, leader } = leased();
    leader.node.tick();
    const late = leader.drain()[0]?.context ?? 0;
    leader.node.breakLease();
    assert.equal(leader.node.hasLease(), false);
    leader.receive(MessageType.MsgHeartbeatResp, { from: 2, term: 2, context: late });
    assert.equal(leader.node.hasLease(), false, "the round began before the pause");
    cluster.tick(1);
    assert.equal(leader.node.hasLease(), true);
  });

  test("a transfer, from the moment when the successor is told (thesis §6.4.1, last paragraph)", () => {
    const { cluster, leader } = leased();
    leader.node.transferLeadership(2);
    assert.equal(leader.node.hasLease(), false);
    leader.drain(); // the order is lost, or late
    cluster.tick(15);
    assert.equal(leader.node.status().transferee, 0, "the transfer timed out");
    assert.equal(leader.node.hasLease(), false, "and yet the successor may still campaign");
    leader.node.readIndex(1);
    cluster.settle();
    assert.deepEqual(answered(leader), [1], "rounds work as ever");
  });

  test("stepping down", () => {
    const { leader } = leased();
    leader.node.resign();
    assert.equal(leader.node.hasLease(), false);
  });

  test("a transfer that only waits for the successor to catch up leaves it", () => {
    const { cluster, leader } = leased();
    cluster.isolate(2);
    cluster.propose(1, "a");
    leader.node.transferLeadership(2);
    assert.equal(leader.node.hasLease(), true);
  });
});

describe("what followers promise with an answer (thesis §6.4.1)", () => {
  const ask = { from: 3, index: 9, logTerm: 9 } as const;

  /** Whether a member grants a vote of `term` now. */
  function grants(member: Member, term: number): boolean {
    return member
      .receive(MessageType.MsgVote, { ...ask, term })
      .some(({ type, reject }) => type === MessageType.MsgVoteResp && !reject);
  }

  test("§6.4.1: no vote for somebody else within electionTicks", () => {
    const { cluster } = leased();
    const voter = cluster.get(2);
    for (let tick = 0; tick < 10; tick++) {
      assert.equal(grants(voter, 7), false);
      voter.node.tick();
    }
    assert.equal(grants(voter, 7), true);
  });

  for (const type of [
    MessageType.MsgPreVoteResp,
    MessageType.MsgVoteResp,
    MessageType.MsgAppResp,
    MessageType.MsgHeartbeatResp,
  ]) {
    test(`§6.4.1: a higher term that it hears of otherwise (message type ${type}) does not end the promise`, () => {
      const { cluster } = leased();
      const voter = cluster.get(2);
      voter.receive(type, { from: 3, term: 7, reject: true });
      assert.equal(voter.node.status().term, 7);
      assert.equal(grants(voter, 7), false, "in the term that it now is in");
      assert.equal(grants(voter, 8), false, "in a later term");
      for (let tick = 0; tick < 9; tick++) voter.node.tick();
      assert.equal(grants(voter, 8), false);
      voter.node.setRandomizedElectionTicks(50);
      voter.node.tick();
      assert.equal(grants(voter, 8), true);
    });
  }

  test("§6.4.1: an answer of a former pre-campaign that comes late lets nobody read stale data", () => {
    const { cluster, leader } = leased();
    // 3 has a higher term from elsewhere, and a log as good as anyone's.
    cluster.isolate(3);
    const rival = cluster.reconfigure(3, { ...settings, preVote: false, seed: 3 });
    for (let tick = 0; tick < 30; tick++) rival.node.tick();
    rival.drain();
    const { term } = rival.node.status();
    assert.ok(term > 2);
    // 2 asked 3 for a pre-vote once, went back to its leader, answered a round, and only now hears from 3.
    cluster.tick(1, [1]);
    cluster.get(2).receive(MessageType.MsgPreVoteResp, { from: 3, term, reject: true });
    cluster.heal();
    cluster.isolate(1);
    while (rival.node.status().term === term) {
      rival.node.tick();
      cluster.settle();
    }
    assert.equal(leader.node.hasLease(), true);
    assert.notEqual(rival.node.status().role, Role.leader, "two members would answer reads");
  });

  test("§6.4.1: a member does not campaign against the lease that it promised to keep", () => {
    const { cluster, leader } = leased();
    cluster.isolate(1);
    for (const id of [2, 3]) cluster.get(id).node.setRandomizedElectionTicks(50);
    assertRefused(cluster.get(2).node.campaign(), "lease-reads");
    cluster.settle();
    assert.equal(leader.node.hasLease(), true);
    assert.equal(cluster.leader()?.id, 1);
    cluster.tick(10);
    assert.equal(leader.node.hasLease(), false);
    cluster.get(2).node.campaign();
    cluster.settle();
    assert.equal(cluster.leader()?.id, 2);
  });

  test("§6.4.1: a leader is not forgotten while it may hold a lease", () => {
    const { cluster } = leased();
    const follower = cluster.get(2);
    assertRefused(follower.node.forgetLeader(), "lease-reads");
    assert.equal(follower.node.status().lead, 1);
    assert.equal(follower.eventsOf("forget-leader-refused").length, 1);
  });

  test("§6.4.1: a restarted member honours a promise that it may have forgotten", () => {
    const { cluster } = leased();
    const voter = cluster.get(2);
    voter.restart();
    for (let tick = 0; tick < 10; tick++) {
      assert.equal(grants(voter, 7), false, `after ${tick} ticks`);
      voter.node.tick();
    }
    voter.node.setRandomizedElectionTicks(50);
    assert.equal(grants(voter, 7), true);
  });

  test("§6.4.1: and keeps it though it hears of a higher term meanwhile", () => {
    const { cluster } = leased();
    const voter = cluster.get(2);
    voter.restart();
    voter.receive(MessageType.MsgAppResp, { from: 3, term: 7 });
    assert.equal(grants(voter, 7), false);
  });

  test("§6.4.1: an answer is not sent before a crash can no longer make its member forget the term", () => {
    const cluster = new Cluster({
      settings: { ...settings, asyncStorageWrites: true },
      hardState: { term: 0, commit: 0, vote: 0 },
      snapshotIndex: 1,
    });
    const voter = cluster.get(2);
    voter.node.step(heartbeat(1, 1));
    assert.deepEqual(voter.process(), [], "term 1 is not durable yet");
    assert.deepEqual(
      voter.runAppend().map(({ type, context }) => [type, context]),
      [[MessageType.MsgHeartbeatResp, 1]],
    );
  });

  test("§6.4.1: once an entry of the term is durable, answers do not wait for the disk", () => {
    const { cluster } = leased({ asyncStorageWrites: true });
    const voter = cluster.get(2);
    voter.node.step(heartbeat(2, 9));
    assert.deepEqual(
      voter.process().map(({ type, context }) => [type, context]),
      [[MessageType.MsgHeartbeatResp, 9]],
    );
  });

  test("without lease reads a restarted member may vote at once", () => {
    const cluster = new Cluster({ settings: { ...settings, readMode: "safe" } });
    cluster.elect(1);
    const voter = cluster.get(2);
    voter.restart();
    assert.equal(grants(voter, 7), true);
  });
});

function heartbeat(term: number, context: number) {
  return makeMessage(MessageType.MsgHeartbeat, { to: 2, from: 1, term, context });
}
