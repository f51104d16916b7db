import assert from "node:assert/strict";
import { test } from "node:test";
import { LogStore, MemoryDisk, StorageError } from "../src/index.ts";
import {
  createStore,
  directory,
  entries,
  identity,
  isError,
  openStore,
  smallSegments,
  withStore,
} from "./fixture.ts";

test("a directory that is not there, or empty, is refused: a known member must not forget", async () => {
  const disk = new MemoryDisk();
  await assert.rejects(openStore(disk), isError("wiped"));
  await disk.createDirectory(directory);
  await assert.rejects(openStore(disk), isError("wiped"));
  const store = await createStore(disk);
  await store.close();
  for (const name of await disk.list(directory)) await disk.remove(`${directory}/${name}`);
  await assert.rejects(openStore(disk), isError("wiped"));
});

test("another member's directory is refused", async () => {
  const disk = new MemoryDisk();
  await (await createStore(disk)).close();
  const other = { ...identity, memberId: 8 };
  await assert.rejects(openStore(disk, { identity: other }), isError("wrong-member"));
  await assert.rejects(
    openStore(disk, { identity: { ...identity, clusterId: 1n } }),
    isError("wrong-member"),
  );
  await withStore(disk, () => undefined);
});

test("nothing is initialised over data", async () => {
  const disk = new MemoryDisk();
  await (await createStore(disk)).close();
  await assert.rejects(LogStore.initialize(disk, directory, { identity }), isError("exists"));
  await disk.remove(`${directory}/identity`);
  await assert.rejects(LogStore.initialize(disk, directory, { identity }), isError("exists"));
});

test("a missing or damaged identity is corrupt, at any byte", async () => {
  const disk = new MemoryDisk();
  await (await createStore(disk)).close();
  const path = `${directory}/identity`;
  const bytes = disk.contents(path).length;
  for (let offset = 0; offset < bytes; offset++) {
    for (let bit = 0; bit < 8; bit++) {
      disk.flip(path, offset, 1 << bit);
      await assert.rejects(openStore(disk), isError("corrupt", { file: "identity" }));
      disk.heal(path);
    }
  }
  for (let size = 0; size < bytes; size++) {
    const copy = disk.fork();
    copy.tamper(path, { size });
    await assert.rejects(openStore(copy), isError("corrupt", { file: "identity" }));
  }
  await disk.remove(path);
  await assert.rejects(openStore(disk), isError("corrupt", { file: "identity" }));
});

test("a newer format is refused by name, in every kind of file", async () => {
  const disk = new MemoryDisk();
  const store = await createStore(disk);
  await store.append({ hardState: null, entries: entries(1, 3, 1) });
  const draft = await store.beginSnapshot({
    index: 2,
    term: 1,
    confState: store.storage.initialState().confState,
  });
  await draft.commit();
  await store.close();
  for (const name of await disk.list(directory)) {
    const copy = disk.fork();
    copy.tamper(`${directory}/${name}`, { write: Uint8Array.of(2, 0, 0xfd, 0xff), position: 4 });
    await assert.rejects(openStore(copy), (error) => {
      assert.ok(error instanceof StorageError && error.code === "version", String(error));
      assert.equal(error.file, `${directory}/${name}`);
      assert.match(error.message, /format version 2/);
      return true;
    });
  }
});

test("impossible settings are refused", async () => {
  const disk = new MemoryDisk();
  for (const segmentBytes of [0, 1000, 512, Number.NaN]) {
    await assert.rejects(LogStore.initialize(disk, directory, { identity, segmentBytes }), isError("misuse"));
  }
  const bad = [
    { ...identity, memberId: 0 },
    { ...identity, memberId: 1.5 },
    { ...identity, clusterId: -1n },
  ];
  for (const one of bad) {
    const made = LogStore.initialize(disk, directory, { identity: one, segmentBytes: smallSegments });
    await assert.rejects(made, isError("misuse"));
  }
});
