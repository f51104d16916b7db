/**
 * Flags from the environment: `QUORATE_SOME_FLAG`, then `ETCD_SOME_FLAG`.
 */

import type { Assignment, Notice } from "./assignment.ts";
import { type FlagName, findVariable, flagTable } from "./flag-table.ts";
import { nearest } from "./nearest.ts";

/** Variables by their names. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** What the variables say. */
export type FromEnvironment = {
  readonly assignments: ReadonlyMap<FlagName, Assignment>;
  readonly notices: readonly Notice[];
};

const prefixes = ["QUORATE_", "ETCD_"] as const;

/** What container platforms and images set by themselves beside a service of that name. */
const foreign = /^(?:VER|VERSION|SERVICE_.*|PORT|PORT_.*|UNSUPPORTED_ARCH|UPDATE|NO_COLOR)$/;

/**
 * Reads the variables. An empty one counts as not set, as in etcd. Of two for one flag `QUORATE_…` counts; the other is
 * named. One that no flag belongs to is named, not refused: platforms set some by themselves, and etcd does the same.
 */
export function readEnvironment(environment: Environment): FromEnvironment {
  const assignments = new Map<FlagName, Assignment>();
  const notices: Notice[] = [];
  for (const prefix of prefixes) {
    for (const [variable, text] of Object.entries(environment).toSorted(([one], [other]) =>
      one < other ? -1 : 1,
    )) {
      if (!variable.startsWith(prefix) || text === undefined || text === "") continue;
      const suffix = variable.slice(prefix.length);
      const flag = findVariable(suffix);
      if (flag === undefined) {
        if (!foreign.test(suffix) && !isClientVariable(prefix, suffix))
          notices.push(unknownVariable(variable, prefix, suffix));
        continue;
      }
      const earlier = assignments.get(flag.name);
      if (earlier === undefined) assignments.set(flag.name, { flag, text, spelling: variable });
      else notices.push(shadowed(variable, earlier.spelling));
    }
  }
  return { assignments, notices };
}

/** Says that a variable has no effect because something else was given for the same flag. */
export function shadowed(variable: string, by: string): Notice {
  return { level: "warn", text: `${variable} has no effect: ${by} was given and goes before it` };
}

/** The client commands have `QUORATE_…` variables of their own. */
function isClientVariable(prefix: string, suffix: string): boolean {
  return (
    prefix === "QUORATE_" &&
    /^(?:ENDPOINTS|CACERT|CERT|KEY|USER|PASSWORD|WRITE_OUT|HEX|DEBUG|INSECURE_.*|DIAL_TIMEOUT|COMMAND_TIMEOUT|KEEPALIVE_.*)$/.test(
      suffix,
    )
  );
}

function unknownVariable(variable: string, prefix: string, suffix: string): Notice {
  const known = flagTable.map(({ name }) => name.toUpperCase().replaceAll("-", "_"));
  const near = nearest(suffix, known);
  const hint = near === null ? "" : `; did you mean ${prefix}${near}?`;
  return { level: "warn", text: `${variable} belongs to no flag and has no effect${hint}` };
}
