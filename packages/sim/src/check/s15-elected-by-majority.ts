import { MessageType, type NodeId, Role } from "@quorate/raft";
import type { Checker } from "./checker.ts";
import { missingMajority } from "./configurations.ts";

/**
 * S15: who leads has the votes of a majority of its configuration, of both halves while that is joint, and each was given to
 * it and in this term (Raft §5.2). Its own counts like any other: once it is on its disk. O(voters).
 *
 * S1 sees two leaders; this sees the first that should not be one, which may have been lucky.
 */
export function makeS15(): Checker {
  /** By term, who granted whom; only terms in which somebody granted something. */
  const grants = new Map<number, Map<NodeId, NodeId>>();
  return {
    id: "S15",
    title: "elected by a majority",
    kinds: ["sent", "raft"],
    events: ["role-changed"],
    messages: [MessageType.MsgVoteResp],
    see(observation, ghost) {
      const { node } = observation;
      if (observation.kind === "sent") {
        const { type, reject, term, to } = observation.message;
        if (type !== MessageType.MsgVoteResp || reject) return null;
        const ofTerm = grants.get(term);
        if (ofTerm === undefined) grants.set(term, new Map([[node, to]]));
        else ofTerm.set(node, to);
        return null;
      }
      if (observation.kind !== "raft" || observation.event.kind !== "role-changed") return null;
      const { role, term } = observation.event;
      const view = ghost.inspect(node);
      if (role !== Role.leader || view === null) return null;
      const durable = ghost.nodes.get(node)?.durable.hardState;
      const hasOwn = durable?.term === term && durable.vote === node;
      const ofTerm = grants.get(term);
      const missing = missingMajority(view.config, (voter) =>
        voter === node ? hasOwn : ofTerm?.get(voter) === node,
      );
      return missing === null
        ? null
        : `${node} leads in term ${term} with the votes of only ${missing.counted.join(", ") || "nobody"} of voters ${missing.half.join(", ")}`;
    },
  };
}
