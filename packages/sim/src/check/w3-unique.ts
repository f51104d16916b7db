import type { Checker } from "./checker.ts";
import { bookOf, nameOf, watchKinds } from "./watch-book.ts";

/** W3: a watch, and one that goes on from it, deliver a change once (etcd's watch guarantees: unique). */
export function makeW3(): Checker {
  return {
    id: "W3",
    title: "watch: unique",
    kinds: watchKinds,
    see(observation, ghost) {
      const track = bookOf(ghost).before(observation);
      if (observation.kind !== "watch-delivered" || track === undefined) return null;
      const here = new Set<string>();
      for (const { revision, events } of observation.groups) {
        for (const { key } of events) {
          const name = `${revision} ${key}`;
          if (track.delivered.has(name) || here.has(name))
            return `${nameOf(track.opened)} delivered the change of ${key} at revision ${revision} twice`;
          here.add(name);
        }
      }
      return null;
    },
  };
}
