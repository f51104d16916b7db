/**
 * The log, cut and flipped at every byte. The outcome is the whole log, or `corrupt`; less than the whole log only for
 * the last batch, only where nothing proves that it was acknowledged, and only for damage that a torn write could be.
 */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { MemoryDisk, StorageError } from "../src/index.ts";
import { createStore, directory, entries, entry, isError, logOf, openStore, withStore } from "./fixture.ts";

const segmentBytes = 2048;
const first = `${directory}/log-0000000000000001`;
const last = `${directory}/log-0000000000000003`;

type Sample = {
  readonly disk: MemoryDisk;
  /** The log after each batch. */
  readonly prefixes: readonly (readonly string[])[];
  readonly segments: readonly string[];
  /** The segments for which this sample is worth a look: without a mark only the last, the others are proven anyhow. */
  readonly suspects: readonly string[];
};

/** Three segments of a few batches. Unmarked, nothing proves the last batch. */
async function makeSample(isMarked: boolean): Promise<Sample> {
  const disk = new MemoryDisk();
  const store = await createStore(disk, { segmentBytes });
  const prefixes: (readonly string[])[] = [];
  await store.append({ hardState: { term: 1, vote: 7, commit: 0 }, entries: entries(1, 3, 1) });
  prefixes.push(logOf(store));
  await store.confirm();
  for (const [lo, hi, term] of [
    [3, 5, 1],
    [4, 9, 2],
    [9, 16, 2],
    [16, 20, 2],
    [20, 29, 2],
    [27, 44, 3],
  ] as const) {
    await store.append({ hardState: null, entries: entries(lo, hi, term) });
    prefixes.push(logOf(store));
  }
  if (isMarked) await store.confirm();
  const segments = (await disk.list(directory))
    .filter((name) => /^log-\d/.test(name))
    .map((name) => `${directory}/${name}`);
  assert.equal(segments.length, 3);
  assert.equal(segments[2], last);
  return { disk: disk.fork(), prefixes, segments, suspects: isMarked ? segments : [last] };
}

type Outcome = "whole" | "last batch cut" | "last batch gone" | "corrupt";

/** Opens damaged data, and says what came of it; anything else fails the test. */
async function outcomeOf(disk: MemoryDisk, { prefixes }: Sample): Promise<Outcome> {
  try {
    return await withStore(disk, (store) => {
      const found = JSON.stringify(logOf(store));
      if (found === JSON.stringify(prefixes.at(-1))) return "whole";
      assert.equal(found, JSON.stringify(prefixes.at(-2)), "this is no prefix that recovery may give");
      return store.warnings.some(({ kind }) => kind === "torn-tail") ? "last batch cut" : "last batch gone";
    });
  } catch (error) {
    assert.ok(error instanceof StorageError && error.code === "corrupt", String(error));
    assert.match(error.file, /^\/data\/log-/);
    return "corrupt";
  }
}

async function forEachFlip(
  sample: Sample,
  look: (outcome: Outcome, path: string, offset: number) => void,
): Promise<void> {
  for (const path of sample.suspects) {
    const size = sample.disk.contents(path).length;
    for (let offset = 0; offset < size; offset++) {
      // All bits of what is a header or may be one, one bit of the rest.
      const masks = offset % 512 < 64 && offset < 1024 ? [1, 2, 4, 8, 16, 32, 64, 128] : [1 << (offset % 8)];
      for (const mask of masks) {
        sample.disk.flip(path, offset, mask);
        const disk = sample.disk.fork();
        sample.disk.heal(path);
        look(await outcomeOf(disk, sample), path, offset);
      }
    }
  }
}

describe("a flipped bit", () => {
  for (const isMarked of [true, false]) {
    test(`never costs an entry, anywhere in the log (${isMarked ? "marked" : "unmarked"})`, async () => {
      const sample = await makeSample(isMarked);
      const counts = { whole: 0, "last batch cut": 0, "last batch gone": 0, corrupt: 0 };
      await forEachFlip(sample, (outcome, path, offset) => {
        counts[outcome]++;
        assert.ok(outcome === "whole" || outcome === "corrupt", `${path} at ${offset}: ${outcome}`);
      });
      assert.ok(counts.corrupt > 1000 && counts.whole > 300, JSON.stringify(counts));
    });
  }

  test("in a record is refused with file, offset and remedy", async () => {
    const { disk } = await makeSample(true);
    disk.flip(first, 512 + 64 + 40, 4);
    await assert.rejects(openStore(disk), (error) => {
      assert.ok(error instanceof StorageError && error.code === "corrupt");
      assert.equal(error.file, first);
      assert.equal(error.offset, 512);
      assert.match(error.remedy, /remove it from the cluster/);
      return true;
    });
    disk.heal(first);
    await (await openStore(disk)).close();
  });
});

