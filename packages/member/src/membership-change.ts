/**
 * Membership changes as one call each: learners first, voters when they have caught up, back again if they do not
 * (thesis §4.2.1). Runs at the leader.
 */

import {
  type ConfChangeSingle,
  ConfChangeTransition,
  ConfChangeType,
  type ConfState,
  majoritySize,
  type NodeId,
  Role,
} from "@quorate/raft";
import type { Engine } from "./engine.ts";
import { definitely, MemberError, perhaps } from "./member-error.ts";
import { encodeChangeContext, type MemberInfo } from "./roster.ts";
import { waitFor } from "./waiting.ts";

/** What may be asked for. */
export type MembershipRequest =
  /** Adds a member as learner, and unless `asLearner` makes it a voter when it has caught up. */
  | { readonly kind: "add"; readonly member: MemberInfo; readonly asLearner: boolean }
  /** Makes a learner a voter; refused unless it has caught up. */
  | { readonly kind: "promote"; readonly id: NodeId }
  | { readonly kind: "remove"; readonly id: NodeId }
  /** Adds a member, lets it catch up, and swaps it for another in one joint change. */
  | { readonly kind: "replace"; readonly old: NodeId; readonly member: MemberInfo }
  /** Changes a member's addresses. */
  | { readonly kind: "update"; readonly member: MemberInfo };

/** Who asks, and how long it may take. */
export type ChangeTerms = { readonly by: string; readonly timeoutMs: number; readonly wallNow: () => number };

/** Carries out one request after another; see the module. */
export class MembershipChanger {
  private readonly engine: Engine;
  private isBusy = false;

  constructor(engine: Engine) {
    this.engine = engine;
  }

  /**
   * Carries out a request; returns the configuration it led to.
   * @throws MemberError `change-pending`, `refused`, `rolled-back`, `no-leader`, …
   */
  async change(request: MembershipRequest, terms: ChangeTerms): Promise<ConfState> {
    if (this.engine.node.role !== Role.leader) throw definitely("no-leader", "this member does not lead");
    if (this.isBusy)
      throw definitely("change-pending", "another membership change is under way; wait for its end");
    this.isBusy = true;
    try {
      return await this.carryOut(request, terms);
    } finally {
      this.isBusy = false;
    }
  }

  private async carryOut(request: MembershipRequest, terms: ChangeTerms): Promise<ConfState> {
    switch (request.kind) {
      case "add":
        await this.addLearner(request.member, terms);
        if (request.asLearner) return this.engine.node.config;
        return afterFirstStep(request.member, async () => {
          await this.catchUpOrRollBack(request.member.id, terms);
          return this.propose([{ type: ConfChangeType.addNode, nodeId: request.member.id }], [], terms);
        });
      case "promote":
        return this.promote(request.id, terms);
      case "remove":
        this.checkRemoval(request.id);
        return this.propose([{ type: ConfChangeType.removeNode, nodeId: request.id }], [], terms);
      case "replace":
        return this.replace(request, terms);
      case "update":
        this.checkPresent(request.member.id);
        return this.propose(
          [{ type: ConfChangeType.updateNode, nodeId: request.member.id }],
          [request.member],
          terms,
        );
    }
  }

  private async replace(
    request: Extract<MembershipRequest, { kind: "replace" }>,
    terms: ChangeTerms,
  ): Promise<ConfState> {
    const { old, member } = request;
    this.checkPresent(old);
    await this.addLearner(member, terms);
    return afterFirstStep(member, async () => {
      await this.catchUpOrRollBack(member.id, terms);
      return this.propose(
        [
          { type: ConfChangeType.addNode, nodeId: member.id },
          { type: ConfChangeType.removeNode, nodeId: old },
        ],
        [],
        terms,
      );
    });
  }

  private async addLearner(member: MemberInfo, terms: ChangeTerms): Promise<void> {
    const { roster } = this.engine.parts.replica;
    if (roster.isRemoved(member.id)) {
      throw definitely(
        "refused",
        `ID ${member.id} belonged to a member that was removed, and is never used again; choose another name`,
      );
    }
    if (roster.get(member.id) !== undefined)
      throw definitely("refused", `member ${member.id} is in the cluster already`);
    if (roster.byName(member.name) !== undefined) {
      throw definitely(
        "refused",
        `a member called ${member.name} is in the cluster already; choose another name`,
      );
    }
    this.report("add-learner", `${member.name} joins as learner`);
    await this.propose([{ type: ConfChangeType.addLearnerNode, nodeId: member.id }], [member], terms);
  }

