/** What a store member does besides requests: compaction, digests, snapshots, checks, and its end. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { AlarmType, type KvHash, MemoryBackend, Store } from "@quorate/store";
import type { StoreMember } from "../src/store-member/assemble-store-member.ts";
import { blame } from "../src/store-member/corruption-check.ts";
import { StoreCluster, textOf } from "./virtual-store.ts";

const minuteMs = 60_000;

async function fill(all: StoreCluster, storeMember: StoreMember, revisions: number): Promise<void> {
  const puts = Array.from({ length: revisions }, (_, at) =>
    all.put(storeMember, `key ${at % 10}`, `value ${at}`),
  );
  await Promise.all(puts);
}

test("a physical compaction resolves when the old versions are gone from the backend", async () => {
  const all = await StoreCluster.started();
  const leader = await all.leader();
  await fill(all, leader, 500);
  await all.cluster.advance(500);
  const before = leader.status().dbInUseBytes;
  await all.run(leader.compact(490, true));
  assert.ok(leader.status().dbInUseBytes < before / 4, `${leader.status().dbInUseBytes} of ${before}`);
  assert.equal(leader.status().compactRevision, 490);
  const again = await all.run(leader.compact(490, true));
  assert.deepEqual(again, { ok: false, code: "compacted" });
});

test("the hashes of all members agree, now and in the past", async () => {
  const all = await StoreCluster.started();
  await fill(all, await all.leader(), 50);
  await all.cluster.advance(500);
  for (const revision of [0, 20]) {
    const hashes = new Set<number>();
    for (const host of all.cluster.hosts.values()) {
      const hash = await all.run(all.on(host).hashKv(revision));
      assert.ok(hash.ok);
      hashes.add(hash.response.hash);
    }
    assert.equal(hashes.size, 1);
  }
  const future = await all.run((await all.leader()).hashKv(1000));
  assert.deepEqual(future, { ok: false, code: "future-revision" });
});

test("a snapshot is the whole state, as it was when it was begun", async () => {
  const all = await StoreCluster.started();
  const leader = await all.leader();
  await fill(all, leader, 50);
  const target = new Store({ backend: new MemoryBackend() });
  const copy = async (): Promise<void> => {
    const restore = target.restore();
    for await (const chunk of leader.snapshot()) restore.write(chunk);
    restore.finish();
  };
  const copied = copy();
  const put = all.put(leader, "later", "value");
  await all.run(copied);
  await put;
  assert.equal(target.revision, 51);
  assert.equal(target.applyDigest === leader.store.applyDigest, false);
});

test("a snapshot ends early when its reader gives up", async () => {
  const all = await StoreCluster.started();
  const leader = await all.leader();
  for (let at = 0; at < 30; at++) await all.put(leader, `key ${at}`, "v".repeat(100_000));
  const controller = new AbortController();
  let chunks = 0;
  const read = async (): Promise<void> => {
    for await (const { length } of leader.snapshot(controller.signal)) {
      assert.ok(length > 0);
      if (++chunks === 2) controller.abort();
    }
  };
  await all.run(read());
  assert.equal(chunks, 2);
});

test("periodic compaction keeps a period, and is proposed by the leader only", async () => {
  const all = await StoreCluster.started({
    store: { autoCompaction: { mode: "periodic", retentionMs: minuteMs } },
  });
  const writer = all.follower();
  for (let second = 0; second < 210; second += 6) {
    await all.put(writer, "key", `second ${second}`);
    await all.cluster.advance(6000);
  }
  const compactions = all.storeEvents.filter(({ event }) => event.kind === "compacted");
  // Three members each see the same few.
  assert.ok(compactions.length >= 6 && compactions.length <= 12, `${compactions.length}`);
  const { compactRevision, revision } = writer.status();
  assert.ok(
    revision - compactRevision >= 10 && revision - compactRevision <= 22,
    `${compactRevision} of ${revision}`,
  );
});

test("compaction by revisions keeps as many", async () => {
  const all = await StoreCluster.started({
    names: ["a"],
    store: { autoCompaction: { mode: "revision", retention: 100 } },
  });
  await fill(all, await all.leader(), 300);
  await all.cluster.advance(6 * minuteMs);
  assert.equal((await all.leader()).status().compactRevision, 201);
});

/** Flips a bit of a value in one member's backend, behind the store's back. */
function corrupt(backend: MemoryBackend, value: string): void {
  const cursor = backend.cursor(Uint8Array.of(0), null, false);
  while (cursor.next()) {
    if (!textOf(cursor.value).endsWith(value)) continue;
    const flipped = cursor.value.slice();
    flipped[flipped.length - 1] = (flipped.at(-1) ?? 0) ^ 1;
    const { key } = cursor;
    backend.commitNow({ forEach: (change) => change(key, flipped) });
    cursor.close();
    return;
  }
  assert.fail("no such value");
}

