import { MemberMap } from "../observe/member-map.ts";
import type { Checker } from "./checker.ts";

/**
 * S5: all members apply the same entries, each once, in order and only when it is committed, and come to the same states
 * (Raft §5.4.3, figure 3). Entries without a command do not reach the state machine, so indexes rise by steps.
 */
export function makeS5(): Checker {
  /** By index, what the first member came to that applied it. */
  const digests: (string | undefined)[] = [];
  /** The state machine's index, in its present life. */
  const applied = new MemberMap<number>();
  return {
    id: "S5",
    title: "state-machine safety",
    kinds: ["applied", "restored", "life"],
    see(observation, ghost) {
      const { node } = observation;
      // One that begins empty says nothing, and applies from the first entry on.
      if (observation.kind === "life" && observation.what === "started") applied.delete(node);
      if (observation.kind === "restored") {
        const { index, digest } = observation;
        applied.set(node, index);
        const known = digests[index] || digest;
        return known === digest
          ? null
          : `${node} goes on from a state of ${index} with digest ${digest}; others had ${known} there`;
      }
      if (observation.kind !== "applied") return null;
      const { digest } = observation;
      const { index, term } = observation.entry;
      const before = applied.get(node) ?? 0;
      if (index <= before) return `${node} applied entry ${index} after ${before}`;
      applied.set(node, index);
      const committed = ghost.committed[index];
      if (committed === undefined) return `${node} applied entry ${index}, which is not committed`;
      if (committed.term !== term)
        return `${node} applied an entry of term ${term} at ${index}; committed is one of term ${committed.term}`;
      const first = digests[index];
      // A digest that was not taken says nothing.
      if (first === undefined || first === "") {
        digests[index] = digest;
        return null;
      }
      return first === digest || digest === ""
        ? null
        : `${node} is at digest ${digest} after entry ${index}; others at ${first}`;
    },
  };
}
