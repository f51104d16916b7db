/**
 * Writes the store's binary formats: bytes, varints, 64-bit integers and length-prefixed byte strings.
 */

import { heapBytesMax, newBytes, type Slab } from "./slab.ts";
import { invariant } from "./store-error.ts";

/** Bytes of a non-negative safe integer as a base-128 varint. */
export function varintLength(value: number): number {
  let length = 1;
  for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 0x80)) length++;
  return length;
}

/** Writes a varint at `at`; returns the position behind it. */
export function writeVarint(target: Uint8Array, at: number, value: number): number {
  let rest = value;
  let position = at;
  while (rest >= 0x80) {
    target[position++] = (rest % 0x80) | 0x80;
    rest = Math.floor(rest / 0x80);
  }
  target[position++] = rest;
  return position;
}

/** Writes the low 64 bits of a bigint, big-endian; returns the position behind it. */
export function writeInt64(target: Uint8Array, at: number, value: bigint): number {
  if (value === 0n) return writeUint32(target, writeUint32(target, at, 0), 0);
  const high = Number((value >> 32n) & 0xffffffffn);
  const low = Number(value & 0xffffffffn);
  writeUint32(target, at, high);
  return writeUint32(target, at + 4, low);
}

/** Writes an unsigned 32-bit integer, big-endian; returns the position behind it. */
export function writeUint32(target: Uint8Array, at: number, value: number): number {
  target[at] = value >>> 24;
  target[at + 1] = value >>> 16;
  target[at + 2] = value >>> 8;
  target[at + 3] = value;
  return at + 4;
}

/** A growing buffer for records whose size is not known beforehand. */
export class ByteWriter {
  #bytes: Uint8Array;
  #length = 0;

  constructor(capacityBytes = 256) {
    this.#bytes = new Uint8Array(capacityBytes);
  }

  get length(): number {
    return this.#length;
  }

  byte(value: number): void {
    this.#reserve(1);
    this.#bytes[this.#length++] = value;
  }

  flag(value: boolean): void {
    this.byte(value ? 1 : 0);
  }

  varint(value: number): void {
    invariant(Number.isSafeInteger(value) && value >= 0, "not an unsigned safe integer", value);
    this.#reserve(8);
    this.#length = writeVarint(this.#bytes, this.#length, value);
  }

  /** A safe integer of either sign. */
  signed(value: number): void {
    invariant(Number.isSafeInteger(value), "not a safe integer", value);
    this.flag(value < 0);
    this.varint(Math.abs(value));
  }

  uint32(value: number): void {
    this.#reserve(4);
    this.#length = writeUint32(this.#bytes, this.#length, value);
  }

  /** 64 bits; a lease id is signed at the wire, a member id is not, and both keep all their bits. */
  int64(value: bigint): void {
    this.#reserve(8);
    this.#length = writeInt64(this.#bytes, this.#length, value);
  }

  /** Bytes with their length before them. */
  sized(value: Uint8Array): void {
    this.varint(value.length);
    this.raw(value);
  }

  raw(value: Uint8Array): void {
    this.#reserve(value.length);
    this.#bytes.set(value, this.#length);
    this.#length += value.length;
  }

  /** What was written so far, as a copy; cut from `slab`, or as a record is. */
  finish(slab: Slab | null = null): Uint8Array {
    const written = slab === null ? newBytes(this.#length) : slab.cut(this.#length);
    if (written.length > heapBytesMax) written.set(this.view());
    else for (let at = 0; at < written.length; at++) written[at] = this.#bytes[at] as number;
    return written;
  }

  /** What was written so far, as a view that the next write invalidates. */
  view(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  /** Forgets what was written and keeps the buffer. */
  reset(): void {
    this.#length = 0;
  }

  #reserve(bytes: number): void {
    const needed = this.#length + bytes;
    if (needed <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
  }
}
