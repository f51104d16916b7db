/**
 * Bytes: the writer and the reader under every encoding of this package.
 *
 * Numbers are base-128 varints of at most eight bytes (53 bits, all that a `number` holds exactly), in their shortest
 * form only; fixed-width fields are little endian.
 */

import { noData } from "@quorate/raft";
import { WireError } from "./transport-error.ts";

const twoTo28 = 0x10000000;
const capacityFirst = 4096;
/** What units that are handed over share: an array of its own for each would cost more than writing it. */
const capacityShared = 1 << 16;
/** A buffer that grew beyond this for one large unit is given back by `reset`. */
const capacityKept = 1 << 20;
/** Where a number is put together; a view of the bytes themselves would have to be made for each. */
const scratch = new DataView(new ArrayBuffer(8));
const utf8Encoder = new TextEncoder();
const utf8Decoder = new TextDecoder("utf-8", { fatal: false });

/** Bytes that one varint can take. */
export const varintBytesMax = 8;

/**
 * A growing buffer. What does not fit an encoding (negative, fractional or unsafe numbers) is a programmer's error and
 * throws RangeError.
 */
export class ByteWriter {
  /** The buffer; only `[0, length)` is written. Replaced when it grows. */
  bytes: Uint8Array<ArrayBuffer> = new Uint8Array(capacityFirst);
  length = 0;
  #view: DataView = new DataView(this.bytes.buffer);
  /** Where the unit begins that {@link ByteWriter.handOver} hands over. */
  #unitStart = 0;

  /** Starts again from nothing. */
  reset(): void {
    this.length = 0;
    if (this.bytes.length > capacityKept) this.#replace(new Uint8Array(capacityFirst));
  }

  /** Makes room for `count` more bytes. */
  reserve(count: number): void {
    const needed = this.length + count;
    if (needed <= this.bytes.length) return;
    const grown = new Uint8Array(Math.max(needed, this.bytes.length * 2));
    grown.set(this.bytes.subarray(0, this.length));
    this.#replace(grown);
  }

  u8(value: number): void {
    this.reserve(1);
    this.bytes[this.length++] = value;
  }

  u16(value: number): void {
    this.reserve(2);
    this.#view.setUint16(this.length, value, true);
    this.length += 2;
  }

  u32(value: number): void {
    this.reserve(4);
    this.setU32(this.length, value);
    this.length += 4;
  }

  /** Overwrites four bytes already written. */
  setU32(position: number, value: number): void {
    this.#view.setUint32(position, value, true);
  }

  u64(value: bigint): void {
    this.reserve(8);
    this.#view.setBigUint64(this.length, value, true);
    this.length += 8;
  }

  f64(value: number): void {
    this.reserve(8);
    this.#view.setFloat64(this.length, value, true);
    this.length += 8;
  }

  varint(value: number): void {
    this.reserve(varintBytesMax);
    this.varintReserved(value);
  }

  /** A varint for which room was made before. */
  varintReserved(value: number): void {
    const bytes = this.bytes;
    let at = this.length;
    if (value >= 0 && value < 0x80 && Number.isInteger(value)) {
      bytes[at] = value;
      this.length = at + 1;
      return;
    }
    if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`not encodable: ${value}`);
    let rest = value;
    if (rest >= twoTo28) {
      const high = Math.floor(rest / twoTo28);
      // Exact, as is the division, and several times as fast as the remainder of a division.
      let low = rest - high * twoTo28;
      for (let group = 0; group < 4; group++) {
        bytes[at++] = (low & 0x7f) | 0x80;
        low >>>= 7;
      }
      rest = high;
    }
    while (rest >= 0x80) {
      bytes[at++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    bytes[at++] = rest;
    this.length = at;
  }

  raw(bytes: Uint8Array): void {
    this.reserve(bytes.length);
    this.bytes.set(bytes, this.length);
    this.length += bytes.length;
  }

  /** Length, then bytes. */
  block(bytes: Uint8Array): void {
    this.varint(bytes.length);
    this.raw(bytes);
  }

  /** Length, then UTF-8. */
  text(text: string): void {
    this.block(utf8Encoder.encode(text));
  }

  /** A copy of what was written. */
  copy(): Uint8Array<ArrayBuffer> {
    return this.bytes.slice(0, this.length);
  }

  /** Starts a unit for {@link handOver}, behind those before it, with room for `bytesMax`. No `reset` from then on. */
  begin(bytesMax: number): void {
    if (this.length + bytesMax > this.bytes.length) {
      this.#replace(new Uint8Array(Math.max(capacityShared, bytesMax)));
      this.length = 0;
    }
    this.#unitStart = this.length;
  }

  /** Hands over the unit without copying it. Nothing is written over it, but others share its buffer. */
  handOver(): Uint8Array<ArrayBuffer> {
    return this.bytes.subarray(this.#unitStart, this.length);
  }

  /** Hands over what was written without copying it, and starts with a new buffer. */
  detach(): Uint8Array<ArrayBuffer> {
    const bytes = this.bytes.subarray(0, this.length);
    this.length = 0;
    this.#replace(new Uint8Array(capacityFirst));
    return bytes;
  }

  #replace(bytes: Uint8Array<ArrayBuffer>): void {
    this.bytes = bytes;
    this.#view = new DataView(bytes.buffer);
  }
}

/** Reads within `[position, end)` of a byte array; anything else throws a {@link WireError} `corrupt`. */
export class ByteReader {
  #bytes: Uint8Array = noData;
  #position = 0;
  #end = 0;

