import { MessageType, type NodeId, Role } from "@quorate/raft";
import type { Ghost } from "../observe/ghost.ts";
import { MemberMap } from "../observe/member-map.ts";
import type { Observation } from "../observe/observation.ts";
import type { Checker } from "./checker.ts";
import { isVoter, missingMajority } from "./configurations.ts";

type Grants = { readonly term: number; readonly from: Set<NodeId> };

/**
 * C4: only voters lead, elected by majorities of voters (of both halves while the configuration is joint) that really
 * granted their votes in that very term; nobody else is counted. A leader that a change removed or demoted steps down at
 * once (Raft §5.2, §6; thesis §4.2.2). Acknowledgements of others are S6's.
 */
export function makeC4(): Checker {
  /** Votes that were sent to a candidate, of the latest term in which there are any. */
  const grants = new MemberMap<Grants>();
  /** Leaders whose configuration has them no more. */
  const removed = new Set<NodeId>();
  return {
    id: "C4",
    title: "roles of members",
    kinds: ["raft", "sent", "config", "life"],
    messages: [MessageType.MsgVoteResp],
    see(observation, ghost) {
      const { node } = observation;
      switch (observation.kind) {
        case "life":
          removed.delete(node);
          return null;
        case "sent": {
          const { type, reject, to, term } = observation.message;
          if (type !== MessageType.MsgVoteResp || reject) return null;
          const known = grants.get(to);
          if (known === undefined || known.term < term) grants.set(to, { term, from: new Set([node]) });
          else if (known.term === term) known.from.add(node);
          return null;
        }
        case "config":
          if (!isVoter(observation.config, node) && ghost.inspect(node)?.role === Role.leader)
            removed.add(node);
          return null;
        case "raft":
          return seeRole(observation, grants.get(node), removed, ghost);
        default:
          return null;
      }
    },
  };
}

function seeRole(
  { node, event }: Observation & { readonly kind: "raft" },
  grants: Grants | undefined,
  removed: Set<NodeId>,
  ghost: Ghost,
): string | null {
  if (event.kind !== "role-changed") {
    // On its way down it tells which reads it drops.
    if (removed.size === 0 || !removed.has(node) || event.kind === "read-dropped") return null;
    return ghost.inspect(node)?.role === Role.leader
      ? `${node} goes on to lead in term ${event.term}, and is no voter any more`
      : null;
  }
  removed.delete(node);
  const view = ghost.inspect(node);
  if (event.role !== Role.leader || view === null) return null;
  const { config } = view;
  const { term } = event;
  if (!isVoter(config, node))
    return `${node} leads in term ${term}, and is no voter of ${config.voters.join(", ")}`;
  const missing = missingMajority(
    config,
    (voter) => voter === node || (grants?.term === term && grants.from.has(voter)),
  );
  return missing === null
    ? null
    : `${node} leads in term ${term} by votes of ${missing.counted.join(", ") || "nobody"} only, of voters ${missing.half.join(", ")}`;
}
