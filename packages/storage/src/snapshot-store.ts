/**
 * The snapshots of a data directory: making, receiving, reading, and keeping the newest few.
 */

import type { Snapshot, SnapshotMetadata } from "@quorate/raft";
import { type Disk, joinPath } from "./disk.ts";
import type { StorageEvent } from "./event.ts";
import type { Fuse } from "./fuse.ts";
import { describeIdentity, type Identity, logSeedOf } from "./identity.ts";
import { snapshotName } from "./layout.ts";
import { removeIfThere, SnapshotFileReader, SnapshotFileWriter } from "./snapshot-file.ts";
import type { SnapshotContent } from "./snapshot-format.ts";
import { assertUse, StorageError } from "./storage-error.ts";

/** A snapshot that is being made. One call at a time. */
export type SnapshotDraft = {
  /** Adds content; the bytes may be used again when it resolves. */
  write(chunk: Uint8Array): Promise<void>;
  /** Makes it durable and the latest. */
  commit(): Promise<Snapshot>;
  /** Throws it away. */
  abort(): Promise<void>;
};

/** What a peer offers; the shape is the transport's. */
export type SnapshotOffer = {
  readonly id: string;
  readonly totalBytes: number;
  readonly checksum: Uint8Array;
  readonly snapshot: Snapshot;
};

/** A snapshot that is being received; the shape is the transport's. One call at a time. */
export type SnapshotReceiver = {
  /** Content that is here already; the transfer goes on from there. */
  readonly receivedBytes: number;
  write(bytes: Uint8Array): Promise<void>;
  /**
   * Compares it with the offer and makes it durable; it becomes the latest when it is installed.
   * @throws StorageError `mismatch`: it is not what was offered; it is thrown away
   */
  finish(): Promise<void>;
  /** Ends without finishing; whole blocks are kept for a later attempt. */
  close(): Promise<void>;
};

/** Open content of a snapshot; the shape is the transport's. */
export type SnapshotReader = {
  readonly metadata: SnapshotMetadata;
  readonly id: string;
  readonly totalBytes: number;
  readonly checksum: Uint8Array;
  read(offset: number, bytesMax: number): Promise<Uint8Array>;
  close(): Promise<void>;
};

/** What a {@link SnapshotStore} works with. */
export type SnapshotStoreOptions = {
  readonly disk: Disk;
  readonly directory: string;
  readonly identity: Identity;
  readonly keep: number;
  readonly fuse: Fuse;
  readonly emit: (event: StorageEvent) => void;
};

/** See the module. */
export class SnapshotStore {
  private readonly options: SnapshotStoreOptions;
  private readonly logSeed: number;
  private readonly busy = new Set<string>();
  /** All durable ones, oldest first. */
  private durable: SnapshotMetadata[];
  private current: SnapshotMetadata | null;

  /** `durable`: the valid ones that are there, in order. `latest`: the one in force. */
  constructor(
    options: SnapshotStoreOptions,
    durable: readonly SnapshotMetadata[],
    latest: SnapshotMetadata | null,
  ) {
    this.options = options;
    this.logSeed = logSeedOf(options.identity);
    this.durable = [...durable];
    this.current = latest;
  }

  /** The snapshot in force: the newest made here, or installed. Durable. */
  get latest(): SnapshotMetadata | null {
    return this.current;
  }

  /** All that are there, oldest first. */
  get list(): readonly SnapshotMetadata[] {
    return this.durable;
  }

  /** Whether a snapshot is there and durable. */
  has({ index, term }: { readonly index: number; readonly term: number }): boolean {
    return this.durable.some((one) => one.index === index && one.term === term);
  }

  /** Begins to make one. */
  async begin(metadata: SnapshotMetadata): Promise<SnapshotDraft> {
    const name = `draft-${metadata.index}-${metadata.term}`;
    this.claim(name);
    const path = this.path(name);
    const writer = await this.guard(() =>
      SnapshotFileWriter.create(this.options.disk, path, { metadata, content: null }, this.logSeed),
    ).catch((error: unknown) => {
      this.busy.delete(name);
      throw error;
    });
    let open = true;
    const end = async (): Promise<void> => {
      if (!open) return;
      open = false;
      this.busy.delete(name);
      await writer.close();
    };
    return {
      write: (chunk) => this.guard(() => writer.write(chunk)),
      commit: () =>
        this.guard(async () => {
          const { totalBytes } = await writer.seal();
          await end();
          await this.publish(path, metadata);
          this.current =
            this.current !== null && this.current.index > metadata.index ? this.current : metadata;
          this.options.emit({ kind: "snapshot-durable", snapshot: metadata, bytes: totalBytes });
          await this.retain();
          return this.reference(metadata);
        }),
      abort: () =>
        this.guard(async () => {
          if (!open) return;
          await end();
          await removeIfThere(this.options.disk, path);
        }),
    };
  }

  /** Begins to receive one, or goes on with what is there of the very same. */
  async receive(offer: SnapshotOffer): Promise<SnapshotReceiver> {
    const { metadata } = offer.snapshot;
    const content: SnapshotContent = {
      id: offer.id,
      totalBytes: offer.totalBytes,
      checksum: decodeChecksum(offer.checksum),
    };
    const name = `incoming-${metadata.index}-${metadata.term}`;
    this.claim(name);
    const path = this.path(name);
    const header = { metadata, content };
    const { disk } = this.options;
    const writer = await this.guard(
      async () =>
        (await SnapshotFileWriter.resume(disk, path, header, this.logSeed)) ??
        (await SnapshotFileWriter.create(disk, path, header, this.logSeed)),
    ).catch((error: unknown) => {
      this.busy.delete(name);
      throw error;
    });
    return this.receiver({ name, path, metadata, content, writer });
  }

