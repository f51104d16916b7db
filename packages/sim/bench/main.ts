/**
 * `npm run bench:sim`: how many seconds of virtual time the simulator gets through in a second of processor time.
 *
 * Processor time, not time on the wall: the machine may have other things to do. All checkers are on, as in a campaign.
 */

import { execFileSync } from "node:child_process";
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { loadPlan, type Measurement, measurePlans, median, swarmPlans } from "./measure.ts";

const help = `Measures the simulator on one core: virtual seconds per second of processor time, all checkers on.

  npm run bench:sim -- [options]

  --loads LIST     calls a second without faults, three members (default: 5,20,30,40)
  --seconds N      virtual seconds of such a run (default: 300)
  --rounds N       measured rounds of each (default: 9)
  --warm-up N      rounds before them, until the engine has compiled what runs (default: 6)
  --seeds N        seeds of the default swarm, with faults (default: 20; 0: none)
  --json           prints the figures as JSON instead
  --help           this text
`;

type Row = {
  readonly what: string;
  readonly rounds: readonly Measurement[];
};

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      loads: { type: "string", default: "5,20,30,40" },
      seconds: { type: "string", default: "300" },
      rounds: { type: "string", default: "9" },
      "warm-up": { type: "string", default: "6" },
      seeds: { type: "string", default: "20" },
      json: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    process.stdout.write(help);
    return;
  }
  const rounds = Number(values.rounds);
  const warmUp = Number(values["warm-up"]);
  const rows: Row[] = [];
  if (!values.json) printHead();
  const measure = async (what: string, round: () => Promise<Measurement>): Promise<void> => {
    for (let count = 0; count < warmUp; count++) await round();
    const measured: Measurement[] = [];
    for (let count = 0; count < rounds; count++) measured.push(await round());
    const row = { what, rounds: measured };
    rows.push(row);
    if (!values.json) printRow(row);
  };
  for (const load of values.loads.split(",").filter((text) => text !== "")) {
    const plan = loadPlan(Number(load), Number(values.seconds) * 1000);
    await measure(`${load} calls/s`, () => measurePlans([plan]));
  }
  const seeds = Number(values.seeds);
  if (seeds > 0) await measure(`swarm, ${seeds} seeds`, () => measurePlans(swarmPlans(seeds)));
  if (values.json) process.stdout.write(`${JSON.stringify({ ...surroundings(), rows }, null, 2)}\n`);
}

function surroundings(): { readonly cpu: string; readonly node: string; readonly commit: string } {
  return { cpu: cpus()[0]?.model ?? "unknown", node: process.version, commit: commit() };
}

function printHead(): void {
  const { cpu, node, commit: at } = surroundings();
  process.stdout.write(`${cpu}; Node ${node}; commit ${at}; one core, all checkers on\n\n`);
  printCells("", "x real time", "min - max", "virtual s", "calls", "µs/step", "seeds/h");
}

function printRow({ what, rounds }: Row): void {
  const speeds = rounds.map(({ virtualUs, cpuUs }) => virtualUs / cpuUs).sort((one, other) => one - other);
  const first = rounds[0] as Measurement;
  const cpuUs = median(rounds.map((round) => round.cpuUs));
  printCells(
    what,
    median(speeds).toFixed(0),
    `${speeds[0]?.toFixed(0)} - ${speeds.at(-1)?.toFixed(0)}`,
    (first.virtualUs / 1e6).toFixed(1),
    String(first.calls),
    (cpuUs / first.steps).toFixed(2),
    first.runs > 1 ? ((first.runs * 3600e6) / cpuUs).toFixed(0) : "",
  );
}

function printCells(...cells: readonly string[]): void {
  const widths = [18, 12, 14, 10, 8, 9, 9];
  const texts = cells.map((cell, at) =>
    at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0),
  );
  process.stdout.write(`${texts.join(" ")}\n`);
}

function commit(): string {
  try {
    return execFileSync("git", ["describe", "--always", "--dirty"], { encoding: "utf8" }).trim();
  } catch {
    return "unknown";
  }
}

await main();
