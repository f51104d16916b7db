import { Role } from "@quorate/raft";
import type { Checker } from "./checker.ts";

/**
 * S4: a new leader's log has every entry that was committed in an earlier term (Raft §5.4, figure 3). One that was stopped
 * in its campaign may win it when a later leader has committed more already. The chain hash at the last of those indexes
 * stands for all of them.
 */
export function makeS4(): Checker {
  return {
    id: "S4",
    title: "leader completeness",
    kinds: ["raft"],
    events: ["role-changed"],
    see(observation, ghost) {
      if (observation.kind !== "raft" || observation.event.kind !== "role-changed") return null;
      const { event, node } = observation;
      if (event.role !== Role.leader || ghost.lastCommitted === 0) return null;
      const log = ghost.nodes.get(node)?.log;
      let last = ghost.lastCommitted;
      while (last > 0 && (ghost.committed[last]?.committedIn ?? 0) >= event.term) last--;
      if (log === undefined || log.base >= last) return null;
      return log.hash(last) === ghost.committed[last]?.hash
        ? null
        : `${node} leads in term ${event.term}, and its log (to ${log.lastIndex}) lacks what was committed up to ${last}`;
    },
  };
}
