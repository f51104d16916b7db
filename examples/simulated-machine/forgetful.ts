/**
 * An inventory with a mistake: its snapshot leaves out which ticket is the next. As long as no member restarts or falls
 * behind nobody notices.
 */

import { defineSimulatedMachine } from "@quorate/sim";
import { encodeState, Inventory } from "./inventory.ts";
import { workload } from "./inventory-workload.ts";

export const machine = defineSimulatedMachine({
  name: "forgetful inventory",
  create: () => {
    const inventory = new Inventory();
    return {
      left: (item: string) => inventory.left(item),
      apply: (commands) => inventory.apply(commands),
      snapshot: () => encodeState({ ...inventory.state, nextTicket: 1 }),
      restore: () => inventory.restore(),
      digest: () => inventory.digest(),
    } satisfies Pick<Inventory, "left" | "apply" | "snapshot" | "restore" | "digest">;
  },
  workload,
});
