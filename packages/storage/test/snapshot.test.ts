import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Snapshot } from "@quorate/raft";
import { type LogStore, MemoryDisk } from "../src/index.ts";
import {
  contentOf,
  createStore,
  directory,
  entries,
  entry,
  identity,
  isError,
  logOf,
  metadata,
  openStore,
  settle,
  stopAt,
  takeSnapshot,
  withStore,
} from "./fixture.ts";

/** Content of a few blocks. */
const large = Array.from({ length: 30_000 }, (_, line) => `line ${line}`).join("\n");

async function withLog(disk: MemoryDisk, last: number, commit = last): Promise<LogStore> {
  const store = await createStore(disk);
  for (let index = 1; index <= last; index += 2) {
    await store.append({ hardState: null, entries: entries(index, Math.min(index + 2, last + 1), 1) });
  }
  await store.append({ hardState: { term: 1, vote: 0, commit }, entries: [] });
  return store;
}

function latestOf(store: LogStore): Snapshot {
  const snapshot = store.storage.snapshot();
  assert.ok(typeof snapshot !== "string");
  return snapshot;
}

describe("making", () => {
  test("content comes back, whole and from any byte, whatever the chunks", async () => {
    const disk = new MemoryDisk();
    const store = await withLog(disk, 10);
    const bytes = new TextEncoder().encode(large);
    const draft = await store.beginSnapshot(metadata(10, 1));
    for (let at = 0, size = 1; at < bytes.length; at += size, size = (size * 3) % 100_003)
      await draft.write(bytes.subarray(at, at + size));
    const snapshot = await draft.commit();
    assert.deepEqual(snapshot.metadata, metadata(10, 1));
    assert.deepEqual(latestOf(store), snapshot);
    assert.equal(await contentOf(store, 10, 1), large);
    const reader = await store.openSnapshot(snapshot);
    assert.equal(reader.totalBytes, bytes.length);
    for (const offset of [0, 1, 65_535, 65_536, 200_000, bytes.length - 1]) {
      const part = await reader.read(offset, 1000);
      assert.ok(part.length >= 1 && part.length <= 1000);
      assert.deepEqual(part, bytes.slice(offset, offset + part.length));
    }
    await reader.close();
    await store.close();
    await withStore(disk, async (again) => assert.equal(await contentOf(again, 10, 1), large));
  });

  test("an empty one, and one of exactly a block", async () => {
    const store = await withLog(new MemoryDisk(), 10);
    await takeSnapshot(store, 5, 1, "");
    assert.equal(await contentOf(store, 5, 1), "");
    await takeSnapshot(store, 6, 1, "x".repeat(65_536));
    assert.equal((await contentOf(store, 6, 1)).length, 65_536);
    await store.close();
  });

  test("the newest few are kept, and open ones stay readable", async () => {
    const disk = new MemoryDisk();
    const store = await withLog(disk, 10);
    await takeSnapshot(store, 2, 1);
    const reader = await store.openSnapshot({ metadata: metadata(2, 1), data: new Uint8Array(0) });
    for (const index of [4, 6, 8]) await takeSnapshot(store, index, 1);
    assert.deepEqual(
      store.snapshots.list.map(({ index }) => index),
      [6, 8],
    );
    assert.equal(new TextDecoder().decode(await reader.read(0, 100)), "state at 2");
    await reader.close();
    await assert.rejects(contentOf(store, 2, 1), isError("not-found"));
    await store.append({ hardState: null, entries: [entry(11, 1)] });
    await store.close();
  });

  test("one that is thrown away, or left by a crash, is no snapshot", async () => {
    const disk = new MemoryDisk();
    const store = await withLog(disk, 10);
    const aborted = await store.beginSnapshot(metadata(4, 1));
    await aborted.write(new Uint8Array(100_000));
    await assert.rejects(store.beginSnapshot(metadata(4, 1)), isError("busy"));
    await aborted.abort();
    const left = await store.beginSnapshot(metadata(4, 1));
    await left.write(new Uint8Array(100_000));
    disk.kill();
    await withStore(disk, async (again) => {
      assert.equal(latestOf(again).metadata.index, 0);
      assert.ok(!(await disk.list(directory)).some((name) => name.startsWith("draft")));
    });
  });

  test("a full disk is this snapshot's failure only", async () => {
    const disk = new MemoryDisk();
    const store = await withLog(disk, 10);
    disk.quotaBytes = disk.usedBytes + 100_000;
    const draft = await store.beginSnapshot(metadata(4, 1));
    await assert.rejects(draft.write(new Uint8Array(300_000)), isError("full"));
    await draft.abort();
    await store.append({ hardState: null, entries: [entry(11, 1)] });
    await takeSnapshot(store, 4, 1);
    await store.close();
  });

  test("a crash at any step leaves the old state or the new, and the log that goes with it", async () => {
    for (const keeps of ["nothing", "everything"] as const) {
      let steps = 0;
      for (let number = 1; ; number++) {
        const disk = new MemoryDisk();
        const store = await withLog(disk, 40);
        await takeSnapshot(store, 20, 1);
        await store.compact(15);
        const expected = logOf(store).slice(-10);
        let isCommitted = false;
        const wasStopped = await stopAt(disk, number, async () => {
          await takeSnapshot(store, 35, 1, large);
          isCommitted = true;
          await store.compact(30);
        });
        disk.crash(
          keeps === "nothing" ? {} : { keepUnsynced: () => "all", keepNames: (_, unsynced) => unsynced },
        );
        await withStore(disk, async (again) => {
          const { index } = latestOf(again).metadata;
          if (isCommitted) assert.equal(index, 35);
          assert.equal(await contentOf(again, index, 1), index === 35 ? large : "state at 20");
          assert.ok(again.storage.firstIndex() <= index + 1);
          assert.deepEqual(logOf(again).slice(-10), expected);
          assert.deepEqual(
            again.warnings.filter(({ kind }) => kind !== "leftover"),
            [],
          );
        });
        steps = number;
        if (!wasStopped) break;
      }
      assert.ok(steps > 15, `${steps} steps`);
    }
  });
});

