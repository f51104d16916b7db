/**
 * `npm run bench:raft`: commits per second of the core alone, and what a commit costs.
 */

import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { describeMachine, type Machine } from "./machine.ts";
import {
  type Effort,
  fullEffort,
  type Measurement,
  type Mode,
  measure,
  median,
  modes,
  quickEffort,
  type Scenario,
  Workload,
} from "./measure.ts";
import { profileWorkload } from "./profile.ts";
import { type Column, formatCount, significant, tableHead, tableRow } from "./table.ts";

const help = `Measures the Raft core in one thread: members in memory, no encoding, no disk, no network.

  npm run bench:raft -- [options]

  --members LIST    group sizes, such as 1,3,5 (default)
  --payload LIST    bytes per entry, such as 64,1024 (default)
  --mode LIST       ${modes.map(({ name }) => `"${name}"`).join(", ")} (default: all)
  --quick           shorter and fewer runs
  --json FILE       also writes the figures as JSON
  --profile FILE    instead of measuring, profiles one scenario (3 members, 64 bytes, batch 1000 unless chosen
                    otherwise), writes FILE for a profile viewer, prints where the time goes
  --help            this text
`;

const columns: readonly Column[] = [
  { head: "members", width: 7, align: "right" },
  { head: "payload", width: 7, align: "right" },
  { head: "mode", width: 12, align: "left" },
  { head: "commits/s", width: 9, align: "right" },
  { head: "min – max", width: 15, align: "right" },
  { head: "µs/commit", width: 9, align: "right" },
  { head: "B/commit", width: 8, align: "right" },
  { head: "p50 µs", width: 8, align: "right" },
  { head: "p99 µs", width: 8, align: "right" },
];

const footnotes = `commits/s: entries applied by every member; median of the runs. All members share one thread.
B/commit: JavaScript heap allocated by the whole group: growth of the used heap plus what each collection freed.
p50, p99: from the proposal until the leader has applied the last entry of the batch (single: of the one entry).
`;

const profileColumns: readonly Column[] = [
  { head: "self", width: 6, align: "right" },
  { head: "function", width: 26, align: "left" },
  { head: "where", width: 26, align: "left" },
];
const profileRowsMax = 25;
const profileMs = 3000;

/** A mistake on the command line, told without a stack. */
class UsageError extends Error {}

type Options = {
  readonly members: readonly number[] | null;
  readonly payloads: readonly number[] | null;
  readonly modes: readonly Mode[] | null;
  readonly effort: Effort;
  readonly jsonFile: string | null;
  readonly profileFile: string | null;
  readonly wantsHelp: boolean;
};

function readOptions(args: readonly string[]): Options {
  const { values } = parseOrExplain(args);
  return {
    members: readNumbers("--members", values.members, 1),
    payloads: readNumbers("--payload", values.payload, 0),
    modes: readModes(values.mode),
    effort: values.quick === true ? quickEffort : fullEffort,
    jsonFile: readPath(values.json),
    profileFile: readPath(values.profile),
    wantsHelp: values.help === true,
  };
}

function parseOrExplain(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        members: { type: "string" },
        payload: { type: "string" },
        mode: { type: "string" },
        quick: { type: "boolean" },
        json: { type: "string" },
        profile: { type: "string" },
        help: { type: "boolean", short: "h" },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function readNumbers(option: string, text: string | undefined, lowest: number): readonly number[] | null {
  if (text === undefined) return null;
  return text.split(",").map((part) => {
    const value = Number(part);
    if (part.trim() !== "" && Number.isSafeInteger(value) && value >= lowest) return value;
    throw new UsageError(`${option} takes whole numbers from ${lowest} on, not "${part}"`);
  });
}

function readModes(text: string | undefined): readonly Mode[] | null {
  if (text === undefined) return null;
  return text.split(",").map((part) => {
    const wanted = part.trim().replaceAll("-", " ");
    const mode = modes.find(({ name }) => name === wanted);
    if (mode !== undefined) return mode;
    throw new UsageError(`--mode knows ${modes.map(({ name }) => `"${name}"`).join(", ")}, not "${part}"`);
  });
}

/** npm runs scripts in the repository's root; paths mean the folder it was called in. */
function readPath(path: string | undefined): string | null {
  return path === undefined ? null : resolve(process.env["INIT_CWD"] ?? process.cwd(), path);
}

function printHeader(machine: Machine): void {
  const { cpu, cores, load, node, v8, commit, isDirty } = machine;
  console.log(`${cpu}, ${cores} cores, load ${load.toFixed(2)}; Node ${node} (V8 ${v8})`);
  console.log(`commit ${commit}${isDirty ? " with changes" : ""}; one thread, in memory, by reference\n`);
}

function runBenchmark(options: Options, machine: Machine): void {
  console.log(tableHead(columns));
  const results: Measurement[] = [];
  for (const members of options.members ?? [1, 3, 5]) {
    for (const payloadBytes of options.payloads ?? [64, 1024]) {
      for (const mode of options.modes ?? modes) {
        const result = measure({ members, payloadBytes, mode }, options.effort);
        results.push(result);
        console.log(tableRow(columns, cellsOf(result)));
      }
    }
  }
  console.log(`\n${footnotes}`);
  if (globalThis.gc === undefined) {
    console.log("Without --expose-gc the runs do not start from a clean heap; use npm run bench:raft.\n");
  }
  if (options.jsonFile === null) return;
  const report = { machine, effort: options.effort, results };
  writeFileSync(options.jsonFile, `${JSON.stringify(report, null, 2)}\n`);
}

function cellsOf(result: Measurement): readonly string[] {
  const { commitsPerSecond, latencyMicros } = result;
  const middle = median(commitsPerSecond);
  const lowest = commitsPerSecond[0] ?? Number.NaN;
  const highest = commitsPerSecond[commitsPerSecond.length - 1] ?? Number.NaN;
  return [
    String(result.members),
    `${result.payloadBytes} B`,
    result.mode,
    formatCount(middle),
    `${formatCount(lowest)} – ${formatCount(highest)}`,
    significant(1e6 / middle),
    result.bytesPerCommit.toFixed(0),
    significant(latencyMicros.p50),
    significant(latencyMicros.p99),
  ];
}

async function runProfile(options: Options, file: string): Promise<void> {
  const scenario: Scenario = {
    members: options.members?.[0] ?? 3,
    payloadBytes: options.payloads?.[0] ?? 64,
    mode: options.modes?.[0] ?? (modes[0] as Mode),
  };
  const { members, payloadBytes, mode } = scenario;
  console.log(`profile of ${members} members, ${payloadBytes} B, ${mode.name}: ${profileMs / 1000} s\n`);
  const times = await profileWorkload(new Workload(scenario), profileMs, file);
  console.log(tableHead(profileColumns));
  for (const { name, place, percent } of times.slice(0, profileRowsMax)) {
    console.log(tableRow(profileColumns, [`${percent.toFixed(1)} %`, name, place]));
  }
}

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  if (options.wantsHelp) {
    process.stdout.write(help);
    return;
  }
  const machine = describeMachine();
  printHeader(machine);
  if (options.profileFile === null) runBenchmark(options, machine);
  else await runProfile(options, options.profileFile);
}

try {
  await main();
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`${error.message}\nSee --help.\n`);
  process.exitCode = 2;
}
