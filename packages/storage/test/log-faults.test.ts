/**
 * What the log does when the disk refuses, lies or is full.
 */

import assert from "node:assert/strict";
import { test } from "node:test";
import { LogStore, MemoryDisk, type StorageEvent } from "../src/index.ts";
import {
  createStore,
  directory,
  entries,
  entry,
  identity,
  isError,
  logOf,
  openStore,
  settle,
  smallSegments,
  stopAt,
  withStore,
} from "./fixture.ts";

test("a failed sync ends the log: nothing is retried, everything is refused", async () => {
  const events: StorageEvent[] = [];
  const disk = new MemoryDisk();
  const store = await createStore(disk, { events: (event) => void events.push(event) });
  await store.append({ hardState: null, entries: entries(1, 3, 1) });
  let syncs = 0;
  disk.onOperation = ({ kind }) =>
    kind === "datasync" && ++syncs === 1 ? { kind: "error", code: "io" } : null;
  const first = store.append({ hardState: null, entries: entries(3, 5, 1) });
  await Promise.resolve();
  await Promise.resolve();
  const second = store.append({ hardState: null, entries: entries(5, 7, 1) });
  await assert.rejects(first, isError("io"));
  await assert.rejects(second, isError("io"));
  await assert.rejects(store.append({ hardState: null, entries: entries(5, 7, 1) }), isError("io"));
  await assert.rejects(store.compact(0), isError("io"));
  await assert.rejects(
    store.beginSnapshot({ index: 1, term: 1, confState: store.storage.initialState().confState }),
    isError("io"),
  );
  assert.equal(syncs, 1);
  assert.equal(store.error?.code, "io");
  assert.equal(store.storage.lastIndex(), 2, "what failed is not shown");
  assert.equal(events.filter(({ kind }) => kind === "failed").length, 1);
  await store.close();
  disk.crash();
  await withStore(disk, (again) => assert.equal(logOf(again).length, 2));
});

test("whichever operation fails, what was acknowledged is there afterwards", async () => {
  for (const fault of [{ kind: "error", code: "io" } as const, { kind: "short", bytes: 600 } as const]) {
    for (let number = 1; ; number++) {
      const disk = new MemoryDisk();
      const store = await createStore(disk);
      let count = 0;
      disk.onOperation = () => (++count === number ? fault : null);
      let acknowledged = 0;
      let failure: unknown = null;
      for (let index = 1; index <= 60 && failure === null; index += 4) {
        const write = {
          hardState: { term: index, vote: 1, commit: index - 1 },
          entries: entries(index, index + 4, index),
        };
        await store.append(write).then(
          () => {
            acknowledged = index + 3;
          },
          (error: unknown) => {
            failure = error;
          },
        );
      }
      await store.close().catch(() => undefined);
      disk.onOperation = undefined;
      disk.crash();
      await withStore(disk, (again) => {
        assert.ok(again.storage.lastIndex() >= acknowledged);
        assert.ok(again.storage.initialState().hardState.term >= acknowledged - 3);
      });
      if (count < number) {
        assert.equal(failure, null);
        break;
      }
    }
  }
});

test("a full disk is a typed error, and the log is sound afterwards", async () => {
  let full = 0;
  for (let extra = 0; extra < 3 * smallSegments; extra += 512) {
    const disk = new MemoryDisk();
    const store = await createStore(disk);
    disk.quotaBytes = disk.usedBytes + extra;
    let acknowledged = 0;
    for (let index = 1; index <= 120; index += 4) {
      try {
        await store.append({ hardState: null, entries: entries(index, index + 4, 1) });
        acknowledged = index + 3;
      } catch (error) {
        isError("full")(error);
        full++;
        break;
      }
    }
    await store.close().catch(() => undefined);
    await withStore(disk.fork(), (again) => assert.equal(again.storage.lastIndex(), acknowledged));
    disk.quotaBytes = Number.POSITIVE_INFINITY;
    const again = await openStore(disk);
    await again.append({ hardState: null, entries: [entry(acknowledged + 1, 2)] });
    await again.close();
  }
  assert.ok(full > 20);
});

