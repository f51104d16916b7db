/**
 * What decoding makes of bytes that our encoder would not write: other encodings of the same, newer peers, hostile ones.
 */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import {
  AuthRoleAddRequest,
  CompactionRequest,
  DecodeError,
  type DecodeErrorCode,
  decode,
  encode,
  HashRequest,
  KeyValue,
  MemberListRequest,
  type MessageType,
  messageTypes,
  PutRequest,
  RangeRequest,
  RangeResponse,
  RequestOp,
  ResponseHeader,
  TxnRequest,
  WatchCreateRequest,
  WatchRequest,
} from "../src/index.ts";
import { arbitraryMessage } from "./arbitrary-message.ts";
import { fromHex, fromText } from "./hex.ts";

function refuses(type: MessageType<object>, hex: string, code: DecodeErrorCode, offset: number): void {
  const bytes = fromHex(hex);
  assert.throws(
    () => decode(type, bytes),
    (error) => error instanceof DecodeError && error.code === code && error.offset === offset,
  );
}

describe("other encodings of the same message", () => {
  test("fields in any order; of a single one the last counts", () => {
    const put = decode(PutRequest, fromHex("12 01 62  0a 01 61  0a 01 63"));
    assert.deepEqual(put, PutRequest.create({ key: fromText("c"), value: fromText("b") }));
  });

  test("a list of numbers packed, not packed, or both", () => {
    const filters = decode(WatchCreateRequest, fromHex("28 01  2a 02 0001  28 00")).filters;
    assert.deepEqual(filters, [1, 0, 1, 0]);
  });

  test("an inner message in pieces is put together", () => {
    const response = decode(RangeResponse, fromHex("0a 02 0801  0a 02 1807"));
    assert.deepEqual(response.header, ResponseHeader.create({ clusterId: 1n, revision: 7 }));
    const request = decode(WatchRequest, fromHex("0a 03 0a0161  0a 02 3001"));
    const value = WatchCreateRequest.create({ key: fromText("a"), prevKv: true });
    assert.deepEqual(request.requestUnion, { case: "createRequest", value });
  });

  test("of a oneof the last member counts, whole", () => {
    const request = decode(WatchRequest, fromHex("0a 03 0a0161  12 02 0801  0a 02 3001"));
    const value = WatchCreateRequest.create({ prevKv: true });
    assert.deepEqual(request.requestUnion, { case: "createRequest", value });
  });

  test("varints with needless zeros, and any that is not zero is true", () => {
    assert.equal(decode(MemberListRequest, fromHex("08 80808080808080808001")).linearizable, true);
    assert.equal(decode(MemberListRequest, fromHex("08 808000")).linearizable, false);
    assert.equal(decode(CompactionRequest, fromHex("88 00 85 80 00")).revision, 5);
  });

  test("of 32-bit numbers higher bits are dropped", () => {
    assert.equal(decode(RangeRequest, fromHex("28 828080808080808001")).sortOrder, 2);
    assert.equal(decode(RangeRequest, fromHex("28 ffffffffffffffffff01")).sortOrder, -1);
  });

  test("unknown fields of every wire type, groups too, are passed over", () => {
    const unknown =
      "a006 01  a106 0102030405060708  a206 02 ffff  a306 a006 05 ab06 0801 ac06 a406  a506 01020304";
    assert.deepEqual(decode(HashRequest, fromHex(unknown)), {});
    assert.equal(decode(CompactionRequest, fromHex(`${unknown} 08 05`)).revision, 5);
  });

  test("a known field with another wire type is an unknown field", () => {
    assert.deepEqual(decode(CompactionRequest, fromHex("0a 01 05  10 01")), {
      revision: 0,
      physical: true,
    });
  });

  test("a byte order mark is part of the string, and half a surrogate pair is replaced", () => {
    assert.equal(decode(AuthRoleAddRequest, fromHex("0a 04 efbbbf61")).name, "\ufeffa");
    for (const name of ["a\ud800", "\udc00", "\ud800\ud83d\ude00", "\ud800é"]) {
      const bytes = encode(AuthRoleAddRequest, AuthRoleAddRequest.create({ name }));
      assert.equal(decode(AuthRoleAddRequest, bytes).name, name.toWellFormed());
    }
  });
});

describe("integers of 64 bits", () => {
  test("what a request gives to be compared is moved to the nearest safe integer", () => {
    assert.equal(decode(CompactionRequest, fromHex("08 ffffffffffffffff7f")).revision, 2 ** 53 - 1);
    assert.equal(decode(CompactionRequest, fromHex("08 80808080808080808001")).revision, -(2 ** 53 - 1));
    assert.equal(decode(CompactionRequest, fromHex("08 ffffffffffffff0f")).revision, 2 ** 53 - 1);
  });

  test("what a server counted must be a safe integer", () => {
    assert.equal(decode(ResponseHeader, fromHex("18 ffffffffffffff0f")).revision, 2 ** 53 - 1);
    refuses(ResponseHeader, "18 8080808080808010", "unsafe-integer", 1);
    refuses(ResponseHeader, "20 ffffffffffffffffff01", "unsafe-integer", 1);
  });

  test("what somebody chose keeps all its bits", () => {
    assert.equal(decode(ResponseHeader, fromHex("08 ffffffffffffffffff01")).clusterId, 2n ** 64n - 1n);
    assert.equal(decode(KeyValue, fromHex("30 80808080808080808001")).lease, -(2n ** 63n));
  });

  test("a number that does not fit its field is not encoded", () => {
    const put = PutRequest.create({ lease: 2n ** 63n });
    assert.throws(() => encode(PutRequest, put), RangeError);
    for (const revision of [0.5, Number.NaN, 2 ** 53, Number.POSITIVE_INFINITY]) {
      assert.throws(() => encode(CompactionRequest, CompactionRequest.create({ revision })), RangeError);
    }
    assert.throws(() => encode(ResponseHeader, ResponseHeader.create({ raftTerm: -1 })), RangeError);
    assert.throws(() => encode(ResponseHeader, ResponseHeader.create({ memberId: -1n })), RangeError);
    assert.throws(() => encode(RangeRequest, RangeRequest.create({ sortOrder: 2 ** 31 })), RangeError);
  });
});

