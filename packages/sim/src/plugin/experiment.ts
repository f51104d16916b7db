/**
 * What is simulated, put together: the store or somebody's machine, with the plugins that were named. It makes plans, and
 * says how they are run.
 */

import { allCheckers } from "../check/all-checkers.ts";
import type { MakeChecker } from "../check/checker.ts";
import { machineCheckers } from "../check/machine-checkers.ts";
import { planOfMachine, scenarioOfMachine, scenarioOfStore } from "../machine-under-test/machine-plan.ts";
import { makeMachineSubject } from "../machine-under-test/machine-subject.ts";
import type { SimulatedMachine, SimulatedWorkload } from "../machine-under-test/simulated-machine.ts";
import { expectedMarks } from "../observe/coverage.ts";
import type { Plan } from "../plan/plan.ts";
import { type SwarmOptions, swarmPlan } from "../plan/swarm.ts";
import type { RunOptions } from "../run/simulation.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { ModuleShapeError } from "./module-shape.ts";
import type { SimulationPlugin } from "./plugin.ts";
import { faultsOf, withPlugins } from "./plugin-plan.ts";

/** What is put together. */
export type ExperimentParts = {
  /** Default: the store. */
  readonly machine?: SimulatedMachine;
  /** Takes the place of the machine's own. */
  readonly workload?: SimulatedWorkload;
  readonly plugins?: readonly SimulationPlugin[];
};

/** See the module. */
export type Experiment = {
  /** The machine's name; null: the store. */
  readonly machineName: string | null;
  /** How its plans are run. */
  readonly run: Omit<RunOptions, "searches">;
  /** What a campaign should have seen; see `expectedMarks`. */
  readonly expectedMarks: readonly string[];
  /** Titles of invariants by id. */
  readonly titles: ReadonlyMap<string, string>;
  /** The swarm's plan of a seed. */
  readonly plan: (seed: number, options?: SwarmOptions) => Plan;
  /** A scenario, made fit. @throws ScenarioError if it is about another subject */
  readonly scenario: (scenario: Scenario) => Scenario;
};

/** @throws ModuleShapeError for a machine without a workload, or names that are given twice */
export function makeExperiment({ machine, workload, plugins = [] }: ExperimentParts = {}): Experiment {
  checkNames(plugins);
  const ofPlugins = plugins.flatMap(({ checks = [] }) => checks);
  const checkers = [...(machine === undefined ? allCheckers : machineCheckers), ...ofPlugins];
  const makeSubject = machine === undefined ? {} : subjectOf(machine, workload ?? machine.workload);
  return {
    machineName: machine?.name ?? null,
    run: {
      checkers,
      customFaults: Object.fromEntries(
        Object.entries(faultsOf(plugins)).map(([name, { begin }]) => [name, begin]),
      ),
      customUsers: Object.assign({}, ...plugins.map(({ workloads = {} }) => workloads)) as NonNullable<
        RunOptions["customUsers"]
      >,
      ...makeSubject,
    },
    expectedMarks: expectedMarks.filter((mark) => machine === undefined || !mark.startsWith("store ")),
    titles: titlesOf(checkers),
    plan: (seed, options) => {
      const plan = swarmPlan(seed, options);
      return withPlugins(machine === undefined ? plan : planOfMachine(plan), plugins);
    },
    scenario: machine === undefined ? scenarioOfStore : scenarioOfMachine,
  };
}

function subjectOf(
  machine: SimulatedMachine,
  workload: SimulatedWorkload | undefined,
): Pick<RunOptions, "makeSubject"> {
  if (workload === undefined)
    throw new ModuleShapeError(
      `the machine ${machine.name}`,
      "nothing says what clients do with it",
      "give it a workload, or name a module that exports one with --workload FILE",
    );
  return { makeSubject: () => makeMachineSubject(machine, workload) };
}

function titlesOf(checkers: readonly MakeChecker[]): ReadonlyMap<string, string> {
  const titles = new Map([
    ["D5", "the machine does what its model says"],
    ["linearizability", "one order explains all answers"],
  ]);
  for (const make of checkers) {
    const { id, title } = make();
    titles.set(id, title);
  }
  return titles;
}

function checkNames(plugins: readonly SimulationPlugin[]): void {
  const owners = new Map<string, string>();
  for (const { name: plugin, faults = {}, checks = [], workloads = {} } of plugins) {
    const names = [
      ...Object.keys(faults).map((name) => `fault ${name}`),
      ...checks.map((make) => `check ${make().id}`),
      ...Object.keys(workloads).map((name) => `workload ${name}`),
    ];
    for (const name of names) {
      const other = owners.get(name);
      if (other !== undefined)
        throw new ModuleShapeError(
          `the plugin ${plugin}`,
          `the plugin ${other} has a ${name} too`,
          "rename one",
        );
      owners.set(name, plugin);
    }
  }
}
