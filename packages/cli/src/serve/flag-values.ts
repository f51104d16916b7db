/**
 * Values with types: what the texts stand for, each checked by itself. Checks between flags are in `settings.ts`.
 */

import { parseDurationMs } from "../client-commands/duration.ts";
import { usageError } from "../command-error.ts";
import type { Assignment, Assignments } from "./assignment.ts";
import { type FlagName, flagNamed, type KnownFlag } from "./flag-table.ts";

/** See the module. */
export class FlagValues {
  private readonly assignments: Assignments;

  constructor(assignments: Assignments) {
    this.assignments = assignments;
  }

  /** Whether it was given, even as its initial value. */
  has(name: FlagName): boolean {
    return this.assignments.has(name);
  }

  /** How to call it in messages, with its value: `--name a`, `ETCD_NAME=a`. */
  shown(name: FlagName): string {
    const assignment = this.assignments.get(name);
    if (assignment === undefined) return `--${name} ${flagNamed(name).initial}`.trimEnd();
    return describe(assignment);
  }

  text(name: FlagName): string {
    return this.read(name, (text) => text);
  }

  isOn(name: FlagName): boolean {
    return this.read(name, (text) => parseSwitch(text) ?? refuse("true or false"));
  }

  number(name: FlagName): number {
    return this.read(name, (text, flag) => {
      const value = /^[+-]?\d+$/.test(text) ? Number(text) : Number.NaN;
      if (!Number.isSafeInteger(value)) return refuse(unitOf(flag));
      if (value < flag.least) return refuse(`${unitOf(flag)}, at least ${flag.least}`);
      if (value > flag.most) return refuse(`${unitOf(flag)}, at most ${flag.most}`);
      return value;
    });
  }

  durationMs(name: FlagName): number {
    return this.read(name, (text, flag) => {
      const value = parseDurationMs(text);
      if (value === null) return refuse("a duration with its unit, as in 300ms, 5s or 1h30m");
      if (value < flag.least) return refuse(`a duration of at least ${flag.least}ms`);
      return value;
    });
  }

  /** One of the flag's choices. */
  choice<const Choice extends string>(name: FlagName, choices: readonly Choice[]): Choice {
    return this.read(name, (text, flag) => {
      const found = choices.find((choice) => choice === text);
      return found ?? refuse(orList(flag.choices));
    });
  }

  /** Items between commas; white space around them does not count. */
  list(name: FlagName): readonly string[] {
    return this.read(name, splitList);
  }

  /** Refuses the value. */
  refuse(name: FlagName, wanted: string): never {
    return this.read(name, () => refuse(wanted));
  }

  private read<Value>(name: FlagName, parse: (text: string, flag: KnownFlag) => Value): Value {
    const assignment = this.assignments.get(name);
    const flag = assignment?.flag ?? flagNamed(name);
    try {
      return parse(assignment?.text ?? flag.initial, flag);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      throw usageError(`${this.shown(name)}: it must be ${error.wanted}`);
    }
  }
}

/** A switch as Go reads it; null if it is neither. */
export function parseSwitch(text: string): boolean | null {
  if (/^(?:1|t|T|true|TRUE|True)$/.test(text)) return true;
  return /^(?:0|f|F|false|FALSE|False)$/.test(text) ? false : null;
}

/** Items between commas. */
export function splitList(text: string): readonly string[] {
  return text
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== "");
}

/** An assignment as it was written, or nearly. */
export function describe({ spelling, text }: Assignment): string {
  if (spelling.startsWith("--")) return `${spelling} ${text === "" ? '""' : text}`;
  return spelling.includes(" in ") ? spelling.replace(" in ", `: ${text} in `) : `${spelling}=${text}`;
}

class Refusal extends Error {
  readonly wanted: string;

  constructor(wanted: string) {
    super(wanted);
    this.wanted = wanted;
  }
}

function refuse(wanted: string): never {
  throw new Refusal(wanted);
}

/** `a, b or c`. */
function orList(texts: readonly string[]): string {
  return texts.length < 2 ? texts.join("") : `${texts.slice(0, -1).join(", ")} or ${texts.at(-1)}`;
}

function unitOf({ kind }: KnownFlag): string {
  if (kind === "milliseconds") return "a whole number of milliseconds, without a unit";
  return kind === "seconds" ? "a whole number of seconds, without a unit" : "a whole number";
}
