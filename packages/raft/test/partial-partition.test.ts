/**
 * Partial partitions: links that are cut in one direction, or only between some members. They kept a large service
 * without a leader for six hours once; pre-vote and check-quorum together prevent that.
 */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type NodeId, Role } from "../src/index.ts";
import { Cluster } from "./cluster.ts";

const electionTicks = 6;

type Link = readonly [NodeId, NodeId];

function linksOf(ids: readonly NodeId[]): Link[] {
  return ids.flatMap((from) => ids.filter((to) => to !== from).map((to): Link => [from, to]));
}

/** Whether some member and a majority hear each other, which a leader needs. */
function canLead(ids: readonly NodeId[], cuts: readonly Link[]): boolean {
  const isCut = (from: NodeId, to: NodeId): boolean => cuts.some((cut) => cut[0] === from && cut[1] === to);
  return ids.some((id) => {
    const peers = ids.filter((other) => other === id || (!isCut(id, other) && !isCut(other, id)));
    return peers.length * 2 > ids.length;
  });
}

function leadersOf(cluster: Cluster): string {
  const leaders = cluster.up().filter(({ node }) => node.status().role === Role.leader);
  return leaders.map(({ id, node }) => `${id}@${node.status().term}`).join(" ");
}

/** Cuts links, waits, and expects one leader that stays and commits; or, where none is possible, calm. */
function check(
  ids: readonly NodeId[],
  cuts: readonly Link[],
  firstLeader: NodeId | null,
  seed: number,
): void {
  const each = Object.fromEntries(ids.map((id) => [id, { seed: seed * 10 + id }]));
  const cluster = new Cluster({ voters: ids, settings: { electionTicks }, each });
  if (firstLeader !== null) cluster.elect(firstLeader);
  for (const [from, to] of cuts) cluster.cut(from, to);
  const name = `cut ${cuts.map((link) => link.join(">")).join(" ")}, first leader ${firstLeader ?? "none"}`;
  cluster.tick(20 * electionTicks);
  const before = leadersOf(cluster);
  const terms = cluster.up().map(({ node }) => node.status().term);
  cluster.tick(10 * electionTicks);
  if (canLead(ids, cuts)) {
    assert.match(before, /^\d+@\d+$/, `${name}: one leader`);
    assert.equal(leadersOf(cluster), before, `${name}: it stays`);
    const leader = cluster.leader();
    assert.ok(leader !== null);
    cluster.propose(leader.id, "alive");
    cluster.tick(2);
    assert.deepEqual(leader.appliedTexts(), ["alive"], `${name}: it commits`);
  } else {
    assert.equal(leadersOf(cluster), "", `${name}: nobody claims to lead`);
    const now = cluster.up().map(({ node }) => node.status().term);
    assert.deepEqual(now, terms, `${name}: terms do not grow`);
  }
  cluster.heal();
  cluster.tick(10 * electionTicks);
  assert.match(leadersOf(cluster), /^\d+@\d+$/, `${name}: healed`);
}

describe("partial partitions (thesis §6.2, §9.6)", () => {
  test("three members, every subset of directed links cut: a stable leader within a bound wherever one is possible", () => {
    const ids = [1, 2, 3];
    const links = linksOf(ids);
    for (let mask = 0; mask < 1 << links.length; mask++) {
      const cuts = links.filter((_link, position) => (mask & (1 << position)) !== 0);
      for (const first of [null, 1]) check(ids, cuts, first, mask + 1);
    }
  });

  test("five members: every pair of links cut, and every leader cut off from all but one", () => {
    const ids = [1, 2, 3, 4, 5];
    const links = linksOf(ids);
    for (let one = 0; one < links.length; one += 3) {
      for (let other = one + 1; other < links.length; other += 4) {
        check(ids, [links[one] as Link, links[other] as Link], 1, one * 100 + other);
      }
    }
    for (const bridge of [2, 3, 4, 5]) {
      const cuts = links.filter(
        ([from, to]) => (from === 1) !== (to === 1) && from !== bridge && to !== bridge,
      );
      check(ids, cuts, 1, bridge);
    }
  });

  test("a ring of majorities: everybody hears a majority, nobody the same one", () => {
    const ids = [1, 2, 3, 4, 5];
    const isFar = (from: NodeId, to: NodeId): boolean =>
      Math.abs(from - to) === 2 || Math.abs(from - to) === 3;
    check(
      ids,
      linksOf(ids).filter(([from, to]) => isFar(from, to)),
      1,
      7,
    );
  });
});
