/**
 * A failure: what is wrong, where and when, and how to see it again, with a smaller plan if there is one.
 */

import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import {
  describeVerdict,
  type Experiment,
  type Plan,
  type RunVerdict,
  runPlan,
  scenarioOfFailure,
  shrinkPlan,
  writeScenario,
} from "@quorate/sim";
import { failure } from "../command-error.ts";
import { commit } from "./commit.ts";
import { moduleFlags } from "./load-experiment.ts";
import { type ProgressLine, progressBar } from "./progress-line.ts";
import { quoted } from "./shell-word.ts";
import type { SimOptions } from "./sim-options.ts";

/** What failed. */
export type Failure = {
  readonly plan: Plan;
  readonly verdict: RunVerdict;
  /** The command that shows it. */
  readonly again: string;
  /** Name of the file that the shrunk plan is written to, without its ending. */
  readonly fileName: string;
  /** False: running it again would end this process. Default true. */
  readonly isRepeatable?: boolean;
  /** Aborted: nothing smaller is looked for any more. */
  readonly signal: AbortSignal;
};

/** Shrinks a failure, writes it, and tells it in lines. */
export async function reportFailure(
  { plan, verdict, again, fileName, isRepeatable = true, signal }: Failure,
  options: SimOptions,
  experiment: Experiment,
  takeStrays: () => readonly string[],
  progress: ProgressLine,
): Promise<readonly string[]> {
  const lines = [
    `seed ${plan.seed}, commit ${commit()}: ${describeVerdict(verdict)}`,
    ...(experiment.machineName === null ? [] : [line("machine", experiment.machineName)]),
    ...facts(verdict, experiment),
  ];
  lines.push(line("again", again));
  if (!options.shrink || !isRepeatable || !isShrinkable(verdict)) return lines;
  const searches = options.search === true ? { searches: true } : {};
  const shrunk = await shrinkPlan(plan, verdict, {
    run: async (smaller) =>
      signal.aborted
        ? { kind: "pass" }
        : (await runPlan(smaller, { ...experiment.run, takeStrays, ...searches })).verdict,
    runsMax: options.shrinkRuns,
    onProgress: ({ runs, runsMax, plan: smallest }) => {
      progress.show(() => `shrinking ${progressBar(runs / runsMax)} ${runs} runs: ${sizeOf(smallest)}`);
    },
  });
  progress.clear();
  const path = join(options.out, `${fileName}.json`);
  write(path, writeScenario(scenarioOfFailure(shrunk.plan, shrunk.verdict)));
  const isEnough = shrunk.isMinimal && !signal.aborted ? "" : ", where it was stopped";
  lines.push(
    line("shrunk", sizeOf(plan)),
    line("", `to ${sizeOf(shrunk.plan)}, in ${shrunk.runs} runs${isEnough}`),
    line(
      "replay",
      `quorate sim --scenario ${quoted(path.startsWith("/") ? path : `./${path}`)}${moduleFlags(options)}`,
    ),
  );
  return lines;
}

function facts(verdict: RunVerdict, { titles }: Experiment): readonly string[] {
  const lines: string[] = [];
  if ("invariant" in verdict) {
    const title = titles.get(verdict.invariant);
    lines.push(line("invariant", title === undefined ? verdict.invariant : `${verdict.invariant}, ${title}`));
  }
  if ("node" in verdict && verdict.node !== "") lines.push(line("member", verdict.node));
  if ("atUs" in verdict) lines.push(line("virtual time", `${(verdict.atUs / 1_000_000).toFixed(6)} s`));
  return lines;
}

function line(name: string, text: string): string {
  return `  ${name.padEnd(14)}${text}`;
}

function isShrinkable({ kind }: RunVerdict): boolean {
  return kind === "violation" || kind === "liveness" || kind === "crash";
}

/** How large a plan is, for people. */
function sizeOf({ members, faults, workload, safetyMs }: Plan): string {
  return `${members} members, ${workload.clients} clients, ${faults.length} faults, ${(safetyMs / 1000).toFixed(1)} s`;
}

function write(path: string, text: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  } catch (error) {
    throw failure(
      `the shrunk scenario cannot be written: ${(error as Error).message}; choose another --out`,
      {
        cause: error,
      },
    );
  }
}
