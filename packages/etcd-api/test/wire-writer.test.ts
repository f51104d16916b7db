/**
 * Sizes and bytes of numbers, against varints worked out with bigints, digit by digit.
 */

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  int32Size,
  int64NumberSize,
  int64Size,
  stringSize,
  uint32Size,
  uint64NumberSize,
  uint64Size,
  writeLong,
  writeNumber,
  writeString,
  writeVarint,
} from "../src/wire-writer.ts";

/** A varint by its definition: seven bits a byte, lowest first, a negative number as its complement of 64 bits. */
function varint(value: bigint): Uint8Array {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, value);
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  bytes.push(Number(rest));
  return Uint8Array.from(bytes);
}

function written(size: number, write: (room: Uint8Array, end: number) => number): Uint8Array {
  const room = new Uint8Array(size + 4).fill(0xee);
  const start = write(room, size + 2);
  assert.equal(start, 2);
  assert.deepEqual([...room.subarray(0, 2), ...room.subarray(-2)], [0xee, 0xee, 0xee, 0xee]);
  return room.slice(2, -2);
}

/** Both sides of every power of two that a varint's length may change at, and of every other. */
const edges = Array.from({ length: 64 }, (_, bit) => [2n ** BigInt(bit) - 1n, 2n ** BigInt(bit)]).flat();

test("64 bits, at the edges and anywhere", () => {
  const check = (value: bigint): void => {
    const bytes = varint(value);
    const isSigned = BigInt.asIntN(64, value) === value;
    if (isSigned) assert.equal(int64Size(value), bytes.length);
    if (value >= 0n) assert.equal(uint64Size(value), bytes.length);
    assert.deepEqual(
      written(bytes.length, (room, end) => writeLong(room, end, value)),
      bytes,
    );
  };
  for (const edge of edges) check(edge);
  for (const edge of edges.slice(0, -1)) check(-edge);
  check(-(2n ** 63n));
  fc.assert(fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n }), check), { seed: 20_260_805 });
});

test("safe integers, at the edges and anywhere", () => {
  const check = (value: number): void => {
    const bytes = varint(BigInt(value));
    assert.equal(int64NumberSize(value), bytes.length);
    if (value >= 0) assert.equal(uint64NumberSize(value), bytes.length);
    if ((value | 0) === value) assert.equal(int32Size(value), bytes.length);
    if (value >>> 0 === value) {
      assert.equal(uint32Size(value), bytes.length);
      assert.deepEqual(
        written(bytes.length, (room, end) => writeVarint(room, end, value)),
        bytes,
      );
    }
    assert.deepEqual(
      written(bytes.length, (room, end) => writeNumber(room, end, value)),
      bytes,
    );
  };
  for (const edge of edges.map(Number).filter(Number.isSafeInteger)) {
    check(edge);
    check(0 - edge);
  }
  fc.assert(fc.property(fc.maxSafeInteger(), check), { seed: 20_260_806 });
});

test("strings are as long as their UTF-8", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 200 }), (text) => {
      const bytes = new TextEncoder().encode(text);
      const size = stringSize(text);
      const all = written(size, (room, end) => writeString(room, end, text));
      assert.deepEqual(all, Uint8Array.from([...varint(BigInt(bytes.length)), ...bytes]));
    }),
    { seed: 20_260_807 },
  );
});
