/**
 * What clients do with an inventory, and what they may expect of it.
 */

import { defineWorkload, type Model } from "@quorate/sim";
import { encodeCommand, type Inventory, type InventoryCommand, type InventoryResult } from "./inventory.ts";

/** A command, or the question how many there are of an item. */
export type InventoryInput = InventoryCommand | { readonly kind: "left"; readonly item: string };
export type InventoryOutput = InventoryResult | number;

const items = ["chair", "lamp", "table"];

/** Asks a third of the time, stocks a few things, and reserves more. */
export const workload = defineWorkload<Pick<Inventory, "left">, InventoryInput, InventoryOutput>({
  next({ random, client, unique }) {
    const item = random.pick(items);
    if (random.below(3) === 0)
      return { input: { kind: "left", item }, query: (inventory) => inventory.left(item) };
    const input: InventoryCommand =
      random.below(3) === 0
        ? { kind: "stock", item, count: random.between(1, 4), nonce: unique }
        : { kind: "reserve", item, customer: `customer-${client}`, nonce: unique };
    return { input, command: encodeCommand(input) };
  },
});

/** One item: how many there are. What a ticket's number may be is left open. */
export const inventoryModel: Model<number, InventoryInput, InventoryOutput> = {
  name: "inventory",
  initial: 0,
  step(left, input, output) {
    if (input.kind === "left") return output === null || output === left ? left : undefined;
    const after = input.kind === "stock" ? left + input.count : Math.max(0, left - 1);
    if (output === null) return after;
    if (typeof output === "number") return undefined;
    if ("error" in output) return input.kind === "reserve" && left === 0 ? left : undefined;
    const isReserved = "ticket" in output;
    return isReserved === (input.kind === "reserve" && left > 0) && output.left === after ? after : undefined;
  },
  key: (left) => `${left}`,
  part: ({ item }) => item,
  describe: (input, output) =>
    `${input.kind} ${input.item} → ${output === null ? "?" : JSON.stringify(output)}`,
};
