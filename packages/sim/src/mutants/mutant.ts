/**
 * Mutants: bugs as data. Each is a text of a production file that occurs there exactly once, what to put in its place, and
 * the invariants that are to find it.
 */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** One bug. */
export type Mutant = {
  readonly id: number;
  readonly title: string;
  /** From the root of the repository. */
  readonly file: string;
  readonly search: string;
  readonly replace: string;
  /** Ids of invariants, any of which is a good answer; `crash` where the code's own assertions may be faster. */
  readonly expected: readonly string[];
  /** Seeds to be tried; by default as many as the budget allows, from the first on. */
  readonly seeds: { readonly from: number; readonly count: number } | null;
  /** How the bug comes to show, or why it cannot. */
  readonly note: string;
};

/** A file of a mutant makes no sense, or no longer fits the code. */
export class MutantError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "MutantError";
  }
}

/** Reads all `*.json` of a directory, in order of ids. @throws MutantError */
export function loadMutants(directory: string): readonly Mutant[] {
  const mutants = readdirSync(directory)
    .filter((name) => name.endsWith(".json"))
    .map((name) => parseMutant(name, readFileSync(join(directory, name), "utf8")))
    .toSorted((one, other) => one.id - other.id);
  for (const [position, { id }] of mutants.entries()) {
    if (mutants[position + 1]?.id === id) throw new MutantError(`two mutants have the id ${id}`);
  }
  return mutants;
}

/** Reads one; `name` is for the errors. @throws MutantError */
export function parseMutant(name: string, text: string): Mutant {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new MutantError(`${name}: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (!isRecord(value)) throw new MutantError(`${name}: it is no object`);
  const { id, expected } = value;
  if (typeof id !== "number" || !Number.isSafeInteger(id))
    throw new MutantError(`${name}: "id" is no whole number`);
  if (!Array.isArray(expected) || expected.length === 0)
    throw new MutantError(`${name}: "expected" names no invariant`);
  return {
    id,
    title: textOf(name, value, "title"),
    file: textOf(name, value, "file"),
    search: textOf(name, value, "search"),
    replace: textOf(name, value, "replace"),
    expected: expected.map(String),
    seeds: seedsOf(name, value["seeds"]),
    note: textOf(name, value, "note"),
  };
}

/** Puts the bug into the text of its file. @throws MutantError unless its place is found, once */
export function mutate({ id, file, search, replace }: Mutant, text: string): string {
  const places = text.split(search).length - 1;
  if (places !== 1)
    throw new MutantError(
      `mutant ${id}: its text occurs ${places} times in ${file}, and must occur once: ${search}`,
    );
  if (search === replace) throw new MutantError(`mutant ${id} changes nothing`);
  return text.replace(search, () => replace);
}

function textOf(name: string, value: Readonly<Record<string, unknown>>, key: string): string {
  const text = value[key];
  if (typeof text !== "string") throw new MutantError(`${name}: "${key}" is no text`);
  return text;
}

function seedsOf(name: string, value: unknown): Mutant["seeds"] {
  if (value === undefined) return null;
  const { from, count } = isRecord(value) ? value : {};
  if (typeof from !== "number" || typeof count !== "number")
    throw new MutantError(`${name}: "seeds" needs the numbers "from" and "count"`);
  return { from, count };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
