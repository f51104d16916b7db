import type { NodeId } from "@quorate/raft";
import type { Checker } from "./checker.ts";

/** What came of an index at the first member that looked. */
type First = { readonly node: NodeId; readonly digest: string };

/**
 * D1: a machine is deterministic: after the same commands every member, in every life, has the same state (thesis §3.2, the
 * replicated state machine). Looked at wherever a digest was taken. What the machine asked for besides its commands is told
 * as the likely cause.
 */
export function makeD1(): Checker {
  const firsts = new Map<number, First>();
  const strayed = new Set<string>();
  return {
    id: "D1",
    title: "the machine is deterministic",
    kinds: ["applied", "machine-strayed"],
    see(observation) {
      if (observation.kind === "machine-strayed") {
        strayed.add(observation.what);
        return null;
      }
      if (observation.kind !== "applied" || observation.digest === "") return null;
      const { node, digest, entry } = observation;
      const first = firsts.get(entry.index);
      if (first === undefined) {
        firsts.set(entry.index, { node, digest });
        return null;
      }
      if (first.digest === digest) return null;
      const who = first.node === node ? "an earlier life of the same member" : `member ${first.node}`;
      return `member ${node} gave digest ${digest} at index ${entry.index}, ${who} ${first.digest}: the machine is not deterministic${hint(strayed)}`;
    },
  };
}

/** What a machine asked for while it applied commands, for people. */
export function hint(strayed: ReadonlySet<string>): string {
  if (strayed.size === 0)
    return ". Does its state depend on how commands are grouped into batches, on the order of a Map, Set or sort, or on something outside of the machine?";
  return `. While it applied commands it called ${[...strayed].join(", ")}: put such values into the command`;
}
