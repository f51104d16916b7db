/** Leases through store members: who keeps time, what a renewal means, and what an election does to them. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { MemberError } from "../src/index.ts";
import type { StoreMember } from "../src/store-member/assemble-store-member.ts";
import { electionTimeoutMs } from "./virtual-cluster.ts";
import type { VirtualHost } from "./virtual-host.ts";
import { responseOf, StoreCluster } from "./virtual-store.ts";

/** How late a revocation may come at most while all is well: one look, and the log. */
const slackMs = 700;

async function remaining(all: StoreCluster, storeMember: StoreMember, id: bigint): Promise<number> {
  return (await all.run(storeMember.leaseTime(id, false))).remainingSeconds;
}

test("a lease that nobody renews is revoked soon after its TTL, with its keys", async () => {
  const all = await StoreCluster.started();
  const beganAtMs = all.nowMs;
  const id = await all.grant(all.follower(), 2);
  await all.put(all.follower(), "key", "value", id);
  await all.cluster.advance(2000 - (all.nowMs - beganAtMs) - 1);
  assert.equal(await all.get(all.follower(), "key", "serializable"), "value");
  await all.cluster.advance(slackMs);
  for (const host of all.cluster.hosts.values()) {
    assert.equal(await all.get(all.on(host), "key", "serializable"), null, host.name);
  }
  assert.ok((all.removedAtMs(id) ?? 0) >= beganAtMs + 2000);
});

test("a lease that is kept alive lives, at whichever member the keep-alives come in", async () => {
  const all = await StoreCluster.started();
  const id = await all.grant(all.follower(), 2);
  for (let round = 0; round < 12; round++) {
    await all.cluster.advance(1000);
    const host = [...all.cluster.hosts.values()][round % 3] as VirtualHost;
    const kept = await all.run(all.on(host).keepLeaseAlive(id));
    assert.equal(kept.ttlSeconds, 2, `round ${round}`);
  }
  assert.equal(all.removedAtMs(id), null);
});

test("a keep-alive of an unknown lease answers 0", async () => {
  const all = await StoreCluster.started();
  for (const host of all.cluster.hosts.values()) {
    const kept = await all.run(all.on(host).keepLeaseAlive(12_345n));
    assert.deepEqual(kept, { ttlSeconds: 0, revision: all.on(host).store.revision });
  }
});

test("a negative id goes through the log and between members unharmed", async () => {
  const all = await StoreCluster.started();
  const id = await all.grant(all.follower(), 5, -0x7fff_ffff_ffff_fff1n);
  assert.equal((await all.run(all.follower().keepLeaseAlive(id))).ttlSeconds, 5);
  assert.equal(await remaining(all, all.follower(), id), 4);
});

test("an id of 0 is chosen: positive, and another one each time", async () => {
  const all = await StoreCluster.started();
  const ids = new Set<bigint>();
  for (let count = 0; count < 20; count++) ids.add(await all.grant(all.follower(), 10));
  assert.equal(ids.size, 20);
  for (const id of ids) assert.ok(id > 0n && id < 2n ** 63n);
});

test("a TTL that no election leaves room for is raised", async () => {
  const all = await StoreCluster.started({
    settings: { timing: { electionMinMs: 1000, electionMaxMs: 2000, heartbeatMs: 100 } },
  });
  const response = responseOf(await all.run(all.follower().grantLease(7n, 1)));
  assert.equal(response.kind === "lease-grant" && response.ttlSeconds, 2);
  const again = await all.run(all.follower().grantLease(7n, 1));
  assert.deepEqual(again, { ok: false, code: "lease-exists" });
});

test("lease time is asked of the leader; keys come on demand, and −1 for what does not exist", async () => {
  const all = await StoreCluster.started();
  const id = await all.grant(all.follower(), 10);
  await all.put(all.follower(), "key", "value", id);
  await all.cluster.advance(4000);
  const time = await all.run(all.follower().leaseTime(id, true));
  assert.equal(time.grantedSeconds, 10);
  assert.equal(time.remainingSeconds, 5);
  assert.equal(time.keys.length, 1);
  const none = await all.run(all.follower().leaseTime(99n, true));
  assert.deepEqual(none, {
    revision: all.follower().store.revision,
    remainingSeconds: -1,
    grantedSeconds: 0,
    keys: [],
  });
});

