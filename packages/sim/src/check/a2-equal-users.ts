import type { NodeId } from "@quorate/raft";
import type { Checker } from "./checker.ts";

/** Of a store without users. */
const blank = 0;

/**
 * A2: users, roles and permissions are the same at all members after the same entry, and where one goes on from a snapshot or
 * from its own disk (reference §6). Their digest is of what they are; the running digest of S5 is of the commands only.
 */
export function makeA2(): Checker {
  /** As of what was applied so far, at each member in its present life. */
  const current = new Map<NodeId, number>();
  /** What members told that belongs to what they tell next. */
  const told = new Map<NodeId, number>();
  /** Behind entries that changed it, in the order of the log, as the first member came there; up to `known` there are no others. */
  const expected: { readonly index: number; readonly digest: number }[] = [];
  let known = 0;
  const judge = (node: NodeId, index: number, place: string, digest: number): string | null => {
    const due = expected.findLast((change) => change.index <= index)?.digest ?? blank;
    if (index > known) {
      known = index;
      if (digest !== due) expected.push({ index, digest });
      return null;
    }
    return digest === due
      ? null
      : `${node} ${place} ${index} with users of digest ${digest}; others had ${due} there`;
  };
  return {
    id: "A2",
    title: "users are the same everywhere",
    kinds: ["auth-state", "applied", "restored", "life"],
    see(observation) {
      const { node } = observation;
      switch (observation.kind) {
        case "life":
          if (observation.what === "started") {
            current.delete(node);
            told.delete(node);
          }
          return null;
        case "auth-state":
          told.set(node, observation.digest);
          return null;
        case "restored": {
          // Nothing is told of a state without users.
          const digest = told.get(node) ?? blank;
          told.delete(node);
          current.set(node, digest);
          return judge(node, observation.index, "goes on from a state of", digest);
        }
        case "applied": {
          const { index } = observation.entry;
          const digest = told.get(node) ?? current.get(node) ?? blank;
          told.delete(node);
          current.set(node, digest);
          return judge(node, index, "is behind entry", digest);
        }
        default:
          return null;
      }
    },
  };
}
