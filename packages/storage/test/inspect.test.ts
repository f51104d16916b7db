import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect, MemoryDisk } from "../src/index.ts";
import { createStore, directory, entries, identity, takeSnapshot } from "./fixture.ts";

async function makeData(): Promise<MemoryDisk> {
  const disk = new MemoryDisk();
  const store = await createStore(disk);
  await store.append({ hardState: { term: 1, vote: 7, commit: 0 }, entries: entries(1, 3, 1) });
  for (let index = 3; index < 60; index += 3)
    await store.append({ hardState: null, entries: entries(index, index + 3, 1) });
  await store.append({ hardState: { term: 1, vote: 7, commit: 50 }, entries: [] });
  await takeSnapshot(store, 40, 1);
  await store.close();
  return disk;
}

test("reports everything of sound data, and changes nothing", async () => {
  const disk = await makeData();
  let writes = 0;
  disk.onOperation = ({ kind }) => {
    if (!["list", "open", "size", "read", "close"].includes(kind)) writes++;
    return null;
  };
  const report = await inspect(disk, directory, { content: true });
  assert.equal(writes, 0);
  assert.deepEqual(report.problems, []);
  assert.deepEqual(report.warnings, []);
  assert.deepEqual(report.identity, identity);
  assert.deepEqual(report.log, { hardState: { term: 1, vote: 7, commit: 50 }, firstIndex: 1, lastIndex: 59 });
  assert.deepEqual(
    report.states.map(({ hardState }) => hardState?.commit),
    [0, 50],
  );
  assert.equal(
    report.segments.reduce((sum, { records }) => sum + records, 0),
    59,
  );
  assert.deepEqual(
    report.snapshots.map(({ metadata, bytes }) => [metadata.index, bytes]),
    [[40, "state at 40".length]],
  );
});

test("names what is wrong, and goes on with the rest", async () => {
  const disk = await makeData();
  disk.flip(`${directory}/log-0000000000000002`, 700, 1);
  disk.flip(`${directory}/state-a`, 30, 1);
  disk.flip(`${directory}/snapshot-0000000000000040-0000000000000001`, 4100, 1);
  const report = await inspect(disk, directory, { content: true });
  assert.equal(report.log, null);
  assert.equal(report.segments.length, 1);
  assert.equal(report.states.filter(({ durable }) => durable === null).length, 1);
  assert.deepEqual(
    report.problems.map(({ code, file }) => [code, file.slice(directory.length + 1)]),
    [
      ["corrupt", "snapshot-0000000000000040-0000000000000001"],
      ["corrupt", "log-0000000000000002"],
    ],
  );
});

test("says what an empty directory is", async () => {
  const disk = new MemoryDisk();
  assert.equal((await inspect(disk, directory)).problems[0]?.code, "not-found");
  await disk.createDirectory(directory);
  assert.equal((await inspect(disk, directory)).problems[0]?.code, "wiped");
});
