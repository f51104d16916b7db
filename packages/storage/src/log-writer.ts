/**
 * Group commit: one batch is being written, and everything that arrives meanwhile makes the next.
 */

import { type HardState, none, type SnapshotMetadata } from "@quorate/raft";
import {
  type BatchPart,
  batchBytes,
  batchHeaderBytes,
  encodeBatch,
  type LogStart,
  partBytes,
  recordHeaderBytes,
} from "./batch-format.ts";
import type { DiskFile } from "./disk.ts";
import type { StorageEvent } from "./event.ts";
import type { Fuse } from "./fuse.ts";
import { viewOf } from "./layout.ts";
import type { LogIndex } from "./log-index.ts";
import { segmentHeaderBytes } from "./segment-header.ts";
import type { SegmentSet } from "./segment-set.ts";
import type { StateFiles } from "./state-files.ts";
import { assertUse, StorageError, type StorageErrorCode } from "./storage-error.ts";

/** One append, as the writer takes it. */
export type WriterPart = BatchPart & {
  readonly hardState: HardState | null;
  /** Whether a new commit index alone is worth a write. */
  readonly mustSync: boolean;
  /** The snapshot behind which the log begins, if `reset` is set. */
  readonly snapshot: SnapshotMetadata | null;
};

/** What a {@link LogWriter} works with. */
export type LogWriterOptions = {
  readonly segments: SegmentSet;
  readonly states: StateFiles;
  readonly index: LogIndex;
  readonly fuse: Fuse;
  readonly directory: string;
  /** Where the next batch goes, and the last one's number. */
  readonly endOffset: number;
  readonly sequence: number;
  readonly hardState: HardState;
  readonly batchBytesMax: number;
  readonly queueBytesMax: number;
  readonly now: () => number;
  readonly emit: (event: StorageEvent) => void;
  /** A snapshot took the log's place, durably. */
  readonly onReset: (snapshot: SnapshotMetadata) => void;
};

type Waiting = {
  readonly part: WriterPart;
  readonly bytes: number;
  /** The hard state after this append. */
  hardState: HardState;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
};

/** Where a batch is encoded. */
type BatchRoom = { readonly bytes: Uint8Array; readonly view: DataView };

/** Failures of a write that end the log. */
const fatal: readonly StorageErrorCode[] = ["io", "full", "closed", "not-found"];

/** Share of the current segment after which the next one is prepared. */
const spareShare = 0.5;

/** See the module. */
export class LogWriter {
  private readonly options: LogWriterOptions;
  private queue: Waiting[] = [];
  private queueBytes = 0;
  /** The last append that needs a write: what comes behind it resolves no earlier. */
  private tail: Promise<void> = Promise.resolve();
  private running: Promise<void> | null = null;
  private marking: Promise<void> | null = null;
  private startedAt: number | null = null;
  private buffer = new Uint8Array(64 * 1024);
  /** The part of it that the last batch took: many have the same size, and making it is dear. */
  private room = roomIn(this.buffer, 0);
  private offset: number;
  private sequence: number;
  /** The hard state and the log's end with everything that was taken, durable or not. */
  private accepted: HardState;
  private acceptedLast: LogStart;
  /** The hard state that is durable. */
  private durable: HardState;
  /** The batch up to which the state files prove durability. */
  private marked: number;
  /** Whether the second state file does not know the vote yet. */
  private isVoteSingle = false;

  constructor(options: LogWriterOptions) {
    this.options = options;
    this.offset = options.endOffset;
    this.sequence = options.sequence;
    this.marked = options.sequence;
    this.accepted = options.hardState;
    this.durable = options.hardState;
    this.acceptedLast = options.index.last;
  }

  /** When the write in flight was begun, by the caller's clock; null if there is none. */
  get busySince(): number | null {
    return this.startedAt;
  }

  /** The hard state with everything that was taken. */
  get hardState(): HardState {
    return this.accepted;
  }

  /**
   * Takes an append; resolves when it is durable.
   * @throws StorageError (by rejection) `busy`, `misuse`: nothing changed; else the log has failed
   */
  async append(part: WriterPart): Promise<void> {
    this.take(part);
    await this.tail;
  }

  private take(part: WriterPart): void {
    this.options.fuse.check();
    const hardState = part.hardState ?? this.accepted;
    this.checkPart(part, hardState);
    const isPromise = hardState.term !== this.accepted.term || hardState.vote !== this.accepted.vote;
    if (!isPromise && !part.mustSync && part.reset === null && part.entries.length === 0) {
      this.takeCommit(hardState);
    } else {
      this.tail = this.enqueue(part, hardState);
    }
  }

