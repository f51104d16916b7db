/**
 * Makes the rows of `access-table.ts`.
 */

import type { Method } from "@quorate/etcd-api";
import type { AuthRefusalCode, AuthView, Principal } from "@quorate/store";
import type { AccessNeed, AccessRule, AuditedParts } from "./access-rule.ts";

type Judge<Request> = (
  view: AuthView,
  principal: Principal | null,
  request: Request,
) => AuthRefusalCode | null;

/** Parts of a row that most rows need not say. */
type More<Request> = {
  /** Default: what the need says. */
  readonly judge?: Judge<Request>;
  /** Default: what only root may. */
  readonly admin?: boolean | ((request: Request) => boolean);
  /** Default: nothing. */
  readonly describe?: (request: Request) => AuditedParts;
};

const usualJudges: Readonly<Record<AccessNeed, Judge<unknown>>> = {
  public: () => null,
  user: (view, principal) => view.authorizeUser(principal),
  contest: (view, principal) => view.authorizeUser(principal),
  root: (view, principal) => view.authorizeAdmin(principal),
  // Rows of these needs bring their own; one that forgot is closed.
  keys: (view, principal) => view.authorizeAdmin(principal),
  own: (view, principal) => view.authorizeAdmin(principal),
  watch: (view, principal) => view.authorizeAdmin(principal),
};

/** The row of a method. */
export function row<Request extends object, Response extends object>(
  { path }: Method<Request, Response>,
  need: AccessNeed,
  { judge = usualJudges[need], admin = need === "root", describe }: More<Request> = {},
): AccessRule {
  return {
    path,
    need,
    judge: judge as AccessRule["judge"],
    isAdministrative: typeof admin === "function" ? (request) => admin(request as Request) : () => admin,
    describe: (request) => describe?.(request as Request) ?? {},
  };
}

/** The rule of a method that has no row. */
export function closedRow(path: string): AccessRule {
  return {
    path,
    need: "root",
    judge: usualJudges.root,
    isAdministrative: () => true,
    describe: () => ({}),
  };
}