describe("a cut", () => {
  test("at any byte of any segment is refused: segments have their size from the first day", async () => {
    const sample = await makeSample(false);
    for (const path of sample.segments) {
      const size = sample.disk.contents(path).length;
      for (let bytes = 0; bytes < size; bytes++) {
        const disk = sample.disk.fork();
        disk.tamper(path, { size: bytes });
        assert.equal(await outcomeOf(disk, sample), "corrupt", `${path} cut to ${bytes}`);
      }
    }
  });

  for (const isMarked of [true, false]) {
    test(`zeros from any byte of any segment on (${isMarked ? "marked" : "unmarked"})`, async () => {
      const sample = await makeSample(isMarked);
      for (const path of sample.suspects) {
        const whole = sample.disk.contents(path);
        for (let from = 0; from < whole.length; from++) {
          const disk = sample.disk.fork();
          disk.tamper(path, { write: new Uint8Array(whole.length - from), position: from });
          const outcome = await outcomeOf(disk, sample);
          const isChanged = whole.subarray(from).some((byte) => byte !== 0);
          if (!isChanged) assert.equal(outcome, "whole");
          else if (isMarked || path !== last) assert.equal(outcome, "corrupt", `${path} from ${from}`);
          else if (from <= 512) {
            assert.ok(outcome === "last batch gone" || outcome === "corrupt", `from ${from}: ${outcome}`);
          } else
            assert.ok(
              outcome === "last batch cut" || outcome === "corrupt",
              `${path} from ${from}: ${outcome}`,
            );
        }
      }
    });
  }
});

describe("a torn write", () => {
  /** The last batch's sectors. */
  const batchSectors = 4;

  async function tear(
    keeps: (sector: number) => boolean,
  ): Promise<{ readonly disk: MemoryDisk; readonly before: readonly string[] }> {
    const disk = new MemoryDisk();
    const store = await createStore(disk);
    await store.append({ hardState: { term: 1, vote: 7, commit: 0 }, entries: entries(1, 3, 1) });
    const before = logOf(store);
    disk.onOperation = ({ kind }) => (kind === "datasync" ? { kind: "stall" } : null);
    void store.append({ hardState: null, entries: [entry(3, 1, "abc".repeat(100)), ...entries(4, 30, 1)] });
    for (let turn = 0; turn < 20; turn++) await Promise.resolve();
    disk.onOperation = undefined;
    disk.crash({ keepUnsynced: (change) => (change.kind === "write" ? keeps : "none") });
    return { disk, before };
  }

  test("leaves any of its sectors, and is cut with a warning; the log goes on after that", async () => {
    for (let kept = 0; kept < 1 << batchSectors; kept++) {
      const isWhole = kept === (1 << batchSectors) - 1;
      const { disk, before } = await tear((sector) => (kept & (1 << sector)) !== 0);
      const store = await openStore(disk);
      const found = logOf(store);
      assert.deepEqual(found.slice(0, 2), before);
      assert.equal(found.length, isWhole ? 29 : 2, `sectors ${kept.toString(2)}`);
      assert.deepEqual(
        store.warnings.map(({ kind }) => kind),
        isWhole || kept === 0 ? [] : ["torn-tail"],
      );
      await store.append({ hardState: null, entries: [entry(found.length + 1, 2)] });
      const after = logOf(store);
      await store.close();
      await withStore(disk, (again) => {
        assert.deepEqual(logOf(again), after);
        assert.deepEqual(again.warnings, []);
      });
    }
  });

  test("may be torn again while it is cleared", async () => {
    for (let number = 1; number < 40; number++) {
      const { disk } = await tear((sector) => sector !== 1);
      let count = 0;
      disk.onOperation = () => (++count >= number ? { kind: "stall" } : null);
      const opening = openStore(disk);
      for (let turn = 0; turn < 400; turn++) await Promise.resolve();
      disk.onOperation = undefined;
      if (count < number) {
        await (await opening).close();
        return;
      }
      disk.crash({
        keepUnsynced: (change) => (change.kind === "write" ? (sector): boolean => sector % 2 === 0 : "none"),
      });
      await withStore(disk, (store) => assert.equal(logOf(store).length, 2));
    }
    assert.fail("opening never ended");
  });
});

