/**
 * One snapshot file, being written or being read.
 */

import type { SnapshotMetadata } from "@quorate/raft";
import { type Disk, DiskError, type DiskFile } from "./disk.ts";
import {
  addToChecksum,
  blockBytes,
  blockHeadBytes,
  blockOffset,
  checkBlock,
  contentEnd,
  decodeSnapshotHeader,
  decodeSnapshotTrailer,
  encodeSnapshotHeader,
  encodeSnapshotTrailer,
  type SnapshotHeader,
  type SnapshotTrailer,
  sealBlock,
  snapshotHeaderBytes,
  snapshotTrailerBytes,
} from "./snapshot-format.ts";
import { corrupt, StorageError } from "./storage-error.ts";

/** Writes the content of one snapshot, block by block. One call at a time. */
export class SnapshotFileWriter {
  private readonly file: DiskFile;
  private readonly logSeed: number;
  private readonly block = new Uint8Array(blockHeadBytes + blockBytes);
  private filled = 0;
  private blocks = 0;
  private checksum = 0;

  private constructor(file: DiskFile, logSeed: number) {
    this.file = file;
    this.logSeed = logSeed;
  }

  /** Begins a new file, in place of whatever has that name. */
  static async create(
    disk: Disk,
    path: string,
    header: SnapshotHeader,
    logSeed: number,
  ): Promise<SnapshotFileWriter> {
    await removeIfThere(disk, path);
    const file = await disk.open(path, "create");
    await file.write(encodeSnapshotHeader(header, logSeed), 0);
    return new SnapshotFileWriter(file, logSeed);
  }

  /**
   * Goes on with a file that stayed behind, if it is of the very same content; else null. What is there is written again:
   * a sync of it may have failed, and then no later one brings to the disk what readers are shown all the same.
   */
  static async resume(
    disk: Disk,
    path: string,
    header: SnapshotHeader,
    logSeed: number,
  ): Promise<SnapshotFileWriter | null> {
    const file = await openIfThere(disk, path);
    if (file === null) return null;
    try {
      const found = await readHeader(file, logSeed);
      if (sameContent(found, header)) {
        const writer = new SnapshotFileWriter(file, logSeed);
        await file.write(encodeSnapshotHeader(header, logSeed), 0);
        await writer.takeOver();
        return writer;
      }
    } catch (error) {
      if (!(error instanceof StorageError && error.code === "corrupt")) {
        await file.close();
        throw error;
      }
    }
    await file.close();
    return null;
  }

  /** Content bytes so far. */
  get totalBytes(): number {
    return this.blocks * blockBytes + this.filled;
  }

  /** Adds content. */
  async write(chunk: Uint8Array): Promise<void> {
    for (let taken = 0; taken < chunk.length; ) {
      const part = Math.min(chunk.length - taken, blockBytes - this.filled);
      this.block.set(chunk.subarray(taken, taken + part), blockHeadBytes + this.filled);
      this.filled += part;
      taken += part;
      if (this.filled === blockBytes) await this.flush();
    }
  }

  /** Writes what is left and the trailer, and makes the file durable; it stays open. */
  async seal(): Promise<SnapshotTrailer> {
    const totalBytes = this.totalBytes;
    if (this.filled > 0) await this.flush();
    const trailer = { totalBytes, blocks: this.blocks, checksum: this.checksum };
    await this.file.write(encodeSnapshotTrailer(trailer, this.logSeed), contentEnd(totalBytes));
    await this.file.truncate(contentEnd(totalBytes) + snapshotTrailerBytes);
    await this.file.datasync();
    return trailer;
  }

  close(): Promise<void> {
    return this.file.close();
  }

  private async flush(): Promise<void> {
    const bytes = this.block.subarray(0, blockHeadBytes + this.filled);
    this.checksum = addToChecksum(this.checksum, sealBlock(bytes, this.blocks));
    await this.file.write(bytes, blockOffset(this.blocks));
    this.blocks++;
    this.filled = 0;
  }

  /** Counts the whole, valid blocks that are there, and writes them again. */
  private async takeOver(): Promise<void> {
    for (;;) {
      const bytes = await this.file.read(this.block, blockOffset(this.blocks));
      const crc = bytes === this.block.length ? checkBlock(this.block, this.blocks) : null;
      if (crc === null) return;
      await this.file.write(this.block, blockOffset(this.blocks));
      this.checksum = addToChecksum(this.checksum, crc);
      this.blocks++;
    }
  }
}

