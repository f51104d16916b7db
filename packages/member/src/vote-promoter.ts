/**
 * Votes for those who wait for them: whoever leads looks for learners that were added as voters-to-be, and promotes each
 * when it has caught up. The mark is part of the replicated roster, so it outlives leaders; nothing is ever rolled back.
 */

import { Role } from "@quorate/raft";
import type { Engine } from "./engine.ts";
import { MemberError } from "./member-error.ts";
import type { MembershipChanger } from "./membership-change.ts";
import type { MembershipChecks } from "./membership-checks.ts";

/** After a promotion that did not work: an election, mostly. */
const retryAfterMs = 500;

/** See the module. */
export class VotePromoter {
  private readonly engine: Engine;
  private readonly changer: MembershipChanger;
  private readonly checks: MembershipChecks;
  private readonly wallNow: () => number;
  private notBeforeMs = 0;

  constructor(engine: Engine, changer: MembershipChanger, checks: MembershipChecks, wallNow: () => number) {
    this.engine = engine;
    this.changer = changer;
    this.checks = checks;
    this.wallNow = wallNow;
  }

  /** The regular look, ten times a second. */
  look(): void {
    const { node, parts } = this.engine;
    if (node.role !== Role.leader || this.changer.isBusy || node.isChangePending) return;
    if (parts.clock.now() < this.notBeforeMs) return;
    const ready = parts.replica.roster.awaitingVote().find((id) => this.checks.promotionRisk(id) === null);
    if (ready === undefined) return;
    const terms = { by: "leader", timeoutMs: parts.limits.requestTimeoutMs, wallNow: this.wallNow };
    this.changer.promoteWaiting(ready, terms).catch((error: unknown) => {
      if (!(error instanceof MemberError)) {
        this.engine.fail("a learner could not be promoted", error);
        return;
      }
      this.notBeforeMs = parts.clock.now() + retryAfterMs;
    });
  }
}
