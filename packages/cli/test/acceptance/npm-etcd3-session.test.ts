/** The npm package etcd3, as it is, on a node with TLS: leases, locks and elections. */

import assert from "node:assert/strict";
import { once } from "node:events";
import {
  type Etcd3,
  EtcdLeaseInvalidError,
  EtcdLockFailedError,
  type Lease,
  NotCampaigningError,
} from "etcd3";
import { Seen, type TlsNode, withNodes } from "./npm-etcd3-node.ts";

withNodes("leases, locks, elections", {
  "a lease holds its keys until it is revoked": leaseLife,
  "a lease without keep-alives runs out, and its key goes": leaseExpiry,
  "a lease that is kept alive outlives its time": leaseKeptAlive,
  "a lease says that it was lost, when it is asked for or written with": lostLeases,
  "a lock has one holder": lockHolders,
  "a lock orders what two clients do": lockedCounting,
  "an election goes from one candidate to the next": successiveLeaders,
  "a leader whose lease is gone is told so": lostLeadership,
});

async function leaseLife(node: TlsNode): Promise<void> {
  const client = node.connect();
  const lease = client.lease(600);
  await lease.put("lease/a").value("1");
  await client.put("lease/b").value("2").lease(lease.grant());
  await client.if("lease/a", "Version", "==", 1).then(lease.put("lease/c").value("3")).commit();
  const ID = await lease.grant();
  const { kvs } = await client.getAll().prefix("lease/").exec();
  assert.deepEqual(
    kvs.map((kv) => kv.lease),
    [ID, ID, ID],
  );
  assert.equal((await lease.keepaliveOnce()).TTL, "600");
  const { grantedTTL, keys, TTL } = await client.leaseClient.leaseTimeToLive({ ID, keys: true });
  assert.deepEqual(keys.map(String).toSorted(), ["lease/a", "lease/b", "lease/c"]);
  assert.equal(grantedTTL, "600");
  assert.ok(Number(TTL) <= 600);
  const { leases } = await client.leaseClient.leaseLeases();
  assert.ok(leases.some((one) => one.ID === ID));
  // A put without the lease takes the key away from it.
  await client.put("lease/b").value("free");
  await lease.revoke();
  assert.equal(lease.revoked(), true);
  assert.deepEqual(await client.getAll().prefix("lease/").strings(), { "lease/b": "free" });
  assert.equal((await client.leaseClient.leaseTimeToLive({ ID })).TTL, "-1");
  await lease.revoke();
}

async function leaseExpiry(node: TlsNode): Promise<void> {
  const client = node.connect();
  const seen = await Seen.of(client.watch().key("expires"));
  const lease = client.lease(1, { autoKeepAlive: false });
  await lease.put("expires").value("x");
  assert.deepEqual(await seen.until(2), ["put expires=x", "delete expires"]);
  const lost = once(lease, "lost");
  await assert.rejects(lease.keepaliveOnce(), EtcdLeaseInvalidError);
  assert.ok((await lost)[0] instanceof EtcdLeaseInvalidError);
  await seen.watcher.cancel();
}

async function leaseKeptAlive(node: TlsNode): Promise<void> {
  const client = node.connect();
  const lease = client.lease(2);
  await lease.put("kept").value("x");
  // The package asks three times in the time that the lease has.
  await new Promise<void>((resolve, reject) => {
    let kept = 0;
    lease.on("keepaliveSucceeded", ({ TTL }) => {
      kept += 1;
      if (TTL !== "2") reject(new Error(`kept alive for ${TTL} s`));
      if (kept === 4) resolve();
    });
    lease.on("lost", reject);
  });
  assert.equal(await client.get("kept"), "x");
  await lease.revoke();
  assert.equal(await client.get("kept"), null);
}

async function lostLeases(node: TlsNode): Promise<void> {
  const client = node.connect();
  const revokeBehind = async (lease: Lease): Promise<void> => {
    await client.leaseClient.leaseRevoke({ ID: await lease.grant() });
    assert.equal(lease.revoked(), false, "it cannot know yet");
  };
  const asked = client.lease(600, { autoKeepAlive: false });
  await revokeBehind(asked);
  const askedLost = once(asked, "lost");
  await assert.rejects(asked.keepaliveOnce(), EtcdLeaseInvalidError);
  assert.ok((await askedLost)[0] instanceof EtcdLeaseInvalidError);
  assert.equal(asked.revoked(), true);

  const written = client.lease(600, { autoKeepAlive: false });
  await revokeBehind(written);
  const writtenLost = once(written, "lost");
  await assert.rejects(written.put("lost").value("x").exec(), EtcdLeaseInvalidError);
  assert.ok((await writtenLost)[0] instanceof EtcdLeaseInvalidError);
  assert.equal(await client.get("lost"), null);

  const kept = client.lease(2);
  await once(kept, "keepaliveSucceeded");
  const keptLost = once(kept, "lost");
  await client.leaseClient.leaseRevoke({ ID: await kept.grant() });
  assert.ok((await keptLost)[0] instanceof EtcdLeaseInvalidError);
}

