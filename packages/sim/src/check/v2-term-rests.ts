import { type NodeId, Role } from "@quorate/raft";
import type { Checker } from "./checker.ts";
import { membersOf } from "./healed-core.ts";

/** Elections that may still come: of a leader that has to notice that it is cut off, or a change that removes one. */
const electionsMax = 5;

/**
 * V2: among the healed the term stops growing, and they agree on who leads: nobody of the others can disturb them for ever
 * (pre-votes and leases, thesis §4.2.3, §9.6).
 */
export function makeV2(): Checker {
  let core: readonly NodeId[] = [];
  let settledAtUs = Number.POSITIVE_INFINITY;
  const late: number[] = [];
  return {
    id: "V2",
    title: "the term comes to rest",
    kinds: ["liveness-begun", "liveness-ended", "raft"],
    events: ["role-changed"],
    see(observation, ghost) {
      switch (observation.kind) {
        case "liveness-begun":
          ({ core } = observation);
          settledAtUs = observation.atUs + observation.electWithinMs * 1000;
          late.length = 0;
          return null;
        case "raft": {
          if (observation.atUs <= settledAtUs) return null;
          const { event, node } = observation;
          if (event.kind !== "role-changed" || event.role !== Role.leader || !core.includes(node))
            return null;
          late.push(event.term);
          return late.length <= electionsMax
            ? null
            : `${core.join(", ")}, healed, go on electing: leaders of terms ${late.join(", ")} since they should be at rest`;
        }
        case "liveness-ended": {
          const members = membersOf(core, ghost);
          const terms = new Set(members.map((node) => ghost.inspect(node)?.term));
          const leads = new Set(members.map((node) => ghost.inspect(node)?.lead));
          return terms.size <= 1 && leads.size <= 1
            ? null
            : `${members.join(", ")}, healed, are in terms ${[...terms].map((term) => term ?? "none").join(", ")} and follow ${[...leads].map((lead) => lead || "nobody").join(", ")}`;
        }
        default:
          return null;
      }
    },
  };
}
