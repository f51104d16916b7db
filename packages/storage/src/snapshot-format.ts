/**
 * Snapshot files.
 *
 * ```
 *  header   0 magic, version   8 crc of the rest   16 index (8)   24 term (8)   32 offered bytes (8)
 *          40 offered checksum (4)  44 bytes of the id (4)  48 id (200)  248 configuration    4096 bytes in all
 *  block    0 crc (4)          4 content, 64 KiB in all but the last
 *  trailer  0 magic, version   8 crc of the rest   16 bytes of content (8)   24 blocks (8)   32 checksum (4)   64 in all
 * ```
 *
 * A block's checksum begins with its number. The checksum of the whole content is that of the blocks' checksums in
 * order: one pass over the content serves both, and sender and receiver agree on it whatever chunks travelled.
 */

import type { SnapshotMetadata } from "@quorate/raft";
import { crc32, seedWith } from "./checksum.ts";
import { confStateBytes, getConfState, putConfState } from "./conf-state-codec.ts";
import {
  checkFileHeader,
  fileHeaderBytes,
  getNumber,
  Magic,
  putFileHeader,
  setNumber,
  viewOf,
} from "./layout.ts";
import { assertUse, corrupt } from "./storage-error.ts";

export const snapshotHeaderBytes = 4096;
export const snapshotTrailerBytes = 64;
export const blockHeadBytes = 4;
/** Content bytes of every block but the last. Part of the format. */
export const blockBytes = 64 * 1024;
/** Longest id of an offered snapshot, in bytes of UTF-8. */
export const snapshotIdBytesMax = 200;

const idOffset = 48;
const confStateOffset = idOffset + snapshotIdBytesMax;

/** Which content is to be received: equal offers mean equal bytes. */
export type SnapshotContent = { readonly id: string; readonly totalBytes: number; readonly checksum: number };

/** What a snapshot's header says. `content` is what was offered, for a snapshot that is received. */
export type SnapshotHeader = {
  readonly metadata: SnapshotMetadata;
  readonly content: SnapshotContent | null;
};

/** What a snapshot's trailer says. */
export type SnapshotTrailer = {
  readonly totalBytes: number;
  readonly blocks: number;
  readonly checksum: number;
};

/** Encodes a header. */
export function encodeSnapshotHeader({ metadata, content }: SnapshotHeader, logSeed: number): Uint8Array {
  const bytes = new Uint8Array(snapshotHeaderBytes);
  const view = viewOf(bytes);
  const id = new TextEncoder().encode(content?.id ?? "");
  assertUse(id.length <= snapshotIdBytesMax, "snapshot", `the id ${content?.id ?? ""} is too long`);
  const room = snapshotHeaderBytes - confStateOffset;
  assertUse(confStateBytes(metadata.confState) <= room, "snapshot", "the configuration has too many members");
  putFileHeader(view, Magic.snapshot);
  setNumber(view, 16, metadata.index);
  setNumber(view, 24, metadata.term);
  setNumber(view, 32, content?.totalBytes ?? 0);
  view.setUint32(40, content?.checksum ?? 0, true);
  view.setUint32(44, id.length, true);
  bytes.set(id, idOffset);
  putConfState(view, confStateOffset, metadata.confState);
  view.setUint32(fileHeaderBytes, checksumOf(bytes, logSeed), true);
  return bytes;
}

/**
 * Decodes a header.
 * @throws StorageError `corrupt`, `version`
 */
export function decodeSnapshotHeader(file: string, bytes: Uint8Array, logSeed: number): SnapshotHeader {
  const view = viewOf(bytes);
  checkFileHeader(file, view, Magic.snapshot, "a snapshot");
  const isWhole = bytes.length === snapshotHeaderBytes;
  if (!isWhole || view.getUint32(fileHeaderBytes, true) !== checksumOf(bytes, logSeed)) {
    throw corrupt(file, 0, "the snapshot's header is damaged, or belongs to another member");
  }
  const confState = getConfState(view, confStateOffset);
  if (confState === null) throw corrupt(file, confStateOffset, "the snapshot's configuration is damaged");
  const metadata = { index: getNumber(view, 16), term: getNumber(view, 24), confState };
  const idBytes = view.getUint32(44, true);
  if (idBytes === 0) return { metadata, content: null };
  const id = new TextDecoder().decode(bytes.subarray(idOffset, idOffset + idBytes));
  return { metadata, content: { id, totalBytes: getNumber(view, 32), checksum: view.getUint32(40, true) } };
}

/** Encodes a trailer. */
export function encodeSnapshotTrailer(trailer: SnapshotTrailer, logSeed: number): Uint8Array {
  const bytes = new Uint8Array(snapshotTrailerBytes);
  const view = viewOf(bytes);
  putFileHeader(view, Magic.trailer);
  setNumber(view, 16, trailer.totalBytes);
  setNumber(view, 24, trailer.blocks);
  view.setUint32(32, trailer.checksum, true);
  view.setUint32(fileHeaderBytes, checksumOf(bytes, logSeed), true);
  return bytes;
}

/**
 * Decodes the trailer that stands at `offset`, and checks that the file has the size that it implies.
 * @throws StorageError `corrupt`, `version`
 */
export function decodeSnapshotTrailer(
  file: string,
  bytes: Uint8Array,
  offset: number,
  logSeed: number,
): SnapshotTrailer {
  const view = viewOf(bytes);
  checkFileHeader(file, view, Magic.trailer, "a whole snapshot: its end is missing");
  if (view.getUint32(fileHeaderBytes, true) !== checksumOf(bytes, logSeed)) {
    throw corrupt(file, offset, "the snapshot's trailer is damaged");
  }
  const trailer = {
    totalBytes: getNumber(view, 16),
    blocks: getNumber(view, 24),
    checksum: view.getUint32(32, true),
  };
  if (
    trailer.blocks !== Math.ceil(trailer.totalBytes / blockBytes) ||
    offset !== contentEnd(trailer.totalBytes)
  ) {
    throw corrupt(file, offset, "the snapshot has another size than its trailer says");
  }
  return trailer;
}

/** Position of a block in the file. */
export function blockOffset(block: number): number {
  return snapshotHeaderBytes + block * (blockHeadBytes + blockBytes);
}

/** Position behind the last block, where the trailer stands. */
export function contentEnd(totalBytes: number): number {
  return snapshotHeaderBytes + totalBytes + Math.ceil(totalBytes / blockBytes) * blockHeadBytes;
}

/** Puts the checksum in front of a block (head and content in one buffer); returns it. */
export function sealBlock(bytes: Uint8Array, block: number): number {
  const crc = crc32(bytes, blockHeadBytes, bytes.length, seedWith(0, block));
  viewOf(bytes).setUint32(0, crc, true);
  return crc;
}

/** The checksum of a block that was read (head and content in one buffer), or null if it does not hold. */
export function checkBlock(bytes: Uint8Array, block: number): number | null {
  if (bytes.length < blockHeadBytes) return null;
  const crc = crc32(bytes, blockHeadBytes, bytes.length, seedWith(0, block));
  return crc === viewOf(bytes).getUint32(0, true) ? crc : null;
}

/** Goes on with the checksum of the whole by the next block's. Begin with 0. */
export function addToChecksum(checksum: number, blockCrc: number): number {
  return seedWith(checksum, blockCrc);
}

function checksumOf(bytes: Uint8Array, logSeed: number): number {
  return crc32(bytes, 12, bytes.length, crc32(bytes, 0, fileHeaderBytes, logSeed));
}
