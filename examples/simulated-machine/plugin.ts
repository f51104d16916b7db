/**
 * A plugin: a fault, an invariant and a user of the cluster that the simulator does not have.
 */

import { type Checker, definePlugin, Priority } from "@quorate/sim";
import type { InventoryResult } from "./inventory.ts";

/** No two reservations ever have the same ticket. */
function makeTicketsDiffer(): Checker {
  const entryOf = new Map<number, number>();
  return {
    id: "x-tickets-differ",
    title: "no two reservations have the same ticket",
    kinds: ["machine-result"],
    see(observation) {
      if (observation.kind !== "machine-result") return null;
      const result = observation.output as InventoryResult;
      if (!("ticket" in result)) return null;
      const { index, node } = observation;
      const other = entryOf.get(result.ticket) ?? index;
      entryOf.set(result.ticket, index);
      return other === index
        ? null
        : `${node} gave ticket ${result.ticket} to the reservation at index ${index}; the one at ${other} has it already`;
    },
  };
}

export const plugin = definePlugin({
  name: "inventory plugin",
  faults: {
    /** Restarts a member again and again, each time a little later. */
    stutter: {
      begin({ world, machines, parameters, random }) {
        const { everyMs } = parameters as { readonly everyMs: number };
        let isOver = false;
        const again = (delayMs: number): void => {
          world.time.after(delayMs * 1000, Priority.fault, () => {
            if (isOver) return;
            for (const machine of machines) {
              machine.kill();
              machine.start();
            }
            again(delayMs + random.below(everyMs));
          });
        };
        again(everyMs);
        return () => {
          isOver = true;
        };
      },
      weight: 10,
      draw: (random) => ({ everyMs: random.between(50, 500) }),
      lastsMsMax: 2000,
    },
  },
  checks: [makeTicketsDiffer],
  workloads: {
    /** Asks members for their status all the time; that must never disturb anybody. */
    onlooker({ client }) {
      let isOver = false;
      const look = (): void => {
        if (isOver) return;
        const again = (): void => client.after(20_000, look);
        client.callMember(async ({ member }) => member.status()).then(again, again);
      };
      return {
        start: look,
        stop: () => {
          isOver = true;
        },
      };
    },
  },
});
