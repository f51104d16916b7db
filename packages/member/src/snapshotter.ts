/**
 * The snapshotter: makes snapshots while the member goes on, drops the log behind them, and takes the leader's.
 */

import type { HardState, Snapshot, Storage } from "@quorate/raft";
import type { Engine } from "./engine.ts";
import type { MemberLog } from "./member-log.ts";
import type { SnapshotReader } from "./state-machine.ts";

const retryAfterMs = 10_000;

/** See the module. */
export class Snapshotter {
  private readonly engine: Engine;
  private readonly log: MemberLog;
  private lastIndex: number;
  private lastAtMs: number;
  private working: Promise<Error | null> | null = null;
  private isStopping = false;
  private isWanted = false;
  /** After a failure that the member survives: when to try again. */
  private notBeforeMs = 0;
  readonly storage: Storage;

  constructor(engine: Engine, log: MemberLog) {
    this.engine = engine;
    this.log = log;
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
      initialState: () => storage.initialState(),
      entries: (lo, hi, maxBytes) => storage.entries(lo, hi, maxBytes),
      term: (index) => storage.term(index),
      firstIndex: () => storage.firstIndex(),
      lastIndex: () => storage.lastIndex(),
      snapshot: () => {
        const latest = storage.snapshot();
        const changedAt = this.engine.parts.replica.roster.history().at(-1)?.index ?? 0;
        if (typeof latest === "string" || latest.metadata.index >= changedAt) return latest;
        this.isWanted = true;
        return "snapshot-unavailable";
      },
    };
  }

  /** Makes a snapshot that the core asked for; called at the end of a turn, when all that is applied fits together. */
  serve(): void {
    if (!this.isWanted) return;
    this.isWanted = false;
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
    const { limits, replica } = this.engine.parts;
    const news = replica.applied - this.lastIndex;
    const isDue =
      news >= limits.snapshotEntries || (news > 0 && nowMs - this.lastAtMs >= limits.snapshotAgeMs);
    if (isDue) void this.take();
  }

  /** Makes a snapshot now, unless one is being made or nothing is new; resolves with what went wrong, if anything. */
  take(): Promise<Error | null> {
    if (this.working !== null || this.isStopping) return this.working ?? Promise.resolve(null);
    const { replica } = this.engine.parts;
    if (replica.applied <= this.lastIndex) return Promise.resolve(null);
    // Captured here and now, between two turns' applications: state, sessions and configuration are those at `index`.
    const reader = replica.snapshot();
    const metadata = {
      index: replica.applied,
      term: replica.appliedTerm,
      confState: this.engine.node.config,
    };
    this.working = this.save(reader, metadata).finally(() => {
      this.working = null;
    });
    return this.working;
  }

  private async save(reader: SnapshotReader, metadata: Snapshot["metadata"]): Promise<Error | null> {
    const { engine, log } = this;
    const { index } = metadata;
    engine.emit({ kind: "snapshot-begun", index, bytes: 0 });
    let bytes = 0;
    try {
      const draft = await log.beginSnapshot(metadata);
      try {
        for (let chunk = reader.next(); chunk !== null; chunk = reader.next()) {
          bytes += chunk.length;
          await draft.write(chunk);
        }
      } catch (error) {
        await draft.abort();
        throw error;
      } finally {
        reader.close();
      }
      await draft.commit();
      this.lastIndex = index;
      this.lastAtMs = engine.parts.clock.now();
      engine.emit({ kind: "snapshot-done", index, bytes });
      const upTo = index - engine.parts.limits.catchUpEntries;
      if (upTo >= log.storage.firstIndex()) {
        await log.compact(upTo);
        engine.emit({ kind: "log-compacted", upTo });
      }
      return null;
    } catch (cause) {
      const error = cause instanceof Error ? cause : new Error(String(cause));
      engine.emit({ kind: "snapshot-failed", index, message: error.message });
      // A full disk is only this snapshot's failure; of everything else the extent is not known.
      if ("code" in error && error.code === "full")
        this.notBeforeMs = engine.parts.clock.now() + retryAfterMs;
      else engine.fail("a snapshot could not be made", error);
      return error;
    }
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
    const { index } = snapshot.metadata;
    const bytes = await restoreReplica(this.engine.parts.replica, this.log, snapshot);
    this.lastIndex = index;
    this.lastAtMs = this.engine.parts.clock.now();
    this.engine.afterRestore(index);
    this.engine.emit({ kind: "snapshot-restored", index, bytes });
  }
}

/** Reads a snapshot into a replica; returns its bytes. */
export async function restoreReplica(
  replica: Engine["parts"]["replica"],
  log: MemberLog,
  snapshot: Snapshot,
): Promise<number> {
  const writer = replica.restore();
  let bytes = 0;
  try {
    for await (const chunk of log.read(snapshot)) {
      bytes += chunk.length;
      writer.write(chunk);
    }
  } catch (error) {
    writer.abort();
    throw error;
  }
  writer.finish();
  return bytes;
}
