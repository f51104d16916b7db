import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:http2";
import { PassThrough } from "node:stream";
import { describe, test } from "node:test";
import { kvService } from "@quorate/etcd-api";
import fc from "fast-check";
import { BufferPool } from "../src/http2/buffer-pool.ts";
import { FrameWriter } from "../src/http2/frame-writer.ts";
import { HpackEncoder } from "../src/http2/hpack-encoder.ts";
import { PieceQueue } from "../src/http2/piece-queue.ts";
import { frameOf } from "./front-client.ts";
import { closeLater, serve } from "./front-fixture.ts";
import { Flag, FrameType, frame } from "./front-raw.ts";
import { data, Http2Fixture, headers, int32, requestBlock, setting, usual } from "./http2-fixture.ts";

const { range } = kvService.methods;

describe("a writer", () => {
  test("leaves the end of a buffer unused where a header does not fit", () => {
    for (const size of [1, 10, 24, 25]) {
      const socket = new PassThrough({ highWaterMark: 1 << 30 });
      const writer = new FrameWriter(socket, new BufferPool());
      const bytes = Buffer.alloc(size, size);
      for (let count = 0; count < 10_000; count++) writer.data(1, bytes, 0, size, false);
      writer.flush();
      const expected = Buffer.concat(Array.from({ length: 10_000 }, () => data(1, bytes)));
      assert.ok((socket.read() as Buffer).equals(expected), `${size} bytes`);
    }
  });

  test("writes every frame whole, whatever their lengths, over many buffers", () => {
    const lengths = fc.array(fc.oneof(fc.nat({ max: 40 }), fc.nat({ max: 16_384 })), { maxLength: 60 });
    fc.assert(
      fc.property(lengths, fc.integer({ min: 1, max: 20 }), (sizes, perFlush) => {
        const socket = new PassThrough({ highWaterMark: 1 << 30 });
        const writer = new FrameWriter(socket, new BufferPool());
        const expected: Buffer[] = [];
        for (const [at, size] of sizes.entries()) {
          const bytes = Buffer.alloc(size + 7, at + 1);
          writer.data(at + 1, bytes, 3, 3 + size, at % 2 === 0);
          expected.push(data(at + 1, bytes.subarray(3, 3 + size), at % 2 === 0));
          if (at % perFlush === 0) writer.flush();
        }
        writer.flush();
        assert.equal(writer.gatheredBytes, 0);
        const written = (socket.read() as Buffer | null) ?? Buffer.alloc(0);
        assert.ok(written.equals(Buffer.concat(expected)));
      }),
    );
  });
});

test("a queue gives its pieces back in order, and keeps nothing that is gone", () => {
  const steps = fc.array(fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: -30, max: -1 })), {
    maxLength: 400,
  });
  fc.assert(
    fc.property(steps, (sizes) => {
      const queue = new PieceQueue();
      let next = 0;
      let expected = 0;
      for (const size of sizes) {
        if (size > 0) queue.push(Uint8Array.from({ length: size }, () => next++ & 255));
        for (let left = -size; left > 0 && queue.bytes > 0; ) {
          const { first, firstAt } = queue;
          const count = Math.min(left, first.length - firstAt);
          assert.ok(count > 0);
          for (const byte of first.subarray(firstAt, firstAt + count)) assert.equal(byte, expected++ & 255);
          queue.drop(count);
          left -= count;
        }
        assert.equal(queue.bytes, next - expected);
      }
    }),
  );
});

describe("the end of a stream", () => {
  test("an answer to the client's last bytes needs no reset", async () => {
    const fixture = Http2Fixture.greeted();
    const request = requestBlock("/reply");
    fixture.write(headers(1, request), data(1, Buffer.from("x"), true));
    // Its end may also come behind, in the same piece.
    fixture.write(headers(3, request), data(3, Buffer.from("x")), data(3, new Uint8Array(0), true));
    await fixture.sync();
    assert.deepEqual(fixture.complaints(), []);
    assert.equal(fixture.service.open, 0);
    fixture.write(headers(5, request), data(5, Buffer.from("x")));
    await fixture.sync();
    assert.deepEqual(fixture.complaints(), ["reset 5 0"]);
    const ofFive = fixture.frames.filter(({ stream }) => stream === 5).map(({ type }) => type);
    assert.deepEqual(ofFive, [FrameType.headers, FrameType.data, FrameType.headers, FrameType.rstStream]);
    fixture.close();
  });
});

