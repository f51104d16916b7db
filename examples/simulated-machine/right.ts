/**
 * The inventory, to be simulated: `npm run quorate -- sim --state-machine examples/simulated-machine/right.ts --seeds 1..20`.
 */

import { defineSimulatedMachine } from "@quorate/sim";
import { Inventory } from "./inventory.ts";
import { inventoryModel, workload } from "./inventory-workload.ts";

export const machine = defineSimulatedMachine({
  name: "inventory",
  create: () => new Inventory(),
  workload,
  model: inventoryModel,
});
