import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Flag, FrameType, frame, headerBlock, preface } from "./front-raw.ts";
import {
  data,
  Http2Fixture,
  headers,
  hello,
  int32,
  requestBlock,
  setting,
  settingsAck,
} from "./http2-fixture.ts";

const none = new Uint8Array(0);
const protocol = 1;
const flowControl = 3;
const streamClosed = 5;
const frameSize = 6;
const refused = 7;
const compression = 9;
const calm = 11;

const settings = (payload: Uint8Array, stream = 0): Buffer => frame(FrameType.settings, 0, stream, payload);
const block = requestBlock("/wait");
const open = headers(1, block);
const padded = 8;
const priorityFlag = 0x20;
const pushPromise = 5;
const priority = 2;

/** Ends a connection: GOAWAY with this code (RFC 9113 §5.4.1). */
const connectionErrors: readonly (readonly [string, number, ...Uint8Array[]])[] = [
  ["DATA on stream 0", protocol, data(0, none)],
  ["DATA on an idle stream", protocol, data(5, none)],
  ["DATA on a stream of the server", protocol, open, data(2, none)],
  ["HEADERS on stream 0", protocol, headers(0, block)],
  ["HEADERS on an even stream", protocol, headers(2, block)],
  ["HEADERS on a stream below the last", streamClosed, headers(3, block), headers(1, block)],
  ["HEADERS on a stream that is closed", streamClosed, headers(1, requestBlock("/echo"), true), open],
  ["RST_STREAM on stream 0", protocol, frame(FrameType.rstStream, 0, 0, int32(8))],
  ["RST_STREAM on an idle stream", protocol, frame(FrameType.rstStream, 0, 1, int32(8))],
  ["RST_STREAM of 3 bytes", frameSize, open, frame(FrameType.rstStream, 0, 1, new Uint8Array(3))],
  ["WINDOW_UPDATE on an idle stream", protocol, frame(FrameType.windowUpdate, 0, 1, int32(1))],
  ["WINDOW_UPDATE of 0 on the connection", protocol, frame(FrameType.windowUpdate, 0, 0, int32(0))],
  ["WINDOW_UPDATE of 3 bytes", frameSize, frame(FrameType.windowUpdate, 0, 0, new Uint8Array(3))],
  [
    "the connection's window above 2^31-1",
    flowControl,
    frame(FrameType.windowUpdate, 0, 0, int32(0x7fff_ffff)),
  ],
  ["SETTINGS on a stream", protocol, settings(none, 1)],
  ["SETTINGS of 5 bytes", frameSize, settings(new Uint8Array(5))],
  ["SETTINGS ACK with payload", frameSize, frame(FrameType.settings, Flag.ack, 0, setting(3, 1))],
  ["ENABLE_PUSH of 2", protocol, settings(setting(2, 2))],
  ["INITIAL_WINDOW_SIZE above 2^31-1", flowControl, settings(setting(4, 0x8000_0000))],
  ["MAX_FRAME_SIZE below 16384", protocol, settings(setting(5, 16_383))],
  ["MAX_FRAME_SIZE above 2^24-1", protocol, settings(setting(5, 0x100_0000))],
  [
    "INITIAL_WINDOW_SIZE that makes a window too large",
    flowControl,
    open,
    frame(FrameType.windowUpdate, 0, 1, int32(0x7fff_0000)),
    settings(setting(4, 0x7fff_ffff)),
  ],
  ["PING on a stream", protocol, frame(FrameType.ping, 0, 1, new Uint8Array(8))],
  ["PING of 7 bytes", frameSize, frame(FrameType.ping, 0, 0, new Uint8Array(7))],
  ["GOAWAY on a stream", protocol, frame(FrameType.goaway, 0, 1, new Uint8Array(8))],
  ["GOAWAY of 7 bytes", frameSize, frame(FrameType.goaway, 0, 0, new Uint8Array(7))],
  ["PUSH_PROMISE", protocol, frame(pushPromise, Flag.endHeaders, 1, new Uint8Array(8))],
  ["PRIORITY on stream 0", protocol, frame(priority, 0, 0, new Uint8Array(5))],
  ["CONTINUATION by itself", protocol, frame(FrameType.continuation, Flag.endHeaders, 1, block)],
  ["DATA within a header block", protocol, frame(FrameType.headers, 0, 1, block), data(1, none)],
  [
    "PING within a header block",
    protocol,
    frame(FrameType.headers, 0, 1, block),
    frame(FrameType.ping, 0, 0, new Uint8Array(8)),
  ],
  [
    "an unknown frame within a header block",
    protocol,
    frame(FrameType.headers, 0, 1, block),
    frame(99, 0, 0, none),
  ],
  [
    "CONTINUATION of another stream",
    protocol,
    frame(FrameType.headers, 0, 1, block),
    frame(FrameType.continuation, Flag.endHeaders, 3, none),
  ],
  ["padding longer than DATA", protocol, open, frame(FrameType.data, padded, 1, Buffer.from([3, 0, 0]))],
  ["padded DATA of no bytes", frameSize, open, frame(FrameType.data, padded, 1, none)],
  [
    "padding longer than HEADERS",
    protocol,
    frame(FrameType.headers, Flag.endHeaders | padded, 1, Buffer.from([9, 0x82])),
  ],
  [
    "HEADERS too short for their priority",
    frameSize,
    frame(FrameType.headers, Flag.endHeaders | priorityFlag, 1, new Uint8Array(4)),
  ],
  ["a frame above 16384 bytes", frameSize, frame(FrameType.data, 0, 1, none, 16_385)],
  ["index 0", compression, headers(1, Buffer.from([0x80]))],
  ["an index that nothing has", compression, headers(1, Buffer.from([0xff, 0x20]))],
  ["an integer without end", compression, headers(1, Buffer.from([0xff, 0x80, 0x80, 0x80, 0x80, 0x80]))],
  ["an integer that is cut", compression, headers(1, Buffer.from([0x00, 0x7f]))],
  ["a text that is cut", compression, headers(1, Buffer.from([0x00, 0x05, 0x61]))],
  ["a field without its value", compression, headers(1, Buffer.from([0x00, 0x01, 0x61]))],
  ["Huffman code with end of string", compression, headers(1, Buffer.from([0, 0x84, 255, 255, 255, 255]))],
  ["Huffman code padded with zeros", compression, headers(1, Buffer.from([0x00, 0x81, 0x18]))],
  ["Huffman code padded with a whole byte", compression, headers(1, Buffer.from([0x00, 0x82, 0x1f, 0xff]))],
  ["a table above what was permitted", compression, headers(1, Buffer.from([0x3f, 0xe2, 0x1f]))],
  ["a table changed within a block", compression, headers(1, Buffer.from([0x82, 0x20]))],
  ["bad compression of trailers", compression, open, headers(1, Buffer.from([0x80]), true)],
];

