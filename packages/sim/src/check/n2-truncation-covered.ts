import type { NodeId } from "@quorate/raft";
import type { Ghost } from "../observe/ghost.ts";
import { MemberMap } from "../observe/member-map.ts";
import type { Observation } from "../observe/observation.ts";
import type { Checker } from "./checker.ts";

/** Up to where a member's disks have its state, each in its way. */
type Covered = {
  /** The latest snapshot that the log stands on. */
  snapshot: number;
  /** The latest one that has the state itself; a light one only says that the machine's disk has it. */
  full: number;
  /** What the machine's own disk has. */
  machine: number;
  /** The log is gone up to here. */
  cut: number;
};

/**
 * N2: the log is cut only behind a snapshot that is durable (Raft §7); behind a light one, only if the machine's own disk
 * has everything up to there, and that is what it comes back with. What is called durable must be left by a power failure.
 */
export function makeN2(): Checker {
  const all = new MemberMap<Covered>();
  return {
    id: "N2",
    title: "truncation is covered",
    kinds: [
      "life",
      "recovered",
      "member",
      "restored",
      "snapshot-durable",
      "snapshot-installed",
      "log-compacted",
    ],
    see(observation, ghost) {
      const { node } = observation;
      if (observation.kind === "member") {
        // Nearly all of these are of no concern here.
        const { kind } = observation.event;
        if (kind !== "state-flushed" && kind !== "snapshot-done") return null;
      }
      let covered = all.get(node);
      if (covered === undefined || (observation.kind === "life" && observation.what === "wiped")) {
        covered = { snapshot: 0, full: 0, machine: 0, cut: 0 };
        all.set(node, covered);
      }
      return seeCover(observation, covered, ghost);
    },
  };
}

function seeCover(observation: Observation, covered: Covered, ghost: Ghost): string | null {
  const { node } = observation;
  switch (observation.kind) {
    case "member":
      if (observation.event.kind === "state-flushed")
        covered.machine = Math.max(covered.machine, observation.event.index);
      if (observation.event.kind === "snapshot-done") covered.full = observation.event.index;
      return null;
    case "life":
      // A machine that begins empty says nothing.
      if (observation.what === "started") covered.machine = 0;
      return null;
    case "recovered":
      // Of which kind it is does not show; if it is a light one, then the machine has as much.
      covered.snapshot = observation.snapshot?.index ?? 0;
      covered.full = covered.snapshot;
      covered.cut = Math.max(covered.cut, observation.firstIndex - 1);
      return null;
    case "restored":
      covered.machine = observation.index;
      if (observation.by === "snapshot" || observation.index >= covered.cut || covered.full >= covered.cut)
        return null;
      return `${node} came back with a state of ${observation.index}, and its log is cut up to ${covered.cut}`;
    case "snapshot-installed":
      covered.snapshot = observation.metadata.index;
      covered.full = covered.snapshot;
      return null;
    case "snapshot-durable": {
      // One that was received counts when it is installed.
      const { index } = observation.metadata;
      if (!observation.isOnPlatter)
        return `${node} calls a snapshot of ${index} durable, and a power failure would not leave it`;
      if (index <= (ghost.inspect(node)?.applied ?? 0)) covered.snapshot = Math.max(covered.snapshot, index);
      return null;
    }
    case "log-compacted":
      return seeCut(node, observation.upTo, covered);
    default:
      return null;
  }
}

function seeCut(node: NodeId, upTo: number, covered: Covered): string | null {
  const { snapshot, full, machine } = covered;
  if (upTo > snapshot)
    return `${node} cut its log up to ${upTo}; its latest durable snapshot is of ${snapshot}`;
  covered.cut = Math.max(covered.cut, upTo);
  return upTo <= Math.max(full, machine)
    ? null
    : `${node} cut its log up to ${upTo} behind a light snapshot of ${snapshot}; its machine's disk has ${machine}`;
}
