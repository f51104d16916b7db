import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { LmdbBackend } from "../src/lmdb-backend.ts";
import { commit, testBackendContract, walk } from "./backend-contract.ts";
import { openLmdb } from "./temp-folder.ts";

testBackendContract("lmdb", openLmdb);

test("lmdb: what was committed is there after closing and opening, long keys included", async () => {
  const folder = mkdtempSync(join(tmpdir(), "quorate-store-"));
  const path = join(folder, "state");
  const long = (last: number): Uint8Array => {
    const key = new Uint8Array(4000).fill(5);
    key[3999] = last;
    return key;
  };
  try {
    const first = new LmdbBackend({ path });
    await commit(first, [
      [long(1), Uint8Array.of(1)],
      [Uint8Array.of(9), Uint8Array.of(9)],
    ]);
    await first.close();
    const second = new LmdbBackend({ path });
    await commit(second, [[long(2), Uint8Array.of(2)]]);
    assert.deepEqual(
      walk(second, new Uint8Array(0), null, false).map(([, value]) => value),
      ["1", "2", "9"],
    );
    const copy = join(folder, "copy");
    await second.copyCompacted(copy);
    const third = new LmdbBackend({ path: copy });
    assert.equal(third.count(new Uint8Array(0), null), 3);
    await third.close();
    await second.close();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test("lmdb: spaces of long keys go with their last key", async () => {
  const { backend, close } = openLmdb();
  const before = backend.sizes().inUseBytes;
  const key = (last: number): Uint8Array => {
    const bytes = new Uint8Array(6000).fill(3);
    bytes[5999] = last;
    return bytes;
  };
  await commit(backend, [
    [key(1), Uint8Array.of(1)],
    [key(2), Uint8Array.of(2)],
  ]);
  await commit(backend, [[key(1), null]]);
  assert.deepEqual([...(backend.get(key(2)) ?? [])], [2]);
  await commit(backend, [[key(2), null]]);
  assert.equal(backend.count(new Uint8Array(0), null), 0);
  assert.equal(backend.sizes().inUseBytes, before);
  await close();
});
