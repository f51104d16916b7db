/**
 * What all file formats here share: little-endian numbers, sectors, the file header, and file names.
 */

import { corrupt, newerVersion } from "./storage-error.ts";

/** The unit that a disk writes whole or not at all, and the alignment of everything that must not be damaged together. */
export const sectorBytes = 512;

/** The only format version so far, of every file. */
export const formatVersion = 1;

/** `bytes` rounded up to whole sectors. */
export function alignToSector(bytes: number): number {
  return Math.ceil(bytes / sectorBytes) * sectorBytes;
}

/** A view of exactly these bytes. */
export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Writes an unsigned integer below 2^53 as 8 bytes. */
export function setNumber(view: DataView, offset: number, value: number): void {
  view.setUint32(offset, value >>> 0, true);
  view.setUint32(offset + 4, Math.floor(value / 0x1_0000_0000), true);
}

/** Reads 8 bytes as an unsigned integer; NaN if it is not below 2^53, which no valid file contains. */
export function getNumber(view: DataView, offset: number): number {
  const value = view.getUint32(offset + 4, true) * 0x1_0000_0000 + view.getUint32(offset, true);
  return Number.isSafeInteger(value) ? value : Number.NaN;
}

/** Magic numbers: four letters each, as they stand in the file. */
export const Magic = {
  identity: magic("QIDN"),
  state: magic("QSTA"),
  segment: magic("QSEG"),
  batch: magic("QBAT"),
  snapshot: magic("QSNP"),
  trailer: magic("QEND"),
} as const;

function magic(letters: string): number {
  let value = 0;
  for (let position = 3; position >= 0; position--) value = value * 256 + letters.charCodeAt(position);
  return value;
}

/** Bytes of {@link putFileHeader}: magic, version, version inverted. */
export const fileHeaderBytes = 8;

/** Writes the beginning of a file. */
export function putFileHeader(view: DataView, magicNumber: number, version: number = formatVersion): void {
  view.setUint32(0, magicNumber, true);
  view.setUint16(4, version, true);
  view.setUint16(6, ~version & 0xffff, true);
}

/**
 * Checks the beginning of a file, before anything else is looked at: the rest may be laid out differently.
 * @throws StorageError `version` if a newer program wrote it, `corrupt` if it is no such file.
 */
export function checkFileHeader(file: string, view: DataView, magicNumber: number, what: string): void {
  if (view.byteLength < fileHeaderBytes)
    throw corrupt(file, view.byteLength, `the file is too short to be ${what}`);
  const version = view.getUint16(4, true);
  if (view.getUint32(0, true) !== magicNumber) throw corrupt(file, 0, `this is not ${what}`);
  if (version !== (~view.getUint16(6, true) & 0xffff))
    throw corrupt(file, 4, "the format version is damaged");
  if (version > formatVersion) throw newerVersion(file, version, formatVersion);
  if (version < 1) throw corrupt(file, 4, "there is no format version 0");
}

/** Names in a data directory. */
export const identityName = "identity";
export const identityDraftName = "identity-draft";
export const stateNames = ["state-a", "state-b"] as const;
export const spareName = "log-spare";

const digits = 16;

/** Name of a segment. */
export function segmentName(id: number): string {
  return `log-${String(id).padStart(digits, "0")}`;
}

/** The id in a segment's name, or null if it is not one. */
export function parseSegmentName(name: string): number | null {
  const match = /^log-(\d{16})$/.exec(name);
  return match === null ? null : Number(match[1]);
}

/** Name of a snapshot. */
export function snapshotName(index: number, term: number): string {
  return `snapshot-${String(index).padStart(digits, "0")}-${String(term).padStart(digits, "0")}`;
}

/** Index and term in a snapshot's name, or null if it is not one. */
export function parseSnapshotName(name: string): { readonly index: number; readonly term: number } | null {
  const match = /^snapshot-(\d{16})-(\d{16})$/.exec(name);
  return match === null ? null : { index: Number(match[1]), term: Number(match[2]) };
}
