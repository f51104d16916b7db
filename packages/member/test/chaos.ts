/**
 * Chaos: members crash, pause and are cut off, disks and links are slow, while clients at all members propose and read.
 * Everything follows from a seed.
 */

import assert from "node:assert/strict";
import { MemberError, type Session } from "../src/index.ts";
import { SeededRandom } from "./seeded-random.ts";
import { text } from "./tally.ts";
import { VirtualCluster } from "./virtual-cluster.ts";
import type { VirtualHost } from "./virtual-host.ts";

/** What a proposal came to. */
type Fate = "pending" | "done" | "refused" | "unknown";

type Proposal = {
  readonly value: string;
  readonly begunAtMs: number;
  fate: Fate;
  /** Position that the state machine gave it. */
  position: number;
  endedAtMs: number;
};

/** What one run came to. */
export type ChaosReport = {
  readonly fingerprint: string;
  readonly acknowledged: number;
  readonly refused: number;
  readonly unknown: number;
  readonly reads: number;
  readonly faults: number;
};

const names = ["a", "b", "c", "d", "e"];
/** Whether the members' machines keep themselves on disks of their own. */
export type ChaosOptions = { readonly hasStateDisks?: boolean };

/** With machines that keep themselves: small bounds, so that everything that has one meets it. */
const stateDiskLimits = { catchUpBytes: 0, flushEntries: 40, flushBytes: 20_000, bufferedBytesMax: 30_000 };
const snapshotLimits = { snapshotEntries: 60, catchUpEntries: 10, quorumLossMs: 1500 };

/** One run; throws if anything that was promised did not hold. */
export class Chaos {
  private readonly seed: number;
  private readonly cluster: VirtualCluster;
  private readonly random: SeededRandom;
  private readonly proposals: Proposal[] = [];
  private readonly problems: string[] = [];
  private isOver = false;
  private reads = 0;
  private faults = 0;
  /** Highest position that was acknowledged to anybody. */
  private acknowledged = 0;

  constructor(seed: number, { hasStateDisks = false }: ChaosOptions = {}) {
    this.seed = seed;
    this.random = new SeededRandom(seed, "chaos");
    this.cluster = new VirtualCluster({
      seed,
      names: names.slice(0, this.random.once(4) ? 5 : 3),
      keepsEvents: false,
      settings: {
        leaseReads: this.random.once(2),
        limits: hasStateDisks ? { ...snapshotLimits, ...stateDiskLimits } : snapshotLimits,
      },
      hasStateDisks,
    });
    if (!hasStateDisks) return;
    for (const host of this.cluster.hosts.values()) {
      host.flushMs = 1 + this.random.below(60);
      host.landsCommits = () => this.random.once(2);
    }
  }

  /** Runs `forMs` of virtual time, then lets everything come to rest and checks. */
  async run(forMs: number): Promise<ChaosReport> {
    const { cluster, random } = this;
    cluster.delayMs = () => 1 + (random.once(20) ? random.below(60) : random.below(3));
    cluster.startAll();
    await cluster.ready();
    for (const host of cluster.hosts.values()) {
      this.beginPlain(host);
      this.beginSession(host);
      this.beginReads(host);
    }
    this.beginFaults();
    await cluster.advance(forMs);
    this.isOver = true;
    await this.rest();
    this.check();
    const count = (fate: Fate): number => this.proposals.filter((one) => one.fate === fate).length;
    return {
      fingerprint: cluster.events.fingerprint,
      acknowledged: count("done"),
      refused: count("refused"),
      unknown: count("unknown") + count("pending"),
      reads: this.reads,
      faults: this.faults,
    };
  }

  // --- clients

  private again(delayMs: number, next: () => void): void {
    this.cluster.clock.at(delayMs, () => {
      if (!this.isOver) next();
    });
  }

  private follow(proposal: Proposal, call: Promise<number>, host: VirtualHost): Promise<void> {
    this.proposals.push(proposal);
    const noteDeath = (): never => {
      throw new Error("the member died");
    };
    return Promise.race([call, host.died.catch(noteDeath)]).then(
      (position) => {
        proposal.fate = "done";
        proposal.position = position;
        proposal.endedAtMs = this.cluster.clock.nowMs;
        this.acknowledged = Math.max(this.acknowledged, position);
      },
      (error: unknown) => {
        proposal.fate = error instanceof MemberError && error.definite ? "refused" : "unknown";
        proposal.endedAtMs = this.cluster.clock.nowMs;
      },
    );
  }

  private makeProposal(value: string): Proposal {
    return { value, begunAtMs: this.cluster.clock.nowMs, fate: "pending", position: 0, endedAtMs: 0 };
  }

  private beginPlain(host: VirtualHost): void {
    let count = 0;
    const next = (): void => {
      if (host.member !== null && !host.isPaused) {
        const proposal = this.makeProposal(`${host.name} plain ${count++}`);
        void this.follow(proposal, host.member.propose(text(proposal.value), { timeoutMs: 2000 }), host);
      }
      this.again(5 + this.random.below(40), next);
    };
    next();
  }

  /** A session's proposals go out one after another; after a death a new session is opened. */
  private beginSession(host: VirtualHost): void {
    let count = 0;
    const open = (): void => {
      if (host.member === null || host.isPaused) {
        this.again(50, open);
        return;
      }
      Promise.race([host.member.openSession(), host.died]).then(
        (session) => work(session),
        () => this.again(50, open),
      );
    };
    const work = (session: Session<number>): void => {
      if (this.isOver) return;
      const proposal = this.makeProposal(`${host.name} session ${count++}`);
      const call = session.propose(text(proposal.value), { timeoutMs: 4000 });
      void this.follow(proposal, call, host).then(() => {
        if (proposal.fate === "done") this.again(this.random.below(20), () => work(session));
        else this.again(50, open);
      });
    };
    open();
  }

