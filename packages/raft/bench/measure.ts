/**
 * Measuring one scenario: throughput, allocation and latency, in separate passes so that none disturbs another.
 */

import { performance } from "node:perf_hooks";
import { GCProfiler, getHeapStatistics } from "node:v8";
import { InMemoryGroup } from "./in-memory-group.ts";

/** How proposals reach the leader. */
export type Mode = {
  readonly name: string;
  /** Entries proposed before the group works. */
  readonly entriesPerTurn: number;
  /** One `proposeBatch()`, or a `propose()` for each entry. */
  readonly inOneCall: boolean;
};

/** The modes, from the widest batch to one client that waits for each answer. */
export const modes: readonly Mode[] = [
  { name: "batch 1000", entriesPerTurn: 1000, inOneCall: true },
  { name: "batch 100", entriesPerTurn: 100, inOneCall: true },
  { name: "pipeline 256", entriesPerTurn: 256, inOneCall: false },
  { name: "single", entriesPerTurn: 1, inOneCall: false },
];

/** What is measured. */
export type Scenario = { readonly members: number; readonly payloadBytes: number; readonly mode: Mode };

/** How long it is measured. */
export type Effort = {
  readonly warmUpMs: number;
  readonly runs: number;
  readonly runMs: number;
  readonly latencyMs: number;
};

export const fullEffort: Effort = { warmUpMs: 250, runs: 5, runMs: 250, latencyMs: 200 };
export const quickEffort: Effort = { warmUpMs: 100, runs: 3, runMs: 60, latencyMs: 60 };

/** The figures of one scenario. */
export type Measurement = {
  readonly members: number;
  readonly payloadBytes: number;
  readonly mode: string;
  /** Entries applied by every member, per second; one figure per run, rising. */
  readonly commitsPerSecond: readonly number[];
  /** Bytes that the whole group allocates on the JavaScript heap per commit. */
  readonly bytesPerCommit: number;
  /** From the proposal until the leader has applied the turn's last entry, in microseconds. */
  readonly latencyMicros: { readonly p50: number; readonly p99: number; readonly samples: number };
};

/** One scenario made ready to run. The payloads exist beforehand and are shared, so they are in no figure. */
export class Workload {
  readonly scenario: Scenario;
  private readonly group: InMemoryGroup;
  private readonly batch: readonly Uint8Array[];

  constructor(scenario: Scenario) {
    this.scenario = scenario;
    this.group = new InMemoryGroup(scenario.members);
    this.batch = Array.from({ length: scenario.mode.entriesPerTurn }, () =>
      new Uint8Array(scenario.payloadBytes).fill(0x71),
    );
  }

  /** One turn: proposes, and works until every member has applied. */
  runTurn(): void {
    this.proposeTurn();
    this.group.settle();
  }

  /** Turns until `durationMs` are over; returns commits per second. */
  runFor(durationMs: number): number {
    const start = performance.now();
    const firstIndex = this.group.applied;
    let elapsedMs = 0;
    while (elapsedMs < durationMs) {
      this.runTurn();
      elapsedMs = performance.now() - start;
    }
    return ((this.group.applied - firstIndex) / elapsedMs) * 1000;
  }

  /** One turn; returns the microseconds until the leader had applied it, and lets the followers finish after that. */
  timeTurn(): number {
    const start = performance.now();
    const target = this.group.applied + this.batch.length;
    this.proposeTurn();
    this.group.runUntilApplied(target);
    const micros = (performance.now() - start) * 1000;
    this.group.settle();
    return micros;
  }

  private proposeTurn(): void {
    if (this.scenario.mode.inOneCall) this.group.proposeBatch(this.batch);
    else for (const data of this.batch) this.group.propose(data);
  }
}

/** Measures one scenario from a fresh group. */
export function measure(scenario: Scenario, effort: Effort): Measurement {
  const workload = new Workload(scenario);
  workload.runFor(effort.warmUpMs);
  const commitsPerSecond: number[] = [];
  for (let run = 0; run < effort.runs; run++) {
    globalThis.gc?.();
    commitsPerSecond.push(workload.runFor(effort.runMs));
  }
  commitsPerSecond.sort(ascending);
  const bytesPerCommit = measureAllocation(workload);
  globalThis.gc?.();
  const latencyMicros = measureLatency(workload, effort.latencyMs);
  const { members, payloadBytes, mode } = scenario;
  return { members, payloadBytes, mode: mode.name, commitsPerSecond, bytesPerCommit, latencyMicros };
}

/** The middle of a rising list (the lower of two middles). */
export function median(sorted: readonly number[]): number {
  return percentile(sorted, 50);
}

/**
 * Growth of the used heap plus what every collection in between freed: what was allocated, however often the
 * collector ran. Exact to a fraction of a percent for known objects, given enough of them.
 */
function measureAllocation(workload: Workload): number {
  const { entriesPerTurn } = workload.scenario.mode;
  const turns = Math.ceil(20_000 / entriesPerTurn);
  globalThis.gc?.();
  const profiler = new GCProfiler();
  profiler.start();
  const before = getHeapStatistics().used_heap_size;
  for (let turn = 0; turn < turns; turn++) workload.runTurn();
  const after = getHeapStatistics().used_heap_size;
  let freed = 0;
  for (const { beforeGC, afterGC } of profiler.stop().statistics) {
    freed += beforeGC.heapStatistics.usedHeapSize - afterGC.heapStatistics.usedHeapSize;
  }
  return (after - before + freed) / (turns * entriesPerTurn);
}

function measureLatency(workload: Workload, durationMs: number): Measurement["latencyMicros"] {
  const micros: number[] = [];
  const end = performance.now() + durationMs;
  do micros.push(workload.timeTurn());
  while (performance.now() < end);
  micros.sort(ascending);
  return { p50: percentile(micros, 50), p99: percentile(micros, 99), samples: micros.length };
}

/** Nearest rank in a rising list. */
function percentile(sorted: readonly number[], percent: number): number {
  const rank = Math.max(1, Math.ceil((percent / 100) * sorted.length));
  return sorted[rank - 1] ?? Number.NaN;
}

function ascending(one: number, other: number): number {
  return one - other;
}
