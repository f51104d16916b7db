/** A `quorate` process for tests: its lines, what it was waited for, its end. */

import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import type { TestContext } from "node:test";
import { freePorts } from "../src/cluster/ports.ts";

const program = resolve(import.meta.dirname, "../bin/quorate.js");

/** How a process ended. */
export type Ended = { readonly code: number | null; readonly signal: NodeJS.Signals | null };

/** See the module. */
export class QuorateProcess {
  readonly child: ChildProcess;
  /** Everything on standard output and on standard error, by lines. */
  readonly stdout: string[] = [];
  readonly stderr: string[] = [];
  readonly ended: Promise<Ended>;
  private readonly watchers = new Set<() => void>();

  constructor(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    this.child = spawn(process.execPath, [program, ...args], {
      env: { PATH: process.env["PATH"], HOME: process.env["HOME"], ...env },
      stdio: ["pipe", "pipe", "pipe"],
    });
    for (const name of ["stdout", "stderr"] as const) {
      const stream = this.child[name];
      if (stream === null) throw new Error("no output");
      createInterface({ input: stream }).on("line", (line) => {
        this[name].push(line);
        for (const watcher of this.watchers) watcher();
      });
    }
    this.ended = new Promise((resolve_) => {
      this.child.once("close", (code, signal) => {
        for (const watcher of this.watchers) watcher();
        resolve_({ code, signal });
      });
    });
  }

  /** Resolves with the first line that the pattern fits, on either output, counted from `from`. */
  line(pattern: RegExp, from = 0): Promise<string> {
    return new Promise((resolve_, reject) => {
      const look = (): void => {
        const found = [...this.stdout, ...this.stderr].slice(from).find((line) => pattern.test(line));
        const isOver = this.child.exitCode !== null || this.child.signalCode !== null;
        if (found === undefined && !isOver) return;
        this.watchers.delete(look);
        if (found !== undefined) resolve_(found);
        else
          reject(new Error(`it ended without ${pattern}:\n${[...this.stdout, ...this.stderr].join("\n")}`));
      };
      this.watchers.add(look);
      look();
    });
  }

  write(line: string): void {
    this.child.stdin?.write(`${line}\n`);
  }
}

/** Starts it for a test, which ends it. */
export function quorate(
  context: TestContext,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): QuorateProcess {
  const started = new QuorateProcess(args, env);
  context.after(async () => {
    started.child.kill("SIGKILL");
    await started.ended;
  });
  return started;
}

/** Runs it to its end. */
export async function run(
  context: TestContext,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<{
  readonly code: number | null;
  readonly stdout: readonly string[];
  readonly stderr: readonly string[];
}> {
  const started = quorate(context, args, env);
  const { code } = await started.ended;
  return { code, stdout: started.stdout, stderr: started.stderr };
}

/** A directory that goes with the test. */
export function scratch(context: TestContext): string {
  const dir = mkdtempSync(join(tmpdir(), "quorate-cli-"));
  context.after(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

/** Flags of the only member of a cluster, and where its clients find it. */
export async function onlyMember(
  dir: string,
): Promise<{ readonly flags: readonly string[]; readonly client: string; readonly peer: string }> {
  const [clientPort, peerPort] = await freePorts(2);
  const client = `http://127.0.0.1:${clientPort}`;
  const peer = `http://127.0.0.1:${peerPort}`;
  const flags = [
    ...["--name", "a", "--data-dir", join(dir, "a")],
    ...["--listen-client-urls", client, "--advertise-client-urls", client],
    ...["--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer],
  ];
  return { flags, client, peer };
}
