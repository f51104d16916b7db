/**
 * Typed access to a directive's arguments. What a script's author got wrong is thrown as a {@link Fault}.
 */

import type { Argument, Directive } from "./script.ts";

/** The script asks for something impossible; its directive fails whatever it expected. */
export class Fault extends Error {
  constructor(message: string) {
    super(message);
    this.name = "Fault";
  }
}

/** A command was refused in words that belong to its output. */
export class CommandError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "CommandError";
  }
}

/**
 * Reads a decimal number, as scripts write ids, indexes and counts.
 * @throws Fault if it is none, or too large to be exact.
 */
export function parseNumber(text: string, what: string): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(value)) {
    throw new Fault(
      `${what} must be a whole number between 0 and ${Number.MAX_SAFE_INTEGER}, not ${quoted(text)}`,
    );
  }
  return value;
}

const trueWords = new Set(["1", "t", "T", "TRUE", "true", "True"]);
const falseWords = new Set(["0", "f", "F", "FALSE", "false", "False"]);

/** Reads a truth value in the words that scripts use (`true`, `t`, `1`, …); null if it is none. */
export function parseBoolean(text: string): boolean | null {
  if (trueWords.has(text)) return true;
  return falseWords.has(text) ? false : null;
}

/** Like {@link parseBoolean}. @throws Fault if it is no truth value. */
export function needBoolean(text: string, what: string): boolean {
  const value = parseBoolean(text);
  if (value === null) throw new Fault(`${what} must be true or false, not ${quoted(text)}`);
  return value;
}

/** The ids among the arguments: those without a value. @throws Fault if one is no number. */
export function plainIds(directive: Directive): number[] {
  return directive.args.filter((arg) => arg.values.length === 0).map((arg) => parseNumber(arg.key, "an id"));
}

/** The key of the argument at `position`. @throws Fault if there is none. */
export function needKey(directive: Directive, position: number, what: string): string {
  const arg = directive.args[position];
  if (arg === undefined) {
    throw new Fault(
      `${directive.command} needs ${what} as its ${position === 0 ? "first" : "second"} argument`,
    );
  }
  return arg.key;
}

/** The single value of the argument named `key`. @throws Fault if it is absent. */
export function needValue(directive: Directive, key: string): string {
  const value = directive.args.find((arg) => arg.key === key)?.values[0];
  if (value === undefined) throw new Fault(`${directive.command} needs ${key}=…`);
  return value;
}

/** Every (key, value) pair, lists spelled out. */
export function* pairs(args: readonly Argument[]): Generator<readonly [key: string, value: string]> {
  for (const arg of args) for (const value of arg.values) yield [arg.key, value];
}

function quoted(text: string): string {
  return JSON.stringify(text);
}
