/**
 * Somebody's state machine as what a run is about.
 */

import { assembleMember, type SourcedEvent } from "@quorate/member";
import type { Subject } from "../subject/subject.ts";
import { OperationWorkload } from "./operation-workload.ts";
import type { SimulatedMachine, SimulatedWorkload } from "./simulated-machine.ts";
import { TestedMachine } from "./tested-machine.ts";

/** What plans of somebody's machine call their workload. */
export const machineWorkloadKind = "machine";

/** Makes what one run is about. */
export function makeMachineSubject(definition: SimulatedMachine, workload: SimulatedWorkload): Subject {
  const tested = new WeakMap<object, TestedMachine>();
  const testedOf = (member: object): TestedMachine => {
    const machine = tested.get(member);
    if (machine === undefined) throw new TypeError("this member has another machine");
    return machine;
  };
  return {
    async start(settings, { see, monotonicNowMs, ...seams }) {
      const { wallNow, random } = seams;
      const next32 = (): number => random.below(0x1_0000_0000);
      const machine = new TestedMachine(definition, see, { wallNowMs: wallNow, monotonicNowMs, next32 });
      const onEvent = (sourced: SourcedEvent): void => {
        settings.onEvent?.(sourced);
        const { source, event } = sourced;
        if (source === "member" && event.kind === "snapshot-restored") machine.restoredAt(event.index);
      };
      const { stateMachine } = machine;
      const member = await assembleMember({ ...settings, stateMachine, onEvent }, seams);
      tested.set(member, machine);
      return { member, storeMember: null };
    },
    makeWorkload(world, plan) {
      if (plan.kind !== machineWorkloadKind)
        throw new RangeError(`a state machine of one's own has no workload of kind ${plan.kind}`);
      return new OperationWorkload(world, plan, {
        definition,
        workload,
        codec: definition.create(),
        testedOf,
      });
    },
    // Goes through the log and needs no command of the workload.
    probe: async ({ member }, _name, _nowUs, timeoutMs) => {
      await member.openSession({ timeoutMs });
      return true;
    },
  };
}
