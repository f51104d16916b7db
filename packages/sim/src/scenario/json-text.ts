/**
 * JSON of people: what is wrong with it is an error like any other of a scenario.
 */

import { ScenarioError } from "./field-reader.ts";

/** Parses; throws {@link ScenarioError}. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ScenarioError("", null, `it is not JSON: ${reason}`);
  }
}
