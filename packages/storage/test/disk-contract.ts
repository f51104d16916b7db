/**
 * What every Disk must do. An implementation runs it in ten lines: give it a name and a factory of empty directories.
 */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type Disk, DiskError, type DiskFault, joinPath } from "../src/index.ts";

/** A disk and an existing, empty directory on it. */
export type DiskFixture = {
  readonly disk: Disk;
  readonly directory: string;
  readonly dispose: () => Promise<void>;
};

/** Declares the suite. */
export function describeDiskContract(name: string, make: () => Promise<DiskFixture>): void {
  const run = (title: string, body: (disk: Disk, directory: string) => Promise<void>): void => {
    test(title, async () => {
      const { disk, directory, dispose } = await make();
      try {
        await body(disk, directory);
      } finally {
        await dispose();
      }
    });
  };
  describe(`disk contract: ${name}`, () => {
    declareContent(run);
    declareSizes(run);
    declareNames(run);
    declareLocks(run);
  });
}

type Run = (title: string, body: (disk: Disk, directory: string) => Promise<void>) => void;

function declareContent(run: Run): void {
  run("reads back what was written, at any offset", async (disk, directory) => {
    const file = await disk.open(joinPath(directory, "a"), "create");
    await file.write(bytes(1, 2, 3, 4), 0);
    await file.write(bytes(9, 8), 1);
    await file.write(bytes(7), 6);
    assert.equal(await file.size(), 7);
    const buffer = new Uint8Array(7);
    assert.equal(await file.read(buffer, 0), 7);
    assert.deepEqual(buffer, bytes(1, 9, 8, 4, 0, 0, 7));
    const part = new Uint8Array(2);
    assert.equal(file.readSync(part, 1), 2);
    assert.deepEqual(part, bytes(9, 8));
    await file.close();
  });

  run("a read at the end is short, behind it empty", async (disk, directory) => {
    const file = await disk.open(joinPath(directory, "a"), "create");
    await file.write(bytes(1, 2, 3), 0);
    const buffer = new Uint8Array(8);
    assert.equal(await file.read(buffer, 1), 2);
    assert.equal(await file.read(buffer, 3), 0);
    assert.equal(await file.read(buffer, 30), 0);
    assert.equal(file.readSync(buffer, 2), 1);
    await file.close();
  });

  run("create refuses an existing file, read and write a missing one", async (disk, directory) => {
    const path = joinPath(directory, "a");
    await rejects(disk.open(path, "read"), "not-found");
    await rejects(disk.open(path, "write"), "not-found");
    await (await disk.open(path, "create")).close();
    await rejects(disk.open(path, "create"), "exists");
    const file = await disk.open(path, "read");
    await rejects(file.write(bytes(1), 0), "io");
    await file.close();
  });

  run("a closed file refuses everything", async (disk, directory) => {
    const file = await disk.open(joinPath(directory, "a"), "create");
    await file.close();
    await rejects(file.write(bytes(1), 0), "closed");
    await rejects(file.datasync(), "closed");
    await rejects(file.size(), "closed");
    assert.throws(() => file.readSync(new Uint8Array(1), 0), isFault("closed"));
  });
}

function declareSizes(run: Run): void {
  run("preallocation extends with zeros and never touches content", async (disk, directory) => {
    const file = await disk.open(joinPath(directory, "a"), "create");
    await file.write(bytes(5, 5), 0);
    await file.preallocate(3_000_000);
    await file.datasync();
    assert.equal(await file.size(), 3_000_000);
    const buffer = new Uint8Array(3_000_000).fill(1);
    assert.equal(await file.read(buffer, 0), buffer.length);
    assert.deepEqual(buffer.subarray(0, 3), bytes(5, 5, 0));
    assert.ok(buffer.subarray(2).every((byte) => byte === 0));
    await file.preallocate(10);
    assert.equal(await file.size(), 3_000_000);
    await file.close();
  });

  run("truncation cuts, and what is extended again is zero", async (disk, directory) => {
    const file = await disk.open(joinPath(directory, "a"), "create");
    await file.write(new Uint8Array(10_000).fill(7), 0);
    await file.truncate(5000);
    assert.equal(await file.size(), 5000);
    await file.preallocate(6000);
    const buffer = new Uint8Array(2);
    await file.read(buffer, 4999);
    assert.deepEqual(buffer, bytes(7, 0));
    await file.close();
  });
}

function declareNames(run: Run): void {
  run("lists names in order", async (disk, directory) => {
    for (const name of ["b", "a", "c"]) await (await disk.open(joinPath(directory, name), "create")).close();
    assert.deepEqual(await disk.list(directory), ["a", "b", "c"]);
    await rejects(disk.list(joinPath(directory, "none")), "not-found");
  });

  run("a rename replaces its target", async (disk, directory) => {
    const one = await disk.open(joinPath(directory, "one"), "create");
    await one.write(bytes(1), 0);
    const two = await disk.open(joinPath(directory, "two"), "create");
    await two.write(bytes(2, 2), 0);
    await disk.rename(joinPath(directory, "one"), joinPath(directory, "two"));
    await disk.syncDirectory(directory);
    assert.deepEqual(await disk.list(directory), ["two"]);
    const moved = await disk.open(joinPath(directory, "two"), "read");
    assert.equal(await moved.size(), 1);
    assert.equal(await two.size(), 2, "a handle keeps the file that it was opened for");
    for (const file of [one, two, moved]) await file.close();
    await rejects(disk.rename(joinPath(directory, "one"), joinPath(directory, "three")), "not-found");
  });

  run("a removed file is gone, open handles stay usable", async (disk, directory) => {
    const path = joinPath(directory, "a");
    const file = await disk.open(path, "create");
    await file.write(bytes(1), 0);
    await disk.remove(path);
    await disk.syncDirectory(directory);
    assert.deepEqual(await disk.list(directory), []);
    const buffer = new Uint8Array(1);
    assert.equal(file.readSync(buffer, 0), 1);
    await file.close();
    await rejects(disk.remove(path), "not-found");
  });

  run("directories are made with those above, again and again", async (disk, directory) => {
    const deep = joinPath(joinPath(directory, "x"), "y");
    await disk.createDirectory(deep);
    await disk.createDirectory(deep);
    assert.deepEqual(await disk.list(deep), []);
  });
}

function declareLocks(run: Run): void {
  run("a lock is exclusive until it is released", async (disk, directory) => {
    const lock = await disk.lock(directory);
    await rejects(disk.lock(directory), "locked");
    assert.deepEqual(await disk.list(directory), [], "the lock is no content");
    await lock.release();
    const again = await disk.lock(directory);
    await lock.release();
    await rejects(disk.lock(directory), "locked");
    await again.release();
  });
}

function bytes(...values: number[]): Uint8Array {
  return Uint8Array.from(values);
}

function isFault(code: DiskFault): (error: unknown) => boolean {
  return (error) => error instanceof DiskError && error.code === code;
}

function rejects(promise: Promise<unknown>, code: DiskFault): Promise<void> {
  return assert.rejects(promise, isFault(code));
}