async function lockHolders(node: TlsNode): Promise<void> {
  const [one, other] = [node.connect(), node.connect()];
  const lock = await one.lock("lock").ttl(60).acquire();
  const [key] = (await other.get("lock").exec()).kvs;
  assert.equal(key?.lease, await lock.leaseId());
  const leases = async () => (await other.leaseClient.leaseLeases()).leases.map(({ ID }) => ID);
  const before = await leases();
  await assert.rejects(other.lock("lock").acquire(), EtcdLockFailedError);
  const left = (await leases()).filter((id) => !before.includes(id));
  assert.deepEqual(left, [], "a refused lock leaves no lease behind");
  await lock.release();
  assert.equal(await other.get("lock").exists(), false);

  const value = await other.lock("lock").do(async () => {
    await assert.rejects(one.lock("lock").acquire(), EtcdLockFailedError);
    return "done";
  });
  assert.equal(value, "done");
  const failing = one.lock("lock").do(() => Promise.reject(new Error("inside")));
  await assert.rejects(failing, /inside/);
  await (await other.lock("lock").acquire()).release();
}

async function lockedCounting(node: TlsNode): Promise<void> {
  const clients = [node.connect(), node.connect()];
  let inside = 0;
  const add = async (client: Etcd3): Promise<void> => {
    try {
      await client.lock("counter/lock").do(async () => {
        inside += 1;
        assert.equal(inside, 1);
        const count = (await client.get("counter").number()) ?? 0;
        await client.put("counter").value(count + 1);
        inside -= 1;
      });
    } catch (error) {
      if (!(error instanceof EtcdLockFailedError)) throw error;
      await add(client);
    }
  };
  await Promise.all(
    clients.map(async (client) => {
      for (let round = 0; round < 5; round += 1) await add(client);
    }),
  );
  assert.equal(await clients[0]?.get("counter").number(), 10);
}

async function successiveLeaders(node: TlsNode): Promise<void> {
  const [one, other] = [node.connect().election("e", 30), node.connect().election("e", 30)];
  assert.equal(await one.leader(), undefined);
  const first = await one.campaign("first").wait();
  assert.equal(await other.leader(), "first");
  const observer = await other.observe();
  assert.equal(observer.leader(), "first");
  const second = other.campaign("second");
  const secondElected = second.wait();
  await candidates(node, 2);
  assert.equal(await one.leader(), "first");

  let change = once(observer, "change");
  await first.proclaim("first, renamed");
  assert.deepEqual(await change, ["first, renamed"]);
  change = once(observer, "change");
  await first.resign();
  await secondElected;
  assert.deepEqual(await change, ["second"]);
  assert.equal(await one.leader(), "second");
  await assert.rejects(first.proclaim("again"), NotCampaigningError);
  change = once(observer, "change");
  await second.proclaim("second, renamed");
  assert.deepEqual(await change, ["second, renamed"]);
  assert.equal(await node.connect().get(await second.getCampaignKey()), "second, renamed");
  await observer.cancel();
  await second.resign();
  assert.equal(await one.leader(), undefined);
}

async function lostLeadership(node: TlsNode): Promise<void> {
  const client = node.connect();
  const election = client.election("lost", 2);
  const campaign = await election.campaign("leader").wait();
  const error = new Promise((resolve) => campaign.on("error", resolve));
  const [key] = (await client.get(await campaign.getCampaignKey()).exec()).kvs;
  assert.ok(key !== undefined);
  await client.leaseClient.leaseRevoke({ ID: key.lease });
  assert.ok((await error) instanceof EtcdLeaseInvalidError);
  assert.equal(await election.leader(), undefined);
  await assert.rejects(campaign.proclaim("still"), NotCampaigningError);
}

/** Resolves when so many stand for the election `e`. */
async function candidates(node: TlsNode, count: number): Promise<void> {
  const seen = await Seen.of(node.connect().watch().prefix("election/e/").startRevision("1"));
  const standing = new Set<string>();
  for (let told = 1; standing.size < count; told += 1) {
    const [event = ""] = (await seen.until(told)).slice(told - 1);
    const [kind = "", key = ""] = event.split(/[ =]/);
    if (kind === "put") standing.add(key);
    else standing.delete(key);
  }
  await seen.watcher.cancel();
}
