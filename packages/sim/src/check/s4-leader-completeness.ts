import { Role } from "@quorate/raft";
import type { Checker } from "./checker.ts";

/**
 * S4: a new leader's log has every committed entry (Raft §5.4, figure 3). The chain hash at the last committed index
 * stands for all of them.
 */
export function makeS4(): Checker {
  return {
    id: "S4",
    title: "leader completeness",
    kinds: ["raft"],
    see(observation, ghost) {
      if (observation.kind !== "raft" || observation.event.kind !== "role-changed") return null;
      const { event, node } = observation;
      if (event.role !== Role.leader || ghost.lastCommitted === 0) return null;
      const log = ghost.nodes.get(node)?.log;
      const last = ghost.lastCommitted;
      if (log === undefined || log.base >= last) return null;
      return log.hash(last) === ghost.committed[last]?.hash
        ? null
        : `${node} leads in term ${event.term}, and its log (to ${log.lastIndex}) lacks what was committed up to ${last}`;
    },
  };
}
