/**
 * Reads the store's binary formats. Every length is checked against what is there; nothing is allocated on the word of
 * an input.
 */

import { partOf } from "./bytes.ts";
import { StoreError } from "./store-error.ts";

function truncated(): StoreError {
  return new StoreError("corrupt", "a record ends too early");
}

/** Reads from a byte string, front to back. Throws `corrupt` when the input is not what it must be. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  #at: number;

  constructor(bytes: Uint8Array, at = 0) {
    this.#bytes = bytes;
    this.#at = at;
  }

  get position(): number {
    return this.#at;
  }

  get remaining(): number {
    return this.#bytes.length - this.#at;
  }

  byte(): number {
    const value = this.#bytes[this.#at];
    if (value === undefined) throw truncated();
    this.#at++;
    return value;
  }

  flag(): boolean {
    const value = this.byte();
    if (value > 1) throw new StoreError("corrupt", `a flag is ${value}`);
    return value === 1;
  }

  varint(): number {
    // Most numbers are small.
    const first = this.#bytes[this.#at];
    if (first !== undefined && first < 0x80) {
      this.#at++;
      return first;
    }
    let value = 0;
    let scale = 1;
    for (let count = 0; count < 8; count++) {
      const next = this.byte();
      value += (next & 0x7f) * scale;
      if (next < 0x80) {
        if (!Number.isSafeInteger(value)) throw new StoreError("corrupt", "a number exceeds 53 bits");
        return value;
      }
      scale *= 0x80;
    }
    throw new StoreError("corrupt", "a number exceeds 53 bits");
  }

  signed(): number {
    const negative = this.flag();
    const value = this.varint();
    return negative && value !== 0 ? -value : value;
  }

  uint32(): number {
    const at = this.#at;
    if (this.remaining < 4) throw truncated();
    this.#at = at + 4;
    return readUint32(this.#bytes, at);
  }

  /** 64 bits as a signed number: lease ids. */
  int64(): bigint {
    return BigInt.asIntN(64, this.uint64());
  }

  /** 64 bits as an unsigned number: member ids. */
  uint64(): bigint {
    const high = this.uint32();
    const low = this.uint32();
    return joinWords(high, low);
  }

  /** Bytes with their length before them, to be read only: they may be a view of the input. */
  sized(): Uint8Array {
    return this.raw(this.varint());
  }

  raw(length: number): Uint8Array {
    if (length > this.remaining) throw truncated();
    const from = this.#at;
    this.#at = from + length;
    return partOf(this.#bytes, from, this.#at);
  }

  /** Everything that is left, as {@link sized}. */
  rest(): Uint8Array {
    return this.raw(this.remaining);
  }

  /** Asserts that nothing is left. */
  end(): void {
    if (this.remaining !== 0) throw new StoreError("corrupt", `${this.remaining} bytes too many in a record`);
  }
}

/** Reads a signed 64-bit big-endian integer; the caller has checked that it is there. */
export function readInt64(bytes: Uint8Array, at: number): bigint {
  return BigInt.asIntN(64, joinWords(readUint32(bytes, at), readUint32(bytes, at + 4)));
}

function joinWords(high: number, low: number): bigint {
  // No lease, mostly.
  if (high === 0 && low === 0) return 0n;
  return (BigInt(high) << 32n) | BigInt(low);
}

/** Reads an unsigned 32-bit big-endian integer; the caller has checked that it is there. */
export function readUint32(bytes: Uint8Array, at: number): number {
  return (
    (((bytes[at] as number) << 24) |
      ((bytes[at + 1] as number) << 16) |
      ((bytes[at + 2] as number) << 8) |
      (bytes[at + 3] as number)) >>>
    0
  );
}
