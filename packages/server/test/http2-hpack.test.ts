import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:http2";
import { type AddressInfo, createServer } from "node:net";
import { describe, test } from "node:test";
import fc from "fast-check";
import { BufferPool } from "../src/http2/buffer-pool.ts";
import { HpackDecoder } from "../src/http2/hpack-decoder.ts";
import { encodeBlock, type Field, HpackEncoder } from "../src/http2/hpack-encoder.ts";
import { Http2Error } from "../src/http2/http2-error.ts";
import { Http2Session } from "../src/http2/http2-session.ts";
import { decodeHuffman, huffmanBytesMax } from "../src/http2/huffman.ts";
import { limitsDefault, TestService, usual } from "./http2-fixture.ts";

function decodeHex(decoder: HpackDecoder, hex: string): string[] {
  const bytes = Buffer.from(hex.replaceAll(" ", ""), "hex");
  return decoder.decode(bytes, 0, bytes.length).fields.map(({ name, value }) => `${name}: ${value}`);
}

const first = [":method: GET", ":scheme: http", ":path: /", ":authority: www.example.com"];
const second = [...first, "cache-control: no-cache"];
const third = [
  ":method: GET",
  ":scheme: https",
  ":path: /index.html",
  ":authority: www.example.com",
  "custom-key: custom-value",
];
const date21 = "date: Mon, 21 Oct 2013 20:13:21 GMT";
const location = "location: https://www.example.com";
const cookie = "set-cookie: foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1";
const answers = [
  [":status: 302", "cache-control: private", date21, location],
  [":status: 307", "cache-control: private", date21, location],
  [
    ":status: 200",
    "cache-control: private",
    "date: Mon, 21 Oct 2013 20:13:22 GMT",
    location,
    "content-encoding: gzip",
    cookie,
  ],
];
/** The examples of answers are for a table of 256 bytes. */
const table256 = "3fe101";

/** RFC 7541 Appendix C: blocks in order, the fields of each, and what the table holds then. */
const vectors: readonly (readonly [string, readonly (readonly [string, string[], number])[]])[] = [
  [
    "C.2.1",
    [["400a 6375 7374 6f6d 2d6b 6579 0d63 7573 746f 6d2d 6865 6164 6572", ["custom-key: custom-header"], 55]],
  ],
  ["C.2.2", [["040c 2f73 616d 706c 652f 7061 7468", [":path: /sample/path"], 0]]],
  ["C.2.3", [["1008 7061 7373 776f 7264 0673 6563 7265 74", ["password: secret"], 0]]],
  ["C.2.4", [["82", [":method: GET"], 0]]],
  [
    "C.3",
    [
      ["8286 8441 0f77 7777 2e65 7861 6d70 6c65 2e63 6f6d", first, 57],
      ["8286 84be 5808 6e6f 2d63 6163 6865", second, 110],
      ["8287 85bf 400a 6375 7374 6f6d 2d6b 6579 0c63 7573 746f 6d2d 7661 6c75 65", third, 164],
    ],
  ],
  [
    "C.4",
    [
      ["8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff", first, 57],
      ["8286 84be 5886 a8eb 1064 9cbf", second, 110],
      ["8287 85bf 4088 25a8 49e9 5ba9 7d7f 8925 a849 e95b b8e8 b4bf", third, 164],
    ],
  ],
  [
    "C.5",
    [
      [
        `${table256} 4803 3330 3258 0770 7269 7661 7465 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133
         2032 303a 3133 3a32 3120 474d 546e 1768 7474 7073 3a2f 2f77 7777 2e65 7861 6d70 6c65 2e63 6f6d`,
        answers[0] ?? [],
        222,
      ],
      ["4803 3330 37c1 c0bf", answers[1] ?? [], 222],
      [
        `88c1 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133 2032 303a 3133 3a32 3220 474d 54c0 5a04
         677a 6970 7738 666f 6f3d 4153 444a 4b48 514b 425a 584f 5157 454f 5049 5541 5851 5745 4f49
         553b 206d 6178 2d61 6765 3d33 3630 303b 2076 6572 7369 6f6e 3d31`,
        answers[2] ?? [],
        215,
      ],
    ],
  ],
  [
    "C.6",
    [
      [
        `${table256} 4882 6402 5885 aec3 771a 4b61 96d0 7abe 9410 54d4 44a8 2005 9504 0b81 66e0 82a6
         2d1b ff6e 919d 29ad 1718 63c7 8f0b 97c8 e9ae 82ae 43d3`,
        answers[0] ?? [],
        222,
      ],
      ["4883 640e ffc1 c0bf", answers[1] ?? [], 222],
      [
        `88c1 6196 d07a be94 1054 d444 a820 0595 040b 8166 e084 a62d 1bff c05a 839b d9ab 77ad 94e7
         821d d7f2 e6c7 b335 dfdf cd5b 3960 d5af 2708 7f36 72c1 ab27 0fb5 291f 9587 3160 65c0 03ed
         4ee5 b106 3d50 07`,
        answers[2] ?? [],
        215,
      ],
    ],
  ],
];

