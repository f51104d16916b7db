/**
 * Plans and scenarios of somebody's machine: as they are for the store, with another workload.
 */

import type { Plan, WorkloadPlan } from "../plan/plan.ts";
import { ScenarioError } from "../scenario/field-reader.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { machineWorkloadKind } from "./machine-subject.ts";

/** Parameters of the store's workload that are about the cluster, so that they make sense here too. */
const kept: ReadonlySet<string> = new Set(["bursts", "churns", "custom", "timeoutMs", "sessionsPercent"]);

/** A plan of the store's as one of somebody's machine: the same faults at the same times. */
export function planOfMachine(plan: Plan): Plan {
  return { ...plan, workload: workloadOfMachine(plan.workload) };
}

function workloadOfMachine(workload: WorkloadPlan): WorkloadPlan {
  const parameters = Object.fromEntries(
    Object.entries(workload.parameters).filter(([name]) => kept.has(name)),
  );
  return { ...workload, kind: machineWorkloadKind, keys: 1, parameters };
}

/** A scenario, without what it expects of the store. */
export function scenarioOfMachine(scenario: Scenario): Scenario {
  const { plan, expect } = scenario;
  const happened = expect.happened.filter((mark) => !mark.startsWith("store "));
  return { ...scenario, plan: planOfMachine(plan), expect: { ...expect, happened } };
}

/** A scenario for the store. @throws ScenarioError if it is one of a machine that is not there */
export function scenarioOfStore(scenario: Scenario): Scenario {
  const { kind } = scenario.plan.workload;
  if (kind !== machineWorkloadKind) return scenario;
  throw new ScenarioError(
    "workload.kind",
    kind,
    "this scenario is about somebody's own state machine; name its module with --state-machine FILE",
  );
}
