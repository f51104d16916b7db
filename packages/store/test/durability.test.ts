/** Applied index and data together, crashes, failed commits; mutants 38 and 39. */

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { LmdbBackend } from "../src/lmdb-backend.ts";
import { MemoryBackend } from "../src/memory-backend.ts";
import { putRequest } from "../src/request.ts";
import { Store } from "../src/store.ts";
import { b } from "./bytes-of.ts";
import { crashCommand } from "./crash-commands.ts";
import { Driver } from "./driver.ts";

test("the durable index is that of the last commit that was reported, not of what was applied since", () => {
  const backend = new MemoryBackend({ settling: "manual" });
  const driver = new Driver({ backend });
  driver.put("k", "1");
  assert.equal(driver.store.durableIndex(), 0);
  driver.store.flush();
  driver.put("k", "2");
  driver.store.flush();
  assert.equal(driver.store.durableIndex(), 0);
  assert.ok(driver.store.flushing);
  backend.settle();
  assert.equal(driver.store.durableIndex(), 1);
  backend.crash();
  const again = new Store({ backend });
  assert.deepEqual([again.appliedIndex, again.revision, again.durableIndex()], [1, 2, 1]);
});

test("an entry without a command moves the durable index too", () => {
  const store = new Store({ backend: new MemoryBackend() });
  store.apply([{ index: 9, term: 4, command: null }]);
  store.flush();
  assert.deepEqual([store.durableIndex(), store.appliedTerm], [9, 4]);
  assert.throws(() => store.apply([{ index: 9, term: 4, command: null }]), { code: "invariant" });
});

test("a commit that fails ends the store: nothing is applied or answered any more", () => {
  const backend = new MemoryBackend({ settling: "manual" });
  const driver = new Driver({ backend });
  driver.put("k");
  driver.store.flush();
  backend.settle(new Error("disk full"));
  assert.throws(() => driver.put("k"), { code: "io", message: /disk full/ });
  assert.throws(() => driver.range("k"), { code: "io" });
  assert.equal(driver.store.durableIndex(), 0);
});

test("the buffer commits by itself when it holds enough", () => {
  const driver = new Driver({ flushEntriesMax: 10 });
  for (let at = 0; at < 5; at++) driver.put(`k${at}`);
  assert.equal(driver.store.durableIndex(), 5);
});

test("mutant 38: leases, alarms, sidecars and counters are part of what is stored, and of snapshots", () => {
  const backend = new MemoryBackend();
  const driver = new Driver({ backend });
  driver.grant(-3n, 77);
  driver.apply({ kind: "lease-checkpoint", checkpoints: [{ id: -3n, remainingTtlSeconds: 5 }] });
  driver.put("k", "v", -3n);
  driver.put("k", "w", -3n);
  driver.compact(2);
  driver.apply({ kind: "alarm", action: 1, memberId: 1n << 63n, alarm: 1 });
  driver.store.setSidecar("conf-state", Uint8Array.of(1, 2, 3));
  driver.store.flush();
  const restored = new Store({ backend: new MemoryBackend() });
  const writer = restored.restore();
  const reader = driver.store.snapshot();
  for (let chunk = reader.next(); chunk !== null; chunk = reader.next()) writer.write(chunk);
  writer.finish();
  for (const store of [new Store({ backend }), restored]) {
    assert.deepEqual(store.leases.leases(), [{ id: -3n, ttlSeconds: 77, remainingTtlSeconds: 5 }]);
    assert.deepEqual(store.leases.leaseKeys(-3n), [b("k")]);
    assert.deepEqual(store.alarms, [{ memberId: 1n << 63n, alarm: 1 }]);
    assert.deepEqual([...(store.sidecar("conf-state") ?? [])], [1, 2, 3]);
    assert.equal(store.sidecar("other"), null);
    assert.deepEqual(
      [store.revision, store.compactRevision, store.appliedIndex, store.durableIndex()],
      [3, 2, 6, 6],
    );
    assert.equal(store.applyDigest, driver.store.applyDigest);
    assert.deepEqual(store.hashKv(0), driver.store.hashKv(0));
  }
});

