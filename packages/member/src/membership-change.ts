/**
 * Membership changes as one call each: learners first, voters when they have caught up, back again if they do not
 * (thesis §4.2.1). Runs at the leader.
 */

import {
  type ConfChangeSingle,
  ConfChangeTransition,
  ConfChangeType,
  type ConfState,
  type NodeId,
  Role,
} from "@quorate/raft";
import type { Engine } from "./engine.ts";
import { definitely, MemberError, perhaps } from "./member-error.ts";
import { type AddedAs, describeLag, describeMember, type MembershipChecks } from "./membership-checks.ts";
import { encodeChangeContext, type NewMember } from "./roster.ts";
import { waitFor } from "./waiting.ts";

/** What may be asked for. */
export type MembershipRequest =
  /** `learnersMax`: how many learners there may be, this one included, that nobody promotes by itself. */
  | {
      readonly kind: "add";
      readonly member: NewMember;
      readonly as: AddedAs;
      readonly learnersMax?: number | undefined;
    }
  /** Makes a learner a voter; refused unless it has caught up. */
  | { readonly kind: "promote"; readonly id: NodeId }
  | { readonly kind: "remove"; readonly id: NodeId }
  /** Adds a member, lets it catch up, and swaps it for another in one joint change. */
  | { readonly kind: "replace"; readonly old: NodeId; readonly member: NewMember }
  /** Changes a member's addresses. */
  | { readonly kind: "update"; readonly id: NodeId; readonly addresses: readonly string[] };

/** Who asks, and how long it may take. */
export type ChangeTerms = { readonly by: string; readonly timeoutMs: number; readonly wallNow: () => number };

/** What a change says of members besides the change itself. */
type Said = { readonly members: readonly NewMember[]; readonly awaitingVote: readonly NodeId[] };

const nothingSaid: Said = { members: [], awaitingVote: [] };

/** How long a young leader is given to hear of the others, before an addition is refused because of them. */
const acquaintanceMs = 1000;

/** Carries out one request after another; see the module. */
export class MembershipChanger {
  private readonly engine: Engine;
  private readonly checks: MembershipChecks;
  private work: "none" | "request" | "promotion" = "none";

  constructor(engine: Engine, checks: MembershipChecks) {
    this.engine = engine;
    this.checks = checks;
  }

  get isBusy(): boolean {
    return this.work !== "none";
  }

  /**
   * Carries out a request; returns the configuration it led to.
   * @throws MemberError `change-pending`, `rolled-back`, `no-leader`, and what speaks against it: `member-exists`, …
   */
  async change(request: MembershipRequest, terms: ChangeTerms): Promise<ConfState> {
    this.checkLeads();
    if (this.work === "promotion") {
      // Nobody asked for it, so nobody should be refused for it.
      const { requestTimeoutMs } = this.engine.parts.limits;
      await waitFor(this.engine, () => (this.work === "promotion" ? null : true), requestTimeoutMs);
      this.checkLeads();
    }
    return this.occupied("request", () => this.carryOut(request, terms));
  }

  /** Promotes a learner that waits for its vote; see `VotePromoter`. */
  async promoteWaiting(id: NodeId, terms: ChangeTerms): Promise<void> {
    this.checkLeads();
    await this.occupied("promotion", () => this.promote(id, terms));
  }

  private checkLeads(): void {
    if (this.engine.node.role !== Role.leader) throw definitely("no-leader", "this member does not lead");
  }

  private async occupied<Value>(work: "request" | "promotion", run: () => Promise<Value>): Promise<Value> {
    if (this.work !== "none")
      throw definitely("change-pending", "another membership change is under way; wait for its end");
    this.work = work;
    try {
      return await run();
    } finally {
      this.work = "none";
    }
  }

  private async carryOut(request: MembershipRequest, terms: ChangeTerms): Promise<ConfState> {
    switch (request.kind) {
      case "add":
        return this.add(request, terms);
      case "promote":
        return this.promote(request.id, terms);
      case "remove":
        refuseFor(this.checks.removalRisk(request.id));
        return this.propose([{ type: ConfChangeType.removeNode, nodeId: request.id }], nothingSaid, terms);
      case "replace":
        return this.replace(request, terms);
      case "update": {
        const { id, addresses } = request;
        refuseFor(this.checks.absence(id) ?? this.checks.addressConflict(id, addresses));
        const said = { members: [{ id, addresses }], awaitingVote: [] };
        return this.propose([{ type: ConfChangeType.updateNode, nodeId: id }], said, terms);
      }
    }
  }

  private async add(
    request: Extract<MembershipRequest, { kind: "add" }>,
    terms: ChangeTerms,
  ): Promise<ConfState> {
    const { member, as, learnersMax } = request;
    refuseFor(this.checks.conflict(member));
    if (as === "learner") {
      if (learnersMax !== undefined) refuseFor(this.checks.learnerBound(learnersMax));
    } else {
      await this.checkAddition();
    }
    await this.addLearner(member, as === "voter-later", terms);
    if (as !== "voter") return this.engine.node.config;
    return afterFirstStep(member, async () => {
      await this.catchUpOrRollBack(member.id, terms);
      return this.propose([{ type: ConfChangeType.addNode, nodeId: member.id }], nothingSaid, terms);
    });
  }

