/** Defragmenting an LMDB file in use: nothing is lost at any step, and it becomes smaller. */

import assert from "node:assert/strict";
import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { open, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { LmdbBackend, type LmdbDisk } from "../src/lmdb-backend.ts";
import { rangeRequest } from "../src/request.ts";
import { Store } from "../src/store.ts";
import { b } from "./bytes-of.ts";
import { Driver } from "./driver.ts";

/** What a step of the disk is called, before and after it is done. */
type Step = (name: string) => void;

function diskOf(step: Step): LmdbDisk {
  const missing = (error: unknown): never => {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") {
      throw Object.assign(new Error("missing"), { code: "not-found" });
    }
    throw error;
  };
  const around = async <Value>(name: string, work: Promise<Value>): Promise<Value> => {
    const value = await work.catch(missing);
    step(name);
    return value;
  };
  return {
    async open(path) {
      const handle = await around("open", open(path, "r+"));
      return {
        datasync: () => around("datasync", handle.datasync()),
        close: () => handle.close(),
      };
    },
    rename: (from, to) => around("rename", rename(from, to)),
    remove: (path) => around("remove", rm(path)),
    async syncDirectory(directory) {
      const handle = await open(directory, "r");
      await around("sync-directory", handle.sync());
      await handle.close();
    },
  };
}

function folderOf(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "quorate-defragment-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

async function settled(store: Store): Promise<void> {
  do {
    store.flush();
    while (store.flushing) await new Promise((resolve) => setImmediate(resolve));
  } while (store.durableIndex() < store.appliedIndex);
}

/** A store with much free space in its file. */
async function wasteful(path: string, disk: LmdbDisk): Promise<{ backend: LmdbBackend; driver: Driver }> {
  const backend = new LmdbBackend({ path, disk, mapBytes: 256 * 1024 * 1024 });
  const driver = new Driver({ backend });
  for (let at = 0; at < 2000; at++) driver.put(`k${at}`, "x".repeat(1000));
  await settled(driver.store);
  driver.delete("k1", "k9");
  driver.compact(driver.store.revision);
  while (!driver.store.compactStep());
  await settled(driver.store);
  return { backend, driver };
}

test("the file becomes smaller while reads, writes and a pinned view go on; again, and after a restart", async (t) => {
  const folder = folderOf(t);
  const path = join(folder, "state");
  const { backend, driver } = await wasteful(
    path,
    diskOf(() => undefined),
  );
  for (let round = 0; round < 3; round++) {
    const before = statSync(path).size;
    const hash = driver.store.hashKv(0);
    const job = driver.store.startKvHash(0);
    assert.ok(job.ok);
    const running = driver.store.defragment();
    assert.throws(() => driver.store.defragment(), { code: "busy" });
    assert.throws(() => driver.store.restore(), { code: "busy" });
    let writes = 0;
    let isOver = false;
    void running.finally(() => {
      isOver = true;
    });
    while (!isOver) {
      driver.put(`during ${round} ${writes++}`);
      driver.store.flush();
      assert.ok(driver.store.range(rangeRequest({ key: b("k"), rangeEnd: b("l") })).ok);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await running;
    assert.ok(writes > 0);
    if (round === 0) assert.ok(statSync(path).size < before / 2, `${statSync(path).size} of ${before}`);
    while (!job.response.step(50));
    assert.deepEqual(
      job.response.result(),
      hash.ok ? hash.response : null,
      "the pinned view is that of before",
    );
    job.response.close();
    await settled(driver.store);
  }
  const expected = [driver.store.appliedIndex, driver.store.applyDigest, driver.store.hashKv(0)];
  await backend.close();
  const again = new LmdbBackend({ path, mapBytes: 256 * 1024 * 1024 });
  const store = new Store({ backend: again });
  assert.deepEqual([store.appliedIndex, store.applyDigest, store.hashKv(0)], expected);
  await again.close();
  assert.deepEqual(
    readdirSync(folder).filter((name) => !name.endsWith("-lock")),
    ["state"],
  );
});

test("a crash after any step leaves everything that was durable under the file's name", async (t) => {
  const seen: string[] = [];
  const folder = folderOf(t);
  const path = join(folder, "state");
  const images: string[] = [];
  const { backend, driver } = await wasteful(
    path,
    diskOf((name) => {
      seen.push(name);
      // What a process that was killed now would leave.
      const image = join(folder, `image-${images.length}`);
      for (const file of ["state", "state-dense-1"]) {
        if (existsSync(join(folder, file))) cpSync(join(folder, file), join(image, file));
      }
      images.push(image);
    }),
  );
  const expected = [driver.store.appliedIndex, driver.store.applyDigest, driver.store.hashKv(0)];
  const running = driver.store.defragment();
  driver.put("not durable");
  driver.store.flush();
  assert.equal(driver.store.durableIndex(), expected[0], "no commit is reported before the end");
  await running;
  assert.deepEqual(seen.slice(0, 4), ["open", "datasync", "rename", "sync-directory"]);
  for (const image of images.slice(0, 4)) {
    const copy = new LmdbBackend({
      path: join(image, "state"),
      mapBytes: 256 * 1024 * 1024,
      disk: diskOf(() => undefined),
    });
    const store = new Store({ backend: copy });
    assert.deepEqual([store.appliedIndex, store.applyDigest, store.hashKv(0)], expected);
    // What the crash left is no obstacle to another attempt.
    await store.defragment();
    assert.deepEqual([store.appliedIndex, store.applyDigest, store.hashKv(0)], expected);
    await copy.close();
  }
  await settled(driver.store);
  await backend.close();
});

test("a copy that fails changes nothing; a name that cannot be made durable ends the backend", async (t) => {
  const folder = folderOf(t);
  let failing = "open";
  const disk = diskOf((name) => {
    if (name === failing) throw new Error(`no ${name}`);
  });
  const { backend, driver } = await wasteful(join(folder, "state"), disk);
  await assert.rejects(driver.store.defragment(), { code: "io", message: /no open/ });
  driver.put("still writable");
  await settled(driver.store);
  failing = "sync-directory";
  await assert.rejects(driver.store.defragment(), { code: "io", message: /no sync-directory/ });
  driver.put("in vain");
  driver.store.flush();
  while (driver.store.flushing) await new Promise((resolve) => setImmediate(resolve));
  assert.throws(() => driver.put("more"), { code: "io" });
  await backend.close();
});

test("without a disk defragmenting is refused, and nothing is harmed", async (t) => {
  const backend = new LmdbBackend({ path: join(folderOf(t), "state"), mapBytes: 64 * 1024 * 1024 });
  const driver = new Driver({ backend });
  await assert.rejects(driver.store.defragment(), { code: "io", message: /needs a disk/ });
  driver.put("k");
  await settled(driver.store);
  await backend.close();
});
