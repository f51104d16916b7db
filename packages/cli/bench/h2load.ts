/**
 * The load generator: Debian's h2load with a prepared gRPC body. It is a C program that knows nothing of etcd, so that
 * both servers get the very same bytes.
 */

import { spawn } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** How many requests are in flight: connections times streams. */
export type Load = { readonly connections: number; readonly streams: number; readonly seconds: number };

/** What a run came to. Latencies in milliseconds. */
export type LoadResult = {
  readonly perSecond: number;
  readonly failed: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
};

/** A gRPC message with its five bytes before it. */
export function grpcBody(message: Uint8Array): Uint8Array {
  const body = new Uint8Array(5 + message.length);
  new DataView(body.buffer).setUint32(1, message.length);
  body.set(message, 5);
  return body;
}

/** Sends one call over and over. */
export async function runLoad(
  url: string,
  path: string,
  message: Uint8Array,
  load: Load,
): Promise<LoadResult> {
  const stem = join(tmpdir(), `quorate-load-${process.pid}`);
  const bodyFile = `${stem}.body`;
  const logFile = `${stem}.log`;
  writeFileSync(bodyFile, grpcBody(message));
  rmSync(logFile, { force: true });
  try {
    const text = await h2load([
      ...["-c", `${load.connections}`, "-m", `${load.streams}`, "-t", "1"],
      ...["-D", `${load.seconds}`, "--warm-up-time", "1", "-d", bodyFile, `--log-file=${logFile}`],
      ...["-H", "content-type: application/grpc", "-H", "te: trailers"],
      url + path,
    ]);
    const { failed } = counts(text);
    return { ...latencies(readFileSync(logFile, "latin1")), perSecond: rate(text), failed };
  } finally {
    rmSync(bodyFile, { force: true });
    rmSync(logFile, { force: true });
  }
}

function h2load(args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn("h2load", args, { stdio: ["ignore", "pipe", "pipe"] });
    let text = "";
    child.stdout.on("data", (chunk: Buffer) => {
      text += chunk.toString();
    });
    child.stderr.on("data", (chunk: Buffer) => {
      text += chunk.toString();
    });
    child.once("error", reject);
    child.once("close", (code) => {
      if (code === 0) resolve(text);
      else reject(new Error(`h2load ended with ${code}: ${text.slice(-500)}`));
    });
  });
}

function rate(text: string): number {
  const found = /finished in [\d.]+\w+, ([\d.]+) req\/s/.exec(text)?.[1];
  if (found === undefined) throw new Error(`h2load said nothing of its rate: ${text.slice(-500)}`);
  return Number(found);
}

function counts(text: string): { readonly failed: number } {
  const [, failed = "0", errored = "0"] = /(\d+) failed, (\d+) errored/.exec(text) ?? [];
  return { failed: Math.max(Number(failed), Number(errored)) };
}

/** Each line: start in microseconds, HTTP status, duration in microseconds. */
function latencies(log: string): { readonly p50Ms: number; readonly p99Ms: number } {
  const durations: number[] = [];
  for (const line of log.split("\n")) {
    const duration = line.split("\t")[2];
    if (duration !== undefined) durations.push(Number(duration) / 1000);
  }
  durations.sort((one, other) => one - other);
  const at = (share: number): number => durations[Math.floor((durations.length - 1) * share)] ?? Number.NaN;
  return { p50Ms: at(0.5), p99Ms: at(0.99) };
}
