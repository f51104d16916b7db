import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { emptyConfState } from "../src/index.ts";
import { Cluster, changeOf } from "./cluster.ts";
import { text } from "./member.ts";

describe("what can be seen of a member", () => {
  test("the single views agree with the status, in every role", () => {
    const cluster = new Cluster({ settings: { preVote: false } });
    const look = (): void => {
      for (const { node } of cluster.up()) {
        const { term, role, lead, commit, lastIndex, config } = node;
        const status = node.status();
        const { term: t, role: r, lead: l, commit: c, lastIndex: i, config: f } = status;
        assert.deepEqual(
          { term, role, lead, commit, lastIndex, config },
          { term: t, role: r, lead: l, commit: c, lastIndex: i, config: f },
        );
      }
    };
    look();
    cluster.get(1).node.campaign();
    look();
    cluster.settle();
    cluster.propose(1, "a");
    look();
  });

  test("a change is pending from its proposal until it is applied", () => {
    const cluster = new Cluster();
    const { node } = cluster.elect(1);
    assert.equal(node.isChangePending, false);
    node.proposeConfChange(changeOf("l4"));
    assert.equal(node.isChangePending, true);
    cluster.settle();
    assert.equal(node.isChangePending, false);
  });

  test("the status of followers names no progress; a leader's names everybody, by rising id", () => {
    const cluster = new Cluster({ voters: [3, 1, 2], learners: [4] });
    cluster.elect(1);
    assert.deepEqual([...cluster.get(1).node.status().progress.keys()], [1, 2, 3, 4]);
    assert.equal(cluster.get(2).node.status().progress.size, 0);
  });

  test("a status is a copy: it does not change afterwards", () => {
    const cluster = new Cluster();
    const { node } = cluster.elect(1);
    const before = node.status();
    const kept = structuredClone({ ...before, progress: [...before.progress] });
    node.propose(text("a"));
    cluster.settle();
    assert.deepEqual({ ...before, progress: [...before.progress] }, kept);
    assert.notDeepEqual(before.config, emptyConfState);
  });
});