  private async checkAddition(): Promise<void> {
    const isFine = (): true | null => (this.checks.additionRisk() === null ? true : null);
    if (isFine() === null) await waitFor(this.engine, isFine, acquaintanceMs);
    refuseFor(this.checks.additionRisk());
  }

  private async replace(
    request: Extract<MembershipRequest, { kind: "replace" }>,
    terms: ChangeTerms,
  ): Promise<ConfState> {
    const { old, member } = request;
    refuseFor(this.checks.absence(old) ?? this.checks.conflict(member));
    await this.addLearner(member, false, terms);
    return afterFirstStep(member, async () => {
      await this.catchUpOrRollBack(member.id, terms);
      return this.propose(
        [
          { type: ConfChangeType.addNode, nodeId: member.id },
          { type: ConfChangeType.removeNode, nodeId: old },
        ],
        nothingSaid,
        terms,
      );
    });
  }

  private async addLearner(member: NewMember, awaitsVote: boolean, terms: ChangeTerms): Promise<void> {
    const name = describeMember({ id: member.id, name: member.name ?? "" });
    this.report("add-learner", `${name} joins as learner${awaitsVote ? ", until it has caught up" : ""}`);
    const said = { members: [member], awaitingVote: awaitsVote ? [member.id] : [] };
    await this.propose([{ type: ConfChangeType.addLearnerNode, nodeId: member.id }], said, terms);
  }

  private async promote(id: NodeId, terms: ChangeTerms): Promise<ConfState> {
    refuseFor(this.checks.promotionRisk(id));
    return this.propose([{ type: ConfChangeType.addNode, nodeId: id }], nothingSaid, terms);
  }

  private async catchUpOrRollBack(id: NodeId, terms: ChangeTerms): Promise<void> {
    const { promotionLagMax } = this.engine.parts.limits;
    const caughtUp = await waitFor(
      this.engine,
      () =>
        this.engine.node.role !== Role.leader
          ? "deposed"
          : this.checks.lag(id) <= promotionLagMax
            ? "ready"
            : null,
      terms.timeoutMs,
    );
    if (caughtUp === "ready") return;
    if (caughtUp === "deposed" || !this.engine.isRunning) {
      throw perhaps(
        "no-leader",
        `leadership was lost while member ${id} caught up; it is a learner now: promote or remove it`,
      );
    }
    const lag = this.checks.lag(id);
    this.report(
      "roll-back",
      `member ${id} did not catch up within ${terms.timeoutMs} ms and is taken out again`,
    );
    await this.propose([{ type: ConfChangeType.removeNode, nodeId: id }], nothingSaid, {
      ...terms,
      by: `${terms.by} (roll-back)`,
    });
    throw definitely(
      "rolled-back",
      `member ${id} did not catch up within ${terms.timeoutMs} ms (${describeLag(lag)}) and was taken out again; its ID is used up`,
    );
  }

  /** Proposes one change and waits until the configuration it leads to is in force and not joint. */
  private async propose(
    changes: readonly ConfChangeSingle[],
    said: Said,
    terms: ChangeTerms,
  ): Promise<ConfState> {
    const { limits } = this.engine.parts;
    await this.waitForQuiet(limits.requestTimeoutMs);
    await this.engine.desk.submitChange(
      (origin) => ({
        transition: ConfChangeTransition.auto,
        changes,
        context: encodeChangeContext({ ...said, by: terms.by, atMs: terms.wallNow(), origin }),
      }),
      Math.max(terms.timeoutMs, limits.requestTimeoutMs),
    );
    const left = await waitFor(
      this.engine,
      () => (this.engine.node.config.votersOutgoing.length === 0 ? true : null),
      terms.timeoutMs,
    );
    if (left === null) {
      throw new MemberError(
        "timeout",
        false,
        "the joint configuration was entered but not left in time; it will be when both majorities can be reached",
      );
    }
    return this.engine.node.config;
  }

  /** Waits until no earlier change is unapplied: the leader's own (leaving a joint configuration) among them. */
  private async waitForQuiet(timeoutMs: number): Promise<void> {
    const quiet = await waitFor(
      this.engine,
      () => (this.engine.node.isChangePending ? null : true),
      timeoutMs,
    );
    if (quiet === null)
      throw definitely(
        "change-pending",
        "an earlier membership change has not been applied yet; try again later",
      );
  }

  private report(step: string, message: string): void {
    this.engine.emit({ kind: "membership", step, message });
  }
}

/** What fails after the learner was added has had an effect already, unless that was taken back. */
async function afterFirstStep<Value>(member: NewMember, rest: () => Promise<Value>): Promise<Value> {
  try {
    return await rest();
  } catch (error) {
    if (!(error instanceof MemberError) || !error.definite || error.code === "rolled-back") throw error;
    throw perhaps(
      error.code,
      `${error.message}; ${describeMember({ id: member.id, name: member.name ?? "" })} is a learner now: promote or remove it`,
    );
  }
}

function refuseFor(risk: MemberError | null): void {
  if (risk !== null) throw risk;
}
