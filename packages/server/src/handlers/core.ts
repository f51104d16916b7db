/**
 * What all handlers stand on: the member behind them, the settings, time, who may do what, and the header of every response.
 */

import type { ResponseHeader } from "@quorate/etcd-api";
import type { MemberClock, MemberSeams } from "@quorate/member";
import type { StoreCallOptions, StoreMember } from "@quorate/member/store";
import type { Command, Outcome, RefusalCode } from "@quorate/store";
import type { AccessControl } from "../auth/access-control.ts";
import type { AuditSink } from "../auth/audit.ts";
import type { AuditTrail } from "../auth/audit-trail.ts";
import { makeAuth } from "../auth/auth-parts.ts";
import type { LoginDesk } from "../auth/login-desk.ts";
import type { PasswordThread } from "../auth/password-desk.ts";
import type { CallContext } from "../rpc/call.ts";
import type { ServerSettings } from "../settings.ts";

/** A server waits for so long beyond two election timeouts before it gives a request up (reference §1). */
const requestTimeoutBaseMs = 5000;

/** How old the view of this member's role may be. A call is answered in less; a change of roles takes longer. */
const viewAgeMsMax = 20;

/** How often a request is tried whose user was let in before the last change of users and roles. */
const triesMax = 4;

/** What a {@link ServerCore} is made of. */
export type ServerCoreParts = {
  readonly storeMember: StoreMember;
  readonly settings: ServerSettings;
  readonly clock: MemberClock;
  /** Milliseconds since 1970: signed tokens name their end by it. */
  readonly wallNow: () => number;
  /** Tokens are drawn from it: in production a source of secrets. */
  readonly random: MemberSeams["random"];
  readonly clusterId: bigint;
  /** Where passwords are hashed. */
  readonly passwords: PasswordThread;
  /** Takes records of the audit log; null: nobody wants them. */
  readonly auditSink: AuditSink | null;
};

/** See the module. */
export class ServerCore {
  readonly storeMember: StoreMember;
  readonly settings: ServerSettings;
  readonly clock: MemberClock;
  readonly random: MemberSeams["random"];
  readonly clusterId: bigint;
  readonly memberId: bigint;
  readonly access: AccessControl;
  readonly audit: AuditTrail;
  readonly login: LoginDesk;
  /** How long the server itself waits for what a request needs. */
  readonly requestTimeoutMs: number;
  private readonly options: StoreCallOptions;
  private viewedAtMs = Number.NEGATIVE_INFINITY;
  private isLearnerNow = false;

  constructor(parts: ServerCoreParts) {
    this.storeMember = parts.storeMember;
    this.settings = parts.settings;
    this.clock = parts.clock;
    this.random = parts.random;
    this.clusterId = parts.clusterId;
    this.memberId = BigInt(parts.storeMember.member.id);
    this.requestTimeoutMs = requestTimeoutBaseMs + 2 * parts.settings.electionMaxMs;
    this.options = { timeoutMs: this.requestTimeoutMs };
    const { access, audit, login } = makeAuth(parts, this.requestTimeoutMs);
    this.access = access;
    this.audit = audit;
    this.login = login;
  }

  /** The current revision. */
  get revision(): number {
    return this.storeMember.store.revision;
  }

  /** The header of a response. */
  header(revision: number): ResponseHeader {
    return {
      clusterId: this.clusterId,
      memberId: this.memberId,
      revision,
      raftTerm: this.storeMember.member.term,
    };
  }

  /**
   * How long a call to the member may take (as long as its client waits, at most the server's own timeout), and for whom it
   * is made. @throws RpcError when its user is not what it was any more
   */
  callOptions(context: CallContext): StoreCallOptions {
    const { timeoutMs } = context;
    const options = timeoutMs === null || timeoutMs >= this.requestTimeoutMs ? this.options : { timeoutMs };
    const identity = this.access.current(context);
    return identity === null ? options : { ...options, principal: identity.principal };
  }

  /**
   * Does something for a caller. When it is refused, without a trace, only because users or roles have changed since the
   * caller was let in, the caller is looked at again, and if it is still somebody, it is tried again.
   * @throws RpcError, MemberError
   */
  async asCaller<Answer extends { readonly ok: boolean; readonly code?: RefusalCode }>(
    context: CallContext,
    run: (options: StoreCallOptions) => Promise<Answer>,
  ): Promise<Answer> {
    for (let tries = 1; ; tries++) {
      const answer = await run(this.callOptions(context));
      if (answer.ok || !isOutdated(answer.code) || tries === triesMax) return answer;
      if (!(await this.access.hasChanged(context))) return answer;
    }
  }

  /** Sends a command through the log, for a caller. */
  execute(command: Command, context: CallContext): Promise<Outcome> {
    return this.asCaller(context, (options) => this.storeMember.execute(command, options));
  }

  /** Whether a leader is known. */
  get hasLeader(): boolean {
    return this.storeMember.member.lead !== 0;
  }

  /** Whether this member is a learner; at most some milliseconds old, for a status is too much work for every call. */
  get isLearner(): boolean {
    const nowMs = this.clock.now();
    if (nowMs - this.viewedAtMs >= viewAgeMsMax) {
      this.viewedAtMs = nowMs;
      const { config, id } = this.storeMember.member.status();
      this.isLearnerNow = config.learners.includes(id);
    }
    return this.isLearnerNow;
  }
}

/** What a caller may be refused with who was let in a moment too early. */
function isOutdated(code: RefusalCode | undefined): boolean {
  return code === "auth-revision-old" || code === "user-empty";
}
