import type { Checker } from "./checker.ts";

/**
 * N3: a snapshot never takes a member back: not its core behind what it knows to be committed, nor its log and state behind
 * what it has applied (Raft §7, figure 13).
 */
export function makeN3(): Checker {
  return {
    id: "N3",
    title: "no snapshot leads back",
    kinds: ["raft", "snapshot-installed", "restored"],
    events: ["log-restoring"],
    see(observation, ghost) {
      const { node } = observation;
      if (observation.kind === "raft") {
        if (observation.event.kind !== "log-restoring") return null;
        const { log, snapshot } = observation.event;
        return snapshot.index > log.committed
          ? null
          : `${node} takes a snapshot of ${snapshot.index}, and knows ${log.committed} to be committed`;
      }
      const applied = ghost.inspect(node)?.applied;
      if (applied === undefined) return null;
      if (observation.kind === "snapshot-installed" && observation.metadata.index <= applied)
        return `${node} installed a snapshot of ${observation.metadata.index}, and had applied ${applied}`;
      const isBehind =
        observation.kind === "restored" && observation.by === "snapshot" && observation.index < applied;
      return isBehind ? `${node} restored a state of ${observation.index}, and had applied ${applied}` : null;
    },
  };
}
