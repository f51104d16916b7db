import { type Entry, EntryType, Role } from "@quorate/raft";
import { MemberMap } from "../observe/member-map.ts";
import type { Checker } from "./checker.ts";

/**
 * C2: at most one change of the configuration is pending. No log ever has two that are not committed, and a leader proposes
 * one only when it has applied every earlier one, and all that it found in its log when it was elected: that cannot be
 * applied before something of its own term is committed, unless all of it was committed already (thesis §4.1, and the
 * correction to it of 2015: without that, two leaders may change the same configuration apart from each other).
 */
export function makeC2(): Checker {
  const inherited = new MemberMap<number>();
  /** Indexes of the changes in each member's log that are not committed yet, rising: one, or two when this fires. */
  const pending = new MemberMap<readonly number[]>();
  return {
    id: "C2",
    title: "one pending change",
    kinds: ["raft", "appended", "recovered", "life"],
    events: ["role-changed", "conf-change-proposed"],
    see(observation, ghost) {
      const { node } = observation;
      if (observation.kind === "life") {
        if (observation.what === "started") inherited.delete(node);
        return null;
      }
      if (observation.kind === "appended" || observation.kind === "recovered") {
        const isNew = observation.kind === "recovered";
        const left = replace(
          isNew ? noIndexes : (pending.get(node) ?? noIndexes),
          observation.entries,
          ghost.lastCommitted,
        );
        if (left.length > 0) pending.set(node, left);
        else pending.delete(node);
        return left.length < 2
          ? null
          : `${node} has changes at ${left.join(" and ")} in its log, and ${ghost.lastCommitted} is committed`;
      }
      if (observation.kind !== "raft") return null;
      const { event } = observation;
      if (event.kind === "role-changed" && event.role === Role.leader)
        inherited.set(node, ghost.inspect(node)?.lastIndex ?? 0);
      if (event.kind !== "conf-change-proposed") return null;
      const view = ghost.inspect(node);
      const last = inherited.get(node) ?? 0;
      if (view === null) return null;
      if (view.applied < last)
        return `${node} proposes a change in term ${event.term}, began that term with a log to ${last}, and has applied ${view.applied}`;
      const other = pending.get(node)?.find((index) => index > view.applied && index !== event.index);
      return other === undefined
        ? null
        : `${node} proposes a change at ${event.index} while the one at ${other} is not in force`;
    },
  };
}

const noIndexes: readonly number[] = [];

/** Linear in the entries, which are looked at for their type only. */
function replace(before: readonly number[], entries: readonly Entry[], committed: number): readonly number[] {
  if (before.length === 0 && !entries.some(isChange)) return noIndexes;
  const first = entries[0]?.index ?? Number.POSITIVE_INFINITY;
  const left = before.filter((index) => index < first && index > committed);
  for (const entry of entries) if (isChange(entry) && entry.index > committed) left.push(entry.index);
  return left;
}

function isChange({ type }: Entry): boolean {
  return type !== EntryType.normal;
}
