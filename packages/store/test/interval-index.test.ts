import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { IntervalIndex } from "../src/interval-index.ts";
import { rangeHolds } from "../src/key-range.ts";
import type { KeyRange } from "../src/version-reader.ts";
import { property } from "./property-options.ts";

const key = fc.array(fc.nat(3), { minLength: 1, maxLength: 2 }).map((bytes) => Uint8Array.from(bytes));
const range = fc.record({ low: key, high: fc.option(key, { nil: null }) });

const ascending = (left: number, right: number): number => left - right;

test("the index finds the ranges that hold a key, whatever was added and removed", () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(range, fc.boolean(), fc.nat(100)), { maxLength: 60 }),
      fc.array(key, { minLength: 1, maxLength: 10 }),
      (steps, keys) => {
        const index = new IntervalIndex<number>();
        let model: { range: KeyRange; item: number; id: number }[] = [];
        steps.forEach(([added, removes, pick], item) => {
          model.push({ range: added, item, id: index.add(added, item) });
          const victim = model[pick % model.length];
          if (removes && victim !== undefined) {
            index.remove(victim.range, victim.id);
            model = model.filter((other) => other !== victim);
          }
        });
        assert.equal(index.size, model.length);
        for (const place of keys) {
          const found: number[] = [];
          index.stab(place, (item) => found.push(item));
          const expected = model.filter((entry) => rangeHolds(entry.range, place)).map(({ item }) => item);
          assert.deepEqual(found.toSorted(ascending), expected.toSorted(ascending));
        }
      },
    ),
    property(300),
  );
});
