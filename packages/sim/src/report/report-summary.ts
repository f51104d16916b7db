/**
 * Many runs as figures.
 */

import { type CoverageCounts, expectedMarks } from "../observe/coverage.ts";
import type { Verdict } from "../run/verdict.ts";
import { type MessagesMeasured, type Outage, recoveriesMs, type Spread } from "./measurement.ts";
import type { RunRecord } from "./run-record.ts";
import { spreadOf } from "./spread.ts";

/** Runs of one kind. */
export type GroupCount = { readonly name: string; readonly runs: number; readonly failed: number };

/** See the module. What is measured is null if nothing was. */
export type ReportSummary = {
  readonly runs: number;
  /** Runs with a problem. */
  readonly failed: number;
  readonly verdicts: Readonly<Record<Verdict["kind"], number>>;
  /** Violations, and lacks of progress, by invariant. */
  readonly invariants: readonly GroupCount[];
  readonly contracts: readonly GroupCount[];
  /** Empty names are plans without a flavour. */
  readonly flavours: readonly GroupCount[];
  readonly virtualMs: number;
  readonly coverage: Readonly<Record<string, number>>;
  /** Marks that a campaign should have seen, and did not. */
  readonly neverSeen: readonly string[];
  readonly measured: SummaryMeasured | null;
};

/** What was measured over all runs. */
export type SummaryMeasured = {
  readonly recoveryMs: Spread;
  readonly lost: readonly GroupCount[];
  readonly requests: {
    readonly writes: number;
    readonly reads: number;
    readonly answered: number;
    readonly refused: number;
    readonly unknown: number;
    readonly readsFailed: number;
  };
  /** Of each run its largest lag. */
  readonly lagMaxMs: Spread;
  readonly lagMaxEntries: Spread;
  readonly lagMeanEntries: number;
  readonly candidacies: number;
  readonly electionTerms: number;
  readonly leaders: number;
  readonly mostInTerm: number;
  readonly messages: readonly MessagesMeasured[];
};

/** Sums up. */
export function summarize(records: readonly RunRecord[], coverage: CoverageCounts): ReportSummary {
  const verdicts = { pass: 0, violation: 0, liveness: 0, nondeterminism: 0, crash: 0, unknown: 0 };
  for (const { verdict } of records) verdicts[verdict.kind]++;
  const named = records.filter(({ verdict }) => "invariant" in verdict);
  return {
    runs: records.length,
    failed: records.filter(({ problem }) => problem !== null).length,
    verdicts,
    invariants: groups(named, ({ verdict }) => ("invariant" in verdict ? verdict.invariant : "")),
    contracts: groups(records, ({ contract }) => contract),
    flavours: groups(records, ({ flavour }) => flavour),
    virtualMs: records.reduce((sum, { virtualMs }) => sum + virtualMs, 0),
    coverage: Object.fromEntries([...coverage].sort(([one], [other]) => (one < other ? -1 : 1))),
    neverSeen: expectedMarks.filter((mark) => !coverage.has(mark)),
    measured: measuredOf(records),
  };
}

function groups(records: readonly RunRecord[], nameOf: (run: RunRecord) => string): readonly GroupCount[] {
  const found = new Map<string, { name: string; runs: number; failed: number }>();
  for (const record of records) {
    const name = nameOf(record);
    const group = found.get(name) ?? { name, runs: 0, failed: 0 };
    group.runs++;
    if (record.problem !== null) group.failed++;
    found.set(name, group);
  }
  return [...found.values()].sort((one, other) => (one.name < other.name ? -1 : 1));
}

function measuredOf(records: readonly RunRecord[]): SummaryMeasured | null {
  const all = records.flatMap(({ measurement }) => (measurement === null ? [] : [measurement]));
  if (all.length === 0) return null;
  const sum = (valueOf: (one: (typeof all)[number]) => number): number =>
    all.reduce((total, one) => total + valueOf(one), 0);
  return {
    recoveryMs: spreadOf(all.flatMap(recoveriesMs)),
    lost: causesOf(all.flatMap(({ outages }) => outages)),
    requests: {
      writes: sum(({ requests }) => requests.writes),
      reads: sum(({ requests }) => requests.reads),
      answered: sum(({ requests }) => requests.answered),
      refused: sum(({ requests }) => requests.refused),
      unknown: sum(({ requests }) => requests.unknown),
      readsFailed: sum(({ requests }) => requests.readsFailed),
    },
    lagMaxMs: spreadOf(all.map(({ lag }) => lag.maxMs)),
    lagMaxEntries: spreadOf(all.map(({ lag }) => lag.maxEntries)),
    lagMeanEntries: sum(({ lag }) => lag.meanEntries) / all.length,
    candidacies: sum(({ elections }) => elections.candidacies),
    electionTerms: sum(({ elections }) => elections.terms),
    leaders: sum(({ elections }) => elections.leaders),
    mostInTerm: Math.max(...all.map(({ elections }) => elections.mostInTerm)),
    messages: messagesOf(all.flatMap(({ messages }) => messages)),
  };
}

/** Lost leaders by cause; failed: no write was acknowledged afterwards. */
function causesOf(outages: readonly Outage[]): readonly GroupCount[] {
  const found = new Map<string, { name: string; runs: number; failed: number }>();
  for (const { cause, recoveredAtMs } of outages) {
    const group = found.get(cause) ?? { name: cause, runs: 0, failed: 0 };
    group.runs++;
    if (recoveredAtMs === null) group.failed++;
    found.set(cause, group);
  }
  return [...found.values()].sort((one, other) => other.runs - one.runs);
}

function messagesOf(counts: readonly MessagesMeasured[]): readonly MessagesMeasured[] {
  const found = new Map<string, { type: string; sent: number; received: number; sentBytes: number }>();
  for (const { type, sent, received, sentBytes } of counts) {
    const total = found.get(type) ?? { type, sent: 0, received: 0, sentBytes: 0 };
    total.sent += sent;
    total.received += received;
    total.sentBytes += sentBytes;
    found.set(type, total);
  }
  return [...found.values()].sort((one, other) => other.sentBytes - one.sentBytes);
}
