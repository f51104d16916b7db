/**
 * What every Backend must do. Call it with a way to open a fresh one.
 */

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Backend, BackendView, Changes } from "../src/backend.ts";
import { compareBytes } from "../src/bytes.ts";
import { property } from "./property-options.ts";

export type OpenedBackend = { readonly backend: Backend; close(): Promise<void> };

type Change = readonly [Uint8Array, Uint8Array | null];

export function changes(list: readonly Change[]): Changes {
  const sorted = [...new Map(list.map((entry) => [entry[0].join(), entry])).values()].sort((left, right) =>
    compareBytes(left[0], right[0]),
  );
  return {
    forEach: (change) => {
      for (const [key, value] of sorted) change(key, value);
    },
  };
}

export function commit(backend: Backend, list: readonly Change[]): Promise<void> {
  return new Promise((resolve, reject) => {
    backend.commit(changes(list), (error) => (error === null ? resolve() : reject(error)));
  });
}

/** The naive truth: a sorted array. */
export function walkModel(
  model: ReadonlyMap<string, Change>,
  low: Uint8Array,
  high: Uint8Array | null,
  reverse: boolean,
): [string, string][] {
  const found = [...model.values()]
    .filter(([key]) => compareBytes(key, low) >= 0 && (high === null || compareBytes(key, high) < 0))
    .sort((left, right) => compareBytes(left[0], right[0]))
    .map(([key, value]): [string, string] => [key.join(), (value as Uint8Array).join()]);
  return reverse ? found.toReversed() : found;
}

export function walk(
  view: BackendView,
  low: Uint8Array,
  high: Uint8Array | null,
  reverse: boolean,
): [string, string][] {
  const found: [string, string][] = [];
  const cursor = view.cursor(low, high, reverse);
  while (cursor.next()) found.push([cursor.key.join(), cursor.value.join()]);
  cursor.close();
  return found;
}

/** Keys that like to be neighbours, prefixes of each other, or around LMDB's key length. */
const keyArbitrary = fc.oneof(
  fc
    .array(fc.constantFrom(0, 1, 2, 255), { minLength: 1, maxLength: 4 })
    .map((bytes) => Uint8Array.from(bytes)),
  fc
    .tuple(
      fc.constantFrom(1899, 1900, 1901, 1902, 3800, 3801, 5000),
      fc.constantFrom(0, 1, 255),
      fc.nat(2),
      fc.nat(3),
    )
    .map(([length, fill, last, middle]) => {
      const key = new Uint8Array(length).fill(fill);
      key[length - 1] = last;
      key[1000] = middle;
      return key;
    }),
);
const changeArbitrary = fc.tuple(keyArbitrary, fc.option(fc.uint8Array({ maxLength: 8 }), { nil: null }));
const boundArbitrary = fc.tuple(
  fc.oneof(keyArbitrary, fc.constant(new Uint8Array(0))),
  fc.option(keyArbitrary, { nil: null }),
  fc.boolean(),
);

/** Runs something on a fresh backend, and closes that. */
type WithBackend = (run: (backend: Backend) => Promise<void>) => Promise<void>;

export function testBackendContract(name: string, open: () => OpenedBackend): void {
  const withBackend: WithBackend = async (run) => {
    const opened = open();
    try {
      await run(opened.backend);
    } finally {
      await opened.close();
    }
  };
  testCommits(name, withBackend);
  testViews(name, withBackend);
  testContents(name, withBackend);
}

function testCommits(name: string, withBackend: WithBackend): void {
  test(`${name}: a commit is visible, whole, when it is reported`, () =>
    withBackend(async (backend) => {
      await commit(backend, [
        [Uint8Array.of(1), Uint8Array.of(10)],
        [Uint8Array.of(2), new Uint8Array(0)],
      ]);
      assert.deepEqual([...(backend.get(Uint8Array.of(1)) ?? [])], [10]);
      assert.equal(backend.get(Uint8Array.of(2))?.length, 0);
      assert.equal(backend.get(Uint8Array.of(3)), undefined);
      await commit(backend, [[Uint8Array.of(1), null]]);
      assert.equal(backend.get(Uint8Array.of(1)), undefined);
      assert.equal(backend.count(new Uint8Array(0), null), 1);
    }));

  test(`${name}: nobody ever sees a part of a commit`, () =>
    withBackend(async (backend) => {
      const total = 20_000;
      const seen = new Set<number>();
      let reported = false;
      const done = commit(
        backend,
        Array.from(
          { length: total },
          (_, at): Change => [Uint8Array.of(1, at >> 8, at & 255), new Uint8Array(50)],
        ),
      ).then(() => {
        reported = true;
      });
      while (!reported) {
        seen.add(backend.count(new Uint8Array(0), null));
        await new Promise((resolve) => setImmediate(resolve));
      }
      await done;
      seen.delete(0);
      seen.delete(total);
      assert.deepEqual([...seen], []);
      assert.equal(backend.count(new Uint8Array(0), null), total);
    }));
}

