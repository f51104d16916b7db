/**
 * Batches and their records as bytes; see the drawing in the README.
 *
 * ```
 *  batch    0 magic        4 crc of [8, 64)      8 sequence (8)       16 offset in the segment (4)
 *          20 body bytes  24 records            28 reserved (4)       32 term (8)   40 vote (8)
 *          48 commit (8)  56 segment (8)        64 records …          zeros up to a whole sector
 *  record   0 crc of [4, 28 + length)  4 length (4)   8 kind (1)  9 entry type (1)  10 reserved (2)
 *          12 term (8)                20 index (8)   28 data
 * ```
 *
 * The header's checksum begins with the segment's seed, a record's with its header's checksum: a record is only valid
 * in the batch, and the batch only at the place, for which it was written.
 */

import { type Entry, type EntryType, type HardState, makeEntry } from "@quorate/raft";
import { crc32 } from "./checksum.ts";
import { alignToSector, getNumber, Magic, setNumber, viewOf } from "./layout.ts";

export const batchHeaderBytes = 64;
export const recordHeaderBytes = 28;

/** What a record is. The numbers are stable. */
export const RecordKind = {
  /** A log entry; replaces what is stored from its index on. */
  entry: 1,
  /** The log is empty and begins behind (index, term). */
  reset: 2,
} as const;

/** The point that a log begins behind: the last index that it does not contain, and that entry's term. */
export type LogStart = { readonly index: number; readonly term: number };

/** What one append puts into a batch: first the reset, then the entries. */
export type BatchPart = { readonly reset: LogStart | null; readonly entries: readonly Entry[] };

/** The header of a batch. */
export type BatchHeader = {
  readonly sequence: number;
  /** Where the batch says that it stands; only there it is valid. */
  readonly offset: number;
  readonly bodyBytes: number;
  readonly records: number;
  readonly hardState: HardState;
  /** Checksum of the header, and seed of its records'. */
  readonly crc: number;
};

/** Bytes of records that a part takes in a batch. */
export function partBytes(part: BatchPart): number {
  let bytes = part.reset === null ? 0 : recordHeaderBytes;
  for (const entry of part.entries) bytes += recordHeaderBytes + entry.data.length;
  return bytes;
}

/** Bytes that a batch takes in the file. */
export function batchBytes(bodyBytes: number): number {
  return alignToSector(batchHeaderBytes + bodyBytes);
}

/** What {@link encodeBatch} needs besides the parts. */
export type BatchFrame = {
  readonly sequence: number;
  readonly segmentId: number;
  readonly segmentSeed: number;
  readonly offset: number;
  readonly hardState: HardState;
};

/**
 * Writes a batch to the beginning of `bytes`, which must have room for {@link batchBytes}, and of which `view` is the view;
 * returns its checksum.
 */
export function encodeBatch(
  bytes: Uint8Array,
  view: DataView,
  frame: BatchFrame,
  parts: readonly BatchPart[],
): number {
  let bodyBytes = 0;
  let records = 0;
  for (const part of parts) {
    bodyBytes += partBytes(part);
    records += part.entries.length + (part.reset === null ? 0 : 1);
  }
  view.setUint32(0, Magic.batch, true);
  setNumber(view, 8, frame.sequence);
  view.setUint32(16, frame.offset, true);
  view.setUint32(20, bodyBytes, true);
  view.setUint32(24, records, true);
  view.setUint32(28, 0, true);
  setNumber(view, 32, frame.hardState.term);
  setNumber(view, 40, frame.hardState.vote);
  setNumber(view, 48, frame.hardState.commit);
  setNumber(view, 56, frame.segmentId);
  const seed = crc32(bytes, 8, batchHeaderBytes, frame.segmentSeed);
  view.setUint32(4, seed, true);
  let position = batchHeaderBytes;
  for (const { reset, entries } of parts) {
    if (reset !== null) {
      putRecordHead(view, position, 0, RecordKind.reset, 0, reset.term, reset.index);
      view.setUint32(position, crc32(bytes, position + 4, position + recordHeaderBytes, seed), true);
      position += recordHeaderBytes;
    }
    for (const entry of entries) {
      const { data } = entry;
      const end = position + recordHeaderBytes + data.length;
      putRecordHead(view, position, data.length, RecordKind.entry, entry.type, entry.term, entry.index);
      bytes.set(data, position + recordHeaderBytes);
      view.setUint32(position, crc32(bytes, position + 4, end, seed), true);
      position = end;
    }
  }
  bytes.fill(0, position, alignToSector(position));
  return seed;
}

