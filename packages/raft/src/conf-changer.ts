/**
 * The rules of membership changes: from one membership to the next, or a refusal (Raft §6, thesis §4.3).
 *
 * Everything here is a pure function: nothing of the given membership is changed, kept members' progress is shared.
 *
 * Invariants of a {@link Membership}:
 * 1. Every member has a progress, and only members have one.
 * 2. Nobody is voter and learner at once.
 * 3. `learnersNext` are outgoing voters.
 * 4. Outside a joint configuration `votersOutgoing` and `learnersNext` are empty and `autoLeave` is false.
 */

import { type ConfChangeSingle, ConfChangeType } from "./conf-change.ts";
import { Inflights } from "./inflights.ts";
import { invariant, type Refusal, refuse } from "./outcome.ts";
import { Progress } from "./progress.ts";
import { type ConfState, emptyConfState, equalConfStates, type NodeId, none } from "./snapshot.ts";

/** A configuration (its lists sorted) and the progress of each member, in the order of ids. */
export type Membership = {
  readonly config: ConfState;
  readonly progress: ReadonlyMap<NodeId, Progress>;
};

/** What the progress of a new member starts from. */
export type MembershipContext = {
  /** The leader's last index: where replication to a new member is tried first. */
  readonly lastIndex: number;
  readonly inflightMessagesMax: number;
  readonly inflightBytesMax: number;
};

/** Nobody. */
export const emptyMembership: Membership = { config: emptyConfState, progress: new Map() };

/** Whether a configuration is joint. */
export function isJoint(config: ConfState): boolean {
  return config.votersOutgoing.length > 0;
}

/** Applies changes that touch at most one voter, without a joint configuration. */
export function applySimple(
  current: Membership,
  changes: readonly ConfChangeSingle[],
  context: MembershipContext,
): Membership | Refusal {
  if (isJoint(current.config)) return invalid("can't apply simple config change in joint config");
  const draft = new Draft(current, context);
  const refusal = draft.apply(changes);
  if (refusal !== null) return refusal;
  if (countDifferences(new Set(current.config.voters), draft.voters) > 1) {
    return invalid("more than one voter changed without entering joint config");
  }
  return draft.finish();
}

/** Enters a joint configuration: the present voters become the outgoing half, the changes make the incoming one. */
export function enterJoint(
  current: Membership,
  autoLeave: boolean,
  changes: readonly ConfChangeSingle[],
  context: MembershipContext,
): Membership | Refusal {
  if (isJoint(current.config)) return invalid("config is already joint");
  if (current.config.voters.length === 0) return invalid("can't make a zero-voter config joint");
  const draft = new Draft(current, context);
  for (const id of current.config.voters) draft.outgoing.add(id);
  const refusal = draft.apply(changes);
  if (refusal !== null) return refusal;
  draft.autoLeave = autoLeave;
  return draft.finish();
}

/** Leaves a joint configuration: outgoing voters go, or become the learners they were to be. */
export function leaveJoint(current: Membership, context: MembershipContext): Membership | Refusal {
  if (!isJoint(current.config)) return invalid("can't leave a non-joint config");
  const draft = new Draft(current, context);
  draft.leave();
  return draft.finish();
}

/** Builds the membership that a snapshot or the stored state describes. */
export function restoreMembership(config: ConfState, context: MembershipContext): Membership | Refusal {
  const draft = new Draft(emptyMembership, context);
  for (const id of config.votersOutgoing) draft.outgoing.add(id);
  for (const id of config.voters) draft.makeVoter(id);
  for (const id of config.learners) draft.makeLearner(id);
  for (const id of config.votersOutgoing) draft.keepOutgoing(id);
  for (const id of config.learnersNext) {
    if (!draft.outgoing.has(id)) return invalid(`${id} is to become a learner but is no outgoing voter`);
    draft.learnersNext.add(id);
  }
  draft.autoLeave = config.autoLeave;
  const membership = draft.finish();
  // Somebody in two roles at once, or named twice: whichever was meant, the quorums cannot be trusted.
  if (!equalConfStates(membership.config, config)) return invalid("somebody is named in two roles, or twice");
  return membership;
}

/** A membership under change. */
class Draft {
  readonly voters: Set<NodeId>;
  readonly outgoing: Set<NodeId>;
  readonly learners: Set<NodeId>;
  readonly learnersNext: Set<NodeId>;
  autoLeave: boolean;
  private readonly progress: Map<NodeId, Progress>;
  private readonly context: MembershipContext;

