import assert from "node:assert/strict";
import { test } from "node:test";
import { type LogStore, MemoryDisk, type StorageEvent } from "../src/index.ts";
import {
  createStore,
  directory,
  entries,
  entry,
  isError,
  logOf,
  openStore,
  smallSegments,
  takeSnapshot,
  withStore,
} from "./fixture.ts";

test("what was appended comes back", async () => {
  const disk = new MemoryDisk();
  const store = await createStore(disk);
  assert.deepEqual(store.storage.initialState().hardState, { term: 0, vote: 0, commit: 0 });
  assert.deepEqual(store.storage.initialState().confState.voters, [1, 7]);
  assert.deepEqual([store.storage.firstIndex(), store.storage.lastIndex(), store.storage.term(0)], [1, 0, 0]);
  await store.append({ hardState: { term: 1, vote: 7, commit: 0 }, entries: entries(1, 4, 1) });
  await store.append({ hardState: { term: 2, vote: 1, commit: 2 }, entries: [entry(4, 2)] });
  await store.close();
  await withStore(disk, (again) => {
    assert.deepEqual(again.storage.initialState().hardState, { term: 2, vote: 1, commit: 2 });
    assert.deepEqual(logOf(again), [
      "1/1 entry 1 of term 1",
      "2/1 entry 2 of term 1",
      "3/1 entry 3 of term 1",
      "4/2 entry 4 of term 2",
    ]);
    assert.deepEqual(
      [3, 4, 5].map((index) => again.storage.term(index)),
      [1, 2, "unavailable"],
    );
    assert.deepEqual(again.warnings, []);
  });
});

test("the view shows a write only when it is durable", async () => {
  const disk = new MemoryDisk();
  const store = await createStore(disk);
  disk.onOperation = ({ kind }) => (kind === "datasync" ? { kind: "stall" } : null);
  const append = store.append({ hardState: null, entries: entries(1, 3, 1) });
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
  assert.equal(disk.stalledCount, 1);
  assert.equal(store.storage.lastIndex(), 0);
  disk.onOperation = undefined;
  disk.resume();
  await append;
  assert.equal(store.storage.lastIndex(), 2);
  await store.close();
});

test("appends that arrive during a write share the next batch, one write and one sync", async () => {
  const batches: StorageEvent[] = [];
  const disk = new MemoryDisk();
  const store = await createStore(disk, {
    events: (event) => {
      if (event.kind === "batch-durable") batches.push(event);
    },
  });
  const operations: string[] = [];
  disk.onOperation = ({ kind }) => {
    operations.push(kind);
    return null;
  };
  const first = store.append({ hardState: null, entries: [entry(1, 1)] });
  await Promise.resolve();
  const rest = [2, 3, 4, 5].map((index) => store.append({ hardState: null, entries: [entry(index, 1)] }));
  await Promise.all([first, ...rest]);
  assert.deepEqual(
    batches.map((batch) => (batch.kind === "batch-durable" ? batch.appends : 0)),
    [1, 4],
  );
  assert.deepEqual(operations, ["write", "datasync", "write", "datasync"]);
  await store.close();
});

test("entries replace a suffix, also across segments and in one batch", async () => {
  const disk = new MemoryDisk();
  const store = await createStore(disk);
  for (let index = 1; index <= 40; index += 2)
    await store.append({ hardState: null, entries: entries(index, index + 2, 1) });
  const one = store.append({ hardState: null, entries: entries(30, 35, 2) });
  const two = store.append({ hardState: null, entries: entries(33, 34, 3) });
  await Promise.all([one, two]);
  const expected = logOf(store);
  assert.equal(expected.length, 33);
  assert.deepEqual(expected.slice(-2), ["32/2 entry 32 of term 2", "33/3 entry 33 of term 3"]);
  await store.close();
  await withStore(disk, (again) => assert.deepEqual(logOf(again), expected));
});

