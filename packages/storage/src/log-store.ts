/**
 * The durable log of one member: what the rest of this package is for.
 */

import {
  type ConfState,
  type HardState,
  noData,
  noEntries,
  type Snapshot,
  type SnapshotMetadata,
  type Storage,
} from "@quorate/raft";
import { type Disk, type DiskFile, type DiskLock, joinPath } from "./disk.ts";
import type { RecoveryWarning, StorageEventSink } from "./event.ts";
import { Fuse } from "./fuse.ts";
import { type Identity, logSeedOf } from "./identity.ts";
import { checkIdentity, initializeDirectory, isMissing, readIdentity, wiped } from "./initialization.ts";
import { segmentName } from "./layout.ts";
import { LogIndex } from "./log-index.ts";
import { type LogStoreOptions, type LogWrite, mebibyte } from "./log-store-options.ts";
import { LogWriter } from "./log-writer.ts";
import { type Recovered, recover } from "./recovery.ts";
import { removeLeftovers, repairSegment, repairStates } from "./repair.ts";
import { type OpenSegment, SegmentSet } from "./segment-set.ts";
import {
  type SnapshotDraft,
  type SnapshotOffer,
  type SnapshotReader,
  type SnapshotReceiver,
  SnapshotStore,
} from "./snapshot-store.ts";
import { surveySnapshots } from "./snapshot-survey.ts";
import type { StateFiles } from "./state-files.ts";
import { asStorageError, assertUse, StorageError } from "./storage-error.ts";

type Parts = {
  readonly disk: Disk;
  readonly directory: string;
  readonly lock: DiskLock;
  readonly fuse: Fuse;
  readonly index: LogIndex;
  readonly segments: SegmentSet;
  readonly states: StateFiles;
  readonly snapshots: SnapshotStore;
  readonly writer: LogWriter;
  readonly confState: ConfState;
  readonly recovered: Recovered;
  readonly segmentBytes: number;
};

/** See the README. Open one per data directory; the lock sees to it. */
export class LogStore {
  /** Snapshots: list, open, receive. */
  readonly snapshots: SnapshotStore;
  /** The core's synchronous view: shows a write from the moment it is durable. */
  readonly storage: Storage;
  /** What recovery had to deal with. */
  readonly warnings: readonly RecoveryWarning[];
  private readonly parts: Parts;
  private closing: Promise<void> | null = null;

  private constructor(parts: Parts) {
    this.parts = parts;
    this.snapshots = parts.snapshots;
    this.warnings = parts.recovered.warnings;
    this.storage = makeView(parts);
  }

  /**
   * Makes the data directory of a new member: once in its life, before the first {@link open}.
   * @throws StorageError `exists`, `locked`, `full`, `io`
   */
  static async initialize(
    disk: Disk,
    directory: string,
    options: { readonly identity: Identity; readonly confState?: ConfState; readonly segmentBytes?: number },
  ): Promise<void> {
    const { segmentBytes = 64 * mebibyte } = options;
    checkSegmentBytes(directory, segmentBytes);
    await typed(async () => {
      await disk.createDirectory(directory);
      const lock = await disk.lock(directory);
      try {
        await initializeDirectory(disk, directory, options, segmentBytes);
      } finally {
        await lock.release();
      }
    });
  }

  /**
   * Recovers the log and opens it for writing.
   * @throws StorageError `wiped`, `wrong-member`, `corrupt`, `version`, `locked`, `full`, `io`; then nothing is open
   */
  static open(disk: Disk, directory: string, options: LogStoreOptions): Promise<LogStore> {
    checkSegmentBytes(directory, options.segmentBytes ?? 64 * mebibyte);
    return typed(async () => {
      let lock: DiskLock;
      try {
        await disk.list(directory);
        lock = await disk.lock(directory);
      } catch (error) {
        throw isMissing(error) ? wiped(directory) : error;
      }
      const opened: { close(): Promise<void> }[] = [];
      try {
        const store = new LogStore(await openParts(disk, directory, lock, options, opened));
        await store.completeReset();
        return store;
      } catch (error) {
        for (const one of opened) await one.close().catch(() => undefined);
        await lock.release();
        throw error;
      }
    });
  }

  /** When the write in flight was begun, by the caller's clock; null if there is none. For a watchdog. */
  get busySince(): number | null {
    return this.parts.writer.busySince;
  }

  /** Why every call is refused, or null. */
  get error(): StorageError | null {
    return this.parts.fuse.error;
  }

