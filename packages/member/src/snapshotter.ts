/**
 * The snapshotter: makes snapshots while the member goes on, drops the log behind them, and takes the leader's.
 *
 * For a machine in memory a snapshot is what a restart begins with, made every so many entries. A machine with its own disk
 * needs none for itself: *light* ones, which hold no state, let the log be cut behind what is durable, and a *full* one is
 * made only when a follower needs it. A light one is never shown to the core.
 */

import type { HardState, Snapshot, Storage } from "@quorate/raft";
import type { Engine } from "./engine.ts";
import { cutIndex, isAwaited, isWithinBound } from "./log-retention.ts";
import type { MemberLog } from "./member-log.ts";
import { concatenate, encodeHead, readerOf } from "./replica-head.ts";
import { restoreReplica } from "./state-loading.ts";
import type { SnapshotReader } from "./state-machine.ts";

const retryAfterMs = 10_000;
/** Light snapshots are not made more often than this: each costs a few syncs. */
const lightEveryMs = 1000;
/** How long a full snapshot is kept, with the log behind it, after somebody last asked for it or waited for it. */
const fullKeptMs = 30_000;

type Kind = "full" | "light";

/** See the module. */
export class Snapshotter {
  private readonly engine: Engine;
  private readonly log: MemberLog;
  private readonly hasOwnDisk: boolean;
  private lastIndex: number;
  private lastAtMs: number;
  private working: Promise<Error | null> | null = null;
  private isStopping = false;
  private isWanted = false;
  /** After a failure that the member survives: when to try again. */
  private notBeforeMs = 0;
  /** Machines with their own disk: the full snapshot that may be sent, and until when it is kept. */
  private full: Snapshot | null = null;
  private fullUntilMs = 0;
  private makingIndex: number | null = null;
  readonly storage: Storage;

  constructor(engine: Engine, log: MemberLog) {
    this.engine = engine;
    this.log = log;
    this.hasOwnDisk = engine.parts.replica.durable !== null;
    const latest = log.storage.snapshot();
    this.lastIndex = typeof latest === "string" ? 0 : latest.metadata.index;
    this.lastAtMs = engine.parts.clock.now();
    this.storage = this.makeView();
  }

  /**
   * The core's view of the log. A snapshot that is to be sent must know its receiver: one from before the latest
   * membership change is held back, and a newer one is made.
   */
  private makeView(): Storage {
    const { storage } = this.log;
    return {
      initialState: () => this.initialState(),
      entries: (lo, hi, maxBytes) => storage.entries(lo, hi, maxBytes),
      term: (index) => storage.term(index),
      firstIndex: () => storage.firstIndex(),
      lastIndex: () => storage.lastIndex(),
      snapshot: () => {
        const latest = this.hasOwnDisk ? this.fullToSend() : storage.snapshot();
        const changedAt = this.engine.parts.replica.roster.history().at(-1)?.index ?? 0;
        if (latest !== null && (typeof latest === "string" || latest.metadata.index >= changedAt))
          return latest;
        this.isWanted = true;
        return "snapshot-unavailable";
      },
    };
  }

  /** The configuration is that of the state that the core goes on from: the machine may be ahead of the snapshot. */
  private initialState(): ReturnType<Storage["initialState"]> {
    const stored = this.log.storage.initialState();
    const { replica } = this.engine.parts;
    return this.hasOwnDisk && replica.applied > 0 ? { ...stored, confState: replica.config } : stored;
  }

  /** The full snapshot, if the log still goes on behind it. */
  private fullToSend(): Snapshot | null {
    const { full } = this;
    if (full === null || full.metadata.index + 1 < this.log.storage.firstIndex()) return null;
    this.fullUntilMs = this.engine.parts.clock.now() + fullKeptMs;
    return full;
  }

  /** Makes a snapshot that the core asked for; called at the end of a turn, when all that is applied fits together. */
  serve(): void {
    if (!this.isWanted) return;
    this.isWanted = false;
    if (this.hasOwnDisk && this.engine.parts.clock.now() < this.notBeforeMs) return;
    void this.take();
  }

  /** Resolves when nothing is being made or taken; no more is begun. */
  async idle(): Promise<void> {
    this.isStopping = true;
    await this.working;
  }

  /** Makes a snapshot if one of the two triggers says so: entries since the last one, or its age. */
  look(nowMs: number): void {
    if (nowMs < this.notBeforeMs) return;
    if (this.hasOwnDisk) {
      this.lookAtLog(nowMs);
      return;
    }
    const { limits, replica } = this.engine.parts;
    const news = replica.applied - this.lastIndex;
    const isDue =
      news >= limits.snapshotEntries || (news > 0 && nowMs - this.lastAtMs >= limits.snapshotAgeMs);
    if (isDue) void this.take();
  }

  /**
   * Makes a light snapshot when the log can be cut by enough to be worth it. None while a full one is made or awaited: it
   * would take its place in the directory, and the log would be cut behind it.
   */
  private lookAtLog(nowMs: number): void {
    const { engine, log } = this;
    const { limits, replica } = engine.parts;
    if (this.working !== null || this.isStopping || this.keptFrom(nowMs) !== null) return;
    const ageMs = nowMs - this.lastAtMs;
    const place = replica.durablePlace;
    if (place === null || place.index <= this.lastIndex || ageMs < lightEveryMs) return;
    const gain = cutIndex(engine, log, null) + 1 - log.storage.firstIndex();
    if (gain < (ageMs >= limits.snapshotAgeMs ? 1 : limits.snapshotEntries)) return;
    const { index, term, roster } = place;
    const head = encodeHead({ kind: "light", index, term, sessions: new Uint8Array(0), roster });
    const reader = concatenate(head, readerOf(new Uint8Array(0)));
    void this.begin(reader, { index, term, confState: place.config }, "light");
  }

