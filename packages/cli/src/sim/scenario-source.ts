/**
 * Scenarios by name or from a file.
 */

import { existsSync, readFileSync } from "node:fs";
import { extname } from "node:path";
import {
  type Experiment,
  findScenarios,
  parseScenarios,
  readScenarios,
  type Scenario,
  ScenarioError,
  scenarioNames,
} from "@quorate/sim";
import { failure, usageError } from "../command-error.ts";
import { nearest } from "../serve/nearest.ts";

/** Reads a file, or else a scenario of the book, made fit for what is simulated. */
export async function loadScenarios(source: string, experiment: Experiment): Promise<readonly Scenario[]> {
  if (!existsSync(source)) {
    const found = findScenarios(source);
    if (found !== null) return found.map((scenario) => experiment.scenario(scenario));
    const meant = nearest(source, scenarioNames());
    const hint = meant === null ? "" : `; did you mean ${meant}?`;
    throw usageError(`there is no scenario or file ${source}${hint} (quorate sim --list shows all)`);
  }
  let text: string;
  try {
    text = readFileSync(source, "utf8");
  } catch (error) {
    throw failure(`${source} cannot be read: ${(error as Error).message}`, { cause: error });
  }
  try {
    const scenarios = await parse(text, extname(source));
    return scenarios.map((scenario) => experiment.scenario(scenario));
  } catch (error) {
    if (error instanceof ScenarioError) throw usageError(`${source}: ${error.message}`);
    throw error;
  }
}

async function parse(text: string, ending: string): Promise<readonly Scenario[]> {
  if (ending !== ".yaml" && ending !== ".yml") return parseScenarios(text);
  const { parse: parseYaml, YAMLParseError } = await import("yaml");
  let document: unknown;
  try {
    document = parseYaml(text);
  } catch (error) {
    if (error instanceof YAMLParseError)
      throw new ScenarioError("", null, `it is not YAML: ${error.message}`);
    throw error;
  }
  return readScenarios(document);
}