/** Ends a stream: RST_STREAM with this code (RFC 9113 §5.4.2); others go on. */
const streamErrors: readonly (readonly [string, number, ...Uint8Array[]])[] = [
  ["DATA after the end", streamClosed, headers(1, block, true), data(1, none)],
  ["HEADERS after the end", streamClosed, headers(1, block, true), headers(1, requestBlock("/"), true)],
  [
    "DATA on a closed stream",
    streamClosed,
    headers(1, requestBlock("/echo"), true),
    data(1, Buffer.from("x")),
  ],
  ["WINDOW_UPDATE of 0", protocol, open, frame(FrameType.windowUpdate, 0, 1, int32(0))],
  ["a window above 2^31-1", flowControl, open, frame(FrameType.windowUpdate, 0, 1, int32(0x7fff_ffff))],
  ["PRIORITY of 4 bytes", frameSize, open, frame(priority, 0, 1, new Uint8Array(4))],
  ["trailers that do not end", protocol, open, headers(1, headerBlock({ a: "b" }))],
  ["trailers with a pseudo-header", protocol, open, headers(1, headerBlock({ ":path": "/" }), true)],
  [
    "less than content-length",
    protocol,
    headers(1, requestBlock("/w", { "content-length": "3" })),
    data(1, Buffer.from("ab"), true),
  ],
  [
    "more than content-length",
    protocol,
    headers(1, requestBlock("/w", { "content-length": "1" })),
    data(1, Buffer.from("ab")),
  ],
  ["content-length without DATA", protocol, headers(1, requestBlock("/w", { "content-length": "1" }), true)],
  [
    "content-length before trailers",
    protocol,
    headers(1, requestBlock("/w", { "content-length": "1" })),
    headers(1, headerBlock({ a: "b" }), true),
  ],
];

const request = { ":method": "POST", ":scheme": "http", ":path": "/wait" };

