/**
 * Quorums as one would explain them to a child: try every index, count hands. Slow on purpose.
 */

import type { NodeId } from "../../src/index.ts";

/** The highest index that more than half of the voters have reached; Infinity for nobody. */
export function naiveCommitted(voters: readonly NodeId[], acked: ReadonlyMap<NodeId, number>): number {
  if (voters.length === 0) return Number.POSITIVE_INFINITY;
  let highest = 0;
  for (let index = 0; index <= 20; index++) {
    const hands = voters.filter((id) => (acked.get(id) ?? 0) >= index);
    if (hands.length > voters.length - hands.length) highest = index;
  }
  return highest;
}

/** Won if more than half said yes; lost if that cannot happen any more whatever the others say; else open. */
export function naiveVote(
  voters: readonly NodeId[],
  votes: ReadonlyMap<NodeId, boolean>,
): "won" | "lost" | "open" {
  if (voters.length === 0) return "won";
  const isMajority = (count: number): boolean => count > voters.length - count;
  const yes = voters.filter((id) => votes.get(id) === true).length;
  const maybe = voters.filter((id) => votes.get(id) !== false).length;
  if (isMajority(yes)) return "won";
  return isMajority(maybe) ? "open" : "lost";
}

/** Both halves must have won, and one that is lost is enough to lose. */
export function naiveJointVote(
  incoming: readonly NodeId[],
  outgoing: readonly NodeId[],
  votes: ReadonlyMap<NodeId, boolean>,
): "won" | "lost" | "open" {
  const both = new Set([naiveVote(incoming, votes), naiveVote(outgoing, votes)]);
  if (both.has("lost")) return "lost";
  return both.has("open") ? "open" : "won";
}
