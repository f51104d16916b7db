/**
 * What a command reads from and writes to. Tests give streams of their own, so that commands run in their process.
 */

import type { Readable, Writable } from "node:stream";

/** The outside of a command. */
export type CommandIo = {
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: Writable & { readonly isTTY?: boolean; readonly columns?: number };
  readonly stderr: Writable & { readonly isTTY?: boolean; readonly columns?: number };
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborted by the first SIGINT or SIGTERM that arrives while somebody listens; see {@link onInterrupt}. */
  onInterrupt(listener: () => void): () => void;
  setExitCode(code: number): void;
  /** Called before a command runs: from then on a reader that went away ends the process quietly, as in any pipe. */
  prepare(): void;
};

/** 128 + SIGPIPE: what a shell sees of a process that the system ended for it. */
const brokenPipeCode = 141;
const signals = ["SIGINT", "SIGTERM"] as const;

/** This process. A signal that nobody listens for ends it at once, as the system does. */
export function processIo(): CommandIo {
  return {
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    onInterrupt(listener) {
      for (const signal of signals) process.once(signal, listener);
      return () => {
        for (const signal of signals) process.off(signal, listener);
      };
    },
    setExitCode(code) {
      process.exitCode = code;
    },
    prepare() {
      // They tell developers about libraries, not the person at the keyboard about the cluster.
      process.noDeprecation = true;
      process.stdout.on("error", (error: NodeJS.ErrnoException) => {
        if (error.code === "EPIPE") process.exit(brokenPipeCode);
        throw error;
      });
    },
  };
}

/** A signal that is aborted by an interrupt; `dispose` when it is no longer waited for. */
export function interruptSignal(io: CommandIo): { readonly signal: AbortSignal; dispose(): void } {
  const controller = new AbortController();
  const dispose = io.onInterrupt(() => controller.abort());
  return { signal: controller.signal, dispose };
}

/** Everything on standard input. */
export async function readAll(stream: Readable): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream)
    chunks.push(typeof chunk === "string" ? Buffer.from(chunk) : (chunk as Uint8Array));
  return Buffer.concat(chunks);
}