test("a commit index alone costs no write, and travels with the next one or the mark", async () => {
  const disk = new MemoryDisk();
  const store = await createStore(disk);
  await store.append({ hardState: { term: 1, vote: 0, commit: 0 }, entries: entries(1, 6, 1) });
  await store.confirm();
  let operations = 0;
  disk.onOperation = () => {
    operations++;
    return null;
  };
  await store.append({ hardState: { term: 1, vote: 0, commit: 3 }, entries: [] });
  assert.equal(operations, 0);
  const early = disk.fork();
  await withStore(early, (again) => assert.equal(again.storage.initialState().hardState.commit, 0));
  await store.append({ hardState: null, entries: entries(6, 7, 1) });
  await withStore(disk.fork(), (again) => assert.equal(again.storage.initialState().hardState.commit, 3));
  await store.append({ hardState: { term: 1, vote: 0, commit: 5 }, entries: [] });
  await store.confirm();
  await withStore(disk.fork(), (again) => assert.equal(again.storage.initialState().hardState.commit, 5));
  await store.append({ hardState: { term: 1, vote: 0, commit: 6 }, entries: [], mustSync: true });
  await withStore(disk.fork(), (again) => assert.equal(again.storage.initialState().hardState.commit, 6));
  await store.close();
});

test("entries beyond the cache are read from disk, and checked", async () => {
  const disk = new MemoryDisk();
  const store = await createStore(disk, { cacheBytesMax: 500 });
  for (let index = 1; index <= 60; index += 3)
    await store.append({ hardState: null, entries: entries(index, index + 3, 1) });
  const all = logOf(store);
  assert.equal(all.length, 60);
  assert.equal(all[0], "1/1 entry 1 of term 1");
  const some = store.storage.entries(5, 50, 100);
  assert.ok(typeof some !== "string");
  assert.deepEqual(
    some.map(({ index }) => index),
    [5, 6, 7, 8],
  );
  assert.equal((store.storage.entries(5, 50, 0) as readonly unknown[]).length, 1);
  disk.flip(`${directory}/log-0000000000000001`, 512 + 64 + 30, 1);
  assert.equal(store.storage.entries(1, 2, 1000), "corrupt");
  assert.equal(store.storage.entries(0, 2, 1000), "compacted");
  assert.equal(store.storage.entries(60, 62, 1000), "unavailable");
  await store.close();
});

test("a batch that is larger than a segment gets a larger segment", async () => {
  const disk = new MemoryDisk();
  const store = await createStore(disk);
  await store.append({ hardState: null, entries: [entry(1, 1, "x".repeat(3 * smallSegments))] });
  await store.append({ hardState: null, entries: [entry(2, 1)] });
  const expected = logOf(store);
  await store.close();
  await withStore(disk, (again) => assert.deepEqual(logOf(again), expected));
});

test("the group limit splits what waits", async () => {
  const disk = new MemoryDisk();
  const sizes: number[] = [];
  const store = await createStore(disk, {
    batchBytesMax: 300,
    events: (event) => {
      if (event.kind === "batch-durable") sizes.push(event.entries);
    },
  });
  const text = "x".repeat(100 - 28);
  await Promise.all(
    [1, 2, 3, 4, 5, 6, 7].map((index) => store.append({ hardState: null, entries: [entry(index, 1, text)] })),
  );
  assert.deepEqual(sizes, [3, 3, 1]);
  await store.close();
});

test("a full queue refuses, and nothing has changed", async () => {
  const store = await createStore(new MemoryDisk(), { queueBytesMax: 250 });
  const text = "x".repeat(72);
  const one = store.append({ hardState: null, entries: [entry(1, 1, text), entry(2, 1, text)] });
  await assert.rejects(store.append({ hardState: null, entries: [entry(3, 1, text)] }), isError("busy"));
  await one;
  await store.append({ hardState: null, entries: [entry(3, 1, text)] });
  assert.equal(store.storage.lastIndex(), 3);
  await store.close();
});

