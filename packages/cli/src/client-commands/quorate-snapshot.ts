/**
 * What is in a snapshot of Quorate: the store's state, record by record, without loading it.
 *
 * ```
 * "QSNP" · format · records · 0 · number of records · CRC-32C · SHA-256 · zeros · length of all that (8 bytes)
 * record: key length (varint, ≥ 1) · key (table, …) · value length (varint) · value
 * ```
 */

import { crc32c } from "@quorate/store";
import type { FileWindow } from "./file-window.ts";
import type { SnapshotSummary } from "./snapshot-status.ts";

const magic = "QSNP";
const format = 1;
const headBytes = magic.length + 1;
/** CRC-32C and SHA-256. */
const sumsBytes = 4 + 32;
const lengthBytes = 8;
const chunkBytes = 1024 * 1024;
/** Tables, as the first byte of a record's key. */
const metaTable = 1;
const currentTable = 2;

/** Whether the file begins as Quorate's snapshots do. */
export function isQuorate(file: FileWindow): boolean {
  return file.sizeBytes >= headBytes && file.read(0, magic.length).toString("latin1") === magic;
}

/**
 * Counts the living keys and compares the state with its CRC-32C, which is the hash. `sizeBytes` is without the file's own
 * SHA-256. Throws RangeError if the records make no sense or the sums differ.
 */
export function summarizeQuorate(file: FileWindow, sizeBytes: number): SnapshotSummary {
  const stateBytes = Number(file.read(sizeBytes - lengthBytes, lengthBytes).readBigUInt64BE());
  if (stateBytes > sizeBytes - lengthBytes) throw new RangeError("the state is longer than the file");
  const known = file.read(headBytes - 1, 1)[0];
  if (known !== format) throw new RangeError(`the state has format ${known}, known is ${format}`);
  const records = new RecordReader(file, headBytes, stateBytes - sumsBytes);
  let revision = 0;
  let totalKeys = 0;
  let count = 0;
  for (let record = records.next(); record !== null; record = records.next()) {
    count += 1;
    if (record.table === metaTable && count === 1) revision = revisionOf(record.value());
    if (record.table === currentTable) totalKeys += 1;
  }
  const counted = records.varint();
  if (counted !== count) throw new RangeError(`the state has ${count} records, and should have ${counted}`);
  if (records.position !== stateBytes - sumsBytes)
    throw new RangeError("the state does not end where it should");
  const hash = crcOf(file, stateBytes - sumsBytes);
  const stored = file.read(stateBytes - sumsBytes, 4);
  if (stored.readUInt32BE() !== hash) {
    throw new RangeError("the state does not fit its CRC-32C");
  }
  return { hash, revision, totalKeys, totalBytes: sizeBytes };
}

/** From the meta record: format, applied index, applied term, revision. */
function revisionOf(meta: Buffer): number {
  let at = 1;
  let value = 0;
  for (let field = 0; field < 3; field++) {
    value = 0;
    for (let scale = 1; ; scale *= 0x80) {
      const byte = meta[at++];
      if (byte === undefined) throw new RangeError("the meta record ends too early");
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) break;
    }
  }
  return value;
}

function crcOf(file: FileWindow, end: number): number {
  let crc = 0;
  for (let at = 0; at < end; at += chunkBytes)
    crc = crc32c(file.read(at, Math.min(chunkBytes, end - at)), crc);
  return crc >>> 0;
}

/** A record: its table, and its value when that is wanted. */
type SnapshotRecord = { readonly table: number; value(): Buffer };

/** Records one after the other, through a window that moves on. */
class RecordReader {
  readonly #file: FileWindow;
  readonly #end: number;
  #window: Buffer = Buffer.alloc(0);
  #windowStart: number;
  /** Where the next byte is. */
  position: number;

  constructor(file: FileWindow, start: number, end: number) {
    this.#file = file;
    this.#end = end;
    this.#windowStart = start;
    this.position = start;
  }

  /** The next record; null behind the last. */
  next(): SnapshotRecord | null {
    const keyBytes = this.varint();
    if (keyBytes === 0) return null;
    const table = this.#byte();
    this.position += keyBytes - 1;
    const valueBytes = this.varint();
    const start = this.position;
    this.position += valueBytes;
    if (this.position > this.#end) throw new RangeError("a record goes beyond the end of the state");
    return { table, value: () => this.#file.read(start, valueBytes) };
  }

  varint(): number {
    let value = 0;
    for (let scale = 1; scale < 2 ** 53; scale *= 0x80) {
      const byte = this.#byte();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
    throw new RangeError("a length is longer than any can be");
  }

  #byte(): number {
    const offset = this.position - this.#windowStart;
    if (offset >= this.#window.length) {
      this.#windowStart = this.position;
      this.#window = this.#file.read(
        this.position,
        Math.min(chunkBytes, Math.max(0, this.#end - this.position)),
      );
      if (this.#window.length === 0) throw new RangeError("the state ends within a record");
    }
    return this.#window[this.position++ - this.#windowStart] ?? 0;
  }
}
