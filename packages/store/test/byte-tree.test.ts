import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { ByteTree } from "../src/byte-tree.ts";
import { compareBytes } from "../src/bytes.ts";
import { property } from "./property-options.ts";

type Model = Map<string, [Uint8Array, number]>;

function entries(
  tree: ByteTree<number>,
  low: Uint8Array,
  high: Uint8Array | null,
  reverse: boolean,
): string[] {
  const found: string[] = [];
  const cursor = tree.cursor(low, high, reverse);
  while (cursor.next()) found.push(`${cursor.key.join()}=${cursor.value}`);
  assert.equal(cursor.next(), false);
  return found;
}

function expected(model: Model, low: Uint8Array, high: Uint8Array | null, reverse: boolean): string[] {
  const found = [...model.values()]
    .filter(([key]) => compareBytes(key, low) >= 0 && (high === null || compareBytes(key, high) < 0))
    .sort((left, right) => compareBytes(left[0], right[0]))
    .map(([key, value]) => `${key.join()}=${value}`);
  return reverse ? found.toReversed() : found;
}

const key = fc.oneof(
  fc.uint8Array({ minLength: 1, maxLength: 2 }),
  fc.uint8Array({ minLength: 1, maxLength: 5 }),
);
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant("set" as const), key, value: fc.nat(99) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("delete" as const), key }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("clone" as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant("fill" as const), from: fc.nat(5000), count: fc.nat(300) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant("clear" as const), from: fc.nat(5000), count: fc.nat(400) }),
  },
);

const numbered = (at: number): Uint8Array => Uint8Array.of(at >> 8, at & 255);

test("a tree behaves like a sorted array, and its clones keep their past", () => {
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 60 }),
      fc.array(fc.tuple(key, fc.option(key, { nil: null }), fc.boolean()), { maxLength: 10 }),
      (steps, ranges) => {
        const tree = new ByteTree<number>();
        const model: Model = new Map();
        const clones: [ByteTree<number>, Model][] = [];
        const set = (at: Uint8Array, value: number): void => {
          assert.equal(tree.set(at, value), model.get(at.join())?.[1]);
          model.set(at.join(), [at, value]);
        };
        for (const action of steps) {
          if (action.kind === "set") set(action.key, action.value);
          if (action.kind === "delete")
            assert.equal(tree.delete(action.key), model.delete(action.key.join()));
          if (action.kind === "clone") clones.push([tree.clone(), new Map(model)]);
          if (action.kind === "fill")
            for (let at = action.from; at < action.from + action.count; at++) set(numbered(at), at);
          if (action.kind === "clear") {
            for (let at = action.from; at < action.from + action.count; at++) {
              assert.equal(tree.delete(numbered(at)), model.delete(numbered(at).join()));
            }
          }
        }
        clones.push([tree, model]);
        for (const [copy, past] of clones) {
          assert.equal(copy.size, past.size);
          for (const [at, value] of past.values()) assert.equal(copy.get(at), value);
          for (const [low, high, reverse] of [...ranges, [new Uint8Array(0), null, true] as const]) {
            assert.deepEqual(entries(copy, low, high, reverse), expected(past, low, high, reverse));
          }
        }
      },
    ),
    property(150),
  );
});
