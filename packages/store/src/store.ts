/**
 * The store: applies the log, answers reads, keeps watches. See README for the design and the invariants.
 */

import type { AuthView, Principal } from "./auth/auth-api.ts";
import { Authorizer } from "./auth/authorizer.ts";
import type { Backend, BackendSizes } from "./backend.ts";
import { compareBytes } from "./bytes.ts";
import { freeGeneration, Sweeper } from "./compactor.ts";
import { type DigestJob, type KvHash, kvHashJob, liveShaJob, runJob } from "./digest.ts";
import type { FlushKeeper, Sidecars } from "./flush-keeper.ts";
import { generationPointerKey, sidecarKey } from "./key-layout.ts";
import type { LessorView } from "./lessor.ts";
import { encodeMeta, metaKey } from "./meta.ts";
import {
  type Alarm,
  done,
  type Outcome,
  type RangeResponse,
  type Result,
  refused,
  type TxnResponse,
} from "./outcome.ts";
import { commandCostBytes, defaultQuotaBytes } from "./quota.ts";
import type { RangeOptions } from "./range.ts";
import { AlarmType, type Command, type RangeRequest, type TxnRequest } from "./request.ts";
import { checkRange, checkTxn, isReadOnlyTxn } from "./request-check.ts";
import { type Hasher, sha256 } from "./sha256.ts";
import { copyBytes } from "./slab.ts";
import { changesOf, GenerationWriter, SnapshotReader, type SnapshotRestore } from "./snapshot.ts";
import { loadState, type State } from "./state.ts";
import { invariant, StoreError } from "./store-error.ts";
import type { StoreEvent } from "./store-event.ts";
import { newest } from "./version-reader.ts";
import { WatchHub } from "./watch-hub.ts";
import { defaultWatchLimits, type WatchLimits } from "./watcher.ts";
import { WriteBuffer } from "./write-buffer.ts";

/** Settings of a {@link Store}. */
export type StoreOptions = {
  readonly backend: Backend;
  /** Entries in the write buffer at which a commit starts by itself. Default 10,000 (DESIGN §4). */
  readonly flushEntriesMax?: number;
  /** Bytes in use at which {@link Store.quotaRefusal} refuses. Default 2 GiB, as etcd; 0 is no quota. */
  readonly quotaBytes?: number;
  /** Makes SHA-256 hashers. Default: plain JavaScript; a native one is several times faster. */
  readonly sha256?: () => Hasher;
  /** Takes events. */
  readonly sink?: (event: StoreEvent) => void;
  /** Called when some watcher has something to hand out; must only take note ({@link WatchHub}). */
  readonly onWatchReady?: () => void;
  /** Bounds of the watches; what is left out has its default. */
  readonly watchLimits?: Partial<WatchLimits>;
};

/** An entry of the log; null carries nothing for the store, and only moves the applied index. */
export type StoreEntry = {
  readonly index: number;
  readonly term: number;
  readonly command: Command | null;
  /** Who asked; left out or null: an anonymous client. */
  readonly principal?: Principal | null;
};

const compactionTurnChanges = 1000;

/** The replicated state machine. One owner, one thread; nothing here waits. */
export class Store {
  /** Watches on this store. */
  readonly watches: WatchHub;
  /** Users and roles, and what they may do; checked by `apply`, and by whoever answers reads. */
  readonly auth: AuthView;
  readonly #backend: Backend;
  readonly #buffer: WriteBuffer;
  #flushEntriesMax: number;
  #keeper: FlushKeeper | null = null;
  readonly #quotaBytes: number;
  readonly #newHasher: () => Hasher;
  readonly #sink: (event: StoreEvent) => void;
  #state: State;
  #durableIndex: number;
  #restoring = false;
  #placeMoved = false;
  #defragmenting = false;

