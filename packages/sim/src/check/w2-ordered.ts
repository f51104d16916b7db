import type { Checker } from "./checker.ts";
import { bookOf, nameOf, watchMemories } from "./watch-book.ts";

/** W2: a watch delivers revisions in their order (etcd's watch guarantees: ordered). */
export function makeW2(): Checker {
  return {
    id: "W2",
    title: "watch: ordered",
    kinds: ["watch-delivered"],
    shares: watchMemories,
    see(observation, ghost) {
      const track = bookOf(ghost).before(observation);
      if (observation.kind !== "watch-delivered" || track === undefined) return null;
      let last = track.lastRevision;
      for (const { revision, events } of observation.groups) {
        if (revision < last) return `${nameOf(track.opened)} delivered revision ${revision} after ${last}`;
        const other = events.find(({ modRevision }) => modRevision !== revision);
        if (other !== undefined)
          return `${nameOf(track.opened)} delivered a change of revision ${other.modRevision} with revision ${revision}`;
        last = revision;
      }
      return null;
    },
  };
}
