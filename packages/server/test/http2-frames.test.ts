import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { framePayloadBytesMax } from "../src/http2/frame.ts";
import { FrameReader, type FrameSink } from "../src/http2/frame-reader.ts";
import { Flag, FrameType, frame, headerBlock, preface } from "./front-raw.ts";
import { data, Http2Fixture, headers, hello, requestBlock, settingsAck } from "./http2-fixture.ts";

const padded = 8;

/** Writes down what it gets; adjoining bytes of DATA are put together. */
class Notes implements FrameSink {
  isDeaf = false;
  readonly lines: string[] = [];
  private bytes: string[] = [];

  onFrame(type: number, flags: number, streamId: number, bytes: Buffer, start: number, end: number): void {
    this.lines.push(`${type} ${flags} ${streamId} ${bytes.toString("hex", start, end)}`);
  }

  onDataBegin(flags: number, streamId: number, length: number): void {
    this.lines.push(`data ${flags} ${streamId} ${length}`);
    this.bytes = [];
  }

  onDataBytes(bytes: Buffer, start: number, end: number, isLast: boolean): void {
    this.bytes.push(bytes.toString("hex", start, end));
    if (isLast) this.lines.push(this.bytes.join(""));
  }
}

const script = Buffer.concat([
  preface,
  frame(FrameType.settings, 0, 0, new Uint8Array(0)),
  headers(1, requestBlock("/echo")),
  data(1, Buffer.from("some bytes")),
  frame(FrameType.data, padded, 1, Buffer.from([3, 1, 2, 0, 0, 0])),
  frame(FrameType.ping, 0, 0, new Uint8Array(8)),
  data(1, new Uint8Array(0), true),
  frame(99, 0, 0, Buffer.from("unknown")),
  frame(FrameType.windowUpdate, 0, 0, Buffer.from([0, 0, 0, 9])),
]);

function readIn(pieces: readonly Uint8Array[]): string[] {
  const notes = new Notes();
  const reader = new FrameReader(notes);
  for (const piece of pieces) reader.push(Buffer.from(piece));
  return notes.lines;
}

describe("frames", () => {
  const whole = readIn([script]);

  test("are the same wherever the bytes are cut", () => {
    assert.equal(whole.length, 9);
    for (let at = 0; at <= script.length; at++) {
      assert.deepEqual(readIn([script.subarray(0, at), script.subarray(at)]), whole, `cut at ${at}`);
    }
    assert.deepEqual(readIn(Array.from(script, (byte) => Uint8Array.of(byte))), whole);
  });

  test("are the same in any pieces", () => {
    const cuts = fc.array(fc.nat({ max: script.length }), { maxLength: 30 });
    fc.assert(
      fc.property(cuts, (places) => {
        const sorted = [0, ...places.toSorted((one, other) => one - other), script.length];
        const pieces = sorted.slice(1).map((end, position) => script.subarray(sorted[position], end));
        assert.deepEqual(readIn(pieces), whole);
      }),
    );
  });

  test("of the largest size pass, and larger ones are an error before they have come", () => {
    const largest = frame(99, 0, 0, new Uint8Array(framePayloadBytesMax));
    assert.equal(readIn([preface, largest]).length, 1);
    assert.throws(
      () => readIn([preface, frame(99, 0, 0, new Uint8Array(0), framePayloadBytesMax + 1)]),
      /16385/,
    );
  });

  test("are not read any more once nobody wants them", () => {
    const notes = new Notes();
    const reader = new FrameReader(notes);
    reader.push(Buffer.from(preface));
    notes.isDeaf = true;
    reader.push(frame(99, 0, 0, new Uint8Array(5)));
    assert.deepEqual(notes.lines, []);
  });
});

