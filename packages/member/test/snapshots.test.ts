/** Snapshots: when they are made, what they contain, and who catches up by them. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { text } from "./tally.ts";
import { VirtualCluster } from "./virtual-cluster.ts";

const limits = { snapshotEntries: 50, catchUpEntries: 10 };

async function write(cluster: VirtualCluster, name: string, count: number): Promise<void> {
  const member = cluster.member(name);
  for (let done = 0; done < count; done += 25) {
    const calls = Array.from({ length: Math.min(25, count - done) }, (_, more) =>
      member.propose(text(`${done + more}`)),
    );
    await cluster.run(Promise.all(calls));
  }
}

test("a snapshot is made when there are enough entries, and the log is dropped behind it", async () => {
  const cluster = await VirtualCluster.started({ settings: { limits } });
  await write(cluster, "a", 200);
  await cluster.advance(500);
  for (const name of ["a", "b", "c"]) {
    assert.ok(cluster.events.of("snapshot-done", name).length >= 2);
    const compacted = cluster.events.of("log-compacted", name).at(-1);
    const made = cluster.events.of("snapshot-done", name).at(-1);
    assert.ok(compacted && made);
    assert.equal(compacted.event.upTo, made.event.index - 10);
  }
});

test("a snapshot is made when the last one is old, but only if something was applied since", async () => {
  const cluster = await VirtualCluster.started({ settings: { limits: { snapshotAgeMs: 2000 } } });
  await cluster.propose("a", "one");
  await cluster.advance(2500);
  const made = cluster.events.of("snapshot-done", "a").length;
  assert.equal(made, 1);
  await cluster.advance(10_000);
  assert.equal(cluster.events.of("snapshot-done", "a").length, made);
});

test("a member that was away catches up by a snapshot, under load", async () => {
  const cluster = await VirtualCluster.started({ settings: { limits } });
  const [away] = cluster.followers();
  assert.ok(away);
  away.crash();
  const lead = await cluster.leader();
  await write(cluster, lead.name, 300);
  away.start();
  await write(cluster, lead.name, 100);
  const texts = await cluster.converged();
  assert.equal(texts.length, 400);
  assert.deepEqual(away.machine.texts, lead.machine.texts);
  assert.ok(cluster.events.of("snapshot-restored", away.name).length > 0);
});

test("a transfer that breaks goes on and comes to its end", async () => {
  const cluster = await VirtualCluster.started({ settings: { limits } });
  const [away] = cluster.followers();
  assert.ok(away);
  away.crash();
  const lead = await cluster.leader();
  for (let count = 0; count < 60; count++) await cluster.propose(lead.name, `${count} ${"x".repeat(4000)}`);
  await cluster.advance(500);
  cluster.snapshotCutAtBytes = 100_000;
  away.start();
  await cluster.advance(3000);
  assert.equal(cluster.events.of("snapshot-restored", away.name).length, 0);
  cluster.snapshotCutAtBytes = Number.POSITIVE_INFINITY;
  await cluster.converged();
  assert.ok(cluster.events.of("snapshot-restored", away.name).length > 0);
});

test("a restarted member goes on from snapshot and log", async () => {
  const cluster = await VirtualCluster.started({ settings: { limits } });
  await write(cluster, "b", 220);
  await cluster.run(cluster.member("b").openSession());
  for (const host of cluster.hosts.values()) {
    host.crash();
    host.start();
    await cluster.ready();
  }
  assert.equal((await cluster.converged()).length, 220);
  for (const host of cluster.hosts.values()) host.crash();
  cluster.startAll();
  await cluster.ready();
  await cluster.propose("a", "last");
  assert.equal((await cluster.converged()).length, 221);
});

test("a snapshot that is asked for covers what was applied, however often it is asked for", async () => {
  const cluster = await VirtualCluster.started();
  await cluster.propose("a", "one");
  const member = cluster.member("a");
  await cluster.run(Promise.all([member.snapshot(), member.snapshot()]));
  await cluster.run(member.snapshot());
  const made = cluster.events.of("snapshot-done", "a");
  assert.equal(made.at(-1)?.event.index, member.status().applied);
  await cluster.propose("a", "two");
  assert.equal(cluster.host("a").failure, null);
});

test("a snapshot contains configuration, history and sessions as of its index", async () => {
  const cluster = await VirtualCluster.started({ settings: { limits } });
  const joiner = cluster.startJoiner("d");
  const lead = await cluster.leader();
  await cluster.run(lead.running.addMember({ id: joiner.id, name: "d", addresses: ["d:7000"] }));
  const session = await cluster.run(lead.running.openSession());
  await write(cluster, lead.name, 200);
  const history = lead.running.history();
  for (const host of cluster.hosts.values()) host.crash();
  cluster.startAll();
  await cluster.ready();
  await cluster.converged();
  for (const host of cluster.hosts.values()) {
    assert.deepEqual(host.running.history(), history, host.name);
    assert.deepEqual(
      host.running.members(),
      [...host.running.members()].sort((one, other) => one.id - other.id),
    );
    assert.equal(host.running.members().length, 4);
  }
  assert.ok(session.id > 0);
});
