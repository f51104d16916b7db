/**
 * The command line of `quorate serve`, read as Go's flag package reads it.
 */

import { usageError } from "../command-error.ts";
import type { Assignment } from "./assignment.ts";
import { type FlagName, findFlag, suggestFlag } from "./flag-table.ts";

/** What a command line asks for. */
export type ServeArguments = {
  readonly assignments: ReadonlyMap<FlagName, Assignment>;
  readonly wantsHelp: boolean;
  readonly wantsVersion: boolean;
};

/**
 * Reads `--flag value`, `--flag=value`, `-flag value`, `-flag=value`, and switches without a value. Of a flag that is
 * given twice the last one counts, as in Go. `--help`, `-h` and `--version` end the reading.
 * @throws CommandError for anything that is no known flag, or a flag without its value
 */
export function readArguments(args: readonly string[]): ServeArguments {
  const assignments = new Map<FlagName, Assignment>();
  for (let at = 0; at < args.length; at++) {
    const arg = args[at] ?? "";
    if (arg === "-h" || arg === "-help" || arg === "--help")
      return { assignments, wantsHelp: true, wantsVersion: false };
    if (arg === "-version" || arg === "--version" || arg === "-V")
      return { assignments, wantsHelp: false, wantsVersion: true };
    const match = /^--?([^=-][^=]*)(?:=(.*))?$/s.exec(arg);
    if (match === null) throw notAFlag(arg, args[at - 1]);
    const [, name = "", value] = match;
    const flag = findFlag(name);
    if (flag === undefined) throw unknownFlag(name);
    let text = value;
    if (text === undefined && flag.kind === "switch") text = "true";
    if (text === undefined) {
      at++;
      text = args[at];
    }
    if (text === undefined) throw usageError(`--${name} has no value; write --${name} VALUE`);
    assignments.set(flag.name, { flag, text, spelling: `--${name}` });
  }
  return { assignments, wantsHelp: false, wantsVersion: false };
}

function unknownFlag(name: string): Error {
  const suggestion = suggestFlag(name);
  const hint = suggestion === null ? "" : ` did you mean --${suggestion}?`;
  return usageError(`there is no flag --${name};${hint} quorate serve --help lists all`);
}

function notAFlag(arg: string, before: string | undefined): Error {
  const switchName = /^--?([^=-][^=]*)$/.exec(before ?? "")?.[1];
  const isForSwitch = switchName !== undefined && findFlag(switchName)?.kind === "switch";
  const hint = isForSwitch ? `; a switch takes its value by =, as in --${switchName}=${arg}` : "";
  return usageError(`"${arg}" is no flag, and quorate serve takes nothing else${hint}`);
}