test("an error while opening is an io error, and the lock is given back", async () => {
  for (let number = 1; ; number++) {
    const disk = new MemoryDisk();
    const store = await createStore(disk);
    await store.append({ hardState: null, entries: entries(1, 20, 1) });
    await store.close();
    let count = 0;
    disk.onOperation = () => (++count === number ? { kind: "error", code: "io" } : null);
    const outcome = await openStore(disk)
      .then((opened) => opened.close())
      .catch((error: unknown) => error);
    disk.onOperation = undefined;
    if (outcome !== undefined) isError("io")(outcome);
    await withStore(disk, (again) => assert.equal(again.storage.lastIndex(), 19));
    if (count < number) return;
  }
});

test("a stalled sync can be seen by a watchdog", async () => {
  let now = 1000;
  const disk = new MemoryDisk();
  const store = await createStore(disk, { now: () => now });
  assert.equal(store.busySince, null);
  disk.onOperation = ({ kind }) => (kind === "datasync" ? { kind: "stall" } : null);
  const append = store.append({ hardState: null, entries: entries(1, 3, 1) });
  await settle();
  now = 5000;
  assert.equal(store.busySince, 1000);
  disk.onOperation = undefined;
  disk.resume();
  await append;
  assert.equal(store.busySince, null);
  await store.close();
});

test("initialisation may end anywhere: the directory is nobody's, or whole", async () => {
  const outcomes = new Set<string>();
  for (const keepNames of [0, 1, 2, 3, 100]) {
    for (let number = 1; ; number++) {
      const disk = new MemoryDisk();
      await disk.createDirectory(directory);
      let count = 0;
      disk.onOperation = () => (++count >= number ? { kind: "stall" } : null);
      void LogStore.initialize(disk.attach(), directory, { identity, segmentBytes: smallSegments });
      await settle();
      disk.onOperation = undefined;
      disk.crash({ keepUnsynced: () => "none", keepNames: (_, unsynced) => Math.min(keepNames, unsynced) });
      const opened = await openStore(disk).then(
        async (store) => {
          await store.close();
          return "whole";
        },
        (error: unknown) => {
          isError("wiped")(error);
          return "nobody's";
        },
      );
      outcomes.add(opened);
      if (opened !== "whole") {
        await LogStore.initialize(disk, directory, { identity, segmentBytes: smallSegments });
        await withStore(disk, (store) => assert.equal(store.storage.lastIndex(), 0));
      }
      if (count < number) break;
    }
  }
  assert.equal(outcomes.size, 2);
});

test("a commit index never runs ahead of the entries that it came with", async () => {
  for (let number = 1; ; number++) {
    const disk = new MemoryDisk();
    const store = await createStore(disk, { batchBytesMax: 100 });
    const wasStopped = await stopAt(disk, number, () =>
      Promise.all([
        store.append({ hardState: { term: 1, vote: 1, commit: 0 }, entries: entries(1, 4, 1) }),
        store.append({ hardState: null, entries: entries(4, 8, 1) }),
        store.append({ hardState: null, entries: entries(8, 12, 1) }),
        store.append({ hardState: { term: 1, vote: 1, commit: 11 }, entries: [] }),
      ]),
    );
    disk.crash();
    await withStore(disk, (again) => {
      const { commit } = again.storage.initialState().hardState;
      assert.ok(commit <= again.storage.lastIndex());
    });
    if (!wasStopped) return;
  }
});

test("a state file that is newer than the log keeps its term and vote, and its commit index is cut", async () => {
  const disk = new MemoryDisk();
  const store = await createStore(disk);
  await store.append({ hardState: { term: 1, vote: 1, commit: 0 }, entries: entries(1, 4, 1) });
  disk.onOperation = ({ kind, path }) =>
    kind === "datasync" && path.includes("/log-") ? { kind: "stall" } : null;
  void store.append({ hardState: { term: 2, vote: 9, commit: 6 }, entries: entries(4, 8, 2) });
  await settle();
  disk.onOperation = undefined;
  disk.crash();
  await withStore(disk, (again) => {
    assert.equal(again.storage.lastIndex(), 3);
    assert.deepEqual(again.storage.initialState().hardState, { term: 2, vote: 9, commit: 3 });
  });
});
