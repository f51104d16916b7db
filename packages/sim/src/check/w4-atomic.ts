import type { Checker } from "./checker.ts";
import { historyOf } from "./revision-history.ts";
import { bookOf, nameOf, wants, watchMemories } from "./watch-book.ts";

/** W4: a watch delivers a revision whole, in one piece (etcd's watch guarantees: atomic). */
export function makeW4(): Checker {
  return {
    id: "W4",
    title: "watch: atomic",
    kinds: ["watch-delivered"],
    shares: watchMemories,
    see(observation, ghost) {
      const track = bookOf(ghost).before(observation);
      if (observation.kind !== "watch-delivered" || track === undefined) return null;
      const { opened } = track;
      const history = historyOf(ghost);
      let last = track.lastRevision;
      for (const { revision, events } of observation.groups) {
        if (revision === last) return `${nameOf(opened)} delivered revision ${revision} in pieces`;
        last = revision;
        const group = history.groups[history.positionOf(revision)];
        if (group?.revision !== revision) continue;
        const expected = group.events.filter((event) => wants(opened, event)).length;
        if (events.length < expected)
          return `${nameOf(opened)} delivered ${events.length} of ${expected} changes of revision ${revision}`;
      }
      return null;
    },
  };
}