  /**
   * Writes; resolves when it is durable. Appends may overlap: they are made durable in order, several at once, and
   * resolve in order. A commit index alone is not written but goes along with the next write; it resolves with what was
   * appended before it.
   * @throws StorageError `busy`, `misuse` (nothing changed); `io`, `full` (the log refuses everything from now on)
   */
  append({ hardState, entries, mustSync = false }: LogWrite): Promise<void> {
    return this.parts.writer.append({ hardState, entries, mustSync, reset: null, snapshot: null });
  }

  /**
   * Writes the durable mark, unless a write is in flight or there is nothing to prove. Call it when the member has been
   * idle for a moment: from then on even rot in the very last batch is told from a torn write.
   */
  confirm(): Promise<void> {
    return this.parts.writer.confirm();
  }

  /**
   * Tries to prepare the next segment; false means that the disk is (almost) full and that a member had better refuse
   * proposals until this succeeds.
   */
  reserve(): Promise<boolean> {
    return this.parts.segments.prepareSpare(true);
  }

  /**
   * Forgets the log up to and including `index`. Whole segments are removed.
   * @throws StorageError `misuse` unless a durable snapshot covers it
   */
  async compact(index: number): Promise<void> {
    const { fuse, snapshots, segments, index: entries, directory } = this.parts;
    const covered = snapshots.latest?.index ?? 0;
    assertUse(
      index <= covered,
      directory,
      `the log must not be compacted to ${index}: snapshots reach ${covered}`,
    );
    assertUse(
      index <= entries.lastIndex,
      directory,
      `the log ends at ${entries.lastIndex} and cannot be compacted to ${index}`,
    );
    entries.compactTo(index);
    await fuse.guard(() => segments.removeUpTo(index), ["io", "full", "not-found"]);
  }

  /** About how many bytes of log there are from the entry at `index` to the end; 0 behind the end. */
  bytesFrom(index: number): number {
    return this.parts.index.bytesFrom(index, this.parts.segmentBytes);
  }

  /** Begins to make a snapshot of the state machine; its last entry must have been applied, so it is committed. */
  beginSnapshot(metadata: SnapshotMetadata): Promise<SnapshotDraft> {
    return this.snapshots.begin(metadata);
  }

  /** Begins, or goes on, to receive a snapshot. It must be installed to take effect. */
  receiveSnapshot(offer: SnapshotOffer): Promise<SnapshotReceiver> {
    return this.snapshots.receive(offer);
  }

  /** Opens a snapshot for sending. */
  openSnapshot(snapshot: Snapshot): Promise<SnapshotReader> {
    return this.snapshots.open(snapshot);
  }

  /** The content of a snapshot, chunk by chunk, checked. */
  read(snapshot: Snapshot): AsyncIterable<Uint8Array> {
    return this.snapshots.read(snapshot);
  }

  /**
   * Lets a received snapshot, which is durable, take the place of the log: everything before and behind it is dropped.
   * @throws StorageError `misuse` if it was not received, or is older than the latest
   */
  async install({ metadata }: Snapshot, hardState: HardState | null): Promise<void> {
    const { directory, writer, snapshots, segments, fuse } = this.parts;
    const { index, term } = metadata;
    assertUse(snapshots.has(metadata), directory, `snapshot ${index}/${term} was not received`);
    const latest = snapshots.latest?.index ?? 0;
    assertUse(index >= latest, directory, `snapshot ${index} is older than the latest, ${latest}`);
    const before = hardState ?? writer.hardState;
    const isLater = term > before.term;
    const settled = {
      term: isLater ? term : before.term,
      vote: isLater ? 0 : before.vote,
      commit: Math.max(before.commit, index),
    };
    await writer.append({
      hardState: settled,
      entries: noEntries,
      mustSync: true,
      reset: { index, term },
      snapshot: metadata,
    });
    await fuse.guard(async () => {
      await snapshots.retain();
      await segments.removeUpTo(index);
    }, ["io", "full", "not-found"]);
  }

  /** Waits for what is in flight, writes the mark, and gives everything back. Later calls are refused with `closed`. */
  close(): Promise<void> {
    this.closing ??= typed(() => this.shutDown());
    return this.closing;
  }

  private async shutDown(): Promise<void> {
    const { fuse, writer, states, segments, lock, directory } = this.parts;
    const remedy = "Open it again";
    const end = (): Promise<void> => {
      fuse.blow(new StorageError("closed", { file: directory, what: "the log was closed", remedy }));
      return states.close();
    };
    const steps = [() => writer.drain(), end, () => segments.close(), () => lock.release()];
    const errors: unknown[] = [];
    for (const step of steps) await step().catch((error: unknown) => errors.push(error));
    if (errors.length > 0) throw errors[0];
  }

