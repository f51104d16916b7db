/**
 * The command: `node packages/sim/src/main.ts --seed N | --seeds A..B | --minutes M`.
 *
 * Prints a line for whatever is wrong, and how to see it again. Ends with the exit code of the worst verdict.
 */

import { execFileSync } from "node:child_process";
import { parseArgs } from "node:util";
import { allCheckers } from "./check/all-checkers.ts";
import { expectedMarks } from "./observe/coverage.ts";
import { type SwarmOptions, swarmPlan } from "./plan/swarm.ts";
import { type CampaignRun, runSeed } from "./run/campaign.ts";
import { describeVerdict, exitCodes } from "./run/verdict.ts";

const usage = `usage: --seed N | --seeds A..B | --minutes M
  --members N     members of every run (default: drawn from the seed)
  --no-faults     nothing goes wrong
  --twice         every seed twice, to see whether it is the same run (default: one in 20)
  --search        every history is searched for a linearization (default: one in 16)
  --keep-going    goes on after a failure
  --coverage      how often what happened`;

type Totals = {
  runs: number;
  failed: number;
  virtualUs: number;
  exitCode: number;
  marks: Map<string, number>;
};

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      seed: { type: "string" },
      seeds: { type: "string" },
      minutes: { type: "string" },
      members: { type: "string" },
      "no-faults": { type: "boolean", default: false },
      twice: { type: "boolean", default: false },
      search: { type: "boolean", default: false },
      "keep-going": { type: "boolean", default: false },
      coverage: { type: "boolean", default: false },
    },
  });
  const range = seedsOf(values.seed, values.seeds, values.minutes);
  if (range === null) {
    process.stderr.write(`${usage}\n`);
    return exitCodes.crash;
  }
  const swarm: SwarmOptions = {
    hasFaults: !values["no-faults"],
    ...(values.members === undefined ? {} : { members: Number(values.members) }),
  };
  const strays: string[] = [];
  process.on("unhandledRejection", (reason) => {
    strays.push(reason instanceof Error ? (reason.stack ?? reason.message) : String(reason));
  });
  const totals: Totals = { runs: 0, failed: 0, virtualUs: 0, exitCode: 0, marks: new Map() };
  const startedMs = performance.now();
  const isSingle = values.seed !== undefined;
  for (const seed of range(() => performance.now() - startedMs)) {
    const run = await runSeed(seed, {
      checkers: allCheckers,
      makePlan: (one) => swarmPlan(one, swarm),
      repeatsEvery: values.twice || isSingle ? 1 : 20,
      takeStrays: () => strays.splice(0),
      ...(values.search ? { searches: true } : {}),
    });
    note(totals, run);
    if (isSingle) tell(run);
    if (run.report.verdict.kind !== "pass") {
      clearProgress();
      print(failure(run));
      if (!values["keep-going"]) break;
    }
    showProgress(totals, performance.now() - startedMs);
  }
  clearProgress();
  print(summary(totals, performance.now() - startedMs));
  if (!isSingle) tellCoverage(totals, values.coverage);
  return totals.exitCode;
}

/** The seeds to be run, asked for one after another; `null` if the words make no sense. */
function seedsOf(
  seed: string | undefined,
  seeds: string | undefined,
  minutes: string | undefined,
): ((passedMs: () => number) => Generator<number>) | null {
  const number = (text: string | undefined): number => (text === undefined ? Number.NaN : Number(text));
  if (Number.isSafeInteger(number(seed)))
    return function* one() {
      yield Number(seed);
    };
  const [, first, last] = /^(\d+)\.\.(\d+)$/.exec(seeds ?? "") ?? [];
  if (first !== undefined && last !== undefined)
    return function* all() {
      for (let next = Number(first); next <= Number(last); next++) yield next;
    };
  if (number(minutes) > 0)
    return function* forSo(passedMs) {
      // Other seeds every time: a campaign that repeats itself finds nothing new.
      for (let next = Math.floor(Date.now() / 1000) * 1000; passedMs() < number(minutes) * 60_000; next++)
        yield next;
    };
  return null;
}

function note(totals: Totals, { report }: CampaignRun): void {
  totals.runs++;
  totals.virtualUs += report.virtualUs;
  for (const [name, count] of report.coverage) totals.marks.set(name, (totals.marks.get(name) ?? 0) + count);
  if (report.verdict.kind === "pass") return;
  totals.failed++;
  totals.exitCode = Math.max(totals.exitCode, exitCodes[report.verdict.kind]);
}

function failure({ seed, report }: CampaignRun): string {
  return [
    `seed ${seed}, commit ${commit()}: ${describeVerdict(report.verdict)}`,
    `  again: node packages/sim/src/main.ts --seed ${seed}`,
  ].join("\n");
}

function tell({ plan, report }: CampaignRun): void {
  const { figures } = report;
  print(`${plan.members} members, ${plan.topology}, ${plan.faults.length} faults planned`);
  for (const [name, value] of Object.entries(figures)) print(`  ${name.padEnd(14)} ${value}`);
  print(`  ${"hash".padEnd(14)} ${report.hash}`);
}

function summary({ runs, failed, virtualUs }: Totals, realMs: number): string {
  const speed = virtualUs / 1000 / realMs;
  const perHour = (runs / realMs) * 3_600_000;
  const verdict = failed === 0 ? "all passed" : `${failed} failed`;
  return `${runs} runs, ${verdict}; ${(virtualUs / 60_000_000).toFixed(1)} virtual minutes in ${(realMs / 1000).toFixed(1)} s: ${speed.toFixed(0)} times as fast as time, ${perHour.toFixed(0)} seeds an hour`;
}

function tellCoverage({ marks }: Totals, isFull: boolean): void {
  const missing = expectedMarks.filter((name) => !marks.has(name));
  if (missing.length > 0) print(`never happened: ${missing.join(", ")}`);
  if (!isFull) return;
  for (const [name, count] of [...marks].sort(([one], [other]) => (one < other ? -1 : 1)))
    print(`${String(count).padStart(12)}  ${name}`);
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

function showProgress(totals: Totals, realMs: number): void {
  if (process.stdout.isTTY) process.stdout.write(`\r\x1b[K${summary(totals, realMs)}`);
}

function clearProgress(): void {
  if (process.stdout.isTTY) process.stdout.write("\r\x1b[K");
}

function commit(): string {
  try {
    return execFileSync("git", ["describe", "--always", "--dirty"], { encoding: "utf8" }).trim();
  } catch {
    return "unknown";
  }
}

process.exitCode = await main();
