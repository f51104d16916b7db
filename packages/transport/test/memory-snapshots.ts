/**
 * Snapshot content in memory: a source and a sink by the rules of the seam, CRC-32 as their checksum.
 */

import { crc32 } from "node:zlib";
import type { NodeId, Snapshot } from "@quorate/raft";
import type {
  SnapshotOffer,
  SnapshotReader,
  SnapshotSink,
  SnapshotSource,
  SnapshotWriter,
} from "../src/snapshot-stream.ts";

/** The checksum on which these two agree. */
export function checksumOf(bytes: Uint8Array): Uint8Array {
  const checksum = new Uint8Array(4);
  new DataView(checksum.buffer).setUint32(0, crc32(bytes));
  return checksum;
}

/** Content of any size in which every byte depends on its position. */
export function contentOf(bytes: number): Uint8Array {
  return Uint8Array.from({ length: bytes }, (_, at) => (at * 31 + (at >>> 8) * 7) & 0xff);
}

/** Serves one content for every snapshot. */
export class MemorySource implements SnapshotSource {
  id = "snapshot-1";
  checksum: Uint8Array;
  readonly content: Uint8Array;
  /** Where reads began, in order. */
  readonly reads: number[] = [];
  opened = 0;
  closed = 0;

  constructor(content: Uint8Array) {
    this.content = content;
    this.checksum = checksumOf(content);
  }

  async open(_peer: NodeId, _snapshot: Snapshot): Promise<SnapshotReader> {
    this.opened++;
    return {
      id: this.id,
      totalBytes: this.content.length,
      checksum: this.checksum,
      read: async (offset, bytesMax) => {
        this.reads.push(offset);
        return this.content.slice(offset, offset + bytesMax);
      },
      close: async () => {
        this.closed++;
      },
    };
  }
}

/** Keeps contents by id, across transfers. */
export class MemorySink implements SnapshotSink {
  readonly partial: Map<string, Uint8Array[]> = new Map();
  readonly complete: Map<string, Uint8Array> = new Map();
  /** Where each transfer began. */
  readonly offsets: number[] = [];
  readonly offers: SnapshotOffer[] = [];
  /** Called after every write: a test may stop the world here. */
  afterWrite: (storedBytes: number) => Promise<void> = async () => {};
  /** Called at the beginning of every verification. */
  beforeFinish: () => Promise<void> = async () => {};
  finishing = 0;
  openWriters = 0;

  async begin(_peer: NodeId, offer: SnapshotOffer): Promise<SnapshotWriter> {
    const parts = this.partial.get(offer.id) ?? [];
    this.partial.set(offer.id, parts);
    this.offers.push(offer);
    const bytes = (): number => parts.reduce((total, part) => total + part.length, 0);
    const receivedBytes = bytes();
    this.offsets.push(receivedBytes);
    this.openWriters++;
    if (this.openWriters > 1) throw new Error("two writers are open");
    return {
      receivedBytes,
      write: async (part) => {
        parts.push(part.slice());
        await this.afterWrite(bytes());
      },
      finish: async () => {
        this.finishing++;
        await this.beforeFinish();
        const whole = Buffer.concat(parts);
        this.partial.delete(offer.id);
        if (Buffer.compare(checksumOf(whole), offer.checksum) !== 0)
          throw new Error("the checksum does not match");
        this.complete.set(offer.id, whole);
      },
      close: async () => {
        this.openWriters--;
      },
    };
  }
}
