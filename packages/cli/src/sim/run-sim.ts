/**
 * `quorate sim`: does one of the things that can be asked for, and gives the exit code.
 */

import { findScenarios, scenarioNames, studyElections, studyLines } from "@quorate/sim";
import { usageError } from "../command-error.ts";
import { runCampaign } from "./run-campaign.ts";
import { runScenarios } from "./run-scenarios.ts";
import type { SimOptions } from "./sim-options.ts";
import { exitCodeOf } from "./sim-verdict.ts";

/** Runs; the promise is rejected only if the command is wrong, or a file cannot be read or written. */
export async function runSim(options: SimOptions): Promise<number> {
  const { seed, seeds, minutes, scenario, list = false, electionStudy = false, kills } = options;
  const asked = [seeds !== undefined, minutes !== undefined, scenario !== undefined, list, electionStudy];
  const count = asked.filter(Boolean).length + (seed !== undefined && !electionStudy ? 1 : 0);
  if (count !== 1)
    throw usageError(
      "say one of --seed N, --seeds A..B, --minutes M, --scenario NAME, --list and --election-study; see quorate help sim",
    );
  if (list) {
    print(listing());
    return 0;
  }
  if (electionStudy) {
    const study = await studyElections({ kills, ...(seed === undefined ? {} : { seed }) });
    print(studyLines(study).join("\n"));
    return exitCodeOf(study.verdict);
  }
  const strays: string[] = [];
  const note = (reason: unknown): void => {
    strays.push(reason instanceof Error ? (reason.stack ?? reason.message) : String(reason));
  };
  // What nobody listens to inside of a run is a finding about that run.
  process.on("unhandledRejection", note);
  try {
    const takeStrays = (): readonly string[] => strays.splice(0);
    if (scenario !== undefined) return await runScenarios(scenario, options, takeStrays);
    return await runCampaign(options, takeStrays);
  } finally {
    process.off("unhandledRejection", note);
  }
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** The book's scenarios, a line each. */
function listing(): string {
  const names = scenarioNames();
  const width = Math.max(...names.map(({ length }) => length));
  return names
    .map((name) => `${name.padEnd(width)}  ${findScenarios(name)?.[0]?.description ?? ""}`)
    .join("\n");
}
