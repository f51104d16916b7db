/**
 * All flags of `quorate serve`, and how one is found by what somebody wrote.
 *
 * Names and initial values are etcd's (reference "etcd's server flags", and those that 3.4 and 3.5 had besides).
 */

import type { Flag } from "./flag.ts";
import { frontFlags, logFlags } from "./flags/front-flags.ts";
import { clusterFlags, memberFlags, timingFlags } from "./flags/member-flags.ts";
import { authFlags, discoveryFlags, tlsFlags } from "./flags/security-flags.ts";
import { limitFlags, recoveryFlags, upkeepFlags } from "./flags/store-flags.ts";
import { nearest } from "./nearest.ts";

const rows = [
  ...memberFlags,
  ...clusterFlags,
  ...timingFlags,
  ...limitFlags,
  ...tlsFlags,
  ...frontFlags,
  ...upkeepFlags,
  ...logFlags,
  ...recoveryFlags,
  ...authFlags,
  ...discoveryFlags,
] as const;

/** The name of a flag. */
export type FlagName = (typeof rows)[number]["name"];

/** A row whose name is known to be one. */
export type KnownFlag = Flag & { readonly name: FlagName };

/** Every flag. */
export const flagTable: readonly KnownFlag[] = rows;

const experimental = "experimental-";

const byName: ReadonlyMap<string, KnownFlag> = new Map(
  flagTable.flatMap((flag): [string, KnownFlag][] => [
    [flag.name, flag],
    ...(flag.wasExperimental ? ([[`${experimental}${flag.name}`, flag]] as [string, KnownFlag][]) : []),
  ]),
);

const byVariable: ReadonlyMap<string, KnownFlag> = new Map(
  [...byName].map(([name, flag]) => [name.toUpperCase().replaceAll("-", "_"), flag]),
);

/** The flag that is written so, under its present or its experimental name. */
export function findFlag(name: string): KnownFlag | undefined {
  return byName.get(name);
}

/** The flag behind the part of a variable's name after `ETCD_` or `QUORATE_`. */
export function findVariable(suffix: string): KnownFlag | undefined {
  return byVariable.get(suffix);
}

/** The flag. */
export function flagNamed(name: FlagName): KnownFlag {
  const flag = byName.get(name);
  if (flag === undefined) throw new Error(`there is no flag ${name}`);
  return flag;
}

/** The known name that a wrong one probably meant; null if none is near. */
export function suggestFlag(name: string): string | null {
  return nearest(name, [...byName.keys()]);
}
