/**
 * How fast the log is: batches of 1000 entries of 256 bytes, with and without the fdatasync, against the bare write and
 * fdatasync of as many bytes. Prints figures; judges nothing.
 *
 * Usage: node packages/storage/bench/main.ts [directory]
 */

import { mkdtemp, rm } from "node:fs/promises";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { type Entry, EntryType, makeEntry } from "@quorate/raft";
import { type Disk, type DiskFile, LogStore, NodeDisk } from "../src/index.ts";

const identity = { clusterId: 1n, memberId: 1 };
const entriesPerBatch = 1000;
const entryBytes = 256;
const batches = 400;

/** A disk whose syncs return at once. */
function withoutSync(disk: Disk): Disk {
  return {
    lock: (directory) => disk.lock(directory),
    createDirectory: (directory) => disk.createDirectory(directory),
    list: (directory) => disk.list(directory),
    open: async (path, mode) => unsynced(await disk.open(path, mode)),
    rename: (from, to) => disk.rename(from, to),
    remove: (path) => disk.remove(path),
    syncDirectory: (directory) => disk.syncDirectory(directory),
  };
}

function unsynced(file: DiskFile): DiskFile {
  return {
    path: file.path,
    size: () => file.size(),
    read: (buffer, position) => file.read(buffer, position),
    readSync: (buffer, position) => file.readSync(buffer, position),
    write: (bytes, position) => file.write(bytes, position),
    preallocate: (bytes) => file.preallocate(bytes),
    truncate: (bytes) => file.truncate(bytes),
    datasync: () => Promise.resolve(),
    close: () => file.close(),
  };
}

function percentile(sorted: readonly number[], share: number): string {
  return (sorted[Math.floor(sorted.length * share)] ?? 0).toFixed(2);
}

function report(name: string, totalMs: number, durations: number[], perRound: number): void {
  durations.sort((one, other) => one - other);
  const rate = Math.round((durations.length * perRound) / (totalMs / 1000));
  const latency = `p50 ${percentile(durations, 0.5)} ms, p99 ${percentile(durations, 0.99)} ms`;
  console.log(`${name.padEnd(46)} ${rate.toLocaleString("en").padStart(10)} entries/s   ${latency}`);
}

async function measure(
  name: string,
  perRound: number,
  rounds: number,
  round: (number: number) => Promise<void>,
): Promise<void> {
  for (let number = -20; number < 0; number++) await round(number);
  const durations: number[] = [];
  const start = performance.now();
  for (let number = 0; number < rounds; number++) {
    const before = performance.now();
    await round(number);
    durations.push(performance.now() - before);
  }
  report(name, performance.now() - start, durations, perRound);
}

async function measureLog(
  name: string,
  disk: Disk,
  root: string,
  perBatch: number,
  rounds: number,
): Promise<void> {
  const directory = join(root, name.replaceAll(/\W+/g, "-"));
  await LogStore.initialize(disk, directory, { identity });
  const store = await LogStore.open(disk, directory, { identity, now: () => performance.now() });
  await store.reserve();
  const data = new Uint8Array(entryBytes).fill(7);
  let last = 0;
  await measure(name, perBatch, rounds, () => {
    const entries: Entry[] = [];
    for (let count = 0; count < perBatch; count++) entries.push(makeEntry(EntryType.normal, 1, ++last, data));
    return store.append({ hardState: null, entries });
  });
  await store.close();
  const before = performance.now();
  const again = await LogStore.open(disk, directory, { identity });
  const seconds = (performance.now() - before) / 1000;
  console.log(
    `  reopened with ${again.storage.lastIndex().toLocaleString("en")} entries in ${seconds.toFixed(2)} s`,
  );
  await again.close();
}

async function measureBare(name: string, disk: Disk, root: string): Promise<void> {
  const file = await disk.open(join(root, "bare"), "create");
  const bytes = new Uint8Array(Math.ceil((entriesPerBatch * (entryBytes + 28) + 64) / 512) * 512).fill(7);
  await file.preallocate(bytes.length * (batches + 21));
  await file.datasync();
  await measure(name, entriesPerBatch, batches, async (number) => {
    await file.write(bytes, bytes.length * (number + 20));
    await file.datasync();
  });
  await file.close();
}

const root = await mkdtemp(join(process.argv[2] ?? tmpdir(), "quorate-bench-"));
try {
  console.log(
    `node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? "?"}, ${entryBytes}-byte entries, ${root}`,
  );
  await measureBare("bare write + fdatasync, 1000 entries' bytes", new NodeDisk(), root);
  await measureLog("log, 1000 per batch, fdatasync", new NodeDisk(), root, entriesPerBatch, batches);
  await measureLog(
    "log, 1000 per batch, no sync",
    withoutSync(new NodeDisk()),
    root,
    entriesPerBatch,
    batches,
  );
  await measureLog("log, 1 per batch, fdatasync", new NodeDisk(), root, 1, 2000);
} finally {
  await rm(root, { recursive: true });
}
