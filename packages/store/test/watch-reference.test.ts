/** etcd-v3-behaviour §3 and the watch invariants, by example; the random ones are in store-model.test.ts. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { b } from "./bytes-of.ts";
import { Driver, del, put } from "./driver.ts";
import { feed, snapshotBytes } from "./harness.ts";

test("§3 an empty range is refused; an empty key means the lowest", () => {
  const driver = new Driver();
  const request = { startRevision: 0, prevKv: false, noPut: false, noDelete: false };
  for (const end of ["b", "a"]) {
    assert.deepEqual(driver.store.watches.watch({ ...request, key: b("b"), rangeEnd: b(end) }), {
      ok: false,
      code: "range-empty",
    });
  }
  const all = driver.watch("", { rangeEnd: b("\0") });
  driver.put("k", "1");
  assert.deepEqual(driver.drain(all), ["2:put k=1"]);
});

test("§3 a compacted or negative start is cancelled with the compact revision, before and after physical compaction", () => {
  const driver = new Driver();
  for (const value of ["1", "2", "3", "4"]) driver.put("k", value);
  driver.compact(4);
  for (const physically of [false, true]) {
    if (physically) driver.compactFully();
    assert.deepEqual(driver.drain(driver.watch("k", { startRevision: 3 })), ["canceled 4"]);
    assert.deepEqual(driver.drain(driver.watch("k", { startRevision: -1 })), ["canceled 4"]);
  }
  assert.equal(driver.store.watches.size, 0);
});

test("§3 a watch may begin at the compact revision itself, deletions included, and has no previous values there", () => {
  for (const [lagging, physically] of [
    [false, true],
    [true, true],
    [true, false],
  ] as const) {
    const driver = new Driver(lagging ? { watchLimits: { recentRevisionsMax: 0 } } : {});
    driver.put("k", "1");
    driver.put("j", "1");
    driver.delete("k");
    driver.put("j", "2");
    driver.compact(4);
    if (physically) driver.compactFully();
    const watcher = driver.watch("\0", { rangeEnd: b("\0"), startRevision: 4, prevKv: true });
    assert.deepEqual(driver.drain(watcher), ["4:delete k=", "5:put j=2(1)"]);
  }
});

test("§3 a future start: no events and no progress until it is reached", () => {
  const driver = new Driver();
  const watcher = driver.watch("k", { startRevision: 4 });
  driver.put("k", "1");
  driver.put("k", "2");
  assert.deepEqual(driver.drain(watcher), []);
  assert.equal(driver.store.watches.progress(watcher), null);
  driver.put("k", "3");
  assert.equal(driver.store.watches.progress(watcher), null, "something is buffered");
  assert.deepEqual(driver.drain(watcher), ["4:put k=3"]);
  assert.equal(driver.store.watches.progress(watcher), 4);
});

test("§3 one revision is never split, whatever its size; events keep the order of the operations", () => {
  const driver = new Driver({ watchLimits: { bufferEventsMax: 1, catchUpRevisionsMax: 1 } });
  driver.put("x");
  const synced = driver.watch("\0", { rangeEnd: b("\0") });
  driver.txn({ success: [put("c", "1"), del("x"), put("a", "1"), put("b", "1")] });
  const expected = [3, 3, 3, 3];
  for (const watcher of [synced, driver.watch("\0", { rangeEnd: b("\0"), startRevision: 3 })]) {
    const batch = driver.store.watches.poll(watcher);
    assert.ok(batch?.kind === "events");
    assert.deepEqual(
      batch.groups.flatMap(({ revision, events }) => events.map(() => revision)),
      expected,
    );
    assert.deepEqual(
      batch.groups[0]?.events.map(({ kv }) => String.fromCharCode(...kv.key)),
      ["c", "x", "a", "b"],
    );
  }
});

test("§3 a delete event's kv is key and mod_revision only; prev_kv is the value at mod − 1", () => {
  const driver = new Driver();
  driver.grant(3n);
  driver.put("k", "1", 3n);
  const watcher = driver.watch("k", { prevKv: true });
  driver.delete("k");
  const batch = driver.store.watches.poll(watcher);
  assert.ok(batch?.kind === "events");
  const event = batch.groups[0]?.events[0];
  assert.deepEqual(event?.kv, {
    key: b("k"),
    value: b(""),
    createRevision: 0,
    modRevision: 3,
    version: 0,
    lease: 0n,
  });
  assert.equal(event?.prevKv?.lease, 3n);
});

test("§3 filters leave out puts or deletions", () => {
  const driver = new Driver();
  const noPut = driver.watch("k", { noPut: true });
  const noDelete = driver.watch("k", { noDelete: true });
  driver.put("k", "1");
  driver.delete("k");
  assert.deepEqual(driver.drain(noPut), ["3:delete k="]);
  assert.deepEqual(driver.drain(noDelete), ["2:put k=1"]);
  assert.deepEqual(driver.drain(driver.watch("k", { noPut: true, startRevision: 1 })), ["3:delete k="]);
});

test("§3 catch-up looks at a bounded number of revisions per poll, and progress waits for the end", () => {
  const driver = new Driver({ watchLimits: { catchUpRevisionsMax: 10, recentRevisionsMax: 5 } });
  for (let at = 0; at < 35; at++) driver.put(at % 2 === 0 ? "k" : "other", String(at));
  const watcher = driver.watch("k", { startRevision: 1 });
  assert.equal(driver.store.watches.progress(watcher), null);
  const sizes: number[] = [];
  for (
    let batch = driver.store.watches.poll(watcher);
    batch !== null;
    batch = driver.store.watches.poll(watcher)
  ) {
    assert.ok(batch.kind === "events");
    const revisions = batch.groups.map(({ revision }) => revision);
    assert.ok((revisions.at(-1) as number) - (revisions[0] as number) < 10);
    sizes.push(revisions.length);
  }
  assert.equal(
    sizes.reduce((sum, size) => sum + size, 0),
    18,
  );
  assert.equal(driver.store.watches.progress(watcher), 36);
});

test("a slow consumer's buffer is bounded; it catches up without a gap, or is told that it cannot", () => {
  const driver = new Driver({ watchLimits: { bufferEventsMax: 5, recentRevisionsMax: 3 } });
  const slow = driver.watch("k");
  const lost = driver.watch("k");
  const fast = driver.watch("k");
  const seen: string[] = [];
  for (let at = 0; at < 50; at++) {
    driver.put("k", String(at));
    seen.push(...driver.drain(fast));
  }
  assert.equal(slow.buffered, 5);
  assert.equal(slow.synced, false);
  assert.equal(fast.synced, true);
  assert.deepEqual(driver.drain(slow), seen);
  assert.equal(slow.synced, true);
  driver.compact(30);
  assert.deepEqual(driver.drain(lost), [...seen.slice(0, 5), "canceled 30"]);
  driver.put("k", "after");
  assert.deepEqual(driver.drain(slow), ["52:put k=after"]);
});

test("a watcher that is cancelled hands out nothing any more", () => {
  const driver = new Driver();
  const watcher = driver.watch("k");
  driver.put("k", "1");
  driver.store.watches.cancel(watcher);
  driver.store.watches.cancel(watcher);
  driver.put("k", "2");
  assert.deepEqual(driver.drain(watcher), []);
  assert.equal(driver.store.watches.progress(watcher), null);
});

test("the ready list wakes its owner once, and names each watcher once", () => {
  let woken = 0;
  const driver = new Driver({
    onWatchReady: () => {
      woken++;
    },
  });
  const one = driver.watch("k");
  const other = driver.watch("a", { rangeEnd: b("z") });
  driver.put("k", "1");
  driver.put("k", "2");
  assert.equal(woken, 1);
  assert.deepEqual(new Set(driver.store.watches.takeReady()), new Set([one, other]));
  driver.put("b", "3");
  assert.equal(woken, 2);
  assert.deepEqual(driver.store.watches.takeReady(), [other]);
});

test("mutant 40: a snapshot that jumps ahead leaves no gap in a watch, or cancels it", () => {
  const leader = new Driver();
  const follower = new Driver({ flushEntriesMax: 1_000_000 });
  const both = (act: (driver: Driver) => unknown): void => {
    act(leader);
    act(follower);
  };
  both((driver) => driver.put("k", "1"));
  both((driver) => driver.put("gone", "1"));
  const watcher = follower.watch("\0", { rangeEnd: b("\0") });
  const buffered = follower.watch("k");
  both((driver) => driver.put("k", "2"));
  assert.deepEqual(follower.drain(watcher), ["4:put k=2"]);
  leader.put("k", "3");
  leader.delete("gone");
  leader.put("k", "4");
  feed(follower.store, snapshotBytes(leader.store), 5);
  assert.deepEqual(follower.keys("\0", "\0"), ["k"]);
  assert.deepEqual(follower.drain(watcher), ["5:put k=3", "6:delete gone=", "7:put k=4"]);
  assert.deepEqual(follower.drain(buffered), ["4:put k=2", "5:put k=3", "7:put k=4"]);
  leader.put("k", "5");
  leader.compact(8);
  leader.put("k", "6");
  const late = follower.watch("k", { startRevision: 2 });
  feed(follower.store, snapshotBytes(leader.store), 1000);
  assert.deepEqual(
    follower.drain(watcher),
    ["8:put k=5", "9:put k=6"],
    "the compact revision itself stays readable",
  );
  assert.deepEqual(follower.drain(late), ["canceled 8"]);
});

test("a quiet watch that kept up is not cancelled by a snapshot that is compacted below where it stood", () => {
  const leader = new Driver();
  const follower = new Driver();
  const quiet = follower.watch("quiet");
  for (const driver of [leader, follower]) for (let at = 0; at < 10; at++) driver.put("busy", String(at));
  leader.compact(9);
  leader.put("quiet", "1");
  feed(follower.store, snapshotBytes(leader.store), 1000);
  assert.deepEqual(follower.drain(quiet), ["12:put quiet=1"]);
});
