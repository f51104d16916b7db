import { EntryType, equalConfStates } from "@quorate/raft";
import type { Ghost } from "../observe/ghost.ts";
import type { Observation } from "../observe/observation.ts";
import type { Checker } from "./checker.ts";
import { describeConfig, latestConfig } from "./configurations.ts";

/**
 * C1: the configuration in force follows from the log, at one rule everywhere: from the moment that a change is applied,
 * until the next one is (thesis §4.1 has it from the append on; here it is the application, so nothing has to be reverted).
 * After the same entry it is the same on all members, after a restart and with a snapshot too.
 */
export function makeC1(): Checker {
  /** Where changes were ever appended, and in which terms. */
  const changes = new Map<number, Set<number>>();
  return {
    id: "C1",
    title: "effective configuration",
    kinds: ["appended", "config"],
    see(observation, ghost) {
      if (observation.kind === "appended") {
        for (const { type, index, term } of observation.entries)
          if (type !== EntryType.normal) changes.set(index, (changes.get(index) ?? new Set()).add(term));
        return null;
      }
      return observation.kind === "config" ? seeConfig(observation, changes, ghost) : null;
    },
  };
}

function seeConfig(
  { node, index, config, by }: Observation & { readonly kind: "config" },
  changes: ReadonlyMap<number, ReadonlySet<number>>,
  ghost: Ghost,
): string | null {
  if (by === "entry") {
    const term = ghost.nodes.get(node)?.log.term(index);
    if (index > ghost.lastCommitted)
      return `${node} put a change at ${index} into force, and only ${ghost.lastCommitted} is committed`;
    if (term !== undefined && changes.get(index)?.has(term) !== true)
      return `${node} changed its configuration after entry ${index}, which is no change`;
  }
  // A state of an index comes from somebody who applied everything up to it, so its configuration is known.
  const known = by === "entry" ? (ghost.configs.get(index) ?? null) : latestConfig(ghost.configs, index);
  return known === null || equalConfStates(known, config)
    ? null
    : `${node} has ${describeConfig(config)} after entry ${index}; there they are ${describeConfig(known)}`;
}
