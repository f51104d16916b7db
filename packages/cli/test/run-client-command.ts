/**
 * Client commands in this process, with streams of their own: tests see what a shell would see, without the time that a
 * process takes to start.
 */

import { PassThrough, Writable } from "node:stream";
import { Command, CommanderError } from "commander";
import type { CommandIo } from "../src/client-commands/command-io.ts";
import { registerClientCommands } from "../src/client-commands/register-client-commands.ts";

/** What a command left behind. Standard output is a byte string: one character per byte. */
export type CommandResult = { readonly stdout: string; readonly stderr: string; readonly code: number };

/** A command that runs. */
export type RunningCommand = {
  readonly stdin: PassThrough;
  readonly result: Promise<CommandResult>;
  /** Resolves when standard output, so far, fulfils the condition; rejects if the command ends before. */
  printed(condition: (stdout: string) => boolean): Promise<void>;
  /** As Ctrl-C. */
  interrupt(): void;
};

/** Options of a run. */
export type RunOptions = {
  /** All of standard input; left out, it is empty. Null leaves it open. */
  readonly stdin?: string | Uint8Array | null;
  readonly env?: Readonly<Record<string, string>>;
  /** Standard error is a terminal. */
  readonly isTerminal?: boolean;
};

/** Runs a command to its end. */
export function runCommand(args: readonly string[], options: RunOptions = {}): Promise<CommandResult> {
  return startCommand(args, options).result;
}

/** Starts a command. */
export function startCommand(args: readonly string[], options: RunOptions = {}): RunningCommand {
  const stdout = new Collector();
  const stderr = new Collector();
  const stdin = new PassThrough();
  if (options.stdin !== null) stdin.end(options.stdin ?? "");
  const listeners = new Set<() => void>();
  let code = 0;
  const io: CommandIo = {
    stdin,
    stdout: stdout.stream,
    stderr: Object.assign(stderr.stream, { isTTY: options.isTerminal === true, columns: 80 }),
    env: { PATH: process.env["PATH"], ...options.env },
    onInterrupt(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    setExitCode: (next) => {
      code = next;
    },
    prepare: () => {},
  };
  const program = new Command("quorate").exitOverride().configureOutput({
    writeOut: (text) => void stdout.stream.write(text),
    writeErr: (text) => void stderr.stream.write(text),
  });
  registerClientCommands(program, io);
  const result = program.parseAsync(args, { from: "user" }).then(
    () => ({ stdout: stdout.text(), stderr: stderr.bytes().toString("utf8"), code }),
    (error: unknown) => {
      if (!(error instanceof CommanderError)) throw error;
      return { stdout: stdout.text(), stderr: stderr.bytes().toString("utf8"), code: error.exitCode };
    },
  );
  return {
    stdin,
    result,
    printed: (condition) =>
      Promise.race([
        stdout.when(condition),
        result.then(({ stdout, stderr, code }) => {
          if (!condition(stdout)) throw new Error(`it ended with ${code}: ${stdout}${stderr}`);
        }),
      ]),
    interrupt: () => {
      for (const listener of listeners) listener();
    },
  };
}

/** Keeps what is written. */
class Collector {
  readonly stream: Writable;
  #chunks: Buffer[] = [];
  #waiting: (() => void)[] = [];

  constructor() {
    this.stream = new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        this.#chunks.push(Buffer.from(chunk));
        for (const check of this.#waiting) check();
        done();
      },
    });
  }

  bytes(): Buffer {
    return Buffer.concat(this.#chunks);
  }

  text(): string {
    return this.bytes().toString("latin1");
  }

  when(condition: (text: string) => boolean): Promise<void> {
    return new Promise((resolve) => {
      const check = (): void => {
        if (condition(this.text())) resolve();
      };
      this.#waiting.push(check);
      check();
    });
  }
}
