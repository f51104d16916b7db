/**
 * Watches against etcd: what is promised about loss, repetition, slow readers and compaction.
 */

import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import {
  type Client,
  ClientError,
  type ClientEvent,
  compare,
  connect,
  createClient,
  op,
  type Watch,
} from "../src/index.ts";
import { type EtcdCluster, noEtcd, startEtcd } from "./etcd.ts";

/** Events of a watch as `type key value`, until there are `count`. */
async function take(watch: Watch, count: number): Promise<string[]> {
  const seen: string[] = [];
  for await (const event of watch.events()) {
    seen.push(`${event.type} ${event.keyValue.keyText()} ${event.keyValue.text()}`.trim());
    if (seen.length >= count) break;
  }
  return seen;
}

/** Makes a key: done twice it is done once, so it may be repeated. The dead take etcd's time: better ask anew. */
async function create(client: Client, key: string): Promise<void> {
  const txn = client.txn().if(compare.missing(key)).do(op.put(key, ""));
  for (let tries = 0; tries < 30; tries += 1) {
    try {
      await txn.commit({ repeatable: true, timeoutMs: 1_000 });
      return;
    } catch (error) {
      if (!(error instanceof ClientError && error.isTransient)) throw error;
    }
  }
  assert.fail(`${key} cannot be written`);
}

suite("watches", { skip: noEtcd }, () => {
  let etcd: EtcdCluster;
  let client: Client;
  before(async () => {
    etcd = await startEtcd();
    client = await connect({ endpoints: etcd.endpoints });
  });
  after(async () => {
    await client.close();
    await etcd.stop();
  });

  test("sees changes from the moment it has started, with what was before", async () => {
    await client.put("w/old", "1");
    const watch = client.watch({ prefix: "w/", withPrevious: true });
    assert.equal(await watch.started, ((await client.get("w/old"))?.modRevision ?? 0) + 1);
    await client.put("w/old", "2");
    await client.delete("w/old");
    const seen = [];
    for await (const { events } of watch) {
      for (const { type, previous, isCreation } of events) seen.push([type, previous?.text(), isCreation]);
      if (seen.length === 2) break;
    }
    assert.deepEqual(seen, [
      ["put", "1", false],
      ["delete", "2", false],
    ]);
  });

  test("starts in the past, and leaves out what it is told to", async () => {
    const { revision } = await client.put("past/a", "1");
    await client.delete("past/a");
    await client.put("past/a", "2");
    const all = client.watch({ key: "past/a", startRevision: revision });
    assert.deepEqual(await take(all, 3), ["put past/a 1", "delete past/a", "put past/a 2"]);
    const puts = client.watch({ key: "past/a", startRevision: revision, without: "deletes" });
    assert.deepEqual(await take(puts, 2), ["put past/a 1", "put past/a 2"]);
  });

  test("a revision is never split, however big", async () => {
    const big = "x".repeat(400_000);
    const watch = client.watch({ prefix: "big/" });
    await watch.started;
    const { revision } = await client.put("big/0", "");
    const keys = [1, 2, 3].map((index) => `big/${index}`);
    for (const key of keys) await client.put(key, big);
    await client.delete({ prefix: "big/" });
    watch.close();
    const again = client.watch({ prefix: "big/", startRevision: revision, withPrevious: true });
    const byRevision = new Map<number, number>();
    let count = 0;
    for await (const { events } of again) {
      for (const found of new Set(events.map(({ keyValue }) => keyValue.modRevision))) {
        assert.ok(!byRevision.has(found), `revision ${found} came in two batches`);
        byRevision.set(found, events.filter(({ keyValue }) => keyValue.modRevision === found).length);
      }
      count += events.length;
      if (count === 8) break;
    }
    assert.deepEqual([...byRevision.values()], [1, 1, 1, 1, 4]);
  });

  test("ends quietly when it is closed, aborted, or the client is", async () => {
    const stop = new AbortController();
    const other = await connect({ endpoints: etcd.endpoints });
    const watches = [
      other.watch({ key: "a" }),
      other.watch({ key: "a", signal: stop.signal }),
      other.watch({ key: "a" }),
    ] as const;
    const done = watches.map((watch) => take(watch, 1));
    await watches[2].started;
    watches[0].close();
    stop.abort();
    assert.deepEqual(await Promise.all(done.slice(0, 2)), [[], []]);
    await other.close();
    assert.deepEqual(await done[2], []);
  });

  test("a slow reader is parked at its bound, and misses nothing; others are not held up", async () => {
    const parked: number[] = [];
    const onEvent = (event: ClientEvent): void => {
      if (event.type === "watch-parked") parked.push(event.nextRevision);
    };
    const other = await connect({ endpoints: etcd.endpoints, watchBufferEventsMax: 10, onEvent });
    const slow = other.watch({ prefix: "slow/" });
    const fast = other.watch({ prefix: "slow/" });
    await Promise.all([slow.started, fast.started]);
    const expected = Array.from({ length: 200 }, (_, index) => `put slow/k ${index}`);
    const fastSeen = take(fast, expected.length);
    for (let index = 0; index < expected.length; index += 1) await client.put("slow/k", String(index));
    assert.deepEqual(await fastSeen, expected);
    assert.ok(parked.length > 0, "it was parked");
    assert.deepEqual(await take(slow, expected.length), expected);
    await other.close();
  });

  test("compacted revisions are an error, or a gap that is told", async () => {
    const { revision } = await client.put("comp/a", "1");
    await client.put("comp/a", "2");
    const last = await client.put("comp/a", "3");
    await client.compact(last.revision);
    const failing = client.watch({ key: "comp/a", startRevision: revision });
    await assert.rejects(take(failing, 1), (error: unknown) => {
      assert.ok(error instanceof ClientError);
      assert.deepEqual([error.code, error.compactRevision], ["compacted", last.revision]);
      return true;
    });
    const going = client.watch({ key: "comp/a", startRevision: revision, onCompacted: "restart" });
    const next = await client.put("comp/a", "4");
    const batches = [];
    for await (const { kind, fromRevision, revision, events } of going) {
      batches.push([kind, fromRevision, revision, events.length]);
      if (batches.length === 2) break;
    }
    assert.deepEqual(batches, [
      ["gap", revision, last.revision, 0],
      ["events", 0, next.revision, 1],
    ]);
  });

  test("tells progress when asked", async () => {
    const watch = client.watch({ key: "quiet", withProgress: true });
    await watch.started;
    const { revision } = await client.put("something/else", "");
    client.requestWatchProgress();
    for await (const batch of watch) {
      if (batch.revision < revision) {
        client.requestWatchProgress();
        continue;
      }
      assert.deepEqual([batch.kind, batch.revision], ["progress", revision]);
      break;
    }
  });

  test("what the server does not accept is an error", async () => {
    const watch = client.watch({ from: "b", to: "a" });
    await assert.rejects(take(watch, 1), { name: "ClientError" });
    await assert.rejects(watch.started, { name: "ClientError" });
  });
});