test("what is no gRPC and is answered early is not reset: its client may go on sending", async () => {
  const fixture = await serve();
  const connection = fixture.raw();
  connection.write(headers(1, requestBlock("/nowhere")));
  const isEnd = ({ stream, flags }: { stream: number; flags: number }) =>
    stream === 1 && (flags & Flag.endStream) !== 0;
  await connection.frame(isEnd);
  for (let count = 0; count < 200; count++) connection.write(data(1, new Uint8Array(16_000)));
  connection.write(data(1, new Uint8Array(0), true), frame(FrameType.ping, 0, 0, new Uint8Array(8)));
  assert.notEqual(await connection.frame(({ type }) => type === FrameType.ping), null);
  assert.ok(connection.frames.every(({ type }) => type !== FrameType.rstStream && type !== FrameType.goaway));
});

describe("the client's table", () => {
  test("is not used when it is small, which the next block acknowledges", () => {
    const encoder = new HpackEncoder(usual);
    encoder.resolve("usual-head");
    encoder.setTableBytes(0, 4096);
    const [first] = encoder.resolve("usual-tail");
    assert.equal(first, 0x20);
    assert.equal(encoder.resolve("usual-head")[0], 0x88);
  });

  test("of no bytes suits nghttp2, from the beginning and later", async () => {
    const { url } = await serve();
    const client = connect(url, { settings: { headerTableSize: 0 } });
    closeLater(() => client.destroy());
    const call = async (): Promise<unknown> => {
      const stream = client.request({
        ":method": "POST",
        ":path": range.path,
        "content-type": "application/grpc",
      });
      stream.end(frameOf(new Uint8Array(0)));
      const [trailers] = (await once(stream.resume(), "trailers")) as [Record<string, string>];
      return trailers["grpc-status"];
    };
    assert.deepEqual([await call(), await call()], ["0", "0"]);
    client.settings({ headerTableSize: 4096 });
    assert.equal(await call(), "0");
    client.settings({ headerTableSize: 10 });
    assert.deepEqual([await call(), await call()], ["0", "0"]);
  });
});

describe("windows and sockets", () => {
  test("padding counts, and is given back", async () => {
    const fixture = Http2Fixture.greeted({ streamWindowBytes: 65_535 });
    fixture.write(headers(1, requestBlock("/wait")));
    const padded = frame(FrameType.data, 8, 1, Buffer.concat([Buffer.from([200]), new Uint8Array(201)]));
    for (let count = 0; count < 1000; count++) fixture.write(padded);
    await fixture.sync();
    assert.deepEqual(fixture.complaints(), []);
    assert.equal(fixture.service.served[0]?.received.length, 1000);
    fixture.close();
  });

  test("a full socket holds DATA back, and all of it comes when it has drained", async () => {
    const fixture = Http2Fixture.greeted();
    fixture.write(
      frame(FrameType.settings, 0, 0, setting(4, 0x7fff_ffff)),
      frame(FrameType.windowUpdate, 0, 0, int32(0x7fff_0000)),
    );
    await fixture.sync();
    fixture.client.pause();
    fixture.write(headers(1, requestBlock("/bytes/8000000"), true), headers(3, requestBlock("/usual"), true));
    while (fixture.service.served.length < 2) await new Promise((resolve) => setImmediate(resolve));
    for (let turns = 0; turns < 10; turns++) await new Promise((resolve) => setImmediate(resolve));
    assert.ok(fixture.server.writableLength < 400_000, String(fixture.server.writableLength));
    assert.ok((fixture.service.served[0]?.stream.bufferedBytes ?? 0) > 7_500_000);
    fixture.client.resume();
    const isEnd = (id: number) => (one: { stream: number; flags: number; type: number }) =>
      one.stream === id && one.type === FrameType.headers && (one.flags & Flag.endStream) !== 0;
    await fixture.frame(isEnd(1));
    await fixture.frame(isEnd(3));
    assert.equal(fixture.dataBytes(1), 8_000_000);
    assert.equal(fixture.service.open, 0);
    fixture.close();
  });
});
