/**
 * Keeps the records of runs for a report, with the time lines that are worth a picture: those of runs that failed, and of
 * the run with the slowest recovery. A time line is a hundred times larger than the figures of its run.
 */

import { recoveriesMs } from "./measurement.ts";
import type { RunRecord } from "./run-record.ts";

/** Pictures of failed runs, at most. */
const failedMax = 20;

/** See the module. */
export class RecordKeeper {
  private readonly kept: RunRecord[] = [];
  private readonly keepsAll: boolean;
  private failed = 0;
  private slowestMs = 0;
  private slowestAt = -1;

  /** `keepsAll`: every time line stays. */
  constructor(keepsAll = false) {
    this.keepsAll = keepsAll;
  }

  /** Takes a run's record; runs come in the order in which they are to be told. */
  add(record: RunRecord): void {
    this.kept.push(this.keepsAll || this.isWorthIt(record) ? record : withoutTimeline(record));
  }

  /** All of them, in order. */
  get records(): readonly RunRecord[] {
    return this.kept;
  }

  private isWorthIt({ problem, measurement }: RunRecord): boolean {
    if (measurement === null) return false;
    if (problem !== null) return ++this.failed <= failedMax;
    const slowestMs = Math.max(0, ...recoveriesMs(measurement));
    if (slowestMs <= this.slowestMs) return false;
    const before = this.kept[this.slowestAt];
    if (before !== undefined) this.kept[this.slowestAt] = withoutTimeline(before);
    this.slowestMs = slowestMs;
    this.slowestAt = this.kept.length;
    return true;
  }
}

function withoutTimeline(record: RunRecord): RunRecord {
  const { measurement } = record;
  return measurement === null ? record : { ...record, measurement: { ...measurement, timeline: null } };
}
