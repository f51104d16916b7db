import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { MessageType, makeMessage, Role } from "../src/index.ts";
import { Cluster } from "./cluster.ts";

const off = { preVote: false, checkQuorum: true };
const on = { preVote: true, checkQuorum: true };

describe("a group in which only some members use pre-vote (thesis §9.6; etcd #8501, #8243)", () => {
  test("§9.6: a member with pre-vote is elected by members without, and the other way round", () => {
    for (const candidate of [1, 2, 3]) {
      const cluster = new Cluster({ each: { 1: on, 2: off, 3: off } });
      cluster.elect(candidate);
      assert.equal(cluster.leader()?.id, candidate);
    }
  });

  /** 3 has the higher term and the shorter log; 2 has the lower term and the longer log; 1 is gone. */
  function wedged(): Cluster {
    const cluster = new Cluster({ each: { 1: off, 2: on, 3: off } });
    cluster.elect(1);
    cluster.isolate(3);
    cluster.propose(1, "x");
    const ahead = cluster.get(3);
    for (let campaign = 0; campaign < 4; campaign++) {
      ahead.node.campaign();
      cluster.settle();
    }
    assert.ok(ahead.node.status().term > cluster.get(2).node.status().term);
    cluster.get(1).crash();
    cluster.heal();
    // 3 is restarted with pre-vote: now nobody raises terms by force.
    cluster.reconfigure(3, on);
    return cluster;
  }

  test("etcd #8501: a higher term with a shorter log, and a lower term with a longer one, do not deadlock", () => {
    const cluster = wedged();
    cluster.tick(100);
    assert.equal(cluster.leader()?.id, 2, "only 2 has the committed entry");
    cluster.propose(2, "y");
    assert.deepEqual(cluster.get(3).appliedTexts(), ["x", "y"]);
  });

  test("etcd #8501: a stale leader that nobody disturbs learns of the higher term from the answer to its append", () => {
    for (const settings of [on, { preVote: true, checkQuorum: false }, off]) {
      const cluster = new Cluster({ settings });
      cluster.elect(1);
      const lagging = cluster.get(3);
      // A term that it saw somewhere, without a leader.
      lagging.node.step(makeMessage(MessageType.MsgAppResp, { to: 3, from: 2, term: 9 }));
      cluster.settle();
      cluster.tick(40);
      const leader = cluster.leader();
      assert.ok(leader !== null && leader.node.status().term > 9);
      cluster.propose(leader.id, "x");
      assert.deepEqual(lagging.appliedTexts(), ["x"], "it takes part again");
    }
  });

  test("without pre-vote and checkQuorum a lower-term leader is not answered: a campaign must end it", () => {
    const cluster = new Cluster({ settings: { preVote: false, checkQuorum: false } });
    cluster.elect(1);
    const replies = cluster.get(3).receive(MessageType.MsgApp, { from: 1, term: 1, index: 1, logTerm: 1 });
    assert.deepEqual(replies, []);
  });

  test("etcd #8243: a member of a smaller term completes an election that it started", () => {
    const cluster = new Cluster({ settings: { preVote: true, checkQuorum: false } });
    cluster.isolate(3);
    cluster.elect(1);
    cluster.get(1).node.resign();
    cluster.elect(2);
    cluster.get(2).crash();
    cluster.heal();
    cluster.settle();
    cluster.get(3).node.campaign();
    cluster.settle();
    // Its log is behind, so it cannot win, but it must not wait in its old term for ever either.
    assert.equal(cluster.get(3).node.status().term, cluster.get(1).node.status().term);
    cluster.tick(60);
    assert.equal(cluster.leader()?.id, 1);
  });

  test("§9.6: switched over one by one under load, the group never loses what it acknowledged", () => {
    const cluster = new Cluster({ settings: off });
    const expected: string[] = [];
    cluster.elect(1);
    for (const id of [1, 2, 3]) {
      cluster.reconfigure(id, on);
      cluster.tick(60);
      const leader = cluster.leader();
      assert.ok(leader !== null);
      expected.push(`after ${id}`);
      cluster.propose(leader.id, `after ${id}`);
    }
    cluster.tick(2);
    for (const id of [1, 2, 3]) assert.deepEqual(cluster.get(id).appliedTexts().at(-1), expected.at(-1));
    assert.equal(cluster.up().filter(({ node }) => node.status().role === Role.leader).length, 1);
  });
});
