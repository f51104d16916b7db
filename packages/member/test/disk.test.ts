/** Disks that stall, fail, fill up, are empty or rotten. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { MemberError } from "../src/index.ts";
import { text } from "./tally.ts";
import { VirtualCluster } from "./virtual-cluster.ts";

test("a leader whose disk stalls hands over, and does not campaign before it has recovered", async () => {
  const cluster = await VirtualCluster.started();
  const lead = await cluster.leader();
  await cluster.propose(lead.name, "before");
  lead.stallDisk();
  lead.running.propose(text("during")).catch(() => undefined);
  const other = await cluster.leader(lead);
  assert.ok(cluster.events.of("disk-stalled", lead.name).length > 0);
  await cluster.propose(other.name, "after");
  const startedBefore = cluster.events.countOfCore("campaign-started", lead.name);
  await cluster.advance(3000);
  // Cut off, it would campaign if its disk were well.
  cluster.cutOff(lead);
  await cluster.advance(3000);
  assert.equal(cluster.events.countOfCore("campaign-started", lead.name), startedBefore);
  cluster.heal();
  lead.unstallDisk();
  await cluster.converged();
  assert.equal(cluster.events.of("disk-recovered", lead.name).length, 1);
  assert.equal(lead.running.status().isDiskStalled, false);
});

test("a leader with a stalled disk and no successor gives up leadership", async () => {
  const cluster = await VirtualCluster.started();
  const lead = await cluster.leader();
  lead.stallDisk();
  cluster.cutOff(lead);
  lead.running.propose(text("during")).catch(() => undefined);
  await cluster.advance(2500);
  assert.equal(lead.running.isLeader, false);
  const other = await cluster.leader(lead);
  await cluster.propose(other.name, "after");
});

test("a follower's stalled disk stops nobody", async () => {
  const cluster = await VirtualCluster.started();
  const [follower] = cluster.followers();
  const lead = await cluster.leader();
  assert.ok(follower);
  follower.stallDisk();
  const term = lead.running.status().term;
  for (let count = 0; count < 50; count++) await cluster.propose(lead.name, `value ${count}`);
  await cluster.advance(3000);
  assert.equal(lead.running.status().term, term);
  follower.unstallDisk();
  assert.equal((await cluster.converged()).length, 50);
});

for (const [name, code, kind] of [
  ["a failed fsync", "io", "datasync"],
  ["a failed write", "io", "write"],
  ["a full disk", "full", "write"],
] as const) {
  test(`${name} ends the member with a clear error; the others go on, and a restart recovers`, async () => {
    const cluster = await VirtualCluster.started();
    const lead = await cluster.leader();
    await cluster.propose(lead.name, "before");
    lead.failDisk((operation) => (operation.kind === kind ? { kind: "error", code } : null));
    const call = lead.running.propose(text("during"));
    const next = cluster.rejection(call);
    const error = await next;
    assert.ok(error instanceof MemberError);
    assert.deepEqual([error.code, error.definite], ["failed", false]);
    const [failed] = cluster.events.of("failed", lead.name);
    assert.match(failed?.event.message ?? "", /the log could not be written/);
    assert.match(lead.failure?.message ?? "", /the log could not be written/);
    await cluster.advance(1);
    assert.equal(lead.isUp, false);
    const other = await cluster.leader(lead);
    await cluster.propose(other.name, "after");
    lead.unstallDisk();
    lead.disk.crash();
    lead.start();
    await cluster.clock.until(() => lead.member !== null, 5000);
    const texts = await cluster.converged();
    assert.ok(texts.includes("before") && texts.includes("after"));
  });
}

test("a disk without room for another snapshot does not lose what is acknowledged", async () => {
  const cluster = await VirtualCluster.started();
  const lead = await cluster.leader();
  await cluster.propose(lead.name, "before");
  lead.disk.quotaBytes = lead.disk.usedBytes + 100;
  await cluster.run(Promise.allSettled([lead.running.snapshot()]));
  await cluster.advance(2000);
  lead.disk.quotaBytes = Number.POSITIVE_INFINITY;
  if (!lead.isUp) lead.start();
  await cluster.ready();
  assert.deepEqual(await cluster.converged(), ["before"]);
});

test("a member whose data was lost is refused, and one of another name takes its place", async () => {
  const cluster = await VirtualCluster.started();
  await cluster.propose("a", "before");
  await cluster.converged();
  const [lost] = cluster.followers();
  const lead = await cluster.leader();
  assert.ok(lost);
  lost.crash();
  lost.wipe();
  lost.start();
  await cluster.clock.until(() => !lost.isUp, 5000);
  assert.ok(lost.failure instanceof MemberError);
  assert.equal(lost.failure.code, "refused");
  assert.match(lost.failure.message, /its data is lost/);
  const replacement = cluster.startJoiner("d");
  await cluster.run(
    lead.running.replaceMember(lost.id, { id: replacement.id, name: "d", addresses: ["d:7000"] }),
  );
  assert.deepEqual(await cluster.converged(), ["before"]);
});

test("a learner whose data was lost is refused too", async () => {
  const cluster = await VirtualCluster.started();
  const lead = await cluster.leader();
  const joiner = cluster.startJoiner("d");
  await cluster.run(
    lead.running.addMember({ id: joiner.id, name: "d", addresses: ["d:7000"] }, { as: "learner" }),
  );
  await cluster.propose("a", "one");
  await cluster.converged();
  await cluster.advance(500);
  joiner.crash();
  joiner.wipe();
  joiner.start();
  await cluster.clock.until(() => !joiner.isUp, 5000);
  assert.ok(joiner.failure instanceof MemberError);
  assert.equal(joiner.failure.code, "refused");
});

test("data that was lost is noticed also while the others are restarting", async () => {
  const cluster = await VirtualCluster.started();
  await cluster.propose("a", "acknowledged");
  await cluster.converged();
  await cluster.advance(1000);
  for (const host of cluster.hosts.values()) host.crash();
  const lost = cluster.host("c");
  lost.wipe();
  // The others are slow, so that the question comes while they open their logs.
  cluster.host("a").syncMs = 40;
  cluster.host("b").syncMs = 40;
  cluster.startAll();
  await cluster.clock.until(() => !lost.isUp || lost.member !== null, 20_000);
  assert.ok(lost.member === null, "it started with an empty disk");
  assert.ok(lost.failure instanceof MemberError);
  assert.equal(lost.failure.code, "refused");
  await cluster.ready();
  assert.deepEqual(await cluster.converged(), ["acknowledged"]);
});

test("a log that is corrupt in what was acknowledged is refused", async () => {
  const cluster = await VirtualCluster.started();
  for (let count = 0; count < 20; count++) await cluster.propose("a", `value ${count}`);
  await cluster.converged();
  await cluster.advance(1000);
  const [sick] = cluster.followers();
  assert.ok(sick);
  await cluster.run(sick.stop());
  const names = await cluster.run(sick.disk.list("data"));
  const segment = `data/${names.find((name) => name.startsWith("log-0"))}`;
  // In the middle of what is written, so that it cannot be mistaken for a torn end.
  const content = sick.disk.contents(segment);
  const end = content.findLastIndex((byte) => byte !== 0);
  sick.disk.flip(
    segment,
    content.findLastIndex((byte, position) => byte !== 0 && position < end / 2),
    0xff,
  );
  sick.start();
  await cluster.clock.until(() => !sick.isUp || sick.member !== null, 5000);
  assert.ok(sick.member === null);
  assert.match(sick.failure?.message ?? "", /replace|remove it from the cluster/i);
});

test("writes take their time, and everything goes on: group commit", async () => {
  const cluster = await VirtualCluster.started();
  for (const host of cluster.hosts.values()) host.syncMs = 30;
  const lead = await cluster.leader();
  const before = cluster.events.of("disk-write", lead.name).length;
  const calls = Array.from({ length: 300 }, (_, count) => lead.running.propose(text(`${count}`)));
  await cluster.run(Promise.all(calls));
  const writes = cluster.events.of("disk-write", lead.name).length - before;
  assert.ok(writes < 20, `${writes} writes for 300 proposals of one turn`);
});

test("what recovery repaired is told, and the member runs", async () => {
  const cluster = await VirtualCluster.started();
  await cluster.propose("a", "before");
  await cluster.converged();
  await cluster.advance(1000);
  const [hurt] = cluster.followers();
  assert.ok(hurt);
  await cluster.run(hurt.stop());
  hurt.disk.flip("data/state-a", 100, 0xff);
  assert.deepEqual(cluster.events.of("recovered", hurt.name), []);
  hurt.start();
  await cluster.ready();
  const told = cluster.events.of("recovered", hurt.name).map(({ event }) => event.message);
  assert.equal(told.length, 1);
  assert.match(told[0] ?? "", /state-a/);
  await cluster.propose(hurt.name, "after");
  assert.deepEqual(await cluster.converged(), ["before", "after"]);
});

test("an error while a snapshot comes in ends the member, which nothing else would; a restart gets the snapshot", async () => {
  const cluster = await VirtualCluster.started({
    settings: { limits: { snapshotEntries: 50, catchUpEntries: 10 } },
  });
  const [away] = cluster.followers();
  assert.ok(away);
  away.kill();
  for (let count = 0; count < 150; count++)
    await cluster.propose((await cluster.leader()).name, `value ${count}`);
  away.failDisk(({ kind, path }) =>
    kind === "write" && path.includes("incoming-") ? { kind: "error", code: "io" } : null,
  );
  away.start();
  assert.ok(await cluster.clock.until(() => away.failure !== null, 10_000), cluster.describe());
  assert.match(away.failure?.message ?? "", /incoming-/);
  await cluster.advance(10);
  away.unstallDisk();
  away.start();
  assert.equal((await cluster.converged()).length, 150);
});
