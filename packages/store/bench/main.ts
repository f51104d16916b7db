/**
 * Benchmarks of the store.
 *
 *     node --expose-gc packages/store/bench/main.ts             both backends
 *     node --expose-gc packages/store/bench/main.ts --million   a million 256-byte keys on LMDB: heap, restart
 *     --keys N      number of keys (default 100,000; with --million 1,000,000)
 *     --dir PATH    where the LMDB file is put (default: the system's temporary folder)
 */

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { type Backend, type Command, MemoryBackend, putRequest, rangeRequest, Store } from "../src/index.ts";
import { LmdbBackend } from "../src/lmdb-backend.ts";

const { values: settings } = parseArgs({
  options: {
    million: { type: "boolean", default: false },
    keys: { type: "string" },
    dir: { type: "string", default: tmpdir() },
    reopen: { type: "string" },
  },
});
const keyCount = Number(settings.keys ?? (settings.million ? 1_000_000 : 100_000));
const batchSize = 500;
const valueBytes = 256;
/** Entries of the write buffer at which the bench waits for the disk, as a member would. */
const bufferedBytesMax = 64 * 1024 * 1024;

const encoder = new TextEncoder();

function keyAt(at: number): Uint8Array {
  const scattered = Math.imul(at, 2_654_435_761) >>> 0;
  return encoder.encode(`/bench/${scattered.toString(16).padStart(8, "0")}/${at}`);
}

/** Time on the clock and of the processor: on a busy machine they differ, and only the second is ours. */
type Span = { readonly wallMs: number; readonly cpuMs: number };

function stopwatch(): () => Span {
  const wall = performance.now();
  const cpu = process.cpuUsage();
  return () => {
    const used = process.cpuUsage(cpu);
    return { wallMs: performance.now() - wall, cpuMs: (used.user + used.system) / 1000 };
  };
}

function row(name: string, count: number, { wallMs, cpuMs }: Span, unit: string): void {
  const rate = Math.round((count / wallMs) * 1000).toLocaleString("en");
  const cost = ((cpuMs / Math.max(1, count)) * 1000).toFixed(2);
  const times = `${Math.round(wallMs)} ms, ${Math.round(cpuMs)} ms of processor, ${cost} µs each`;
  process.stdout.write(`${name.padEnd(44)} ${rate.padStart(12)} ${unit}/s   (${times})\n`);
}

