/**
 * Thresholds: how much a scenario may take. Each is a most; a run that is above one of them has failed.
 */

import { type RunMeasurement, recoveriesMs } from "./measurement.ts";
import { spreadOf } from "./spread.ts";

type Threshold = {
  /** In a few words, for people. */
  readonly title: string;
  readonly unit: string;
  readonly measure: (measured: RunMeasurement) => number;
};

const recovery = (measured: RunMeasurement, name: "p50" | "p90" | "p99" | "max"): number =>
  spreadOf(recoveriesMs(measured))[name] ?? 0;
const requestsOf = ({ requests }: RunMeasurement): number => requests.writes + requests.reads;
const percentOf = (part: number, whole: number): number => (whole === 0 ? 0 : (100 * part) / whole);

/** All that can be set, by the names that scenario files use. */
export const thresholdBook = {
  recoveryP50Ms: {
    title: "recovery time, median",
    unit: "ms",
    measure: (measured) => recovery(measured, "p50"),
  },
  recoveryP90Ms: {
    title: "recovery time, 90th percentile",
    unit: "ms",
    measure: (measured) => recovery(measured, "p90"),
  },
  recoveryP99Ms: {
    title: "recovery time, 99th percentile",
    unit: "ms",
    measure: (measured) => recovery(measured, "p99"),
  },
  recoveryMaxMs: {
    title: "recovery time, longest",
    unit: "ms",
    measure: (measured) => recovery(measured, "max"),
  },
  unrecovered: {
    title: "lost leaders after which no write was acknowledged",
    unit: "",
    measure: ({ outages }) => outages.filter(({ recoveredAtMs }) => recoveredAtMs === null).length,
  },
  failedPercent: {
    title: "requests without an answer",
    unit: "%",
    measure: (measured) => percentOf(requestsOf(measured) - measured.requests.answered, requestsOf(measured)),
  },
  unknownPercent: {
    title: "writes that may or may not have had an effect",
    unit: "%",
    measure: ({ requests }) => percentOf(requests.unknown, requests.writes),
  },
  writeP99Ms: {
    title: "acknowledged writes, 99th percentile",
    unit: "ms",
    measure: ({ requests }) => requests.writeMs.p99 ?? 0,
  },
  lagMaxEntries: { title: "replica lag, largest", unit: "entries", measure: ({ lag }) => lag.maxEntries },
  lagMaxMs: { title: "replica lag, longest", unit: "ms", measure: ({ lag }) => lag.maxMs },
  leaderChanges: {
    title: "changes of the leader",
    unit: "",
    measure: ({ elections }) => elections.leaderChanges,
  },
  candidaciesInTerm: {
    title: "candidacies of one term",
    unit: "",
    measure: ({ elections }) => elections.mostInTerm,
  },
} as const satisfies Readonly<Record<string, Threshold>>;

export type ThresholdName = keyof typeof thresholdBook;

/** What may be at most, by name. */
export type Thresholds = Partial<Readonly<Record<ThresholdName, number>>>;

/** A threshold and what was measured. */
export type ThresholdResult = {
  readonly name: ThresholdName;
  readonly title: string;
  readonly unit: string;
  readonly limit: number;
  readonly measured: number;
  readonly isBroken: boolean;
};

export const thresholdNames = Object.keys(thresholdBook) as readonly ThresholdName[];

/** Compares a run with its thresholds, in the order of the book. */
export function compareWithThresholds(
  thresholds: Thresholds,
  measured: RunMeasurement,
): readonly ThresholdResult[] {
  return thresholdNames.flatMap((name) => {
    const limit = thresholds[name];
    if (limit === undefined) return [];
    const { title, unit, measure }: Threshold = thresholdBook[name];
    const value = measure(measured);
    return [{ name, title, unit, limit, measured: value, isBroken: value > limit }];
  });
}

/** The thresholds that are broken, in one line; null: none is. */
export function describeBroken(results: readonly ThresholdResult[]): string | null {
  const broken = results.filter(({ isBroken }) => isBroken);
  if (broken.length === 0) return null;
  const texts = broken.map(({ name, title, unit, limit, measured }) =>
    `${title}: ${rounded(measured)} ${unit}, at most ${limit} wanted (${name})`.replaceAll(/ +,/g, ","),
  );
  return `above its threshold: ${texts.join("; ")}`;
}

function rounded(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toFixed(value < 10 ? 2 : 1);
}
