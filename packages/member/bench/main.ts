/**
 * `npm run bench:member`: proposals, reads and failover of three member processes on loopback, fsync on.
 */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Cluster } from "./cluster.ts";
import { help, type Options, readOptions, UsageError } from "./command-line.ts";
import {
  type FailoverReport,
  type Measurement,
  measure,
  measureFailover,
  profileLeader,
  type Scenario,
  type Where,
} from "./measure.ts";
import { describeSurroundings, diskDirectory, type Surroundings } from "./surroundings.ts";
import { type Column, formatCount, formatNumber, tableHead, tableRow, textHistogram } from "./table.ts";

const loadColumns: readonly Column[] = [
  { head: "what", width: 12, align: "left" },
  { head: "at", width: 8, align: "left" },
  { head: "in flight", width: 9, align: "right" },
  { head: "per second", width: 10, align: "right" },
  { head: "p50 ms", width: 7, align: "right" },
  { head: "p99 ms", width: 7, align: "right" },
  { head: "max ms", width: 7, align: "right" },
  { head: "entries/fsync", width: 13, align: "right" },
  { head: "fsync/s", width: 7, align: "right" },
  { head: "CPU leader", width: 10, align: "right" },
  { head: "CPU all", width: 7, align: "right" },
  { head: "CPU µs/call", width: 11, align: "right" },
];

const footnotes = `latency: from the call until its promise resolved, in the process that called. fsync: of the leader's log.
CPU: 100 % is one core; the clients' own work is in it. lease reads at a follower ask the leader, which needs no round.
`;

const profileColumns: readonly Column[] = [
  { head: "self", width: 6, align: "right" },
  { head: "function", width: 28, align: "left" },
  { head: "where", width: 36, align: "left" },
];
const profileRowsMax = 40;
const histogramBucketMs = 25;

function printHeader(surroundings: Surroundings, options: Options): void {
  const { cpu, cores, load, node, commit, isDirty, fileSystem, rawSyncMs } = surroundings;
  const { p50, p99 } = rawSyncMs;
  console.log(`${cpu}, ${cores} cores, load ${load.toFixed(2)}; Node ${node}`);
  console.log(
    `commit ${commit}${isDirty ? " with changes" : ""}; payload ${options.payloadBytes} B; fsync on`,
  );
  console.log(
    `${fileSystem}: write of 4 KiB + fdatasync p50 ${formatNumber(p50)} ms, p99 ${formatNumber(p99)} ms\n`,
  );
}

function scenariosOf({ parts, inFlight, payloadBytes }: Options): readonly Scenario[] {
  const places: readonly Where[] = ["leader", "follower"];
  const reads = ["linearizable", "lease", "stale"] as const;
  const kinds = [
    ...(parts.includes("proposals") ? (["propose"] as const) : []),
    ...(parts.includes("reads") ? reads : []),
  ];
  return kinds.flatMap((kind) =>
    places.flatMap((where) => inFlight.map((count) => ({ kind, where, inFlight: count, payloadBytes }))),
  );
}

function cellsOf(result: Measurement): readonly string[] {
  const { kind, where, inFlight, perSecond, latencyMs, entriesPerSync, syncsPerSecond } = result;
  const isRead = kind !== "propose";
  const percent = (cores: number): string => `${(cores * 100).toFixed(0)} %`;
  return [
    isRead ? kind : "proposals",
    where,
    String(inFlight),
    formatCount(perSecond),
    formatNumber(latencyMs.p50),
    formatNumber(latencyMs.p99),
    formatNumber(latencyMs.max),
    isRead ? "" : formatNumber(entriesPerSync),
    isRead ? "" : formatCount(syncsPerSecond),
    percent(result.leaderCores),
    percent(result.allCores),
    formatNumber(result.cpuMicrosPerCall),
  ];
}

async function runLoads(cluster: Cluster, options: Options): Promise<readonly Measurement[]> {
  const results: Measurement[] = [];
  const scenarios = scenariosOf(options);
  if (scenarios.length === 0) return results;
  console.log(tableHead(loadColumns));
  for (const scenario of scenarios) {
    const result = await measure(cluster, scenario, options.effort);
    results.push(result);
    console.log(tableRow(loadColumns, cellsOf(result)));
    if (result.failures > 0) console.log(`  ${result.failures} calls failed, the last: ${result.failure}`);
  }
  console.log(`\n${footnotes}`);
  return results;
}

