import { equalConfStates } from "@quorate/raft";
import type { Checker } from "./checker.ts";
import { describeConfig, latestConfig } from "./configurations.ts";

/**
 * N1: a snapshot is of its index and of nothing later: configuration, state, sessions and members (Raft §7, thesis §5.1,
 * §6.3). What was made there, what is restored from it, and what a member has that goes on from there are the same.
 */
export function makeN1(): Checker {
  /** Of state, sessions and members together. */
  const digests = new Map<number, string>();
  /** Of the state alone, in the order of the log. */
  const applied: { readonly index: number; readonly digest: string }[] = [];
  let lastApplied = 0;
  return {
    id: "N1",
    title: "snapshot content",
    kinds: ["snapshot-durable", "snapshot-installed", "replicated", "applied", "restored"],
    see(observation, ghost) {
      const { node } = observation;
      switch (observation.kind) {
        case "applied": {
          const { index } = observation.entry;
          if (index <= lastApplied) return null;
          lastApplied = index;
          applied.push({ index, digest: observation.digest });
          return null;
        }
        case "restored": {
          const { index, digest } = observation;
          const expected = latestUpTo(applied, index);
          // Empty: it was not taken there.
          return expected === undefined || expected === "" || expected === digest
            ? null
            : `${node} goes on from a state of ${index} with digest ${digest}; up to there it is ${expected}`;
        }
        case "replicated": {
          const { index, digest, by } = observation;
          const known = digests.get(index);
          if (known === undefined) digests.set(index, digest);
          return known === undefined || known === digest
            ? null
            : `${node} has replicated ${digest} at ${index} (${by}); others had ${known} there`;
        }
        case "snapshot-durable":
        case "snapshot-installed": {
          const { index, term, confState } = observation.metadata;
          const committed = ghost.committed[index];
          if (committed !== undefined && committed.term !== term)
            return `${node} has a snapshot of ${index} in term ${term}; committed there is an entry of term ${committed.term}`;
          const expected = latestConfig(ghost.configs, index);
          return expected === null || equalConfStates(expected, confState)
            ? null
            : `${node} has a snapshot of ${index} with ${describeConfig(confState)}; in force there were ${describeConfig(expected)}`;
        }
        default:
          return null;
      }
    },
  };
}

/** By halving: a state is asked about at starts and restores only. */
function latestUpTo(
  applied: readonly { readonly index: number; readonly digest: string }[],
  index: number,
): string | undefined {
  let low = 0;
  let high = applied.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((applied[middle]?.index ?? 0) <= index) low = middle + 1;
    else high = middle;
  }
  return applied[low - 1]?.digest;
}