describe("bytes that are no message", () => {
  test("values beyond the end", () => {
    refuses(PutRequest, "0a", "truncated", 1);
    refuses(PutRequest, "0a 05 61", "truncated", 2);
    refuses(PutRequest, "0a ffffffff0f 61", "truncated", 6);
    refuses(PutRequest, "0a ffffffffff01 61", "truncated", 1);
    refuses(PutRequest, "18 ff", "truncated", 1);
    refuses(HashRequest, "09 01", "truncated", 1);
    refuses(HashRequest, "0b", "truncated", 1);
  });

  test("an inner message cannot take bytes of the outer one", () => {
    refuses(RangeResponse, "0a 02 0a05 0102030405", "truncated", 4);
    refuses(RangeResponse, "0a 02 18ff 01", "truncated", 3);
  });

  test("varints and tags that cannot be", () => {
    refuses(CompactionRequest, "08 ffffffffffffffffff02", "varint", 1);
    refuses(CompactionRequest, "08 ffffffffffffffffffff01", "varint", 1);
    refuses(CompactionRequest, "00 00", "tag", 1);
    refuses(CompactionRequest, "0c", "tag", 1);
    refuses(CompactionRequest, "0f", "tag", 1);
    refuses(CompactionRequest, "ffffffffff01", "tag", 0);
    refuses(HashRequest, "0b 14", "tag", 2);
  });

  test("strings that are not UTF-8", () => {
    refuses(AuthRoleAddRequest, "0a 01 ff", "utf8", 1);
    refuses(AuthRoleAddRequest, "0a 03 eda080", "utf8", 1);
  });

  test("messages and groups nested without end", () => {
    let message = TxnRequest.create();
    for (let depth = 0; depth < 50; depth++) {
      message = TxnRequest.create({
        success: [RequestOp.create({ request: { case: "requestTxn", value: message } })],
      });
    }
    const deep = encode(TxnRequest, message);
    assert.deepEqual(decode(TxnRequest, deep), message);
    assert.throws(() => decode(TxnRequest, deep, { depthMax: 99, elementsMax: 1000 }), { code: "depth" });
    assert.throws(() => decode(HashRequest, new Uint8Array(100_000).fill(0x0b)), { code: "depth" });
  });

  test("more elements than wanted", () => {
    const bytes = fromHex("0a00 1200 1200 1a00");
    assert.equal(decode(TxnRequest, bytes, { depthMax: 9, elementsMax: 4 }).success.length, 2);
    assert.throws(() => decode(TxnRequest, bytes, { depthMax: 9, elementsMax: 3 }), { code: "elements" });
    assert.throws(
      () => decode(WatchCreateRequest, fromHex("2a 03 000000"), { depthMax: 9, elementsMax: 2 }),
      {
        code: "elements",
      },
    );
  });

  test("whatever the bytes, the answer is a message or a DecodeError", () => {
    const type = fc.constantFrom(...messageTypes);
    fc.assert(
      fc.property(type, fc.uint8Array({ maxLength: 64 }), (type, bytes) => {
        decodeOrRefuse(type, bytes);
      }),
      { numRuns: 5000, seed: 20_260_802 },
    );
  });

  test("damaged messages are read or refused, and what is read can be written again", () => {
    const damaged = fc.constantFrom(...messageTypes).chain((type) =>
      fc.record({
        type: fc.constant(type),
        bytes: arbitraryMessage(type).map((message) => encode(type, message)),
        at: fc.nat(),
        byte: fc.nat({ max: 255 }),
        cut: fc.nat(),
      }),
    );
    fc.assert(
      fc.property(damaged, ({ type, bytes, at, byte, cut }) => {
        if (bytes.length === 0) return;
        const copy = bytes.slice();
        copy[at % copy.length] = byte;
        const message = decodeOrRefuse(type, copy);
        if (message !== null) assert.deepEqual(decode(type, encode(type, message)), message);
        decodeOrRefuse(type, bytes.subarray(0, cut % bytes.length));
      }),
      { numRuns: 3000, seed: 20_260_803 },
    );
  });
});

test("decoded byte strings are plain views of the input", () => {
  const input = Buffer.from(fromHex("ffff 0a 03 666f6f ff")).subarray(2, 7);
  const { key } = decode(PutRequest, input);
  assert.equal(key.constructor, Uint8Array);
  assert.equal(key.buffer, input.buffer);
  input[2] = 0x67;
  assert.deepEqual(key, fromText("goo"));
});

test("a message is written before any place of a greater room", () => {
  const message = PutRequest.create({ key: fromText("foo"), lease: -5n });
  const bytes = encode(PutRequest, message);
  const room = new Uint8Array(64);
  const start = PutRequest.write(message, room, 40);
  assert.equal(start, 40 - bytes.length);
  assert.deepEqual(room.slice(start, 40), bytes);
  assert.ok(
    room.subarray(0, start).every((byte) => byte === 0) && room.subarray(40).every((byte) => byte === 0),
  );
});

function decodeOrRefuse(type: MessageType<object>, bytes: Uint8Array): object | null {
  try {
    return decode(type, bytes);
  } catch (error) {
    assert.ok(error instanceof DecodeError, String(error));
    assert.ok(error.offset >= 0 && error.offset <= bytes.length);
    return null;
  }
}
