/**
 * The book: the scenarios that come with Quorate, as files in `scenarios/`.
 */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseScenarios, type Scenario } from "./scenario.ts";

const folder = join(import.meta.dirname, "..", "..", "scenarios");
const suffix = ".json";

/** Names of all, in order. */
export function scenarioNames(): readonly string[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith(suffix))
    .map((file) => file.slice(0, -suffix.length))
    .sort();
}

/** The plans of a name; null if the book has no such scenario. */
export function findScenarios(name: string): readonly Scenario[] | null {
  if (!scenarioNames().includes(name)) return null;
  return parseScenarios(readFileSync(join(folder, `${name}${suffix}`), "utf8"));
}
