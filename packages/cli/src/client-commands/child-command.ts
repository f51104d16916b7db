/**
 * Running somebody's command for an event or under a lock.
 */

import { spawn } from "node:child_process";
import type { CommandIo } from "./command-io.ts";

/** What ran and how it ended. */
export type ChildResult = { readonly ok: true } | { readonly ok: false; readonly reason: string };

/**
 * Runs a command to its end with its output on ours. `signal` sends it SIGTERM. Never throws: a command that cannot be
 * started has failed with the reason.
 */
export function runChild(
  io: CommandIo,
  command: readonly string[],
  options: {
    readonly env: Readonly<Record<string, string>>;
    readonly stdin: "inherit" | "ignore";
    readonly signal?: AbortSignal;
  },
): Promise<ChildResult> {
  const [file = "", ...args] = command;
  const inherits = io.stdout === process.stdout;
  const out = inherits ? "inherit" : "pipe";
  const stdin = inherits ? options.stdin : "ignore";
  const child = spawn(file, args, { env: { ...io.env, ...options.env }, stdio: [stdin, out, out] });
  child.stdout?.pipe(io.stdout, { end: false });
  child.stderr?.pipe(io.stderr, { end: false });
  const stop = (): void => void child.kill("SIGTERM");
  options.signal?.addEventListener("abort", stop);
  return new Promise((resolve) => {
    const end = (result: ChildResult): void => {
      options.signal?.removeEventListener("abort", stop);
      resolve(result);
    };
    child.once("error", (error) => end({ ok: false, reason: error.message }));
    child.once("close", (code, signal) => {
      if (code === 0) end({ ok: true });
      else end({ ok: false, reason: signal === null ? `exit status ${code}` : `signal: ${signal}` });
    });
  });
}
