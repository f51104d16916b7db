/**
 * Reads protobuf's wire format; the generated `read` functions drive it.
 *
 * `end` is the end of the message being read, and no read goes beyond it: an inner message cannot take bytes of its
 * outer one. A length is compared with what is there before anything is made of it.
 */

import { DecodeError } from "./decode-error.ts";
import { highWord, longWords, lowWord, signedLong, unsignedLong } from "./long-words.ts";

/** What a decoder puts up with. */
export type DecodeLimits = {
  /** Messages inside each other, the outermost not counted. */
  readonly depthMax: number;
  /** Elements of all repeated fields together. A two-byte element may become an object of a hundred bytes. */
  readonly elementsMax: number;
};

/** Depth as in most implementations; elements unlimited, for a client that trusts its server. */
export const defaultDecodeLimits: DecodeLimits = { depthMax: 100, elementsMax: Number.MAX_SAFE_INTEGER };

/** The empty byte string that all decoded messages share. */
export const noBytes = new Uint8Array(0);

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const wordRange = 2 ** 32;
const tagMax = 2 ** 32 - 1;

/** A position in the bytes of a message. */
export class WireReader {
  /** Where the next value begins. */
  position = 0;
  /** Where the message being read ends. */
  end: number;
  readonly #input: Uint8Array;
  #depthLeft: number;
  #elementsLeft: number;

  constructor(input: Uint8Array, limits: DecodeLimits = defaultDecodeLimits) {
    this.#input = input;
    this.end = input.length;
    this.#depthLeft = limits.depthMax;
    this.#elementsLeft = limits.elementsMax;
  }

  /** Field number and wire type of the next value: `number << 3 | type`. */
  tag(): number {
    const at = this.position;
    const first = this.#input[at] as number;
    if (first < 0x80) {
      this.position = at + 1;
      return first;
    }
    this.#words();
    if (longWords[highWord] !== 0) {
      throw new DecodeError("tag", at, `a field number is above ${tagMax >>> 3}`);
    }
    return longWords[lowWord] as number;
  }

  /** Begins an inner message or a packed list; the result goes to {@link leave}. */
  enter(): number {
    const length = this.#length();
    if (--this.#depthLeft < 0) {
      throw new DecodeError("depth", this.position, "messages are nested too deep");
    }
    const outer = this.end;
    this.end = this.position + length;
    return outer;
  }

  /** Ends what {@link enter} began. */
  leave(outer: number): void {
    this.end = outer;
    this.#depthLeft++;
  }

  /** Counts an element of a repeated field. */
  element(): void {
    if (--this.#elementsLeft < 0) {
      throw new DecodeError("elements", this.position, "repeated fields have too many elements");
    }
  }

  bool(): boolean {
    const small = this.#small();
    if (small >= 0) return small !== 0;
    this.#words();
    return longWords[0] !== 0 || longWords[1] !== 0;
  }

  /** A signed number of 32 bits, or an enum's; higher bits are dropped as the specification says. */
  int32(): number {
    const small = this.#small();
    if (small >= 0) return small;
    this.#words();
    return (longWords[lowWord] as number) | 0;
  }

  uint32(): number {
    const small = this.#small();
    if (small >= 0) return small;
    this.#words();
    return longWords[lowWord] as number;
  }

  /** A signed number of 64 bits that must be a safe integer. */
  int64Exact(): number {
    const small = this.#small();
    if (small >= 0) return small;
    const at = this.position;
    this.#words();
    const value = ((longWords[highWord] as number) | 0) * wordRange + (longWords[lowWord] as number);
    return Number.isSafeInteger(value) ? value : this.#unsafe(at);
  }

  /** An unsigned number of 64 bits that must be a safe integer. */
  uint64Exact(): number {
    const small = this.#small();
    if (small >= 0) return small;
    const at = this.position;
    this.#words();
    const value = (longWords[highWord] as number) * wordRange + (longWords[lowWord] as number);
    return Number.isSafeInteger(value) ? value : this.#unsafe(at);
  }

  /** A signed number of 64 bits, moved to the nearest safe integer. */
  int64Clamped(): number {
    const small = this.#small();
    if (small >= 0) return small;
    this.#words();
    const value = ((longWords[highWord] as number) | 0) * wordRange + (longWords[lowWord] as number);
    return Math.max(Number.MIN_SAFE_INTEGER, Math.min(Number.MAX_SAFE_INTEGER, value));
  }

