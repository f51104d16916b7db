import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  continuedFlag,
  FrameReader,
  FrameType,
  frameHeaderBytes,
  makeFrame,
  nextSequence,
  type Unit,
} from "../src/frame.ts";
import { Lane } from "../src/lane.ts";
import { WireError, type WireFault } from "../src/transport-error.ts";
import { fc } from "./property.ts";

const limits = { frameBytesMax: 4096, unitBytesMax: 10_000 };

function frame(
  sequence: number,
  payload: Uint8Array,
  flags = 0,
  type: FrameType = FrameType.messages,
): Buffer {
  return makeFrame(type, Lane.bulk, flags, sequence, payload, 0, payload.length);
}

function read(reader: FrameReader, ...pieces: Uint8Array[]): Unit[] {
  const units: Unit[] = [];
  for (const piece of pieces) {
    reader.push(piece);
    for (let unit = reader.next(); unit !== null; unit = reader.next()) units.push(unit);
  }
  return units;
}

function faultOf(...pieces: Uint8Array[]): WireFault | null {
  try {
    read(new FrameReader(Lane.bulk, limits), ...pieces);
    return null;
  } catch (error) {
    assert.ok(error instanceof WireError, String(error));
    return error.fault;
  }
}

function bytesOf(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, at) => at & 0xff);
}

function plain(units: Unit[]): { type: FrameType; payload: number[] }[] {
  return units.map(({ type, payload }) => ({ type, payload: [...payload] }));
}

describe("frames", () => {
  it("come out as they went in, however the stream is cut", () => {
    const payloads = [bytesOf(0), bytesOf(1), bytesOf(100), bytesOf(7)];
    const stream = Buffer.concat(payloads.map((payload, at) => frame(at, payload)));
    const expected = payloads.map((payload) => ({ type: FrameType.messages, payload: [...payload] }));
    for (let cut = 0; cut <= stream.length; cut++) {
      const units = read(new FrameReader(Lane.bulk, limits), stream.subarray(0, cut), stream.subarray(cut));
      assert.deepEqual(plain(units), expected);
    }
    const bytewise = [...stream].map((byte) => Uint8Array.of(byte));
    assert.deepEqual(plain(read(new FrameReader(Lane.bulk, limits), ...bytewise)), expected);
  });

  it("with any single bit flipped are refused, or wait for more", () => {
    const payload = bytesOf(40);
    const original = frame(0, payload);
    for (let bit = 0; bit < original.length * 8; bit++) {
      const flipped = Buffer.from(original);
      flipped[bit >> 3] = (flipped[bit >> 3] as number) ^ (1 << (bit & 7));
      const fault = faultOf(flipped);
      // Only a longer length can make a reader wait; the checksum then fails over the bytes that follow.
      if (fault === null) {
        assert.ok(bit >= 32 && bit < 64);
        assert.equal(faultOf(flipped, bytesOf(4096)), "corrupt");
      }
    }
  });

  it("above the limit are refused by their header alone", () => {
    const header = frame(0, bytesOf(10)).subarray(0, frameHeaderBytes);
    header.writeUInt32LE(limits.frameBytesMax + 1, 4);
    assert.equal(faultOf(header), "oversized");
    header.writeUInt32LE(0xffff_ffff, 4);
    assert.equal(faultOf(header), "oversized");
    assert.equal(faultOf(frame(0, bytesOf(limits.frameBytesMax))), null);
  });

  it("must be in sequence", () => {
    assert.equal(faultOf(frame(1, bytesOf(1))), "bad-sequence");
    assert.equal(faultOf(frame(0, bytesOf(1)), frame(2, bytesOf(1))), "bad-sequence");
    assert.equal(faultOf(frame(0, bytesOf(1)), frame(0, bytesOf(1))), "bad-sequence");
    assert.equal(nextSequence(0xffff_ffff), 0);
  });

  it("of another lane, type or with unknown flags are refused", () => {
    const payload = bytesOf(3);
    assert.equal(faultOf(makeFrame(FrameType.messages, Lane.urgent, 0, 0, payload, 0, 3)), "bad-frame");
    assert.equal(faultOf(makeFrame(FrameType.messages, Lane.bulk, 2, 0, payload, 0, 3)), "bad-frame");
    const unknown = frame(0, payload);
    unknown[8] = 200;
    assert.equal(faultOf(unknown), "bad-frame");
  });

  it("of a large unit are put together, and a small one may come between them", () => {
    const whole = bytesOf(3000);
    const parts = [
      frame(0, whole.subarray(0, 1024), continuedFlag),
      frame(1, bytesOf(5), 0, FrameType.ping),
      frame(2, whole.subarray(1024, 2048), continuedFlag),
      frame(3, whole.subarray(2048)),
      frame(4, bytesOf(2)),
    ];
    const units = read(new FrameReader(Lane.bulk, limits), Buffer.concat(parts));
    assert.deepEqual(plain(units), [
      { type: FrameType.ping, payload: [...bytesOf(5)] },
      { type: FrameType.messages, payload: [...whole] },
      { type: FrameType.messages, payload: [0, 1] },
    ]);
  });

  it("of a unit above its limit, of two units at once, or in tiny parts are refused", () => {
    const part = bytesOf(4096);
    const parts = [0, 1, 2].map((at) => frame(at, part, continuedFlag));
    assert.equal(faultOf(...parts.slice(0, 2)), null);
    assert.equal(faultOf(...parts), "oversized");
    const other = makeFrame(FrameType.response, Lane.bulk, continuedFlag, 1, part, 0, part.length);
    assert.equal(faultOf(frame(0, part, continuedFlag), other), "bad-frame");
    assert.equal(faultOf(frame(0, bytesOf(10), continuedFlag)), "bad-frame");
  });

  it("out of arbitrary bytes are nothing, or a WireError", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 100 }), { maxLength: 5 }), (pieces) => {
        faultOf(...pieces);
      }),
      { numRuns: 2000 },
    );
  });
});
