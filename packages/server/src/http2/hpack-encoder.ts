/**
 * Encodes header blocks (RFC 7541).
 *
 * Blocks of literals depend on nothing and can be made once for all connections. Besides, a connection keeps two fields
 * in its client's table, so that the head and the tail of a usual answer are two bytes and one: the second answer of a
 * connection, and all that follow, cost a copy of constants.
 */

import { staticFields } from "./static-table.ts";

/** Name and value; the name in lower case, both of latin-1. */
export type Field = readonly [name: string, value: string];

const nameIndexes = new Map<string, number>();
const fieldIndexes = new Map<string, number>();
for (const [position, [name, value]] of staticFields.entries()) {
  if (!nameIndexes.has(name)) nameIndexes.set(name, position + 1);
  if (value !== "") fieldIndexes.set(`${name}\n${value}`, position + 1);
}

/** First index of the dynamic table. */
const dynamicIndex = staticFields.length + 1;
const indexedBit = 0x80;
const insertBit = 0x40;
const literalBits = 0x00;
/** A table of no bytes. */
const emptyTable = 0x20;

/** A block of these fields that needs and leaves nothing in the client's table. */
export function encodeBlock(fields: readonly Field[]): Uint8Array {
  const bytes: number[] = [];
  for (const field of fields) pushField(bytes, field, literalBits, 4);
  return Uint8Array.from(bytes);
}

function pushField(bytes: number[], [name, value]: Field, bits: number, prefixBits: number): void {
  const index = fieldIndexes.get(`${name}\n${value}`);
  if (index !== undefined) {
    pushInteger(bytes, index, indexedBit, 7);
    return;
  }
  const nameIndex = nameIndexes.get(name) ?? 0;
  pushInteger(bytes, nameIndex, bits, prefixBits);
  if (nameIndex === 0) pushText(bytes, name);
  pushText(bytes, value);
}

function pushInteger(bytes: number[], value: number, bits: number, prefixBits: number): void {
  const mask = (1 << prefixBits) - 1;
  if (value < mask) {
    bytes.push(bits | value);
    return;
  }
  bytes.push(bits | mask);
  let left = value - mask;
  for (; left >= 0x80; left >>>= 7) bytes.push((left & 0x7f) | 0x80);
  bytes.push(left);
}

function pushText(bytes: number[], text: string): void {
  const latin1 = Buffer.from(text, "latin1");
  pushInteger(bytes, latin1.length, 0, 7);
  for (const byte of latin1) bytes.push(byte);
}

/** A header block, or one of the two that each connection has its own form of. */
export type Block = Uint8Array | "usual-head" | "usual-tail";

/** The usual answer, in all its forms; made once. */
export type UsualAnswer = {
  readonly literalHead: Uint8Array;
  readonly literalTail: Uint8Array;
  readonly insertingHead: Uint8Array;
  readonly insertingTail: Uint8Array;
  /** Before and after the field of the tail is in the table. */
  readonly indexedHead: Uint8Array;
  readonly laterIndexedHead: Uint8Array;
  readonly indexedTail: Uint8Array;
};

/** Prepares an answer of status 200 with one more field in its head, and one in its tail. */
export function makeUsualAnswer(headField: Field, tailField: Field): UsualAnswer {
  const status: Field = [":status", "200"];
  const inserting = (field: Field): number[] => {
    const bytes: number[] = [];
    pushField(bytes, field, insertBit, 6);
    return bytes;
  };
  const [ok = 0] = encodeBlock([status]);
  return {
    literalHead: encodeBlock([status, headField]),
    literalTail: encodeBlock([tailField]),
    insertingHead: Uint8Array.from([ok, ...inserting(headField)]),
    insertingTail: Uint8Array.from(inserting(tailField)),
    indexedHead: Uint8Array.from([ok, indexedBit | dynamicIndex]),
    laterIndexedHead: Uint8Array.from([ok, indexedBit | (dynamicIndex + 1)]),
    indexedTail: Uint8Array.from([indexedBit | dynamicIndex]),
  };
}

/** The encoder of one connection. Blocks are resolved in the order in which they are sent. */
export class HpackEncoder {
  private readonly usual: UsualAnswer;
  /** Fields in the client's table: 0, the head's, the head's and then the tail's. */
  private inserted = 0;
  private isTableOff = false;
  private mustTell = false;

  constructor(usual: UsualAnswer) {
    this.usual = usual;
  }

  /** The client has room for a table of so many bytes. Less than usual: its table is not used any more. */
  setTableBytes(bytes: number, usualBytes: number): void {
    if (bytes >= usualBytes || this.isTableOff) return;
    this.isTableOff = true;
    this.mustTell = true;
  }

  /** The bytes of a block that is sent next. */
  resolve(block: Block): Uint8Array {
    const bytes = typeof block === "string" ? this.usualBlock(block) : block;
    if (!this.mustTell) return bytes;
    // RFC 7541 §4.2: a smaller table is acknowledged at the beginning of the next block.
    this.mustTell = false;
    return Uint8Array.from([emptyTable, ...bytes]);
  }

  private usualBlock(block: "usual-head" | "usual-tail"): Uint8Array {
    const { usual } = this;
    if (block === "usual-head") {
      if (this.isTableOff) return usual.literalHead;
      if (this.inserted === 2) return usual.laterIndexedHead;
      if (this.inserted === 1) return usual.indexedHead;
      this.inserted = 1;
      return usual.insertingHead;
    }
    // Only after the head's field, so that there is but one order.
    if (this.isTableOff || this.inserted === 0) return usual.literalTail;
    if (this.inserted === 2) return usual.indexedTail;
    this.inserted = 2;
    return usual.insertingTail;
  }
}