async function runFailover(cluster: Cluster, options: Options): Promise<FailoverReport | null> {
  const { kills } = options.effort;
  if (!options.parts.includes("failover") || kills === 0) return null;
  const isTerminal = process.stdout.isTTY;
  const report = await measureFailover(cluster, kills, options.payloadBytes, (_failover, done) => {
    if (isTerminal) process.stdout.write(`\rfailover: kill ${done} of ${kills}`);
  });
  if (isTerminal) process.stdout.write("\r");
  const { p50, p90, p99, max } = report.downMs;
  console.log(`failover: ${kills} kills of the leader; from SIGKILL to the first accepted write, in ms`);
  console.log(
    `p50 ${formatNumber(p50)}   p90 ${formatNumber(p90)}   p99 ${formatNumber(p99)}   max ${formatNumber(max)}   (aim: p99 ≤ 500)`,
  );
  const rounds = report.kills.filter(({ terms }) => terms > 1).length;
  const widened = report.kills.filter(({ windowHighMs }) => windowHighMs > 300).length;
  const paused = report.kills.filter(({ pausedMs }) => pausedMs > 0).length;
  const { leaderlessMs } = report;
  console.log(
    `until a new leader was known: p50 ${formatNumber(leaderlessMs.p50)}, max ${formatNumber(leaderlessMs.max)}`,
  );
  console.log(
    `of ${kills}: ${rounds} took more than one election; ${widened} had a window above 300 ms (slow disk or link); in ${paused} a survivor was held up\n`,
  );
  const values = report.kills.map(({ downMs }) => downMs);
  console.log(`${textHistogram(values, histogramBucketMs, "ms")}\n`);
  return report;
}

async function runProfile(cluster: Cluster, options: Options, file: string): Promise<void> {
  const kind = options.parts[0] === "reads" ? "linearizable" : "propose";
  const inFlight = options.inFlight.at(-1) ?? 1;
  const { payloadBytes, profileAt: where } = options;
  const { figures, selfTimes } = await profileLeader(cluster, { kind, where, inFlight, payloadBytes }, file);
  const { perSecond, latencyMs } = figures;
  console.log(
    `the leader's process, ${kind} at the ${where}, ${inFlight} in flight: ${formatCount(perSecond)}/s, p50 ${formatNumber(latencyMs.p50)} ms\n`,
  );
  console.log(tableHead(profileColumns));
  for (const { name, place, percent } of selfTimes.slice(0, profileRowsMax)) {
    console.log(tableRow(profileColumns, [`${percent.toFixed(1)} %`, name, place]));
  }
}

async function run(options: Options, directory: string): Promise<void> {
  const surroundings = describeSurroundings(directory);
  printHeader(surroundings, options);
  const cluster = await Cluster.start(directory);
  try {
    if (options.profileFile !== null) {
      await runProfile(cluster, options, options.profileFile);
      return;
    }
    const loads = await runLoads(cluster, options);
    const failover = await runFailover(cluster, options);
    if (options.jsonFile === null) return;
    const { payloadBytes, effort } = options;
    const report = { surroundings, payloadBytes, fsync: true, effort, loads, failover };
    writeFileSync(options.jsonFile, `${JSON.stringify(report, null, 2)}\n`);
  } finally {
    await cluster.end();
  }
}

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  if (options.wantsHelp) {
    process.stdout.write(help);
    return;
  }
  const directory = mkdtempSync(join(options.directory ?? diskDirectory(), "quorate-bench-"));
  const clean = (): void => rmSync(directory, { recursive: true, force: true });
  // The member processes end when their channel to this one does.
  for (const signal of ["SIGINT", "SIGTERM"]) {
    process.once(signal, () => {
      clean();
      process.exit(130);
    });
  }
  try {
    await run(options, directory);
  } finally {
    clean();
  }
}

try {
  await main();
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`${error.message}\nSee --help.\n`);
  process.exitCode = 2;
}
