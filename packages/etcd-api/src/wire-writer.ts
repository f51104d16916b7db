/**
 * Writes protobuf's wire format, backwards.
 *
 * The generated `size` functions tell exactly how long a message will be, so that the caller can make room once, with a
 * frame's header before it if it likes. The `write` functions then go from the last field to the first: when an inner
 * message is written its length is known, and nothing is measured twice or moved. Each function here takes the end of
 * the value and returns its beginning.
 *
 * A number that does not fit its field is a programmer's error and throws RangeError, in the size functions.
 */

import { highWord, longWords, lowWord, signedLong } from "./long-words.ts";

const utf8 = new TextEncoder();
/** Below this a loop is faster than `set`: 4 bytes take 4 ns against 10. */
const loopBytesMax = 8;

/** Bytes of a varint of 32 bits, and of the length of so many bytes. */
export function varintSize(value: number): number {
  if (value < 0x80) return 1;
  if (value < 0x4000) return 2;
  if (value < 0x200000) return 3;
  return value < 0x10000000 ? 4 : 5;
}

/** Bytes of something of this length together with its length. */
export function delimitedSize(length: number): number {
  return varintSize(length) + length;
}

/** Bytes of a signed number of 32 bits, or an enum's; a negative one takes ten. */
export function int32Size(value: number): number {
  if ((value | 0) !== value) refuse(value, "an integer of 32 bits");
  return value < 0 ? 10 : varintSize(value);
}

/** Bytes of an unsigned number of 32 bits. */
export function uint32Size(value: number): number {
  if (value >>> 0 !== value) refuse(value, "an unsigned integer of 32 bits");
  return varintSize(value);
}

/** Bytes of a safe integer as int64. */
export function int64NumberSize(value: number): number {
  if (value >>> 0 === value) return varintSize(value);
  if (!Number.isSafeInteger(value)) refuse(value, "a safe integer");
  return value < 0 ? 10 : highSize(Math.floor(value / 2 ** 32));
}

/** Bytes of a safe integer as uint64. */
export function uint64NumberSize(value: number): number {
  if (value >>> 0 === value) return varintSize(value);
  if (!Number.isSafeInteger(value) || value < 0) refuse(value, "an unsigned safe integer");
  return highSize(Math.floor(value / 2 ** 32));
}

/** Bytes of an int64. */
export function int64Size(value: bigint): number {
  if (BigInt.asIntN(64, value) !== value) refuse(value, "an integer of 64 bits");
  return longSize(value);
}

/** Bytes of an uint64. */
export function uint64Size(value: bigint): number {
  if (BigInt.asUintN(64, value) !== value) refuse(value, "an unsigned integer of 64 bits");
  return longSize(value);
}

/** Bytes of a string in UTF-8, its length included. A lone surrogate becomes U+FFFD, as everywhere on the web. */
export function stringSize(value: string): number {
  return delimitedSize(utf8Length(value));
}

/** Writes a varint of 32 bits. */
export function writeVarint(target: Uint8Array, end: number, value: number): number {
  if (value < 0x80) {
    target[end - 1] = value;
    return end - 1;
  }
  const start = end - varintSize(value);
  let at = start;
  let rest = value;
  while (rest >= 0x80) {
    target[at++] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
  }
  target[at] = rest;
  return start;
}

/** Writes a safe integer as int64 or uint64; also an int32 and an enum's number, which are sent as if they had 64 bits. */
export function writeNumber(target: Uint8Array, end: number, value: number): number {
  if (value >>> 0 === value) return writeVarint(target, end, value);
  return writeWords(target, end, value >>> 0, Math.floor(value / 2 ** 32) >>> 0);
}

/** Writes an int64 or uint64. */
export function writeLong(target: Uint8Array, end: number, value: bigint): number {
  signedLong[0] = value;
  return writeWords(target, end, longWords[lowWord] as number, longWords[highWord] as number);
}

/** Writes bytes and their length. */
export function writeBytes(target: Uint8Array, end: number, value: Uint8Array): number {
  const { length } = value;
  const start = end - length;
  if (length > loopBytesMax) target.set(value, start);
  else for (let index = 0; index < length; index++) target[start + index] = value[index] as number;
  return writeVarint(target, start, length);
}

/** Writes a string in UTF-8 and its length. */
export function writeString(target: Uint8Array, end: number, value: string): number {
  const length = utf8Length(value);
  const start = end - length;
  if (length === value.length) {
    for (let index = 0; index < length; index++) target[start + index] = value.charCodeAt(index);
  } else {
    utf8.encodeInto(value, target.subarray(start, end));
  }
  return writeVarint(target, start, length);
}

function writeWords(target: Uint8Array, end: number, lower: number, upper: number): number {
  const start = end - wordsSize(lower, upper);
  let at = start;
  let low = lower;
  let high = upper;
  while (high !== 0) {
    target[at++] = (low & 0x7f) | 0x80;
    low = ((low >>> 7) | (high << 25)) >>> 0;
    high >>>= 7;
  }
  while (low >= 0x80) {
    target[at++] = (low & 0x7f) | 0x80;
    low >>>= 7;
  }
  target[at] = low;
  return start;
}

function longSize(value: bigint): number {
  signedLong[0] = value;
  return wordsSize(longWords[lowWord] as number, longWords[highWord] as number);
}

function wordsSize(low: number, high: number): number {
  return high === 0 ? varintSize(low) : highSize(high);
}

/** Bytes of a varint whose upper word is not zero: one for every seven bits. */
function highSize(high: number): number {
  return Math.ceil((64 - Math.clz32(high)) / 7);
}

function utf8Length(value: string): number {
  let length = value.length;
  for (let index = 0; index < value.length; index++) {
    const unit = value.charCodeAt(index);
    if (unit < 0x80) continue;
    length++;
    if (unit < 0x800) continue;
    length++;
    if (unit < 0xd800 || unit > 0xdbff) continue;
    const next = value.charCodeAt(index + 1);
    if (next < 0xdc00 || next > 0xdfff || Number.isNaN(next)) continue;
    // A pair of surrogates is four bytes: two units, two more; the second unit counts nothing by itself.
    index++;
  }
  return length;
}

function refuse(value: number | bigint, what: string): never {
  throw new RangeError(`${String(value)} is not ${what}`);
}
