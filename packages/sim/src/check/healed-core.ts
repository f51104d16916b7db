/**
 * Who is healed, and belongs to the cluster by now: a machine that waits to be added, or was removed, owes nothing.
 */

import type { NodeId } from "@quorate/raft";
import type { Ghost } from "../observe/ghost.ts";

/** Members among the healed. */
export function membersOf(core: readonly NodeId[], ghost: Ghost): readonly NodeId[] {
  if (ghost.latestConfig === null) return core;
  const { voters, votersOutgoing, learners } = ghost.latestConfig;
  return core.filter(
    (node) => voters.includes(node) || votersOutgoing.includes(node) || learners.includes(node),
  );
}
