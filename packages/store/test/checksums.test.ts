import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import fc from "fast-check";
import { crc32c } from "../src/crc32c.ts";
import { sha256 } from "../src/sha256.ts";
import { b } from "./bytes-of.ts";

test("CRC-32C of the check string and of RFC 3720's examples", () => {
  assert.equal(crc32c(b("123456789")), 0xe3069283);
  assert.equal(crc32c(new Uint8Array(32)), 0x8a9136aa);
  assert.equal(crc32c(new Uint8Array(32).fill(0xff)), 0x62a8ab43);
  assert.equal(crc32c(Uint8Array.from({ length: 32 }, (_, at) => at)), 0x46dd794e);
});

test("CRC-32C goes on where it was left", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), fc.nat(100), (bytes, cut) => {
      assert.equal(crc32c(bytes.subarray(cut), crc32c(bytes.subarray(0, cut))), crc32c(bytes));
    }),
  );
});

test("SHA-256 is the platform's, however the input is cut", () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 8 }), (parts) => {
      const own = sha256();
      const native = createHash("sha256");
      for (const part of parts) {
        own.update(part);
        native.update(part);
      }
      assert.equal(Buffer.from(own.digest()).toString("hex"), native.digest("hex"));
    }),
  );
});
