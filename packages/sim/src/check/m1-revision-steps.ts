import type { Checker } from "./checker.ts";
import { historyOf } from "./revision-history.ts";

/**
 * M1: the revision rises by one for a command that changes keys, however many, and not at all for another one; every member
 * says the same of the same entry (etcd's data model; README of the store, invariant 4).
 */
export function makeM1(): Checker {
  /** By index. */
  const revisions: (number | undefined)[] = [];
  return {
    id: "M1",
    title: "revision steps",
    kinds: ["applied"],
    see(observation, ghost) {
      if (observation.kind !== "applied") return null;
      const { node, entry } = observation;
      const { index, outcome } = entry;
      const history = historyOf(ghost);
      const step = history.take(observation);
      const revision = outcome?.ok === true ? outcome.response.revision : 0;
      const known = revisions[index];
      if (known === undefined) revisions[index] = revision;
      else if (known !== revision)
        return `${node} is at revision ${revision || "none"} after entry ${index}; others at ${known || "none"}`;
      if (step === null || outcome?.ok !== true || revision === history.revision) return null;
      return `entry ${index} (${step.command.kind}) changed ${step.events.length} keys at ${node} and came to revision ${revision}; it must be ${history.revision}`;
    },
  };
}
