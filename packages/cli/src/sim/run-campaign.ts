/**
 * A campaign on the command line: seed after seed, how far it is, what failed, and what was never tried.
 */

import {
  allCheckers,
  type CampaignRun,
  expectedMarks,
  runSeed,
  type SwarmOptions,
  swarmPlan,
} from "@quorate/sim";
import { reportFailure } from "./failure-report.ts";
import { ProgressLine, progressBar } from "./progress-line.ts";
import type { SimOptions } from "./sim-options.ts";
import { exitCodeOf, worse } from "./sim-verdict.ts";

/** One seed of so many is run twice. */
const repeatsEveryDefault = 20;

type Totals = {
  runs: number;
  failed: number;
  virtualUs: number;
  exitCode: number;
  readonly marks: Map<string, number>;
};

/** Seeds, and how much of them is done. */
type Seeds = {
  readonly all: Iterable<number>;
  readonly share: (totals: Totals, passedMs: number) => number;
};

/** Runs it; gives the exit code. */
export async function runCampaign(options: SimOptions, takeStrays: () => readonly string[]): Promise<number> {
  const startedMs = performance.now();
  const passedMs = (): number => performance.now() - startedMs;
  const { all, share } = seedsOf(options, passedMs);
  const isSingle = options.seed !== undefined;
  const swarm: SwarmOptions = {
    hasFaults: options.faults,
    ...(options.members === undefined ? {} : { members: options.members }),
  };
  const totals: Totals = { runs: 0, failed: 0, virtualUs: 0, exitCode: 0, marks: new Map() };
  const progress = new ProgressLine(process.stderr, process.env);
  for (const seed of all) {
    const run = await runSeed(seed, {
      checkers: allCheckers,
      makePlan: (one) => swarmPlan(one, swarm),
      repeatsEvery: options.twice === true || isSingle ? 1 : repeatsEveryDefault,
      takeStrays,
      ...(options.search === true ? { searches: true } : {}),
    });
    note(totals, run);
    if (isSingle) print(details(run));
    if (run.report.verdict.kind !== "pass") {
      progress.clear();
      await tellFailure(run, options, takeStrays, progress);
      if (options.keepGoing !== true) break;
    }
    progress.show(() => `${progressBar(share(totals, passedMs()))} ${summary(totals, passedMs())}`);
  }
  progress.clear();
  print([summary(totals, passedMs())]);
  print(coverageLines(totals, isSingle, options.coverage === true));
  return totals.exitCode;
}

function seedsOf({ seed, seeds, minutes }: SimOptions, passedMs: () => number): Seeds {
  if (minutes !== undefined) {
    const limitMs = minutes * 60_000;
    // Other seeds every time: a campaign that repeats itself finds nothing new.
    const first = Math.floor(Date.now() / 1000) * 1000;
    const all = function* all(): Generator<number> {
      for (let next = first; passedMs() < limitMs; next++) yield next;
    };
    return { all: all(), share: (_, realMs) => realMs / limitMs };
  }
  const [first, last] = seeds ?? [seed ?? 0, seed ?? 0];
  const all = function* all(): Generator<number> {
    for (let next = first; next <= last; next++) yield next;
  };
  return { all: all(), share: ({ runs }) => runs / (last - first + 1) };
}

function note(totals: Totals, { report }: CampaignRun): void {
  totals.runs++;
  totals.virtualUs += report.virtualUs;
  for (const [name, count] of report.coverage) totals.marks.set(name, (totals.marks.get(name) ?? 0) + count);
  if (report.verdict.kind === "pass") return;
  totals.failed++;
  totals.exitCode = worse(totals.exitCode, exitCodeOf(report.verdict));
}

async function tellFailure(
  { seed, plan, report }: CampaignRun,
  options: SimOptions,
  takeStrays: () => readonly string[],
  progress: ProgressLine,
): Promise<void> {
  const members = options.members === undefined ? "" : ` --members ${options.members}`;
  const flags = `${members}${options.faults ? "" : " --no-faults"}${options.search === true ? " --search" : ""}`;
  const again = `quorate sim --seed ${seed}${flags}`;
  const failed = { plan, verdict: report.verdict, again, fileName: `failure-seed-${seed}` };
  print(await reportFailure(failed, options, takeStrays, progress));
}

function details({ plan, report }: CampaignRun): readonly string[] {
  return [
    `${plan.members} members, ${plan.topology}, ${plan.faults.length} faults planned`,
    ...Object.entries(report.figures).map(([name, value]) => `  ${name.padEnd(14)}${value}`),
    `  ${"hash".padEnd(14)}${report.hash}`,
  ];
}

function summary({ runs, failed, virtualUs }: Totals, realMs: number): string {
  const speed = virtualUs / 1000 / realMs;
  const perHour = (runs / realMs) * 3_600_000;
  const verdict = failed === 0 ? "all passed" : `${failed} failed`;
  const minutes = (virtualUs / 60_000_000).toFixed(1);
  return `${runs} runs, ${verdict}; ${minutes} virtual minutes in ${(realMs / 1000).toFixed(1)} s: ${speed.toFixed(0)} times as fast as time, ${perHour.toFixed(0)} seeds an hour`;
}

/** What happened how often; without details, what should have happened and did not. */
function coverageLines({ marks }: Totals, isSingle: boolean, isFull: boolean): readonly string[] {
  const missing = expectedMarks.filter((name) => !marks.has(name));
  const lines = missing.length === 0 || isSingle ? [] : [`never happened: ${missing.join(", ")}`];
  if (isFull) {
    for (const [name, count] of [...marks].sort(([one], [other]) => (one < other ? -1 : 1)))
      lines.push(`${String(count).padStart(12)}  ${name}`);
  } else if (!isSingle) {
    const tried = expectedMarks.length - missing.length;
    lines.push(
      `coverage: ${tried} of ${expectedMarks.length} situations, ${marks.size} kinds of observations`,
    );
  }
  return lines;
}

function print(lines: readonly string[]): void {
  for (const line of lines) process.stdout.write(`${line}\n`);
}
