import { chainHash } from "../observe/chain.ts";
import type { Checker } from "./checker.ts";

type Seen = { readonly term: number; readonly hash: number; readonly other: Seen | null };

/**
 * S2: two logs with an entry of the same index and term are equal up to it (Raft §5.3, figure 3). Compared by chain hash,
 * so one comparison per appended entry is enough.
 */
export function makeS2(): Checker {
  /** By index: what was ever appended there; nearly always of one term. */
  const seen: (Seen | undefined)[] = [];
  return {
    id: "S2",
    title: "log matching",
    kinds: ["appended"],
    see(observation, ghost) {
      if (observation.kind !== "appended") return null;
      const { node, entries } = observation;
      let before = ghost.nodes.get(node)?.log.hash((entries[0]?.index ?? 0) - 1);
      if (before === undefined && entries[0]?.index === 1) before = 0;
      if (before === undefined) return null;
      for (const entry of entries) {
        const { index, term } = entry;
        const hash = chainHash(before, entry);
        const others = seen[index] ?? null;
        let known: Seen | null = others;
        while (known !== null && known.term !== term) known = known.other;
        if (known === null) seen[index] = { term, hash, other: others };
        else if (known.hash !== hash)
          return `${node} appended entry ${index} of term ${term}, and another log has another one there or before it`;
        before = hash;
      }
      return null;
    },
  };
}
