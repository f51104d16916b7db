/** Shorthand for tests of flags: from arguments to what they come to. */

import { CommandError } from "../src/command-error.ts";
import type { Given } from "../src/serve/assignment.ts";
import { readGiven } from "../src/serve/given.ts";
import { readSettings, type ServeSettings } from "../src/serve/settings.ts";

/** Where flags can come from in a test. */
export type Sources = {
  readonly args?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** The file that `--config-file` names, whatever its name. */
  readonly yaml?: string;
  readonly hasData?: boolean;
  /** Files that flags name, by their paths. */
  readonly files?: Readonly<Record<string, string>>;
};

/** What the sources give. Arguments are separated by spaces. */
export function given({ args = "", env = {}, yaml = "" }: Sources): Given {
  const request = readGiven(
    args.split(" ").filter((arg) => arg !== ""),
    env,
    () => yaml,
  );
  if (request.wants !== "server") throw new Error(`${request.wants} is wanted`);
  return request;
}

/** The settings that come of it. */
export function settings(sources: Sources): ServeSettings {
  const readFile = (path: string): Uint8Array => {
    const text = sources.files?.[path];
    if (text === undefined) throw new Error("no such file");
    return Buffer.from(text);
  };
  return readSettings(given(sources), () => sources.hasData ?? false, readFile);
}

/** `flag=text` of everything that was given. */
export function assignments(sources: Sources): readonly string[] {
  return [...given(sources).assignments.values()].map(({ flag, text }) => `${flag.name}=${text}`);
}

/** The one line that the sources are refused with. */
export function refusal(sources: Sources): string {
  try {
    settings(sources);
  } catch (error) {
    if (error instanceof CommandError) return error.message;
    throw error;
  }
  throw new Error("it was not refused");
}
