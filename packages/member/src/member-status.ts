/**
 * A member's state, for people, metrics and readiness checks.
 */

import { type ConfState, type NodeId, none, roleName } from "@quorate/raft";
import type { Engine } from "./engine.ts";
import type { PeerHealth } from "./failure-detector.ts";
import type { MemberInfo } from "./roster.ts";

/** One peer as this member sees it. */
export type PeerStatus = MemberInfo & {
  readonly health: PeerHealth | "self";
  readonly role: "voter" | "learner" | "leaving";
  /** Leader only: highest index known to be durable there. */
  readonly match: number | null;
  readonly roundTripMs: number | null;
  readonly clockOffsetMs: number | null;
  /** Version of the peer protocol spoken with it; null while unknown. The lowest one limits what the cluster may use. */
  readonly protocolVersion: number | null;
};

/** A member's state for people and metrics. */
export type MemberStatus = {
  readonly id: NodeId;
  readonly name: string;
  readonly role: ReturnType<typeof roleName>;
  readonly lead: NodeId;
  readonly term: number;
  readonly commit: number;
  readonly applied: number;
  readonly lastIndex: number;
  readonly config: ConfState;
  readonly isIsolated: boolean;
  readonly isDiskStalled: boolean;
  readonly hasLostQuorum: boolean;
  readonly peers: readonly PeerStatus[];
};

/** What readiness checks ask. */
export type MemberHealth = {
  /** Whether a leader is known. */
  readonly hasLeader: boolean;
  /** No leader could be elected for a while: a majority must be missing. */
  readonly hasLostQuorum: boolean;
  readonly isLearner: boolean;
  readonly isIsolated: boolean;
  readonly isRemoved: boolean;
  readonly isDiskStalled: boolean;
  /** Committed entries that are not applied here yet. */
  readonly applyLag: number;
  readonly voters: readonly NodeId[];
  /** Voters that have ever taken part, as far as the log says. */
  readonly startedVoters: readonly NodeId[];
  /** Voters that answer now, this member included. */
  readonly connectedVoters: readonly NodeId[];
};

/** See {@link MemberHealth}. */
export function describeHealth({ node, conditions, parts }: Engine): MemberHealth {
  const { id, replica } = parts;
  const { voters, learners } = node.config;
  return {
    hasLeader: node.lead !== none,
    hasLostQuorum: conditions.hasLostQuorum,
    isLearner: learners.includes(id),
    isIsolated: conditions.isIsolated,
    isRemoved: conditions.isRemoved,
    isDiskStalled: conditions.isDiskStalled,
    applyLag: node.commit - replica.applied,
    voters,
    startedVoters: voters.filter((voter) => voter === id || voter === node.lead || replica.isActive(voter)),
    connectedVoters: voters.filter((voter) => voter === id || conditions.health(voter) === "alive"),
  };
}

/** See {@link MemberStatus}. */
export function describeStatus(engine: Engine, name: string): MemberStatus {
  const { conditions, parts } = engine;
  const { id } = parts;
  const status = engine.status();
  return {
    id,
    name,
    role: roleName(status.role),
    lead: status.lead,
    term: status.term,
    commit: status.commit,
    applied: parts.replica.applied,
    lastIndex: status.lastIndex,
    config: status.config,
    isIsolated: conditions.isIsolated,
    isDiskStalled: conditions.isDiskStalled,
    hasLostQuorum: conditions.hasLostQuorum,
    peers: parts.replica.roster.list().map((info): PeerStatus => {
      const stats = info.id === id ? null : parts.transport.stats(info.id);
      return {
        ...info,
        health: info.id === id ? "self" : conditions.health(info.id),
        role: roleIn(status.config, info.id),
        match: status.progress.get(info.id)?.match ?? null,
        roundTripMs: stats?.srttMs ?? null,
        clockOffsetMs: stats?.clockOffsetMs ?? null,
        protocolVersion: stats?.protocolVersion ?? null,
      };
    }),
  };
}

function roleIn(config: ConfState, id: NodeId): PeerStatus["role"] {
  if (config.voters.includes(id)) return "voter";
  return config.learners.includes(id) ? "learner" : "leaving";
}
