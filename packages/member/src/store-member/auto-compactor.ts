/**
 * Automatic compaction (reference §10), by the leader alone; all members take samples, so that a new leader knows what its
 * predecessor knew.
 *
 * - `periodic`: keeps what is younger than a period. The revision is sampled every tenth of the period, or of an hour if
 *   that is shorter, and the store is compacted once per period, or hour.
 * - `revision`: keeps a number of revisions, looked at every five minutes.
 */

import type { Store } from "@quorate/store";
import type { MemberClock } from "../clock.ts";

/** What is compacted by itself. */
export type AutoCompaction =
  | { readonly mode: "off" }
  | { readonly mode: "periodic"; readonly retentionMs: number }
  | { readonly mode: "revision"; readonly retention: number };

const hourMs = 60 * 60 * 1000;
const samplesPerRound = 10;
const revisionEveryMs = 5 * 60 * 1000;
const samplesMax = 10_000;

type Sample = { readonly atMs: number; readonly revision: number };

/** See the module. */
export class AutoCompactor {
  private readonly store: Store;
  private readonly clock: MemberClock;
  private readonly compact: (revision: number) => void;
  private samples: Sample[] = [];
  private lastRevision = 0;
  private lastAtMs: number;
  private isStopped = false;

  /** `compact` proposes a compaction if this member leads, and does nothing otherwise. */
  constructor(
    store: Store,
    clock: MemberClock,
    setting: AutoCompaction,
    compact: (revision: number) => void,
  ) {
    this.store = store;
    this.clock = clock;
    this.compact = compact;
    this.lastAtMs = clock.now();
    if (setting.mode === "periodic") {
      const roundMs = Math.min(setting.retentionMs, hourMs);
      this.every(roundMs / samplesPerRound, () => this.lookAtAge(setting.retentionMs, roundMs));
    } else if (setting.mode === "revision") {
      this.every(revisionEveryMs, () => this.compactTo(this.store.revision - setting.retention));
    }
  }

  stop(): void {
    this.isStopped = true;
  }

  private lookAtAge(retentionMs: number, roundMs: number): void {
    const nowMs = this.clock.now();
    this.samples.push({ atMs: nowMs, revision: this.store.revision });
    // The newest sample that is old enough; those before it are not needed any more.
    const old = this.samples.filter(({ atMs }) => nowMs - atMs >= retentionMs);
    this.samples = this.samples.slice(Math.max(0, old.length - 1)).slice(-samplesMax);
    const target = old.at(-1);
    if (target === undefined || nowMs - this.lastAtMs < roundMs) return;
    this.lastAtMs = nowMs;
    this.compactTo(target.revision);
  }

  private compactTo(revision: number): void {
    if (revision <= Math.max(1, this.lastRevision, this.store.compactRevision)) return;
    this.lastRevision = revision;
    this.compact(revision);
  }

  private every(everyMs: number, look: () => void): void {
    this.clock.setTimer(() => {
      if (this.isStopped) return;
      look();
      this.every(everyMs, look);
    }, everyMs);
  }
}
