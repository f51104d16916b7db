/**
 * One member of a local cluster as a child process: `quorate serve` with its flags.
 */

import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { ClusterPlan, PlannedMember } from "./cluster-plan.ts";

/** What a process tells whoever started it. */
export type ProcessListener = {
  /** A line of its standard error: it says there why it cannot start. */
  onLine(line: string): void;
  /** It has ended; `how` says in words by what. */
  onEnd(how: string): void;
};

const program = join(import.meta.dirname, "../../bin/quorate.js");

/** See the module. */
export class MemberProcess {
  readonly name: string;
  readonly clientUrl: string;
  readonly logFile: string;
  /** How it ended, if it did; null before its first start and while it runs. */
  ended: string | null = null;
  private readonly args: readonly string[];
  private readonly listener: ProcessListener;
  private child: ChildProcess | null = null;

  constructor(
    plan: ClusterPlan,
    member: PlannedMember,
    dataDir: string,
    flags: readonly string[],
    listener: ProcessListener,
  ) {
    this.name = member.name;
    this.clientUrl = `http://127.0.0.1:${member.clientPort}`;
    this.logFile = join(dataDir, `${member.name}.log`);
    this.listener = listener;
    const peerUrl = `http://127.0.0.1:${member.peerPort}`;
    this.args = [
      ...["serve", "--name", member.name],
      ...["--data-dir", join(dataDir, member.name)],
      ...["--listen-client-urls", this.clientUrl, "--advertise-client-urls", this.clientUrl],
      ...["--listen-peer-urls", peerUrl, "--initial-advertise-peer-urls", peerUrl],
      ...[
        "--initial-cluster",
        plan.members.map((each) => `${each.name}=http://127.0.0.1:${each.peerPort}`).join(","),
      ],
      ...["--initial-cluster-token", plan.token],
      ...["--log-outputs", this.logFile],
      ...flags,
    ];
  }

  get isRunning(): boolean {
    return this.child !== null;
  }

  get pid(): number | null {
    return this.child?.pid ?? null;
  }

  /** Starts it, if it does not run. */
  start(): void {
    if (this.child !== null) return;
    const child = spawn(process.execPath, [program, ...this.args], {
      // A group of its own, so that Ctrl-C reaches only this program; the channel is there to be cut with it.
      detached: true,
      stdio: ["ignore", "ignore", "pipe", "ipc"],
      env: withoutFlags(process.env),
    });
    this.child = child;
    this.ended = null;
    if (child.stderr !== null)
      createInterface({ input: child.stderr }).on("line", (line) => this.listener.onLine(line));
    child.once("error", (error) => this.listener.onLine(error.message));
    child.once("close", (code, signal) => {
      this.child = null;
      this.ended = signal === null ? `ended with exit code ${code}` : `was ended by ${signal}`;
      this.listener.onEnd(this.ended);
    });
  }

  /** Sends a signal, if it runs. */
  signal(signal: NodeJS.Signals): void {
    this.child?.kill(signal);
  }
}

/** Flags by variables would be the same for all members, their names and directories included. */
function withoutFlags(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !/^(?:ETCD|QUORATE)_/.test(name)));
}