  /**
   * Writes the durable mark, so that the last batch has a proof; also what is left to do for the vote and the commit
   * index. Does nothing while a write is in flight, or if there is nothing to prove.
   */
  confirm(): Promise<void> {
    if (this.running !== null || this.queue.length > 0) return Promise.resolve();
    const isCurrent = this.marked === this.sequence && !this.isVoteSingle;
    if (isCurrent && this.accepted.commit === this.options.states.last.hardState.commit)
      return Promise.resolve();
    return this.mark();
  }

  /** Resolves when nothing is in flight; then the mark is written. */
  async drain(): Promise<void> {
    while (this.running !== null || this.marking !== null) {
      await this.running?.catch(() => undefined);
      await this.marking?.catch(() => undefined);
    }
    if (this.options.fuse.error === null) await this.confirm();
  }

  private checkPart({ entries, reset }: WriterPart, hardState: HardState): void {
    const before = this.accepted;
    let { index: lastIndex, term: lastTerm } = reset ?? this.acceptedLast;
    const first = entries[0];
    if (first !== undefined) {
      const { index } = first;
      if (!(index >= 1 && index <= lastIndex + 1))
        this.refuse(`entry ${index} would leave a gap behind entry ${lastIndex}`);
      if (!(index > before.commit || reset !== null))
        this.refuse(`entry ${index} would replace a committed one: commit is ${before.commit}`);
      lastIndex = index - 1;
      lastTerm = 0;
    }
    for (const { index, term } of entries) {
      if (index !== lastIndex + 1) this.refuse(`entry ${index} follows entry ${lastIndex}`);
      if (!(term >= lastTerm))
        this.refuse(`entry ${index} has term ${term}, and the one before it term ${lastTerm}`);
      lastIndex = index;
      lastTerm = term;
    }
    const { term, vote, commit } = hardState;
    if (!(term >= before.term)) this.refuse(`term ${term} follows term ${before.term}`);
    if (!(term > before.term || before.vote === none || vote === before.vote))
      this.refuse(`in term ${term} the vote was given to ${before.vote} and cannot go to ${vote}`);
    if (!(commit >= before.commit)) this.refuse(`commit ${commit} follows commit ${before.commit}`);
    if (!(commit <= lastIndex)) this.refuse(`commit ${commit} lies behind the last entry ${lastIndex}`);
  }

  private refuse(what: string): never {
    assertUse(false, this.options.directory, what);
  }

  /** A commit index alone is no promise: it goes along with the last append that waits, the next one, or a mark. */
  private takeCommit(hardState: HardState): void {
    const last = this.queue[this.queue.length - 1];
    if (last !== undefined) last.hardState = hardState;
    this.accepted = hardState;
  }

  private enqueue(part: WriterPart, hardState: HardState): Promise<void> {
    const bytes = partBytes(part);
    const { queueBytesMax, directory } = this.options;
    if (this.queueBytes > 0 && this.queueBytes + bytes > queueBytesMax) {
      throw new StorageError("busy", {
        file: directory,
        what: `${this.queueBytes} bytes wait to be written already`,
        remedy: "Wait until earlier appends are durable; the disk is slower than the load",
      });
    }
    this.accepted = hardState;
    const last = part.entries[part.entries.length - 1] ?? part.reset;
    if (last !== null) this.acceptedLast = { index: last.index, term: last.term };
    this.queueBytes += bytes;
    return new Promise<void>((resolve, reject) => {
      this.queue.push({ part, bytes, hardState, resolve, reject });
      this.running ??= this.run();
    });
  }

  private async run(): Promise<void> {
    const { fuse } = this.options;
    // Everything that the caller appends in this turn of the event loop makes the first batch.
    await Promise.resolve();
    while (this.queue.length > 0) {
      const group = this.takeGroup();
      try {
        await fuse.guard(() => this.write(group), fatal);
        for (const waiting of group) waiting.resolve();
      } catch (error) {
        this.fail(error);
        for (const { reject } of [...group, ...this.queue.splice(0)]) reject(error);
        this.queueBytes = 0;
      }
      this.startedAt = null;
    }
    this.running = null;
    if (this.isVoteSingle && fuse.error === null) void this.mark().catch(() => undefined);
  }

  /** Whatever went wrong in a write, nothing may follow it. */
  private fail(cause: unknown): void {
    const { fuse, directory } = this.options;
    const remedy = "Restart the member: it recovers what is durable";
    fuse.blow(new StorageError("io", { file: directory, what: "a write of the log failed", remedy, cause }));
  }

