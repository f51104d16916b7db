/**
 * Locks and elections against etcd: the queue, the fence, and company from other clients.
 */

import assert from "node:assert/strict";
import { once } from "node:events";
import { after, before, suite, test } from "node:test";
import { LockRequest, lockService, UnlockRequest } from "@quorate/etcd-api";
import { type Client, compare, connect, type Lock, op } from "../src/index.ts";
import { type EtcdCluster, noEtcd, startEtcd } from "./etcd.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

suite("locks and elections", { skip: noEtcd }, () => {
  let etcd: EtcdCluster;
  let client: Client;
  let other: Client;
  before(async () => {
    etcd = await startEtcd();
    client = await connect({ endpoints: etcd.endpoints });
    other = await connect({ endpoints: etcd.endpoints });
  });
  after(async () => {
    await client.close();
    await other.close();
    await etcd.stop();
  });

  /** Resolves when so many wait or hold. */
  async function queued(name: string, count: number): Promise<void> {
    const watch = client.watch({ prefix: `${name}/`, startRevision: 1 });
    const keys = new Set<string>();
    for await (const { type, keyValue } of watch.events()) {
      if (type === "put") keys.add(keyValue.keyText());
      else keys.delete(keyValue.keyText());
      if (keys.size === count) return;
    }
  }

  test("everybody gets it in the order of asking, with a growing token", async () => {
    const order: number[] = [];
    const tokens: number[] = [];
    const first = await client.lock("queue");
    const rest: Promise<void>[] = [];
    for (let index = 0; index < 4; index += 1) {
      const work = (lock: Lock): void => {
        order.push(index);
        tokens.push(lock.fencingToken);
      };
      rest.push((index % 2 === 0 ? client : other).withLock("queue", work));
      await queued("queue", index + 2);
    }
    assert.deepEqual(order, []);
    await first.release();
    await Promise.all(rest);
    assert.deepEqual(order, [0, 1, 2, 3]);
    assert.deepEqual(
      [first.fencingToken, ...tokens].toSorted((a, b) => a - b),
      [first.fencingToken, ...tokens],
    );
    assert.equal(await client.count({ prefix: "queue/" }), 0);
  });

  test("who waits in vain leaves the queue", async () => {
    await using held = await client.lock("vain");
    await assert.rejects(other.lock("vain", { waitMs: 0 }), { code: "lock-timeout" });
    await assert.rejects(other.lock("vain", { waitMs: 30 }), { code: "lock-timeout" });
    const stop = new AbortController();
    const waiting = assert.rejects(other.lock("vain", { signal: stop.signal }), { code: "canceled" });
    await queued("vain", 2);
    stop.abort();
    await waiting;
    assert.equal(await client.count({ prefix: "vain/" }), 1);
    assert.ok(held.isHeld());
  });

  test("the store refuses what a former holder guards", async () => {
    const former = await client.lock("fence");
    const write = (lock: Lock, value: string) =>
      lock.guard(client.txn()).do(op.put("fenced", value)).commit();
    assert.ok((await write(former, "mine")).succeeded);
    // As if its process had been paused for longer than its lease: the server has given the lock on.
    await other.revokeLease(former.lease.id);
    await using next = await other.lock("fence");
    assert.ok(next.fencingToken > former.fencingToken);
    assert.ok(!(await write(former, "late")).succeeded);
    assert.ok((await write(next, "theirs")).succeeded);
    assert.equal((await client.get("fenced"))?.text(), "theirs");
  });

  test("a key that somebody deletes ends the lock, and work under it is told", async () => {
    const started = Promise.withResolvers<Lock>();
    const work = client.withLock("deleted", async (lock) => {
      started.resolve(lock);
      await once(lock.signal, "abort");
    });
    const outcome = assert.rejects(work, { code: "lease-lost" });
    await other.delete((await started.promise).key);
    await outcome;
  });

  test("a lease of one's own serves for many locks, and stays", async () => {
    await using lease = await client.lease({ ttlSeconds: 30 });
    const locks = [await client.lock("many/1", { lease }), await client.lock("many/2", { lease })];
    await Promise.all(locks.map((lock) => lock.release()));
    assert.ok(lease.isHeld());
    assert.equal(await client.count({ prefix: "many/" }), 0);
    await assert.rejects(
      client.withLock("many/3", async () => lease.revoke(), { lease }),
      { code: "lease-lost" },
    );
  });

  test("one queue with those who use the server's own lock service", async () => {
    const theirs = await client.rpc(lockService.methods.lock, LockRequest.create({ name: bytes("mixed") }));
    const ours = other.lock("mixed");
    await queued("mixed", 2);
    await client.rpc(lockService.methods.unlock, UnlockRequest.create({ key: theirs.key }));
    const held = await ours;
    const request = LockRequest.create({ name: bytes("mixed") });
    const again = client.rpc(lockService.methods.lock, request);
    await queued("mixed", 2);
    await held.release();
    const { key } = await again;
    await client.delete(key);
  });

  test("an election has one leader, whom everybody sees", async () => {
    const seen: (string | null)[] = [];
    const enough = Promise.withResolvers<void>();
    const stop = new AbortController();
    const observing = (async () => {
      for await (const leader of other.observe("elect", { signal: stop.signal })) {
        seen.push(leader?.text() ?? null);
        if (leader?.text() === "b2") enough.resolve();
      }
    })();
    assert.equal(await client.leader("elect"), null);
    const first = await client.campaign("elect", "a");
    const second = other.campaign("elect", "b");
    await queued("elect", 2);
    assert.equal((await client.leader("elect"))?.text(), "a");
    await first.proclaim("a2");
    assert.equal((await client.leader("elect"))?.text(), "a2");
    await first.resign();
    const leadership = await second;
    assert.ok(leadership.fencingToken > first.fencingToken);
    assert.ok(first.signal.aborted && !leadership.signal.aborted);
    await assert.rejects(first.proclaim("a3"), { code: "not-elected" });
    await leadership.proclaim("b2");
    await enough.promise;
    stop.abort();
    await observing;
    assert.equal(seen[0], null);
    assert.equal(seen.at(-1), "b2");
    const guarded = leadership.guard(client.txn()).do(op.put("by-leader", "")).commit();
    assert.ok((await guarded).succeeded);
    await leadership.resign();
    const left = await client.txn().if(compare.missing(leadership.key)).commit();
    assert.ok(left.succeeded);
  });
});
