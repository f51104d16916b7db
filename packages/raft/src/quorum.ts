/**
 * Quorums: majorities, and joint majorities during a membership change (Raft §5.2, §6).
 *
 * Whatever may be decided by counting is decided here: the commit index, votes, and ReadIndex rounds.
 */

import type { NodeId } from "./snapshot.ts";

/** Something that each member acknowledged up to an index: its log, or rounds of heartbeats. */
export type AckedIndexes = {
  /** Highest acknowledged index of a member; 0 if nothing is known. */
  ackedIndex(id: NodeId): number;
};

/** How a vote stands. */
export const VoteResult = { pending: 0, won: 1, lost: 2 } as const;
export type VoteResult = (typeof VoteResult)[keyof typeof VoteResult];

/** Members needed for a majority of `count`. */
export function majoritySize(count: number): number {
  return Math.floor(count / 2) + 1;
}

const scratch: number[] = [];

/**
 * The highest index that a majority of `voters` has acknowledged; `Infinity` if there are no voters, so that an
 * empty half of a joint configuration never holds anything up.
 */
export function majorityCommitted(voters: readonly NodeId[], acked: AckedIndexes): number {
  const count = voters.length;
  if (count === 0) return Number.POSITIVE_INFINITY;
  for (let position = 0; position < count; position++) {
    const index = acked.ackedIndex(voters[position] as NodeId);
    let slot = position;
    while (slot > 0 && (scratch[slot - 1] as number) > index) {
      scratch[slot] = scratch[slot - 1] as number;
      slot--;
    }
    scratch[slot] = index;
  }
  return scratch[count - majoritySize(count)] as number;
}

/** The highest index acknowledged by a majority of both halves. */
export function jointCommitted(
  voters: readonly NodeId[],
  votersOutgoing: readonly NodeId[],
  acked: AckedIndexes,
): number {
  const incoming = majorityCommitted(voters, acked);
  return votersOutgoing.length === 0
    ? incoming
    : Math.min(incoming, majorityCommitted(votersOutgoing, acked));
}

/** How a vote among `voters` stands; nobody to ask means it is won. */
export function majorityVote(voters: readonly NodeId[], votes: ReadonlyMap<NodeId, boolean>): VoteResult {
  if (voters.length === 0) return VoteResult.won;
  let granted = 0;
  let missing = 0;
  for (const id of voters) {
    const vote = votes.get(id);
    if (vote === undefined) missing++;
    else if (vote) granted++;
  }
  const needed = majoritySize(voters.length);
  if (granted >= needed) return VoteResult.won;
  return granted + missing >= needed ? VoteResult.pending : VoteResult.lost;
}

/** How a vote stands that must be won in both halves. */
export function jointVote(
  voters: readonly NodeId[],
  votersOutgoing: readonly NodeId[],
  votes: ReadonlyMap<NodeId, boolean>,
): VoteResult {
  const incoming = majorityVote(voters, votes);
  const outgoing = majorityVote(votersOutgoing, votes);
  if (incoming === outgoing) return incoming;
  if (incoming === VoteResult.lost || outgoing === VoteResult.lost) return VoteResult.lost;
  return VoteResult.pending;
}
