/**
 * A client command as data, put into the program: its flags with those of the connection, its help with an example,
 * its errors on one line, and its exit code.
 *
 * The parser is commander; what Go's flag packages do and it does not is added here: switches with a value
 * (`--prefix=true`), `-w=json`, flags of the connection in front of the command as well as behind, and the place of `--`
 * among the arguments, which `watch` and `lock` need.
 */

import { Command } from "commander";
import { type CommandContext, createContext, reportFailure } from "./command-context.ts";
import { badArguments, badInput } from "./command-failure.ts";
import type { CommandIo } from "./command-io.ts";
import { type ConnectionFlags, connectionFlags, flagFromEnvironment } from "./connection-flags.ts";
import { attributeOf, type Flag, type Flags, type FlagValues, parseFlagValue, toOption } from "./flags.ts";

/** What a command is given. */
export type CommandInput<F extends Flags> = {
  /** All arguments, without the flags and without `--`. */
  readonly args: readonly string[];
  /** How many of the arguments stood before `--`; -1 if there was none. */
  readonly dashAt: number;
  readonly flags: FlagValues<F>;
};

/** A command. */
export type CommandDefinition<F extends Flags> = {
  readonly name: string;
  /** What comes behind the name, for the help: `<key> [range_end]`. */
  readonly usage: string;
  readonly summary: string;
  /** More than the summary, for the help. */
  readonly details?: string;
  /** Lines without the prompt. */
  readonly examples: readonly string[];
  readonly flags: F;
  run(input: CommandInput<F>, context: CommandContext): Promise<void>;
};

const globalGroup = "Flags of all client commands:";

/** Where `--` stood in what a command was given; written when it is parsed, read when it runs. */
const dashPlaces = new WeakMap<Command, number>();

/** Makes the program take the connection's flags in front of a command. */
export function prepareProgram(program: Command): void {
  program.enablePositionalOptions();
  addConnectionFlags(program);
  teachGoFlags(program, connectionFlags);
}

/** A command that only has others under it, as `lease`. `flags` are those that may stand before the subcommand. */
export function defineGroup(
  parent: Command,
  io: CommandIo,
  name: string,
  summary: string,
  flags: Flags = {},
): Command {
  const group = parent.command(name).description(summary).enablePositionalOptions();
  for (const [flagName, flag] of Object.entries(flags)) group.addOption(toOption(flagName, flag));
  addConnectionFlags(group);
  teachGoFlags(group, { ...connectionFlags, ...flags });
  speakLikeEtcdctl(group, io);
  return group;
}

/** Adds a command to its parent. */
export function defineCommand<const F extends Flags>(
  parent: Command,
  io: CommandIo,
  definition: CommandDefinition<F>,
): void {
  const { name, usage, summary, details, flags } = definition;
  const command = parent.command(name).summary(summary).usage(`[flags] ${usage}`.trimEnd());
  const sentence = `${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`;
  command.description(details === undefined ? sentence : `${sentence}\n\n${details}`);
  command.argument("[args...]").allowExcessArguments();
  command.configureHelp({ visibleArguments: () => [] });
  for (const [flagName, flag] of Object.entries(flags)) command.addOption(toOption(flagName, flag));
  addConnectionFlags(command);
  teachGoFlags(command, { ...connectionFlags, ...flags });
  speakLikeEtcdctl(command, io);
  const heading = definition.examples.length === 1 ? "Example:" : "Examples:";
  command.addHelpText(
    "after",
    `\n${heading}\n${definition.examples.map((line) => `  $ ${line}`).join("\n")}`,
  );
  command.action(async (args: string[]) => {
    let context: CommandContext | null = null;
    io.prepare();
    try {
      context = createContext(io, readConnectionFlags(command, io.env));
      const input = { args, dashAt: dashPlaces.get(command) ?? -1, flags: readFlags(command, flags) };
      await definition.run(input, context);
    } catch (error) {
      reportFailure(io, error);
    } finally {
      await context?.close();
    }
  });
}

/** Values of a command's own flags; one that was not given has what an enclosing group was given, or its initial value. */
export function readFlags<F extends Flags>(command: Command, flags: F): FlagValues<F> {
  const values: Record<string, unknown> = {};
  for (const [name, flag] of Object.entries(flags)) values[name] = givenValue(command, name) ?? flag.initial;
  return values as FlagValues<F>;
}

function readConnectionFlags(command: Command, env: CommandIo["env"]): ConnectionFlags {
  const values: Record<string, unknown> = {};
  for (const [name, flag] of Object.entries(connectionFlags)) {
    const known = name as keyof ConnectionFlags;
    values[name] = givenValue(command, name) ?? flagFromEnvironment(known, env) ?? flag.initial;
  }
  return values as ConnectionFlags;
}

