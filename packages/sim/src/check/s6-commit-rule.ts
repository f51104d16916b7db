import { Role } from "@quorate/raft";
import type { Checker } from "./checker.ts";
import { missingMajority } from "./configurations.ts";
import { has } from "./on-disk.ts";

/**
 * S6: a leader commits by counting only what is of its own term (Raft §5.4.2) and what majorities have on their disks: of
 * both halves while the configuration is joint (Raft §6), its own disk not excepted (thesis §10.2.1). O(voters).
 */
export function makeS6(): Checker {
  return {
    id: "S6",
    title: "commit rule",
    kinds: ["raft"],
    events: ["commit-advanced"],
    see(observation, ghost) {
      if (observation.kind !== "raft" || observation.event.kind !== "commit-advanced") return null;
      const { node, event } = observation;
      const view = ghost.inspect(node);
      const log = ghost.nodes.get(node)?.log;
      if (view === null || log === undefined || view.role !== Role.leader) return null;
      const { commit, term } = event;
      if (log.term(commit) !== term)
        return `${node}, leader of term ${term}, committed up to ${commit}, an entry of term ${log.term(commit)}`;
      const hash = log.hash(commit);
      const missing = missingMajority(view.config, (voter) => has(ghost, voter, commit, hash));
      return missing === null
        ? null
        : `${node}, leader of term ${term}, committed ${commit}, which only ${missing.counted.join(", ") || "nobody"} of voters ${missing.half.join(", ")} has on disk`;
    },
  };
}