function megabytes(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(0)} MiB`;
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

async function flushed(store: Store): Promise<void> {
  do {
    store.flush();
    while (store.flushing) await turn();
  } while (store.durableIndex() < store.appliedIndex);
}

/** Applies puts in batches; returns the time until all are visible, and until all are durable. */
async function fill(
  store: Store,
  count: number,
  round: number,
): Promise<{ visible: Span; durable: Span; longestMs: number }> {
  const clock = stopwatch();
  let longestMs = 0;
  for (let from = 0; from < count; from += batchSize) {
    const entries = [];
    for (let at = from; at < Math.min(count, from + batchSize); at++) {
      const command: Command = putRequest({
        key: keyAt(at),
        value: new Uint8Array(valueBytes).fill(at + round),
      });
      entries.push({ index: store.appliedIndex + entries.length + 1, term: 1, command });
    }
    const before = performance.now();
    store.apply(entries);
    longestMs = Math.max(longestMs, performance.now() - before);
    await turn();
    while (store.bufferedBytes > bufferedBytesMax && store.flushing) await turn();
  }
  const visible = clock();
  await flushed(store);
  return { visible, durable: clock(), longestMs };
}

function read(store: Store, name: string): void {
  const all = { key: encoder.encode("/bench/"), rangeEnd: encoder.encode("/bench0") };
  let clock = stopwatch();
  const gets = Math.min(keyCount, 200_000);
  for (let at = 0; at < gets; at++) {
    const result = store.range(rangeRequest({ key: keyAt(at) }));
    if (!result.ok || result.response.kvs.length !== 1) throw new Error("a key is missing");
  }
  row(`${name}: get, key made each time`, gets, clock(), "gets");
  clock = stopwatch();
  let rows = 0;
  for (let key = all.key; ; ) {
    const result = store.range(rangeRequest({ ...all, key, limit: 10_000 }), { count: false });
    if (!result.ok) throw new Error(result.code);
    rows += result.response.kvs.length;
    const last = result.response.kvs.at(-1);
    if (!result.response.more || last === undefined) break;
    key = Uint8Array.of(...last.key, 0);
  }
  row(`${name}: range, pages of 10,000`, rows, clock(), "rows");
  clock = stopwatch();
  const counted = store.range(rangeRequest({ ...all, countOnly: true }));
  row(`${name}: count`, counted.ok ? counted.response.count : 0, clock(), "keys");
  clock = stopwatch();
  const old = store.range(rangeRequest({ ...all, revision: store.revision - 1, limit: 100_000 }), {
    count: false,
  });
  row(`${name}: range at the revision before`, old.ok ? old.response.kvs.length : 0, clock(), "rows");
}

async function benchBackend(name: string, backend: Backend): Promise<void> {
  const store = new Store({ backend });
  const fresh = await fill(store, keyCount, 0);
  row(`${name}: put, new keys, visible`, keyCount, fresh.visible, "puts");
  row(`${name}: put, new keys, durable`, keyCount, fresh.durable, "puts");
  read(store, name);
  const again = await fill(store, keyCount, 1);
  row(`${name}: put, existing keys, durable`, keyCount, again.durable, "puts");
  process.stdout.write(
    `${name}: longest apply of ${batchSize}: ${Math.max(fresh.longestMs, again.longestMs).toFixed(1)} ms\n`,
  );
  let clock = stopwatch();
  const hash = store.hashKv(0);
  row(`${name}: hashKv`, keyCount * 2, clock(), "versions");
  if (!hash.ok) throw new Error(hash.code);
  clock = stopwatch();
  store.apply([
    { index: store.appliedIndex + 1, term: 1, command: { kind: "compaction", revision: store.revision } },
  ]);
  let longestMs = 0;
  for (;;) {
    const before = performance.now();
    const finished = store.compactStep();
    longestMs = Math.max(longestMs, performance.now() - before);
    if (finished) break;
    if (store.bufferedBytes > bufferedBytesMax) await flushed(store);
    else await turn();
  }
  await flushed(store);
  row(`${name}: compaction (longest step ${longestMs.toFixed(1)} ms)`, keyCount * 2, clock(), "changes");
  snapshotBench(store, name);
}

function snapshotBench(store: Store, name: string): void {
  let clock = stopwatch();
  const reader = store.snapshot();
  const chunks: Uint8Array[] = [];
  for (let chunk = reader.next(); chunk !== null; chunk = reader.next()) chunks.push(chunk);
  const bytes = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  const mebibytes = bytes / 1024 / 1024;
  row(`${name}: snapshot read (pure JS SHA-256)`, mebibytes, clock(), "MiB");
  clock = stopwatch();
  const target = new Store({ backend: new MemoryBackend() });
  const writer = target.restore();
  for (const chunk of chunks) writer.write(chunk);
  writer.finish();
  row(`${name}: snapshot into memory`, mebibytes, clock(), "MiB");
}

async function million(path: string): Promise<void> {
  const backend = new LmdbBackend({ path });
  const store = new Store({ backend, flushEntriesMax: 20_000 });
  let heapMax = 0;
  const watch = setInterval(() => {
    heapMax = Math.max(heapMax, process.memoryUsage().heapUsed + process.memoryUsage().arrayBuffers);
  }, 20);
  const { durable, longestMs } = await fill(store, keyCount, 0);
  clearInterval(watch);
  row(`put ${keyCount.toLocaleString("en")} new keys, durable`, keyCount, durable, "puts");
  globalThis.gc?.();
  const memory = process.memoryUsage();
  process.stdout.write(
    `longest apply of ${batchSize}: ${longestMs.toFixed(1)} ms\n` +
      `heap + array buffers, highest while filling: ${megabytes(heapMax)}\n` +
      `after: heap used ${megabytes(memory.heapUsed)}, array buffers ${megabytes(memory.arrayBuffers)}, ` +
      `resident ${megabytes(memory.rss)} (mapped file pages included)\n` +
      `file ${megabytes(statSync(path).size)}, in use ${megabytes(store.sizes().inUseBytes)}\n`,
  );
  read(store, "million");
  const hash = store.hashKv(0);
  await backend.close();
  const child = spawnSync(
    process.execPath,
    [
      "--expose-gc",
      "--max-old-space-size=256",
      fileURLToPath(import.meta.url),
      "--reopen",
      path,
      "--keys",
      String(keyCount),
    ],
    { encoding: "utf8" },
  );
  process.stdout.write(child.stdout + child.stderr);
  const expected = hash.ok ? `${hash.response.hash}` : "none";
  if (!child.stdout.includes(`hash ${expected}`)) throw new Error("the state is not what it was");
}

/** A restart: a fresh process, with a heap of 256 MiB. */
async function reopen(path: string): Promise<void> {
  const clock = stopwatch();
  const backend = new LmdbBackend({ path });
  const store = new Store({ backend });
  const first = store.range(rangeRequest({ key: keyAt(0) }));
  const openMs = clock().wallMs;
  const memory = process.memoryUsage();
  process.stdout.write(
    `restart: open and first read ${openMs.toFixed(1)} ms, process start to now ${performance.now().toFixed(0)} ms, ` +
      `heap used ${megabytes(memory.heapUsed)}, found ${first.ok && first.response.kvs.length === 1}, ` +
      `applied index ${store.appliedIndex}\n`,
  );
  const hashing = stopwatch();
  const hash = store.hashKv(0);
  row("hashKv of everything after the restart", keyCount, hashing(), "versions");
  process.stdout.write(`hash ${hash.ok ? hash.response.hash : hash.code}\n`);
  await backend.close();
}

if (settings.reopen !== undefined) {
  await reopen(settings.reopen);
} else {
  const folder = mkdtempSync(join(settings.dir, "quorate-store-bench-"));
  process.stdout.write(
    `${cpus()[0]?.model ?? "unknown"}, ${cpus().length} cores, Node ${process.version}; ${keyCount.toLocaleString("en")} ` +
      `keys, values of ${valueBytes} bytes, batches of ${batchSize}; fsync on\n`,
  );
  try {
    if (settings.million) {
      await million(join(folder, "state"));
    } else {
      await benchBackend("memory", new MemoryBackend());
      const lmdb = new LmdbBackend({ path: join(folder, "state") });
      await benchBackend("lmdb", lmdb);
      await lmdb.close();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
