/**
 * Runs Debian's etcdctl, and makes what it prints comparable between two clusters.
 */

import { spawn } from "node:child_process";
import type { ProcessCluster } from "./process-cluster.ts";

/** What a run printed. */
export type Printed = { readonly code: number | null; readonly stdout: string; readonly stderr: string };

/** How to run. */
export type RunOptions = {
  readonly stdin?: string;
  /** Ends the run by SIGINT when this stands in its output: for commands that never end. */
  readonly until?: string;
  /** Called once when this stands in its output. */
  readonly onText?: { readonly text: string; readonly run: () => void };
  readonly timeoutMs?: number;
  /** Endpoints; default: all of the cluster's. */
  readonly endpoints?: string;
};

const timeoutMsDefault = 15_000;

/** Runs etcdctl against a cluster. A run that exceeds its time is killed and says so in its output. */
export function etcdctl(
  cluster: ProcessCluster,
  args: readonly string[],
  options: RunOptions = {},
): Promise<Printed> {
  return runClient("etcdctl", ["--endpoints", options.endpoints ?? cluster.endpoints, ...args], options);
}

/** Runs a client command with the environment of etcd's v3 API. */
export function runClient(
  command: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<Printed> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      env: { ...process.env, ETCDCTL_API: "3" },
      stdio: ["pipe", "pipe", "pipe"],
    });
    let stdout = "";
    let stderr = "";
    let isTold = false;
    const timer = setTimeout(() => {
      stdout += "(killed: it did not end in time)\n";
      child.kill("SIGKILL");
    }, options.timeoutMs ?? timeoutMsDefault);
    const look = (): void => {
      if (options.onText !== undefined && !isTold && stdout.includes(options.onText.text)) {
        isTold = true;
        options.onText.run();
      }
      if (options.until !== undefined && stdout.includes(options.until)) child.kill("SIGINT");
    };
    child.stdout.on("data", (chunk: Buffer) => {
      stdout += chunk.toString();
      look();
    });
    child.stderr.on("data", (chunk: Buffer) => {
      stderr += chunk.toString();
    });
    child.stdin.on("error", () => undefined);
    child.stdin.end(options.stdin ?? "");
    child.once("error", reject);
    child.once("close", (code) => {
      clearTimeout(timer);
      // What comes before the signal gets there is a matter of luck.
      const end = options.until === undefined ? -1 : stdout.indexOf(options.until);
      const isCut = options.until !== undefined && end >= 0;
      resolve({ code, stdout: isCut ? stdout.slice(0, end + options.until.length) : stdout, stderr });
    });
  });
}