  private async promote(id: NodeId, terms: ChangeTerms): Promise<ConfState> {
    if (!this.engine.node.config.learners.includes(id)) {
      throw definitely("refused", `member ${id} is no learner; its role is ${this.roleOf(id)}`);
    }
    const lag = this.lag(id);
    if (lag > this.engine.parts.limits.promotionLagMax) {
      throw definitely(
        "refused",
        `member ${id} has not caught up: ${Number.isFinite(lag) ? `${lag} entries behind` : "nothing heard of it"}, at most ${this.engine.parts.limits.promotionLagMax} allowed`,
      );
    }
    return this.propose([{ type: ConfChangeType.addNode, nodeId: id }], [], terms);
  }

  private async catchUpOrRollBack(id: NodeId, terms: ChangeTerms): Promise<void> {
    const { promotionLagMax } = this.engine.parts.limits;
    const caughtUp = await waitFor(
      this.engine,
      () =>
        this.engine.node.role !== Role.leader ? "deposed" : this.lag(id) <= promotionLagMax ? "ready" : null,
      terms.timeoutMs,
    );
    if (caughtUp === "ready") return;
    if (caughtUp === "deposed" || !this.engine.isRunning) {
      throw perhaps(
        "no-leader",
        `leadership was lost while member ${id} caught up; it is a learner now: promote or remove it`,
      );
    }
    const lag = this.lag(id);
    this.report(
      "roll-back",
      `member ${id} did not catch up within ${terms.timeoutMs} ms and is taken out again`,
    );
    await this.propose([{ type: ConfChangeType.removeNode, nodeId: id }], [], {
      ...terms,
      by: `${terms.by} (roll-back)`,
    });
    throw definitely(
      "rolled-back",
      `member ${id} did not catch up within ${terms.timeoutMs} ms (${Number.isFinite(lag) ? `${lag} entries behind` : "nothing heard of it"}) and was taken out again; its ID is used up`,
    );
  }

  /** Entries that a member lacks; Infinity if it was not heard lately. */
  private lag(id: NodeId): number {
    const { progress, lastIndex } = this.engine.status();
    const known = progress.get(id);
    if (known === undefined || known.match === 0 || !known.recentActive) return Number.POSITIVE_INFINITY;
    return lastIndex - known.match;
  }

  /** Refuses to remove a member without which the rest could not commit. */
  private checkRemoval(id: NodeId): void {
    this.checkPresent(id);
    const { config } = this.engine.node;
    if (!config.voters.includes(id)) return;
    const remaining = config.voters.filter((voter) => voter !== id);
    if (remaining.length === 0) throw definitely("refused", "the last voter cannot be removed");
    const alive = remaining.filter((voter) => this.isAlive(voter));
    const needed = majoritySize(remaining.length);
    if (alive.length < needed) {
      const missing = remaining.filter((voter) => !this.isAlive(voter));
      throw definitely(
        "refused",
        `without member ${id} the cluster needs ${needed} of ${remaining.length} voters, but only ${alive.length} can be reached (not ${missing.join(", ")}); bring them back or replace them first`,
      );
    }
  }

  private isAlive(id: NodeId): boolean {
    return id === this.engine.parts.id || this.engine.conditions.health(id) === "alive";
  }

  private checkPresent(id: NodeId): void {
    if (this.engine.parts.replica.roster.get(id) !== undefined) return;
    const known = this.engine.parts.replica.roster.list().map((member) => `${member.name} (${member.id})`);
    throw definitely("refused", `there is no member ${id}; members are ${known.join(", ")}`);
  }

  private roleOf(id: NodeId): string {
    const { voters, learners } = this.engine.node.config;
    if (voters.includes(id)) return "voter";
    return learners.includes(id) ? "learner" : "none";
  }

  /** Proposes one change and waits until the configuration it leads to is in force and not joint. */
  private async propose(
    changes: readonly ConfChangeSingle[],
    members: readonly MemberInfo[],
    terms: ChangeTerms,
  ): Promise<ConfState> {
    const { limits } = this.engine.parts;
    await this.waitForQuiet(limits.requestTimeoutMs);
    await this.engine.desk.submitChange(
      (origin) => ({
        transition: ConfChangeTransition.auto,
        changes,
        context: encodeChangeContext({ members, by: terms.by, atMs: terms.wallNow(), origin }),
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
async function afterFirstStep<Value>(member: MemberInfo, rest: () => Promise<Value>): Promise<Value> {
  try {
    return await rest();
  } catch (error) {
    if (!(error instanceof MemberError) || !error.definite || error.code === "rolled-back") throw error;
    throw perhaps(error.code, `${error.message}; ${member.name} is a learner now: promote or remove it`);
  }
}
