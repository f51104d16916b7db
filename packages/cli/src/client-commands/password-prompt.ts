/**
 * Asking for a password without showing it.
 */

import { createInterface } from "node:readline";
import { Writable } from "node:stream";
import { badArguments, CommandFailure, clientExitCode } from "./command-failure.ts";
import type { CommandIo } from "./command-io.ts";

const noPassword = "--user has no password; give --user name:password or --password";

/**
 * The line that is typed, or the first one of standard input if that is no terminal. Throws {@link CommandFailure} with
 * `otherwise` if there is none.
 */
export async function askPassword(io: CommandIo, prompt: string, otherwise = noPassword): Promise<string> {
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
      lines.once("close", () => reject(badArguments(otherwise)));
    });
  } finally {
    lines.close();
    if (isTerminal) io.stderr.write("\n");
  }
}

/**
 * A new password for a user: typed twice at a terminal, or with `isInteractive` false the first word of standard input. Throws
 * {@link CommandFailure}.
 */
export async function askNewPassword(io: CommandIo, user: string, isInteractive: boolean): Promise<string> {
  if (!isInteractive) {
    const line = await askPassword(io, "", "no password on standard input; write it there, on one line");
    const [word] = line.trim().split(/\s+/);
    return checked(word ?? "");
  }
  if (io.stdin.isTTY !== true) {
    const instead = "give --interactive=false and the password on standard input";
    throw badArguments(`there is no terminal to ask for a password of ${user}; ${instead}`);
  }
  const password = checked(await askPassword(io, `Password of ${user}: `, "empty password"));
  const again = `Type password of ${user} again for confirmation: `;
  if ((await askPassword(io, again, "empty password")) !== password)
    throw badArguments("given passwords are different.");
  return password;
}

function checked(password: string): string {
  if (password === "") throw badArguments("empty password");
  return password;
}
