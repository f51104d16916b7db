/**
 * Flags that do nothing here: named in one line, or refused because somebody would rely on them.
 */

import { usageError } from "../command-error.ts";
import type { Assignment, Assignments, Notice } from "./assignment.ts";
import { describe, parseSwitch } from "./flag-values.ts";

/** @throws CommandError for the first one that must be refused */
export function checkStandings(assignments: Assignments): readonly Notice[] {
  const given = [...assignments.values()];
  for (const assignment of given) {
    const { standing } = assignment.flag;
    if (standing.is === "refused" && asksForSomething(assignment))
      throw usageError(`${describe(assignment)}: ${standing.why}`);
  }
  const accepted = given
    .filter(({ flag }) => flag.standing.is === "accepted")
    .map(({ spelling }) => spelling);
  if (accepted.length === 0) return [];
  return [{ level: "info", text: `accepted for etcd's sake, without effect: ${accepted.join(", ")}` }];
}

function asksForSomething({ flag, text }: Assignment): boolean {
  if (flag.kind === "switch") {
    const value = parseSwitch(text);
    return ![flag.initial, ...flag.harmless].some((harmless) => parseSwitch(harmless) === value);
  }
  return text !== "" && text !== flag.initial && !flag.harmless.includes(text);
}
