import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { MemoryBackend } from "../src/memory-backend.ts";
import { WriteBuffer } from "../src/write-buffer.ts";
import { walk, walkModel } from "./backend-contract.ts";
import { property } from "./property-options.ts";

const key = fc
  .array(fc.constantFrom(0, 1, 2), { minLength: 1, maxLength: 3 })
  .map((bytes) => Uint8Array.from(bytes));
const action = fc.oneof(
  { weight: 8, arbitrary: fc.tuple(key, fc.option(fc.uint8Array({ maxLength: 2 }), { nil: null })) },
  { weight: 1, arbitrary: fc.constantFrom("commit" as const, "settle" as const) },
);
const ranges = fc.array(fc.tuple(key, fc.option(key, { nil: null }), fc.boolean()), { maxLength: 6 });

test("through both layers one sees a sorted array, at every moment of a commit, and pinned views keep it", () => {
  fc.assert(
    fc.property(fc.array(action, { maxLength: 60 }), ranges, fc.nat(60), (actions, bounds, pinAt) => {
      const backend = new MemoryBackend({ settling: "manual" });
      const buffer = new WriteBuffer(backend);
      const model = new Map<string, readonly [Uint8Array, Uint8Array | null]>();
      let pinned: { view: ReturnType<WriteBuffer["pin"]>; model: typeof model } | null = null;
      const check = (view: Parameters<typeof walk>[0], truth: typeof model): void => {
        for (const [low, high, reverse] of bounds) {
          const expected = walkModel(truth, low, high, reverse);
          assert.deepEqual(walk(view, low, high, reverse), expected);
          assert.equal(view.count(low, high), expected.length);
        }
      };
      actions.forEach((step, at) => {
        if (at === pinAt) pinned = { view: buffer.pin(), model: new Map(model) };
        if (step === "settle") backend.settle();
        else if (step === "commit") {
          if (!buffer.committing) buffer.commit(() => {});
        } else {
          const [place, value] = step;
          if (value === null) {
            buffer.delete(place);
            model.delete(place.join());
          } else {
            buffer.put(place, value);
            model.set(place.join(), [place, value]);
          }
          assert.deepEqual(buffer.get(place), value ?? undefined);
        }
        check({ ...bound(buffer) }, model);
      });
      const kept = pinned as { view: ReturnType<WriteBuffer["pin"]>; model: typeof model } | null;
      if (kept !== null) check(kept.view, kept.model);
    }),
    property(300),
  );
});

function bound(buffer: WriteBuffer): Parameters<typeof walk>[0] {
  return {
    get: (place) => buffer.get(place),
    cursor: (low, high, reverse) => buffer.cursor(low, high, reverse),
    count: (low, high) => buffer.count(low, high),
  };
}
