/**
 * Lease chaos: holders keep their leases alive, or try to, while members die, pause, are cut off and lead in turns. What is
 * promised to a holder is checked against when its lease was first revoked anywhere.
 */

import assert from "node:assert/strict";
import type { StoreMember } from "../src/store-member/assemble-store-member.ts";
import { SeededRandom } from "./seeded-random.ts";
import type { VirtualHost } from "./virtual-host.ts";
import { StoreCluster } from "./virtual-store.ts";

/** What one run came to. */
export type LeaseChaosReport = {
  readonly leases: number;
  readonly renewals: number;
  /** Leases that were revoked while their holders still tried. */
  readonly lost: number;
  readonly faults: number;
};

type Holder = {
  readonly id: bigint;
  readonly ttlMs: number;
  /** When the last keep-alive (or the grant) that succeeded was sent. */
  sentAtMs: number;
  isOver: boolean;
};

const holdersMax = 8;

/** One run; throws if a promise did not hold. */
export class LeaseChaos {
  private readonly seed: number;
  private readonly random: SeededRandom;
  private readonly all: StoreCluster;
  private readonly holders: Holder[] = [];
  private readonly problems: string[] = [];
  private renewals = 0;
  private faults = 0;
  private isOver = false;

  constructor(seed: number) {
    this.seed = seed;
    this.random = new SeededRandom(seed, "lease chaos");
    this.all = new StoreCluster({
      seed,
      keepsEvents: false,
      settings: { limits: { quorumLossMs: 1500 } },
      // Half of the runs with checkpoints, which make elections harder to get right.
      store: { leaseCheckpointMs: this.random.once(2) ? 700 : 0 },
    });
  }

  /** Runs `forMs` of virtual time, lets everything come to rest, and checks. */
  async run(forMs: number): Promise<LeaseChaosReport> {
    const { cluster } = this.all;
    cluster.delayMs = () => 1 + (this.random.once(20) ? this.random.below(60) : this.random.below(3));
    cluster.startAll();
    await cluster.ready();
    this.beginHolders();
    this.beginFaults();
    await cluster.advance(forMs);
    this.isOver = true;
    await this.rest();
    this.check();
    const lost = this.holders.filter(({ isOver }) => isOver).length;
    return { leases: this.holders.length, renewals: this.renewals, lost, faults: this.faults };
  }

  // --- holders

  private beginHolders(): void {
    const next = (): void => {
      if (this.isOver) return;
      if (this.holders.filter(({ isOver }) => !isOver).length < holdersMax) this.grant();
      this.all.cluster.clock.at(200 + this.random.below(600), next);
    };
    next();
  }

  private grant(): void {
    const { clock } = this.all.cluster;
    const ttlSeconds = 1 + this.random.below(4);
    const id = BigInt(this.holders.length + this.random.below(1000) * 1000 + 1);
    const sentAtMs = clock.nowMs;
    this.atSome((storeMember) => {
      storeMember.grantLease(id, ttlSeconds, { timeoutMs: 1000 }).then(
        (outcome) => {
          if (!outcome.ok || this.isOver) return;
          const holder = { id, ttlMs: ttlSeconds * 1000, sentAtMs, isOver: false };
          this.holders.push(holder);
          this.keepAlive(holder);
        },
        () => undefined,
      );
    });
  }

  /** Sends keep-alives, mostly in time; some holders are lazy and live on the edge. */
  private keepAlive(holder: Holder): void {
    const { clock } = this.all.cluster;
    const pace = this.random.once(4) ? 0.95 : 0.3;
    const next = (): void => {
      if (this.isOver || holder.isOver) return;
      const sentAtMs = clock.nowMs;
      this.atSome((storeMember) => {
        storeMember.keepLeaseAlive(holder.id, { timeoutMs: 1500 }).then(
          ({ ttlSeconds }) => {
            if (ttlSeconds === 0) holder.isOver = true;
            else this.renewed(holder, sentAtMs, ttlSeconds);
          },
          () => undefined,
        );
      });
      clock.at(holder.ttlMs * pace * (0.5 + this.random.below(50) / 100), next);
    };
    next();
  }