/** What the command line said, at the command or at what it is under. */
function givenValue(command: Command, name: string): unknown {
  const attribute = attributeOf(name);
  for (let at: Command | null = command; at !== null; at = at.parent) {
    if (at.getOptionValueSource(attribute) === "cli") return at.getOptionValue(attribute) as unknown;
  }
  return undefined;
}

function addConnectionFlags(command: Command): void {
  for (const [name, flag] of Object.entries(connectionFlags)) {
    command.addOption(toOption(name, flag).helpGroup(globalGroup));
  }
}

/** Lets a command understand what Go's flag packages do; see the module. */
function teachGoFlags(command: Command, flags: Flags): void {
  const parse = command.parseOptions.bind(command);
  command.parseOptions = (argv: string[]) => {
    const own = argv.slice(0, ownLength(command, argv));
    const dash = own.indexOf("--");
    const before = (dash < 0 ? own : own.slice(0, dash)).flatMap((arg) =>
      rewriteArgument(command, flags, arg),
    );
    const result = parse([...before, ...(dash < 0 ? [] : own.slice(dash)), ...argv.slice(own.length)]);
    dashPlaces.set(command, dash < 0 ? -1 : result.operands.length - (own.length - dash - 1));
    return result;
  };
}

/** How many arguments come before the name of a subcommand: the rest is that one's to read. */
function ownLength(command: Command, argv: readonly string[]): number {
  const names = new Set(command.commands.flatMap((each) => [each.name(), ...each.aliases()]));
  const at = argv.findIndex((arg) => names.has(arg));
  return at < 0 ? argv.length : at;
}

/** An argument as the parser wants it: none for a switch whose value has been noted. */
function rewriteArgument(command: Command, flags: Flags, arg: string): string[] {
  const short = /^-([a-z])=(.*)$/s.exec(arg);
  if (short !== null) return [`-${short[1]}`, short[2] ?? ""];
  const long = /^--([^=]+)=(.*)$/s.exec(arg);
  const flag: Flag | undefined = long === null ? undefined : flags[long[1] ?? ""];
  if (long === null || flag?.kind !== "switch") return [arg];
  const name = long[1] ?? "";
  const value = parseFlagValue(flag, long[2] ?? "");
  if (value === null) command.error(`error: --${name}=${long[2]}: it wants true or false`);
  command.setOptionValueWithSource(attributeOf(name), value, "cli");
  return [];
}

/** Errors of the parser on one line, in etcdctl's words, with where to look. */
function speakLikeEtcdctl(command: Command, io: CommandIo): void {
  command.configureOutput({
    writeOut: (text) => void io.stdout.write(text),
    writeErr: (text) => void io.stderr.write(text),
    outputError: (text, write) => write(`Error: ${plainError(text)}; see '${pathOf(command)} --help'\n`),
  });
}

/** The parser's message in our words. */
function plainError(text: string): string {
  return text
    .trim()
    .replaceAll(/\s*\n\s*/g, " ")
    .replace(/^error: /i, "")
    .replace(/^unknown option '(.+?)'/, "unknown flag: $1")
    .replace(
      /^option '(?:-., )?(\S+)(?: <\S+>)?' argument '(.*)' is invalid\. It wants (.*)\.$/s,
      'bad $1 "$2": it wants $3',
    )
    .replace(/^option '(?:-., )?(\S+)(?: <\S+>)?' argument missing$/, "$1 has no value");
}

function pathOf(command: Command): string {
  return command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`;
}

/**
 * What a line of a script says in a command's own grammar: `put key value --lease=1f`. Throws a CommandFailure that says
 * what is wrong.
 */
export function parseWords<const F extends Flags>(
  name: string,
  flags: F,
  words: readonly string[],
): CommandInput<F> {
  const command = new Command(name).helpOption(false).argument("[args...]").allowExcessArguments();
  for (const [flagName, flag] of Object.entries(flags)) command.addOption(toOption(flagName, flag));
  teachGoFlags(command, flags);
  command.configureOutput({ outputError: () => {} }).exitOverride((error) => {
    throw badInput(plainError(error.message));
  });
  command.parse(words, { from: "user" });
  return { args: command.args, dashAt: dashPlaces.get(command) ?? -1, flags: readFlags(command, flags) };
}

/** Refuses arguments beyond `max`; `what` says what the command takes. */
export function refuseSurplus(args: readonly string[], max: number, what: string): void {
  if (args.length > max) throw badArguments(`too many arguments at "${args[max]}": ${what}`);
}
