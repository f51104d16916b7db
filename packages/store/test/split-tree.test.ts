import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { compareBytes } from "../src/bytes.ts";
import { SplitTree } from "../src/split-tree.ts";
import { property } from "./property-options.ts";

type Entries = Map<string, Uint8Array>;
type Range = { readonly low: Uint8Array; readonly high: Uint8Array | null; readonly reverse: boolean };

const byte = fc.constantFrom(0, 1, 2, 254, 255);
const bytes = (minLength: number): fc.Arbitrary<Uint8Array> =>
  fc.array(byte, { minLength, maxLength: 4 }).map((list) => Uint8Array.from(list));
const step = fc.record({
  kind: fc.constantFrom("set", "set", "set", "delete", "clone"),
  key: bytes(1),
  value: bytes(0),
});
const range: fc.Arbitrary<Range> = fc.record({
  low: bytes(0),
  high: fc.option(bytes(0), { nil: null }),
  reverse: fc.boolean(),
});

function walked(tree: SplitTree, { low, high, reverse }: Range): string[] {
  const found: string[] = [];
  const cursor = tree.cursor(low, high, reverse);
  while (cursor.next()) found.push(`${cursor.key.join()}=${cursor.value.join()}`);
  assert.equal(cursor.next(), false);
  return found;
}

function expected(entries: Entries, { low, high, reverse }: Range): string[] {
  const found = [...entries]
    .map(([text, value]) => ({ key: Uint8Array.from(text.split(","), Number), value }))
    .filter(({ key }) => compareBytes(key, low) >= 0 && (high === null || compareBytes(key, high) < 0))
    .sort((one, other) => compareBytes(one.key, other.key))
    .map(({ key, value }) => `${key.join()}=${value.join()}`);
  return reverse ? found.toReversed() : found;
}

test("a split tree behaves like a sorted array across its parts, and its clones keep their past", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), fc.array(range, { maxLength: 20 }), (steps, ranges) => {
      const tree = new SplitTree();
      const entries: Entries = new Map();
      const clones: [SplitTree, Entries][] = [[tree, entries]];
      for (const { kind, key, value } of steps) {
        const name = key.join();
        if (kind === "clone") {
          clones.push([tree.clone(), new Map(entries)]);
        } else if (kind === "set") {
          assert.equal(tree.set(key, value), entries.get(name));
          entries.set(name, value);
        } else {
          assert.equal(tree.delete(key), entries.delete(name));
        }
        assert.equal(tree.get(key), entries.get(name));
      }
      for (const [one, model] of clones) {
        assert.equal(one.size, model.size);
        for (const asked of ranges) assert.deepEqual(walked(one, asked), expected(model, asked));
      }
    }),
    property(500),
  );
});
