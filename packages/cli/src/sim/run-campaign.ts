/**
 * A campaign on the command line: seed after seed, how far it is, what failed, and what was never tried.
 */

import { availableParallelism } from "node:os";
import {
  type CampaignOptions,
  describeVerdict,
  type Experiment,
  RecordKeeper,
  type RunRecord,
  recordOf,
  runSeed,
} from "@quorate/sim";
import { makeCampaignOptions, replayFlags } from "./campaign-options.ts";
import { CampaignTally } from "./campaign-tally.ts";
import { commandText } from "./command-text.ts";
import { commit } from "./commit.ts";
import { reportFailure } from "./failure-report.ts";
import { Interruption } from "./interruption.ts";
import { ProgressLine, progressBar } from "./progress-line.ts";
import { prepareReport, writeReport } from "./report-files.ts";
import { type SeedSource, seedSource } from "./seed-source.ts";
import type { SimOptions } from "./sim-options.ts";
import { type PoolRun, runOnWorkers } from "./worker-pool.ts";

const jobsMax = 8;
const redrawMs = 250;

/** How many processes a campaign takes if nobody says. */
function jobsOf({ jobs, seed }: SimOptions, { count }: SeedSource): number {
  if (seed !== undefined) return 1;
  const wanted = jobs ?? Math.min(availableParallelism(), jobsMax);
  return count === null ? wanted : Math.min(wanted, count);
}

/** Runs it; gives the exit code. */
export async function runCampaign(
  options: SimOptions,
  experiment: Experiment,
  takeStrays: () => readonly string[],
): Promise<number> {
  if (options.report !== undefined) prepareReport(options.report);
  const campaign = new CampaignCommand(options, experiment, takeStrays);
  try {
    return await campaign.run();
  } finally {
    campaign.end();
  }
}

class CampaignCommand {
  private readonly options: SimOptions;
  private readonly experiment: Experiment;
  private readonly campaign: CampaignOptions;
  private readonly source: SeedSource;
  private readonly jobs: number;
  private readonly tally: CampaignTally;
  private readonly keeper = new RecordKeeper();
  private readonly progress = new ProgressLine(process.stderr, process.env);
  private readonly interruption = new Interruption();
  private readonly startedAt = new Date();
  private readonly startedMs = performance.now();
  private readonly takeStrays: () => readonly string[];
  /** The line on the terminal tells how that goes. */
  private isShrinking = false;

  constructor(options: SimOptions, experiment: Experiment, takeStrays: () => readonly string[]) {
    this.options = options;
    this.experiment = experiment;
    this.takeStrays = takeStrays;
    this.tally = new CampaignTally(experiment.expectedMarks);
    this.campaign = makeCampaignOptions(options, experiment, takeStrays);
    this.source = seedSource(options, () => this.passedMs);
    this.jobs = jobsOf(options, this.source);
  }

  async run(): Promise<number> {
    const timer = setInterval(() => this.showProgress(), redrawMs);
    try {
      for await (const run of this.runs()) {
        await this.take(run);
        if (run.report.verdict.kind !== "pass" && this.options.keepGoing !== true) break;
        this.showProgress();
      }
    } finally {
      clearInterval(timer);
      this.progress.clear();
    }
    this.sumUp();
    const { exitCode } = this.tally;
    return exitCode === 0 ? this.interruption.exitCode : exitCode;
  }

  end(): void {
    this.interruption.end();
  }

  private get passedMs(): number {
    return performance.now() - this.startedMs;
  }

  /** One seed in this process, where a debugger is; more of them in others. */
  private runs(): AsyncIterable<PoolRun> {
    const { options, campaign, jobs } = this;
    const { all: seeds } = this.source;
    const { signal } = this.interruption;
    if (options.seed === undefined)
      return runOnWorkers({ jobs, options, seeds, makePlan: campaign.makePlan, signal });
    return (async function* one() {
      for (const seed of seeds) yield { ...(await runSeed(seed, campaign)), hasDied: false };
    })();
  }

  private async take(run: PoolRun): Promise<void> {
    const { options } = this;
    const { verdict } = run.report;
    const isFailed = verdict.kind !== "pass";
    const replay = `quorate sim --seed ${run.seed}${replayFlags(options)}`;
    const record = recordOf(run, { problem: isFailed ? describeVerdict(verdict) : null, replay });
    this.tally.add(run, record.flavour);
    this.keeper.add(record);
    if (options.seed !== undefined) print(this.details(run, record));
    if (isFailed) await this.tellFailure(run, replay);
  }

  private async tellFailure({ plan, report, hasDied, seed }: PoolRun, again: string): Promise<void> {
    this.progress.clear();
    const { verdict } = report;
    const fileName = `failure-seed-${seed}`;
    // What ended a process would end this one.
    const failed = {
      plan,
      verdict,
      again,
      fileName,
      isRepeatable: !hasDied,
      signal: this.interruption.signal,
    };
    const { options, experiment, takeStrays, progress } = this;
    this.isShrinking = true;
    print(await reportFailure(failed, options, experiment, takeStrays, progress));
    this.isShrinking = false;
  }

  private details({ plan, report }: PoolRun, { flavour }: RunRecord): readonly string[] {
    const directed = flavour === "" ? "" : `, ${flavour}`;
    return [
      `${plan.members} members, ${plan.topology}, ${plan.faults.length} faults planned${directed}`,
      ...Object.entries(report.figures).map(([name, value]) => `  ${name.padEnd(14)}${value}`),
      `  ${"hash".padEnd(14)}${report.hash}`,
    ];
  }

  private showProgress(): void {
    if (this.isShrinking) return;
    const { tally, source, passedMs } = this;
    this.progress.show(() => {
      const share = source.share(tally.runs, passedMs);
      const done = source.count === null ? `${tally.runs} runs` : `${tally.runs}/${source.count}`;
      const left = share > 0 && share < 1 ? `, ${durationText((passedMs * (1 - share)) / share)} left` : "";
      return `${progressBar(share)} ${done}, ${tally.failed} failed${left}${tally.runs === 0 ? "" : `; ${tally.speed(passedMs)}`}`;
    }, tally.failed > 0);
  }

  private sumUp(): void {
    const { options, tally, jobs, passedMs, source, interruption } = this;
    const isInterrupted = interruption.signal.aborted;
    const lines = [`${isInterrupted ? "interrupted: " : ""}${tally.summary(passedMs)}`];
    if (options.seed === undefined) lines.push(...tally.details(options.coverage === true));
    else if (options.coverage === true) lines.push(...tally.markLines());
    if (options.report !== undefined) {
      lines.push(
        writeReport(options.report, {
          title: source.title,
          command: commandText(),
          commit: commit(),
          startedAt: this.startedAt.toISOString(),
          wallMs: passedMs,
          jobs,
          isInterrupted,
          records: this.keeper.records,
          coverage: tally.marks,
          titles: this.experiment.titles,
        }),
      );
    }
    print(lines);
  }
}

/** `40 s`, `12 min`, `3.5 h`. */
function durationText(ms: number): string {
  if (ms < 99_500) return `${Math.ceil(ms / 1000)} s`;
  return ms < 5_700_000 ? `${Math.ceil(ms / 60_000)} min` : `${(ms / 3_600_000).toFixed(1)} h`;
}

function print(lines: readonly string[]): void {
  for (const line of lines) process.stdout.write(`${line}\n`);
}
