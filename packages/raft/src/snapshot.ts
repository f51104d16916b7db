/**
 * Snapshots: the state at one index, and the membership that was in force there (Raft §7).
 */

/** A member's id: a positive safe integer. `0` means "nobody". */
export type NodeId = number;

/** Nobody: no leader, no vote, no transfer target. */
export const none: NodeId = 0;

/** A membership configuration as data; outgoing voters are there only during joint consensus (Raft §6). */
export type ConfState = {
  readonly voters: readonly NodeId[];
  /** The old half of a joint configuration; empty outside one. */
  readonly votersOutgoing: readonly NodeId[];
  readonly learners: readonly NodeId[];
  /** Outgoing voters that become learners when the joint configuration is left. */
  readonly learnersNext: readonly NodeId[];
  /** Whether the leader leaves the joint configuration by itself. */
  readonly autoLeave: boolean;
};

/** What a snapshot covers: everything up to and including `index`, whose entry had `term`. */
export type SnapshotMetadata = {
  readonly index: number;
  readonly term: number;
  readonly confState: ConfState;
};

/**
 * A snapshot. The core only looks at the metadata; `data` is the application's (bytes, or a small reference to a
 * file that the transport streams).
 */
export type Snapshot = {
  readonly metadata: SnapshotMetadata;
  readonly data: Uint8Array;
};

/** A configuration without members. */
export const emptyConfState: ConfState = Object.freeze({
  voters: Object.freeze([]),
  votersOutgoing: Object.freeze([]),
  learners: Object.freeze([]),
  learnersNext: Object.freeze([]),
  autoLeave: false,
});

/** Whether two configurations name the same members in the same roles, in any order. */
export function equalConfStates(one: ConfState, other: ConfState): boolean {
  return (
    one.autoLeave === other.autoLeave &&
    sameMembers(one.voters, other.voters) &&
    sameMembers(one.votersOutgoing, other.votersOutgoing) &&
    sameMembers(one.learners, other.learners) &&
    sameMembers(one.learnersNext, other.learnersNext)
  );
}

function sameMembers(one: readonly NodeId[], other: readonly NodeId[]): boolean {
  const left = one.toSorted(ascending);
  const right = other.toSorted(ascending);
  return left.length === right.length && left.every((id, position) => id === right[position]);
}

function ascending(one: number, other: number): number {
  return one - other;
}
