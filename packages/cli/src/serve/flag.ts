/**
 * What a flag of `quorate serve` is: a row of the table that everything about flags is read from.
 */

/** What its text stands for. Durations are Go's (`1m30s`); `milliseconds` and `seconds` are bare numbers, as in etcd. */
export type FlagKind =
  | "switch"
  | "text"
  | "path"
  | "choice"
  | "whole"
  | "milliseconds"
  | "seconds"
  | "duration"
  | "urls"
  | "list"
  | "members";

/**
 * What becomes of a flag that is given.
 *
 * - `works`: it does what etcd's does. · `own`: it is Quorate's, etcd has none like it.
 * - `accepted`: it tunes a part that is not there; it is named in the log and changes nothing. `why` is for the help.
 * - `refused`: somebody would rely on an effect that is missing. `why` says that and what to do instead.
 */
export type FlagStanding =
  | { readonly is: "works" }
  | { readonly is: "own" }
  | { readonly is: "accepted"; readonly why: string }
  | { readonly is: "refused"; readonly why: string };

/** Headings of the help, in its order. */
export const flagGroups = [
  "Member",
  "Cluster",
  "Timing",
  "Limits",
  "TLS",
  "HTTP and gRPC",
  "Upkeep",
  "Log and metrics",
  "Recovery",
  "Authentication",
  "Discovery",
] as const;

export type FlagGroup = (typeof flagGroups)[number];

/** A row of the table. */
export type Flag = {
  /** Without hyphens in front. */
  readonly name: string;
  readonly group: FlagGroup;
  readonly kind: FlagKind;
  /** As it would be written; empty for none. */
  readonly initial: string;
  /** What it does, in one phrase without a full stop. */
  readonly help: string;
  readonly standing: FlagStanding;
  /** Whether etcd knew it, or still does, as `experimental-NAME`. */
  readonly wasExperimental: boolean;
  /** Of a `choice`. */
  readonly choices: readonly string[];
  /** Of a number: the smallest and the largest that makes sense. */
  readonly least: number;
  readonly most: number;
  /** Values of a refused flag that ask for nothing, besides the initial one. */
  readonly harmless: readonly string[];
};

/** Parts of a row that most rows need not say. */
type More = Partial<Pick<Flag, "wasExperimental" | "choices" | "least" | "most" | "harmless">>;

/** Makes the rows of one group. */
export function flagsOf(group: FlagGroup) {
  const row = <const Name extends string>(
    standing: FlagStanding,
    name: Name,
    kind: FlagKind,
    initial: string,
    help: string,
    more: More = {},
  ): Flag & { readonly name: Name } => ({
    name,
    group,
    kind,
    initial,
    help,
    standing,
    wasExperimental: more.wasExperimental ?? false,
    choices: more.choices ?? [],
    least: more.least ?? 0,
    most: more.most ?? Number.MAX_SAFE_INTEGER,
    harmless: more.harmless ?? [],
  });
  return {
    works: <const Name extends string>(
      name: Name,
      kind: FlagKind,
      initial: string,
      help: string,
      more?: More,
    ) => row({ is: "works" }, name, kind, initial, help, more),
    own: <const Name extends string>(
      name: Name,
      kind: FlagKind,
      initial: string,
      help: string,
      more?: More,
    ) => row({ is: "own" }, name, kind, initial, help, more),
    accepted: <const Name extends string>(
      name: Name,
      kind: FlagKind,
      initial: string,
      why: string,
      more?: More,
    ) => row({ is: "accepted", why }, name, kind, initial, why, more),
    refused: <const Name extends string>(
      name: Name,
      kind: FlagKind,
      initial: string,
      why: string,
      more?: More,
    ) => row({ is: "refused", why }, name, kind, initial, why, more),
  };
}

/** Whether a flag does anything here. */
export function isEffective(flag: Flag): boolean {
  return flag.standing.is === "works" || flag.standing.is === "own";
}