/** Requests that are none (RFC 9113 §8.1.1). */
const malformed: readonly (readonly [string, Buffer])[] = [
  ["no method", headerBlock({ ":scheme": "http", ":path": "/" })],
  ["no scheme", headerBlock({ ":method": "GET", ":path": "/" })],
  ["no path", headerBlock({ ":method": "GET", ":scheme": "http" })],
  ["an empty path", headerBlock({ ...request, ":path": "" })],
  ["a pseudo-header of answers", headerBlock({ ...request, ":status": "200" })],
  ["an unknown pseudo-header", headerBlock({ ...request, ":what": "1" })],
  [
    "a pseudo-header behind others",
    headerBlock({ ":method": "GET", a: "b", ":scheme": "http", ":path": "/" }),
  ],
  ["a pseudo-header twice", Buffer.concat([headerBlock(request), headerBlock({ ":path": "/" })])],
  ["upper case", headerBlock({ ...request, Upper: "x" })],
  ["a space in a name", headerBlock({ ...request, "a b": "x" })],
  ["a control character in a name", headerBlock({ ...request, "a\x01": "x" })],
  ["a high byte in a name", headerBlock({ ...request, "a\xe4": "x" })],
  ["an empty name", headerBlock({ ...request, "": "x" })],
  ["a colon in a name", headerBlock({ ...request, "a:b": "x" })],
  ["a NUL in a value", headerBlock({ ...request, a: "x\0" })],
  ["a line feed in a value", headerBlock({ ...request, a: "x\ny" })],
  ["a carriage return in a value", headerBlock({ ...request, a: "x\ry" })],
  ["a space before a value", headerBlock({ ...request, a: " x" })],
  ["a tab after a value", headerBlock({ ...request, a: "x\t" })],
  ["connection", headerBlock({ ...request, connection: "close" })],
  ["transfer-encoding", headerBlock({ ...request, "transfer-encoding": "chunked" })],
  ["te", headerBlock({ ...request, te: "gzip" })],
  ["content-length that is no number", headerBlock({ ...request, "content-length": "1x" })],
  [
    "two content-lengths",
    Buffer.concat([
      headerBlock({ ...request, "content-length": "1" }),
      headerBlock({ "content-length": "2" }),
    ]),
  ],
  ["CONNECT with a path", headerBlock({ ":method": "CONNECT", ":authority": "a", ":path": "/" })],
  ["CONNECT without authority", headerBlock({ ":method": "CONNECT" })],
];

/** What only looks wrong. */
const permitted: readonly (readonly [string, ...Uint8Array[]])[] = [
  ["an unknown frame", frame(99, 0xff, 7, Buffer.from("whatever"))],
  ["an unknown setting", settings(setting(99, 1))],
  ["PRIORITY on an idle stream", frame(priority, 0, 9, new Uint8Array(5))],
  ["flags that mean nothing", frame(FrameType.ping, 0xf0, 0, new Uint8Array(8))],
  ["GOAWAY of the client", frame(FrameType.goaway, 0, 0, new Uint8Array(8))],
  ["SETTINGS ACK once more", settingsAck],
  ["the reserved bit of a stream", frame(FrameType.headers, Flag.endHeaders, 0x8000_0001, block)],
  [
    "RST_STREAM twice",
    open,
    frame(FrameType.rstStream, 0, 1, int32(8)),
    frame(FrameType.rstStream, 0, 1, int32(8)),
  ],
  [
    "WINDOW_UPDATE on a closed stream",
    headers(1, requestBlock("/echo"), true),
    frame(FrameType.windowUpdate, 0, 1, int32(8)),
  ],
  ["trailers", headers(1, requestBlock("/usual")), headers(1, headerBlock({ a: "b" }), true)],
  ["a URL as authority", headers(1, headerBlock({ ...request, ":authority": "http://127.0.0.1:2379" }))],
  ["te: trailers", headers(1, headerBlock({ ...request, te: "trailers" }))],
  [
    "the same content-length twice",
    headers(
      1,
      Buffer.concat([
        headerBlock({ ...request, "content-length": "1" }),
        headerBlock({ "content-length": "1" }),
      ]),
    ),
  ],
  ["CONNECT", headers(1, headerBlock({ ":method": "CONNECT", ":authority": "a" }))],
];

describe("errors of a connection", () => {
  for (const [name, code, ...frames] of connectionErrors) {
    test(name, async () => {
      const fixture = Http2Fixture.greeted();
      fixture.write(...frames);
      await fixture.ended;
      assert.deepEqual(fixture.complaints().at(-1), `goaway ${code}`);
      assert.equal(fixture.service.errors.length, 1);
      assert.equal(fixture.service.open, 0);
    });
  }

  test("anything before SETTINGS", async () => {
    const fixture = new Http2Fixture();
    fixture.write(preface, frame(FrameType.ping, 0, 0, new Uint8Array(8)));
    await fixture.ended;
    assert.deepEqual(fixture.complaints(), [`goaway ${protocol}`]);
  });

  test("another preface", async () => {
    const fixture = new Http2Fixture();
    fixture.write(Buffer.from("PRI * HTTP/2.0\r\n\r\nSX"));
    await fixture.ended;
    assert.deepEqual(fixture.complaints(), [`goaway ${protocol}`]);
  });

  test("no SETTINGS in time, or no acknowledgement of ours", async () => {
    for (const bytes of [preface, hello]) {
      const fixture = new Http2Fixture({ handshakeMs: 20 });
      fixture.write(bytes);
      await fixture.ended;
      assert.deepEqual(fixture.complaints(), ["goaway 4"]);
    }
  });
});

