/**
 * The frame of the command: its help, its version, and how it ends.
 */

import { Command, CommanderError, Help } from "commander";
import { CommandError } from "./command-error.ts";
import { ExitCode } from "./exit-code.ts";
import { findFlag } from "./serve/flag-table.ts";

const description =
  "A replicated store that any etcd client can talk to: run members, and work with a cluster.";

const examples = `
Examples:
  $ quorate cluster                       three members on this machine
  $ quorate serve --name a …              one member; takes etcd's flags
  $ quorate put greeting hello            write a key
  $ quorate get greeting                  read it
  $ quorate help serve                    more about a command

Exit codes:
  0 done   1 it could not be done   2 the command is wrong   70 a member failed`;

/** An empty program; commands are registered with it. */
export function makeProgram(): Command {
  return new Command("quorate")
    .description(description)
    .usage("COMMAND [ARGUMENT…]")
    .option("-V, --version", "print versions")
    .addHelpText("after", examples)
    .commandsGroup("Members:")
    .enablePositionalOptions()
    .showSuggestionAfterError()
    .configureHelp({
      subcommandTerm: (command) => command.name(),
      // The connection's flags are many; every client command's own help lists them.
      visibleOptions: (command) =>
        new Help()
          .visibleOptions(command)
          .filter((option) => command.parent !== null || option.helpGroupHeading === undefined),
    })
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, "quorate: ")) })
    .exitOverride();
}

/** `quorate version`, the same as `--version`. */
export function registerVersion(program: Command): void {
  program.commandsGroup("About:").helpCommand("help [command]", "show the help of a command");
  program
    .command("version")
    .summary("print versions of the API, Quorate and Node")
    .description("Prints the version of etcd's API that members speak, of Quorate, and of Node.")
    .action(printVersions);
}

/** Runs what was asked for and sets the exit code; does not throw. */
export async function runProgram(program: Command, args: readonly string[]): Promise<void> {
  // Whoever reads the output has had enough, as in quorate … | head.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    process.exit(ExitCode.ok);
  });
  try {
    if (args.length === 1 && (args[0] === "--version" || args[0] === "-V" || args[0] === "-version")) {
      await printVersions();
    } else if (args.length === 0) program.outputHelp();
    else await program.parseAsync(args, { from: "user" });
  } catch (error) {
    process.exitCode = tellError(error);
  }
}

async function printVersions(): Promise<void> {
  const { readVersions, versionText } = await import("./version-text.ts");
  process.stdout.write(versionText(readVersions()));
}

function tellError(error: unknown): number {
  // The parser has said what is wrong already.
  if (error instanceof CommanderError) {
    const option = /^error: unknown option '--?([^'=]+)/.exec(error.message)?.[1];
    if (option !== undefined && findFlag(option) !== undefined)
      process.stderr.write(`--${option} is a flag of a member: quorate serve --${option} …\n`);
    return error.exitCode === 0 ? ExitCode.ok : ExitCode.usage;
  }
  if (error instanceof CommandError) {
    process.stderr.write(`quorate: ${error.message}\n`);
    return error.exitCode;
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`quorate: this should not have happened; please report it:\n${text}\n`);
  return ExitCode.failure;
}