  /** Opens the state that the backend holds, or begins a new one. Throws `corrupt` or `format`. */
  constructor(options: StoreOptions) {
    this.#backend = options.backend;
    this.#buffer = new WriteBuffer(options.backend);
    this.#flushEntriesMax = options.flushEntriesMax ?? 10_000;
    this.#quotaBytes = options.quotaBytes ?? defaultQuotaBytes;
    this.#newHasher = options.sha256 ?? sha256;
    this.#sink = options.sink ?? (() => {});
    this.#state = loadState(this.#buffer, this.#sink);
    this.#durableIndex = this.#state.meta.appliedIndex;
    this.auth = new Authorizer(() => this.#state);
    this.watches = new WatchHub(() => this.#state.keys, options.onWatchReady ?? (() => {}), {
      ...defaultWatchLimits,
      ...options.watchLimits,
    });
  }

  /** Index of the last applied entry; 0 before the first. */
  get appliedIndex(): number {
    return this.#state.meta.appliedIndex;
  }

  /** Term of the last applied entry. */
  get appliedTerm(): number {
    return this.#state.meta.appliedTerm;
  }

  get revision(): number {
    return this.#state.keys.revision;
  }

  /** −1 before the first compaction. */
  get compactRevision(): number {
    return this.#state.keys.compactRevision;
  }

  /** Leases, for the member that keeps time. */
  get leases(): LessorView {
    return this.#state.lessor;
  }

  /** Alarms that are on, by member and type. */
  get alarms(): readonly Alarm[] {
    return this.#state.meta.alarms;
  }

  /** Running CRC32C of everything applied: equal on all members at the same index (README, "Digests"). */
  get applyDigest(): number {
    return this.#state.keys.counters.applyDigest;
  }

  /** Highest index whose effects survive a crash now. The log must be kept behind it. */
  durableIndex(): number {
    return this.#durableIndex;
  }