  /** Index of a full snapshot behind which the log must be kept: it is being made, or somebody waits for it. */
  private keptFrom(nowMs: number): number | null {
    if (this.makingIndex !== null) return this.makingIndex;
    const index = this.full?.metadata.index;
    if (index === undefined) return null;
    if (isAwaited(this.engine, index)) this.fullUntilMs = Math.max(this.fullUntilMs, nowMs + fullKeptMs);
    return nowMs < this.fullUntilMs && isWithinBound(this.engine, this.log, index) ? index : null;
  }

  /** Makes a snapshot now, unless one is being made or nothing is new; resolves with what went wrong, if anything. */
  take(): Promise<Error | null> {
    if (this.working !== null || this.isStopping) return this.working ?? Promise.resolve(null);
    const { replica } = this.engine.parts;
    if (replica.applied <= (this.hasOwnDisk ? (this.full?.metadata.index ?? 0) : this.lastIndex))
      return Promise.resolve(null);
    // Captured here and now, between two turns' applications: state, sessions and configuration are those at `index`.
    const reader = replica.snapshot();
    const metadata = {
      index: replica.applied,
      term: replica.appliedTerm,
      confState: replica.config,
    };
    return this.begin(reader, metadata, "full");
  }

  private begin(reader: SnapshotReader, metadata: Snapshot["metadata"], kind: Kind): Promise<Error | null> {
    if (kind === "full") this.makingIndex = metadata.index;
    this.working = this.save(reader, metadata, kind).finally(() => {
      this.working = null;
      this.makingIndex = null;
    });
    return this.working;
  }

  private async save(
    reader: SnapshotReader,
    metadata: Snapshot["metadata"],
    kind: Kind,
  ): Promise<Error | null> {
    const { engine } = this;
    const { index } = metadata;
    if (kind === "full") engine.emit({ kind: "snapshot-begun", index, bytes: 0 });
    try {
      const { snapshot, bytes } = await this.write(reader, metadata);
      this.lastIndex = index;
      this.lastAtMs = engine.parts.clock.now();
      this.full = kind === "full" ? snapshot : null;
      this.fullUntilMs = this.lastAtMs + fullKeptMs;
      if (kind === "full") engine.emit({ kind: "snapshot-done", index, bytes });
      else engine.emit({ kind: "light-snapshot", index });
      await this.cutLog(index);
      return null;
    } catch (cause) {
      const error = cause instanceof Error ? cause : new Error(String(cause));
      engine.emit({ kind: "snapshot-failed", index, message: error.message });
      // A full disk is only this snapshot's failure; of everything else the extent is not known.
      if (cause instanceof Abandoned) return error;
      if ("code" in error && error.code === "full")
        this.notBeforeMs = engine.parts.clock.now() + retryAfterMs;
      else engine.fail("a snapshot could not be made", error);
      return error;
    } finally {
      reader.close();
    }
  }

  private async write(
    reader: SnapshotReader,
    metadata: Snapshot["metadata"],
  ): Promise<{ readonly snapshot: Snapshot; readonly bytes: number }> {
    let bytes = 0;
    const draft = await this.log.beginSnapshot(metadata);
    try {
      for (let chunk = reader.next(); chunk !== null; chunk = reader.next()) {
        bytes += chunk.length;
        await draft.write(chunk);
        if (this.hasOwnDisk && this.isStopping) throw new Abandoned("this member stops");
      }
    } catch (error) {
      await draft.abort();
      throw error;
    }
    return { snapshot: await draft.commit(), bytes };
  }

  private async cutLog(index: number): Promise<void> {
    const { engine, log } = this;
    const full = this.full?.metadata.index ?? null;
    const upTo = this.hasOwnDisk
      ? Math.min(index, cutIndex(engine, log, full))
      : index - engine.parts.limits.catchUpEntries;
    if (upTo < log.storage.firstIndex()) return;
    await log.compact(upTo);
    engine.emit({ kind: "log-compacted", upTo });
  }

  /** Replaces log and state by a snapshot of the leader. What is being made ends first, so that it cannot come after. */
  async restore(snapshot: Snapshot, hardState: HardState | null): Promise<void> {
    await this.working;
    const replacing = this.replace(snapshot, hardState);
    this.working = replacing.then(
      () => null,
      (error: unknown) => (error instanceof Error ? error : new Error(String(error))),
    );
    try {
      await replacing;
    } finally {
      this.working = null;
    }
  }

  private async replace(snapshot: Snapshot, hardState: HardState | null): Promise<void> {
    await this.log.install(snapshot, hardState);
    await this.engine.stateQuiet();
    const { index } = snapshot.metadata;
    const bytes = await restoreReplica(this.engine.parts.replica, this.log, snapshot);
    this.lastIndex = index;
    this.lastAtMs = this.engine.parts.clock.now();
    this.full = this.hasOwnDisk ? snapshot : null;
    this.engine.afterRestore(index);
    this.engine.emit({ kind: "snapshot-restored", index, bytes });
  }
}

/** A snapshot that was given up on purpose. */
class Abandoned extends Error {}