  constructor(from: Membership, context: MembershipContext) {
    this.voters = new Set(from.config.voters);
    this.outgoing = new Set(from.config.votersOutgoing);
    this.learners = new Set(from.config.learners);
    this.learnersNext = new Set(from.config.learnersNext);
    this.autoLeave = from.config.autoLeave;
    this.progress = new Map(from.progress);
    this.context = context;
  }

  apply(changes: readonly ConfChangeSingle[]): Refusal | null {
    for (const change of changes) {
      if (change.nodeId === none) continue; // a change that was emptied on purpose before it was applied
      switch (change.type) {
        case ConfChangeType.addNode:
          this.makeVoter(change.nodeId);
          break;
        case ConfChangeType.addLearnerNode:
          this.makeLearner(change.nodeId);
          break;
        case ConfChangeType.removeNode:
          this.remove(change.nodeId);
          break;
        case ConfChangeType.updateNode:
          break;
      }
    }
    return this.voters.size === 0 ? invalid("removed all voters") : null;
  }

  makeVoter(id: NodeId): void {
    this.ensureProgress(id, false);
    this.learners.delete(id);
    this.learnersNext.delete(id);
    this.voters.add(id);
  }

  /** A voter of the outgoing half waits until the joint configuration is left: it is still counted there. */
  makeLearner(id: NodeId): void {
    this.ensureProgress(id, true);
    if (this.learners.has(id)) return;
    this.voters.delete(id);
    this.learnersNext.delete(id);
    if (this.outgoing.has(id)) {
      this.learnersNext.add(id);
    } else {
      this.learners.add(id);
    }
  }

  remove(id: NodeId): void {
    if (!this.progress.has(id)) return;
    this.voters.delete(id);
    this.learners.delete(id);
    this.learnersNext.delete(id);
    if (!this.outgoing.has(id)) this.progress.delete(id);
  }

  keepOutgoing(id: NodeId): void {
    this.ensureProgress(id, false);
  }

  leave(): void {
    for (const id of this.learnersNext) this.learners.add(id);
    this.learnersNext.clear();
    for (const id of this.outgoing) {
      if (!this.voters.has(id) && !this.learners.has(id)) this.progress.delete(id);
    }
    this.outgoing.clear();
    this.autoLeave = false;
  }

  /** Checks the invariants and hands out the result. */
  finish(): Membership {
    const config: ConfState = {
      voters: sorted(this.voters),
      votersOutgoing: sorted(this.outgoing),
      learners: sorted(this.learners),
      learnersNext: sorted(this.learnersNext),
      autoLeave: this.autoLeave,
    };
    const members = sorted(new Set([...this.voters, ...this.outgoing, ...this.learners]));
    const progress = new Map<NodeId, Progress>();
    for (const id of members) {
      const known = this.progress.get(id);
      invariant(known !== undefined, `member ${id} has no progress`);
      progress.set(id, known.withRole(this.learners.has(id)));
    }
    invariant(progress.size === this.progress.size, "somebody who is no member has a progress");
    for (const id of this.learners) {
      invariant(!this.voters.has(id) && !this.outgoing.has(id), `member ${id} is voter and learner at once`);
    }
    return { config, progress };
  }

  private ensureProgress(id: NodeId, isLearner: boolean): void {
    if (this.progress.has(id)) return;
    const { lastIndex, inflightMessagesMax, inflightBytesMax } = this.context;
    // A new member counts as active until the next quorum check, or a leader that adds one could step down at once.
    const inflights = new Inflights(inflightMessagesMax, inflightBytesMax);
    this.progress.set(id, new Progress(0, Math.max(lastIndex, 1), inflights, isLearner, true));
  }
}

function countDifferences(one: ReadonlySet<NodeId>, other: ReadonlySet<NodeId>): number {
  let count = 0;
  for (const id of one) if (!other.has(id)) count++;
  for (const id of other) if (!one.has(id)) count++;
  return count;
}

function sorted(ids: ReadonlySet<NodeId>): readonly NodeId[] {
  return [...ids].sort((left, right) => left - right);
}

function invalid(message: string): Refusal {
  return refuse("conf-change-invalid", message);
}
