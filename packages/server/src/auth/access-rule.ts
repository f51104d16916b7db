/**
 * What it takes to be let in: one rule per method; all of them are in `access-table.ts`.
 */

import type { AuthRefusalCode, AuthView, Principal } from "@quorate/store";

/**
 * - `public`: anybody, at any time.
 * - `user`: whoever is a user, whatever it may do.
 * - `root`: users with the role root.
 * - `keys`: whoever may do with its keys what the request wants. Looked at before the request goes on its way, which spares
 *   the log what would be refused; decided where it is applied or read.
 * - `contest`: a user; its keys are judged one by one, by the reads and writes that it is made of.
 * - `own`: what somebody may see of users and roles.
 * - `watch`: as `keys`, but a refusal is an answer on the stream.
 */
export type AccessNeed = "public" | "user" | "root" | "keys" | "contest" | "own" | "watch";

/** Names and ranges of a request, for the audit log; never values or secrets. */
export type AuditedParts = Readonly<Record<string, string | number | boolean>>;

/** See the module. */
export type AccessRule = {
  readonly path: string;
  readonly need: AccessNeed;
  /** Null: allowed. */
  readonly judge: (view: AuthView, principal: Principal | null, request: object) => AuthRefusalCode | null;
  /** Whether the audit log has it also when it is allowed. */
  readonly isAdministrative: (request: object) => boolean;
  readonly describe: (request: object) => AuditedParts;
};

/**
 * Whether a token's own revision counts, and not only what users and roles say now. As in etcd it does for keys: there an
 * older token is told that it is old.
 */
export function countsRevision({ need }: AccessRule): boolean {
  return need === "keys" || need === "contest" || need === "watch";
}
