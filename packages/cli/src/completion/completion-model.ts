/**
 * What can be completed: the tree of commands with their options, as plain data that each shell's script is made from.
 */

import type { Command } from "commander";
import { isEffective } from "../serve/flag.ts";
import { flagTable } from "../serve/flag-table.ts";

/** An option of a command. */
export type CompletionOption = {
  /** `--name`. */
  readonly long: string;
  /** `-n`; null if there is none. */
  readonly short: string | null;
  readonly description: string;
  readonly takesValue: boolean;
  /** Values that there are; empty if any text will do. */
  readonly choices: readonly string[];
  /** Whether its value is a file or a directory. */
  readonly isPath: boolean;
};

/** A command at its place in the tree: `[]` the program itself, `["lease", "grant"]` a subcommand. */
export type CompletionNode = {
  readonly path: readonly string[];
  readonly options: readonly CompletionOption[];
  readonly children: readonly { readonly name: string; readonly description: string }[];
};

/** Every command of the program, parents before their children. */
export function completionNodes(program: Command): readonly CompletionNode[] {
  return nodesUnder(program, []);
}

function nodesUnder(command: Command, path: readonly string[]): readonly CompletionNode[] {
  const help = command.createHelp();
  const children = help.visibleCommands(command);
  const node: CompletionNode = {
    path,
    options: path.join(" ") === "serve" ? serveOptions() : commandOptions(command),
    children: children.map((child) => ({
      name: child.name(),
      description: oneLine(child.summary() || child.description()),
    })),
  };
  const below = children
    .filter((child) => child.name() !== "help")
    .flatMap((child) => nodesUnder(child, [...path, child.name()]));
  return [node, ...below];
}

function commandOptions(command: Command): readonly CompletionOption[] {
  const options = command.options
    .filter((option) => !option.hidden)
    .flatMap((option): readonly CompletionOption[] =>
      option.long === undefined || option.long === null
        ? []
        : [
            {
              long: option.long,
              short: option.short ?? null,
              description: oneLine(option.description),
              takesValue: option.required || option.optional,
              choices: option.argChoices ?? [],
              isPath: /<(?:file|dir|path)>/.test(option.flags),
            },
          ],
    );
  return [...options, ...helpOptions];
}

/** The parser of `serve` is its own; its flags are in its table. */
function serveOptions(): readonly CompletionOption[] {
  const flags = flagTable.filter(isEffective).map(
    (flag): CompletionOption => ({
      long: `--${flag.name}`,
      short: null,
      description: oneLine(flag.help),
      takesValue: flag.kind !== "switch",
      choices: flag.choices,
      isPath: flag.kind === "path",
    }),
  );
  return [...flags, ...helpOptions];
}

const helpOptions: readonly CompletionOption[] = [
  {
    long: "--help",
    short: "-h",
    description: "show the help",
    takesValue: false,
    choices: [],
    isPath: false,
  },
];

function oneLine(text: string): string {
  return (text.split("\n")[0] ?? "").trim();
}
