import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { deflateSync, gzipSync } from "node:zlib";
import fc from "fast-check";
import { ByteBudget } from "../src/front/byte-budget.ts";
import { decompressorOf } from "../src/front/compression.ts";
import { encodeStatusMessage, parseTimeout } from "../src/front/grpc-text.ts";
import { JsonSource } from "../src/front/json-source.ts";
import { MessageFrames, onlyMessage } from "../src/front/message-frames.ts";
import { protocolOf } from "../src/front/preface.ts";
import { RpcError } from "../src/rpc/rpc-error.ts";
import { frameOf } from "./front-client.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

function limits(messageBytesMax = 100_000, budgetBytes = 1_000_000) {
  return { messageBytesMax, budget: new ByteBudget(budgetBytes) };
}

/** Cuts bytes at these places. */
function cut(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const edges = [0, ...[...places].sort((one, other) => one - other), bytes.length];
  return edges.slice(1).map((edge, at) => bytes.subarray(edges[at], edge));
}

function statusOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof RpcError) return `${error.code} ${error.message}`;
    throw error;
  }
  return "ok";
}

describe("cutting bytes into messages", () => {
  test("comes to the same for every cut", () => {
    const messages = [
      new Uint8Array(0),
      encoder.encode("a"),
      new Uint8Array(300).fill(7),
      encoder.encode("end"),
    ];
    const bytes = Buffer.concat(messages.map((message) => frameOf(message)));
    for (let first = 0; first <= bytes.length; first++) {
      const { budget, frames, got } = collect(cut(bytes, [first, Math.min(bytes.length, first + 3)]));
      assert.deepEqual(
        got,
        messages.map((message) => Buffer.from(message)),
        `cut at ${first}`,
      );
      assert.equal(frames.heldBytes, 0);
      assert.equal(budget.usedBytes, 0);
    }
  });

  test("comes to the same for any messages in any pieces", () => {
    const messages = fc.array(fc.uint8Array({ maxLength: 9000 }), { maxLength: 6 });
    fc.assert(
      fc.property(messages, fc.array(fc.nat(60_000), { maxLength: 60 }), (all, places) => {
        const bytes = Buffer.concat(all.map((message) => frameOf(message)));
        const { budget, got } = collect(
          cut(
            bytes,
            places.map((place) => Math.min(place, bytes.length)),
          ),
        );
        assert.deepEqual(
          got,
          all.map((message) => Buffer.from(message)),
        );
        assert.equal(budget.usedBytes, 0);
      }),
      { numRuns: 200 },
    );
  });

  test("byte by byte", () => {
    const message = new Uint8Array(40_000).map((_, at) => at % 251);
    const bytes = frameOf(message);
    const { got } = collect(Array.from(bytes, (_, at) => bytes.subarray(at, at + 1)));
    assert.deepEqual(got, [Buffer.from(message)]);
  });

  test("a claimed length allocates nothing and is refused in the words that clients know", () => {
    const frames = new MessageFrames(limits(1000), null);
    frames.push(Buffer.from([0, 0xff, 0xff, 0xff, 0xff]));
    assert.equal(
      statusOf(() => frames.next()),
      "8 grpc: received message larger than max (4294967295 vs. 1000)",
    );
    assert.equal(onlyMessage(frameOf(new Uint8Array(1001)), 1000), null);
    assert.equal(onlyMessage(frameOf(new Uint8Array(1000)), 1000)?.length, 1000);
  });

  test("what all calls hold together is bounded, and given back", () => {
    const shared = limits(1000, 1500);
    const first = new MessageFrames(shared, null);
    const second = new MessageFrames(shared, null);
    first.push(new Uint8Array(1000));
    assert.match(
      statusOf(() => second.push(new Uint8Array(501))),
      /^8 the server holds 1500 bytes/,
    );
    first.clear();
    second.push(new Uint8Array(1500));
    assert.equal(shared.budget.usedBytes, 1500);
  });

  test("flags that were not announced are refused", () => {
    for (const [flag, text] of [
      [1, "13 grpc: compressed flag set with identity or empty encoding"],
      [2, "13 grpc: received unexpected payload format 2"],
    ] as const) {
      const frames = new MessageFrames(limits(), null);
      frames.push(frameOf(encoder.encode("x"), flag));
      assert.equal(
        statusOf(() => frames.next()),
        text,
      );
    }
  });

  test("compressed messages are inflated, up to the bound", () => {
    const text = encoder.encode("quorate ".repeat(100));
    for (const [encoding, bytes] of [
      ["gzip", gzipSync(text)],
      ["deflate", deflateSync(text)],
    ] as const) {
      const frames = new MessageFrames(limits(), decompressorOf(encoding));
      frames.push(frameOf(bytes, 1));
      assert.deepEqual(Buffer.from(frames.next() ?? []), Buffer.from(text));
    }
    const bomb = gzipSync(new Uint8Array(1_000_000));
    const frames = new MessageFrames(limits(10_000), decompressorOf("gzip"));
    frames.push(frameOf(bomb, 1));
    assert.match(
      statusOf(() => frames.next()),
      /^8 grpc: received message after decompression larger than max/,
    );
    const broken = new MessageFrames(limits(), decompressorOf("gzip"));
    broken.push(frameOf(encoder.encode("not gzip"), 1));
    assert.match(
      statusOf(() => broken.next()),
      /^13 grpc: failed to decompress/,
    );
    assert.match(
      statusOf(() => decompressorOf("snappy")),
      /^12 grpc: Decompressor is not installed for grpc-encoding "snappy".*gzip/,
    );
  });
});

