/**
 * A majority is lost for ever: a new cluster from a survivor, without losing what was acknowledged.
 */

import assert from "node:assert/strict";
import { test } from "node:test";
import { LogStore, MemoryDisk } from "@quorate/storage";
import { better, clusterIdOf, memberIdOf, rescue, type Survey, survey } from "../src/index.ts";
import { Replica } from "../src/replica.ts";
import { restoreReplica } from "../src/state-loading.ts";
import { Tally, text } from "./tally.ts";
import { VirtualCluster } from "./virtual-cluster.ts";
import { logDirectory, type VirtualHost } from "./virtual-host.ts";

const sessionsMax = 100;
const segmentBytes = 64 * 1024;

async function openLogOf(cluster: VirtualCluster, host: VirtualHost): Promise<LogStore> {
  const identity = { clusterId: clusterIdOf("quorate"), memberId: host.id };
  return cluster.run(LogStore.open(host.disk, logDirectory, { identity, segmentBytes }));
}

async function newLog(memberId: number): Promise<LogStore> {
  const disk = new MemoryDisk();
  const identity = { clusterId: clusterIdOf("second"), memberId };
  await LogStore.initialize(disk, "new", { identity, segmentBytes });
  return LogStore.open(disk, "new", { identity, segmentBytes });
}

test("a survivor becomes a new cluster of one, with everything that was acknowledged", async () => {
  const cluster = await VirtualCluster.started();
  const texts = ["one", "two", "three", "four"];
  for (const value of texts) await cluster.propose("b", value);
  const oldIds = [...cluster.hosts.values()].map(({ id }) => id);
  for (const host of cluster.hosts.values()) host.crash();

  const survivor = cluster.host("b");
  const source = await openLogOf(cluster, survivor);
  const self = { id: memberIdOf("second", "b"), name: "b", addresses: ["b:7000"] };
  const target = await newLog(self.id);
  const lastBefore = source.storage.lastIndex();
  const report = await cluster.run(rescue(source, target, new Tally(), self, sessionsMax));

  assert.equal(report.index, lastBefore);
  assert.equal(report.newTerm, report.term + 1);
  assert.equal(report.uncommitted, report.lastIndex - report.commit);
  assert.equal(source.storage.lastIndex(), lastBefore, "the survivor stays as it is");

  const snapshot = target.storage.snapshot();
  assert.ok(typeof snapshot !== "string");
  assert.deepEqual(snapshot.metadata.confState.voters, [self.id]);
  const machine = new Tally();
  const replica = new Replica<number>(machine, sessionsMax);
  await cluster.run(restoreReplica(replica, target, snapshot));
  assert.deepEqual(machine.texts, texts);
  assert.deepEqual(
    replica.roster.list().map(({ name }) => name),
    ["b"],
  );
  for (const id of oldIds) assert.ok(replica.roster.isRemoved(id), `the old ID ${id} is never used again`);
});

test("entries that were not known to be committed are kept: one of them may have been acknowledged", async () => {
  const cluster = await VirtualCluster.started();
  await cluster.propose("a", "before");
  const lead = await cluster.leader();
  const [follower] = cluster.followers();
  assert.ok(follower);
  // The leader hears nothing any more, but still reaches the others: they store what it cannot commit.
  for (const other of cluster.followers()) cluster.cutOneWay(other, lead);
  lead.running.propose(text("perhaps")).catch(() => undefined);
  await cluster.advance(60);
  for (const host of cluster.hosts.values()) host.crash();

  const source = await openLogOf(cluster, follower);
  const found = await cluster.run(survey(source, new Tally()));
  assert.ok(found.uncommitted >= 1);
  const self = { id: memberIdOf("second", "n"), name: "n", addresses: ["n:7000"] };
  const machine = new Tally();
  await cluster.run(rescue(source, await newLog(self.id), machine, self, sessionsMax));
  assert.deepEqual(machine.texts, ["before", "perhaps"]);
});

test("of two survivors the one with the higher last term is better, then the one with the longer log", () => {
  const base: Survey = { term: 5, lastTerm: 4, lastIndex: 10, commit: 9, uncommitted: 1, members: [] };
  const newer = { ...base, lastTerm: 5, lastIndex: 3 };
  const longer = { ...base, lastIndex: 11 };
  assert.equal(better(base, newer), newer);
  assert.equal(better(longer, base), longer);
});

test("a member that never took part has nothing to rescue", async () => {
  const empty = await newLog(1);
  const self = { id: 2, name: "n", addresses: [] };
  await assert.rejects(rescue(empty, await newLog(2), new Tally(), self, sessionsMax), /no state to rescue/);
});
