/**
 * What the commands of an interaction script work on.
 */

import { CommandError } from "./argument.ts";
import type { Cluster } from "./cluster.ts";
import { logLevels, type Output } from "./output.ts";
import type { Directive } from "./script.ts";

/** The nodes and the buffer for what commands have to say. */
export type Stage = { readonly cluster: Cluster; readonly output: Output };

/** Carries out a directive; what it has to say goes to the stage's output. */
export type Command = (stage: Stage, directive: Directive) => void;

/** Sets the level from which on logs are shown. @throws CommandError for a name that is none. */
export function setLogLevel(output: Output, name: string): void {
  const level = logLevels.find((known) => known === name.toUpperCase());
  if (level === undefined) throw new CommandError(`log levels must be either of [${logLevels.join(" ")}]`);
  output.level = level;
}
