import { Role } from "@quorate/raft";
import type { Checker } from "./checker.ts";

/** S3: a leader never overwrites or shortens its own log, it only appends (Raft §5.3, figure 3). */
export function makeS3(): Checker {
  return {
    id: "S3",
    title: "leader append-only",
    kinds: ["raft"],
    events: ["entries-appended", "unstable-truncated", "unstable-replaced"],
    see(observation, ghost) {
      if (observation.kind !== "raft") return null;
      const { event, node } = observation;
      const { kind } = event;
      if (kind !== "entries-appended" && kind !== "unstable-truncated" && kind !== "unstable-replaced")
        return null;
      if (ghost.inspect(node)?.role !== Role.leader) return null;
      if (kind !== "entries-appended")
        return `${node}, leader of term ${event.term}, cut its log at ${event.index}`;
      const reached = ghost.nodes.get(node)?.log.lastIndex ?? 0;
      return event.firstIndex <= reached
        ? `${node}, leader of term ${event.term}, wrote at ${event.firstIndex} though its log reached ${reached}`
        : null;
    },
  };
}
