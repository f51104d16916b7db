/**
 * Asking for a password without showing it.
 */

import { createInterface } from "node:readline";
import { Writable } from "node:stream";
import { badArguments, CommandFailure, clientExitCode } from "./command-failure.ts";
import type { CommandIo } from "./command-io.ts";

/**
 * The line that is typed, or the first one of standard input if that is no terminal. Throws {@link CommandFailure} if
 * there is none.
 */
export async function askPassword(io: CommandIo, prompt: string): Promise<string> {
  const isTerminal = io.stdin.isTTY === true;
  if (isTerminal) io.stderr.write(prompt);
  // Readline echoes what is typed to its output; this one swallows it.
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: io.stdin, output: silent, terminal: isTerminal });
  try {
    return await new Promise<string>((resolve, reject) => {
      lines.once("line", resolve);
      lines.once("SIGINT", () =>
        reject(new CommandFailure(clientExitCode.interrupted, "no password was given")),
      );
      lines.once("close", () =>
        reject(badArguments("--user has no password; give --user name:password or --password")),
      );
    });
  } finally {
    lines.close();
    if (isTerminal) io.stderr.write("\n");
  }
}