  private beginReads(host: VirtualHost): void {
    const next = (): void => {
      if (host.member !== null && !host.isPaused) {
        const needed = this.acknowledged;
        const { machine } = host;
        const consistency = this.random.once(2) ? "lease" : "linearizable";
        host.member
          .read(() => machine.texts.length, { consistency, timeoutMs: 1000 })
          .then(
            (found) => {
              this.reads++;
              if (found < needed)
                this.problems.push(
                  `${consistency} read at ${host.name} found ${found}, acknowledged were ${needed}`,
                );
            },
            () => undefined,
          );
      }
      this.again(3 + this.random.below(30), next);
    };
    next();
  }

  // --- faults

  private beginFaults(): void {
    const next = (): void => {
      this.faults++;
      this.inject();
      this.again(100 + this.random.below(900), next);
    };
    this.again(500, next);
  }

  private inject(): void {
    const { cluster, random } = this;
    const host = random.pick([...cluster.hosts.values()]);
    const forMs = 50 + random.below(random.once(3) ? 4000 : 500);
    const later = (undo: () => void): void => void cluster.clock.at(forMs, undo);
    switch (random.below(12)) {
      case 0:
      case 1:
        if (host.isUp) this.bringDown(host, random.once(2));
        later(() => this.bringUp(host));
        break;
      case 2:
      case 3:
        if (!host.isUp) break;
        host.pause();
        later(() => host.resume());
        break;
      case 4:
        cluster.cutOff(host);
        later(() => cluster.heal());
        break;
      case 5: {
        const other = random.pick([...cluster.hosts.values()]);
        if (other !== host) cluster.cutOneWay(host, other);
        later(() => cluster.heal());
        break;
      }
      case 6:
        host.syncMs = 1 + random.below(100);
        if (host.stateDisk !== null) host.stateDisk.isStalled = random.once(2);
        later(() => {
          host.syncMs = 1;
          if (host.stateDisk !== null) host.stateDisk.isStalled = false;
        });
        break;
      case 7:
        host.stallDisk();
        later(() => host.unstallDisk());
        break;
      case 9:
        cluster.loses = () => random.once(10);
        later(() => {
          cluster.loses = () => false;
        });
        break;
      case 10:
        cluster.snapshotCutAtBytes = 500 + random.below(20_000);
        later(() => {
          cluster.snapshotCutAtBytes = Number.POSITIVE_INFINITY;
        });
        break;
      case 11:
        if (random.once(2)) {
          host.member?.stepDown({ force: random.once(2) }).catch(() => undefined);
        } else {
          host.member?.isolate(true);
          later(() => host.member?.isolate(false));
        }
        break;
      case 8:
        host.lateMs = random.below(60);
        later(() => {
          host.lateMs = 0;
        });
        break;
    }
  }

  private bringDown(host: VirtualHost, losesPower: boolean): void {
    if (!losesPower) host.kill();
    else if (this.random.once(2)) host.crash();
    // Some of what was not synced may have reached the medium all the same.
    else host.crash({ keepUnsynced: () => (this.random.once(2) ? "all" : "none") });
  }

  private bringUp(host: VirtualHost): void {
    if (host.isUp) return;
    if (host.failure !== null) this.problems.push(`${host.name} ended by itself: ${host.failure.message}`);
    host.start();
  }

  /** All faults are over: the cluster must come to rest by itself. */
  private async rest(): Promise<void> {
    const { cluster } = this;
    cluster.heal();
    cluster.loses = () => false;
    cluster.snapshotCutAtBytes = Number.POSITIVE_INFINITY;
    cluster.delayMs = () => 1;
    for (const host of cluster.hosts.values()) {
      host.unstallDisk();
      if (host.stateDisk !== null) host.stateDisk.isStalled = false;
      host.member?.isolate(false);
      host.syncMs = 1;
      host.lateMs = 0;
      if (host.isPaused) host.resume();
      this.bringUp(host);
    }
    await cluster.advance(5000);
    for (const host of cluster.hosts.values()) this.bringUp(host);
    await cluster.ready();
    await cluster.propose("a", "the end");
    await cluster.converged();
  }

  // --- promises

  private check(): void {
    const [first] = this.cluster.up();
    const texts = first?.machine.texts ?? [];
    const places = new Map(texts.map((value, index) => [value, index + 1]));
    if (places.size !== texts.length) this.problems.push("something took effect twice");
    for (const { value, fate, position } of this.proposals) {
      const place = places.get(value);
      if (fate === "done" && place !== position)
        this.problems.push(`${value} was acknowledged at ${position} and is at ${place ?? "no place"}`);
      if (fate === "refused" && place !== undefined)
        this.problems.push(`${value} was refused definitely and is at ${place}`);
    }
    this.checkOrder();
    assert.deepEqual(this.problems.slice(0, 5), [], `seed ${this.seed}`);
  }

  /** What began after another had been acknowledged stands behind it. */
  private checkOrder(): void {
    const done = this.proposals.filter(({ fate }) => fate === "done");
    const byEnd = done.toSorted((one, other) => one.endedAtMs - other.endedAtMs);
    const byBegin = done.toSorted((one, other) => one.begunAtMs - other.begunAtMs);
    let highest = 0;
    let ended = 0;
    for (const proposal of byBegin) {
      for (; ended < byEnd.length && (byEnd[ended] as Proposal).endedAtMs < proposal.begunAtMs; ended++)
        highest = Math.max(highest, (byEnd[ended] as Proposal).position);
      if (proposal.position < highest)
        this.problems.push(
          `${proposal.value} at ${proposal.position} began after ${highest} was acknowledged`,
        );
    }
  }
}
