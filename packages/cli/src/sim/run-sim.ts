/**
 * `quorate sim`: does one of the things that can be asked for, and gives the exit code.
 */

import { allFlavours, findScenarios, scenarioNames, studyElections, studyLines } from "@quorate/sim";
import { usageError } from "../command-error.ts";
import { nearest } from "../serve/nearest.ts";
import { loadExperiment } from "./load-experiment.ts";
import { runCampaign } from "./run-campaign.ts";
import { runScenarios } from "./run-scenarios.ts";
import type { SimOptions } from "./sim-options.ts";
import { exitCodeOf } from "./sim-verdict.ts";
import { Strays } from "./strays.ts";

/** Runs; the promise is rejected only if the command is wrong, or a file cannot be read or written. */
export async function runSim(options: SimOptions): Promise<number> {
  const { seed, seeds, minutes, scenario, list = false, electionStudy = false, kills } = options;
  const asked = [seeds !== undefined, minutes !== undefined, scenario !== undefined, list, electionStudy];
  const count = asked.filter(Boolean).length + (seed !== undefined && !electionStudy ? 1 : 0);
  if (count !== 1)
    throw usageError(
      "say one of --seed N, --seeds A..B, --minutes M, --scenario NAME, --list and --election-study; see quorate help sim",
    );
  checkReach(options);
  if (list) {
    print(listing());
    return 0;
  }
  if (electionStudy) {
    const study = await studyElections({ kills, ...(seed === undefined ? {} : { seed }) });
    print(studyLines(study).join("\n"));
    return exitCodeOf(study.verdict);
  }
  // What nobody listens to inside of a run is a finding about that run.
  const strays = new Strays();
  try {
    const experiment = await loadExperiment(options);
    if (scenario !== undefined) return await runScenarios(scenario, options, experiment, strays.take);
    return await runCampaign(options, experiment, strays.take);
  } finally {
    strays.end();
  }
}

/** Throws if an option was given where it does nothing: whoever gave it expects something. */
function checkReach(options: SimOptions): void {
  const { seeds, minutes, scenario, flavour, jobs, report, members, list, electionStudy } = options;
  const isCampaign = seeds !== undefined || minutes !== undefined;
  if (jobs !== undefined && !isCampaign)
    throw usageError(`--jobs ${jobs} is about campaigns: say --seeds A..B or --minutes M with it`);
  if (scenario !== undefined && (flavour !== undefined || members !== undefined))
    throw usageError(
      "a scenario says itself how many members there are and what happens: leave out --members and --flavour",
    );
  if (report !== undefined && (list === true || electionStudy === true))
    throw usageError(
      "--report tells about seeds and scenarios: say --seed, --seeds, --minutes or --scenario with it",
    );
  const names = allFlavours.map(({ name }) => name);
  if (flavour === undefined || flavour === "none" || names.includes(flavour)) return;
  const meant = nearest(flavour, names);
  const hint = meant === null ? "" : `; did you mean ${meant}?`;
  throw usageError(`no flavour is called ${flavour}${hint} (there are none, ${names.join(", ")})`);
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
