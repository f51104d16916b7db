/** etcd-v3-behaviour §4, §5 (alarms, HashKV) and §10 (quota). */

import assert from "node:assert/strict";
import { test } from "node:test";
import { clampLeaseTtl } from "../src/lessor.ts";
import { commandCostBytes } from "../src/quota.ts";
import { AlarmAction, AlarmType, putRequest, rangeRequest, txnRequest } from "../src/request.ts";
import type { StoreEvent } from "../src/store-event.ts";
import { b, text } from "./bytes-of.ts";
import { Driver, del, get, put } from "./driver.ts";

test("§4 the TTL is raised to ceil(1.5 × election timeout) before the proposal", () => {
  assert.equal(clampLeaseTtl(1, 1000), 2);
  assert.equal(clampLeaseTtl(0, 300), 1);
  assert.equal(clampLeaseTtl(60, 1000), 60);
});

test("§4 grant: an existing id, no id, a TTL above 9,000,000,000", () => {
  const driver = new Driver();
  assert.deepEqual(driver.grant(5n, 60), { kind: "lease-grant", revision: 1, id: 5n, ttlSeconds: 60 });
  assert.deepEqual(driver.grant(5n), { code: "lease-exists" });
  assert.deepEqual(driver.grant(0n), { code: "lease-not-found" });
  assert.deepEqual(driver.grant(6n, 9_000_000_001), { code: "lease-ttl-too-large" });
  assert.equal(driver.grant(6n, 9_000_000_000)["ttlSeconds"], 9_000_000_000);
});

test("§4 ids keep all 64 bits: two that are one as a number stay two", () => {
  const driver = new Driver();
  const ids = [9007199254740992n, 9007199254740993n, -1n];
  for (const id of ids) driver.grant(id);
  ids.forEach((id, at) => driver.put(`k${at}`, "", id));
  assert.deepEqual(
    driver.store.leases.leases().map(({ id }) => id),
    [-1n, ...ids.slice(0, 2)],
  );
  driver.apply({ kind: "lease-revoke", id: ids[0] as bigint });
  assert.deepEqual(driver.keys("k", "l"), ["k1", "k2"]);
  driver.apply({ kind: "lease-revoke", id: -1n });
  assert.deepEqual(driver.keys("k", "l"), ["k1"]);
});

test("§4 revoke deletes its keys sorted, in one revision; an unknown lease is not found", () => {
  const driver = new Driver();
  driver.grant(5n);
  for (const key of ["c", "a", "b"]) driver.put(key, "", 5n);
  driver.put("other");
  const watcher = driver.watch("\0", { rangeEnd: b("\0") });
  assert.deepEqual(driver.apply({ kind: "lease-revoke", id: 5n }), { kind: "lease-revoke", revision: 6 });
  assert.deepEqual(driver.drain(watcher), ["6:delete a=", "6:delete b=", "6:delete c="]);
  assert.deepEqual(driver.apply({ kind: "lease-revoke", id: 5n }), { code: "lease-not-found" });
  driver.grant(6n);
  assert.equal(driver.apply({ kind: "lease-revoke", id: 6n })["revision"], 6, "no keys, no revision");
});

test("§4 a put moves a key to its lease, or off any; a deletion detaches it", () => {
  const driver = new Driver();
  driver.grant(1n);
  driver.grant(2n);
  const keysOf = (id: bigint): string[] => driver.store.leases.leaseKeys(id).map(text);
  driver.put("a", "", 1n);
  driver.put("b", "", 1n);
  driver.put("c", "", 1n);
  driver.put("a", "", 2n);
  driver.put("b", "");
  driver.delete("c");
  assert.deepEqual([keysOf(1n), keysOf(2n)], [[], ["a"]]);
  driver.apply({ kind: "lease-revoke", id: 1n });
  assert.deepEqual(driver.keys("\0", "\0"), ["a", "b"]);
});

test("§4 checkpoints survive for the next leader; unknown leases are passed over", () => {
  const events: StoreEvent[] = [];
  const driver = new Driver({ sink: (event) => events.push(event) });
  driver.grant(1n, 100);
  driver.apply({
    kind: "lease-checkpoint",
    checkpoints: [
      { id: 1n, remainingTtlSeconds: 40 },
      { id: 9n, remainingTtlSeconds: 1 },
    ],
  });
  assert.deepEqual(driver.store.leases.lease(1n), { id: 1n, ttlSeconds: 100, remainingTtlSeconds: 40 });
  assert.deepEqual(
    events.map(({ kind }) => kind),
    ["lease-changed", "lease-changed"],
  );
});