  private renewed(holder: Holder, sentAtMs: number, ttlSeconds: number): void {
    this.renewals++;
    if (ttlSeconds * 1000 !== holder.ttlMs)
      this.problems.push(`lease ${holder.id} was renewed by ${ttlSeconds} s`);
    holder.sentAtMs = Math.max(holder.sentAtMs, sentAtMs);
  }

  /** Calls some member whose process is there, as a client would: a paused one takes it when it goes on. */
  private atSome(call: (storeMember: StoreMember) => void): void {
    const host = this.random.pick([...this.all.cluster.hosts.values()]);
    if (host.member === null) return;
    const storeMember = this.all.on(host);
    host.arrive(() => call(storeMember));
  }

  // --- faults

  private beginFaults(): void {
    const next = (): void => {
      if (this.isOver) return;
      this.faults++;
      this.inject();
      this.all.cluster.clock.at(300 + this.random.below(1500), next);
    };
    this.all.cluster.clock.at(500, next);
  }

  private inject(): void {
    const { cluster } = this.all;
    const { random } = this;
    const lead = cluster.findLeader();
    const anybody = random.pick([...cluster.hosts.values()]);
    const host = lead !== null && random.once(2) ? lead : anybody;
    const forMs = 50 + random.below(random.once(3) ? 6000 : 700);
    const later = (undo: () => void): void => void cluster.clock.at(forMs, undo);
    switch (random.below(7)) {
      case 0:
        if (host.isUp && random.once(2)) host.crash();
        else if (host.isUp) host.kill();
        later(() => this.bringUp(host));
        break;
      case 1:
      case 2:
        if (host.isUp) host.pause();
        later(() => host.resume());
        break;
      case 3:
        cluster.cutOff(host);
        later(() => cluster.heal());
        break;
      case 4: {
        const other = random.pick([...cluster.hosts.values()]);
        if (other !== host) cluster.cutOneWay(host, other);
        later(() => cluster.heal());
        break;
      }
      case 5:
        host.stallDisk();
        later(() => host.unstallDisk());
        break;
      case 6:
        host.member?.stepDown({ force: true }).catch(() => undefined);
        break;
    }
  }

  private bringUp(host: VirtualHost): void {
    if (host.isUp) return;
    if (host.failure !== null) this.problems.push(`${host.name} ended: ${host.failure.message}`);
    host.start();
  }

  private async rest(): Promise<void> {
    const { cluster } = this.all;
    cluster.heal();
    for (const host of cluster.hosts.values()) {
      host.unstallDisk();
      if (host.isPaused) host.resume();
      this.bringUp(host);
    }
    await cluster.advance(3000);
    for (const host of cluster.hosts.values()) this.bringUp(host);
    await cluster.ready();
    // Nobody renews any more: with the longest TTL, and an election's extension, all must be over by then.
    await cluster.advance(10_000);
  }

  private check(): void {
    for (const { id, ttlMs, sentAtMs } of this.holders) {
      const removedAtMs = this.all.removedAtMs(id);
      if (removedAtMs === null) this.problems.push(`lease ${id} was never revoked`);
      else if (removedAtMs < sentAtMs + ttlMs) {
        const early = sentAtMs + ttlMs - removedAtMs;
        this.problems.push(`lease ${id} was revoked at ${removedAtMs}, ${early} ms too early`);
      }
    }
    for (const host of this.all.cluster.hosts.values()) {
      const left = this.all.on(host).store.leases.size;
      if (left > 0) this.problems.push(`${host.name} still has ${left} leases`);
    }
    assert.deepEqual(this.problems.slice(0, 5), [], `seed ${this.seed}`);
  }
}
