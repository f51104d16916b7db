import type { Ghost } from "../observe/ghost.ts";
import type { Checker } from "./checker.ts";
import { historyOf } from "./revision-history.ts";
import { bookOf, firstWanted, nameOf, type WatchTrack, watchMemories } from "./watch-book.ts";

/**
 * W7: when a watch is told that it has everything up to a revision, that is so: nothing up to there was left out, nothing
 * comes afterwards (etcd's watch guarantees: bookmarkable).
 */
export function makeW7(): Checker {
  return {
    id: "W7",
    title: "watch: bookmarkable",
    kinds: ["watch-delivered", "watch-progress"],
    shares: watchMemories,
    see(observation, ghost) {
      const track = bookOf(ghost).before(observation);
      if (track === undefined) return null;
      const { opened, throughRevision, lastRevision } = track;
      if (observation.kind === "watch-progress")
        return seeBookmark(track, lastRevision, observation.revision, ghost);
      if (observation.kind !== "watch-delivered") return null;
      const [first] = observation.groups;
      // What was delivered before is W3's or W4's.
      if (
        first !== undefined &&
        first.revision <= throughRevision &&
        first.revision > lastRevision &&
        first.revision >= opened.startRevision
      )
        return `${nameOf(opened)} had everything up to ${throughRevision}, and delivered revision ${first.revision} then`;
      const last = observation.groups.at(-1)?.revision ?? lastRevision;
      return seeBookmark(track, last, observation.throughRevision, ghost);
    },
  };
}

function seeBookmark(
  { opened, throughRevision }: WatchTrack,
  last: number,
  revision: number,
  ghost: Ghost,
): string | null {
  const committed = historyOf(ghost).revision;
  if (revision > committed && revision >= opened.startRevision)
    return `${nameOf(opened)} has everything up to ${revision}; committed is ${committed}`;
  const from = Math.max(last, throughRevision, opened.startRevision - 1) + 1;
  const missed = firstWanted(ghost, opened, from, revision);
  return missed === undefined
    ? null
    : `${nameOf(opened)} was told to have everything up to ${revision}, and was not given ${missed.revision}`;
}
