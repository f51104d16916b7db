/**
 * Leases against etcd: kept, lost and told, granted again.
 */

import assert from "node:assert/strict";
import { once } from "node:events";
import { suite, test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { LeaseGrantRequest, leaseService } from "@quorate/etcd-api";
import { type Client, ClientError, type ClientEvent, connect, type Lease } from "../src/index.ts";
import { noEtcd, startEtcd } from "./etcd.ts";

async function aborted(signal: AbortSignal): Promise<ClientError> {
  if (!signal.aborted) await once(signal, "abort");
  assert.ok(signal.reason instanceof ClientError);
  return signal.reason;
}

/** Resolves when the server has deleted the key. */
async function deleted(client: Client, key: string, startRevision: number): Promise<void> {
  for await (const event of client.watch({ key, startRevision }).events())
    if (event.type === "delete") return;
}

suite("leases", { skip: noEtcd }, () => {
  test("outlives its time to live, and the stream's server; one that nobody renews does not", async (t) => {
    const etcd = await startEtcd();
    t.after(() => etcd.stop());
    await using client = await connect({ endpoints: etcd.endpoints });
    const lease = await client.lease({ ttlSeconds: 2 });
    await client.put("kept", "", { lease });
    const grant = LeaseGrantRequest.create({ ttl: 1 });
    const orphan = await client.rpc(leaseService.methods.leaseGrant, grant);
    const { revision } = await client.put("orphan", "", { lease: orphan.id });
    await deleted(client, "orphan", revision);
    await etcd.members[0]?.kill();
    etcd.members[0]?.start();
    const again = await client.rpc(leaseService.methods.leaseGrant, grant, { repeatable: true });
    await client.put("orphan", "", { lease: again.id, repeatable: true });
    await deleted(client, "orphan", revision + 2);
    assert.ok(lease.isHeld());
    assert.notEqual(await client.get("kept"), null);
    assert.deepEqual((await client.leaseInfo(lease.id, { withKeys: true })).keys.length, 1);
    await lease.revoke();
    assert.equal(await client.get("kept"), null);
    await lease.revoke();
    assert.deepEqual(await client.leaseIds(), []);
  });

  test("is told lost while its server is silent, and another takes its place when it speaks again", async (t) => {
    const etcd = await startEtcd();
    t.after(() => etcd.stop());
    const [member] = etcd.members;
    assert.ok(member !== undefined);
    const events: string[] = [];
    const onEvent = ({ type }: ClientEvent): void => void events.push(type);
    await using client = await connect({ endpoints: etcd.endpoints, onEvent });
    const regranted = Promise.withResolvers<Lease>();
    let tries = 0;
    const lease = await client.lease({
      ttlSeconds: 1,
      onRegrant: async (next, lost) => {
        tries += 1;
        if (tries === 1) throw new Error("not yet");
        assert.equal(lost.id, lease.id);
        await client.put("again", "", { lease: next });
        regranted.resolve(next);
      },
    });
    member.freeze();
    const error = await aborted(lease.signal);
    assert.equal(error.code, "lease-lost");
    assert.throws(() => lease.throwIfLost(), { code: "lease-lost" });
    member.thaw();
    const next = await regranted.promise;
    assert.ok(next.isHeld() && !lease.isHeld());
    assert.ok(events.includes("lease-lost") && events.includes("callback-failed"));
    assert.equal((await client.get("again"))?.lease, next.id);
    await lease.revoke();
    assert.ok(!next.isHeld());
    assert.equal(await client.get("again"), null);
  });

  test("moves to another member when its own falls silent", async (t) => {
    const etcd = await startEtcd(3);
    t.after(() => etcd.stop());
    await using client = await connect({ endpoints: etcd.endpoints, random: () => 0 });
    const lease = await client.lease({ ttlSeconds: 4 });
    await client.put("kept", "", { lease });
    etcd.members[0]?.freeze();
    // As long as it would have lasted without a renewal.
    for (let waits = 0; waits < 45; waits += 1) {
      await setTimeout(100);
      assert.ok(lease.isHeld());
    }
    await using other = await connect({ endpoints: etcd.endpoints.slice(1) });
    assert.notEqual(await other.get("kept"), null);
  });

  test("that somebody else ends is told, and those of a closed client are not held", async (t) => {
    const etcd = await startEtcd();
    t.after(() => etcd.stop());
    await using client = await connect({ endpoints: etcd.endpoints });
    const other = await connect({ endpoints: etcd.endpoints });
    const lease = await client.lease({ ttlSeconds: 1 });
    await other.revokeLease(lease.id);
    assert.equal((await aborted(lease.signal)).code, "lease-lost");
    const theirs = await other.lease({ ttlSeconds: 60, id: 4711n });
    assert.equal(theirs.id, 4711n);
    await other.close();
    assert.equal((await aborted(theirs.signal)).code, "closed");
    await assert.rejects(client.lease({ ttlSeconds: 60, id: 4711n }), { code: "already-exists" });
  });
});
