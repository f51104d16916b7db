import type { Entry, NodeId } from "@quorate/raft";
import { type Chain, chainHash } from "../observe/chain.ts";
import type { Checker } from "./checker.ts";

/**
 * S11: what the log gives, to the core or at a restart, is what was written to it, or an error. A damaged disk is no
 * excuse. O(entries read).
 */
export function makeS11(): Checker {
  return {
    id: "S11",
    title: "no silent corruption",
    kinds: ["log-read", "recovered"],
    see(observation, ghost) {
      const { node } = observation;
      if (observation.kind !== "log-read" && observation.kind !== "recovered") return null;
      const log = ghost.nodes.get(node)?.log;
      if (log === undefined) return null;
      return observation.kind === "log-read"
        ? readOther(node, observation.entries, log)
        : foundOther(node, observation.entries, log);
    },
  };
}

function readOther(node: NodeId, entries: readonly Entry[], log: Chain): string | null {
  for (const entry of entries) {
    const before = log.hash(entry.index - 1);
    const expected = log.hash(entry.index);
    if (before === undefined || expected === undefined) continue;
    if (chainHash(before, entry) !== expected)
      return `${node} read another entry ${entry.index} than it had written`;
  }
  return null;
}

/** An old suffix may have come back, or a new one be lost; but an entry of a term is what was appended in that term. */
function foundOther(node: NodeId, entries: readonly Entry[], log: Chain): string | null {
  for (const entry of entries) {
    const { index, term } = entry;
    const before = log.hash(index - 1);
    if (before === undefined || log.term(index) !== term) continue;
    if (chainHash(before, entry) !== log.hash(index))
      return `${node} came back with another entry ${index} of term ${term} than it had written`;
  }
  return null;
}
