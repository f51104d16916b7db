/**
 * Decodes header blocks (RFC 7541). One per connection: blocks must come in the order in which they were sent, every one
 * of them, even if nobody wants its fields.
 */

import { type HeaderField, HeaderTable, makeField, tableBytesMax } from "./header-table.ts";
import { ErrorCode, Http2Error } from "./http2-error.ts";
import { decodeHuffman, huffmanBytesMax } from "./huffman.ts";

/** Digits of 7 bits after the first byte of an integer: 28 bits are more than any block has bytes. */
const integerDigitsMax = 4;

/** The fields of a block. */
export type DecodedBlock = {
  readonly fields: readonly HeaderField[];
  /** RFC 9113 §6.5.2: their sizes with 32 for each; all of them, also those that were dropped. */
  readonly listBytes: number;
};

/** See the module. */
export class HpackDecoder {
  readonly table = new HeaderTable();
  private readonly listBytesMax: number;
  private bytes: Buffer = Buffer.alloc(0);
  private at = 0;
  private end = 0;
  private scratch: Buffer = Buffer.alloc(0);

  /** Fields of a longer list are not kept, so that a small block cannot become a large list. */
  constructor(listBytesMax: number) {
    this.listBytesMax = listBytesMax;
  }

  /** Decodes `[start, end)`. @throws Http2Error COMPRESSION_ERROR: the connection cannot go on. */
  decode(bytes: Buffer, start: number, end: number): DecodedBlock {
    this.bytes = bytes;
    this.at = start;
    this.end = end;
    const fields: HeaderField[] = [];
    let listBytes = 0;
    let isFirst = true;
    while (this.at < end) {
      const byte = bytes[this.at] as number;
      if ((byte & 0xe0) === 0x20) {
        if (!isFirst) throw compressionError("a table size is changed within a block");
        this.resize(this.integer(5));
        continue;
      }
      isFirst = false;
      const field = this.field(byte);
      listBytes += field.sizeBytes;
      if (listBytes <= this.listBytesMax) fields.push(field);
    }
    return { fields, listBytes };
  }

  private field(byte: number): HeaderField {
    if ((byte & 0x80) !== 0) return this.indexed(this.integer(7));
    if ((byte & 0x40) !== 0) {
      const field = this.literal(this.integer(6));
      this.table.add(field);
      return field;
    }
    return this.literal(this.integer(4));
  }

  private literal(nameIndex: number): HeaderField {
    const name = nameIndex === 0 ? this.text() : this.indexed(nameIndex).name;
    return makeField(name, this.text());
  }

  private indexed(index: number): HeaderField {
    const field = this.table.at(index);
    if (field === undefined) throw compressionError(`there is no entry ${index}`);
    return field;
  }

  private resize(bytes: number): void {
    if (bytes > tableBytesMax) throw compressionError(`a table of ${bytes} bytes was not permitted`);
    this.table.resize(bytes);
  }

  private integer(prefixBits: number): number {
    const mask = (1 << prefixBits) - 1;
    let value = (this.bytes[this.at++] as number) & mask;
    if (value < mask) return value;
    for (let digit = 0; digit < integerDigitsMax; digit++) {
      if (this.at >= this.end) throw compressionError("it ends within an integer");
      const byte = this.bytes[this.at++] as number;
      value += (byte & 0x7f) << (digit * 7);
      if (byte < 0x80) return value;
    }
    throw compressionError("an integer is too long");
  }

  private text(): string {
    if (this.at >= this.end) throw compressionError("it ends before a text");
    const isHuffman = ((this.bytes[this.at] as number) & 0x80) !== 0;
    const length = this.integer(7);
    const start = this.at;
    if (length > this.end - start) throw compressionError("it ends within a text");
    this.at = start + length;
    if (!isHuffman) return this.bytes.toString("latin1", start, this.at);
    const most = huffmanBytesMax(length);
    if (this.scratch.length < most) this.scratch = Buffer.allocUnsafeSlow(Math.max(256, most));
    const decoded = decodeHuffman(this.bytes, start, this.at, this.scratch);
    if (decoded < 0) throw compressionError("a text is not in the Huffman code");
    return this.scratch.toString("latin1", 0, decoded);
  }
}

function compressionError(what: string): Http2Error {
  return new Http2Error(ErrorCode.compressionError, `bad header block: ${what}`);
}
