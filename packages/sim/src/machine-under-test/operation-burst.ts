/**
 * Many commands at once, at everybody who thinks that he leads: a leader that was cut off gets a long tail of entries that
 * nobody else has.
 */

import { Role } from "@quorate/raft";
import { Client } from "../workload/client.ts";
import type { World } from "../world/world.ts";
import { Turns } from "./operation-client.ts";
import type { OperationLedger } from "./operation-ledger.ts";
import type { SimulatedWorkload } from "./simulated-machine.ts";

const timeoutMs = 1000;

/** See the module. */
export class OperationBurst {
  private readonly client: Client;
  private readonly workload: SimulatedWorkload;
  private readonly ledger: OperationLedger;
  private readonly turns: Turns;
  private readonly everyUs: number;
  private readonly callsMax: number;
  private isOver = false;

  constructor(world: World, number: number, workload: SimulatedWorkload, ledger: OperationLedger) {
    this.client = new Client(world, 1000 + number, "operation burst");
    this.workload = workload;
    this.ledger = ledger;
    this.turns = new Turns(this.client);
    this.everyUs = 1000 * this.client.random.between(100, 1500);
    this.callsMax = this.client.random.between(2, 12);
  }

  start(): void {
    this.client.after(this.client.random.delayUs(10_000, this.everyUs), () => this.burst());
  }

  /** Makes no more calls. */
  stop(): void {
    this.isOver = true;
  }

  private burst(): void {
    if (this.isOver) return;
    const { client } = this;
    const leaders = [...client.world.machines.values()].filter(({ view }) => view?.role === Role.leader);
    for (const place of leaders) {
      const count = client.random.between(1, this.callsMax);
      for (let call = 0; call < count; call++) {
        const wanted = this.workload.next(this.turns.next());
        if ("command" in wanted) void this.ledger.call(client, wanted, { session: null, timeoutMs, place });
      }
    }
    this.start();
  }
}