function testViews(name: string, withBackend: WithBackend): void {
  test(`${name}: large values come back as they were, and stay so`, () =>
    withBackend(async (backend) => {
      const sizes = [1000, 4096, 33_000, 100_000, 1_600_000, 5_000_000];
      await commit(
        backend,
        sizes.map((size, at): Change => [Uint8Array.of(7, at), new Uint8Array(size).fill(at + 1)]),
      );
      const read = sizes.map((_, at) => backend.get(Uint8Array.of(7, at)) as Uint8Array);
      const walked: Uint8Array[] = [];
      const cursor = backend.cursor(Uint8Array.of(7), null, false);
      while (cursor.next()) walked.push(cursor.value);
      await commit(backend, [[Uint8Array.of(7, 0), new Uint8Array(2_000_000).fill(99)]]);
      backend.get(Uint8Array.of(7, 0));
      for (const values of [read, walked]) {
        sizes.forEach((size, at) => {
          const value = values[at] as Uint8Array;
          assert.equal(value.length, size);
          assert.ok(value.every((byte) => byte === at + 1));
          assert.equal(value.subarray(1).length, size - 1);
        });
      }
    }));

  test(`${name}: a pinned view stays as it is`, () =>
    withBackend(async (backend) => {
      await commit(backend, [[Uint8Array.of(1), Uint8Array.of(1)]]);
      const pinned = backend.pin();
      const cursor = pinned.cursor(new Uint8Array(0), null, false);
      assert.ok(cursor.next());
      await commit(backend, [
        [Uint8Array.of(1), Uint8Array.of(2)],
        [Uint8Array.of(2), Uint8Array.of(2)],
      ]);
      backend.commitNow(changes([[Uint8Array.of(3), Uint8Array.of(3)]]));
      assert.deepEqual([...(pinned.get(Uint8Array.of(1)) ?? [])], [1]);
      assert.equal(cursor.next(), false);
      assert.equal(pinned.count(new Uint8Array(0), null), 1);
      assert.equal(backend.count(new Uint8Array(0), null), 3);
      pinned.close();
      pinned.close();
    }));
}

function testContents(name: string, withBackend: WithBackend): void {
  test(`${name}: commitNow is there on return, beside a commit that is on its way`, () =>
    withBackend(async (backend) => {
      const slow = commit(
        backend,
        Array.from(
          { length: 3000 },
          (_, at): Change => [Uint8Array.of(1, at >> 8, at & 255), new Uint8Array(100)],
        ),
      );
      for (let round = 0; round < 20; round++) {
        backend.commitNow(changes([[Uint8Array.of(2, round), Uint8Array.of(round)]]));
        assert.deepEqual([...(backend.get(Uint8Array.of(2, round)) ?? [])], [round]);
      }
      await slow;
      assert.equal(backend.count(new Uint8Array(0), null), 3020);
    }));

  test(`${name}: sizes grow with the data`, () =>
    withBackend(async (backend) => {
      const before = backend.sizes();
      await commit(
        backend,
        Array.from({ length: 100 }, (_, at): Change => [Uint8Array.of(1, at), new Uint8Array(5000)]),
      );
      const after = backend.sizes();
      assert.ok(after.inUseBytes >= before.inUseBytes + 500_000);
      assert.ok(after.totalBytes >= after.inUseBytes);
    }));

  test(`${name}: behaves like a sorted array, long keys included`, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(changeArbitrary, { maxLength: 12 }), { maxLength: 5 }),
        fc.array(boundArbitrary, { maxLength: 12 }),
        (commits, ranges) =>
          withBackend(async (backend) => {
            const model = new Map<string, Change>();
            for (const list of commits) {
              await commit(backend, list);
              for (const [key, value] of list) {
                if (value === null) model.delete(key.join());
                else model.set(key.join(), [key, value]);
              }
            }
            for (const [key, value] of model.values()) {
              assert.deepEqual([...(backend.get(key) ?? [])], [...(value as Uint8Array)]);
            }
            const pinned = backend.pin();
            for (const view of [backend, pinned]) {
              for (const [low, high, reverse] of [...ranges, [new Uint8Array(0), null, false] as const]) {
                const expected = walkModel(model, low, high, reverse);
                assert.deepEqual(walk(view, low, high, reverse), expected);
                assert.equal(view.count(low, high), expected.length);
              }
            }
            pinned.close();
          }),
      ),
      property(60),
    );
  });
}
