/**
 * The segments of an open log: the one that is written to, those before it, and the spare one for the time after it.
 */

import type { HardState, StorageFault } from "@quorate/raft";
import type { LogStart } from "./batch-format.ts";
import { type Disk, DiskError, type DiskFile, joinPath } from "./disk.ts";
import type { StorageEvent } from "./event.ts";
import { segmentName, spareName } from "./layout.ts";
import { encodeSegmentHeader, segmentHeaderBytes, segmentSeed } from "./segment-header.ts";
import { removeIfThere } from "./snapshot-file.ts";
import { asStorageError, StorageError } from "./storage-error.ts";

/** An open segment. */
export type OpenSegment = {
  readonly id: number;
  readonly file: DiskFile;
  readonly sizeBytes: number;
  /** Index of the last entry before the segment's first batch. */
  readonly lastIndexBefore: number;
};

/** What a new segment's header says about the log. */
export type LogState = {
  readonly firstSequence: number;
  readonly last: LogStart;
  readonly hardState: HardState;
};

/** What a {@link SegmentSet} works with. */
export type SegmentSetOptions = {
  readonly disk: Disk;
  readonly directory: string;
  readonly logSeed: number;
  /** Size of a segment; one that must hold a larger batch is larger. */
  readonly segmentBytes: number;
  readonly emit: (event: StorageEvent) => void;
};

/** See the module. */
export class SegmentSet {
  private readonly options: SegmentSetOptions;
  private segments: OpenSegment[];
  private spare: Promise<boolean> | null = null;
  private hasSpareFailed = false;
  /** The seed of the segment that was asked about last. */
  private seeded: { readonly id: number; readonly seed: number } | null = null;

  /** `segments`: all that are there, oldest first, the last one opened for writing; at least one. */
  constructor(options: SegmentSetOptions, segments: readonly OpenSegment[]) {
    this.options = options;
    this.segments = [...segments];
  }

  /** The segment that is written to. */
  get current(): OpenSegment {
    return this.segments.at(-1) as OpenSegment;
  }

  get count(): number {
    return this.segments.length;
  }

  /** The seed of the current segment's batches. */
  get seed(): number {
    const { id } = this.current;
    if (this.seeded?.id !== id) this.seeded = { id, seed: segmentSeed(this.options.logSeed, id) };
    return this.seeded.seed;
  }

  /** Reads at once from any segment. */
  readonly read = (id: number, buffer: Uint8Array, position: number): number | StorageFault => {
    const segment = this.segments.find((one) => one.id === id);
    if (segment === undefined) return "corrupt";
    try {
      return segment.file.readSync(buffer, position);
    } catch (error) {
      if (error instanceof DiskError) return "io";
      throw error;
    }
  };

  /**
   * Prepares the next segment, if that has not happened. Resolves false, after an event, if it fails; never rejects.
   * After a failure it only tries again if asked to: on a full disk each attempt writes what little space there is.
   */
  prepareSpare(retry: boolean): Promise<boolean> {
    if (this.spare === null) {
      if (this.hasSpareFailed && !retry) return Promise.resolve(false);
      this.spare = this.makeSpare();
    }
    return this.spare;
  }

  /** Begins a new segment in which a batch of `bytes` has room; durable when it resolves. */
  async roll(bytes: number, log: LogState): Promise<void> {
    const { disk, directory, logSeed, segmentBytes, emit } = this.options;
    const wasSpare = this.spare !== null && (await this.spare);
    this.spare = null;
    const sizeBytes = Math.max(segmentBytes, segmentHeaderBytes + bytes);
    const id = this.current.id + 1;
    const path = joinPath(directory, spareName);
    const draft = wasSpare ? await disk.open(path, "write") : await this.createSpare();
    try {
      await draft.preallocate(sizeBytes);
      await draft.write(encodeSegmentHeader({ id, sizeBytes, ...log }, logSeed), 0);
      await draft.datasync();
    } finally {
      await draft.close();
    }
    const target = joinPath(directory, segmentName(id));
    await disk.rename(path, target);
    await disk.syncDirectory(directory);
    const file = await disk.open(target, "write");
    this.segments.push({ id, file, sizeBytes, lastIndexBefore: log.last.index });
    emit({ kind: "segment-begun", id, bytes: sizeBytes, wasSpare });
  }

  /** Removes the segments whose entries all have an index of at most `index`. */
  async removeUpTo(index: number): Promise<void> {
    const { disk, directory, emit } = this.options;
    let removed = 0;
    while (this.segments.length > 1 && (this.segments[1] as OpenSegment).lastIndexBefore <= index) {
      const segment = this.segments.shift() as OpenSegment;
      await segment.file.close();
      await disk.remove(segment.file.path);
      emit({ kind: "segment-removed", id: segment.id });
      removed++;
    }
    if (removed > 0) await disk.syncDirectory(directory);
  }

  async close(): Promise<void> {
    await this.spare;
    for (const { file } of this.segments) await file.close();
  }

  private async makeSpare(): Promise<boolean> {
    const { disk, directory, segmentBytes, emit } = this.options;
    try {
      const file = await this.createSpare();
      try {
        await file.preallocate(segmentBytes);
        await file.datasync();
      } finally {
        await file.close();
      }
      this.hasSpareFailed = false;
      emit({ kind: "spare-ready" });
      return true;
    } catch (error) {
      const typed = asStorageError(error);
      if (!(typed instanceof StorageError)) throw error;
      await removeIfThere(disk, joinPath(directory, spareName)).catch(() => undefined);
      this.spare = null;
      this.hasSpareFailed = true;
      emit({ kind: "spare-failed", error: typed });
      return false;
    }
  }

  private async createSpare(): Promise<DiskFile> {
    const { disk, directory } = this.options;
    const path = joinPath(directory, spareName);
    await removeIfThere(disk, path);
    return await disk.open(path, "create");
  }
}

/** Makes the first segment of a new log; its name is durable after the directory's next sync. */
export async function createFirstSegment(options: SegmentSetOptions, log: LogState): Promise<void> {
  const { disk, directory, logSeed, segmentBytes } = options;
  const file = await disk.open(joinPath(directory, segmentName(1)), "create");
  try {
    await file.preallocate(segmentBytes);
    await file.write(encodeSegmentHeader({ id: 1, sizeBytes: segmentBytes, ...log }, logSeed), 0);
    await file.datasync();
  } finally {
    await file.close();
  }
}