/** Reads the content of one finished snapshot, from any byte, checked. */
export class SnapshotFileReader {
  readonly metadata: SnapshotMetadata;
  readonly trailer: SnapshotTrailer;
  private readonly file: DiskFile;
  private readonly block = new Uint8Array(blockHeadBytes + blockBytes);
  private loaded = -1;

  private constructor(file: DiskFile, metadata: SnapshotMetadata, trailer: SnapshotTrailer) {
    this.file = file;
    this.metadata = metadata;
    this.trailer = trailer;
  }

  /**
   * Opens a file and checks header, trailer and size.
   * @throws StorageError `corrupt`, `version`; DiskError
   */
  static async open(disk: Disk, path: string, logSeed: number): Promise<SnapshotFileReader> {
    const file = await disk.open(path, "read");
    try {
      const { metadata } = await readHeader(file, logSeed);
      const offset = Math.max(0, (await file.size()) - snapshotTrailerBytes);
      const bytes = new Uint8Array(snapshotTrailerBytes);
      await readWhole(file, bytes, offset);
      return new SnapshotFileReader(file, metadata, decodeSnapshotTrailer(path, bytes, offset, logSeed));
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /**
   * Between 1 and `bytesMax` bytes from `offset`, which is below the total: up to the end of a block. The bytes are the
   * caller's.
   * @throws StorageError `corrupt` if the block is damaged
   */
  async read(offset: number, bytesMax: number): Promise<Uint8Array> {
    const block = Math.floor(offset / blockBytes);
    const bytes = Math.min(blockBytes, this.trailer.totalBytes - block * blockBytes);
    if (this.loaded !== block) {
      const whole = this.block.subarray(0, blockHeadBytes + bytes);
      this.loaded = -1;
      await readWhole(this.file, whole, blockOffset(block));
      if (checkBlock(whole, block) === null) {
        throw corrupt(this.file.path, blockOffset(block), `block ${block} of the snapshot is damaged`);
      }
      this.loaded = block;
    }
    const from = offset - block * blockBytes;
    const to = Math.min(bytes, from + bytesMax);
    return this.block.slice(blockHeadBytes + from, blockHeadBytes + to);
  }

  /** Reads everything, and compares the checksum of the whole. */
  async verify(): Promise<void> {
    let checksum = 0;
    for (let block = 0; block < this.trailer.blocks; block++) {
      const bytes = await this.read(block * blockBytes, blockBytes);
      checksum = addToChecksum(
        checksum,
        checkBlock(this.block.subarray(0, blockHeadBytes + bytes.length), block) ?? 0,
      );
    }
    if (checksum !== this.trailer.checksum)
      throw corrupt(this.file.path, null, "the snapshot's checksum does not hold");
  }

  close(): Promise<void> {
    return this.file.close();
  }
}

/** Removes a file; fine if there is none. */
export async function removeIfThere(disk: Disk, path: string): Promise<void> {
  try {
    await disk.remove(path);
  } catch (error) {
    if (!(error instanceof DiskError && error.code === "not-found")) throw error;
  }
}

async function openIfThere(disk: Disk, path: string): Promise<DiskFile | null> {
  try {
    return await disk.open(path, "write");
  } catch (error) {
    if (error instanceof DiskError && error.code === "not-found") return null;
    throw error;
  }
}

async function readHeader(file: DiskFile, logSeed: number): Promise<SnapshotHeader> {
  const bytes = new Uint8Array(snapshotHeaderBytes);
  const found = await file.read(bytes, 0);
  return decodeSnapshotHeader(file.path, bytes.subarray(0, found), logSeed);
}

async function readWhole(file: DiskFile, bytes: Uint8Array, offset: number): Promise<void> {
  if ((await file.read(bytes, offset)) < bytes.length)
    throw corrupt(file.path, offset, "the snapshot is cut off");
}

function sameContent(one: SnapshotHeader, other: SnapshotHeader): boolean {
  return (
    one.content !== null &&
    other.content !== null &&
    one.metadata.index === other.metadata.index &&
    one.metadata.term === other.metadata.term &&
    one.content.id === other.content.id &&
    one.content.totalBytes === other.content.totalBytes &&
    one.content.checksum === other.content.checksum
  );
}