  /** A snapshot was received, or restored to, and the process ended before the log knew. */
  private async completeReset(): Promise<void> {
    const { recovered, writer } = this.parts;
    const { snapshot, needsReset, hardState } = recovered;
    if (!needsReset || snapshot === null) return;
    const reset = { index: snapshot.index, term: snapshot.term };
    await writer.append({ hardState, entries: noEntries, mustSync: true, reset, snapshot });
  }
}

async function openParts(
  disk: Disk,
  directory: string,
  lock: DiskLock,
  options: LogStoreOptions,
  opened: { close(): Promise<void> }[],
): Promise<Parts> {
  const { identity, now = () => 0, segmentBytes = 64 * mebibyte } = options;
  const emit: StorageEventSink = options.events ?? (() => undefined);
  const names = await disk.list(directory);
  const { identity: found, confState } = await readIdentity(disk, directory, names);
  checkIdentity(directory, found, identity);
  const logSeed = logSeedOf(identity);
  const survey = await surveySnapshots(disk, directory, names, logSeed);
  let segments: SegmentSet | null = null;
  const index = new LogIndex(
    (id, buffer, position) => segments?.read(id, buffer, position) ?? "io",
    options.cacheBytesMax ?? 64 * mebibyte,
  );
  const recovered = await recover({ disk, directory, logSeed, names, snapshots: survey, index });
  const files = await openSegments(disk, directory, recovered, opened);
  await repairSegment((files.at(-1) as { file: DiskFile }).file, recovered);
  const states = await repairStates(disk, directory, recovered, logSeed);
  opened.push(states);
  await removeLeftovers(disk, directory, names, recovered);
  segments = new SegmentSet({ disk, directory, logSeed, segmentBytes, emit }, files);
  const fuse = new Fuse(emit);
  const snapshots = new SnapshotStore(
    { disk, directory, identity, keep: options.snapshotsKept ?? 2, fuse, emit },
    survey.valid,
    recovered.snapshot,
  );
  const writer = new LogWriter({
    segments,
    states,
    index,
    fuse,
    directory,
    endOffset: recovered.endOffset,
    sequence: recovered.sequence,
    hardState: recovered.hardState,
    batchBytesMax: options.batchBytesMax ?? 4 * mebibyte,
    queueBytesMax: options.queueBytesMax ?? 256 * mebibyte,
    now,
    emit,
    onReset: (metadata) => snapshots.adopt(metadata),
  });
  const { warnings } = recovered;
  emit({
    kind: "opened",
    warnings,
    firstIndex: index.firstIndex,
    lastIndex: index.lastIndex,
    segments: files.length,
  });
  return {
    disk,
    directory,
    lock,
    fuse,
    index,
    segments,
    states,
    snapshots,
    writer,
    confState,
    recovered: { ...recovered, unproven: null },
    segmentBytes,
  };
}

async function openSegments(
  disk: Disk,
  directory: string,
  { segments }: Recovered,
  opened: { close(): Promise<void> }[],
): Promise<readonly OpenSegment[]> {
  const files: OpenSegment[] = [];
  for (const [position, { header }] of segments.entries()) {
    const mode = position === segments.length - 1 ? "write" : "read";
    const file = await disk.open(joinPath(directory, segmentName(header.id)), mode);
    opened.push(file);
    files.push({ id: header.id, file, sizeBytes: header.sizeBytes, lastIndexBefore: header.last.index });
  }
  return files;
}

function makeView({ index, snapshots, writer, confState }: Parts): Storage {
  return {
    initialState: () => ({
      hardState: writer.hardState,
      confState: snapshots.latest?.confState ?? confState,
    }),
    entries: (lo, hi, bytesMax) => index.entries(lo, hi, bytesMax),
    term: (at) => index.term(at),
    firstIndex: () => index.firstIndex,
    lastIndex: () => index.lastIndex,
    snapshot: () =>
      snapshots.latest === null
        ? { metadata: { index: 0, term: 0, confState }, data: noData }
        : snapshots.reference(snapshots.latest),
  };
}

function checkSegmentBytes(directory: string, segmentBytes: number): void {
  const isGood = Number.isSafeInteger(segmentBytes) && segmentBytes % 512 === 0;
  assertUse(
    isGood && segmentBytes >= 1024 && segmentBytes < 2 ** 31,
    directory,
    `segments of ${segmentBytes} bytes are impossible`,
  );
}

async function typed<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw asStorageError(error);
  }
}
