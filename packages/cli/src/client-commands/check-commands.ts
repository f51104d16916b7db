/**
 * `check perf|datascale`: a load on a cluster, and whether it bears it.
 */

import { randomBytes } from "node:crypto";
import {
  CompactionRequest,
  DefragmentRequest,
  DeleteRangeRequest,
  kvService,
  maintenanceService,
  PutRequest,
  RangeRequest,
} from "@quorate/etcd-api";
import type { Command } from "commander";
import type { CommandContext } from "./command-context.ts";
import { defineCommand, defineGroup, refuseSurplus } from "./command-definition.ts";
import { badFeature, badInput, CommandFailure, clientExitCode, messageOf } from "./command-failure.ts";
import { type CommandIo, interruptSignal } from "./command-io.ts";
import type { Connection } from "./connection.ts";
import { askEach } from "./endpoint-selection.ts";
import { integer, text, toggle } from "./flags.ts";
import { bytesOf, prefixRange } from "./key-range.ts";
import { type LoadReport, runLoad } from "./load-run.ts";
import { ProgressBar } from "./output/progress-bar.ts";
import { readResidentBytes } from "./resident-memory.ts";

/** Connections that share the workers; more would only cost memory. */
const connectionsMax = 8;
const keyRandomBytes = 128;
const cleanUpTimeoutMs = 60_000;

/** Workloads as etcdctl has them: puts a second, workers. */
const perfLoads: Readonly<Record<string, { readonly rate: number; readonly workers: number }>> = {
  s: { rate: 150, workers: 50 },
  m: { rate: 1000, workers: 200 },
  l: { rate: 8000, workers: 500 },
  xl: { rate: 15_000, workers: 1000 },
};

/** Workloads as etcdctl has them: keys, workers. */
const scaleLoads: Readonly<Record<string, { readonly keys: number; readonly workers: number }>> = {
  s: { keys: 10_000, workers: 50 },
  m: { keys: 100_000, workers: 100 },
  l: { keys: 1_000_000, workers: 200 },
  xl: { keys: 3_000_000, workers: 500 },
};

const loadNames: Readonly<Record<string, string>> = {
  small: "s",
  medium: "m",
  large: "l",
  xLarge: "xl",
  xlarge: "xl",
};

function checkFlags(prefix: string) {
  return {
    load: text("load", "workload: s(mall), m(edium), l(arge) or xl(arge)", { initial: "s" }),
    prefix: text("prefix", "where the keys are written; it must be empty", { initial: prefix }),
    "auto-compact": toggle("compact the store afterwards"),
    "auto-defrag": toggle("defragment the endpoints afterwards"),
  } as const;
}

/** Adds the commands. */
export function addCheckCommands(program: Command, io: CommandIo): void {
  const group = defineGroup(program, io, "check", "put a load on the cluster and judge how it bears it");
  addPerf(group, io);
  addDataScale(group, io);
}

function addPerf(group: Command, io: CommandIo): void {
  defineCommand(group, io, {
    name: "perf",
    usage: "",
    summary: "judge throughput and latency under a load of writes",
    details: `Puts of 1 KiB for a minute: passes with 90 % of the load's rate, no put slower than 500 ms, and a standard deviation of
at most 100 ms. The keys are deleted afterwards.`,
    examples: ["quorate check perf --load m"],
    flags: {
      ...checkFlags("/quorate-check-perf/"),
      seconds: integer("seconds", 60, "how long to load"),
    },
    async run({ args, flags }, context) {
      refuseSurplus(args, 0, "check perf takes none");
      const load = loadOf(perfLoads, flags.load);
      const bar = new ProgressBar(context.io, "puts", load.rate * flags.seconds);
      const report = await loadAndClean(context, flags, bar, {
        workers: load.workers,
        ratePerSecond: load.rate,
        durationMs: flags.seconds * 1000,
        putsMax: Infinity,
      });
      const isOk = printPerf(context, report, load.rate);
      context.output.line(isOk ? "PASS" : "FAIL");
      if (!isOk) throw new CommandFailure(clientExitCode.failure, "");
    },
  });
}

/** Whether all is as it should be. */
function printPerf({ output }: CommandContext, report: LoadReport, rate: number): boolean {
  const { putsPerSecond, slowestSeconds, stddevSeconds } = report;
  const hasErrors = printErrors(output.line.bind(output), report);
  const isSlow = putsPerSecond / rate <= 0.9;
  const throughput = Math.floor(putsPerSecond) + 1;
  output.line(
    isSlow
      ? `FAIL: Throughput too low: ${throughput} writes/s`
      : `PASS: Throughput is ${throughput} writes/s`,
  );
  const isLate = slowestSeconds > 0.5;
  const slowest = `${slowestSeconds.toFixed(6)}s`;
  output.line(isLate ? `Slowest request took too long: ${slowest}` : `PASS: Slowest request took ${slowest}`);
  const isUneven = stddevSeconds > 0.1;
  const stddev = `${stddevSeconds.toFixed(6)}s`;
  output.line(isUneven ? `Stddev too high: ${stddev}` : `PASS: Stddev is ${stddev}`);
  return !hasErrors && !isSlow && !isLate && !isUneven;
}