function collect(pieces: readonly Uint8Array[]) {
  const shared = limits();
  const frames = new MessageFrames(shared, null);
  const got: Buffer[] = [];
  for (const piece of pieces) {
    frames.push(piece);
    for (let message = frames.next(); message !== null; message = frames.next())
      got.push(Buffer.from(message));
  }
  return { budget: shared.budget, frames, got };
}

describe("cutting JSON into objects", () => {
  const json = fc.array(
    fc.dictionary(
      fc.string(),
      fc.oneof(fc.string(), fc.integer(), fc.constant({ inner: '}{"\\' }), fc.constant(null)),
    ),
    { maxLength: 5 },
  );

  test("comes to the same for any objects in any pieces", () => {
    fc.assert(
      fc.property(
        json,
        fc.constantFrom("", "\n", " \r\n\t"),
        fc.array(fc.nat(500)),
        (objects, between, places) => {
          const bytes = encoder.encode(objects.map((object) => JSON.stringify(object)).join(between));
          const shared = limits();
          const source = new JsonSource(shared);
          const got: unknown[] = [];
          for (const piece of cut(
            bytes,
            places.map((place) => Math.min(place, bytes.length)),
          )) {
            source.push(piece);
            for (let one = source.next(); one !== null; one = source.next())
              got.push(JSON.parse(decoder.decode(one)));
          }
          assert.deepEqual(
            got,
            objects.map((object) => JSON.parse(JSON.stringify(object)) as unknown),
          );
          assert.equal(shared.budget.usedBytes, 0);
        },
      ),
      { numRuns: 300 },
    );
  });

  test("refuses what is no object, and what is too long", () => {
    assert.match(
      statusOf(() => new JsonSource(limits()).push(encoder.encode(" [1]"))),
      /^3 invalid character/,
    );
    const source = new JsonSource(limits(10));
    source.push(encoder.encode('{"a":"'));
    assert.equal(
      statusOf(() => source.push(encoder.encode("xxxxxxxx"))),
      "8 a request is larger than 10 bytes",
    );
  });
});

describe("small texts", () => {
  test("timeouts", () => {
    const cases = { "1S": 1000, "250m": 250, "1H": 3_600_000, "2M": 120_000, "1500u": 2, "1n": 1, "0S": 0 };
    for (const [text, timeoutMs] of Object.entries(cases)) assert.equal(parseTimeout(text), timeoutMs, text);
    assert.equal(parseTimeout("99999999H"), 2 ** 31 - 1);
    for (const text of ["", "S", "1", "1s", "-1S", "1.5S", "123456789S", " 1S"])
      assert.equal(parseTimeout(text), null, text);
  });

  test("messages are percent-encoded and come back", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        const encoded = encodeStatusMessage(text);
        assert.match(encoded, /^[\x20-\x7e]*$/);
        assert.equal(decodeURIComponent(encoded), text);
      }),
    );
  });

  test("the protocol is told by the first bytes", () => {
    const preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
    for (let length = 0; length < preface.length; length++) {
      assert.equal(protocolOf(encoder.encode(preface.slice(0, length))), "unknown");
      assert.equal(protocolOf(encoder.encode(`${preface.slice(0, length)}\0`)), "http1");
    }
    assert.equal(protocolOf(encoder.encode(`${preface}more`)), "http2");
    assert.equal(protocolOf(encoder.encode("GET / HTTP/1.1\r\n")), "http1");
    assert.equal(protocolOf(encoder.encode("PUT")), "http1");
  });
});
