/** What a member goes on from, and what it refuses to go on from; rescue from such a member. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { LogStore, MemoryDisk } from "@quorate/storage";
import { MemoryBackend } from "@quorate/store";
import { clusterIdOf, memberIdOf, rescue, survey } from "../src/index.ts";
import { Replica } from "../src/replica.ts";
import { loadReplica } from "../src/state-loading.ts";
import { StoreTally } from "./store-tally.ts";
import { text } from "./tally.ts";
import { VirtualCluster } from "./virtual-cluster.ts";
import { logDirectory, type VirtualHost } from "./virtual-host.ts";
import { VirtualStateDisk } from "./virtual-state-disk.ts";

const limits = { snapshotEntries: 50, catchUpEntries: 10, catchUpBytes: 0 };

async function grown(seed = 1): Promise<{ cluster: VirtualCluster; host: VirtualHost }> {
  const cluster = await VirtualCluster.started({ seed, hasStateDisks: true, settings: { limits } });
  for (let round = 0; round < 3; round++) {
    const member = cluster.member("a");
    await cluster.run(
      Promise.all(Array.from({ length: 80 }, (_, at) => member.propose(text(`${round} ${at}`)))),
    );
    await cluster.advance(1200);
  }
  const [host] = cluster.followers();
  assert.ok(host);
  assert.ok(cluster.events.of("log-compacted", host.name).length > 0);
  return { cluster, host };
}

/** Starts a host whose files do not fit together; returns why it refused. */
async function refusal(cluster: VirtualCluster, host: VirtualHost): Promise<string> {
  host.start();
  await cluster.advance(3000);
  assert.equal(host.isUp, false);
  assert.ok(host.failure);
  assert.ok("code" in host.failure && host.failure.code === "refused", host.failure.message);
  return host.failure.message;
}

test("a member that lost its state, but not its log, does not start", async () => {
  const { cluster, host } = await grown();
  host.crash();
  host.stateDisk = new VirtualStateDisk();
  assert.match(await refusal(cluster, host), /state's file was lost/);
});

test("a member that lost its log, but not its state, does not start", async () => {
  const { cluster, host } = await grown();
  const { stateDisk } = host;
  host.crash();
  host.wipe();
  host.stateDisk = stateDisk;
  assert.match(await refusal(cluster, host), /there is no log, but a state on disk/);
});

test("a state that was put back from a time before the log was cut is refused", async () => {
  const cluster = await VirtualCluster.started({ hasStateDisks: true, settings: { limits } });
  await cluster.propose("a", "one");
  await cluster.advance(500);
  const [host] = cluster.followers();
  assert.ok(host?.stateDisk);
  const backup = host.stateDisk.copy();
  const member = cluster.member("a");
  await cluster.run(Promise.all(Array.from({ length: 200 }, (_, at) => member.propose(text(`${at}`)))));
  await cluster.advance(1500);
  assert.ok(cluster.events.of("light-snapshot", host.name).length > 0);
  host.crash();
  host.stateDisk = backup;
  assert.match(await refusal(cluster, host), /state's file was lost, or replaced by an older one/);
});

test("a state that is ahead of the log is refused: the log lost what had been acknowledged", async () => {
  const { cluster, host } = await grown();
  const backup = host.disk.fork();
  await cluster.run(cluster.member("a").propose(text("later")));
  await cluster.advance(500);
  host.crash();
  host.disk = backup;
  assert.match(await refusal(cluster, host), /the log ends at \d+: acknowledged entries were lost/);
});

test("a state of another history is refused", async () => {
  const { cluster, host } = await grown();
  const other = new VirtualStateDisk();
  const { applied } = host.running.status();
  const machine = new StoreTally(other.attach((callback) => callback()));
  machine.store.advance(applied, 77);
  machine.store.flush();
  host.crash();
  host.stateDisk = other;
  assert.match(await refusal(cluster, host), /they do not belong together/);
});

test("a state without the member's part, as older versions left it, is made anew from the full snapshot", async () => {
  const cluster = await VirtualCluster.started({ hasStateDisks: true });
  const member = cluster.member("a");
  await cluster.run(Promise.all(Array.from({ length: 80 }, (_, at) => member.propose(text(`${at}`)))));
  const [host] = cluster.followers();
  assert.ok(host);
  const old = new VirtualStateDisk();
  const machine = new StoreTally(old.attach((callback) => callback()));
  machine.apply([{ index: 3, term: 1, data: text("whatever it was") }]);
  machine.store.flush();
  host.crash();
  host.stateDisk = old;
  host.start();
  await cluster.ready();
  assert.equal((await cluster.converged()).length, 80);
  assert.deepEqual(host.machine.texts, cluster.host("a").machine.texts);
});

test("rescue goes on from a copy of the survivor's state, and the survey changes nothing", async () => {
  const { cluster, host } = await grown();
  const texts = await cluster.converged();
  host.flushMs = 1e6;
  await cluster.run(cluster.member("a").propose(text("only in the log")));
  await cluster.advance(200);
  for (const one of cluster.hosts.values()) one.crash();
  const identity = { clusterId: clusterIdOf("quorate"), memberId: host.id };
  const source = await cluster.run(
    LogStore.open(host.disk, logDirectory, { identity, segmentBytes: 256 * 1024 }),
  );
  assert.ok(host.stateDisk);
  const state = new StoreTally(host.stateDisk.attach((callback) => callback()));
  const before = state.store.appliedIndex;
  const found = await cluster.run(survey(source, state));
  assert.deepEqual(found.members.map(({ name }) => name).sort(), ["a", "b", "c"]);
  assert.equal(state.store.appliedIndex, before);
  assert.equal(state.store.durableIndex(), before);

  const self = { id: memberIdOf("second", "n"), name: "n", addresses: ["n:7000"] };
  const target = await newLog(self.id);
  const report = await cluster.run(rescue(source, target, state, self, 100));
  assert.deepEqual(state.texts, [...texts, "only in the log"]);
  assert.equal(state.store.appliedIndex, report.index);
  assert.equal(state.store.appliedTerm, report.newTerm);
  assert.equal(state.store.durableIndex(), report.index);

  // With the copy, and without it: the snapshot that was made is a full one.
  for (const machine of [state, new StoreTally(new MemoryBackend({ isPersistent: true }))]) {
    const replica = new Replica<number>(machine, 100);
    assert.equal(await cluster.run(loadReplica(replica, target)), true);
    assert.deepEqual(replica.config.voters, [self.id]);
    assert.deepEqual(machine.texts, [...texts, "only in the log"]);
    assert.equal(replica.digest(), report.digest);
  }
});

async function newLog(memberId: number): Promise<LogStore> {
  const disk = new MemoryDisk();
  const identity = { clusterId: clusterIdOf("second"), memberId };
  await LogStore.initialize(disk, "new", { identity, segmentBytes: 64 * 1024 });
  return LogStore.open(disk, "new", { identity, segmentBytes: 64 * 1024 });
}
