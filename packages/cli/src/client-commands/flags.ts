/**
 * Flags as data, and their values with types: what a command declares is what its code reads.
 */

import { InvalidArgumentError, Option } from "commander";
import { parseDurationMs } from "./duration.ts";

/** One flag; `short` is a letter without its hyphen. */
export type Flag =
  | { readonly kind: "switch"; readonly initial: boolean; readonly short?: string; readonly help: string }
  | {
      readonly kind: "text";
      /** Given again, it adds to what it was, with a comma between. */
      readonly adds?: boolean;
      readonly initial: string;
      readonly short?: string;
      readonly holder: string;
      readonly help: string;
    }
  | {
      readonly kind: "integer";
      readonly initial: number;
      readonly short?: string;
      readonly holder: string;
      readonly help: string;
    }
  /** In milliseconds once parsed. */
  | {
      readonly kind: "duration";
      readonly initial: number;
      readonly short?: string;
      readonly holder: string;
      readonly help: string;
    };

/** Flags by their names, without hyphens in front. */
export type Flags = Readonly<Record<string, Flag>>;

/** What a kind of flag yields. */
export type FlagValue<F extends Flag> = F["kind"] extends "switch"
  ? boolean
  : F["kind"] extends "text"
    ? string
    : number;

/** What a command's flags yield. */
export type FlagValues<F extends Flags> = { readonly [K in keyof F]: FlagValue<F[K]> };

export function toggle(help: string, more: { readonly short?: string; readonly initial?: boolean } = {}) {
  const { initial = false, short } = more;
  return { kind: "switch", help, initial, ...(short === undefined ? {} : { short }) } as const satisfies Flag;
}

export function text(
  holder: string,
  help: string,
  more: { readonly short?: string; readonly initial?: string; readonly adds?: boolean } = {},
) {
  const { initial = "", short, adds = false } = more;
  return {
    kind: "text",
    help,
    holder,
    initial,
    adds,
    ...(short === undefined ? {} : { short }),
  } as const satisfies Flag;
}

export function integer(holder: string, initial: number, help: string) {
  return { kind: "integer", help, holder, initial } as const satisfies Flag;
}

export function duration(initialMs: number, help: string) {
  return { kind: "duration", help, holder: "duration", initial: initialMs } as const satisfies Flag;
}

/** Under which name the parser keeps the flag's value. */
export function attributeOf(name: string): string {
  return plainOption(`--${name}`).attributeName();
}

/** An option of the parser. A name that begins with `no-` is one like any other, as in Go, and takes nothing back. */
function plainOption(flags: string, help?: string): Option {
  const option = new Option(flags, help);
  option.negate = false;
  return option;
}

/** The flag for the parser. */
export function toOption(name: string, flag: Flag): Option {
  const short = flag.short === undefined ? "" : `-${flag.short}, `;
  if (flag.kind === "switch") return plainOption(`${short}--${name}`, flag.help);
  const option = plainOption(`${short}--${name} <${flag.holder}>`, flag.help + initialText(flag));
  return option.argParser((value: string, previous: unknown) => {
    if (flag.kind === "text" && flag.adds === true && typeof previous === "string")
      return `${previous},${value}`;
    const parsed = parseFlagValue(flag, value);
    if (parsed === null) throw new InvalidArgumentError(`It wants ${wantedOf(flag)}.`);
    return parsed;
  });
}

/** The value that the text stands for, or null if it stands for none. */
export function parseFlagValue(flag: Flag, value: string): string | number | boolean | null {
  switch (flag.kind) {
    case "text":
      return value;
    case "switch":
      return parseSwitch(value);
    case "duration":
      return parseDurationMs(value);
    case "integer": {
      const number = /^[+-]?[0-9]+$/.test(value) ? Number(value) : Number.NaN;
      return Number.isSafeInteger(number) ? number : null;
    }
  }
}

/** What a value of the flag must be, for messages. */
export function wantedOf(flag: Flag): string {
  if (flag.kind === "switch") return "true or false";
  if (flag.kind === "duration") return "a duration with its unit, as in 5s or 250ms";
  return flag.kind === "integer" ? "a whole number" : "a text";
}

/** As Go reads it; null if it is neither. */
function parseSwitch(value: string): boolean | null {
  if (/^(?:1|t|T|true|TRUE|True)$/.test(value)) return true;
  return /^(?:0|f|F|false|FALSE|False)$/.test(value) ? false : null;
}

function initialText(flag: Flag): string {
  if (flag.initial === "" || flag.initial === 0) return "";
  const shown = flag.kind === "duration" ? `${flag.initial / 1000}s` : String(flag.initial);
  return ` (default: ${shown})`;
}
