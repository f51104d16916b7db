/** Machines that keep themselves on disk: restarts, the log behind them, failing and slow disks. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { StoreTally } from "./store-tally.ts";
import { text } from "./tally.ts";
import { VirtualCluster } from "./virtual-cluster.ts";
import type { VirtualHost } from "./virtual-host.ts";
import type { VirtualStateDisk } from "./virtual-state-disk.ts";

const limits = { snapshotEntries: 50, catchUpEntries: 10, catchUpBytes: 0 };

function start(more: object = {}, seed = 1): Promise<VirtualCluster> {
  return VirtualCluster.started({ seed, hasStateDisks: true, settings: { limits: { ...limits, ...more } } });
}

async function write(cluster: VirtualCluster, name: string, count: number): Promise<void> {
  const member = cluster.member(name);
  for (let done = 0; done < count; done += 25) {
    const calls = Array.from({ length: Math.min(25, count - done) }, (_, more) =>
      member.propose(text(`${name} ${done + more}`)),
    );
    await cluster.run(Promise.all(calls));
  }
}

function machineOf(host: VirtualHost): StoreTally {
  assert.ok(host.machine instanceof StoreTally);
  return host.machine;
}

function diskOf(host: VirtualHost): VirtualStateDisk {
  assert.ok(host.stateDisk);
  return host.stateDisk;
}

test("a restart does again only what was not durable", async () => {
  const cluster = await start();
  const [host] = cluster.followers();
  assert.ok(host);
  await write(cluster, "a", 100);
  await cluster.advance(300);
  host.flushMs = 1e6;
  const durable = machineOf(host).store.durableIndex();
  await write(cluster, "b", 40);
  await cluster.converged();
  const applied = host.running.status().applied;
  host.crash();
  host.start();
  host.flushMs = 5;
  await cluster.ready();
  await cluster.converged();
  assert.equal(machineOf(host).applied, 40);
  assert.ok(durable >= 100 && durable < applied);
  assert.equal(cluster.events.of("snapshot-restored", host.name).length, 0);
});

test("after an orderly stop nothing is done again", async () => {
  const cluster = await start();
  await write(cluster, "a", 120);
  const texts = await cluster.converged();
  for (const host of cluster.hosts.values()) {
    await cluster.run(host.stop());
    host.start();
    await cluster.ready();
    await cluster.converged();
    assert.equal(machineOf(host).applied, 0, host.name);
  }
  assert.deepEqual(await cluster.converged(), texts);
});

test("the log is cut behind what is durable, by light snapshots; no state is written into files", async () => {
  const cluster = await start();
  for (let round = 0; round < 5; round++) {
    await write(cluster, "a", 100);
    await cluster.advance(1200);
  }
  for (const { name } of cluster.hosts.values()) {
    assert.ok(cluster.events.of("light-snapshot", name).length >= 3, name);
    assert.ok(cluster.events.of("log-compacted", name).length >= 3, name);
    assert.equal(cluster.events.of("snapshot-begun", name).length, 0, name);
  }
  for (const host of cluster.hosts.values()) host.crash();
  cluster.startAll();
  await cluster.ready();
  assert.equal((await cluster.converged()).length, 500);
});

test("the log is never cut behind what is not durable", async () => {
  const cluster = await start({ flushEntries: 20 });
  const lead = await cluster.leader();
  let isStalled = false;
  for (let round = 0; round < 12; round++) {
    isStalled = !isStalled;
    diskOf(lead).isStalled = isStalled;
    await write(cluster, lead.name, 60);
    await cluster.advance(700);
    const durable = machineOf(lead).store.durableIndex();
    const cut = cluster.events.of("log-compacted", lead.name).at(-1)?.event.upTo ?? 0;
    assert.ok(cut <= durable - limits.catchUpEntries || cut === 0, `cut to ${cut}, durable to ${durable}`);
  }
  assert.ok(cluster.events.of("log-compacted", lead.name).length > 0);
});

test("a commit that fails ends the member, and the others go on", async () => {
  const cluster = await start();
  await write(cluster, "a", 30);
  const [host] = cluster.followers();
  assert.ok(host);
  diskOf(host).failure = new Error("the disk is full");
  await write(cluster, "a", 30);
  await cluster.advance(500);
  assert.match(host.failure?.message ?? "", /state could not be written.*the disk is full/);
  assert.equal(host.isUp, false);
  diskOf(host).failure = null;
  host.start();
  await cluster.ready();
  assert.equal((await cluster.converged()).length, 60);
});

test("while its disk is behind, a member applies no more than fits into memory; then it goes on in order", async () => {
  const cluster = await start({ bufferedBytesMax: 40_000, flushBytes: 10_000 });
  const [host] = cluster.followers();
  assert.ok(host);
  diskOf(host).isStalled = true;
  await write(cluster, "a", 50);
  await cluster.advance(200);
  let most = 0;
  for (let round = 0; round < 20; round++) {
    await write(cluster, (await cluster.leader()).name, 100);
    most = Math.max(most, machineOf(host).store.bufferedBytes);
  }
  const lead = await cluster.leader();
  assert.ok(host.running.status().applied < lead.running.status().applied, "it waits");
  // A slice of 256 entries may begin below the bound.
  assert.ok(most < 40_000 + 256 * 1000, `${most} bytes were buffered`);
  assert.equal(await cluster.run(host.running.read(() => 1, { consistency: "stale" })), 1);
  diskOf(host).isStalled = false;
  assert.equal((await cluster.converged()).length, 2050);
});

test("a member that was away for long gets a full snapshot under load, once, and catches up", async () => {
  const cluster = await start();
  const [away] = cluster.followers();
  assert.ok(away);
  away.crash();
  const lead = await cluster.leader();
  for (let round = 0; round < 5; round++) {
    await write(cluster, lead.name, 100);
    await cluster.advance(1200);
  }
  // Seconds for the snapshot alone, in which more is written than several light snapshots would leave of the log.
  const quick = cluster.delayMs;
  cluster.delayMs = (envelope) => (envelope.kind === "snapshot" ? 4000 : quick(envelope));
  away.start();
  for (let round = 0; round < 18; round++) {
    await write(cluster, lead.name, 100);
    await cluster.advance(300);
  }
  const texts = await cluster.converged();
  assert.equal(texts.length, 2300);
  assert.deepEqual(away.machine.texts, lead.machine.texts);
  assert.equal(cluster.events.of("snapshot-restored", away.name).length, 1);
  assert.equal(cluster.events.of("snapshot-done", lead.name).length, 1);
  // Once nobody waits for it any more, the log is cut again.
  const cut = cluster.events.of("log-compacted", lead.name).length;
  await cluster.advance(31_000);
  await write(cluster, lead.name, 200);
  await cluster.advance(2000);
  assert.ok(cluster.events.of("log-compacted", lead.name).length > cut);
  away.crash();
  away.start();
  await cluster.ready();
  await cluster.converged();
  assert.equal(machineOf(away).applied, 0);
});

test("once the leader's snapshot is on its way, nothing older is applied any more", async () => {
  const cluster = await start({ bufferedBytesMax: 4000, flushBytes: 1000, laggardBytesMax: 0 });
  const [host] = cluster.followers();
  assert.ok(host);
  const lead = await cluster.leader();
  diskOf(host).isStalled = true;
  await write(cluster, lead.name, 100);
  const joiner = cluster.startJoiner("d");
  const info = { id: joiner.id, name: "d", addresses: ["d:7000"] };
  await cluster.run(lead.running.addMember(info, { as: "learner" }));
  await write(cluster, lead.name, 20);
  const changes = (): number => cluster.events.of("membership", host.name).length;
  assert.equal(changes(), 0, "the change waits behind the machine's disk");
  cluster.cutOff(host);
  for (let round = 0; round < 3; round++) {
    await write(cluster, lead.name, 100);
    await cluster.advance(1200);
  }
  host.syncMs = 200;
  cluster.heal();
  const isRestoring = (): boolean =>
    cluster.events.events.some(
      ({ member, sourced: { event } }) => member === host.name && event.kind === "log-restoring",
    );
  assert.ok(await cluster.clock.until(isRestoring, 10_000));
  diskOf(host).isStalled = false;
  assert.equal((await cluster.converged()).length, 420);
  assert.equal(cluster.events.of("snapshot-restored", host.name).length, 1);
  assert.equal(changes(), 0, "it came with the snapshot");
  assert.deepEqual(host.running.history(), lead.running.history());
});

test("a leader's snapshot waits until the state's file is defragmented", async () => {
  const cluster = await start({ laggardBytesMax: 0 });
  const [host] = cluster.followers();
  assert.ok(host);
  const lead = await cluster.leader();
  cluster.cutOff(host);
  for (let round = 0; round < 3; round++) {
    await write(cluster, lead.name, 100);
    await cluster.advance(1200);
  }
  await cluster.advance(500);
  host.flushMs = 5000;
  const defragmented = machineOf(host).store.defragment();
  cluster.heal();
  await cluster.advance(4000);
  assert.equal(cluster.events.of("snapshot-restored", host.name).length, 0);
  await cluster.run(defragmented);
  host.flushMs = 5;
  assert.equal((await cluster.converged()).length, 300);
  assert.equal(cluster.events.of("snapshot-restored", host.name).length, 1);
});

test("whoever joins gets a full snapshot, however many light ones there are", async () => {
  const cluster = await start();
  for (let round = 0; round < 3; round++) {
    await write(cluster, "a", 100);
    await cluster.advance(1200);
  }
  const joiner = cluster.startJoiner("d");
  const lead = await cluster.leader();
  await cluster.run(lead.running.addMember({ id: joiner.id, name: "d", addresses: ["d:7000"] }));
  assert.equal((await cluster.converged()).length, 300);
  assert.deepEqual(joiner.machine.texts, lead.machine.texts);
  for (const host of cluster.hosts.values()) host.crash();
  cluster.startAll();
  await cluster.ready();
  assert.equal(cluster.member("d").members().length, 4);
  assert.deepEqual(cluster.member("d").status().config, cluster.member("a").status().config);
});

test("a crash at any step of taking the leader's snapshot ends in a right restart", async () => {
  let crashes = 0;
  const stride = Number(process.env["QUORATE_STRIDE"] ?? 2);
  for (let step = 0; ; step += stride) {
    const cluster = await start({}, 7 + step);
    const [away] = cluster.followers();
    assert.ok(away);
    away.crash();
    const lead = await cluster.leader();
    for (let round = 0; round < 3; round++) {
      await write(cluster, lead.name, 80);
      await cluster.advance(1200);
    }
    away.landsCommits = () => step % 2 === 0;
    let left = step;
    const crash = (): void => {
      crashes++;
      away.crash({ keepUnsynced: () => (step % 3 === 0 ? "all" : "none") });
    };
    diskOf(away).onCommitNow = () => {
      if (left-- !== 0) return;
      crash();
      throw new Error("this process is dead");
    };
    away.disk.onOperation = () => {
      if (left-- === 0) cluster.clock.at(0, crash);
      return null;
    };
    away.start();
    await cluster.advance(4000);
    const isBeyondTheEnd = left >= 0;
    away.disk.onOperation = undefined;
    diskOf(away).onCommitNow = () => undefined;
    if (!away.isUp) away.start();
    await cluster.ready();
    await write(cluster, lead.name, 5);
    assert.equal((await cluster.converged()).length, 245, `step ${step}`);
    assert.deepEqual(away.machine.texts, lead.machine.texts, `step ${step}`);
    if (isBeyondTheEnd) {
      assert.ok(step > 20, `only ${step} steps`);
      assert.ok(crashes > 10, `only ${crashes} crashes`);
      return;
    }
    assert.ok(step < 400, "it has an end");
  }
});

test("crashes of all members around a membership change leave one configuration, joint or not", async () => {
  for (let afterMs = 0; afterMs < 60; afterMs += 6) {
    const cluster = await start({ flushEntries: 1 }, 100 + afterMs);
    await write(cluster, "a", 30);
    const joiner = cluster.startJoiner("d");
    const lead = await cluster.leader();
    const old = cluster.followers().find(({ name }) => name !== "d") as VirtualHost;
    const change = lead.running.replaceMember(old.id, { id: joiner.id, name: "d", addresses: ["d:7000"] });
    change.catch(() => undefined);
    await cluster.advance(afterMs);
    for (const host of cluster.hosts.values()) {
      host.landsCommits = () => afterMs % 4 === 0;
      host.crash();
    }
    cluster.startAll();
    await cluster.advance(3000);
    const first = cluster.up().find((host) => host.member?.isLeader);
    assert.ok(first, `after ${afterMs} ms: ${cluster.describe()}`);
    await cluster.propose(first.name, "after");
    await cluster.advance(1000);
    const config = first.running.status().config;
    for (const id of config.voters) {
      const host = [...cluster.hosts.values()].find((one) => one.id === id);
      assert.deepEqual(host?.running.status().config, config, `${host?.name} after ${afterMs} ms`);
      assert.deepEqual(host?.running.history(), first.running.history());
    }
  }
});
