/**
 * What was given for a flag, and where: the form that command line, environment and file come to.
 */

import type { FlagName, KnownFlag } from "./flag-table.ts";

/** A flag's text. `spelling` is how its place is called in messages: `--name`, `ETCD_NAME`, `name in etcd.yaml`. */
export type Assignment = {
  readonly flag: KnownFlag;
  readonly text: string;
  readonly spelling: string;
};

/** At most one per flag: the one that counts. */
export type Assignments = ReadonlyMap<FlagName, Assignment>;

/** Something to tell when the log is open. */
export type Notice = { readonly level: "info" | "warn"; readonly text: string };

/** What the sources gave. */
export type Given = { readonly assignments: Assignments; readonly notices: readonly Notice[] };
