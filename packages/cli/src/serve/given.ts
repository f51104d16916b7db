/**
 * Puts the sources together under etcd's rules of precedence.
 */

import { readArguments } from "./arguments.ts";
import type { Given, Notice } from "./assignment.ts";
import { readConfigFile } from "./config-file.ts";
import { type Environment, readEnvironment, shadowed } from "./environment.ts";

/** Reads a file's text. Throws what a person can be told. */
export type ReadText = (path: string) => string;

/** What a start was given; or that only help or the version is wanted. */
export type ServeRequest =
  | { readonly wants: "help" }
  | { readonly wants: "version" }
  | ({ readonly wants: "server" } & Given);

/**
 * The command line goes before the environment, and a variable that loses is named. With a file, named by either, both
 * are ignored, and one line says so if there was anything to ignore.
 * @throws CommandError
 */
export function readGiven(
  args: readonly string[],
  environment: Environment,
  readText: ReadText,
): ServeRequest {
  const line = readArguments(args);
  if (line.wantsHelp) return { wants: "help" };
  if (line.wantsVersion) return { wants: "version" };
  const variables = readEnvironment(environment);
  const file = line.assignments.get("config-file") ?? variables.assignments.get("config-file");
  if (file !== undefined) {
    const ignored = [...line.assignments.values(), ...variables.assignments.values()]
      .filter(({ flag }) => flag.name !== "config-file")
      .map(({ spelling }) => spelling);
    const notices: Notice[] =
      ignored.length === 0
        ? []
        : [
            {
              level: "warn",
              text: `${file.text} is used alone, as in etcd; without effect: ${ignored.join(", ")}`,
            },
          ];
    return { wants: "server", assignments: readConfigFile(readText(file.text), file.text), notices };
  }
  const assignments = new Map(line.assignments);
  const notices = [...variables.notices];
  for (const [name, assignment] of variables.assignments) {
    const winner = assignments.get(name);
    if (winner === undefined) assignments.set(name, assignment);
    else notices.push(shadowed(assignment.spelling, winner.spelling));
  }
  return { wants: "server", assignments, notices };
}
