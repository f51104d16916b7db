import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { EntryType, type Message, MessageType, makeEntry, makeMessage, messageName } from "@quorate/raft";
import { ByteWriter } from "../src/bytes.ts";
import { decodeBatch, encodeBatched } from "../src/message-batch.ts";
import { decodeMessage, encodeMessage, messageBytes, messageCodecVersion } from "../src/message-codec.ts";
import { WireError } from "../src/transport-error.ts";
import { anyMessage, append, snapshotMessage } from "./messages.ts";
import { fc } from "./property.ts";

function encode(message: Message): Uint8Array<ArrayBuffer> {
  const writer = new ByteWriter();
  encodeMessage(writer, message);
  return writer.copy();
}

/** The message, or null if the bytes were refused as they should be. */
function decodeOrRefuse(bytes: Uint8Array): Message | null {
  try {
    return decodeMessage(bytes);
  } catch (error) {
    assert.ok(error instanceof WireError, String(error));
    assert.equal(error.fault, "corrupt");
    return null;
  }
}

describe("message codec", () => {
  it("gives back every message", () => {
    fc.assert(
      fc.property(anyMessage, (message) => {
        assert.deepEqual(decodeMessage(encode(message)), message);
      }),
      { numRuns: 1000 },
    );
  });

  it("gives back every message of a batch, in order", () => {
    fc.assert(
      fc.property(fc.array(anyMessage, { maxLength: 5 }), (messages) => {
        const writer = new ByteWriter();
        for (const message of messages) encodeBatched(writer, message);
        const decoded: Message[] = [];
        decodeBatch(writer.copy(), (message) => decoded.push(message));
        assert.deepEqual(decoded, messages);
      }),
    );
  });

  it("never takes more bytes than it is accounted for", () => {
    fc.assert(
      fc.property(anyMessage, (message) => {
        const writer = new ByteWriter();
        encodeBatched(writer, message);
        assert.ok(writer.length <= messageBytes(message));
      }),
      { numRuns: 1000 },
    );
  });

  it("refuses arbitrary bytes by a WireError only, and what it takes is canonical", () => {
    const firstByte = fc.nat(23).map((type) => type | (messageCodecVersion << 5));
    const likely = fc
      .tuple(firstByte, fc.uint8Array({ maxLength: 60 }))
      .map(([first, rest]) => Uint8Array.of(first, ...rest));
    fc.assert(
      fc.property(fc.oneof(likely, fc.uint8Array({ maxLength: 60 })), (bytes) => {
        const message = decodeOrRefuse(bytes);
        if (message !== null) assert.deepEqual(encode(message), bytes);
      }),
      { numRuns: 20_000 },
    );
  });

  it("refuses or understands every one-byte change of a message", () => {
    const entries = [1, 2, 3].map((at) => makeEntry(EntryType.normal, 7, 200 + at, Uint8Array.of(at, at)));
    const message = makeMessage(MessageType.MsgApp, { from: 1, to: 300, term: 7, index: 200, entries });
    for (const original of [encode(message), encode(snapshotMessage(1, 2))]) {
      for (let at = 0; at < original.length; at++) {
        for (let value = 0; value < 256; value++) {
          const changed = original.slice();
          changed[at] = value;
          const decoded = decodeOrRefuse(changed);
          if (decoded !== null) assert.deepEqual(encode(decoded), changed);
        }
      }
    }
  });

  it("refuses every proper prefix and every extension", () => {
    const bytes = encode(snapshotMessage(1, 2));
    for (let length = 0; length < bytes.length; length++) {
      assert.equal(decodeOrRefuse(bytes.subarray(0, length)), null);
    }
    assert.equal(decodeOrRefuse(Uint8Array.of(...bytes, 0)), null);
  });

  it("refuses counts that the bytes cannot hold, without making room for them", () => {
    // An append (type 3) with entries only: 2^52 of them, then nothing.
    const head = [3 | (messageCodecVersion << 5), 0x00, 0x10];
    const huge = [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x08];
    assert.equal(decodeOrRefuse(Uint8Array.of(...head, ...huge)), null);
    // One entry whose data claims as much.
    assert.equal(decodeOrRefuse(Uint8Array.of(...head, 1, 0, ...huge)), null);
  });

  it("does not copy entries' data", () => {
    const bytes = encode(append(1, 2, 5, 100));
    const data = decodeMessage(bytes).entries[0]?.data;
    assert.equal(data?.buffer, bytes.buffer);
  });

  it("spends two bytes per entry beyond its data where a leader appends in sequence", () => {
    const entries = [1, 2, 3, 4].map((at) =>
      makeEntry(EntryType.normal, 7, 1_000_000 + at, Uint8Array.of(at)),
    );
    const without = makeMessage(MessageType.MsgApp, { from: 1, to: 2, term: 7, index: 1_000_000 });
    const bytes = encode({ ...without, entries }).length - encode(without).length;
    assert.equal(bytes, 1 + 4 * (2 + 1));
  });

  it("asserts that messages are for peers and numbers are safe", () => {
    const wrong: Message[] = [
      makeMessage(MessageType.MsgStorageAppend, { to: -1 }),
      makeMessage(MessageType.MsgApp, { to: 1, responses: [makeMessage(MessageType.MsgAppResp)] }),
      makeMessage(MessageType.MsgApp, { to: 1, term: -1 }),
      makeMessage(MessageType.MsgApp, { to: 1, term: 0.5 }),
      makeMessage(MessageType.MsgApp, { to: 1, term: 2 ** 53 }),
    ];
    for (const message of wrong) {
      assert.throws(() => encode(message), RangeError, messageName(message.type));
    }
  });
});