describe("damage", () => {
  test("in content is found when it is read, and not handed out", async () => {
    const disk = new MemoryDisk();
    const store = await withLog(disk, 10);
    await takeSnapshot(store, 10, 1, large);
    disk.flip(`${directory}/snapshot-0000000000000010-0000000000000001`, 150_000, 1);
    await assert.rejects(contentOf(store, 10, 1), isError("corrupt"));
    await store.close();
  });

  test("of the newest: an older one serves if the log behind it is whole, otherwise corrupt", async () => {
    const disk = new MemoryDisk();
    const store = await withLog(disk, 40);
    await takeSnapshot(store, 20, 1);
    await takeSnapshot(store, 30, 1);
    await store.compact(10);
    const path = `${directory}/snapshot-0000000000000030-0000000000000001`;
    const size = disk.contents(path).length;
    const before = disk.fork();
    for (const offset of [0, 8, 20, 300, size - 60, size - 40]) {
      const copy = before.fork();
      copy.flip(path, offset, 1);
      await withStore(copy, (again) => {
        assert.equal(latestOf(again).metadata.index, 20);
        assert.deepEqual(
          again.warnings.map(({ kind, file }) => [kind, file]),
          [["snapshot", path]],
        );
        assert.equal(again.storage.lastIndex(), 40);
      });
    }
    await store.compact(30);
    await store.close();
    disk.flip(path, 20, 1);
    await assert.rejects(
      openStore(disk),
      isError("corrupt", { file: "snapshot-0000000000000030-0000000000000001" }),
    );
  });

  test("a snapshot that is cut at any byte is no snapshot", async () => {
    const disk = new MemoryDisk();
    const store = await withLog(disk, 10);
    await takeSnapshot(store, 10, 1, "some content");
    await store.close();
    const path = `${directory}/snapshot-0000000000000010-0000000000000001`;
    const { length } = disk.contents(path);
    for (let size = 0; size < length; size += size < 4000 ? 97 : 1) {
      const copy = disk.fork();
      copy.tamper(path, { size });
      await withStore(copy, (again) => assert.equal(latestOf(again).metadata.index, 0));
    }
  });
});

