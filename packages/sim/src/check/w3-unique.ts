import type { EventSeen, GroupSeen } from "../observe/client-observation.ts";
import type { Checker } from "./checker.ts";
import { bookOf, nameOf, watchMemories } from "./watch-book.ts";

/** W3: a watch, and one that goes on from it, deliver a change once (etcd's watch guarantees: unique). */
export function makeW3(): Checker {
  return {
    id: "W3",
    title: "watch: unique",
    kinds: ["watch-delivered"],
    shares: watchMemories,
    see(observation, ghost) {
      const track = bookOf(ghost).before(observation);
      if (observation.kind !== "watch-delivered" || track === undefined) return null;
      const { groups } = observation;
      let highest = 0;
      for (const [at, group] of groups.entries()) {
        const { revision, events } = group;
        const before = track.delivered.get(revision) ?? noEvents;
        // Only one that is out of order may have been in this delivery already.
        const here = revision > highest ? noEvents : eventsOf(groups.slice(0, at), revision);
        highest = Math.max(highest, revision);
        const twice = events.find(
          ({ key }, position) => hasKey(before, key) || hasKey(here, key) || hasKey(events, key, position),
        );
        if (twice !== undefined)
          return `${nameOf(track.opened)} delivered the change of ${twice.key} at revision ${revision} twice`;
      }
      return null;
    },
  };
}

const noEvents: readonly EventSeen[] = [];

function eventsOf(groups: readonly GroupSeen[], revision: number): readonly EventSeen[] {
  return groups.flatMap((group) => (group.revision === revision ? group.events : noEvents));
}

/** Whether one of the first `count` is of a key. */
function hasKey(events: readonly EventSeen[], key: string, count = events.length): boolean {
  for (let at = 0; at < count; at++) if (events[at]?.key === key) return true;
  return false;
}