  private receiver(incoming: {
    readonly name: string;
    readonly path: string;
    readonly metadata: SnapshotMetadata;
    readonly content: SnapshotContent;
    readonly writer: SnapshotFileWriter;
  }): SnapshotReceiver {
    const { name, path, metadata, content, writer } = incoming;
    let open = true;
    const end = async (): Promise<void> => {
      if (!open) return;
      open = false;
      this.busy.delete(name);
      await writer.close();
    };
    return {
      receivedBytes: Math.min(writer.totalBytes, content.totalBytes),
      write: (bytes) => this.guard(() => writer.write(bytes)),
      finish: () =>
        this.guard(async () => {
          const trailer = await writer.seal();
          await end();
          if (trailer.totalBytes !== content.totalBytes || trailer.checksum !== content.checksum) {
            await removeIfThere(this.options.disk, path);
            throw new StorageError("mismatch", {
              file: path,
              what: "the snapshot received is not the one that was offered",
              remedy: "It was thrown away; the transfer begins anew",
            });
          }
          await this.publish(path, metadata);
          this.options.emit({ kind: "snapshot-durable", snapshot: metadata, bytes: trailer.totalBytes });
        }),
      close: () => this.guard(end),
    };
  }

  /** Puts a received snapshot in force; the log calls it when its reset is durable. */
  adopt(metadata: SnapshotMetadata): void {
    this.current = metadata;
  }

  /** Opens a snapshot, from any byte. Its file stays readable until the reader is closed, even if it is removed. */
  async open({
    metadata,
  }: {
    readonly metadata: { readonly index: number; readonly term: number };
  }): Promise<SnapshotReader> {
    const path = this.path(snapshotName(metadata.index, metadata.term));
    const reader = await this.guard(() => SnapshotFileReader.open(this.options.disk, path, this.logSeed));
    const { totalBytes, checksum } = reader.trailer;
    const owner = describeIdentity(this.options.identity);
    return {
      metadata: reader.metadata,
      id: `snapshot ${reader.metadata.index}/${reader.metadata.term} of ${owner}, ${checksum.toString(16)}`,
      totalBytes,
      checksum: encodeChecksum(checksum),
      read: (offset, bytesMax) => this.guard(() => reader.read(offset, bytesMax)),
      close: () => reader.close(),
    };
  }

  /** The content of a snapshot, chunk by chunk, checked. */
  async *read(snapshot: {
    readonly metadata: { readonly index: number; readonly term: number };
  }): AsyncGenerator<Uint8Array> {
    const reader = await this.open(snapshot);
    try {
      for (let offset = 0; offset < reader.totalBytes; ) {
        const chunk = await reader.read(offset, Number.MAX_SAFE_INTEGER);
        offset += chunk.length;
        yield chunk;
      }
    } finally {
      await reader.close();
    }
  }

  /** The snapshot as a message carries it: the reference is its file's name, for people; it is found by index and term. */
  reference(metadata: SnapshotMetadata): Snapshot {
    return { metadata, data: new TextEncoder().encode(snapshotName(metadata.index, metadata.term)) };
  }

  /** Removes all but the newest few; the one in force and everything newer stays. */
  async retain(): Promise<void> {
    const { disk, directory, keep } = this.options;
    const before = this.current?.index ?? 0;
    const removable = this.durable.filter((one) => one.index < before);
    const surplus = removable.slice(0, Math.max(0, removable.length - (keep - 1)));
    if (surplus.length === 0) return;
    for (const one of surplus) {
      await removeIfThere(disk, this.path(snapshotName(one.index, one.term)));
      this.options.emit({ kind: "snapshot-removed", snapshot: one });
    }
    this.durable = this.durable.filter((one) => !surplus.includes(one));
    await disk.syncDirectory(directory);
  }

  /** From here on it is durable: the file was synced, now its name. */
  private async publish(path: string, metadata: SnapshotMetadata): Promise<void> {
    const { disk, directory } = this.options;
    await disk.rename(path, this.path(snapshotName(metadata.index, metadata.term)));
    await disk.syncDirectory(directory);
    const others = this.durable.filter((one) => one.index !== metadata.index || one.term !== metadata.term);
    this.durable = [...others, metadata].toSorted(
      (one, other) => one.index - other.index || one.term - other.term,
    );
  }

  private claim(name: string): void {
    if (this.busy.has(name)) {
      throw new StorageError("busy", {
        file: this.path(name),
        what: "this snapshot is being written already",
        remedy: "Wait until that ends",
      });
    }
    this.busy.add(name);
  }

  /** A full disk is only this snapshot's failure, a failed sync or read is the whole storage's. */
  private guard<T>(work: () => Promise<T>): Promise<T> {
    return this.options.fuse.guard(work, ["io"]);
  }

  private path(name: string): string {
    return joinPath(this.options.directory, name);
  }
}

function encodeChecksum(checksum: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, checksum, true);
  return bytes;
}

function decodeChecksum(bytes: Uint8Array): number {
  assertUse(bytes.length === 4, "snapshot", `an offered checksum has ${bytes.length} bytes instead of 4`);
  return new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0, true);
}