test("many keep-alives at a follower share a round", async () => {
  const all = await StoreCluster.started();
  const ids: bigint[] = [];
  for (let count = 0; count < 50; count++) ids.push(await all.grant(all.follower(), 60));
  const before = all.cluster.events.countOfCore("read-released");
  const follower = all.follower();
  const kept = await all.run(Promise.all([...ids, ...ids].map((id) => follower.keepLeaseAlive(id))));
  assert.ok(kept.every(({ ttlSeconds }) => ttlSeconds === 60));
  assert.ok(all.cluster.events.countOfCore("read-released") - before <= 2);
});

test("a new leader gives every lease its full TTL and an election timeout on top", async () => {
  const all = await StoreCluster.started();
  const id = await all.grant(all.follower(), 3);
  await all.put(all.follower(), "key", "value", id);
  await all.cluster.advance(2500);
  const old = await all.cluster.leader();
  old.kill();
  await all.cluster.leader(old);
  const sinceMs = all.nowMs;
  await all.cluster.advance(3000 + electionTimeoutMs - 1);
  assert.equal(all.removedAtMs(id), null);
  await all.cluster.advance(slackMs + 100);
  const removedAtMs = all.removedAtMs(id);
  assert.ok(removedAtMs !== null && removedAtMs >= sinceMs + 3000 + electionTimeoutMs - 50);
});

test("a leader that is cut off revokes nothing, not even after it comes back", async () => {
  const all = await StoreCluster.started();
  const id = await all.grant(all.follower(), 2);
  const old = await all.cluster.leader();
  all.cluster.cutOff(old);
  const next = await all.cluster.leader(old);
  for (let round = 0; round < 10; round++) {
    assert.equal((await all.run(all.on(next).keepLeaseAlive(id))).ttlSeconds, 2);
    await all.cluster.advance(1000);
  }
  all.cluster.heal();
  await all.cluster.ready();
  for (let round = 0; round < 5; round++) {
    assert.equal((await all.run(all.on(old).keepLeaseAlive(id))).ttlSeconds, 2);
    await all.cluster.advance(1000);
  }
  assert.equal(all.removedAtMs(id), null);
});

test("a keep-alive at a leader that is cut off is not answered by it", async () => {
  const all = await StoreCluster.started();
  const id = await all.grant(all.follower(), 30);
  const old = await all.cluster.leader();
  all.cluster.cutOff(old);
  const error = await all.cluster.rejection(all.on(old).keepLeaseAlive(id, { timeoutMs: 1000 }));
  assert.ok(error instanceof MemberError, error.message);
  // One that waits long enough is answered by the successor when the way is open again.
  const call = all.on(old).keepLeaseAlive(id, { timeoutMs: 10_000 });
  await all.cluster.advance(500);
  all.cluster.heal();
  assert.equal((await all.run(call)).ttlSeconds, 30);
});

test("a leader that was deposed while it slept, and hears of nobody, renews nothing", async () => {
  const all = await StoreCluster.started();
  const id = await all.grant(all.follower(), 2);
  const old = await all.cluster.leader();
  all.cluster.cutOff(old);
  old.pause();
  await all.cluster.leader(old);
  await all.cluster.advance(1500);
  let renewed = 0;
  old.arrive(() => {
    const call = all.on(old).keepLeaseAlive(id, { timeoutMs: 800 });
    call.then(
      ({ ttlSeconds }) => {
        renewed += ttlSeconds;
      },
      () => undefined,
    );
  });
  old.resume();
  assert.ok(old.running.isLeader, "it knows already");
  await all.cluster.advance(2000);
  assert.equal(renewed, 0);
  assert.notEqual(all.removedAtMs(id), null);
});

