/**
 * Many writes at once, at everybody who thinks that he leads: so a leader that was cut off gets a long tail of entries that
 * nobody else has, which is where logs that disagree come from.
 */

import { Role } from "@quorate/raft";
import type { World } from "../world/world.ts";
import type { AuthUser } from "./auth-user.ts";
import type { CallLedger } from "./call-ledger.ts";
import { Client } from "./client.ts";
import { keyPrefix } from "./kv-request.ts";

const timeoutMs = 1000;

/** See the module. */
export class BurstClient {
  private readonly client: Client;
  private readonly ledger: CallLedger;
  private readonly user: AuthUser | null;
  private readonly keys: number;
  private readonly everyUs: number;
  private readonly writesMax: number;
  private writes = 0;
  private isOver = false;

  constructor(world: World, number: number, keys: number, ledger: CallLedger, user: AuthUser | null = null) {
    this.client = new Client(world, 1000 + number, "burst");
    this.ledger = ledger;
    this.user = user;
    this.keys = keys;
    this.everyUs = 1000 * this.client.random.between(100, 1500);
    this.writesMax = this.client.random.between(2, 12);
  }

  start(): void {
    this.again();
  }

  stop(): void {
    this.isOver = true;
  }

  private again(): void {
    this.client.after(this.client.random.delayUs(10_000, this.everyUs), () => this.burst());
  }

  private burst(): void {
    if (this.isOver) return;
    const { client } = this;
    const leaders = [...client.world.machines.values()].filter(({ view }) => view?.role === Role.leader);
    for (const leader of leaders) {
      const count = client.random.between(1, this.writesMax);
      for (let write = 0; write < count; write++) {
        const key = `${keyPrefix}${client.random.below(this.keys)}`;
        const value = `${client.number}.${++this.writes}`;
        const input = { kind: "put", key, value, inSession: false } as const;
        this.ledger.call(client, input, { timeoutMs, place: leader, user: this.user }, () => undefined);
      }
    }
    this.again();
  }
}