describe("errors of a stream", () => {
  for (const [name, code, ...frames] of streamErrors) {
    test(name, async () => {
      const fixture = Http2Fixture.greeted();
      fixture.write(...frames);
      await fixture.sync();
      assert.deepEqual(fixture.complaints(), [`reset 1 ${code}`]);
      assert.equal(fixture.service.open, 0);
      fixture.write(headers(101, requestBlock("/usual"), true));
      assert.notEqual(await fixture.frame(({ stream, flags }) => stream === 101 && flags % 2 === 1), null);
      fixture.close();
    });
  }

  test("more DATA than the stream's window", async () => {
    const fixture = Http2Fixture.greeted({ streamWindowBytes: 30_000 });
    fixture.write(headers(1, requestBlock("/pause")));
    await fixture.sync();
    fixture.write(...Array.from({ length: 3 }, () => data(1, new Uint8Array(10_000))));
    await fixture.sync();
    assert.deepEqual(fixture.complaints(), []);
    fixture.write(data(1, new Uint8Array(1)));
    await fixture.sync();
    assert.deepEqual(fixture.complaints(), [`reset 1 ${flowControl}`]);
    fixture.close();
  });

  test("more streams than there may be", async () => {
    const fixture = Http2Fixture.greeted({ streamsPerConnectionMax: 2 });
    fixture.write(headers(1, block), headers(3, block), headers(5, block), data(5, none, true));
    await fixture.sync();
    assert.deepEqual(fixture.complaints(), [`reset 5 ${refused}`]);
    assert.equal(fixture.service.served.length, 2);
    fixture.close();
  });

  test("what a client sends before it knows of a reset is ignored", async () => {
    const fixture = Http2Fixture.greeted();
    fixture.write(headers(1, requestBlock("/early")));
    await fixture.sync();
    assert.deepEqual(fixture.complaints(), ["reset 1 0"]);
    fixture.write(data(1, Buffer.from("x")), headers(1, headerBlock({ a: "b" }), true));
    await fixture.sync();
    assert.deepEqual(fixture.complaints(), ["reset 1 0"]);
    fixture.close();
  });
});

describe("malformed requests", () => {
  for (const [name, bytes] of malformed) {
    test(name, async () => {
      const fixture = Http2Fixture.greeted();
      fixture.write(headers(1, bytes));
      await fixture.sync();
      assert.deepEqual(fixture.complaints(), [`reset 1 ${protocol}`]);
      assert.equal(fixture.service.served.length, 0);
      fixture.close();
    });
  }

  test("too large headers are answered with 431, and leave the table as the client knows it", async () => {
    const fixture = Http2Fixture.greeted({ headerBytesMax: 1000 });
    // An entry, then many references to it: 62 is the youngest of the table.
    const bomb = Buffer.concat([
      block,
      Buffer.from([0x40, 1, 0x61, 60]),
      Buffer.alloc(60, 0x62),
      Buffer.alloc(50, 0xbe),
    ]);
    fixture.write(headers(1, bomb, true));
    const answer = await fixture.frame(({ type, stream }) => type === FrameType.headers && stream === 1);
    assert.match(answer?.payload.toString("latin1") ?? "", /431/);
    fixture.write(headers(3, Buffer.concat([requestBlock("/usual"), Buffer.from([0xbe])]), true));
    await fixture.sync();
    assert.equal(fixture.service.served[0]?.head.rawHeaders.at(-1), "b".repeat(60));
    fixture.close();
  });
});

describe("what is permitted", () => {
  for (const [name, ...frames] of permitted) {
    test(name, async () => {
      const fixture = Http2Fixture.greeted();
      fixture.write(...frames);
      await fixture.sync();
      assert.deepEqual(fixture.complaints(), []);
      fixture.close();
    });
  }
});

test("a client that pings too often is told so in gRPC's words", async () => {
  const fixture = Http2Fixture.greeted();
  fixture.service.isPingRefused = true;
  await fixture.sync();
  await fixture.ended;
  assert.deepEqual(fixture.complaints(), [`goaway ${calm}`]);
  assert.equal(fixture.frames.at(-1)?.payload.subarray(8).toString(), "too_many_pings");
});
