import type { Checker } from "./checker.ts";
import { historyOf } from "./revision-history.ts";
import { bookOf, firstWanted, nameOf, watchMemories } from "./watch-book.ts";

/**
 * W6: a watch may begin at any revision that is not compacted, at any member, and misses nothing from there on; one that
 * must end because of a compaction needs what was compacted (etcd's watch guarantees: resumable).
 */
export function makeW6(): Checker {
  return {
    id: "W6",
    title: "watch: resumable",
    kinds: ["watch-delivered", "watch-ended"],
    shares: watchMemories,
    see(observation, ghost) {
      const track = bookOf(ghost).before(observation);
      if (track === undefined) return null;
      const { opened, lastRevision, throughRevision, resumedThrough } = track;
      if (observation.kind === "watch-ended") {
        const { compactRevision } = observation;
        if (compactRevision === 0) return null;
        if (compactRevision > historyOf(ghost).compactRevision)
          return `${nameOf(opened)} ended by a compaction at ${compactRevision}; committed is one at ${historyOf(ghost).compactRevision || "none"}`;
        return throughRevision + 1 < compactRevision || opened.startRevision < 0
          ? null
          : `${nameOf(opened)} ended by a compaction at ${compactRevision}, and needed only what is from ${throughRevision + 1} on`;
      }
      const [first] = observation.kind === "watch-delivered" ? observation.groups : [];
      if (first === undefined || lastRevision > 0) return null;
      const missed = firstWanted(ghost, opened, opened.startRevision, first.revision - 1);
      const from = resumedThrough > 0 ? `, resumed after ${resumedThrough},` : "";
      return missed === undefined
        ? null
        : `${nameOf(opened)}${from} begins at ${opened.startRevision}, delivered ${first.revision} first, and left out ${missed.revision}`;
    },
  };
}
