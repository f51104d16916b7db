/**
 * Reading and writing of the package's own small records: varints, length-prefixed bytes and text.
 */

/** Bytes that are not what this package writes. */
export class FormatError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "FormatError";
  }
}

/** Below this a loop is faster than a call that copies, and than the view that it may need. */
const loopBytesMax = 64;

/** Copies the first `count` bytes of `source` to `position` of `target`. */
function copyBytes(source: Uint8Array, count: number, target: Uint8Array, position: number): void {
  if (count > loopBytesMax) {
    target.set(count === source.length ? source : source.subarray(0, count), position);
    return;
  }
  for (let offset = 0; offset < count; offset++) target[position + offset] = source[offset] as number;
}

/** Appends fields to a growing buffer. */
export class ByteWriter {
  private buffer: Uint8Array<ArrayBuffer>;
  private length = 0;

  /** `capacity`: the bytes that are expected; more may come, but growing copies. */
  constructor(capacity = 64) {
    this.buffer = new Uint8Array(capacity);
  }

  /** Starts again from nothing, so that one writer can serve many small records. */
  reset(): this {
    this.length = 0;
    return this;
  }

  /** A non-negative safe integer, 1 to 8 bytes. */
  varint(value: number): this {
    if (!Number.isSafeInteger(value) || value < 0)
      throw new FormatError(`${value} is not a non-negative safe integer`);
    this.reserve(8);
    let rest = value;
    while (rest >= 0x80) {
      this.buffer[this.length++] = (rest % 0x80) + 0x80;
      rest = Math.floor(rest / 0x80);
    }
    this.buffer[this.length++] = rest;
    return this;
  }

  /** Bytes as they are, without a length. */
  raw(bytes: Uint8Array): this {
    this.reserve(bytes.length);
    copyBytes(bytes, bytes.length, this.buffer, this.length);
    this.length += bytes.length;
    return this;
  }

  /** Bytes behind their length. */
  bytes(bytes: Uint8Array): this {
    return this.varint(bytes.length).raw(bytes);
  }

  /** Text as UTF-8 behind its length. */
  text(text: string): this {
    return this.bytes(encodeText(text));
  }

  /** Bytes that fit without growing. */
  get capacity(): number {
    return this.buffer.length;
  }

  /** Bytes written so far. */
  get size(): number {
    return this.length;
  }

  /** What was written, as a copy of its own. */
  finish(): Uint8Array {
    return this.buffer.slice(0, this.length);
  }

  /** Copies what was written to the beginning of `target`, which must be large enough. */
  copyTo(target: Uint8Array): void {
    copyBytes(this.buffer, this.length, target, 0);
  }

  private reserve(count: number): void {
    if (this.length + count <= this.buffer.length) return;
    const grown = new Uint8Array(Math.max(this.buffer.length * 2, this.length + count));
    copyBytes(this.buffer, this.length, grown, 0);
    this.buffer = grown;
  }
}

/** Reads what {@link ByteWriter} wrote. Every method throws a {@link FormatError} at the end of the bytes. */
export class ByteReader {
  private readonly source: Uint8Array;
  private position = 0;

  constructor(source: Uint8Array) {
    this.source = source;
  }

  varint(): number {
    let value = 0;
    for (let scale = 1; scale <= 2 ** 49; scale *= 0x80) {
      const byte = this.source[this.position++];
      if (byte === undefined) throw new FormatError("the bytes end inside a number");
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) {
        if (!Number.isSafeInteger(value)) break;
        return value;
      }
    }
    throw new FormatError("a number is too large");
  }

  /** A view of the next bytes. */
  bytes(): Uint8Array {
    const length = this.varint();
    if (length > this.source.length - this.position) throw new FormatError("the bytes end inside a field");
    const view = this.source.subarray(this.position, this.position + length);
    this.position += length;
    return view;
  }

  text(): string {
    return decodeText(this.bytes());
  }

  /** A view of everything that is left. */
  rest(): Uint8Array {
    const view = this.source.subarray(this.position);
    this.position = this.source.length;
    return view;
  }

  get isAtEnd(): boolean {
    return this.position === this.source.length;
  }
}

const textEncoder = new TextEncoder();
const textDecoder = new TextDecoder("utf-8", { fatal: true });

/** UTF-8 of a text. */
export function encodeText(text: string): Uint8Array {
  return textEncoder.encode(text);
}

/** The text of UTF-8 bytes. @throws FormatError if they are not. */
export function decodeText(bytes: Uint8Array): string {
  try {
    return textDecoder.decode(bytes);
  } catch (error) {
    throw new FormatError(`the bytes are not UTF-8: ${String(error)}`);
  }
}
