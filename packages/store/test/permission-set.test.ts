/** Merged intervals against asking every key. */

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { PermissionSet } from "../src/auth/permission-set.ts";
import { keyRange, rangeHolds } from "../src/key-range.ts";
import { b, text } from "./bytes-of.ts";
import { property } from "./property-options.ts";

/**
 * A few letters stand for all keys: ends are letters, so nothing can differ between a letter and the next. `~` and beyond
 * belong to ranges without an end.
 */
const letters = ["a", "b", "c", "d", "e", "f", "~"];
const ends = [...letters, "\0"];

const range = fc
  .tuple(fc.constantFrom(...letters), fc.constantFrom(...ends))
  .map(([key, rangeEnd]) => keyRange(b(key), b(rangeEnd)));

test("a range is covered exactly if each of its keys is, whatever the permissions that make it up", () => {
  fc.assert(
    fc.property(fc.array(range, { maxLength: 6 }), range, (ranges, asked) => {
      const set = new PermissionSet(ranges);
      const keys = letters.map(b).filter((key) => rangeHolds(asked, key));
      const each = (key: Uint8Array): boolean => ranges.some((permitted) => rangeHolds(permitted, key));
      if (keys.length > 0) assert.equal(set.covers(asked), keys.every(each));
      else assert.equal(set.covers(asked), each(asked.low));
      for (const key of ["\0", ...letters, "c\0"].map(b)) assert.equal(set.holds(key), each(key));
    }),
    property(2000),
  );
});

test("the gaps hold exactly the keys that the set does not", () => {
  fc.assert(
    fc.property(fc.array(range, { maxLength: 6 }), (ranges) => {
      const gaps = new PermissionSet(ranges).gaps();
      for (const letter of ["\0", ...letters, "~~"]) {
        const held = ranges.some((permitted) => rangeHolds(permitted, b(letter)));
        assert.equal(
          gaps.filter((gap) => rangeHolds(gap, b(letter))).length,
          held ? 0 : 1,
          `${letter}: ${gaps.map(({ low, high }) => `${text(low)}-${high === null ? "" : text(high)}`).join(" ")}`,
        );
      }
    }),
    property(1000),
  );
});

test("single keys, touching ranges, ranges without an end, and keys behind one another", () => {
  const covers = (permissions: [string, string][], key: string, rangeEnd = ""): boolean =>
    new PermissionSet(permissions.map(([low, end]) => keyRange(b(low), b(end)))).covers(
      keyRange(b(key), b(rangeEnd)),
    );
  assert.equal(covers([["a", ""]], "a"), true);
  assert.equal(covers([["a", ""]], "a\0"), false);
  assert.equal(covers([["a", ""]], "a", "a\0"), true);
  assert.equal(covers([["a", ""]], "a", "b"), false);
  // A key and all behind it touch: nothing lies between "a" and "a\0".
  assert.equal(
    covers(
      [
        ["a\0", "b"],
        ["a", ""],
      ],
      "a",
      "b",
    ),
    true,
  );
  assert.equal(
    covers(
      [
        ["a", "b"],
        ["b", "c"],
      ],
      "a",
      "c",
    ),
    true,
  );
  assert.equal(
    covers(
      [
        ["a", "b"],
        ["b\0", "c"],
      ],
      "a",
      "c",
    ),
    false,
  );
  assert.equal(covers([["a", "z"]], "b", "\0"), false);
  assert.equal(covers([["a", "\0"]], "b", "\0"), true);
  assert.equal(
    covers(
      [
        ["a", "\0"],
        ["b", "c"],
      ],
      "b",
      "\0",
    ),
    true,
  );
  assert.equal(covers([["\0", "\0"]], "", "\0"), true);
  assert.equal(covers([["a", "c"]], "b", "a"), true);
  assert.equal(covers([["a", "c"]], "c", "a"), false);
  assert.equal(covers([], "a"), false);
});
