import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { varintBytes } from "../src/entry.ts";
import { entriesBytes, entryBytes, limitBytes, makeEntry, payloadBytes } from "../src/index.ts";

describe("sizes of entries", () => {
  test("a varint takes seven bits per byte", () => {
    for (let bits = 0; bits <= 52; bits++) {
      for (const value of [2 ** bits - 1, 2 ** bits]) {
        const expected = Math.max(1, Math.ceil(BigInt(value).toString(2).length / 7));
        assert.equal(varintBytes(value), expected, String(value));
      }
    }
    assert.equal(varintBytes(Number.MAX_SAFE_INTEGER), 8);
  });

  test("an entry: tag and number each, and the data with its length", () => {
    assert.equal(entryBytes(makeEntry(0, 1, 1, new Uint8Array(0))), 6);
    assert.equal(entryBytes(makeEntry(0, 1, 1, new Uint8Array(10))), 18);
    assert.equal(entryBytes(makeEntry(2, 300, 20_000, new Uint8Array(200))), 2 + 3 + 4 + 3 + 200);
  });

  test("limitBytes is the longest prefix that fits, and at least one entry", () => {
    const list = fc
      .array(fc.nat(40), { maxLength: 12 })
      .map((sizes) => sizes.map((size, position) => makeEntry(0, 1, position + 1, new Uint8Array(size))));
    fc.assert(
      fc.property(list, fc.nat(400), (entries, maxBytes) => {
        const kept = limitBytes(entries, maxBytes);
        assert.deepEqual(kept, entries.slice(0, kept.length));
        if (entries.length > 0) assert.ok(kept.length >= 1);
        if (kept.length > 1) assert.ok(entriesBytes(kept) <= maxBytes);
        if (kept.length < entries.length)
          assert.ok(entriesBytes(entries.slice(0, kept.length + 1)) > maxBytes);
      }),
      { seed: 20260807, numRuns: 500 },
    );
  });

  test("payload counts the data alone", () => {
    assert.equal(
      payloadBytes([makeEntry(0, 1, 1, new Uint8Array(3)), makeEntry(0, 1, 2, new Uint8Array(4))]),
      7,
    );
  });
});
