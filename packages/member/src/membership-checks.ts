/**
 * What speaks against a membership change. Looked at by the leader, before anything is proposed.
 *
 * The rules for additions and removals are etcd's strict reconfiguration check: a change must leave a cluster that can
 * go on with the members that have run and can be reached *now*, or the cluster would be stuck in the middle of it.
 */

import { majoritySize, type NodeId } from "@quorate/raft";
import { parseAddress, TransportError } from "@quorate/transport";
import type { Engine } from "./engine.ts";
import { definitely, type MemberError } from "./member-error.ts";
import type { MemberInfo, NewMember } from "./roster.ts";

/** As what a member is added. */
export type AddedAs =
  /** As learner, made a voter by the same call when it has caught up, or taken out again. */
  | "voter"
  /** As learner until somebody promotes it. */
  | "learner"
  /** As learner; the call returns, and whoever leads makes it a voter when it has caught up. */
  | "voter-later";

/** See the module. */
export class MembershipChecks {
  private readonly engine: Engine;
  private readonly isStrict: boolean;

  constructor(engine: Engine, isStrict: boolean) {
    this.engine = engine;
    this.isStrict = isStrict;
  }

  /** Null if a member with this ID, name and these addresses may be there. */
  conflict(member: NewMember): MemberError | null {
    const { roster } = this.engine.parts.replica;
    const { id, name = "" } = member;
    if (!Number.isSafeInteger(id) || id <= 0) return definitely("invalid", `${id} is no member ID`);
    if (roster.isRemoved(id)) {
      return definitely(
        "refused",
        `ID ${id} belonged to a member that was removed, and is never used again; choose another name or ID`,
      );
    }
    if (roster.get(id) !== undefined)
      return definitely("member-exists", `member ${id} is in the cluster already`);
    if (name !== "" && roster.byName(name) !== undefined) {
      return definitely(
        "name-exists",
        `a member called ${name} is in the cluster already; choose another name`,
      );
    }
    return this.addressConflict(id, member.addresses);
  }

  /** Null if these addresses can be those of this member. */
  addressConflict(id: NodeId, addresses: readonly string[]): MemberError | null {
    if (addresses.length === 0) return definitely("invalid", `member ${id} needs an address`);
    for (const address of addresses) {
      const key = addressKey(address);
      if (key === null) return definitely("invalid", `"${address}" is no address; write host:port`);
      const owner = this.ownerOf(key);
      if (owner !== undefined && owner.id !== id) {
        const text = `${address} is the address of member ${describeMember(owner)} already`;
        return definitely("address-exists", text);
      }
    }
    return null;
  }

  private ownerOf(key: string): MemberInfo | undefined {
    const members = this.engine.parts.replica.roster.list();
    return members.find(({ addresses }) => addresses.some((address) => addressKey(address) === key));
  }

  /** Null if the members that have run, and can be reached, would make the quorum with one more voter. */
  additionRisk(): MemberError | null {
    if (!this.isStrict) return null;
    const { config } = this.engine.node;
    // Who waits for its vote counts as the voter that it is to become, as a client of etcd expects.
    const voters = [...config.voters, ...this.engine.parts.replica.roster.awaitingVote()];
    const started = voters.filter((id) => this.isStarted(id));
    const size = voters.length + 1;
    // One member cannot have two started before the second is added.
    if (started.length === 1 && size === 2) return null;
    const needed = majoritySize(size);
    if (started.length < needed) {
      const missing = voters.filter((id) => !this.isStarted(id));
      return definitely(
        "not-enough-started",
        `with one member more, ${needed} of ${size} must be running, but only ${started.length} ever were (not ${missing.join(", ")}); start those first`,
      );
    }
    const reached = started.filter((id) => this.isReached(id));
    if (reached.length >= needed) return null;
    const missing = started.filter((id) => !this.isReached(id));
    return definitely(
      "unhealthy",
      `with one member more, ${needed} of ${size} must answer, but only ${reached.length} do (not ${missing.join(", ")}); bring those back or replace them first`,
    );
  }

