import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  type ConfChange,
  EntryType,
  encodeConfChangeV2,
  MessageType,
  makeEntry,
  makeMessage,
  type NodeId,
  noData,
  Role,
} from "../src/index.ts";
import { assertRefused, Cluster, changeOf } from "./cluster.ts";
import type { Member } from "./member.ts";

const settings = { preVote: true, checkQuorum: true };

function leaderOf(extra = {}, voters: readonly NodeId[] = [1, 2, 3]): { cluster: Cluster; leader: Member } {
  const cluster = new Cluster({ voters, settings: { ...settings, ...extra } });
  return { cluster, leader: cluster.elect(voters[0] as NodeId) };
}

describe("one member at a time (thesis §4.1)", () => {
  test("§4.1: a voter is added and counts from when the change is applied", () => {
    const { cluster, leader } = leaderOf({ freshSnapshots: true });
    cluster.add(4, null);
    assert.equal(cluster.change(1, changeOf("v4")).ok, true);
    cluster.tick(2);
    assert.deepEqual(leader.node.status().config.voters, [1, 2, 3, 4]);
    for (const id of [1, 2, 3, 4]) assert.deepEqual(cluster.get(id).confState.voters, [1, 2, 3, 4]);
    cluster.partition([1, 2], [3, 4]);
    cluster.propose(1, "a");
    assert.deepEqual(leader.appliedTexts(), [], "two of four are no majority");
  });

  test("§4.2.1: a new member joins as learner, catches up, and is promoted", () => {
    const { cluster, leader } = leaderOf({ freshSnapshots: true });
    cluster.add(4, null);
    cluster.change(1, changeOf("l4"));
    cluster.tick(2);
    cluster.propose(1, "a");
    assert.deepEqual(cluster.get(4).appliedTexts().at(-1), "a");
    assert.equal(leader.node.status().progress.get(4)?.isLearner, true);
    cluster.change(1, changeOf("v4"));
    assert.deepEqual(leader.node.status().config, {
      voters: [1, 2, 3, 4],
      votersOutgoing: [],
      learners: [],
      learnersNext: [],
      autoLeave: false,
    });
  });

  test("§4.1: what is known of a member's log outlives its promotion", () => {
    const cluster = new Cluster({ learners: [4], settings });
    const leader = cluster.elect(1);
    const { match } = leader.node.status().progress.get(4) ?? { match: 0 };
    assert.equal(match, 2);
    cluster.change(1, changeOf("v4"));
    assert.ok((leader.node.status().progress.get(4)?.match ?? 0) >= match);
  });

  test("§4.1: the old form of the change works like the new", () => {
    const { cluster, leader } = leaderOf();
    const change: ConfChange = { type: 3, nodeId: 4, context: noData };
    cluster.change(1, change);
    assert.deepEqual(leader.confState.learners, [4]);
    assert.equal(leader.applied.at(-1)?.type, EntryType.confChange);
  });

  test("§4.1: news about a member change nothing", () => {
    const { cluster, leader } = leaderOf();
    const before = leader.node.status().config;
    cluster.change(1, changeOf("u2"));
    assert.deepEqual(leader.node.status().config, before);
    assert.equal(leader.applied.at(-1)?.type, EntryType.confChangeV2);
  });

  test("§4.1: removing a member shrinks the quorum, and commits what was short of it", () => {
    const { cluster, leader } = leaderOf({ checkQuorum: false }, [1, 2]);
    leader.node.proposeConfChange(changeOf("r2"));
    cluster.filter = ({ type, to, entries }) => type !== MessageType.MsgApp || to !== 2 || entries.length < 2;
    cluster.settle();
    cluster.isolate(2);
    assert.deepEqual(leader.node.status().config.voters, [1]);
    cluster.propose(1, "a");
    assert.deepEqual(leader.appliedTexts(), ["a"]);
  });

  test("an application may veto a committed change by applying an empty one", () => {
    const { leader } = leaderOf();
    const config = leader.node.applyConfChange({ type: 1, nodeId: 0, context: noData });
    assert.deepEqual(config.voters, [1, 2, 3]);
  });
});

