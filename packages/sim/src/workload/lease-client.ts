/**
 * A holder of a lease: grants it, attaches a key, keeps it alive, mostly in time, and starts over when it is gone. What it
 * was promised is compared with when the lease was first removed anywhere, in true time (L1).
 */

import type { StoreMember } from "@quorate/member/store";
import { putRequest } from "@quorate/store";
import type { Observation } from "../observe/observation.ts";
import { driftPpmOf } from "../plan/contract.ts";
import type { World } from "../world/world.ts";
import type { AuthUser } from "./auth-user.ts";
import { Client } from "./client.ts";
import type { KvProblem } from "./kv-check.ts";
import { bytesOf, responseOf } from "./kv-request.ts";

/** Clocks of plans within the model may run fast by as much; beyond it, by as much as the plan says. */
const driftShareWithin = 0.05;

/** When leases were first removed. */
export class LeaseRemovals {
  readonly firstUs = new Map<bigint, number>();

  readonly take = (observation: Observation): void => {
    if (observation.kind !== "store" || observation.event.kind !== "lease-removed") return;
    const { id } = observation.event;
    if (!this.firstUs.has(id)) this.firstUs.set(id, observation.atUs);
  };
}

type Held = { readonly id: bigint; readonly ttlUs: number; promisedUntilUs: number };

/** See the module. */
export class LeaseClient {
  private readonly client: Client;
  private readonly held: Held[] = [];
  private leases = 0;
  private isOver = false;
  private readonly driftShare: number;
  private readonly user: AuthUser | null;

  constructor(world: World, number: number, user: AuthUser | null = null) {
    this.user = user;
    this.driftShare = Math.max(driftShareWithin, driftPpmOf(world.plan) / 1_000_000);
    this.client = new Client(world, number, "holder");
  }

  start(): void {
    this.client.after(this.client.random.below(1_000_000), () => this.grant());
  }

  stop(): void {
    this.isOver = true;
  }

  private grant(): void {
    if (this.isOver) return;
    const { client } = this;
    const ttlSeconds = client.random.between(1, 5);
    const id = BigInt(client.number * 1_000_000 + ++this.leases);
    const sentUs = client.nowUs;
    const key = bytesOf(`l/${client.number}`);
    const hold = async (storeMember: StoreMember): Promise<number> => {
      const principal = this.user?.principalAt(storeMember) ?? null;
      const options = { timeoutMs: 1500, principal };
      const response = responseOf(await storeMember.grantLease(id, ttlSeconds, options));
      const granted = response.kind === "lease-grant" ? response.ttlSeconds : ttlSeconds;
      const value = bytesOf(`lease ${id}`);
      await storeMember.execute(putRequest({ key, value, lease: id }), options);
      return granted;
    };
    client.call(hold).then(
      (granted) => {
        client.world.witness.see(0, {
          kind: "lease-granted",
          lease: id,
          ttlMs: granted * 1000,
          sentAtUs: sentUs,
        });
        const ttlUs = granted * 1_000_000;
        const held = { id, ttlUs, promisedUntilUs: sentUs + ttlUs * (1 - this.driftShare) };
        this.held.push(held);
        this.keep(held);
      },
      () => {
        client.leave();
        client.after(500_000, () => this.grant());
      },
    );
  }

  /** Some are lazy and live on the edge. */
  private keep(held: Held): void {
    const { client } = this;
    const pace = client.random.chance(250_000) ? 0.95 : 0.3;
    client.after(held.ttlUs * pace * (0.5 + client.random.below(500) / 1000), () => this.renew(held));
  }

  private renew(held: Held): void {
    if (this.isOver) return;
    const { client } = this;
    const sentUs = client.nowUs;
    client
      .call((storeMember) => storeMember.keepLeaseAlive(held.id, { timeoutMs: 1500 }))
      .then(
        ({ ttlSeconds }) => {
          if (ttlSeconds === 0) {
            this.grant();
            return;
          }
          client.world.witness.see(0, {
            kind: "lease-kept",
            lease: held.id,
            ttlMs: ttlSeconds * 1000,
            sentAtUs: sentUs,
          });
          const untilUs = sentUs + ttlSeconds * 1_000_000 * (1 - this.driftShare);
          held.promisedUntilUs = Math.max(held.promisedUntilUs, untilUs);
          this.keep(held);
        },
        () => {
          client.leave();
          client.after(100_000, () => this.renew(held));
        },
      );
  }

  /** L1: no lease was removed before its holder had to expect it. */
  check(removals: LeaseRemovals): KvProblem | null {
    for (const { id, promisedUntilUs } of this.held) {
      const removedUs = removals.firstUs.get(id);
      if (removedUs === undefined || removedUs >= promisedUntilUs) continue;
      const early = ((promisedUntilUs - removedUs) / 1000).toFixed(1);
      const text = `lease ${id} of holder ${this.client.number} was removed ${early} ms before it could run out`;
      return { invariant: "L1", atUs: removedUs, text };
    }
    return null;
  }
}