test("keep-alives that waited while the process was paused come before any expiry", async () => {
  const all = await StoreCluster.started({ names: ["a"] });
  const host = all.cluster.host("a");
  const id = await all.grant(all.on(host), 2);
  const doomed = await all.grant(all.on(host), 2);
  host.pause();
  let ttlSeconds = -1;
  // It comes while the process sleeps, and waits in the socket.
  host.arrive(() => {
    void all
      .on(host)
      .keepLeaseAlive(id)
      .then((kept) => {
        ttlSeconds = kept.ttlSeconds;
      });
  });
  await all.cluster.advance(30_000);
  host.resume();
  await all.cluster.advance(50);
  assert.equal(ttlSeconds, 2);
  await all.cluster.advance(1900);
  assert.equal(all.removedAtMs(id), null);
  assert.notEqual(all.removedAtMs(doomed), null);
  await all.cluster.advance(1000);
  assert.notEqual(all.removedAtMs(id), null);
});

test("a keep-alive of a lease that is being revoked waits for that, and answers 0", async () => {
  const all = await StoreCluster.started();
  const id = await all.grant(all.follower(), 2);
  const [one, other] = all.cluster.followers();
  assert.ok(one && other);
  await all.cluster.advance(1900);
  const lead = await all.cluster.leader();
  // Appends reach nobody: heartbeats still confirm the leader, but nothing is committed.
  all.cluster.loses = ({ from, lane }) => from === lead.id && lane === "bulk";
  await all.cluster.advance(1000);
  assert.equal(all.removedAtMs(id), null);
  const calls = [lead, one].map((host) => all.on(host).keepLeaseAlive(id, { timeoutMs: 20_000 }));
  let settled = 0;
  for (const call of calls) void call.finally(() => settled++);
  await all.cluster.advance(300);
  assert.equal(settled, 0);
  all.cluster.loses = () => false;
  for (const { ttlSeconds } of await all.run(Promise.all(calls))) assert.equal(ttlSeconds, 0);
  assert.notEqual(all.removedAtMs(id), null);
});

test("not more than 1000 leases a second are revoked", async () => {
  const all = await StoreCluster.started();
  const leader = await all.leader();
  await all.run(Promise.all(Array.from({ length: 1500 }, (_, at) => leader.grantLease(BigInt(at + 1), 2))));
  await all.cluster.advance(2600);
  assert.ok(leader.store.leases.size >= 500, `${leader.store.leases.size} left`);
  await all.cluster.advance(1500);
  assert.equal(leader.store.leases.size, 0);
});

test("with checkpoints an election does not renew in full, and a renewal does", async () => {
  const all = await StoreCluster.started({ store: { leaseCheckpointMs: 2000 } });
  const idle = await all.grant(all.follower(), 20);
  const kept = await all.grant(all.follower(), 20);
  await all.cluster.advance(15_000);
  assert.equal((await all.run(all.follower().keepLeaseAlive(kept))).ttlSeconds, 20);
  const old = await all.cluster.leader();
  old.kill();
  const next = await all.leader(old);
  await all.cluster.advance(electionTimeoutMs);
  assert.ok((await remaining(all, next, idle)) <= 8);
  assert.ok((await remaining(all, next, kept)) >= 19);
});

test("a cluster that is marked corrupt keeps its leases, and does not fill its log with attempts", async () => {
  const all = await StoreCluster.started();
  const leader = await all.leader();
  const id = await all.grant(leader, 2);
  await all.run(leader.execute({ kind: "alarm", action: 1, memberId: 0n, alarm: 2 }));
  // Members announce themselves in the log, too.
  await all.cluster.advance(1000);
  const before = leader.member.commitIndex;
  await all.cluster.advance(10_000);
  assert.equal(leader.member.commitIndex, before);
  assert.equal(all.removedAtMs(id), null);
  await all.run(leader.execute({ kind: "alarm", action: 2, memberId: 0n, alarm: 2 }));
  await all.cluster.advance(1000);
  assert.notEqual(all.removedAtMs(id), null);
});
