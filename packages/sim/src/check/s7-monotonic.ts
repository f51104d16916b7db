import type { CoreView } from "@quorate/raft";
import { MemberMap } from "../observe/member-map.ts";
import type { Observation } from "../observe/observation.ts";
import type { Checker } from "./checker.ts";
import type { Recovered } from "./on-disk.ts";
import { promisesTerm, promisingTypes } from "./promises.ts";

type Marks = {
  /** Of this life. */
  term: number;
  commit: number;
  applied: number;
  /** Of all lives: the highest term that was spoken of, and the latest snapshot that the log stood on. */
  sentTerm: number;
  snapshot: number;
};

/**
 * S7: term, commit and applied index never fall in one life; a restart knows every term that it spoke of, and the snapshot
 * that its log stands on (Raft §5.1, §7; figure 2); snapshot ≤ applied ≤ commit ≤ last.
 */
export function makeS7(): Checker {
  const all = new MemberMap<Marks>();
  return {
    id: "S7",
    title: "monotonic positions",
    kinds: ["life", "recovered", "raft", "sent", "snapshot-durable", "snapshot-installed", "log-compacted"],
    sent: promisingTypes,
    see(observation, ghost) {
      const { node } = observation;
      let marks = all.get(node);
      if (marks === undefined) {
        marks = { term: 0, commit: 0, applied: 0, sentTerm: 0, snapshot: 0 };
        all.set(node, marks);
      }
      switch (observation.kind) {
        case "life":
          if (observation.what === "wiped") all.delete(node);
          if (observation.what === "started") all.set(node, { ...marks, term: 0, commit: 0, applied: 0 });
          return null;
        case "recovered":
          return seeRecovered(observation, marks);
        case "sent": {
          const { message } = observation;
          if (promisesTerm(message)) marks.sentTerm = Math.max(marks.sentTerm, message.term);
          return null;
        }
        case "raft":
          return seePositions(observation, ghost.inspect(node), marks);
        default:
          return seeSnapshot(observation, ghost.inspect(node), marks);
      }
    },
  };
}

function seeRecovered(
  { node, hardState, snapshot, firstIndex, lastIndex, isCharged }: Recovered,
  marks: Marks,
): string | null {
  // Hard states are kept twice, and no fault of the model takes both.
  if (hardState.term < marks.sentTerm)
    return `${node} came back with term ${hardState.term}, and had spoken of term ${marks.sentTerm}`;
  const index = snapshot?.index ?? 0;
  if (!isCharged && index < marks.snapshot)
    return `${node} came back with a snapshot of ${index}, and had a durable one of ${marks.snapshot}`;
  marks.snapshot = index;
  if (firstIndex - 1 > index)
    return `${node} came back with a log from ${firstIndex} on, and a snapshot of ${index} only`;
  return lastIndex < firstIndex - 1
    ? `${node} came back with a log from ${firstIndex} to ${lastIndex}`
    : null;
}

function seePositions({ node }: Observation, view: CoreView | null, marks: Marks): string | null {
  if (view === null) return null;
  const { term, commit, applied, lastIndex } = view;
  if (term < marks.term) return `${node} fell from term ${marks.term} to ${term}`;
  if (commit < marks.commit) return `${node} fell from commit ${marks.commit} to ${commit}`;
  if (applied < marks.applied) return `${node} fell from applied ${marks.applied} to ${applied}`;
  if (applied > commit) return `${node} applied ${applied}, and knows only ${commit} to be committed`;
  if (commit > lastIndex) return `${node} has commit ${commit} beyond its log's end ${lastIndex}`;
  marks.term = term;
  marks.commit = commit;
  marks.applied = applied;
  return null;
}

function seeSnapshot(observation: Observation, view: CoreView | null, marks: Marks): string | null {
  const { node } = observation;
  if (observation.kind === "log-compacted") {
    const { upTo } = observation;
    return view !== null && upTo > view.applied
      ? `${node} cut its log up to ${upTo}, and has applied ${view.applied}`
      : null;
  }
  if (observation.kind !== "snapshot-durable" && observation.kind !== "snapshot-installed") return null;
  const { index } = observation.metadata;
  // One that was received becomes the log's when it is installed; one of the own making is of what is applied.
  if (observation.kind === "snapshot-durable" && (view === null || index > view.applied)) return null;
  marks.snapshot = Math.max(marks.snapshot, index);
  return null;
}