test("§5 NOSPACE: put, txn with cost and grant are refused; deletes, reads and compaction go on", () => {
  const driver = new Driver();
  driver.put("k");
  driver.grant(1n);
  const raise = {
    kind: "alarm",
    action: AlarmAction.activate,
    memberId: 3n,
    alarm: AlarmType.noSpace,
  } as const;
  assert.deepEqual(driver.apply(raise)["alarms"], [{ memberId: 3n, alarm: 1 }]);
  driver.apply(raise);
  assert.deepEqual(driver.store.alarms, [{ memberId: 3n, alarm: 1 }]);
  const full = { code: "no-space" };
  assert.deepEqual(driver.put("a"), full);
  assert.deepEqual(driver.grant(2n), full);
  assert.deepEqual(driver.txn({ failure: [put("a")] }), full);
  assert.equal(driver.txn({ success: [get("k"), del("x")] })["succeeded"], true);
  assert.equal(driver.delete("k")["deleted"], 1);
  assert.equal(driver.compact(3)["kind"], "compaction");
  assert.equal(driver.apply({ kind: "lease-revoke", id: 1n })["kind"], "lease-revoke");
  const disarm = { ...raise, action: AlarmAction.deactivate } as const;
  assert.deepEqual(driver.apply(disarm)["alarms"], [{ memberId: 3n, alarm: 1 }]);
  assert.deepEqual(driver.apply(disarm)["alarms"], []);
  assert.equal(driver.put("a")["kind"], "put");
});

test("§5 CORRUPT: all KV, grant, revoke and compact are refused, until it is disarmed explicitly", () => {
  const driver = new Driver();
  driver.put("k");
  driver.grant(1n);
  const alarm = { kind: "alarm", memberId: 0n, alarm: AlarmType.corrupt } as const;
  driver.apply({ ...alarm, action: AlarmAction.activate });
  const corrupt = { code: "corrupt" };
  assert.deepEqual(driver.put("k"), corrupt);
  assert.deepEqual(driver.delete("k"), corrupt);
  assert.deepEqual(driver.range("k"), corrupt);
  assert.deepEqual(driver.txn({ success: [get("k")] }), corrupt);
  assert.deepEqual(driver.compact(2), corrupt);
  assert.deepEqual(driver.grant(2n), corrupt);
  assert.deepEqual(driver.apply({ kind: "lease-revoke", id: 1n }), corrupt);
  assert.deepEqual(driver.store.readTxn(txnRequest({ success: [rangeRequest({ key: b("k") })] })), {
    ok: false,
    code: "corrupt",
  });
  assert.deepEqual(driver.apply({ ...alarm, action: AlarmAction.get, alarm: 0 })["alarms"], [
    { memberId: 0n, alarm: 2 },
  ]);
  driver.apply({ ...alarm, action: AlarmAction.deactivate });
  assert.deepEqual(driver.keys("k"), ["k"]);
});

test("§5 HashKV returns the compact and the hash revision, and refuses what cannot be read", () => {
  const driver = new Driver();
  driver.put("k", "1");
  const first = driver.store.hashKv(0);
  assert.ok(first.ok);
  assert.deepEqual([first.response.compactRevision, first.response.hashRevision], [-1, 2]);
  driver.put("k", "2");
  driver.put("k", "3");
  assert.deepEqual(driver.store.hashKv(2), first, "a hash at a revision does not change with later ones");
  driver.compact(3);
  assert.deepEqual(driver.store.hashKv(2), { ok: false, code: "compacted" });
  assert.deepEqual(driver.store.hashKv(9), { ok: false, code: "future-revision" });
  const at = driver.store.hashKv(3);
  assert.ok(at.ok);
  assert.deepEqual([at.response.compactRevision, at.response.hashRevision], [3, 3]);
});

test("§10 quota: 256 + key + value per put, 64 per lease, the dearer branch of a txn", () => {
  const dear = putRequest({ key: b("key"), value: b("value") });
  assert.equal(commandCostBytes(dear), 264);
  assert.equal(commandCostBytes({ kind: "lease-grant", id: 1n, ttlSeconds: 1 }), 64);
  const nested = txnRequest({ success: [dear, dear], failure: [dear] });
  assert.equal(
    commandCostBytes(txnRequest({ success: [put("a")], failure: [nested, put("b")] })),
    2 * 264 + 257,
  );
  assert.equal(commandCostBytes({ kind: "compaction", revision: 1 }), 0);
});

test("§10 quota: the proposer is refused when it would be exceeded, and compaction makes room again", () => {
  const driver = new Driver({ quotaBytes: 20_000, flushEntriesMax: 1 });
  const big = putRequest({ key: b("k"), value: new Uint8Array(3000) });
  let count = 0;
  while (driver.store.quotaRefusal(big) === null) {
    driver.apply(big);
    count++;
  }
  assert.ok(count >= 3 && count <= 6, `${count} puts of 3 kB in 20 kB`);
  assert.equal(driver.store.quotaRefusal({ kind: "compaction", revision: 1 }), null);
  driver.compact(driver.store.revision);
  driver.compactFully();
  driver.store.flush();
  assert.equal(driver.store.quotaRefusal(big), null);
  assert.equal(new Driver({ quotaBytes: 0 }).store.quotaRefusal(big), null);
});