/** A peer's snapshot: ahead of everything that the receiver has. */
async function peerSnapshot(
  index: number,
  term: number,
  content: string,
): Promise<{ store: LogStore; snapshot: Snapshot }> {
  const disk = new MemoryDisk();
  const store = await createStore(disk);
  await store.append({ hardState: { term, vote: 0, commit: 0 }, entries: entries(1, index + 1, term) });
  await store.append({ hardState: { term, vote: 0, commit: index }, entries: [] });
  await takeSnapshot(store, index, term, content);
  return { store, snapshot: latestOf(store) };
}

async function transfer(
  from: LogStore,
  to: LogStore,
  snapshot: Snapshot,
  upTo = Number.POSITIVE_INFINITY,
): Promise<number> {
  const reader = await from.openSnapshot(snapshot);
  const writer = await to.receiveSnapshot({ ...reader, snapshot });
  const begin = writer.receivedBytes;
  let offset = begin;
  while (offset < Math.min(upTo, reader.totalBytes)) {
    const chunk = await reader.read(offset, 10_000);
    await writer.write(chunk);
    offset += chunk.length;
  }
  if (offset === reader.totalBytes) await writer.finish();
  await writer.close();
  await reader.close();
  return begin;
}

describe("receiving", () => {
  test("goes on where it ended, also after a restart, and replaces the log when it is installed", async () => {
    const { store: sender, snapshot } = await peerSnapshot(50, 3, large);
    const disk = new MemoryDisk();
    const store = await withLog(disk, 10, 5);
    assert.equal(await transfer(sender, store, snapshot, 150_000), 0);
    await store.close();
    const again = await openStore(disk);
    assert.equal(await transfer(sender, again, snapshot), 131_072);
    assert.equal(latestOf(again).metadata.index, 0, "not in force before it is installed");
    await again.install(snapshot, { term: 3, vote: 0, commit: 50 });
    const check = async (one: LogStore): Promise<void> => {
      assert.deepEqual(
        [one.storage.firstIndex(), one.storage.lastIndex(), one.storage.term(50)],
        [51, 50, 3],
      );
      assert.deepEqual(one.storage.initialState().hardState, { term: 3, vote: 0, commit: 50 });
      assert.equal(await contentOf(one, 50, 3), large);
    };
    await check(again);
    await again.close();
    await withStore(disk, check);
    const last = await openStore(disk);
    await last.append({ hardState: null, entries: entries(51, 60, 3) });
    await last.close();
    await withStore(disk, (one) => assert.equal(one.storage.lastIndex(), 59));
  });

  test("what a failed sync should have saved is written again, whatever a reader is shown", async () => {
    const { store: sender, snapshot } = await peerSnapshot(50, 3, large);
    for (const code of ["full", "io"] as const) {
      const disk = new MemoryDisk();
      const store = await withLog(disk, 10, 5);
      disk.onOperation = ({ kind, path }) =>
        kind === "datasync" && path.includes("incoming") ? { kind: "error", code } : null;
      await assert.rejects(transfer(sender, store, snapshot));
      disk.onOperation = undefined;
      disk.kill();
      const again = await openStore(disk);
      assert.ok((await transfer(sender, again, snapshot)) > 0, "it goes on with what it sees");
      await again.install(snapshot, { term: 3, vote: 0, commit: 50 });
      disk.crash();
      await withStore(disk, async (one) => assert.equal(await contentOf(one, 50, 3), large));
    }
  });

  test("other content under the same index begins anew", async () => {
    const one = await peerSnapshot(50, 3, large);
    const other = await peerSnapshot(50, 3, large.replaceAll("line", "LINE"));
    const store = await withLog(new MemoryDisk(), 10, 5);
    await transfer(one.store, store, one.snapshot, 150_000);
    assert.equal(await transfer(other.store, store, other.snapshot), 0);
    assert.match(await contentOf(store, 50, 3), /^LINE 0/);
    await store.close();
  });

  test("what is not what was offered is thrown away", async () => {
    const { snapshot } = await peerSnapshot(50, 3, "content");
    const disk = new MemoryDisk();
    const store = await withLog(disk, 10, 5);
    const offer = { id: "x", totalBytes: 4, checksum: Uint8Array.of(1, 2, 3, 4), snapshot };
    const writer = await store.receiveSnapshot(offer);
    await assert.rejects(store.receiveSnapshot(offer), isError("busy"));
    await writer.write(Uint8Array.of(1, 2, 3, 4));
    await assert.rejects(writer.finish(), isError("mismatch"));
    await writer.close();
    assert.ok(!(await disk.list(directory)).some((name) => name.startsWith("incoming")));
    await assert.rejects(store.install(snapshot, null), isError("misuse"));
    await store.append({ hardState: null, entries: [entry(11, 1)] });
    await store.close();
  });

  test("a crash at any step of the installation leaves the old log or the new one", async () => {
    const { store: sender, snapshot } = await peerSnapshot(50, 3, "content");
    for (const keeps of ["nothing", "everything"] as const) {
      const outcomes = new Set<string>();
      for (let number = 1; ; number++) {
        const disk = new MemoryDisk();
        const store = await withLog(disk, 10, 5);
        let isInstalled = false;
        const wasStopped = await stopAt(disk, number, async () => {
          await transfer(sender, store, snapshot);
          await store.install(snapshot, { term: 3, vote: 0, commit: 50 });
          isInstalled = true;
        });
        disk.crash(
          keeps === "nothing" ? {} : { keepUnsynced: () => "all", keepNames: (_, unsynced) => unsynced },
        );
        const check = async (again: LogStore): Promise<void> => {
          const { index } = latestOf(again).metadata;
          outcomes.add(`${index} ${again.storage.firstIndex()}-${again.storage.lastIndex()}`);
          if (isInstalled) assert.equal(index, 50);
          if (index === 50) assert.equal(await contentOf(again, 50, 3), "content");
        };
        await withStore(disk, check);
        await withStore(disk, check);
        const last = await openStore(disk);
        const next = last.storage.lastIndex() + 1;
        await last.append({ hardState: null, entries: entries(next, next + 3, 4) });
        await last.close();
        await withStore(disk, (again) => assert.equal(again.storage.lastIndex(), next + 2));
        if (!wasStopped) break;
      }
      assert.deepEqual([...outcomes].toSorted(), ["0 1-10", "50 51-50"]);
    }
  });

  test("a received snapshot whose entry contradicts the log replaces it, one that agrees keeps it", async () => {
    for (const term of [1, 2]) {
      const { store: sender, snapshot } = await peerSnapshot(8, term, "content");
      const disk = new MemoryDisk();
      const store = await withLog(disk, 10, 5);
      await transfer(sender, store, snapshot);
      disk.crash();
      await withStore(disk, (again) => {
        assert.equal(again.storage.lastIndex(), term === 1 ? 10 : 8);
        assert.equal(again.storage.term(8), term);
        assert.ok(again.storage.initialState().hardState.term >= term);
      });
    }
  });
});

test("reading is checked against the member's identity", async () => {
  const disk = new MemoryDisk();
  const store = await withLog(disk, 10);
  await takeSnapshot(store, 10, 1);
  const reader = await store.openSnapshot(latestOf(store));
  assert.match(reader.id, new RegExp(`member ${identity.memberId}`));
  await reader.close();
  await store.close();
  await settle();
});
