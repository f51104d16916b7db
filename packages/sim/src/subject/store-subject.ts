/**
 * The store, with clients of keys, watches and leases: what a run is about unless somebody brings something else.
 */

import { assembleStoreMember } from "@quorate/member/store";
import { putRequest, systemPrincipal } from "@quorate/store";
import { watchMachine } from "../observe/watched-machine.ts";
import { bytesOf } from "../workload/kv-request.ts";
import { Workload } from "../workload/workload.ts";
import type { Subject } from "./subject.ts";

/** See the module. It keeps nothing, so one serves all runs. */
export const storeSubject: Subject = {
  async start(settings, { attachBackend, onStoreEvent, see, ...seams }) {
    const storeMember = await assembleStoreMember(
      { ...settings, onStoreEvent },
      { ...seams, backend: attachBackend(), observeMachine: (machine) => watchMachine(machine, see) },
    );
    return { member: storeMember.member, storeMember };
  },
  makeWorkload(world, plan) {
    if (plan.kind !== "kv") throw new RangeError(`the store has no workload of kind ${plan.kind}`);
    return new Workload(world, plan);
  },
  async probe({ storeMember }, name, nowUs, timeoutMs) {
    if (storeMember === null) return false;
    const command = putRequest({ key: bytesOf(`v/${name}`), value: bytesOf(`${nowUs}`) });
    // Nobody has to know which users there are by now.
    return (await storeMember.execute(command, { timeoutMs, principal: systemPrincipal })).ok;
  },
};
