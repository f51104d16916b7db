import assert from "node:assert/strict";
import { test } from "node:test";
import { DiskError, MemoryDisk } from "../src/index.ts";
import { describeDiskContract } from "./disk-contract.ts";

const path = "/d/a";

describeDiskContract("MemoryDisk", async () => {
  const disk = new MemoryDisk();
  await disk.createDirectory("/d");
  return { disk, directory: "/d", dispose: () => Promise.resolve() };
});

async function durableFile(disk: MemoryDisk, bytes: number): Promise<void> {
  await disk.createDirectory("/d");
  const file = await disk.open(path, "create");
  await file.preallocate(bytes);
  await file.datasync();
  await disk.syncDirectory("/d");
  await file.close();
}

test("a crash loses unsynced writes, names and locks", async () => {
  const disk = new MemoryDisk();
  await durableFile(disk, 8);
  const file = await disk.open(path, "write");
  await file.write(Uint8Array.of(1), 0);
  await file.datasync();
  await file.write(Uint8Array.of(2), 1);
  await (await disk.open("/d/b", "create")).close();
  await disk.lock("/d");
  disk.crash();
  assert.deepEqual(await disk.list("/d"), ["a"]);
  assert.deepEqual(disk.contents(path), Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0));
  await (await disk.lock("/d")).release();
});

test("a kill keeps what was written, and never settles what was pending", async () => {
  const disk = new MemoryDisk({
    onOperation: ({ kind }) => (kind === "datasync" ? { kind: "stall" } : null),
  });
  await disk.createDirectory("/d");
  const file = await disk.open(path, "create");
  await file.write(Uint8Array.of(1), 0);
  let settled = false;
  void file.datasync().finally(() => {
    settled = true;
  });
  disk.kill();
  disk.resume();
  await disk.list("/d");
  assert.deepEqual(disk.contents(path), Uint8Array.of(1));
  assert.equal(settled, false);
});

test("a torn write keeps whole sectors only", async () => {
  const disk = new MemoryDisk();
  await durableFile(disk, 2048);
  const file = await disk.open(path, "write");
  await file.write(new Uint8Array(1500).fill(5), 100);
  disk.crash({ keepUnsynced: () => (sector) => sector === 1 });
  const kept = [...disk.contents(path)]
    .map((byte, offset) => (byte === 5 ? offset : -1))
    .filter((offset) => offset >= 0);
  assert.deepEqual([kept[0], kept.at(-1), kept.length], [512, 1023, 512]);
});

test("a failed sync hides the loss until the next crash, and a later sync does not repair it", async () => {
  let failing = true;
  const disk = new MemoryDisk({
    onOperation: ({ kind }) => (kind === "datasync" && failing ? { kind: "error", code: "io" } : null),
  });
  failing = false;
  await durableFile(disk, 4);
  failing = true;
  const file = await disk.open(path, "write");
  await file.write(Uint8Array.of(9), 0);
  await assert.rejects(file.datasync(), (error) => error instanceof DiskError && error.code === "io");
  failing = false;
  await file.datasync();
  assert.equal(disk.contents(path)[0], 9);
  disk.crash();
  assert.equal(disk.contents(path)[0], 0);
});

test("a stalled operation takes effect when it is resumed", async () => {
  const disk = new MemoryDisk();
  await durableFile(disk, 4);
  const file = await disk.open(path, "write");
  disk.onOperation = ({ kind }) => (kind === "write" ? { kind: "stall" } : null);
  const write = file.write(Uint8Array.of(7), 0);
  assert.equal(disk.stalledCount, 1);
  assert.equal(disk.contents(path)[0], 0);
  disk.resume();
  await write;
  assert.equal(disk.contents(path)[0], 7);
});

test("faults: short, misdirected, lying, over quota, and rot that heals", async () => {
  const disk = new MemoryDisk();
  await durableFile(disk, 8);
  const file = await disk.open(path, "write");
  disk.onOperation = () => ({ kind: "short", bytes: 1 });
  await assert.rejects(file.write(Uint8Array.of(1, 2), 0));
  disk.onOperation = () => ({ kind: "misdirect", position: 6 });
  await file.write(Uint8Array.of(3), 2);
  disk.onOperation = () => ({ kind: "lie" });
  await file.write(Uint8Array.of(4), 3);
  disk.onOperation = undefined;
  assert.deepEqual(disk.contents(path), Uint8Array.of(1, 0, 0, 0, 0, 0, 3, 0));
  disk.flip(path, 0, 0x80);
  assert.equal(disk.contents(path)[0], 0x81);
  disk.heal(path);
  assert.equal(disk.contents(path)[0], 1);
  disk.flip(path, 0, 0x80);
  await file.write(Uint8Array.of(1), 0);
  assert.equal(disk.contents(path)[0], 1, "written over");
  disk.quotaBytes = 10;
  await assert.rejects(file.preallocate(11), (error) => error instanceof DiskError && error.code === "full");
  await assert.rejects(
    file.write(new Uint8Array(8), 4),
    (error) => error instanceof DiskError && error.code === "full",
  );
  assert.equal(await file.size(), 10);
});

test("a sync makes durable what was written before it, not what came after", async () => {
  const pending: (() => void)[] = [];
  const disk = new MemoryDisk({
    schedule: ({ kind }, complete) => {
      if (kind === "datasync") pending.push(complete);
      else queueMicrotask(complete);
    },
  });
  await disk.createDirectory("/d");
  const file = await disk.open(path, "create");
  await disk.syncDirectory("/d");
  await file.write(Uint8Array.of(1), 0);
  const sync = file.datasync();
  await file.write(Uint8Array.of(2), 1);
  for (const complete of pending) complete();
  await sync;
  disk.crash();
  assert.deepEqual(disk.contents(path), Uint8Array.of(1));
});

test("a dead process's code goes on without effect", async () => {
  const disk = new MemoryDisk();
  await disk.createDirectory("/d");
  const process = disk.attach();
  disk.kill();
  let settled = false;
  const mark = (): void => {
    settled = true;
  };
  void process.open(path, "create").then(mark, mark);
  void process.createDirectory("/e").then(mark, mark);
  assert.deepEqual(await disk.attach().list("/d"), []);
  assert.equal(settled, false);
});
