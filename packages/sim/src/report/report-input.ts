/**
 * What every form of a report is made from.
 */

import type { CoverageCounts } from "../observe/coverage.ts";
import type { RunRecord } from "./run-record.ts";

/** See the module. */
export type ReportInput = {
  /** What was run: `seeds 1 to 2000`, `scenario leader-lost`. */
  readonly title: string;
  /** The command that was given. */
  readonly command: string;
  /** Of the code that was simulated. */
  readonly commit: string;
  /** When it began, as an ISO 8601 text. */
  readonly startedAt: string;
  readonly wallMs: number;
  readonly jobs: number;
  /** Whether it was broken off. */
  readonly isInterrupted: boolean;
  readonly records: readonly RunRecord[];
  readonly coverage: CoverageCounts;
  /** Titles of invariants by id. */
  readonly titles: ReadonlyMap<string, string>;
};
