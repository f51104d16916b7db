/**
 * What is simulated: the store, or the modules that somebody named with `--state-machine`, `--workload` and `--plugin`.
 * Worker processes of a campaign load them as well, each for itself.
 */

import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import {
  type Experiment,
  ModuleShapeError,
  makeExperiment,
  readMachineModule,
  readPluginModule,
  readWorkloadModule,
} from "@quorate/sim";
import { failure, usageError } from "../command-error.ts";
import { quoted } from "./shell-word.ts";
import type { SimOptions } from "./sim-options.ts";

type Exports = Readonly<Record<string, unknown>>;

/** Loads it; the promise is rejected if a module cannot be loaded, or does not export what it should. */
export async function loadExperiment({
  stateMachine,
  workload,
  plugin = [],
}: SimOptions): Promise<Experiment> {
  if (workload !== undefined && stateMachine === undefined)
    throw usageError("--workload says what clients do with a machine; name it with --state-machine FILE");
  try {
    const plugins = [];
    for (const path of plugin) plugins.push(readPluginModule(await load(path), path));
    return makeExperiment({
      plugins,
      ...(stateMachine === undefined
        ? {}
        : { machine: readMachineModule(await load(stateMachine), stateMachine) }),
      ...(workload === undefined ? {} : { workload: readWorkloadModule(await load(workload), workload) }),
    });
  } catch (error) {
    if (error instanceof ModuleShapeError) throw usageError(error.message);
    throw error;
  }
}

async function load(path: string): Promise<Exports> {
  if (!existsSync(path)) throw usageError(`there is no file ${path}`);
  try {
    return (await import(pathToFileURL(resolve(path)).href)) as Exports;
  } catch (error) {
    throw failure(`${path} cannot be loaded: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}

/** The flags that name the same modules again, each with a blank before it. */
export function moduleFlags({ stateMachine, workload, plugin = [] }: SimOptions): string {
  return [
    ...(stateMachine === undefined ? [] : ["--state-machine", stateMachine]),
    ...(workload === undefined ? [] : ["--workload", workload]),
    ...plugin.flatMap((path) => ["--plugin", path]),
  ]
    .map((word) => ` ${quoted(word)}`)
    .join("");
}