describe("a request", () => {
  test("is the same in every cut of its bytes", async () => {
    const request = Buffer.concat([
      hello,
      settingsAck,
      frame(FrameType.headers, 0, 1, requestBlock("/echo").subarray(0, 20)),
      frame(FrameType.continuation, 0, 1, requestBlock("/echo").subarray(20, 25)),
      frame(FrameType.continuation, Flag.endHeaders, 1, requestBlock("/echo").subarray(25)),
      data(1, Buffer.from("in two ")),
      data(1, Buffer.from("pieces"), true),
    ]);
    for (let at = 0; at <= request.length; at++) {
      const fixture = new Http2Fixture();
      fixture.write(request.subarray(0, at));
      fixture.write(request.subarray(at));
      await fixture.frame(({ flags, stream }) => stream === 1 && (flags & Flag.endStream) !== 0);
      const [one] = fixture.service.served;
      assert.equal(Buffer.concat(one?.received ?? []).toString(), "in two pieces");
      assert.equal(fixture.dataBytes(1), 13);
      assert.equal(fixture.service.open, 0);
      assert.deepEqual(fixture.complaints(), []);
      fixture.close();
    }
  });

  test("with padding and priority is one without them", async () => {
    const fixture = Http2Fixture.greeted();
    const block = Buffer.concat([Buffer.from([4, 0, 0, 0, 0, 1]), requestBlock("/echo"), new Uint8Array(4)]);
    fixture.write(
      frame(FrameType.headers, Flag.endHeaders | padded | 0x20, 1, block),
      frame(FrameType.data, padded, 1, Buffer.from([2, 0x61, 0x62, 0, 0])),
      frame(FrameType.data, padded | Flag.endStream, 1, Buffer.from([1, 0])),
    );
    await fixture.sync();
    assert.equal(Buffer.concat(fixture.service.served[0]?.received ?? []).toString(), "ab");
    assert.equal(fixture.service.open, 0);
    fixture.close();
  });

  test("the same again is the same, also after the table has changed", async () => {
    const fixture = Http2Fixture.greeted();
    const indexing = (name: string, value: string): Buffer => {
      const literal = headerBlock({ [name]: value });
      literal[0] = 0x40;
      return literal;
    };
    const first = Buffer.concat([Buffer.from([0x83, 0x86, 0x84]), indexing("a", "one")]);
    // 62 is the youngest entry: `a: one`, and later `a: two`.
    const again = Buffer.from([0x83, 0x86, 0x84, 0xbe]);
    const second = Buffer.concat([Buffer.from([0x83, 0x86, 0x84]), indexing("a", "two")]);
    fixture.write(
      headers(1, first),
      headers(3, again),
      headers(5, again),
      headers(7, second),
      headers(9, again),
      headers(11, again),
    );
    await fixture.sync();
    const values = fixture.service.served.map(({ head }) => head.rawHeaders.at(-1));
    assert.deepEqual(values, ["one", "one", "one", "two", "two", "two"]);
    fixture.close();
  });
});

describe("answers", () => {
  test("of one turn leave in one piece, each whole", async () => {
    const fixture = Http2Fixture.greeted();
    await fixture.sync();
    const chunks: Buffer[] = [];
    fixture.client.on("data", (bytes: Buffer) => chunks.push(bytes));
    const streams = [1, 3, 5, 7];
    fixture.write(...streams.map((id) => headers(id, requestBlock("/usual"), true)));
    await fixture.frame(({ stream, flags }) => stream === 7 && (flags & Flag.endStream) !== 0);
    assert.equal(chunks.length, 1);
    // The second and all later ones: a head of 2 bytes, the message, a tail of 1 byte.
    const frames = fixture.frames.filter(({ stream }) => stream === 5);
    assert.deepEqual(
      frames.map(({ type, payload }) => [type, payload.length]),
      [
        [1, 2],
        [0, 5],
        [1, 1],
      ],
    );
    assert.deepEqual(
      frames.map(({ flags }) => flags),
      [4, 0, 5],
    );
    fixture.close();
  });

  test("with more headers than a frame holds go on in CONTINUATION", async () => {
    const fixture = Http2Fixture.greeted();
    fixture.write(headers(1, requestBlock("/wait"), true));
    await fixture.sync();
    fixture.service.served[0]?.stream.respond(new Uint8Array(40_000), true);
    await fixture.frame(
      ({ type, flags }) => type === FrameType.continuation && (flags & Flag.endHeaders) !== 0,
    );
    const frames = fixture.frames.filter(({ stream }) => stream === 1);
    assert.deepEqual(
      frames.map(({ type, flags, payload }) => [type, flags, payload.length]),
      [
        [1, 1, 16_384],
        [9, 0, 16_384],
        [9, 4, 7232],
      ],
    );
    fixture.close();
  });
});