  /**
   * Applies entries in order; returns one outcome for each. Everything is visible to reads and watches on return. Throws
   * `io` when an earlier commit failed, `invariant` when an index does not rise.
   */
  apply(entries: readonly StoreEntry[]): Outcome[] {
    this.#assertUsable();
    const outcomes = entries.map((entry) => this.#applyOne(entry));
    if (this.#buffer.pendingEntries >= this.#flushEntriesMax) this.flush();
    return outcomes;
  }

  /** Applies one entry, as {@link Store.apply} does. */
  applyEntry(entry: StoreEntry): Outcome {
    this.#assertUsable();
    const outcome = this.#applyOne(entry);
    if (this.#buffer.pendingEntries >= this.#flushEntriesMax) this.flush();
    return outcome;
  }

  /** Reads keys. Every member may, at any revision from the compacted one to its own. */
  range(request: RangeRequest, options?: RangeOptions): Result<RangeResponse> {
    this.#assertUsable();
    const code = this.#hasAlarm(AlarmType.corrupt) ? "corrupt" : checkRange(request);
    return code === null ? this.#state.writer.executor.range(request, options) : refused(code);
  }

  /** Executes a transaction that only reads (`isReadOnlyTxn`), without the log. */
  readTxn(request: TxnRequest): Result<TxnResponse> {
    this.#assertUsable();
    invariant(isReadOnlyTxn(request), "a transaction that writes must go through the log");
    const code = this.#hasAlarm(AlarmType.corrupt) ? "corrupt" : checkTxn(request);
    return code === null ? this.#state.writer.executor.txn(request) : refused(code);
  }

  /**
   * Whether the quota forbids to propose a command: `no-space`, or null. For the member that is about to propose; when it
   * is refused, the member proposes the NOSPACE alarm. Apply obeys the alarm only.
   */
  quotaRefusal(command: Command): "no-space" | null {
    if (this.#quotaBytes === 0) return null;
    const cost = commandCostBytes(command);
    if (cost === 0) return null;
    if (this.#hasAlarm(AlarmType.noSpace)) return "no-space";
    return this.usedBytes() + cost > this.#quotaBytes ? "no-space" : null;
  }

  /** Bytes that the quota counts: in use in the backend, and on their way to it. */
  usedBytes(): number {
    return this.#backend.sizes().inUseBytes + this.#buffer.bufferedBytes;
  }

  /** Bytes of the backend. */
  sizes(): BackendSizes {
    return this.#backend.sizes();
  }

  /** Heap that waits to be committed. A member that sees it grow past some bound should stop applying for a while. */
  get bufferedBytes(): number {
    return this.#buffer.bufferedBytes;
  }

  /** Records that wait for the next commit; what is on its way does not count. */
  get pendingEntries(): number {
    return this.#buffer.pendingEntries;
  }

  /** Whether what is committed outlives the process. */
  get isPersistent(): boolean {
    return this.#backend.isPersistent;
  }

  /** Whether a commit is on its way, or cannot begin because the file is being defragmented. */
  get flushing(): boolean {
    return this.#buffer.committing || this.#defragmenting;
  }

  /**
   * Leaves it to somebody when commits begin: from now on `apply` never starts one. At most one keeper; a later one takes
   * the place of the former.
   */
  entrust(keeper: FlushKeeper): void {
    this.#keeper = keeper;
    this.#flushEntriesMax = Number.POSITIVE_INFINITY;
  }

  /**
   * Moves the applied place over entries that carry nothing for the store. The index may stay if the term rises: a rescued
   * member goes on from the same state in a later term.
   */
  advance(index: number, term: number): void {
    this.#assertUsable();
    const { meta } = this.#state;
    const isForward = index > meta.appliedIndex || (index === meta.appliedIndex && term > meta.appliedTerm);
    invariant(isForward, `place ${index}/${term} after ${meta.appliedIndex}/${meta.appliedTerm}`);
    meta.appliedIndex = index;
    meta.appliedTerm = term;
    this.#placeMoved = true;
  }

  /**
   * Starts to make everything applied so far durable, in one transaction with the applied index. Does nothing while a
   * commit is on its way, or when there is nothing new; the owner calls it every 100 ms or so.
   */
  flush(): void {
    this.#assertUsable();
    if (this.flushing || this.#restoring) return;
    this.#keeper?.beforeFlush();
    const { meta, generation } = this.#state;
    const isMoved = this.#placeMoved || meta.appliedIndex !== this.#durableIndex;
    if (this.#buffer.pendingEntries === 0 && !isMoved) return;
    this.#placeMoved = false;
    this.#buffer.put(metaKey(generation), encodeMeta(meta));
    const { appliedIndex } = meta;
    const entries = this.#buffer.pendingEntries;
    this.#buffer.commit((error, isCurrent) => {
      if (isCurrent) {
        this.#durableIndex = appliedIndex;
        this.#sink({ kind: "flushed", durableIndex: appliedIndex, entries });
      }
      this.#keeper?.flushEnded(error);
    });
  }

  /**
   * Gives free space in the backend's file back to the system; resolves at once where there is nothing to give back. Reads
   * and writes go on, but commits wait. Throws `busy` while it is done already, or a snapshot is being restored.
   */
  defragment(): Promise<void> {
    this.#assertUsable();
    if (this.#defragmenting || this.#restoring) throw new StoreError("busy", "not now; try again later");
    this.#defragmenting = true;
    return (this.#backend.defragment?.() ?? Promise.resolve()).finally(() => {
      this.#defragmenting = false;
      this.#keeper?.flushEnded(this.#buffer.failure);
    });
  }

  /**
   * Physical compaction, a bounded amount: true when nothing is left to do. The owner calls it between turns. What it
   * frees is in the backend after the next flush.
   */
  compactStep(changesMax: number = compactionTurnChanges): boolean {
    this.#assertUsable();
    const { compactor, sweeper, keys } = this.#state;
    if (!compactor.step(keys.compactRevision, changesMax)) return false;
    return (sweeper.isDone || !this.#buffer.committing) && sweeper.step(changesMax);
  }

  /** Stores bytes of the owner's (configuration, sessions) with the next commit, under a name. Part of snapshots. */
  setSidecar(name: string, bytes: Uint8Array): void {
    this.#assertUsable();
    this.#buffer.put(sidecarKey(this.#state.generation, name), copyBytes(bytes));
  }

  /** Bytes that were stored under a name, or null. */
  sidecar(name: string): Uint8Array | null {
    return this.#buffer.get(sidecarKey(this.#state.generation, name)) ?? null;
  }

  /** Starts HashKV at a revision (0: the current one). */
  startKvHash(revision: number): Result<DigestJob<KvHash>> {
    const code = this.#state.writer.executor.revisionRefusal(revision);
    if (code !== null) return refused(code);
    const { generation, keys } = this.#state;
    const at = revision <= 0 ? keys.revision : revision;
    return done(kvHashJob(this.#buffer.pin(), generation, at, keys.compactRevision));
  }

  /** HashKV in one go (reference §5). */
  hashKv(revision: number): Result<KvHash> {
    const job = this.startKvHash(revision);
    return job.ok ? done(runJob(job.response)) : job;
  }

  /** Starts a SHA-256 over the living keys at a revision (0: the current one). */
  startSha256(revision: number): Result<DigestJob<Uint8Array>> {
    const code = this.#state.writer.executor.revisionRefusal(revision);
    if (code !== null) return refused(code);
    const { generation, keys } = this.#state;
    const at = revision <= 0 ? keys.revision : revision;
    const readRevision = at === keys.revision ? newest : at;
    return done(liveShaJob(this.#buffer.pin(), generation, at, readRevision, this.#newHasher()));
  }

  /** SHA-256 over the living keys at a revision, in one go. */
  sha256At(revision: number): Result<Uint8Array> {
    const job = this.startSha256(revision);
    return job.ok ? done(runJob(job.response)) : job;
  }

  /** Captures the state now, to be read chunk by chunk while the store goes on. */
  snapshot(): SnapshotReader {
    this.#assertUsable();
    const { generation, meta } = this.#state;
    return new SnapshotReader(this.#buffer.pin(), generation, meta, this.#newHasher());
  }

  /**
   * Begins to replace the state with a snapshot. Nothing may be applied before the writer is finished or aborted; reads
   * go on with the old state until `finish`.
   */
  restore(): SnapshotRestore {
    this.#assertUsable();
    invariant(!this.#restoring, "a snapshot is already being restored");
    if (this.#defragmenting) throw new StoreError("busy", "the file is being defragmented");
    const generation = freeGeneration(this.#backend, this.#state.generation);
    invariant(generation > 0, "no generation is free: compactStep was never called");
    this.#restoring = true;
    const writer = new GenerationWriter(this.#backend, generation, this.#newHasher());
    return {
      write: (chunk) => writer.write(chunk),
      finish: (sidecars) => {
        writer.finish();
        this.#switchTo(generation, sidecars ?? new Map());
        this.#restoring = false;
      },
      abort: () => {
        this.#state = { ...this.#state, sweeper: new Sweeper(this.#buffer, this.#state.generation) };
        this.#restoring = false;
      },
    };
  }

  #applyOne(entry: StoreEntry): Outcome {
    const { meta, writer, keys } = this.#state;
    invariant(entry.index > meta.appliedIndex, "an entry was applied already", entry.index);
    const outcome =
      entry.command === null
        ? done({ kind: "none" as const, revision: keys.revision })
        : writer.execute(entry.command, entry.principal ?? null, entry.index);
    meta.appliedIndex = entry.index;
    meta.appliedTerm = entry.term;
    const changes = keys.seal();
    if (changes !== null) this.watches.notify(changes);
    return outcome;
  }

  /** Makes a restored generation the state, and the owner's bytes a part of it, in one transaction. */
  #switchTo(generation: number, sidecars: Sidecars): void {
    const records = [...sidecars].map(([name, value]) => ({ key: sidecarKey(generation, name), value }));
    records.push({ key: generationPointerKey, value: Uint8Array.of(generation) });
    this.#backend.commitNow(changesOf(records.sort((one, other) => compareBytes(one.key, other.key))));
    this.watches.settle();
    this.#buffer.discard();
    this.#state = loadState(this.#buffer, this.#sink);
    this.#durableIndex = this.#state.meta.appliedIndex;
    this.watches.reset();
    this.#sink({ kind: "restored", appliedIndex: this.#state.meta.appliedIndex });
  }

  #hasAlarm(alarm: number): boolean {
    return this.#state.meta.alarms.some((raised) => raised.alarm === alarm);
  }

  #assertUsable(): void {
    if (this.#buffer.failure !== null) throw this.#buffer.failure;
  }
}