describe("evidence", () => {
  test("the mark: an acknowledged batch that vanished is missed", async () => {
    const sample = await makeSample(true);
    const { disk } = sample;
    disk.tamper(last, { write: new Uint8Array(segmentBytes - 512), position: 512 });
    await assert.rejects(openStore(disk), isError("corrupt", { file: "log-0000000000000003" }));
  });

  test("the size: a segment that is missing altogether is missed", async () => {
    for (const name of ["log-0000000000000001", "log-0000000000000002", "log-0000000000000003"]) {
      const { disk } = await makeSample(true);
      await disk.remove(`${directory}/${name}`);
      await assert.rejects(openStore(disk), isError("corrupt"));
    }
  });

  test("a successor: a sync that lied is found out when a later batch survives", async () => {
    const disk = new MemoryDisk();
    const store = await createStore(disk);
    await store.append({ hardState: null, entries: entries(1, 3, 1) });
    disk.onOperation = ({ kind }) => (kind === "datasync" ? { kind: "lie" } : null);
    await store.append({ hardState: null, entries: entries(3, 5, 1) });
    disk.onOperation = undefined;
    disk.crash({ keepUnsynced: () => "none" });
    // What was lost, and behind it what an honest sync saved.
    const shifted = new MemoryDisk();
    const other = await createStore(shifted);
    await other.append({ hardState: null, entries: entries(1, 3, 1) });
    await other.append({ hardState: null, entries: entries(3, 5, 1) });
    await other.append({ hardState: null, entries: entries(5, 7, 1) });
    const tail = shifted.contents(first).subarray(1536);
    disk.tamper(first, { write: tail, position: 1536 });
    await assert.rejects(openStore(disk), isError("corrupt"));
  });

  test("a misdirected write is found out, wherever it lands", async () => {
    for (const position of [0, 512, 1024, 1536, 2048, 2560, 3584]) {
      const disk = new MemoryDisk();
      const store = await createStore(disk);
      await store.append({ hardState: null, entries: entries(1, 3, 1) });
      await store.append({ hardState: null, entries: entries(3, 5, 1) });
      disk.onOperation = ({ kind }) => (kind === "write" ? { kind: "misdirect", position } : null);
      await store.append({ hardState: null, entries: entries(5, 7, 1) });
      disk.onOperation = undefined;
      disk.kill();
      const whereItBelongs = 512 + 2 * 512;
      if (position === whereItBelongs) await withStore(disk, (again) => assert.equal(logOf(again).length, 6));
      else await assert.rejects(openStore(disk), isError("corrupt"), `at ${position}`);
    }
  });

  test("a batch from another segment, member or life is no batch here", async () => {
    const sample = await makeSample(true);
    const { disk } = sample;
    const foreign = disk.contents(`${directory}/log-0000000000000002`).subarray(512);
    disk.tamper(first, { write: foreign.subarray(0, 512), position: 512 });
    await assert.rejects(openStore(disk), isError("corrupt", { file: "log-0000000000000001" }));
  });
});

describe("the state files", () => {
  test("one of them may be damaged at any byte, both may not", async () => {
    const { disk } = await makeSample(true);
    for (const name of ["state-a", "state-b"]) {
      const path = `${directory}/${name}`;
      for (let offset = 0; offset < 512; offset++) {
        disk.flip(path, offset, 1 << (offset % 8));
        const copy = disk.fork();
        disk.heal(path);
        const store = await openStore(copy);
        assert.deepEqual(
          store.warnings.map(({ kind, file }) => [kind, file]),
          [["state-file", path]],
        );
        assert.deepEqual(store.storage.initialState().hardState, { term: 1, vote: 7, commit: 0 });
        await store.close();
        await withStore(copy, (again) => assert.deepEqual(again.warnings, [], "it was repaired"));
      }
    }
    disk.flip(`${directory}/state-a`, 100, 1);
    disk.tamper(`${directory}/state-b`, { size: 3 });
    await assert.rejects(openStore(disk), isError("corrupt"));
  });

  test("a vote outlives the batch that carried it", async () => {
    const disk = new MemoryDisk();
    const store = await createStore(disk);
    await store.append({ hardState: null, entries: entries(1, 3, 1) });
    await store.append({ hardState: { term: 5, vote: 1, commit: 0 }, entries: [] });
    disk.crash();
    disk.tamper(first, { write: new Uint8Array(512), position: 1024 });
    // The state file was written with the batch, and does not claim that the batch is durable.
    await withStore(disk, (again) => {
      assert.deepEqual(again.storage.initialState().hardState, { term: 5, vote: 1, commit: 0 });
      assert.equal(logOf(again).length, 2);
    });
  });

  test("a missing one is made again", async () => {
    const { disk } = await makeSample(true);
    await disk.remove(`${directory}/state-a`);
    const store = await openStore(disk);
    assert.equal(store.warnings[0]?.kind, "state-file");
    await store.close();
    await withStore(disk, (again) => assert.deepEqual(again.warnings, []));
  });
});

test("data that the page cache only pretends to have is written again", async () => {
  const disk = new MemoryDisk();
  const store = await createStore(disk);
  await store.append({ hardState: { term: 1, vote: 7, commit: 0 }, entries: entries(1, 3, 1) });
  await store.confirm();
  disk.onOperation = ({ kind, path }) =>
    kind === "datasync" && path === first ? { kind: "error", code: "io" } : null;
  await assert.rejects(store.append({ hardState: null, entries: entries(3, 5, 1) }), isError("io"));
  disk.onOperation = undefined;
  disk.kill();
  const again = await openStore(disk);
  assert.equal(logOf(again).length, 4, "the page cache still shows it");
  disk.crash();
  await withStore(disk, (third) => assert.equal(logOf(third).length, 4, "and now it is on the disk"));
});
