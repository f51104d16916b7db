import { type NodeId, Role } from "@quorate/raft";
import type { Checker } from "./checker.ts";

/**
 * S1: at most one leader in a term, over all history (Raft §5.2, figure 3), and only once: who leads a term again, after a
 * crash, may put other entries at the same places.
 */
export function makeS1(): Checker {
  const leaders = new Map<number, NodeId>();
  return {
    id: "S1",
    title: "election safety",
    kinds: ["raft"],
    events: ["role-changed"],
    see(observation) {
      if (observation.kind !== "raft" || observation.event.kind !== "role-changed") return null;
      const { event, node } = observation;
      if (event.role !== Role.leader) return null;
      const known = leaders.get(event.term);
      if (known === undefined) {
        leaders.set(event.term, node);
        return null;
      }
      return known === node
        ? `${node} leads in term ${event.term} a second time`
        : `${node} leads in term ${event.term}, and so did ${known}`;
    },
  };
}