test("rules of the interface are asserted", async () => {
  const store = await createStore(new MemoryDisk());
  await store.append({ hardState: { term: 2, vote: 7, commit: 2 }, entries: entries(1, 4, 1) });
  const refused: Parameters<LogStore["append"]>[0][] = [
    { hardState: null, entries: [entry(5, 2)] },
    { hardState: null, entries: [entry(4, 2), entry(6, 2)] },
    { hardState: null, entries: [entry(2, 2)] },
    { hardState: null, entries: [entry(4, 2), entry(5, 1)] },
    { hardState: { term: 1, vote: 0, commit: 2 }, entries: [] },
    { hardState: { term: 2, vote: 1, commit: 2 }, entries: [] },
    { hardState: { term: 2, vote: 0, commit: 2 }, entries: [] },
    { hardState: { term: 2, vote: 7, commit: 1 }, entries: [] },
    { hardState: { term: 2, vote: 7, commit: 4 }, entries: [] },
  ];
  for (const write of refused) await assert.rejects(store.append(write), isError("misuse"));
  await store.append({ hardState: null, entries: [entry(3, 2), entry(4, 2)] });
  assert.equal(store.storage.lastIndex(), 4);
  await store.close();
  await assert.rejects(store.append({ hardState: null, entries: [entry(5, 2)] }), isError("closed"));
  await store.close();
});

test("compaction needs a durable snapshot, removes whole segments, and survives a restart", async () => {
  const disk = new MemoryDisk();
  const store = await createStore(disk);
  for (let index = 1; index <= 60; index += 2)
    await store.append({ hardState: null, entries: entries(index, index + 2, 1) });
  await store.append({ hardState: { term: 1, vote: 0, commit: 55 }, entries: [] });
  await assert.rejects(store.compact(10), isError("misuse"));
  const draft = await store.beginSnapshot({
    index: 50,
    term: 1,
    confState: store.storage.initialState().confState,
  });
  await draft.write(new Uint8Array(10));
  await assert.rejects(store.compact(10), isError("misuse"), "a draft is no snapshot");
  await draft.commit();
  await store.compact(40);
  await assert.rejects(store.compact(51), isError("misuse"));
  assert.equal(store.storage.firstIndex(), 41);
  assert.equal(store.storage.term(40), 1);
  assert.equal(store.storage.term(39), "compacted");
  assert.equal(store.storage.entries(40, 42, 1000), "compacted");
  const names = await disk.list(directory);
  assert.ok(!names.includes("log-0000000000000001"), names.join());
  const tail = logOf(store).slice(-20);
  await store.close();
  await withStore(disk, (again) => {
    assert.ok(again.storage.firstIndex() <= 41);
    assert.deepEqual(logOf(again).slice(-20), tail);
    const snapshot = again.storage.snapshot();
    assert.ok(typeof snapshot !== "string");
    assert.equal(snapshot.metadata.index, 50);
  });
});

test("a replaced suffix whose old entries went with a removed segment", async () => {
  const disk = new MemoryDisk();
  const store = await createStore(disk);
  for (let index = 1; index <= 20; index++)
    await store.append({ hardState: null, entries: [entry(index, 1)] });
  await takeSnapshot(store, 16, 1);
  for (let index = 17; index <= 40; index++)
    await store.append({ hardState: null, entries: [entry(index, 2)] });
  await store.append({ hardState: { term: 2, vote: 0, commit: 38 }, entries: [] });
  await takeSnapshot(store, 38, 2);
  await store.compact(22);
  const expected = logOf(store);
  await store.close();
  await withStore(disk, (again) => {
    const found = logOf(again);
    assert.deepEqual(found.slice(-expected.length), expected);
  });
});

test("the next segment is prepared in advance, and a full disk is noticed then", async () => {
  const events: string[] = [];
  const disk = new MemoryDisk();
  const store = await createStore(disk, { events: ({ kind }) => void events.push(kind) });
  disk.quotaBytes = disk.usedBytes;
  for (let index = 1; index <= 6; index++)
    await store.append({ hardState: null, entries: [entry(index, 1)] });
  assert.equal(events.filter((kind) => kind === "spare-failed").length, 1);
  assert.equal(await store.reserve(), false);
  disk.quotaBytes = Number.POSITIVE_INFINITY;
  assert.equal(await store.reserve(), true);
  await store.append({ hardState: null, entries: entries(7, 20, 1) });
  await store.append({ hardState: null, entries: entries(20, 60, 1) });
  assert.ok(events.includes("segment-begun"));
  await store.close();
});

test("two stores cannot have one directory", async () => {
  const disk = new MemoryDisk();
  const store = await createStore(disk);
  await assert.rejects(openStore(disk), isError("locked"));
  await store.close();
  await withStore(disk, () => undefined);
});