test("compaction leaves exactly what can be asked for, however it was cut into steps", () => {
  const backend = new MemoryBackend();
  const driver = new Driver({ backend });
  for (let at = 0; at < 60; at++) {
    driver.put(`k${at % 7}`, String(at));
    if (at % 5 === 0) driver.delete(`k${at % 3}`);
    if (at % 13 === 0) {
      driver.compact(driver.store.revision - 2);
      driver.store.compactStep(1);
    }
  }
  driver.delete("k", "l");
  driver.compact(driver.store.revision);
  driver.compactFully();
  driver.store.flush();
  const left: string[] = [];
  const cursor = backend.cursor(new Uint8Array(0), null, false);
  while (cursor.next()) left.push(`${cursor.key[1]}`);
  assert.equal(left.filter((table) => table === "2").length, 0, "no living keys");
  const tombstones = left.filter((table) => table === "3").length;
  assert.equal(tombstones, left.filter((table) => table === "4").length, "the last revision's deletions");
  assert.ok(tombstones > 0 && tombstones <= 7);
  driver.put("x");
  driver.compact(driver.store.revision);
  driver.compactFully();
  driver.store.flush();
  assert.equal(backend.count(new Uint8Array(0), null), 3, "meta, one key, its change");
});

test("LMDB: a member that is killed comes back at its durable index or later, and replays to the same digests", async () => {
  const folder = mkdtempSync(join(tmpdir(), "quorate-store-"));
  const path = join(folder, "state");
  try {
    const reported = await runAndKill(path);
    const backend = new LmdbBackend({ path });
    const store = new Store({ backend });
    assert.ok(store.appliedIndex >= reported.durable, `${store.appliedIndex} < ${reported.durable}`);
    const truth = new Store({ backend: new MemoryBackend() });
    const replay = (target: Store, last: number): void => {
      for (let index = target.appliedIndex + 1; index <= last; index++) {
        target.apply([{ index, term: 1, command: crashCommand(index) }]);
      }
    };
    replay(truth, store.appliedIndex);
    assert.equal(store.applyDigest, truth.applyDigest);
    assert.deepEqual(store.hashKv(0), truth.hashKv(0));
    replay(store, reported.applied + 10);
    replay(truth, reported.applied + 10);
    assert.equal(store.applyDigest, truth.applyDigest);
    assert.deepEqual(store.hashKv(0), truth.hashKv(0));
    await backend.close();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

/** Runs a child that applies, flushes and reports; kills it without warning after a few reports. */
function runAndKill(path: string): Promise<{ durable: number; applied: number }> {
  const program = fileURLToPath(new URL("./crash-member.ts", import.meta.url));
  const child = spawn(process.execPath, [program, path], { stdio: ["ignore", "pipe", "inherit"] });
  return new Promise((resolve, reject) => {
    let output = "";
    child.stdout.on("data", (chunk: Buffer) => {
      output += chunk.toString();
      if (output.split("\n").length > 6) child.kill("SIGKILL");
    });
    child.on("error", reject);
    child.on("close", () => {
      const last = output.slice(0, output.lastIndexOf("\n")).split("\n").at(-1)?.split(" ").map(Number) ?? [];
      resolve({ durable: last[0] ?? 0, applied: last[1] ?? 0 });
    });
  });
}

test("mutant 39: a store replayed elsewhere, in other batches, has the same digest at every index", () => {
  const one = new Store({ backend: new MemoryBackend(), flushEntriesMax: 3 });
  const other = new Store({ backend: new MemoryBackend() });
  for (let index = 1; index <= 300; index += 3) {
    const entries = [index, index + 1, index + 2].map((at) => ({
      index: at,
      term: 1,
      command: crashCommand(at),
    }));
    one.apply(entries);
    for (const entry of entries) other.apply([entry]);
    one.compactStep(5);
    assert.equal(one.applyDigest, other.applyDigest);
  }
  other.apply([{ index: 400, term: 1, command: putRequest({ key: b("different") }) }]);
  assert.notEqual(one.applyDigest, other.applyDigest);
});
