/**
 * The lock service (reference §5).
 */

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { kvService, leaseService, lockService } from "@quorate/etcd-api";
import { bytesOf, failureOf, ServerKit, type TestServer, textOf } from "./server-kit.ts";

const { lock, unlock } = lockService.methods;
const { leaseGrant, leaseRevoke, leaseTimeToLive } = leaseService.methods;

async function grant(server: TestServer, ...ids: readonly bigint[]): Promise<void> {
  for (const id of ids) await server.call(leaseGrant, { id, ttl: 1000 });
}

describe("lock", () => {
  it("is a key named after its lease", async () => {
    const kit = await ServerKit.started();
    const server = kit.server();
    await grant(server, 0xabcn);
    const { header, key } = await server.call(lock, { name: bytesOf("l"), lease: 0xabcn });
    assert.equal(textOf(key), "l/abc");
    assert.deepEqual([header?.revision, header?.memberId], [2, server.id]);
    const [kv] = (await server.call(kvService.methods.range, { key })).kvs;
    assert.deepEqual([kv?.lease, kv?.createRevision, kv?.value.length], [0xabcn, 2, 0]);
  });

  it("without a lease gets one of 60 s that nobody renews", async () => {
    const kit = await ServerKit.started();
    const server = kit.server();
    const { key } = await server.call(lock, { name: bytesOf("l") });
    const lease = BigInt(`0x${textOf(key).slice(2)}`);
    assert.equal((await server.call(leaseTimeToLive, { id: lease })).grantedTTL, 60);
    await kit.time.advance(65_000);
    assert.deepEqual(await server.keys("l/"), []);
  });

  it("held again by the same lease is the same lock", async () => {
    const kit = await ServerKit.started();
    const server = kit.server();
    await grant(server, 1n);
    await server.call(lock, { name: bytesOf("l"), lease: 1n });
    const { key } = await server.call(lock, { name: bytesOf("l"), lease: 1n });
    assert.equal(textOf(key), "l/1");
    assert.equal(server.core.revision, 2);
  });

  it("is passed on in the order of asking", async () => {
    const kit = await ServerKit.started({ names: ["a", "b", "c"] });
    const servers = [...kit.servers.values()];
    await grant(servers[0] as TestServer, 1n, 2n, 3n, 4n);
    const order: bigint[] = [];
    const calls = [];
    for (const lease of [1n, 2n, 3n, 4n]) {
      const server = servers[Number(lease) % 3] as TestServer;
      const call = server.begin(lock, { name: bytesOf("l"), lease });
      calls.push(call.response);
      void call.response.then(() => order.push(lease));
      await kit.until(() => server.core.revision === Number(lease) + 1);
    }
    for (const lease of [1n, 2n, 3n, 4n]) {
      const { key } = await kit.time.run(calls[Number(lease) - 1] as (typeof calls)[0]);
      await kit.time.advance(100);
      assert.deepEqual(order.at(-1), lease);
      await kit.leader.call(unlock, { key });
    }
    assert.deepEqual(order, [1n, 2n, 3n, 4n]);
  });

  it("lets other names alone, and is freed by the end of a lease", async () => {
    const kit = await ServerKit.started();
    const server = kit.server();
    await grant(server, 1n, 2n);
    await server.call(lock, { name: bytesOf("l"), lease: 1n });
    await server.call(lock, { name: bytesOf("l2"), lease: 2n });
    const waiting = server.begin(lock, { name: bytesOf("l"), lease: 2n });
    await kit.time.advance(1000);
    await server.call(leaseRevoke, { id: 1n });
    const { key, header } = await kit.time.run(waiting.response);
    assert.equal(textOf(key), "l/2");
    assert.equal(header?.revision, server.core.revision);
  });

  it("that is given up while waiting leaves no key, and wakes nobody too early", async () => {
    const kit = await ServerKit.started();
    const server = kit.server();
    await grant(server, 1n, 2n, 3n);
    const name = bytesOf("l");
    await server.call(lock, { name, lease: 1n });
    const second = server.begin(lock, { name, lease: 2n });
    await kit.time.advance(100);
    let isThirdAnswered = false;
    const third = server.begin(lock, { name, lease: 3n });
    void third.response.then(() => {
      isThirdAnswered = true;
    });
    await kit.time.advance(100);
    assert.deepEqual(await server.keys("l/"), ["l/1", "l/2", "l/3"]);
    second.cancel();
    assert.equal(await failureOf(kit.time.run(second.response)), "1 context canceled");
    assert.deepEqual(await server.keys("l/"), ["l/1", "l/3"]);
    await kit.time.advance(1000);
    assert.equal(isThirdAnswered, false);
    await server.call(unlock, { key: bytesOf("l/1") });
    await kit.time.run(third.response);
    assert.equal(server.storeMember.store.watches.size, 0);
  });

  it("that is given up takes a lease of its own back, too, but no key that was there before", async () => {
    const kit = await ServerKit.started();
    const server = kit.server();
    await grant(server, 1n, 2n);
    const name = bytesOf("l");
    await server.call(lock, { name, lease: 1n });
    const anonymous = server.begin(lock, { name });
    await kit.time.advance(100);
    assert.equal(server.storeMember.store.leases.leases().length, 3);
    anonymous.cancel();
    await failureOf(kit.time.run(anonymous.response));
    assert.equal(server.storeMember.store.leases.leases().length, 2);
    const first = server.begin(lock, { name, lease: 2n });
    await kit.time.advance(100);
    const again = server.begin(lock, { name, lease: 2n });
    await kit.time.advance(100);
    again.cancel();
    await failureOf(kit.time.run(again.response));
    await server.call(unlock, { key: bytesOf("l/1") });
    assert.equal(textOf((await kit.time.run(first.response)).key), "l/2");
  });

  it("fails as soon as the lease ends while waiting", async () => {
    const kit = await ServerKit.started();
    const server = kit.server();
    await grant(server, 1n, 2n);
    await server.call(lock, { name: bytesOf("l"), lease: 1n });
    const waiting = server.begin(lock, { name: bytesOf("l"), lease: 2n });
    await kit.time.advance(100);
    await server.call(leaseRevoke, { id: 2n });
    assert.equal(await failureOf(kit.time.run(waiting.response)), "2 mutex: session is expired");
    assert.deepEqual(await server.keys("l/"), ["l/1"]);
  });

  it("needs a lease that is there", async () => {
    const kit = await ServerKit.started();
    assert.equal(
      await kit.server().failure(lock, { name: bytesOf("l"), lease: 77n }),
      "5 etcdserver: requested lease not found",
    );
  });

  it("outlives a compaction while it waits", async () => {
    const kit = await ServerKit.started();
    const server = kit.server();
    await grant(server, 1n, 2n);
    await server.call(lock, { name: bytesOf("l"), lease: 1n });
    const waiting = server.begin(lock, { name: bytesOf("l"), lease: 2n });
    await kit.time.advance(100);
    for (let at = 0; at < 50; at++) await server.put("other", String(at));
    await server.call(kvService.methods.compact, { revision: 50 });
    await server.call(unlock, { key: bytesOf("l/1") });
    await kit.time.run(waiting.response);
  });
});

describe("unlock", () => {
  it("deletes the key, whoever asks, and minds none that is not there", async () => {
    const kit = await ServerKit.started();
    const server = kit.server();
    const { key } = await server.call(lock, { name: bytesOf("l") });
    assert.equal((await server.call(unlock, { key })).header?.revision, 3);
    assert.equal((await server.call(unlock, { key })).header?.revision, 3);
    assert.equal(await server.failure(unlock, { key: bytesOf("") }), "3 etcdserver: key is not provided");
  });
});
