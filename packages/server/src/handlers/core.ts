/**
 * What all handlers stand on: the member behind them, the settings, time, and the header of every response.
 */

import type { ResponseHeader } from "@quorate/etcd-api";
import type { CallOptions, MemberClock, MemberSeams } from "@quorate/member";
import type { StoreMember } from "@quorate/member/store";
import type { CallContext } from "../rpc/call.ts";
import type { ServerSettings } from "../settings.ts";

/** A server waits for so long beyond two election timeouts before it gives a request up (reference §1). */
const requestTimeoutBaseMs = 5000;

/** How old the view of this member's role may be. A call is answered in less; a change of roles takes longer. */
const viewAgeMsMax = 20;

/** What a {@link ServerCore} is made of. */
export type ServerCoreParts = {
  readonly storeMember: StoreMember;
  readonly settings: ServerSettings;
  readonly clock: MemberClock;
  readonly random: MemberSeams["random"];
  readonly clusterId: bigint;
};

/** See the module. */
export class ServerCore {
  readonly storeMember: StoreMember;
  readonly settings: ServerSettings;
  readonly clock: MemberClock;
  readonly random: MemberSeams["random"];
  readonly clusterId: bigint;
  readonly memberId: bigint;
  /** How long the server itself waits for what a request needs. */
  readonly requestTimeoutMs: number;
  private readonly options: CallOptions;
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

  /** How long a call to the member may take: as long as its client waits, at most the server's own timeout. */
  callOptions(context: CallContext): CallOptions {
    const { timeoutMs } = context;
    return timeoutMs === null || timeoutMs >= this.requestTimeoutMs ? this.options : { timeoutMs };
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
