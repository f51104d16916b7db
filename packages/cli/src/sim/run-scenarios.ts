/**
 * Scenarios on the command line: by name or from a file, each compared with what it expects and with its thresholds.
 */

import { basename } from "node:path";
import {
  type CampaignRun,
  compareWithExpected,
  compareWithThresholds,
  describeBroken,
  type Experiment,
  exitCodes,
  RecordKeeper,
  recordOf,
  runSeed,
  type Scenario,
} from "@quorate/sim";
import { CampaignTally } from "./campaign-tally.ts";
import { commandText } from "./command-text.ts";
import { commit } from "./commit.ts";
import { reportFailure } from "./failure-report.ts";
import { Interruption } from "./interruption.ts";
import { moduleFlags } from "./load-experiment.ts";
import { ProgressLine, progressBar } from "./progress-line.ts";
import { prepareReport, writeReport } from "./report-files.ts";
import { loadScenarios } from "./scenario-source.ts";
import { quoted } from "./shell-word.ts";
import type { SimOptions } from "./sim-options.ts";
import { exitCodeOf, worse } from "./sim-verdict.ts";

/** Files with more plans than these have pictures only of what failed, and of the slowest. */
const picturesMax = 12;

/** Runs all plans of a name or file; gives the exit code. */
export async function runScenarios(
  source: string,
  options: SimOptions,
  experiment: Experiment,
  takeStrays: () => readonly string[],
): Promise<number> {
  const scenarios = await loadScenarios(source, experiment);
  if (options.report !== undefined) prepareReport(options.report);
  const command = new ScenarioCommand({ source, options, experiment, takeStrays, scenarios });
  try {
    return await command.run();
  } finally {
    command.end();
  }
}

type Given = {
  readonly source: string;
  readonly options: SimOptions;
  readonly experiment: Experiment;
  readonly takeStrays: () => readonly string[];
  readonly scenarios: readonly Scenario[];
};

class ScenarioCommand {
  private readonly given: Given;
  private readonly progress = new ProgressLine(process.stderr, process.env);
  private readonly interruption = new Interruption();
  private readonly tally = new CampaignTally();
  private readonly keeper: RecordKeeper;
  private readonly startedAt = new Date();
  private readonly startedMs = performance.now();
  private exitCode = 0;

  constructor(given: Given) {
    this.given = given;
    this.keeper = new RecordKeeper(given.scenarios.length <= picturesMax);
  }

  async run(): Promise<number> {
    const { scenarios, options } = this.given;
    const { signal } = this.interruption;
    for (const [position, scenario] of scenarios.entries()) {
      if (signal.aborted) break;
      this.progress.show(() => `${progressBar(position / scenarios.length)} ${scenario.plan.name}`);
      const isExpected = await this.runOne(scenario);
      if (!isExpected && options.keepGoing !== true) break;
    }
    this.progress.clear();
    this.sumUp();
    return this.exitCode === 0 ? this.interruption.exitCode : this.exitCode;
  }

  end(): void {
    this.interruption.end();
  }

  /** Runs a scenario and tells it; whether it came to what it should. */
  private async runOne(scenario: Scenario): Promise<boolean> {
    const { plan, thresholds, expect } = scenario;
    const { options, experiment, takeStrays } = this.given;
    const hasThresholds = Object.keys(thresholds).length > 0;
    const run = await runSeed(plan.seed, {
      ...experiment.run,
      makePlan: () => plan,
      repeatsEvery: 1,
      takeStrays,
      measures: hasThresholds || options.report !== undefined,
      ...(options.search === true ? { searches: true } : {}),
    });
    const { report, measurement } = run;
    const results = measurement === null ? [] : compareWithThresholds(thresholds, measurement);
    const problem = compareWithExpected(scenario, report) ?? describeBroken(results);
    this.keeper.add(recordOf(run, { problem, replay: this.replay, thresholds: results }));
    this.tally.add(run, "", problem === null);
    this.progress.clear();
    const seconds = (report.virtualUs / 1_000_000).toFixed(1);
    const told = `${expect.verdict}, as expected, after ${seconds} virtual seconds; hash ${report.hash}`;
    print(`${plan.name}: ${problem ?? told}`);
    if (problem !== null) await this.tellFailure(scenario, run);
    return problem === null;
  }

  private get replay(): string {
    const { source, options } = this.given;
    return `quorate sim --scenario ${quoted(source)}${moduleFlags(options)}`;
  }

  private async tellFailure({ expect }: Scenario, { plan, report: { verdict } }: CampaignRun): Promise<void> {
    const code = exitCodeOf(verdict);
    this.exitCode = worse(this.exitCode, code === exitCodes.pass ? exitCodes.unknown : code);
    if (verdict.kind === "pass" || expect.verdict !== "pass") return;
    const { source, options, experiment, takeStrays } = this.given;
    const fileName = `failure-${plan.name.replace(/[^\w-]+/g, "-")}`;
    const failed = { plan, verdict, again: this.replay, fileName, signal: this.interruption.signal };
    // What shrinking wrote is not shrunk again.
    const told = basename(source).startsWith("failure-") ? { ...options, shrink: false } : options;
    for (const line of await reportFailure(failed, told, experiment, takeStrays, this.progress)) print(line);
  }

  private sumUp(): void {
    const { source, options, experiment, scenarios } = this.given;
    const { tally, interruption } = this;
    const isInterrupted = interruption.signal.aborted;
    const wallMs = performance.now() - this.startedMs;
    if (scenarios.length > 1) print(`${isInterrupted ? "interrupted: " : ""}${tally.summary(wallMs)}`);
    if (options.coverage === true) for (const line of tally.markLines()) print(line);
    if (options.report === undefined) return;
    const written = writeReport(options.report, {
      title: `scenario ${scenarios.length === 1 ? (scenarios[0]?.plan.name ?? source) : basename(source)}`,
      command: commandText(),
      commit: commit(),
      startedAt: this.startedAt.toISOString(),
      wallMs,
      jobs: 1,
      isInterrupted,
      records: this.keeper.records,
      coverage: tally.marks,
      titles: experiment.titles,
    });
    print(written);
  }
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