test("the periodic check alarms the member that differs, and nobody while all agree", async () => {
  const all = await StoreCluster.started({ store: { corruptCheckMs: minuteMs } });
  await fill(all, await all.leader(), 20);
  await all.put(await all.leader(), "victim", "the value");
  await all.cluster.advance(3 * minuteMs);
  const [victim] = all.cluster.followers();
  assert.ok(victim);
  for (const host of all.cluster.hosts.values()) assert.deepEqual(all.on(host).status().alarms, []);
  corrupt(all.backends.get(victim.name) as MemoryBackend, "the value");
  await all.cluster.advance(2 * minuteMs);
  for (const host of all.cluster.hosts.values())
    assert.deepEqual(all.on(host).status().alarms, [
      { memberId: BigInt(victim.id), alarm: AlarmType.corrupt },
    ]);
});

test("the check after a compaction finds what differs at the compacted revision", async () => {
  const all = await StoreCluster.started({ store: { compactHashCheck: true } });
  await all.put(await all.leader(), "victim", "the value");
  await fill(all, await all.leader(), 20);
  await all.cluster.advance(1000);
  const [victim] = all.cluster.followers();
  assert.ok(victim);
  corrupt(all.backends.get(victim.name) as MemoryBackend, "the value");
  await all.cluster.advance(2 * minuteMs);
  assert.deepEqual(all.on(victim).status().alarms, []);
  await all.run((await all.leader()).compact(15, false));
  await all.cluster.advance(2 * minuteMs);
  assert.deepEqual(all.on(victim).status().alarms, [
    { memberId: BigInt(victim.id), alarm: AlarmType.corrupt },
  ]);
});

test("a member that differs does not serve when it compares itself at its start", async () => {
  const all = await StoreCluster.started();
  await all.put(await all.leader(), "victim", "the value");
  await all.cluster.advance(1000);
  const [victim] = all.cluster.followers();
  assert.ok(victim);
  await all.run(all.on(victim).checkAtStart());
  corrupt(all.backends.get(victim.name) as MemoryBackend, "the value");
  const error = await all.cluster.rejection(all.on(victim).checkAtStart());
  assert.match(error.message, /corrupt/);
});

test("blame falls on a minority, and on nobody in particular without a majority", () => {
  const hash = (value: number, compactRevision = 1): KvHash => ({
    hash: value,
    compactRevision,
    hashRevision: 9,
  });
  const own = hash(1);
  const judge = (...hashes: KvHash[]): readonly number[] =>
    blame(new Map(hashes.map((one, at) => [at + 1, one])), own, 3);
  assert.deepEqual(judge(own, hash(1), hash(1)), []);
  assert.deepEqual(judge(own, hash(1), hash(2)), [3]);
  assert.deepEqual(judge(own, hash(2), hash(2)), [1]);
  assert.deepEqual(judge(own, hash(2), hash(3)), [0]);
  assert.deepEqual(judge(own, hash(2)), [0]);
  assert.deepEqual(judge(own), []);
  // Made under another compacted revision: it says nothing.
  assert.deepEqual(judge(own, hash(1), hash(2, 5)), []);
});

test("stop hands leadership over, and leaves everything applied in the backend", async () => {
  const all = await StoreCluster.started();
  const host = await all.cluster.leader();
  const storeMember = all.on(host);
  await fill(all, storeMember, 20);
  const beganAtMs = all.nowMs;
  await all.run(storeMember.stop());
  const next = await all.cluster.leader(host);
  assert.ok(all.nowMs - beganAtMs < 150, "an election timeout passed");
  assert.ok(all.on(next).status().hasLeader);
  const copy = new Store({ backend: all.backends.get(host.name) as MemoryBackend });
  assert.equal(copy.revision, 21);
  assert.equal(storeMember.stop(), storeMember.stop());
});

test("defragment works where there is nothing to give back", async () => {
  const all = await StoreCluster.started();
  await fill(all, await all.leader(), 20);
  await all.run((await all.leader()).defragment());
  assert.equal(await all.get(await all.leader(), "key 0"), "value 10");
});
