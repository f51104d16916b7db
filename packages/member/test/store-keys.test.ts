/** Keys through a store member: what is refused before the log, and what reads return. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { AlarmType, putRequest, type RangeResponse, rangeRequest, txnRequest } from "@quorate/store";
import type { MemberClock } from "../src/index.ts";
import type { StoreMember } from "../src/store-member/assemble-store-member.ts";
import { RangePages } from "../src/store-member/range-pages.ts";
import { bytesOf, StoreCluster, textOf } from "./virtual-store.ts";

test("what is written at any member is read at all of them", async () => {
  const all = await StoreCluster.started();
  for (const writer of all.cluster.hosts.values()) {
    await all.put(all.on(writer), writer.name, `by ${writer.name}`);
    for (const reader of all.cluster.hosts.values()) {
      assert.equal(await all.get(all.on(reader), writer.name), `by ${writer.name}`);
    }
  }
});

test("a serializable read works without a quorum, a linearizable one does not", async () => {
  const all = await StoreCluster.started();
  const follower = all.follower();
  await all.put(follower, "key", "value");
  const [host] = all.cluster.followers();
  assert.ok(host);
  all.cluster.cutOff(host);
  assert.equal(await all.get(follower, "key", "serializable"), "value");
  const read = follower.range(rangeRequest({ key: bytesOf("key") }), "linearizable", { timeoutMs: 500 });
  const error = await all.cluster.rejection(read);
  assert.match(error.message, /quorum|leader|time/);
});

test("what is wrong by itself is refused without a quorum", async () => {
  const all = await StoreCluster.started();
  const follower = all.follower();
  const [host] = all.cluster.followers();
  assert.ok(host);
  all.cluster.cutOff(host);
  await all.cluster.advance(100);
  const put = await all.run(follower.execute(putRequest({ key: bytesOf("") })));
  assert.deepEqual(put, { ok: false, code: "key-empty" });
  const range = await all.run(follower.range(rangeRequest({ key: bytesOf("") }), "linearizable"));
  assert.deepEqual(range, { ok: false, code: "key-empty" });
  const lease = await all.run(follower.grantLease(0n, 9_000_000_001));
  assert.deepEqual(lease, { ok: false, code: "lease-ttl-too-large" });
});

test("a range over very many keys is what it was at one revision, and leaves room for other work", async () => {
  const all = await StoreCluster.started({ names: ["a"], store: { rangePageRows: 100 } });
  const storeMember = all.on(all.cluster.host("a"));
  await fillRange(all, storeMember, 256);
  const request = rangeRequest({ key: bytesOf("k"), rangeEnd: bytesOf("l") });
  for (const limit of [0, 200, 256, 300]) {
    const whole = storeMember.store.range({ ...request, limit });
    const call = storeMember.range({ ...request, limit }, "serializable");
    const write = storeMember.execute(putRequest({ key: bytesOf("k") }));
    await all.run(write);
    const paged = await all.run(call);
    assert.ok(whole.ok && paged.ok);
    assert.deepEqual(rowsOf(paged.response), rowsOf(whole.response));
  }
});

test("a range whose revision is compacted on the way is read again, unless it asked for that revision", async () => {
  const all = await StoreCluster.started({ names: ["a"] });
  const storeMember = all.on(all.cluster.host("a"));
  const { store } = storeMember;
  await fillRange(all, storeMember, 150);
  const pages = new RangePages(store, turnsOf(all), 100);
  const newest = rangeRequest({ key: bytesOf("k"), rangeEnd: bytesOf("l") });
  const older = { ...newest, revision: store.revision };
  const calls = [newest, older].map((request) => {
    const first = pages.first(request);
    return () => all.run(Promise.resolve(pages.rest(request, first)));
  });
  await all.put(storeMember, "k", "value");
  await all.run(storeMember.compact(store.revision, false));
  const [again, late] = await Promise.all(calls.map((call) => call()));
  assert.ok(again?.ok && again.response.kvs.length === 151);
  assert.equal(late?.ok, false);
});

/** The test's time, as a member sees it. */
function turnsOf({ cluster: { clock } }: StoreCluster): MemberClock {
  return {
    now: () => clock.nowMs,
    setTimer: (callback, delayMs) => {
      const timer = clock.at(delayMs, callback);
      return () => {
        timer.isCancelled = true;
      };
    },
    defer: (callback) => void clock.at(0, callback),
  };
}

/** What a test compares of a range. */
function rowsOf({ revision, more, count, kvs }: RangeResponse): readonly unknown[] {
  const rows = kvs.map((kv) => `${textOf(kv.key)} ${kv.modRevision}`).join();
  return [revision, more, count, rows];
}

async function fillRange(all: StoreCluster, storeMember: StoreMember, keys: number): Promise<void> {
  const name = (at: number): string => `key ${at.toString().padStart(6, "0")}`;
  for (let from = 0; from < keys; from += 128) {
    const success = Array.from({ length: Math.min(128, keys - from) }, (_, at) =>
      putRequest({ key: bytesOf(name(from + at)) }),
    );
    await all.run(storeMember.execute(txnRequest({ success })));
  }
}

test("a transaction that only reads leaves the log alone", async () => {
  const all = await StoreCluster.started();
  const leader = await all.leader();
  await all.put(leader, "key", "value");
  const before = leader.member.commitIndex;
  const request = txnRequest({ success: [rangeRequest({ key: bytesOf("key") })] });
  const result = await all.run(leader.readTxn(request, "linearizable"));
  assert.ok(result.ok && result.response.succeeded);
  assert.equal(leader.member.commitIndex, before);
});

test("a put over the quota is refused and raises the alarm of this member, once", async () => {
  const all = await StoreCluster.started({ store: { quotaBytes: 4096 } });
  const follower = all.follower();
  const big = putRequest({ key: bytesOf("key"), value: new Uint8Array(8192) });
  const outcomes = await all.run(Promise.all([1, 2, 3].map(() => follower.execute(big))));
  for (const outcome of outcomes) assert.deepEqual(outcome, { ok: false, code: "no-space" });
  await all.cluster.advance(100);
  const alarm = { memberId: BigInt(follower.member.id), alarm: AlarmType.noSpace };
  for (const host of all.cluster.hosts.values()) assert.deepEqual(all.on(host).status().alarms, [alarm]);
  const before = follower.member.commitIndex;
  await all.run(follower.execute(big));
  await all.cluster.advance(100);
  assert.equal(follower.member.commitIndex, before);
});

test("a command that is too large is refused definitely", async () => {
  const all = await StoreCluster.started({ store: { limits: { commandBytesMax: 1000 } } });
  const put = all.follower().execute(putRequest({ key: bytesOf("key"), value: new Uint8Array(1000) }));
  const error = await all.cluster.rejection(put);
  assert.equal("code" in error && error.code, "too-large");
});

test("confirm resolves with a revision that holds everything acknowledged before", async () => {
  const all = await StoreCluster.started();
  const revision = await all.put(await all.leader(), "key", "value");
  for (const host of all.cluster.hosts.values()) {
    assert.ok((await all.run(all.on(host).confirm())) >= revision);
  }
});
