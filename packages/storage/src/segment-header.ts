/**
 * The first sector of a segment.
 *
 * ```
 *   0 magic, version   8 crc of the rest   16 id (8)     24 size of the file (8)   32 first sequence (8)
 *  40 last index (8)  48 last term (8)     56 term (8)   64 vote (8)               72 commit (8)   zeros
 * ```
 */

import type { HardState } from "@quorate/raft";
import type { LogStart } from "./batch-format.ts";
import { crc32, seedWith } from "./checksum.ts";
import {
  checkFileHeader,
  fileHeaderBytes,
  getNumber,
  Magic,
  putFileHeader,
  sectorBytes,
  setNumber,
  viewOf,
} from "./layout.ts";
import { corrupt } from "./storage-error.ts";

/** Bytes before the first batch. */
export const segmentHeaderBytes = sectorBytes;

/** What a segment says about itself, and about the log when it was begun. */
export type SegmentHeader = {
  readonly id: number;
  /** The file's size, from its first day on. */
  readonly sizeBytes: number;
  /** Sequence number of the first batch here: everything before stands in earlier segments, and was durable. */
  readonly firstSequence: number;
  /** The end of the log when the segment was begun. */
  readonly last: LogStart;
  readonly hardState: HardState;
};

/** The seed of all checksums in one segment. */
export function segmentSeed(logSeed: number, id: number): number {
  return seedWith(logSeed, id);
}

/** Encodes a header. */
export function encodeSegmentHeader(header: SegmentHeader, logSeed: number): Uint8Array {
  const bytes = new Uint8Array(segmentHeaderBytes);
  const view = viewOf(bytes);
  putFileHeader(view, Magic.segment);
  const { last, hardState } = header;
  const numbers = [header.id, header.sizeBytes, header.firstSequence, last.index, last.term];
  numbers.push(hardState.term, hardState.vote, hardState.commit);
  for (const [position, value] of numbers.entries()) setNumber(view, 16 + position * 8, value);
  view.setUint32(fileHeaderBytes, headerChecksum(bytes, segmentSeed(logSeed, header.id)), true);
  return bytes;
}

/**
 * Reads the header of the segment that should have `id`.
 * @throws StorageError `corrupt`, `version`
 */
export function decodeSegmentHeader(
  file: string,
  bytes: Uint8Array,
  id: number,
  logSeed: number,
): SegmentHeader {
  const view = viewOf(bytes);
  checkFileHeader(file, view, Magic.segment, "a segment of the log");
  if (bytes.length < segmentHeaderBytes) throw corrupt(file, bytes.length, "the segment's header is cut off");
  if (view.getUint32(fileHeaderBytes, true) !== headerChecksum(bytes, segmentSeed(logSeed, id))) {
    throw corrupt(file, 0, "the segment's header is damaged, or belongs to another member or segment");
  }
  const number = (position: number): number => getNumber(view, 16 + position * 8);
  const header = {
    id: number(0),
    sizeBytes: number(1),
    firstSequence: number(2),
    last: { index: number(3), term: number(4) },
    hardState: { term: number(5), vote: number(6), commit: number(7) },
  };
  if (header.id !== id) throw corrupt(file, 16, `the segment calls itself ${header.id}`);
  return header;
}

function headerChecksum(bytes: Uint8Array, seed: number): number {
  return crc32(bytes, 12, segmentHeaderBytes, crc32(bytes, 0, fileHeaderBytes, seed));
}