  private takeGroup(): Waiting[] {
    let bytes = 0;
    let count = 0;
    for (const waiting of this.queue) {
      if (count > 0 && bytes + waiting.bytes > this.options.batchBytesMax) break;
      bytes += waiting.bytes;
      count++;
    }
    this.queueBytes -= bytes;
    const { queue } = this;
    if (count < queue.length) return queue.splice(0, count);
    this.queue = [];
    return queue;
  }

  private async write(group: readonly Waiting[]): Promise<void> {
    const { segments, now, emit, states } = this.options;
    const started = now();
    this.startedAt = started;
    const { hardState } = group[group.length - 1] as Waiting;
    let bodyBytes = 0;
    for (const waiting of group) bodyBytes += waiting.bytes;
    const bytes = batchBytes(bodyBytes);
    if (this.offset + bytes > segments.current.sizeBytes) await this.roll(bytes);
    const sequence = this.sequence + 1;
    const { file, id: segmentId } = segments.current;
    const room = this.roomFor(bytes);
    const parts = group.map(({ part }) => part);
    const frame = { sequence, segmentId, segmentSeed: segments.seed, offset: this.offset, hardState };
    const seed = encodeBatch(room.bytes, room.view, frame, parts);
    const isVote = hardState.term !== this.durable.term || hardState.vote !== this.durable.vote;
    const log = this.writeLog(file, room.bytes);
    const state = isVote ? states.write({ hardState, sequence, durable: this.sequence }) : null;
    const [writtenAt] = await Promise.all([log, state]);
    const base = this.offset;
    this.offset += bytes;
    this.sequence = sequence;
    this.durable = hardState;
    this.isVoteSingle ||= isVote;
    const entries = this.publish(parts, { segmentId, base, seed });
    emit({
      kind: "batch-durable",
      appends: group.length,
      entries,
      bytes,
      writeMs: writtenAt - started,
      syncMs: now() - writtenAt,
    });
    if (this.offset > segments.current.sizeBytes * spareShare) void segments.prepareSpare(false);
  }

  /** Makes a batch durable where the log ends; resolves with the time at which only the sync was left to do. */
  private async writeLog(file: DiskFile, batch: Uint8Array): Promise<number> {
    await file.write(batch, this.offset);
    const writtenAt = this.options.now();
    await file.datasync();
    return writtenAt;
  }

  /** Shows the core what has become durable; returns the number of entries. */
  private publish(
    parts: readonly WriterPart[],
    at: { readonly segmentId: number; readonly base: number; readonly seed: number },
  ): number {
    const { index, onReset } = this.options;
    const { segmentId, seed } = at;
    let offset = at.base + batchHeaderBytes;
    let entries = 0;
    for (const part of parts) {
      if (part.reset !== null) {
        index.reset(part.reset);
        offset += recordHeaderBytes;
        if (part.snapshot !== null) onReset(part.snapshot);
      }
      const first = part.entries[0];
      if (first !== undefined) index.truncateFrom(first.index);
      for (const entry of part.entries) {
        index.push(entry.term, entry.data.length, { segmentId, offset, seed }, entry);
        offset += recordHeaderBytes + entry.data.length;
      }
      entries += part.entries.length;
    }
    return entries;
  }

  private async roll(bytes: number): Promise<void> {
    const { segments, index } = this.options;
    await segments.roll(bytes, {
      firstSequence: this.sequence + 1,
      last: index.last,
      hardState: this.durable,
    });
    this.offset = segmentHeaderBytes;
  }

  private mark(): Promise<void> {
    const { states, fuse, emit } = this.options;
    const { sequence, accepted, isVoteSingle } = this;
    this.isVoteSingle = false;
    const marking = fuse
      .guard(() => states.write({ hardState: accepted, sequence, durable: sequence }), fatal)
      .then(() => {
        this.marked = Math.max(this.marked, sequence);
        emit({ kind: "marked", sequence });
      })
      .catch((error: unknown) => {
        this.isVoteSingle ||= isVoteSingle;
        throw error;
      })
      .finally(() => {
        if (this.marking === marking) this.marking = null;
      });
    this.marking = marking;
    return marking;
  }

  /** A buffer of exactly so many bytes; kept for the next batch unless it is unusually large. */
  private roomFor(bytes: number): BatchRoom {
    if (bytes === this.room.bytes.length) return this.room;
    if (bytes > this.buffer.length) {
      const grown = new Uint8Array(Math.max(bytes, this.buffer.length * 2));
      if (bytes > 2 * this.options.batchBytesMax) return roomIn(grown, bytes);
      this.buffer = grown;
    }
    this.room = roomIn(this.buffer, bytes);
    return this.room;
  }
}

function roomIn(buffer: Uint8Array, bytes: number): BatchRoom {
  const part = buffer.subarray(0, bytes);
  return { bytes: part, view: viewOf(part) };
}
