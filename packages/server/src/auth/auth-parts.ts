/**
 * Puts the parts of this folder together for one server.
 */

import type { MemberClock, MemberSeams } from "@quorate/member";
import type { StoreMember } from "@quorate/member/store";
import type { ServerSettings } from "../settings.ts";
import { AccessControl } from "./access-control.ts";
import type { AuditSink } from "./audit.ts";
import { AuditTrail } from "./audit-trail.ts";
import { Authenticator } from "./authenticator.ts";
import { LoginDesk } from "./login-desk.ts";
import type { PasswordThread } from "./password-desk.ts";
import { RateLimit } from "./rate-limit.ts";
import { SignedTokens } from "./signed-tokens.ts";
import { SimpleTokens } from "./simple-tokens.ts";

/** What they stand on; see `ServerCoreParts`. */
export type AuthBase = {
  readonly storeMember: StoreMember;
  readonly settings: Pick<ServerSettings, "auth">;
  readonly clock: MemberClock;
  readonly wallNow: () => number;
  readonly random: MemberSeams["random"];
  readonly passwords: PasswordThread;
  readonly auditSink: AuditSink | null;
};

/** See the module. */
export type AuthParts = {
  readonly access: AccessControl;
  readonly audit: AuditTrail;
  readonly login: LoginDesk;
};

/** Makes them; from then on they hear of changes of users and roles. */
export function makeAuth(base: AuthBase, requestTimeoutMs: number): AuthParts {
  const { storeMember, clock, random, passwords } = base;
  const { token, bcryptCost, userRequestsPerSecond, connectionRequestsPerSecond } = base.settings.auth;
  const signed = token.kind === "jwt" ? new SignedTokens(token, base.wallNow) : null;
  const simple = token.kind === "simple" ? new SimpleTokens(clock, token.ttlMs) : null;
  const { auth, member } = storeMember;
  const confirm = (): Promise<unknown> => storeMember.confirm({ timeoutMs: requestTimeoutMs });
  const limit = (perSecond: number): RateLimit | null =>
    perSecond === 0 ? null : new RateLimit({ perSecond, burst: Math.max(1, perSecond) }, () => clock.now());
  const access = new AccessControl({
    view: auth.view,
    authenticator: new Authenticator({
      view: auth.view,
      appliedIndex: () => member.appliedIndex,
      confirm,
      simple,
      signed,
    }),
    confirm,
    userLimit: limit(userRequestsPerSecond),
    connectionLimit: limit(connectionRequestsPerSecond),
  });
  auth.subscribe((event) => access.note(event));
  const login = new LoginDesk({ storeMember, passwords, signed, bcryptCost, clock, random });
  return { access, audit: new AuditTrail(base.auditSink), login };
}
