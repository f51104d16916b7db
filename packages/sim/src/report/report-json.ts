/**
 * `report.json`: a report for programs. Its format:
 *
 *   { "format": 1, "kind": "quorate-sim-report",
 *     "title", "command", "commit", "startedAt", "wallMs", "jobs", "isInterrupted",
 *     "summary": ReportSummary,
 *     "runs": [ RunRecord, … ] }
 *
 * `summary` and `runs` are the types of `report-summary.ts` and `run-record.ts`, which say what every field means; times
 * end in Ms, sizes in Bytes. `format` rises when a field changes its meaning or goes; new ones may come at any time. A
 * run's `measurement` is null if it was not measured, its `timeline` unless its picture is in the page. A run is a line.
 */

import type { ReportInput } from "./report-input.ts";
import { summarize } from "./report-summary.ts";

/** Of this file. */
export const reportFormat = 1;

/** Makes the file. */
export function reportJson(input: ReportInput): string {
  const { records, coverage, titles: _, ...about } = input;
  const head = { format: reportFormat, kind: "quorate-sim-report", ...about };
  const fields = Object.entries({ ...head, summary: summarize(records, coverage) })
    .map(([name, value]) => `${JSON.stringify(name)}: ${JSON.stringify(value)}`)
    .join(",\n");
  const runs = records.map((record) => JSON.stringify(record)).join(",\n");
  return `{\n${fields},\n"runs": [\n${runs}\n]\n}\n`;
}
