import type { RowSeen } from "../observe/client-observation.ts";
import type { Checker } from "./checker.ts";
import { historyMemory, historyOf, type RevisionHistory } from "./revision-history.ts";

/**
 * M2: create, mod and version of a key agree with what was committed, and a read below the compacted revision fails (etcd's
 * data model; README of the store, invariants 5 and 6). O(rows read).
 */
export function makeM2(): Checker {
  let compacted = 0;
  /** Reads under way: what they asked for, and what was out of reach by then. */
  const calls = new Map<number, { readonly at: number; readonly compacted: number }>();
  return {
    id: "M2",
    title: "versions of keys",
    kinds: ["compaction-answered", "read-called", "read-answered", "read-failed"],
    shares: [historyMemory],
    see(observation, ghost) {
      switch (observation.kind) {
        case "compaction-answered":
          compacted = Math.max(compacted, observation.revision);
          return null;
        case "read-called":
          calls.set(observation.call, { at: observation.at, compacted });
          return null;
        case "read-failed":
          calls.delete(observation.call);
          return null;
        case "read-answered": {
          const { call, node, rows, revision } = observation;
          const name = `read ${call} at ${node}`;
          const asked = calls.get(call);
          calls.delete(call);
          if (asked !== undefined && asked.at > 0 && asked.at < asked.compacted)
            return `${name} of revision ${asked.at} was answered, after everything before ${asked.compacted} had been compacted`;
          const at = asked !== undefined && asked.at > 0 ? asked.at : revision;
          const history = historyOf(ghost);
          for (const row of rows) {
            const problem = problemOf(row, at, history);
            if (problem !== null) return `${name} found ${show(row)}: ${problem}`;
          }
          return null;
        }
        default:
          return null;
      }
    },
  };
}

function problemOf(row: RowSeen, at: number, history: RevisionHistory): string | null {
  const { key, createRevision, modRevision, version, value } = row;
  if (modRevision > at) return `the answer is of revision ${at}`;
  const isOrdered = createRevision >= 1 && createRevision <= modRevision && version >= 1;
  if (!isOrdered || (version === 1) !== (createRevision === modRevision))
    return "these numbers contradict each other";
  const group = history.groups[history.positionOf(modRevision)];
  const event = group?.revision === modRevision ? group.events.find((one) => one.key === key) : undefined;
  if (event === undefined || event.type === "delete") return "nothing was put there then";
  const isSame =
    event.value === value && event.createRevision === createRevision && event.version === version;
  return isSame ? null : `committed is ${show(event)}`;
}

function show({ key, value, createRevision, modRevision, version }: RowSeen): string {
  return `${key} = ${value} (created ${createRevision}, modified ${modRevision}, version ${version})`;
}