  /** Null if there is room for another learner that stays one. */
  learnerBound(learnersMax: number): MemberError | null {
    const { roster } = this.engine.parts.replica;
    const learners = this.engine.node.config.learners.filter((id) => roster.get(id)?.awaitsVote !== true);
    if (learners.length < learnersMax) return null;
    return definitely(
      "too-many-learners",
      `there are ${learners.length} learners (${learners.join(", ")}), at most ${learnersMax} are allowed; promote or remove one first`,
    );
  }

  /** Null if the rest can commit without this member. */
  removalRisk(id: NodeId): MemberError | null {
    const missing = this.absence(id);
    if (missing !== null) return missing;
    const { config } = this.engine.node;
    if (!config.voters.includes(id)) return null;
    const remaining = config.voters.filter((voter) => voter !== id);
    if (remaining.length === 0) return definitely("not-enough-started", "the last voter cannot be removed");
    if (!this.isStrict) return null;
    const needed = majoritySize(remaining.length);
    const started = remaining.filter((voter) => this.isStarted(voter));
    const alive = started.filter((voter) => this.isAlive(voter));
    if (alive.length >= needed) return null;
    const unreached = remaining.filter((voter) => !alive.includes(voter));
    return definitely(
      started.length < needed ? "not-enough-started" : "unhealthy",
      `without member ${id} the cluster needs ${needed} of ${remaining.length} voters, but only ${alive.length} can be reached (not ${unreached.join(", ")}); bring them back or replace them first`,
    );
  }

  /** Null if a learner may become a voter now. */
  promotionRisk(id: NodeId): MemberError | null {
    const missing = this.absence(id);
    if (missing !== null) return missing;
    if (!this.engine.node.config.learners.includes(id))
      return definitely("not-learner", `member ${id} is no learner; it is a voter`);
    const lag = this.lag(id);
    const { promotionLagMax } = this.engine.parts.limits;
    if (lag <= promotionLagMax) return null;
    return definitely(
      "learner-not-ready",
      `member ${id} has not caught up: ${describeLag(lag)}, at most ${promotionLagMax} allowed`,
    );
  }

  /** Null if there is such a member. */
  absence(id: NodeId): MemberError | null {
    const { roster } = this.engine.parts.replica;
    if (roster.get(id) !== undefined) return null;
    return definitely(
      "member-not-found",
      `there is no member ${id}; members are ${roster.list().map(describeMember).join(", ")}`,
    );
  }

  /** Entries that a member lacks; Infinity if it was not heard lately. */
  lag(id: NodeId): number {
    const { progress, lastIndex } = this.engine.status();
    const known = progress.get(id);
    if (known === undefined || known.match === 0 || !known.recentActive) return Number.POSITIVE_INFINITY;
    return lastIndex - known.match;
  }

  /** Whether a member has ever taken part. */
  private isStarted(id: NodeId): boolean {
    const { parts } = this.engine;
    if (id === parts.id || parts.replica.isActive(id)) return true;
    return (this.engine.status().progress.get(id)?.match ?? 0) > 0;
  }

  /** A young leader has heard of its followers before it has looked at their health. */
  private isReached(id: NodeId): boolean {
    return this.isAlive(id) || this.engine.status().progress.get(id)?.recentActive === true;
  }

  private isAlive(id: NodeId): boolean {
    return id === this.engine.parts.id || this.engine.conditions.health(id) === "alive";
  }
}

/** A lag in words. */
export function describeLag(lag: number): string {
  return Number.isFinite(lag) ? `${lag} entries behind` : "nothing heard of it";
}

/** A member in words. */
export function describeMember({ id, name }: Pick<MemberInfo, "id" | "name">): string {
  return name === "" ? String(id) : `${name} (${id})`;
}

/** What makes two addresses the same; null if it is no address. */
export function addressKey(address: string): string | null {
  try {
    const { host, port } = parseAddress(address);
    return `${host.toLowerCase()} ${port}`;
  } catch (error) {
    if (error instanceof TransportError) return null;
    throw error;
  }
}