suite("watches in trouble", { skip: noEtcd }, () => {
  test("a watch goes on after its server was killed and came back: nothing lost, nothing twice", async (t) => {
    const etcd = await startEtcd();
    t.after(() => etcd.stop());
    const [member] = etcd.members;
    assert.ok(member !== undefined);
    await using client = createClient({ endpoints: etcd.endpoints });
    const watch = client.watch({ prefix: "k/" });
    await watch.started;
    const written: string[] = [];
    const seen = take(watch, 60);
    for (let index = 0; index < 60; index += 1) {
      await create(client, `k/${index}`);
      written.push(`put k/${index}`);
      if (index % 20 !== 9) continue;
      await member.kill();
      member.start();
    }
    assert.deepEqual(await seen, written);
  });

  test("a watch leaves a member that is gone, and one that has lost the leader", async (t) => {
    const etcd = await startEtcd(3);
    t.after(() => etcd.stop());
    const interruptions: string[] = [];
    const onEvent = (event: ClientEvent): void => {
      if (event.type === "watch-interrupted") interruptions.push((event.error as ClientError).code);
    };
    await using client = createClient({ endpoints: etcd.endpoints, onEvent, random: () => 0 });
    const watch = client.watch({ prefix: "k/" });
    await watch.started;
    const seen = take(watch, 2);
    await etcd.members[0]?.kill();
    await create(client, "k/1");
    // The other one alone has no majority: it knows no leader, says so, and is left for the first, which comes back.
    await etcd.members[2]?.kill();
    etcd.members[0]?.start();
    await create(client, "k/2");
    assert.deepEqual(await seen, ["put k/1", "put k/2"]);
    assert.equal(interruptions[0], "unavailable");
  });

  test("a watch leaves a member that has fallen silent", async (t) => {
    const etcd = await startEtcd(3);
    t.after(() => etcd.stop());
    const keepalive = { keepaliveTimeMs: 300, keepaliveTimeoutMs: 300 };
    await using client = createClient({ endpoints: etcd.endpoints, ...keepalive, random: () => 0 });
    const watch = client.watch({ prefix: "k/" });
    await watch.started;
    etcd.members[0]?.freeze();
    await using other = createClient({ endpoints: etcd.endpoints.slice(1) });
    await create(other, "k/1");
    assert.deepEqual(await take(watch, 1), ["put k/1"]);
  });
});
