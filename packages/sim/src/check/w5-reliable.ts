import type { EventSeen } from "../observe/client-observation.ts";
import type { Checker } from "./checker.ts";
import { historyOf } from "./revision-history.ts";
import { bookOf, firstWanted, nameOf, wants, watchMemories } from "./watch-book.ts";

/**
 * W5: what a watch delivers is the slice of the committed history that it asked for: nothing is left out in between, and
 * nothing is different (etcd's watch guarantees: reliable). Before its first delivery that is W6.
 */
export function makeW5(): Checker {
  return {
    id: "W5",
    title: "watch: reliable",
    kinds: ["watch-delivered"],
    shares: watchMemories,
    see(observation, ghost) {
      const track = bookOf(ghost).before(observation);
      if (observation.kind !== "watch-delivered" || track === undefined) return null;
      const { opened } = track;
      const history = historyOf(ghost);
      let last = track.lastRevision;
      for (const { revision, events } of observation.groups) {
        const skipped = last === 0 ? undefined : firstWanted(ghost, opened, last + 1, revision - 1);
        if (skipped !== undefined)
          return `${nameOf(opened)} delivered revision ${revision} after ${last}, and left out ${skipped.revision}`;
        last = revision;
        const group = history.groups[history.positionOf(revision)];
        const expected =
          group?.revision === revision ? group.events.filter((event) => wants(opened, event)) : [];
        const wrong = events.find((event, position) => !isSame(event, expected[position]));
        if (wrong !== undefined)
          return `${nameOf(opened)} delivered ${show(wrong)} at revision ${revision}; committed there is ${expected.map(show).join(", ") || "nothing"}`;
      }
      return null;
    },
  };
}

function isSame(one: EventSeen, other: EventSeen | undefined): boolean {
  if (other === undefined || one.type !== other.type || one.key !== other.key) return false;
  if (one.type === "delete") return true;
  return (
    one.value === other.value && one.version === other.version && one.createRevision === other.createRevision
  );
}

function show({ type, key, value, version }: EventSeen): string {
  return type === "put" ? `${key} = ${value} (version ${version})` : `the deletion of ${key}`;
}
