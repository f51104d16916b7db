/**
 * One member as a child process: starting it, hearing what it prints, asking how it is.
 */

import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { MemberStatus } from "@quorate/member";

/** What a member answers to `GET /status`. */
export type ProcessStatus = MemberStatus & { readonly pid: number };

/** What a process tells whoever started it. */
export type ProcessHandlers = {
  readonly onLine: (line: string) => void;
  /** It has ended; `how` says in words by what. */
  readonly onEnd: (how: string) => void;
};

/** See the module. */
export class MemberProcess {
  readonly name: string;
  readonly httpPort: number;
  /** Of its program: the script and its arguments. */
  readonly args: readonly string[];
  private readonly handlers: ProcessHandlers;
  private child: ChildProcess | null = null;

  constructor(
    settings: { readonly name: string; readonly httpPort: number; readonly args: readonly string[] },
    handlers: ProcessHandlers,
  ) {
    this.name = settings.name;
    this.httpPort = settings.httpPort;
    this.args = settings.args;
    this.handlers = handlers;
  }

  /** Whether the process that was started here runs. */
  get isRunning(): boolean {
    return this.child !== null;
  }

  /** Starts it, on the Node that runs this program. */
  start(): void {
    // The channel is there to be cut: a member whose watcher is gone stops by itself.
    const child = spawn(process.execPath, this.args, { stdio: ["ignore", "pipe", "pipe", "ipc"] });
    this.child = child;
    for (const stream of [child.stdout, child.stderr]) {
      if (stream !== null) createInterface({ input: stream }).on("line", this.handlers.onLine);
    }
    child.once("error", (error) => this.handlers.onLine(`${this.name}: ${error.message}`));
    child.once("close", (code, signal) => {
      this.child = null;
      this.handlers.onEnd(signal === null ? `ended with exit code ${code}` : `was ended by ${signal}`);
    });
  }

  /** Sends a signal, if it runs. */
  signal(signal: NodeJS.Signals): void {
    this.child?.kill(signal);
  }

  /** Its state, whoever started it; null if nothing answers. */
  async status(timeoutMs: number): Promise<ProcessStatus | null> {
    try {
      const response = await fetch(`http://127.0.0.1:${this.httpPort}/status`, {
        signal: AbortSignal.timeout(timeoutMs),
      });
      const status = (await response.json()) as ProcessStatus;
      return status.name === this.name ? status : null;
    } catch {
      return null;
    }
  }
}
