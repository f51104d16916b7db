import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import fc from "fast-check";
import { MemoryBackend } from "../src/memory-backend.ts";
import { Store } from "../src/store.ts";
import { Driver } from "./driver.ts";
import { feed, snapshotBytes } from "./harness.ts";
import { property } from "./property-options.ts";
import { openLmdb } from "./temp-folder.ts";

function sample(): Driver {
  const driver = new Driver();
  driver.grant(1n);
  for (let at = 0; at < 20; at++) driver.put(`k${at % 6}`, `value ${at}`, at % 3 === 0 ? 1n : 0n);
  driver.delete("k0");
  driver.compact(5);
  return driver;
}

test("a snapshot is of the moment it was taken, whatever is applied while it is read", () => {
  const driver = new Driver({ flushEntriesMax: 50 });
  for (let at = 0; at < 300; at++) driver.put(`k${at}`, "x".repeat(5000));
  const before = driver.store.hashKv(0);
  const { appliedIndex } = driver.store;
  const reader = driver.store.snapshot();
  const chunks: Uint8Array[] = [];
  for (let chunk = reader.next(); chunk !== null; chunk = reader.next()) {
    chunks.push(chunk);
    driver.put("k1", "changed");
    driver.delete("k200", "k300");
    driver.compact(driver.store.revision);
    driver.compactFully();
    driver.store.flush();
  }
  assert.ok(chunks.length > 3);
  const other = new Store({ backend: new MemoryBackend() });
  feed(other, Uint8Array.from(Buffer.concat(chunks)), 70_000);
  assert.equal(other.appliedIndex, appliedIndex);
  assert.deepEqual(other.hashKv(0), before);
});

test("any damage is found, at every byte, and leaves the old state as it was", () => {
  const bytes = snapshotBytes(sample().store);
  const target = new Driver();
  target.put("old", "state");
  for (let at = 0; at < bytes.length; at++) {
    const damaged = bytes.slice();
    damaged[at] = (damaged[at] as number) ^ (1 << (at % 8));
    assertRefused(target, damaged, 64);
    if (at % 7 === 0) assertRefused(target, bytes.subarray(0, at), 64);
  }
  assertRefused(target, Uint8Array.of(...bytes, 0), 64);
  assert.deepEqual(target.keys("\0", "\0"), ["old"]);
  feed(target.store, bytes, 64);
  assert.deepEqual(target.store.hashKv(0), sample().store.hashKv(0));
});

function assertRefused(target: Driver, bytes: Uint8Array, chunkBytes: number): void {
  const writer = target.store.restore();
  let refused: unknown = null;
  try {
    for (let at = 0; at < bytes.length; at += chunkBytes) writer.write(bytes.subarray(at, at + chunkBytes));
    writer.finish();
  } catch (error) {
    refused = error;
  }
  writer.abort();
  assert.match((refused as { code?: string } | null)?.code ?? "accepted", /^(corrupt|format)$/);
  while (!target.store.compactStep());
  target.store.flush();
}

test("random bytes are no snapshot", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (noise) => {
      const target = new Driver();
      for (const bytes of [noise, Uint8Array.of(0x51, 0x53, 0x4e, 0x50, 1, ...noise)])
        assertRefused(target, bytes, 9);
    }),
    property(200),
  );
});

test("a crash while a snapshot is written leaves the old state; what was written is swept away", () => {
  const backend = new MemoryBackend();
  const driver = new Driver({ backend });
  driver.put("old", "state");
  driver.store.flush();
  const entries = backend.count(new Uint8Array(0), null);
  const big = new Driver();
  for (let at = 0; at < 40; at++) big.put(`k${at}`, "x".repeat(100_000));
  const bytes = snapshotBytes(big.store);
  driver.store.restore().write(bytes.subarray(0, bytes.length - 100));
  assert.ok(backend.count(new Uint8Array(0), null) > entries);
  const again = new Driver({ backend });
  assert.deepEqual(again.keys("\0", "\0"), ["old"]);
  again.compactFully();
  again.store.flush();
  assert.equal(backend.count(new Uint8Array(0), null), entries);
});

test("a restored state replaces the old one wholly, the part that was not committed yet included", () => {
  for (let rounds = 0; rounds < 5; rounds++) {
    const backend = new MemoryBackend({ settling: "manual" });
    const driver = new Driver({ backend });
    driver.put("a", "committing");
    driver.store.flush();
    driver.put("b", "buffered");
    const source = sample();
    feed(driver.store, snapshotBytes(source.store), 1000);
    assert.deepEqual(driver.keys("\0", "\0"), source.keys("\0", "\0"));
    backend.settle();
    assert.deepEqual(driver.store.hashKv(0), source.store.hashKv(0));
    assert.equal(driver.store.durableIndex(), source.store.appliedIndex);
    while (!driver.store.compactStep());
    driver.store.flush();
    backend.settle();
    const again = new Driver({ backend });
    assert.deepEqual(again.keys("\0", "\0"), source.keys("\0", "\0"));
    assert.equal(again.store.applyDigest, source.store.applyDigest);
  }
});

test("LMDB: restored again and again, while commits are on their way", async () => {
  const { backend, close } = openLmdb();
  const driver = new Driver({ backend, flushEntriesMax: 5 });
  const source = new Driver();
  for (let round = 0; round < 6; round++) {
    for (let at = 0; at < 200; at++) source.put(`k${at}`, `round ${round}`);
    driver.store.flush();
    feed(driver.store, snapshotBytes(source.store), 10_000);
    assert.deepEqual(driver.store.hashKv(0), source.store.hashKv(0));
    await new Promise((resolve) => setImmediate(resolve));
    driver.store.compactStep(500);
  }
  while (driver.store.flushing) await new Promise((resolve) => setImmediate(resolve));
  await close();
});

test("a native hasher may take the place of ours", () => {
  const native = (): { update(bytes: Uint8Array): void; digest(): Uint8Array } => {
    const hash = createHash("sha256");
    return { update: (bytes) => void hash.update(bytes), digest: () => hash.digest() };
  };
  const bytes = snapshotBytes(sample().store);
  const target = new Store({ backend: new MemoryBackend(), sha256: native });
  feed(target, bytes, 1000);
  assert.deepEqual(snapshotBytes(target), bytes);
});

test("a restore that was given up leaves nothing that the next one could meet, swept or not", () => {
  for (const sweeps of [false, true]) {
    const backend = new MemoryBackend();
    const driver = new Driver({ backend });
    driver.put("old", "state");
    driver.store.flush();
    driver.compactFully();
    const entries = backend.count(new Uint8Array(0), null);
    const big = new Driver();
    for (let at = 0; at < 40; at++) big.put(`big${at}`, "x".repeat(100_000));
    const bytes = snapshotBytes(big.store);
    const writer = driver.store.restore();
    writer.write(bytes.subarray(0, bytes.length - 100));
    writer.abort();
    if (sweeps) {
      driver.compactFully();
      driver.store.flush();
      assert.equal(backend.count(new Uint8Array(0), null), entries);
    }
    const source = sample();
    feed(driver.store, snapshotBytes(source.store), 1000);
    assert.deepEqual(driver.keys("\0", "\0"), source.keys("\0", "\0"));
    assert.deepEqual(driver.store.hashKv(0), source.store.hashKv(0));
  }
});
