/**
 * The client against Quorate's own server: the same promises that its own tests hold against etcd.
 */

import assert from "node:assert/strict";
import { once } from "node:events";
import { after, before, suite, test } from "node:test";
import { type Client, ClientError, compare, connect, createClient, op } from "@quorate/client";
import { ProcessCluster } from "./acceptance/process-cluster.ts";

/** Makes a key: done twice it is done once, so it may be repeated. */
async function create(client: Client, key: string): Promise<void> {
  const txn = client.txn().if(compare.missing(key)).do(op.put(key, ""));
  await txn.commit({ repeatable: true, timeoutMs: 30_000 });
}

suite("the client with three members of quorate", () => {
  let cluster: ProcessCluster;
  let endpoints: string[];
  before(async () => {
    cluster = await ProcessCluster.start("quorate");
    endpoints = cluster.members.map(({ clientUrl }) => clientUrl);
  });
  after(() => cluster.stop());

  test("keys, transactions, errors", async () => {
    await using client = await connect({ endpoints });
    const { revision } = await client.put("a", "1");
    const txn = client.txn().if(compare.modRevision("a").equals(revision)).do(op.put("a", "2"), op.get("a"));
    const result = await txn.commit();
    assert.ok(result.succeeded);
    assert.equal(result.results[1]?.text(), "2");
    await assert.rejects(client.put("", ""), {
      code: "invalid",
      serverText: "etcdserver: key is not provided",
    });
    await client.compact(result.revision);
    await assert.rejects(client.get("a", { revision }), { code: "compacted", outcome: "refused" });
    assert.equal((await client.cluster.members()).length, 3);
  });

  test("locks queue, elections change hands, the fence holds", async () => {
    await using client = await connect({ endpoints });
    const first = await client.lock("l");
    const second = client.lock("l");
    await assert.rejects(client.lock("l", { waitMs: 0 }), { code: "lock-timeout" });
    await client.revokeLease(first.lease.id);
    const next = await second;
    assert.ok(next.fencingToken > first.fencingToken);
    assert.ok(!(await first.guard(client.txn()).do(op.put("f", "late")).commit()).succeeded);
    await next.release();
    const leadership = await client.campaign("e", "me");
    assert.equal((await client.leader("e"))?.text(), "me");
    await leadership.resign();
    assert.equal(await client.leader("e"), null);
  });

  test("a watch and a lease outlive kills of the members that serve them", async () => {
    await using client = createClient({ endpoints });
    const watch = client.watch({ prefix: "k/" });
    await watch.started;
    const lease = await client.lease({ ttlSeconds: 10 });
    await client.put("leased", "", { lease });
    const seen: string[] = [];
    const reading = (async () => {
      for await (const { keyValue } of watch.events()) if (seen.push(keyValue.keyText()) === 40) return;
    })();
    const expected = Array.from({ length: 40 }, (_, index) => `k/${index}`);
    for (const [index, key] of expected.entries()) {
      await create(client, key);
      if (index % 15 !== 9) continue;
      const member = cluster.members.find(({ clientUrl }) => clientUrl === client.endpoint);
      assert.ok(member !== undefined);
      await cluster.signal(member, "SIGKILL");
      await cluster.startMember(member);
    }
    await reading;
    assert.deepEqual(seen, expected);
    assert.ok(lease.isHeld());
    assert.notEqual(await client.get("leased"), null);
    await lease.revoke();
    assert.equal(await client.get("leased"), null);
  });

  test("a lease is told lost while nobody answers", async () => {
    await using client = createClient({ endpoints });
    const lease = await client.lease({ ttlSeconds: 1 });
    for (const member of cluster.members) await cluster.signal(member, "SIGSTOP");
    if (!lease.signal.aborted) await once(lease.signal, "abort");
    assert.ok(lease.signal.reason instanceof ClientError);
    assert.equal(lease.signal.reason.code, "lease-lost");
    for (const member of cluster.members) await cluster.signal(member, "SIGCONT");
    await create(client, "awake");
  });
});