describe("what a leader refuses (thesis §4.1, §4.3)", () => {
  test("§4.1: a second change before the first is applied; an empty entry takes its place", () => {
    const { leader, cluster } = leaderOf();
    assert.equal(leader.node.proposeConfChange(changeOf("l4")).ok, true);
    assertRefused(leader.node.proposeConfChange(changeOf("l5")), "conf-change-pending");
    cluster.settle();
    assert.deepEqual(leader.confState.learners, [4]);
    const last = leader.applied.at(-1);
    assert.deepEqual([last?.type, last?.data.length], [EntryType.normal, 0]);
    assert.equal(leader.eventsOf("conf-change-refused").at(-1)?.cause, "conf-change-pending");
    assert.equal(leader.node.proposeConfChange(changeOf("l5")).ok, true);
  });

  test("§4.1, single-server bug: no change while the log of a new leader holds anything that is not applied", () => {
    const cluster = new Cluster({ terms: [1, 1], settings });
    cluster.filter = ({ type }) => type !== MessageType.MsgAppResp;
    cluster.elect(1);
    assertRefused(cluster.change(1, changeOf("l4")), "conf-change-pending");
    cluster.heal();
    cluster.tick(1);
    assert.equal(cluster.change(1, changeOf("l4")).ok, true);
  });

  test("§4.3: another change inside a joint configuration, and leaving one that there is not", () => {
    const { cluster, leader } = leaderOf();
    assertRefused(cluster.change(1, changeOf("")), "conf-change-not-joint");
    cluster.change(1, changeOf("l3", 2));
    assertRefused(cluster.change(1, changeOf("l4")), "conf-change-joint");
    assert.equal(cluster.change(1, changeOf("")).ok, true);
    assert.deepEqual(leader.confState.votersOutgoing, []);
    assert.deepEqual(leader.confState.learners, [3]);
  });

  test("a change that could not be applied does not enter the log at all", () => {
    const { leader } = leaderOf({}, [1]);
    const { lastIndex } = leader.node.status();
    assertRefused(leader.node.proposeConfChange(changeOf("r1")), "conf-change-invalid");
    assert.equal(leader.node.status().lastIndex, lastIndex);
    assert.equal(leader.eventsOf("conf-change-refused").at(-1)?.cause, "conf-change-invalid");
    assert.equal(leader.node.proposeConfChange(changeOf("l4")).ok, true, "and is not pending");
  });

  test("forwarded bytes that are no change are refused, and the leader lives", () => {
    const { leader } = leaderOf();
    for (const type of [EntryType.confChange, EntryType.confChangeV2]) {
      const entries = [makeEntry(type, 0, 0, Uint8Array.of(0xff, 0xff)), makeEntry(0, 0, 0, noData)];
      const outcome = leader.node.step(makeMessage(MessageType.MsgProp, { from: 2, to: 1, entries }));
      assertRefused(outcome, "conf-change-invalid");
    }
    assert.equal(leader.node.status().role, Role.leader);
    assert.equal(leader.node.propose(noData).ok, true);
  });

  test("a nonsensical id is refused, not applied", () => {
    const { leader } = leaderOf();
    const outcome = leader.node.proposeConfChange({ type: 0, nodeId: -5, context: noData });
    assert.equal(outcome.ok, false);
    assert.equal(leader.node.tick().ok, true);
  });

  test("with validation disabled everything enters the log, and what cannot be applied is skipped by all alike", () => {
    const { cluster, leader } = leaderOf({ disableConfChangeValidation: true });
    for (const words of ["l4", "l5"]) assert.equal(leader.node.proposeConfChange(changeOf(words)).ok, true);
    leader.node.proposeConfChange(changeOf("")); // no joint configuration to leave
    cluster.settle();
    for (const id of [1, 2, 3]) {
      assert.deepEqual(cluster.get(id).confState.learners, [4, 5]);
      assert.equal(cluster.get(id).eventsOf("conf-change-refused").length, 1);
    }
  });
});

