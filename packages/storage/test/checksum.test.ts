import assert from "node:assert/strict";
import { test } from "node:test";
import { crc32 as native } from "node:zlib";
import fc from "fast-check";
import { crc32 } from "../src/index.ts";

test("the check value of CRC-32", () => {
  const bytes = new TextEncoder().encode("123456789");
  assert.equal(crc32(bytes, 0, bytes.length, 0), 0xcbf43926);
});

test("agrees with the native one, for any part and seed", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(200), fc.nat(0xffff_ffff), (bytes, cut, seed) => {
      const from = Math.min(cut, bytes.length);
      assert.equal(crc32(bytes, from, bytes.length, seed), native(bytes.subarray(from), seed));
      const middle = Math.floor((from + bytes.length) / 2);
      assert.equal(
        crc32(bytes, middle, bytes.length, crc32(bytes, from, middle, seed)),
        crc32(bytes, from, bytes.length, seed),
      );
    }),
  );
});