function putRecordHead(
  view: DataView,
  position: number,
  length: number,
  kind: number,
  type: number,
  term: number,
  index: number,
): void {
  view.setUint32(position + 4, length, true);
  view.setUint32(position + 8, kind | (type << 8), true);
  setNumber(view, position + 12, term);
  setNumber(view, position + 20, index);
}

/**
 * Reads a batch header, wherever it says that it belongs. Null if there is none: wrong magic, wrong checksum, or numbers
 * that no valid header has.
 */
export function decodeBatchHeader(
  view: DataView,
  bytes: Uint8Array,
  position: number,
  segmentSeed: number,
): BatchHeader | null {
  if (position + batchHeaderBytes > bytes.length) return null;
  if (view.getUint32(position, true) !== Magic.batch) return null;
  const crc = view.getUint32(position + 4, true);
  if (crc !== crc32(bytes, position + 8, position + batchHeaderBytes, segmentSeed)) return null;
  const hardState = {
    term: getNumber(view, position + 32),
    vote: getNumber(view, position + 40),
    commit: getNumber(view, position + 48),
  };
  const sequence = getNumber(view, position + 8);
  if (Number.isNaN(sequence + hardState.term + hardState.vote + hardState.commit)) return null;
  return {
    sequence,
    offset: view.getUint32(position + 16, true),
    bodyBytes: view.getUint32(position + 20, true),
    records: view.getUint32(position + 24, true),
    hardState,
    crc,
  };
}

/** Where a batch's records stop being valid: the first bad one's position, or null if all are good. */
export function findBadRecord(
  view: DataView,
  bytes: Uint8Array,
  position: number,
  header: BatchHeader,
): number | null {
  const end = position + batchHeaderBytes + header.bodyBytes;
  if (end > bytes.length) return position;
  let at = position + batchHeaderBytes;
  for (let count = 0; count < header.records; count++) {
    const recordEnd = recordEndOf(view, at, end);
    if (recordEnd === null || !isRecordValid(view, bytes, at, recordEnd, header.crc)) return at;
    at = recordEnd;
  }
  return at === end ? null : at;
}

/** Where a record ends by its own length; null if that is beyond `limit`. */
export function recordEndOf(view: DataView, position: number, limit: number): number | null {
  if (position + recordHeaderBytes > limit) return null;
  const end = position + recordHeaderBytes + view.getUint32(position + 4, true);
  return end <= limit ? end : null;
}

function isRecordValid(
  view: DataView,
  bytes: Uint8Array,
  position: number,
  end: number,
  seed: number,
): boolean {
  if (view.getUint32(position, true) !== crc32(bytes, position + 4, end, seed)) return false;
  const kind = bytes[position + 8] as number;
  const type = bytes[position + 9] as number;
  if (kind === RecordKind.reset ? type !== 0 : kind !== RecordKind.entry || type > 2) return false;
  return !Number.isNaN(getNumber(view, position + 12) + getNumber(view, position + 20));
}

/** Receives the records of a batch that was found valid. `data` is only lent: copy it. */
export type RecordVisitor = {
  reset(start: LogStart): void;
  entry(type: EntryType, term: number, index: number, data: Uint8Array, position: number): void;
};

/** Goes through a valid batch. */
export function visitRecords(
  view: DataView,
  bytes: Uint8Array,
  position: number,
  header: BatchHeader,
  visitor: RecordVisitor,
): void {
  let at = position + batchHeaderBytes;
  for (let count = 0; count < header.records; count++) {
    const term = getNumber(view, at + 12);
    const index = getNumber(view, at + 20);
    const end = at + recordHeaderBytes + view.getUint32(at + 4, true);
    if (bytes[at + 8] === RecordKind.reset) visitor.reset({ index, term });
    else
      visitor.entry(bytes[at + 9] as EntryType, term, index, bytes.subarray(at + recordHeaderBytes, end), at);
    at = end;
  }
}

/**
 * Reads one entry's record that stands at `position`; null unless it is valid and the one expected. The data is copied.
 */
export function decodeEntryRecord(
  bytes: Uint8Array,
  position: number,
  seed: number,
  index: number,
): Entry | null {
  const view = viewOf(bytes);
  const end = recordEndOf(view, position, bytes.length);
  if (end === null || !isRecordValid(view, bytes, position, end, seed)) return null;
  if (bytes[position + 8] !== RecordKind.entry || getNumber(view, position + 20) !== index) return null;
  const data = bytes.slice(position + recordHeaderBytes, end);
  return makeEntry(bytes[position + 9] as EntryType, getNumber(view, position + 12), index, data);
}
