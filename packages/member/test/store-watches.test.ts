/** Watches through store members: what is told, in which turn, and what a restored snapshot does to them. */

import assert from "node:assert/strict";
import { test } from "node:test";
import type { WatchRequest } from "@quorate/store";
import type { OpenWatch, StoreMember } from "../src/store-member/assemble-store-member.ts";
import { bytesOf, StoreCluster, textOf } from "./virtual-store.ts";

const everything: WatchRequest = {
  key: bytesOf("\0"),
  rangeEnd: bytesOf("\0"),
  startRevision: 0,
  prevKv: false,
  noPut: false,
  noDelete: false,
};

/** Nothing is kept for a follower that lags: it needs a snapshot. */
const shortLog = { snapshotEntries: 20, catchUpEntries: 5, catchUpBytes: 200, laggardBytesMax: 400 };

/** A consumer that takes everything at once. */
type Follower = {
  readonly watch: OpenWatch;
  readonly seen: string[];
  calls: number;
  compactRevision: number;
};

function follow(storeMember: StoreMember, request: Partial<WatchRequest> = {}): Follower {
  const onReady = (): void => {
    follower.calls++;
    for (let batch = follower.watch.poll(); batch !== null; batch = follower.watch.poll()) {
      if (batch.kind === "canceled") {
        follower.compactRevision = batch.compactRevision;
        return;
      }
      for (const { revision, events } of batch.groups)
        for (const { kv } of events) follower.seen.push(`${revision} ${textOf(kv.key)}`);
    }
  };
  const watch = storeMember.watch({ ...everything, ...request }, onReady);
  assert.ok(watch);
  const follower: Follower = { watch, seen: [], calls: 0, compactRevision: 0 };
  return follower;
}

test("every member tells its watchers every revision, in order", async () => {
  const all = await StoreCluster.started();
  const followers = [...all.cluster.hosts.values()].map((host) => follow(all.on(host)));
  const expected: string[] = [];
  for (let count = 0; count < 20; count++) {
    const key = `key ${count % 3}`;
    expected.push(`${await all.put(all.follower(), key, "value")} ${key}`);
  }
  await all.cluster.advance(200);
  for (const { seen, watch } of followers) {
    assert.deepEqual(seen, expected);
    assert.equal(watch.progress(), 21);
  }
});

test("a watch from the past catches up, one from a compacted revision is told so", async () => {
  const all = await StoreCluster.started();
  const leader = await all.leader();
  for (let count = 0; count < 10; count++) await all.put(leader, `key ${count}`, "value");
  const late = follow(leader, { startRevision: 4 });
  assert.equal(late.calls, 0, "called from inside of the call");
  await all.cluster.advance(50);
  assert.equal(late.seen.length, 8);
  await all.run(leader.compact(6, false));
  const tooLate = follow(leader, { startRevision: 4 });
  await all.cluster.advance(50);
  assert.equal(tooLate.compactRevision, 6);
  assert.deepEqual(tooLate.seen, []);
});

test("an empty range is no watch, and a cancelled one is not called any more", async () => {
  const all = await StoreCluster.started();
  const leader = await all.leader();
  assert.equal(
    leader.watch({ ...everything, key: bytesOf("b"), rangeEnd: bytesOf("a") }, () => assert.fail()),
    null,
  );
  const follower = follow(leader);
  await all.put(leader, "one", "value");
  await all.cluster.advance(10);
  follower.watch.cancel();
  await all.put(leader, "two", "value");
  await all.cluster.advance(10);
  assert.deepEqual(follower.seen, ["2 one"]);
  assert.equal(follower.watch.poll(), null);
  assert.equal(leader.status().watches, 0);
});

test("many watchers are told in several turns", async () => {
  const all = await StoreCluster.started({ names: ["a"] });
  const host = all.cluster.host("a");
  const followers = Array.from({ length: 1000 }, () => follow(all.on(host)));
  // From now on turns are late, so that each of them can be seen.
  host.lateMs = 10;
  const told = (): number => followers.filter(({ seen }) => seen.length > 0).length;
  const steps = new Set<number>();
  const put = all.put(all.on(host), "key", "value");
  for (let step = 0; step < 30; step++) {
    await all.cluster.advance(5);
    steps.add(told());
  }
  await put;
  assert.equal(told(), 1000);
  assert.ok(steps.has(256) && steps.has(512) && steps.has(768), [...steps].join(" "));
});

test("a watch at a follower that gets a snapshot misses nothing and doubles nothing", async () => {
  const all = await StoreCluster.started({
    settings: { limits: shortLog },
  });
  const [host] = all.cluster.followers();
  assert.ok(host);
  const storeMember = all.on(host);
  const follower = follow(storeMember);
  const other = await all.leader();
  await all.put(other, "before", "value");
  await all.cluster.advance(100);
  all.cluster.cutOff(host);
  for (let count = 0; count < 60; count++) await all.put(other, `key ${count}`, "value");
  await all.cluster.advance(2000);
  all.cluster.heal();
  await all.cluster.advance(3000);
  await all.put(other, "after", "value");
  await all.cluster.advance(500);
  assert.ok(all.cluster.events.of("snapshot-restored", host.name).length > 0, "no snapshot was needed");
  const revisions = follower.seen.map((line) => Number(line.split(" ")[0]));
  assert.deepEqual(
    revisions,
    Array.from({ length: 62 }, (_, at) => at + 2),
  );
});

test("a watch at a follower that gets a snapshot of a compacted state is told so", async () => {
  const all = await StoreCluster.started({
    settings: { limits: shortLog },
  });
  const [host] = all.cluster.followers();
  assert.ok(host);
  const follower = follow(all.on(host));
  const other = await all.leader();
  all.cluster.cutOff(host);
  for (let count = 0; count < 60; count++) await all.put(other, `key ${count}`, "value");
  await all.run(other.compact(50, false));
  await all.run(other.member.snapshot());
  await all.cluster.advance(2000);
  all.cluster.heal();
  await all.cluster.advance(3000);
  assert.equal(follower.compactRevision, 50);
});