  /** Begins with other bytes; one reader serves many. */
  open(bytes: Uint8Array, position = 0, end: number = bytes.length): this {
    this.#bytes = bytes;
    this.#position = position;
    this.#end = end;
    return this;
  }

  /** Lets go of the bytes. */
  close(): void {
    this.#bytes = noData;
    this.#position = 0;
    this.#end = 0;
  }

  get remaining(): number {
    return this.#end - this.#position;
  }

  u8(): number {
    if (this.#position >= this.#end) throw truncated();
    return this.#bytes[this.#position++] as number;
  }

  u16(): number {
    const at = this.#take(2);
    return (this.#bytes[at] as number) | ((this.#bytes[at + 1] as number) << 8);
  }

  u32(): number {
    const low = this.u16();
    return low + this.u16() * 0x10000;
  }

  u64(): bigint {
    const low = this.u32();
    return (BigInt(this.u32()) << 32n) | BigInt(low);
  }

  f64(): number {
    const at = this.#take(8);
    for (let offset = 0; offset < 8; offset++) scratch.setUint8(offset, this.#bytes[at + offset] as number);
    return scratch.getFloat64(0, true);
  }

  varint(): number {
    const bytes = this.#bytes;
    const end = this.#end;
    let at = this.#position;
    if (at >= end) throw truncated();
    let byte = bytes[at++] as number;
    if (byte < 0x80) {
      this.#position = at;
      return byte;
    }
    let low = byte & 0x7f;
    let high = 0;
    let shift = 7;
    do {
      if (at >= end) throw truncated();
      byte = bytes[at++] as number;
      if (shift < 28) low |= (byte & 0x7f) << shift;
      else high |= (byte & 0x7f) << (shift - 28);
      shift += 7;
    } while (byte >= 0x80 && shift < 56);
    if (byte >= 0x80 || byte === 0 || high >= 0x2000000)
      throw corrupt("a varint is not in shortest form or above 2^53");
    this.#position = at;
    return high * twoTo28 + low;
  }

  /** A view of the next bytes, without a copy. */
  view(length: number): Uint8Array {
    if (length === 0) return noData;
    const at = this.#take(length);
    return new Uint8Array(this.#bytes.buffer, this.#bytes.byteOffset + at, length);
  }

  block(): Uint8Array {
    return this.view(this.varint());
  }

  /** UTF-8 of at most `bytesMax` bytes, without control characters: it may end up in a log line. */
  text(bytesMax: number): string {
    const length = this.varint();
    if (length > bytesMax) throw corrupt(`a text of ${length} bytes exceeds ${bytesMax}`);
    return printable(utf8Decoder.decode(this.view(length)));
  }

  /** Everything that is left. */
  rest(): Uint8Array {
    return this.view(this.remaining);
  }

  /** Asserts that nothing is left. */
  finish(): void {
    if (this.remaining !== 0) throw corrupt(`${this.remaining} bytes too many`);
  }

  #take(length: number): number {
    const at = this.#position;
    if (length > this.#end - at) throw truncated();
    this.#position = at + length;
    return at;
  }
}

/** A text without control characters. */
export function printable(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, "?");
}

/** Makes the error of undecodable content. */
export function corrupt(message: string): WireError {
  return new WireError("corrupt", message);
}

function truncated(): WireError {
  return corrupt("the bytes end too early");
}
