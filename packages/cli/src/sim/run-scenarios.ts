/**
 * Scenarios on the command line: by name or from a file, each compared with what it expects.
 */

import { existsSync, readFileSync } from "node:fs";
import { basename, extname } from "node:path";
import {
  allCheckers,
  compareWithExpected,
  exitCodes,
  findScenarios,
  parseScenarios,
  readScenarios,
  runSeed,
  type Scenario,
  ScenarioError,
  scenarioNames,
} from "@quorate/sim";
import { failure, usageError } from "../command-error.ts";
import { nearest } from "../serve/nearest.ts";
import { quoted, reportFailure } from "./failure-report.ts";
import { ProgressLine, progressBar } from "./progress-line.ts";
import type { SimOptions } from "./sim-options.ts";
import { exitCodeOf, worse } from "./sim-verdict.ts";

/** Runs all plans of a name or file; gives the exit code. */
export async function runScenarios(
  source: string,
  options: SimOptions,
  takeStrays: () => readonly string[],
): Promise<number> {
  const scenarios = await loadScenarios(source);
  const progress = new ProgressLine(process.stderr, process.env);
  let exitCode = 0;
  for (const [position, scenario] of scenarios.entries()) {
    const { plan, expect } = scenario;
    progress.show(() => `${progressBar(position / scenarios.length)} ${plan.name}`);
    const { report } = await runSeed(plan.seed, {
      checkers: allCheckers,
      makePlan: () => plan,
      repeatsEvery: 1,
      takeStrays,
      ...(options.search === true ? { searches: true } : {}),
    });
    progress.clear();
    const problem = compareWithExpected(scenario, report);
    const seconds = (report.virtualUs / 1_000_000).toFixed(1);
    if (problem === null) {
      print(
        `${plan.name}: ${expect.verdict}, as expected, after ${seconds} virtual seconds; hash ${report.hash}`,
      );
      continue;
    }
    print(`${plan.name}: ${problem}`);
    const code = exitCodeOf(report.verdict);
    exitCode = worse(exitCode, code === exitCodes.pass ? exitCodes.unknown : code);
    if (report.verdict.kind !== "pass" && expect.verdict === "pass") {
      const again = `quorate sim --scenario ${quoted(source)}`;
      const fileName = `failure-${plan.name.replace(/[^\w-]+/g, "-")}`;
      const failed = { plan, verdict: report.verdict, again, fileName };
      for (const line of await reportFailure(failed, shrinking(source, options), takeStrays, progress))
        print(line);
    }
    if (options.keepGoing !== true) break;
  }
  return exitCode;
}

/** What shrinking wrote is not shrunk again. */
function shrinking(source: string, options: SimOptions): SimOptions {
  return basename(source).startsWith("failure-") ? { ...options, shrink: false } : options;
}

/** Reads a file, or else a scenario of the book. */
async function loadScenarios(source: string): Promise<readonly Scenario[]> {
  if (!existsSync(source)) {
    const found = findScenarios(source);
    if (found !== null) return found;
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
    return await parse(text, extname(source));
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

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
