/**
 * The election study as text.
 */

import { describeVerdict } from "../run/verdict.ts";
import { histogram, percentile, shareWithin } from "./distribution.ts";
import type { ElectionStudy } from "./election-study.ts";

/** A leader should be there again within so long. */
export const goalMs = 300;
const stepMs = 20;

/** Figures and a histogram, line by line. */
export function studyLines({
  plan,
  verdict,
  kills,
  electedMs,
  servingMs,
  unanswered,
}: ElectionStudy): readonly string[] {
  return [
    `${plan.members} members, leader killed ${kills} times, seed ${plan.seed}: ${describeVerdict(verdict)}`,
    ...(unanswered === 0 ? [] : [`no leader before the next kill: ${unanswered}`]),
    "ms after the kill     p50     p90     p98     max   within 300 ms",
    figuresLine("a new leader", electedMs),
    figuresLine("its first commit", servingMs),
    "",
    "ms until a new leader",
    ...histogram(electedMs, stepMs),
  ];
}

function figuresLine(name: string, values: readonly number[]): string {
  const figures = [50, 90, 98, 100].map((percent) => percentile(values, percent).toFixed(0).padStart(8));
  return `${name.padEnd(17)}${figures.join("")}${`${shareWithin(values, goalMs).toFixed(1)} %`.padStart(16)}`;
}