function printErrors(line: (text: string) => void, { errors }: LoadReport): boolean {
  if (errors.size === 0) return false;
  line("FAIL: too many errors");
  for (const [error, times] of errors) line(`FAIL: ERROR(${error}) -> ${times}`);
  return true;
}

function addDataScale(group: Command, io: CommandIo): void {
  defineCommand(group, io, {
    name: "datascale",
    usage: "",
    summary: "tell how much memory a member needs for so many keys",
    details: `Writes keys of 1 KiB and compares the memory of the first endpoint's process before and after, as its metrics tell it.
The keys are deleted afterwards.`,
    examples: ["quorate check datascale --load s --endpoints 127.0.0.1:2379"],
    flags: checkFlags("/quorate-check-datascale/"),
    async run({ args, flags }, context) {
      refuseSurplus(args, 0, "check datascale takes none");
      const { keys, workers } = loadOf(scaleLoads, flags.load);
      const work = `${keys} key-value pairs, 1024 bytes per key-value, ${workers} concurrent clients`;
      const endpoint = context.settings.endpoints[0] ?? "";
      const beforeBytes = await readResidentBytes(context.settings, endpoint);
      context.output.line(`Start data scale check for work load [${work}].`);
      let afterBytes = 0;
      const bar = new ProgressBar(context.io, "puts", keys);
      const limits = { workers, ratePerSecond: Infinity, durationMs: Infinity, putsMax: keys };
      const report = await loadAndClean(context, flags, bar, limits, async () => {
        afterBytes = await readResidentBytes(context.settings, endpoint);
      });
      const hasErrors = printErrors(context.output.line.bind(context.output), report);
      if (hasErrors) throw new CommandFailure(clientExitCode.failure, "");
      const megabytes = ((afterBytes - beforeBytes) / 1024 / 1024).toFixed(2);
      context.output.line(`PASS: Approximate system memory used : ${megabytes} MB.`);
    },
  });
}

function loadOf<T>(loads: Readonly<Record<string, T>>, name: string): T {
  const load = loads[loadNames[name] ?? name];
  if (load === undefined) throw badFeature(`unknown load "${name}"; use s, m, l or xl`);
  return load;
}

type CheckFlags = {
  readonly prefix: string;
  readonly "auto-compact": boolean;
  readonly "auto-defrag": boolean;
};

type LoadLimits = {
  readonly workers: number;
  readonly ratePerSecond: number;
  readonly durationMs: number;
  readonly putsMax: number;
};

/** Runs a load under an empty prefix, and takes its keys away again, whatever happens. */
async function loadAndClean(
  context: CommandContext,
  flags: CheckFlags,
  bar: ProgressBar,
  limits: LoadLimits,
  measure: () => Promise<void> = async () => {},
): Promise<LoadReport> {
  const connection = await context.connect();
  await refuseKeys(connection, flags.prefix);
  const { endpoints } = context.settings;
  const connections = await Promise.all(
    Array.from({ length: Math.min(limits.workers, connectionsMax) }, () => context.connectTo(endpoints)),
  );
  const value = new Uint8Array(1024);
  const makePut = (): PutRequest => {
    return PutRequest.create({
      key: bytesOf(flags.prefix + randomBytes(keyRandomBytes).toString("hex")),
      value,
    });
  };
  const interrupt = interruptSignal(context.io);
  try {
    const { signal } = interrupt;
    const report = await runLoad({ ...limits, connections, makePut, onPut: () => bar.add(1), signal });
    if (signal.aborted)
      throw new CommandFailure(clientExitCode.signalled, "interrupted; the keys are deleted again");
    await measure();
    return report;
  } finally {
    bar.finish();
    interrupt.dispose();
    await cleanUp(context, connection, flags);
  }
}

async function refuseKeys(connection: Connection, prefix: string): Promise<void> {
  const request = RangeRequest.create({ ...prefixRange(bytesOf(prefix)), limit: 1, keysOnly: true });
  const { kvs } = await connection.call(kvService.methods.range, request);
  if (kvs.length === 0) return;
  throw badInput(`prefix "${prefix}" has keys. Delete them with 'quorate del --prefix ${prefix}' first`);
}

async function cleanUp(context: CommandContext, connection: Connection, flags: CheckFlags): Promise<void> {
  const limits = { timeoutMs: cleanUpTimeoutMs };
  const request = DeleteRangeRequest.create(prefixRange(bytesOf(flags.prefix)));
  const { header } = await connection.call(kvService.methods.deleteRange, request, limits);
  if (flags["auto-compact"]) {
    const revision = header?.revision ?? 0;
    const compaction = CompactionRequest.create({ revision, physical: true });
    await connection.call(kvService.methods.compact, compaction, limits);
    context.output.line(`Compacted with revision ${revision}`);
  }
  if (!flags["auto-defrag"]) return;
  for (const endpoint of context.settings.endpoints) {
    const [result] = await askEach(context, [endpoint], (one) => {
      return one.call(maintenanceService.methods.defragment, DefragmentRequest.create(), limits);
    });
    if (result === undefined || result.error !== null) {
      throw new CommandFailure(
        clientExitCode.failure,
        `"${endpoint}" was not defragmented: ${messageOf(result?.error)}`,
      );
    }
    context.output.line(`Defragmented "${endpoint}"`);
  }
}