  /** A signed number of 64 bits, all of them. */
  int64(): bigint {
    this.#words();
    return signedLong[0] as bigint;
  }

  /** An unsigned number of 64 bits, all of them. */
  uint64(): bigint {
    this.#words();
    return unsignedLong[0] as bigint;
  }

  /** A view of the input, always a plain Uint8Array: `slice()` of a Buffer would not copy. */
  bytes(): Uint8Array {
    const length = this.#length();
    if (length === 0) return noBytes;
    const input = this.#input;
    const at = this.position;
    this.position = at + length;
    return new Uint8Array(input.buffer, input.byteOffset + at, length);
  }

  string(): string {
    const at = this.position;
    const bytes = this.bytes();
    if (bytes.length === 0) return "";
    try {
      return utf8.decode(bytes);
    } catch {
      throw new DecodeError("utf8", at, "a string is not UTF-8");
    }
  }

  /** Passes over the value of a tag that the message does not know, or knows with another wire type. */
  skip(tag: number): void {
    if (tag >>> 3 === 0) throw new DecodeError("tag", this.position, "field number 0");
    const wireType = tag & 7;
    if (wireType === 0) {
      this.#words();
    } else if (wireType === 1) {
      this.#pass(8);
    } else if (wireType === 2) {
      this.#pass(this.#length());
    } else if (wireType === 3) {
      this.#skipGroup(tag);
    } else if (wireType === 5) {
      this.#pass(4);
    } else {
      throw new DecodeError("tag", this.position, `wire type ${wireType} begins no value`);
    }
  }

  /** Groups left protobuf long ago, but their bytes are still to be passed over. */
  #skipGroup(begin: number): void {
    if (--this.#depthLeft < 0) {
      throw new DecodeError("depth", this.position, "groups are nested too deep");
    }
    const close = begin + 1;
    for (;;) {
      if (this.position >= this.end) throw new DecodeError("truncated", this.position, "a group has no end");
      const tag = this.tag();
      if (tag === close) break;
      this.skip(tag);
    }
    this.#depthLeft++;
  }

  #pass(length: number): void {
    if (length > this.end - this.position) this.#truncated();
    this.position += length;
  }

  /** A length, compared with what the message still has. */
  #length(): number {
    let length = this.#small();
    if (length < 0) {
      const at = this.position;
      this.#words();
      if (longWords[highWord] !== 0) throw new DecodeError("truncated", at, "a length of more than 32 bits");
      length = longWords[lowWord] as number;
    }
    if (length > this.end - this.position) this.#truncated();
    return length;
  }

  /** A varint of up to four bytes; -1, and nothing taken, if it is longer or near the end. */
  #small(): number {
    const input = this.#input;
    const at = this.position;
    const room = this.end - at;
    if (room < 1) return -1;
    const first = input[at] as number;
    if (first < 0x80) {
      this.position = at + 1;
      return first;
    }
    if (room < 4) return -1;
    const second = input[at + 1] as number;
    let value = (first & 0x7f) | ((second & 0x7f) << 7);
    if (second < 0x80) {
      this.position = at + 2;
      return value;
    }
    const third = input[at + 2] as number;
    value |= (third & 0x7f) << 14;
    if (third < 0x80) {
      this.position = at + 3;
      return value;
    }
    const fourth = input[at + 3] as number;
    if (fourth >= 0x80) return -1;
    this.position = at + 4;
    return value | (fourth << 21);
  }

  /** A varint of any length, into {@link longWords}. */
  #words(): void {
    const input = this.#input;
    const start = this.position;
    const last = Math.min(this.end, start + 10);
    let low = 0;
    let high = 0;
    let shift = 0;
    for (let at = start; at < last; at++, shift += 7) {
      const byte = input[at] as number;
      const bits = byte & 0x7f;
      if (shift < 28) low |= bits << shift;
      else if (shift === 28) {
        low |= bits << 28;
        high = bits >>> 4;
      } else high |= bits << (shift - 32);
      if (byte >= 0x80) continue;
      if (shift === 63 && byte > 1) break;
      this.position = at + 1;
      longWords[lowWord] = low;
      longWords[highWord] = high;
      return;
    }
    if (last < start + 10) this.#truncated();
    throw new DecodeError("varint", start, "a varint has more than 64 bits");
  }

  #truncated(): never {
    throw new DecodeError("truncated", this.position, "a value goes beyond the end of its message");
  }

  #unsafe(at: number): never {
    throw new DecodeError("unsafe-integer", at, "an integer is beyond ±(2^53 − 1)");
  }
}
