import type { NodeId } from "@quorate/raft";
import { MemberMap } from "../observe/member-map.ts";
import type { Checker } from "./checker.ts";

/** Of a store without users. */
const blank = 0;

/** What users are from an entry on. */
type Change = { readonly index: number; readonly digest: number };

/**
 * A2: users, roles and permissions are the same at all members after the same entry, and where one goes on from a snapshot or
 * from its own disk (reference §6). Their digest is of what they are; the running digest of S5 is of the commands only.
 */
export function makeA2(): Checker {
  /** As of what was applied so far, at each member in its present life. */
  const current = new MemberMap<number>();
  /** What members told that belongs to what they tell next. */
  const told = new MemberMap<number>();
  /** Behind entries that changed it, in the order of the log, as the first member came there; up to `known` there are no others. */
  const expected: Change[] = [];
  let known = 0;
  const judge = (node: NodeId, index: number, place: string, digest: number): string | null => {
    const due = dueAt(index, expected);
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

/** O(changes behind the index): nearly always the last one is it, and in most runs there are none. */
function dueAt(index: number, changes: readonly Change[]): number {
  for (let at = changes.length - 1; at >= 0; at--) {
    const change = changes[at] as Change;
    if (change.index <= index) return change.digest;
  }
  return blank;
}