describe("RFC 7541 Appendix C", () => {
  for (const [name, blocks] of vectors) {
    test(name, () => {
      const decoder = new HpackDecoder(10_000);
      for (const [hex, fields, tableBytes] of blocks) {
        assert.deepEqual(decodeHex(decoder, hex.replaceAll(/\s/g, "")), fields);
        assert.equal(decoder.table.sizeBytes, tableBytes);
      }
    });
  }

  test("C.1.2: an integer of several bytes", () => {
    // 1337 with a prefix of five bits: a table of that size is permitted, and nothing follows.
    assert.deepEqual(decodeHex(new HpackDecoder(100), "3f9a0a"), []);
  });
});

describe("the Huffman code", () => {
  /** RFC 7541 Appendix B: symbol, code and bits; of each length that characters in headers do not have. */
  const rows: readonly (readonly [number, number, number])[] = [
    [0, 0x1ff8, 13],
    [1, 0x7fffd8, 23],
    [2, 0xfffffe2, 28],
    [9, 0xffffea, 24],
    [10, 0x3ffffffc, 30],
    [13, 0x3ffffffd, 30],
    [22, 0x3ffffffe, 30],
    [31, 0xffffffb, 28],
    [48, 0x0, 5],
    [92, 0x7fff0, 19],
    [127, 0xffffffc, 28],
    [128, 0xfffe6, 20],
    [199, 0x1ffffec, 25],
    [203, 0x7ffffde, 27],
    [249, 0xffffffe, 28],
    [255, 0x3ffffee, 26],
  ];
  for (const [symbol, code, bits] of rows) {
    test(`has byte ${symbol}`, () => {
      const padded = (BigInt(code) << BigInt(40 - bits)) | ((1n << BigInt(40 - bits)) - 1n);
      const bytes = Buffer.from(padded.toString(16).padStart(10, "0"), "hex").subarray(
        0,
        Math.ceil(bits / 8),
      );
      const target = new Uint8Array(8);
      assert.equal(decodeHuffman(bytes, 0, bytes.length, target), 1);
      assert.equal(target[0], symbol);
    });
  }

  test("never writes beyond what it may become", () => {
    const worst = new Uint8Array(40);
    const target = new Uint8Array(huffmanBytesMax(40));
    assert.equal(decodeHuffman(worst, 0, 40, target), 64);
    assert.equal(target.length, 64);
  });
});

test("any bytes are fields or a compression error, and the table keeps its bound", () => {
  const bytes = fc.uint8Array({ maxLength: 200 });
  fc.assert(
    fc.property(fc.array(bytes, { maxLength: 20 }), (blocks) => {
      const decoder = new HpackDecoder(1000);
      for (const block of blocks) {
        try {
          decoder.decode(Buffer.from(block), 0, block.length);
        } catch (error) {
          assert.ok(error instanceof Http2Error && error.code === 9, String(error));
          return;
        } finally {
          assert.ok(decoder.table.sizeBytes >= 0 && decoder.table.sizeBytes <= 4096);
        }
      }
    }),
    { numRuns: 2000 },
  );
});

