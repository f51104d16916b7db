import type { Checker } from "./checker.ts";

/** States of indexes, in the order of the log. */
type Known = { readonly index: number; readonly digest: string };

/**
 * D2: a snapshot carries the whole state (Raft §7): a fresh machine that takes it has the same digest, and so has a member
 * that goes on from it.
 */
export function makeD2(): Checker {
  const applied: Known[] = [];
  return {
    id: "D2",
    title: "a snapshot carries the whole state",
    kinds: ["applied", "machine-snapshot", "replicated"],
    see(observation) {
      const { node } = observation;
      switch (observation.kind) {
        case "applied": {
          const { index } = observation.entry;
          if (index > (applied.at(-1)?.index ?? 0)) applied.push({ index, digest: observation.digest });
          return null;
        }
        case "machine-snapshot": {
          const { index, digest, restored } = observation;
          if (digest === restored) return null;
          const when = index === 0 ? "" : ` at index ${index}`;
          return `member ${node} has digest ${digest}${when}, and a fresh machine that took its snapshot has ${restored}: the snapshot forgets something, or restore does not take it back`;
        }
        case "replicated": {
          if (observation.by !== "restored") return null;
          // Of machine, sessions and members together; the machine's comes first.
          const [digest = ""] = observation.digest.split(".");
          const before = applied.findLast(({ index }) => index <= observation.index);
          if (before === undefined || before.digest === "" || before.digest === digest) return null;
          return `member ${node} restored the snapshot of index ${observation.index} and has digest ${digest}; members that came there by commands had ${before.digest}: the snapshot was changed after it was taken, or restore does not take it back`;
        }
        default:
          return null;
      }
    },
  };
}
