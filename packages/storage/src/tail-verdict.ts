/**
 * What is to be thought of the place where a log stops being valid: its end, a torn write, or rot.
 *
 * The argument is in the README. In short: a batch is written over zeros, in sectors that are written whole or not at
 * all. So a torn batch consists of sectors that are as intended and sectors that are zero; and nothing valid can stand
 * behind it, because the next batch is written only when this one is durable.
 */

import {
  batchBytes,
  batchHeaderBytes,
  decodeBatchHeader,
  findBadRecord,
  recordEndOf,
  recordHeaderBytes,
} from "./batch-format.ts";
import { getNumber, Magic, sectorBytes, viewOf } from "./layout.ts";

/** The judgement, with the reason in words. Offsets are positions in the file. */
export type Verdict =
  /** Nothing but zeros. */
  | { readonly kind: "end" }
  /** Remains in `[offset, end)` of a write that was never acknowledged, or stray bits in unused space. */
  | { readonly kind: "torn"; readonly offset: number; readonly end: number; readonly what: string }
  /** Something that no crash leaves behind. */
  | { readonly kind: "rot"; readonly offset: number; readonly what: string };

/** Stray bits that may be in an unused sector before it counts as a destroyed header. */
const strayBytesMax = 12;

/** Judges what stands in a segment from `position` (a sector's beginning) on, where batch `sequence` is not, or not whole. */
export function judgeTail(
  bytes: Uint8Array,
  position: number,
  sequence: number,
  seed: number,
  segmentId: number,
): Verdict {
  if (position >= bytes.length) return { kind: "end" };
  const view = viewOf(bytes);
  const header = decodeBatchHeader(view, bytes, position, seed);
  const extent = header === null ? sectorBytes : batchBytes(header.bodyBytes);
  const later = findHeader(view, bytes, position + extent, seed);
  if (later !== null) {
    const where = later.offset === later.position ? "stands" : `, meant for byte ${later.offset}, stands`;
    const what = `batch ${sequence} is damaged or missing, although batch ${later.sequence} ${where} at byte ${later.position}: it had been acknowledged`;
    return { kind: "rot", offset: position, what };
  }
  const remains = lastNonZero(bytes, position) + 1;
  if (remains <= position) return { kind: "end" };
  if (header !== null) {
    if (header.offset !== position || header.sequence !== sequence) {
      const what = `batch ${header.sequence}, meant for byte ${header.offset}, stands where batch ${sequence} belongs`;
      return { kind: "rot", offset: position, what };
    }
    const end = Math.min(bytes.length, position + extent);
    const bad = findBadRecord(view, bytes, position, header) ?? position;
    return judgeRecord(view, bytes, { position, end, bad, remains, sequence });
  }
  if (isZero(bytes, position, position + sectorBytes)) {
    return {
      kind: "torn",
      offset: position,
      end: remains,
      what: `batch ${sequence} was written in part, without its beginning`,
    };
  }
  if (isStray(view, bytes, { position, sequence, segmentId })) {
    return { kind: "torn", offset: position, end: remains, what: "there are stray bits in unused space" };
  }
  const what = `the header of batch ${sequence} is damaged in a way that no interrupted write leaves behind`;
  return { kind: "rot", offset: position, what };
}

type DamagedBatch = {
  readonly position: number;
  readonly end: number;
  /** Position of the first bad record. */
  readonly bad: number;
  readonly remains: number;
  readonly sequence: number;
};

/** The header is good and a record is not: torn only if the record touches a sector that was never written. */
function judgeRecord(view: DataView, bytes: Uint8Array, batch: DamagedBatch): Verdict {
  const { position, end, bad, remains, sequence } = batch;
  const rot: Verdict = {
    kind: "rot",
    offset: bad,
    what: `a record of batch ${sequence} is damaged in a way that no interrupted write leaves behind`,
  };
  const torn: Verdict = {
    kind: "torn",
    offset: position,
    end: remains,
    what: `batch ${sequence} was written in part`,
  };
  if (bad === position) return rot;
  const headEnd = Math.min(end, bad + recordHeaderBytes);
  if (touchesZeroSector(bytes, bad, headEnd)) return torn;
  const recordEnd = recordEndOf(view, bad, end);
  return recordEnd !== null && touchesZeroSector(bytes, bad, recordEnd) ? torn : rot;
}

function touchesZeroSector(bytes: Uint8Array, from: number, to: number): boolean {
  for (let sector = Math.floor(from / sectorBytes) * sectorBytes; sector < to; sector += sectorBytes) {
    if (isZero(bytes, sector, sector + sectorBytes)) return true;
  }
  return false;
}

/** Whether a sector that is no header cannot have been one: all but empty, and nothing in it is what a header would have. */
function isStray(
  view: DataView,
  bytes: Uint8Array,
  expected: { readonly position: number; readonly sequence: number; readonly segmentId: number },
): boolean {
  const { position, sequence, segmentId } = expected;
  if (position + batchHeaderBytes > bytes.length) return true;
  let stray = 0;
  for (let at = position; at < position + sectorBytes && at < bytes.length; at++)
    if (bytes[at] !== 0) stray++;
  if (stray > strayBytesMax) return false;
  const magic = view.getUint32(position, true) ^ Magic.batch;
  const sameMagicBytes = [0, 8, 16, 24].filter((shift) => ((magic >>> shift) & 0xff) === 0).length;
  return (
    sameMagicBytes < 2 &&
    getNumber(view, position + 8) !== sequence &&
    view.getUint32(position + 16, true) !== position &&
    getNumber(view, position + 56) !== segmentId
  );
}

type FoundHeader = { readonly position: number; readonly offset: number; readonly sequence: number };

/** The first thing at a sector's beginning, from `from` on, that is a header of this segment, whatever it says. */
function findHeader(view: DataView, bytes: Uint8Array, from: number, seed: number): FoundHeader | null {
  for (let position = from; position < bytes.length; position += sectorBytes) {
    const header = decodeBatchHeader(view, bytes, position, seed);
    if (header !== null) return { position, offset: header.offset, sequence: header.sequence };
  }
  return null;
}

function isZero(bytes: Uint8Array, from: number, to: number): boolean {
  for (let at = from; at < to && at < bytes.length; at++) if (bytes[at] !== 0) return false;
  return true;
}

/** Position of the last byte at or behind `from` that is not zero; `from − 1` if there is none. Looks at words first: segments are long. */
function lastNonZero(bytes: Uint8Array, from: number): number {
  let end = bytes.length;
  const view = viewOf(bytes);
  while (end - 8 >= from && view.getUint32(end - 8, true) === 0 && view.getUint32(end - 4, true) === 0)
    end -= 8;
  while (end > from && bytes[end - 1] === 0) end--;
  return end - 1;
}