test("the encoder's blocks come back, and its prepared ones mean the same in every order", () => {
  const head = [":status: 200", "content-type: application/grpc"];
  const tail = ["grpc-status: 0"];
  fc.assert(
    fc.property(fc.array(fc.constantFrom("usual-head", "usual-tail", "small table", "literal")), (steps) => {
      const encoder = new HpackEncoder(usual);
      const decoder = new HpackDecoder(1000);
      const decode = (block: Uint8Array): string[] => decodeHex(decoder, Buffer.from(block).toString("hex"));
      for (const step of steps) {
        if (step === "small table") encoder.setTableBytes(100, 4096);
        else if (step === "literal") {
          assert.deepEqual(decode(encoder.resolve(encodeBlock([["a", "b"]]))), ["a: b"]);
        } else {
          const expected = step === "usual-head" ? head : tail;
          assert.deepEqual(decode(encoder.resolve(step as "usual-head")), expected);
        }
      }
    }),
  );
  const encoder = new HpackEncoder(usual);
  for (const block of ["usual-head", "usual-tail"] as const) encoder.resolve(block);
  assert.equal(encoder.resolve("usual-head").length, 2);
  assert.equal(encoder.resolve("usual-tail").length, 1);
});

const nameOf = fc
  .string({ unit: fc.constantFrom(...Array.from("abcxyz0189-_.")), minLength: 1, maxLength: 20 })
  .map((text) => `x${text}`);
const valueOf = fc
  .string({
    unit: fc
      .integer({ min: 0x20, max: 0xff })
      .filter((code) => code !== 0x7f)
      .map((code) => String.fromCharCode(code)),
    maxLength: 60,
  })
  .map((text) => text.trim());

test("nghttp2 and we understand each other, field by field, over one connection", async () => {
  const service = new TestService();
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    const limits = { ...limitsDefault, headerBytesMax: 65_536, streamsPerConnectionMax: 1000 };
    void new Http2Session(socket, { limits, pool: new BufferPool(), usual }, service);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const client = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  try {
    // Some names and values come again, so that the table is used; some are large, so that it overflows.
    const pool = fc.sample(fc.tuple(nameOf, valueOf), { numRuns: 40, seed: 7 });
    const runs = fc.sample(
      fc.array(fc.oneof(fc.constantFrom(...pool), fc.tuple(nameOf, valueOf)), { maxLength: 12 }),
      { numRuns: 150, seed: 8 },
    );
    for (const [run, pairs] of runs.entries()) {
      const sent = new Map<string, string>(pairs);
      if (run % 10 === 0) sent.set("xlarge", "v".repeat(run * 30));
      const stream = client.request({ ":path": `/${run}`, ...Object.fromEntries(sent) });
      stream.on("error", () => undefined);
      while (service.served.length <= run) await new Promise((resolve) => setImmediate(resolve));
      const one = service.served[run];
      const got = new Map<string, string>();
      const raw = one?.head.rawHeaders ?? [];
      for (let at = 0; at < raw.length; at += 2) got.set(raw[at] as string, raw[at + 1] as string);
      for (const [name, value] of sent) assert.equal(got.get(name), value, name);
      assert.equal(got.get(":path"), `/${run}`);
      const fields: Field[] = [[":status", "200"], ...sent];
      one?.stream.respond(encodeBlock(fields), true);
      const [answer] = (await once(stream, "response")) as [Record<string, string>];
      for (const [name, value] of sent) assert.equal(answer[name], value, name);
      stream.resume();
      await once(stream, "close");
    }
  } finally {
    client.destroy();
    server.close();
  }
});
