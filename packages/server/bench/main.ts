/**
 * How many unary calls the front answers: `npm run bench:server [CALLS]`. A server of its own process with a handler that
 * does nothing, and h2load on the other core.
 */

import { fork, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { encode, kvService, RangeRequest, RangeResponse } from "@quorate/etcd-api";
import { Front } from "../src/front/front.ts";
import { Router } from "../src/rpc/router.ts";

const callsDefault = 200_000;
const rounds = 3;

if (process.send === undefined) await measure(Number(process.argv[2] ?? callsDefault));
else await answer();

/** The server's process. */
async function answer(): Promise<void> {
  const router = new Router();
  const response = RangeResponse.create({ count: 1 });
  router.unary(kvService.methods.range, () => response);
  const front = await Front.start({ urls: ["http://127.0.0.1:0"], router });
  process.send?.(front.urls[0]);
}

/** The client's. */
async function measure(calls: number): Promise<void> {
  const server = fork(import.meta.filename);
  const url = await new Promise<string>((resolve) => {
    server.once("message", (message) => resolve(typeof message === "string" ? message : ""));
  });
  const directory = mkdtempSync(join(tmpdir(), "quorate-bench-"));
  try {
    console.log(`${cpus()[0]?.model ?? "?"}, ${availableParallelism()} cores, Node ${process.version}`);
    for (let round = 1; round <= rounds; round++)
      console.log(`round ${round}: ${load(url, calls, directory)}`);
  } finally {
    server.kill();
    rmSync(directory, { recursive: true });
  }
}

function load(url: string, calls: number, directory: string): string {
  const message = encode(RangeRequest, RangeRequest.create({ key: Buffer.from("some-key") }));
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(message.length, 1);
  const file = join(directory, "body");
  writeFileSync(file, Buffer.concat([prefix, message]));
  const headers = ["-H", "content-type: application/grpc", "-H", "te: trailers"];
  const path = kvService.methods.range.path;
  const args = ["-n", String(calls), "-c", "4", "-m", "50", "-d", file, ...headers, url + path];
  const { stdout, error } = spawnSync("h2load", args, { encoding: "utf8" });
  if (error !== undefined) return `h2load cannot be run (${error.message}); install nghttp2's clients`;
  const rate = /finished in [^,]+, ([\d.]+) req\/s/.exec(stdout)?.[1] ?? "?";
  const done = /, (\d+) succeeded/.exec(stdout)?.[1] ?? "?";
  return `${rate} calls/s, ${done} of ${calls} answered`;
}
