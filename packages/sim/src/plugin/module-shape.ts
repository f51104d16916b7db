/**
 * What a module exports that somebody names on the command line: whether it is what it should be, and if not, what to write.
 */

import type { SimulatedMachine, SimulatedWorkload } from "../machine-under-test/simulated-machine.ts";
import type { SimulationPlugin } from "./plugin.ts";

/** A module does not export what it should. */
export class ModuleShapeError extends Error {
  constructor(path: string, problem: string, remedy: string) {
    super(`${path}: ${problem}; ${remedy}`);
    this.name = "ModuleShapeError";
  }
}

type Fields = Readonly<Record<string, unknown>>;

const machineRemedy =
  "export const machine = defineSimulatedMachine({ name, create, workload }), with that function from @quorate/sim";
const workloadRemedy =
  "export const workload = defineWorkload({ next(turn) { … } }), with that function from @quorate/sim";
const pluginRemedy =
  "export const plugin = definePlugin({ name, faults, checks, workloads }), with that function from @quorate/sim";
const namePattern = /^[a-z][a-z0-9-]*$/;
const machineMethods = ["apply", "snapshot", "restore"] as const;

/** The machine that a module exports; one is made to look at it. @throws ModuleShapeError */
export function readMachineModule(exported: Fields, path: string): SimulatedMachine {
  const found = exportOf(exported, "machine", path, machineRemedy);
  const fail = (problem: string, remedy = machineRemedy): never => {
    throw new ModuleShapeError(path, problem, remedy);
  };
  const { name, create, workload, model } = found;
  if (typeof name !== "string" || name === "") fail("the machine has no name");
  if (typeof create !== "function") return fail("create is missing, the function that makes a fresh machine");
  if (workload !== undefined) checkWorkload(workload, path);
  if (model !== undefined) checkFields(model, ["step", "key", "describe"], "the model", path);
  let machine: unknown;
  try {
    machine = (create as () => unknown)();
  } catch (error) {
    return fail(`create() threw: ${error instanceof Error ? error.message : String(error)}`, "mend it");
  }
  checkFields(machine, machineMethods, "what create() returns", path);
  const { durable = null } = machine as { readonly durable?: unknown };
  if (durable !== null)
    fail(
      "the machine keeps its own state on disk, and that disk cannot be simulated",
      "give the simulation one whose durable is null",
    );
  return found as unknown as SimulatedMachine;
}

/** The workload that a module exports. @throws ModuleShapeError */
export function readWorkloadModule(exported: Fields, path: string): SimulatedWorkload {
  const found = exportOf(exported, "workload", path, workloadRemedy);
  checkWorkload(found, path);
  return found as unknown as SimulatedWorkload;
}

/** The plugin that a module exports. @throws ModuleShapeError */
export function readPluginModule(exported: Fields, path: string): SimulationPlugin {
  const found = exportOf(exported, "plugin", path, pluginRemedy);
  const { name, faults = {}, checks = [], workloads = {} } = found;
  if (typeof name !== "string" || name === "")
    throw new ModuleShapeError(path, "the plugin has no name", pluginRemedy);
  const unknown = Object.keys(found).find(
    (field) => !["name", "faults", "checks", "workloads"].includes(field),
  );
  if (unknown !== undefined)
    throw new ModuleShapeError(
      path,
      `a plugin has no ${unknown}`,
      "there are name, faults, checks and workloads",
    );
  for (const [faultName, fault] of entriesOf(faults, "faults", path)) checkFault(faultName, fault, path);
  for (const [userName, make] of entriesOf(workloads, "workloads", path)) {
    checkName(userName, "workloads", path);
    if (typeof make !== "function")
      throw new ModuleShapeError(
        path,
        `workloads.${userName} is no function`,
        "write ({ world, client, number }) => ({ start, stop })",
      );
  }
  checkChecks(checks, path);
  return found as unknown as SimulationPlugin;
}

/** An export by its name, or else the default one. */
function exportOf(exported: Fields, name: string, path: string, remedy: string): Fields {
  const found = exported[name] ?? exported["default"];
  if (found === undefined) {
    const names = Object.keys(exported);
    const there = names.length === 0 ? "nothing" : names.join(", ");
    throw new ModuleShapeError(path, `it does not export ${name} (it exports ${there})`, remedy);
  }
  if (typeof found !== "object" || found === null)
    throw new ModuleShapeError(path, `the ${name} that it exports is a ${typeof found}`, remedy);
  return found as Fields;
}

function checkWorkload(workload: unknown, path: string): void {
  if (typeof workload !== "object" || workload === null || typeof (workload as Fields)["next"] !== "function")
    throw new ModuleShapeError(
      path,
      "the workload has no next()",
      "write next(turn), which returns { input, command: bytes } or { input, query: (machine) => output }",
    );
}

function checkFields(value: unknown, methods: readonly string[], what: string, path: string): void {
  const missing = methods.filter(
    (name) => typeof value !== "object" || value === null || typeof (value as Fields)[name] !== "function",
  );
  if (missing.length > 0)
    throw new ModuleShapeError(
      path,
      `${what} lacks ${missing.map((name) => `${name}()`).join(", ")}`,
      "see StateMachine of @quorate/member and Model of @quorate/sim",
    );
}

function entriesOf(value: unknown, field: string, path: string): readonly (readonly [string, unknown])[] {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return Object.entries(value);
  throw new ModuleShapeError(path, `${field} is no object`, `write ${field}: { "my-name": … }`);
}

function checkName(name: string, field: string, path: string): void {
  if (!namePattern.test(name))
    throw new ModuleShapeError(
      path,
      `${field} has a "${name}"`,
      "use small letters, digits and hyphens in names",
    );
}

function checkFault(name: string, fault: unknown, path: string): void {
  checkName(name, "faults", path);
  checkFields(fault, ["begin"], `the fault ${name}`, path);
  const { weight = 0, lastsMsMax = 1 } = fault as Fields;
  if (typeof weight !== "number" || !(weight >= 0 && weight <= 100))
    throw new ModuleShapeError(
      path,
      `the weight of ${name} is ${String(weight)}`,
      "write a number from 0 to 100",
    );
  if (typeof lastsMsMax !== "number" || !Number.isSafeInteger(lastsMsMax) || lastsMsMax < 1)
    throw new ModuleShapeError(
      path,
      `lastsMsMax of ${name} is ${String(lastsMsMax)}`,
      "write whole milliseconds, at least 1",
    );
}

function checkChecks(checks: unknown, path: string): void {
  if (!Array.isArray(checks))
    throw new ModuleShapeError(path, "checks is no list", "write checks: [() => ({ id, title, see })]");
  for (const [position, make] of (checks as readonly unknown[]).entries()) {
    if (typeof make !== "function")
      throw new ModuleShapeError(
        path,
        `checks[${position}] is no function`,
        "a check is made anew for every run: write () => ({ id, title, see })",
      );
    const check: unknown = (make as () => unknown)();
    checkFields(check, ["see"], `what checks[${position}] returns`, path);
    const { id, title } = check as Fields;
    if (typeof id !== "string" || !/^x-[a-z0-9-]+$/.test(id))
      throw new ModuleShapeError(
        path,
        `checks[${position}] has the id ${String(id)}`,
        "begin ids with x-: x-my-check",
      );
    if (typeof title !== "string")
      throw new ModuleShapeError(path, `the check ${id} has no title`, "say in a few words what must hold");
  }
}
