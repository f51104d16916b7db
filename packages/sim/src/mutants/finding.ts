/**
 * What a hunt found, and which verdicts convict.
 */

import type { Verdict } from "../run/verdict.ts";

/** What a hunt found. */
export type Finding = {
  /** The invariant that found the bug, or `crash`; null: nothing that counts did. */
  readonly by: string | null;
  readonly seed: number;
  /** Seeds that were run. */
  readonly seeds: number;
  /** Processor time that it took. */
  readonly seconds: number;
  /** What else was wrong before, and did not count. */
  readonly others: readonly string[];
  readonly text: string;
};

/**
 * Names what a verdict says, and whether it convicts: an invariant of safety always does; a crash, or a cluster that does
 * not come to rest, only where that is expected, since nearly everything that is broken ends like that some day.
 */
export function convict(
  verdict: Verdict,
  expected: readonly string[],
): { readonly name: string | null; readonly counts: boolean } {
  switch (verdict.kind) {
    case "pass":
      return { name: null, counts: false };
    case "violation":
    case "liveness": {
      const { invariant } = verdict;
      const isSafety = verdict.kind === "violation" && !invariant.startsWith("V");
      return { name: invariant, counts: isSafety || expected.includes(invariant) };
    }
    case "crash":
    case "nondeterminism":
    case "unknown":
      return { name: verdict.kind, counts: expected.includes(verdict.kind) };
  }
}
