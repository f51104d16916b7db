import type { Checker } from "./checker.ts";
import { bookOf, nameOf, wants, watchMemories } from "./watch-book.ts";

/** W1: a watch delivers what it asked for, by key, kind and start, and nothing else (etcd's watch guarantees: filtered). */
export function makeW1(): Checker {
  return {
    id: "W1",
    title: "watch: filtered",
    kinds: ["watch-delivered"],
    shares: watchMemories,
    see(observation, ghost) {
      const track = bookOf(ghost).before(observation);
      if (observation.kind !== "watch-delivered" || track === undefined) return null;
      const { opened } = track;
      for (const { revision, events } of observation.groups) {
        if (revision < opened.startRevision)
          return `${nameOf(opened)}, from ${opened.startRevision} on, delivered revision ${revision}`;
        const other = events.find((event) => !wants(opened, event));
        if (other !== undefined)
          return `${nameOf(opened)} delivered a ${other.type} of ${other.key}, which it did not ask for, at revision ${revision}`;
      }
      return null;
    },
  };
}