describe("joint consensus (Raft §6)", () => {
  test("§6: several changes at once enter a joint configuration, and the leader leaves it by itself", () => {
    const { cluster, leader } = leaderOf({ freshSnapshots: true });
    for (const id of [4, 5]) cluster.add(id, null);
    cluster.change(1, changeOf("v4 v5 r2 r3"));
    cluster.tick(3);
    const configs = leader.eventsOf("config-switched").map(({ config }) => config);
    assert.ok(configs.some(({ votersOutgoing, autoLeave }) => votersOutgoing.length === 3 && autoLeave));
    assert.deepEqual(leader.node.status().config.voters, [1, 4, 5]);
    assert.deepEqual(leader.node.status().config.votersOutgoing, []);
  });

  test("§6: in a joint configuration entries need both majorities", () => {
    const cluster = new Cluster({
      voters: [1, 2, 3],
      learners: [4, 5],
      settings: { ...settings, checkQuorum: false },
    });
    const leader = cluster.elect(1);
    cluster.change(1, changeOf("v4 v5 r2 r3", 2));
    for (const missing of [
      [2, 3],
      [4, 5],
    ]) {
      const before = leader.appliedTexts().length;
      cluster.partition([1], missing);
      cluster.propose(1, "x");
      assert.equal(leader.appliedTexts().length, before, `without ${missing.join(" and ")}`);
      cluster.heal();
      cluster.tick(2);
      assert.equal(leader.appliedTexts().length, before + 1);
    }
  });

  test("§6: in a joint configuration elections need both majorities", () => {
    for (const { missing, isElected } of [
      { missing: [2, 3], isElected: false },
      { missing: [4, 5], isElected: false },
      { missing: [3, 5], isElected: true },
    ]) {
      const cluster = new Cluster({
        voters: [1, 2, 3],
        learners: [4, 5],
        settings: { ...settings, checkQuorum: false },
      });
      cluster.elect(1);
      cluster.change(1, changeOf("v4 v5 r2 r3", 2));
      cluster.get(1).node.resign();
      cluster.partition([1], missing);
      cluster.get(1).node.campaign();
      cluster.settle();
      assert.equal(
        cluster.get(1).node.status().role === Role.leader,
        isElected,
        `without ${missing.join(" and ")}`,
      );
    }
  });

  test("§6: a new leader leaves the joint configuration that its predecessor entered", () => {
    const cluster = new Cluster({ settings });
    cluster.elect(1);
    cluster.get(1).node.proposeConfChange(changeOf("l3 l1", 1));
    // Everybody applies the change; then the leader is gone before it can propose to leave.
    cluster.filter = ({ entries }) => !entries.some(({ index }) => index === 4);
    cluster.settle();
    cluster.tick(2, [1]);
    assert.equal(cluster.get(2).confState.votersOutgoing.length, 3);
    cluster.get(1).crash();
    cluster.heal();
    cluster.tick(60);
    assert.deepEqual(cluster.leader()?.confState.votersOutgoing, []);
    assert.deepEqual(cluster.leader()?.confState.voters, [2]);
  });

  test("§6: a demoted voter stays a voter of the outgoing half until the joint configuration is left", () => {
    const { cluster, leader } = leaderOf();
    cluster.change(1, changeOf("l3", 2));
    assert.deepEqual(leader.confState, {
      voters: [1, 2],
      votersOutgoing: [1, 2, 3],
      learners: [],
      learnersNext: [3],
      autoLeave: false,
    });
    cluster.change(1, changeOf(""));
    assert.deepEqual(leader.confState.learners, [3]);
  });

  test("§6: nobody campaigns with a committed change that is not applied", () => {
    const cluster = new Cluster({ settings: { ...settings, asyncStorageWrites: true } });
    const leader = cluster.elect(1);
    const follower = cluster.get(2);
    leader.node.proposeConfChange(changeOf("l4"));
    for (const message of leader.process().filter(({ to }) => to === 2)) follower.node.step(message);
    follower.node.step(makeMessage(MessageType.MsgHeartbeat, { from: 1, to: 2, term: 2 }));
    follower.process();
    follower.runAppend();
    follower.node.step(makeMessage(MessageType.MsgHeartbeat, { from: 1, to: 2, term: 2, commit: 3 }));
    follower.process();
    assert.equal(follower.applyWork.length, 1);
    follower.node.campaign();
    assert.equal(follower.eventsOf("campaign-refused").at(-1)?.cause, "conf-change-unapplied");
    follower.runApply();
    follower.node.campaign();
    assert.equal(follower.eventsOf("campaign-started").length, 1);
  });
});

describe("a leader that is removed or demoted (thesis §4.2.2)", () => {
  for (const words of ["r1", "l1"]) {
    test(`§4.2.2: ${words}: it steps down at the same term, and somebody else is elected`, () => {
      const { cluster, leader } = leaderOf();
      cluster.change(1, changeOf(words));
      const { role, term, lead } = leader.node.status();
      assert.deepEqual({ role, term, lead }, { role: Role.follower, term: 2, lead: 0 });
      cluster.tick(60);
      assert.ok([2, 3].includes(cluster.leader()?.id ?? 0));
    });

    test(`§4.2.2: ${words}, stepDownOnRemoval off: it leads on, uncounted, until somebody takes over`, () => {
      const { cluster, leader } = leaderOf({ stepDownOnRemoval: false });
      cluster.change(1, changeOf(words));
      assert.equal(leader.node.status().role, Role.leader);
      if (words === "r1") assertRefused(leader.node.propose(noData), "not-a-member");
      else assert.equal(cluster.propose(1, "a").ok, true);
    });
  }

  test("§4.2.2: a removed follower knows it when it applied the change, and never campaigns again", () => {
    const { cluster } = leaderOf();
    cluster.change(1, changeOf("r3"));
    cluster.get(3).node.step(makeMessage(MessageType.MsgHeartbeat, { from: 1, to: 3, term: 2, commit: 3 }));
    cluster.settle();
    assert.deepEqual(cluster.get(3).confState.voters, [1, 2]);
    cluster.tick(100);
    assert.equal(cluster.get(3).node.status().role, Role.follower);
    assert.equal(cluster.leader()?.id, 1);
  });
});

test("forwarded changes and proposals of followers reach the leader's log (thesis §6.2)", () => {
  const { cluster, leader } = leaderOf();
  assert.equal(cluster.propose(2, "a").ok, true);
  assert.equal(cluster.change(3, changeOf("l4")).ok, true);
  assert.deepEqual(leader.appliedTexts(), ["a"]);
  assert.deepEqual(leader.confState.learners, [4]);
  assert.equal(encodeConfChangeV2(changeOf("")).length, 0);
});
