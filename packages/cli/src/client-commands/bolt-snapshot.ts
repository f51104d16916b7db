/**
 * What is in a snapshot of etcd: a bbolt file, walked from its root without loading it.
 *
 * Pages have a header (id, flags, count, overflow) and elements; a bucket is a leaf element whose value names the root page
 * of a tree of its own, or carries that page within. Numbers are little-endian.
 */

import { crc32c } from "@quorate/store";
import type { FileWindow } from "./file-window.ts";
import type { SnapshotSummary } from "./snapshot-status.ts";

const magic = 0xed0cdaed;
const version = 2;
const headerBytes = 16;
const metaBytes = 64;
const elementBytes = 16;
const branchPage = 0x01;
const leafPage = 0x02;
const bucketElement = 0x01;
/** Deeper than any tree of 64-bit pages can be. */
const depthMax = 64;

type Meta = { readonly pageBytes: number; readonly root: bigint; readonly transaction: bigint };
type Visit = (key: Buffer, value: Buffer, isBucket: boolean) => void;

/** Whether the file begins as bbolt's do, in the first or the second of its meta pages. */
export function isBolt(file: FileWindow): boolean {
  return file.sizeBytes >= headerBytes + metaBytes && file.read(headerBytes, 4).readUInt32LE() === magic;
}

/** Counts and sums up. Throws RangeError if the pages make no sense. */
export function summarizeBolt(file: FileWindow, sizeBytes: number): SnapshotSummary {
  const meta = readMeta(file);
  const pages = new BoltPages(file, meta.pageBytes);
  let hash = 0;
  let revision = 0;
  let totalKeys = 0;
  pages.walk(meta.root, 0, (name, bucket) => {
    hash = crc32c(name, hash);
    const isKeys = name.toString() === "key";
    pages.walkBucket(bucket, (key, value) => {
      hash = crc32c(value, crc32c(key, hash));
      if (isKeys && key.length >= 8) revision = Number(key.readBigUInt64BE());
      totalKeys += 1;
    });
  });
  return { hash: hash >>> 0, revision, totalKeys, totalBytes: sizeBytes };
}

/** The newer of the two meta pages. */
function readMeta(file: FileWindow): Meta {
  const first = parseMeta(file.read(headerBytes, metaBytes));
  const second = parseMeta(file.read(first.pageBytes + headerBytes, metaBytes));
  return second.transaction > first.transaction ? second : first;
}

function parseMeta(bytes: Buffer): Meta {
  if (bytes.readUInt32LE(0) !== magic) throw new RangeError("a meta page has not bbolt's magic number");
  if (bytes.readUInt32LE(4) !== version) throw new RangeError("bbolt's format is not version 2");
  if (bytes.readBigUInt64LE(56) !== fnv(bytes.subarray(0, 56))) {
    throw new RangeError("a meta page does not fit its checksum");
  }
  return {
    pageBytes: bytes.readUInt32LE(8),
    root: bytes.readBigUInt64LE(16),
    transaction: bytes.readBigUInt64LE(48),
  };
}

/** FNV-1a of 64 bits. */
function fnv(bytes: Uint8Array): bigint {
  let hash = 0xcbf29ce484222325n;
  for (const byte of bytes) hash = ((hash ^ BigInt(byte)) * 0x100000001b3n) & 0xffff_ffff_ffff_ffffn;
  return hash;
}

/** The trees of a file. */
class BoltPages {
  readonly #file: FileWindow;
  readonly #pageBytes: number;

  constructor(file: FileWindow, pageBytes: number) {
    this.#file = file;
    this.#pageBytes = pageBytes;
  }

  /** Every element under a page, in the order of keys. */
  walk(page: bigint, depth: number, visit: Visit): void {
    if (depth > depthMax) throw new RangeError("the pages go round in circles");
    const position = Number(page) * this.#pageBytes;
    const overflow = this.#file.read(position, headerBytes).readUInt32LE(12);
    this.#walkBytes(this.#file.read(position, (overflow + 1) * this.#pageBytes), depth, visit);
  }

  /** Every element of a bucket; `value` is what its parent has for it. */
  walkBucket(value: Buffer, visit: Visit): void {
    const root = value.readBigUInt64LE(0);
    if (root === 0n) this.#walkBytes(value.subarray(16), 0, visit);
    else this.walk(root, 0, visit);
  }

  #walkBytes(bytes: Buffer, depth: number, visit: Visit): void {
    const flags = bytes.readUInt16LE(8);
    const count = bytes.readUInt16LE(10);
    for (let index = 0; index < count; index++) {
      const at = headerBytes + index * elementBytes;
      if ((flags & branchPage) !== 0) this.walk(bytes.readBigUInt64LE(at + 8), depth + 1, visit);
      else if ((flags & leafPage) !== 0) visitLeaf(bytes, at, visit);
      else throw new RangeError(`a page has the unknown kind ${flags}`);
    }
  }
}

function visitLeaf(bytes: Buffer, at: number, visit: Visit): void {
  const start = at + bytes.readUInt32LE(at + 4);
  const keyEnd = start + bytes.readUInt32LE(at + 8);
  const valueEnd = keyEnd + bytes.readUInt32LE(at + 12);
  if (valueEnd > bytes.length) throw new RangeError("an element goes beyond its page");
  const isBucket = (bytes.readUInt32LE(at) & bucketElement) !== 0;
  visit(bytes.subarray(start, keyEnd), bytes.subarray(keyEnd, valueEnd), isBucket);
}
