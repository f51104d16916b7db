/**
 * A cluster in virtual time: real members, real logs on disks in memory, a network in memory, and one seed.
 */

import type { NodeId } from "@quorate/raft";
import { type Envelope, MemoryNetwork } from "@quorate/transport";
import type { Member } from "../src/index.ts";
import { EventRecord } from "./event-record.ts";
import { SeededRandom } from "./seeded-random.ts";
import { text } from "./tally.ts";
import { VirtualClock } from "./virtual-clock.ts";
import { type HostSettings, VirtualHost } from "./virtual-host.ts";
import { VirtualStateDisk } from "./virtual-state-disk.ts";

/** What a test chooses. */
export type ClusterOptions = {
  /** Names of the first members; default a, b, c. */
  readonly names?: readonly string[];
  readonly seed?: number;
  readonly settings?: HostSettings;
  /** Default: all events are kept. */
  readonly keepsEvents?: boolean;
  /** Whether the members' machines keep themselves on disks of their own. Default false: in memory. */
  readonly hasStateDisks?: boolean;
};

/** The upper end of the default election window, in milliseconds: the unit in which these tests think of fail-over. */
export const electionTimeoutMs = 300;

/** See the module. */
export class VirtualCluster {
  readonly clock = new VirtualClock();
  readonly network: MemoryNetwork;
  readonly events: EventRecord;
  readonly hosts = new Map<string, VirtualHost>();
  readonly seed: number;
  readonly random: SeededRandom;
  /** How long an envelope is under way, in milliseconds. */
  delayMs: (envelope: Envelope) => number = () => 1;
  /** Whether an envelope is lost, silently, when it would arrive. */
  loses: (envelope: Envelope) => boolean = () => false;
  /** Told of every envelope that takes off. */
  onEnvelope: (envelope: Envelope) => void = () => undefined;
  /** Snapshot streams break after so many bytes of the whole. */
  snapshotCutAtBytes = Number.POSITIVE_INFINITY;
  private readonly settings: HostSettings;
  private readonly hasStateDisks: boolean;
  private readonly cuts = new Set<string>();
  private readonly lastArrivalMs = new Map<string, number>();

  constructor(options: ClusterOptions = {}) {
    this.seed = options.seed ?? 1;
    this.random = new SeededRandom(this.seed, "cluster");
    this.settings = options.settings ?? {};
    this.hasStateDisks = options.hasStateDisks ?? false;
    this.events = new EventRecord(options.keepsEvents ?? true);
    this.network = new MemoryNetwork({ onEnvelope: (envelope) => this.plan(envelope) });
    for (const name of options.names ?? ["a", "b", "c"]) this.addHost(name);
  }

  /** Makes a cluster and waits until it has a leader that has committed something. */
  static async started(options: ClusterOptions = {}): Promise<VirtualCluster> {
    const cluster = new VirtualCluster(options);
    cluster.startAll();
    await cluster.ready();
    return cluster;
  }

  /** A machine more; it is not started. */
  addHost(name: string, settings: HostSettings = {}): VirtualHost {
    const host = new VirtualHost(this, name, { ...this.settings, ...settings });
    if (this.hasStateDisks) host.stateDisk = new VirtualStateDisk();
    this.hosts.set(name, host);
    return host;
  }

  /** A machine more, started to join the cluster; somebody must add it. */
  startJoiner(name: string): VirtualHost {
    const peers = this.addresses();
    const host = this.addHost(name, { join: true, peers });
    host.start();
    return host;
  }

  startAll(): void {
    for (const host of this.hosts.values()) host.start();
  }

  /** Waits until some member leads and all that are up have heard of it. */
  async ready(limitMs = 10_000): Promise<void> {
    const isReady = (): boolean => {
      const lead = this.findLeader();
      if (lead === null) return false;
      return this.up().every(
        (host) =>
          host.member !== null && host.member.status().lead === lead.id && host.member.status().applied > 1,
      );
    };
    if (!(await this.clock.until(isReady, limitMs))) {
      throw new Error(`no leader that all know: ${this.describe()}`);
    }
  }

  /** The hosts whose process runs. */
  up(): VirtualHost[] {
    return [...this.hosts.values()].filter((host) => host.isUp);
  }

  host(name: string): VirtualHost {
    const host = this.hosts.get(name);
    if (host === undefined) throw new Error(`there is no ${name}`);
    return host;
  }

  member(name: string): Member<number> {
    return this.host(name).running;
  }

  /** `host:port` of all machines. */
  addresses(): Record<string, string> {
    return Object.fromEntries([...this.hosts.keys()].map((name) => [name, `${name}:7000`]));
  }

  /** The member that leads in the highest term, of those that run and are not paused. */
  findLeader(): VirtualHost | null {
    let best: VirtualHost | null = null;
    for (const host of this.up()) {
      if (host.member === null || host.isPaused || !host.member.isLeader) continue;
      if (best === null || host.member.status().term > best.running.status().term) best = host;
    }
    return best;
  }

  /** Waits for a leader other than `not`. */
  async leader(not?: VirtualHost): Promise<VirtualHost> {
    const found = (): VirtualHost | null => {
      const lead = this.findLeader();
      return lead === not ? null : lead;
    };
    if (!(await this.clock.until(() => found() !== null, 10_000)))
      throw new Error(`no leader: ${this.describe()}`);
    return found() as VirtualHost;
  }

  /** Running members that do not lead, in the order of their names. */
  followers(): VirtualHost[] {
    const lead = this.findLeader();
    return this.up().filter((host) => host !== lead && host.member !== null);
  }

  // --- running

  advance(byMs: number): Promise<void> {
    return this.clock.advance(byMs);
  }

  /** Lets time pass until a promise settles, and returns what it is settled with. */
  async run<Value>(promise: Promise<Value>, limitMs = 60_000): Promise<Value> {
    let isSettled = false;
    const mark = (): void => {
      isSettled = true;
    };
    promise.then(mark, mark);
    if (!(await this.clock.until(() => isSettled, limitMs))) {
      throw new Error(`still pending after ${limitMs} ms of virtual time: ${this.describe()}`);
    }
    return promise;
  }

  /** Lets time pass until a promise rejects, and returns the reason. */
  async rejection(promise: Promise<unknown>, limitMs = 60_000): Promise<Error> {
    try {
      const value = await this.run(promise, limitMs);
      throw new RangeError(`it was resolved with ${String(value)} instead of being rejected`);
    } catch (error) {
      if (error instanceof RangeError || !(error instanceof Error)) throw error;
      return error;
    }
  }

  /** Proposes a text and waits for the answer. */
  propose(name: string, value: string): Promise<number> {
    return this.run(this.member(name).propose(text(value)));
  }

  /** Waits until all running members have applied the same, and returns their texts. */
  async converged(limitMs = 20_000): Promise<readonly string[]> {
    const isEqual = (): boolean => {
      const hosts = this.up();
      const [first] = hosts;
      if (first === undefined || first.member === null) return false;
      const end = first.member.status().lastIndex;
      const haveAll = hosts.every(({ member }) => {
        const status = member?.status();
        return status?.lastIndex === end && status.applied === end;
      });
      return haveAll && new Set(hosts.map((host) => host.running.digest()?.digest)).size === 1;
    };
    if (!(await this.clock.until(isEqual, limitMs))) throw new Error(`no convergence: ${this.describe()}`);
    return this.up()[0]?.machine.texts ?? [];
  }

  /** The state of things in one line, for messages. */
  describe(): string {
    return [...this.hosts.values()]
      .map((host) => {
        const status = host.member?.status();
        if (status === undefined)
          return `${host.name} ${host.isUp ? "starts" : "down"} ${host.failure?.message ?? ""}`;
        const { role, term, commit, applied, lastIndex } = status;
        return `${host.name} ${role} term ${term} commit ${commit} applied ${applied} last ${lastIndex}`;
      })
      .join("; ");
  }

  // --- the network

  /** Cuts one direction: what would arrive is lost without a sign. */
  cutOneWay(from: VirtualHost, to: VirtualHost): void {
    this.cuts.add(wayOf(from.id, to.id));
  }

  /** Cuts hosts off from all others, in both directions. */
  cutOff(...hosts: readonly VirtualHost[]): void {
    for (const host of hosts) {
      for (const other of this.hosts.values()) {
        if (hosts.includes(other)) continue;
        this.cutOneWay(host, other);
        this.cutOneWay(other, host);
      }
    }
  }

  /** Opens all ways again. */
  heal(): void {
    this.cuts.clear();
  }

  /** A process died: what was on its connections is lost, and its peers see that. */
  dropConnections(id: NodeId): void {
    for (const envelope of this.network.inFlight()) {
      if (envelope.to === id || (envelope.from === id && envelope.kind !== "message"))
        this.network.drop(envelope);
    }
  }

  private plan(envelope: Envelope): void {
    this.onEnvelope(envelope);
    const way = `${wayOf(envelope.from, envelope.to)} ${envelope.lane}`;
    // One lane is one connection: nothing overtakes.
    const atMs = Math.max(this.clock.nowMs + this.delayMs(envelope), this.lastArrivalMs.get(way) ?? 0);
    this.lastArrivalMs.set(way, atMs);
    this.clock.at(atMs - this.clock.nowMs, () => this.land(envelope));
  }

  private land(envelope: Envelope): void {
    if (!this.network.isInFlight(envelope)) return;
    if (this.cuts.has(wayOf(envelope.from, envelope.to)) || this.loses(envelope)) {
      this.network.drop(envelope, { report: false });
      return;
    }
    const receiver = [...this.hosts.values()].find(({ id }) => id === envelope.to);
    if (receiver === undefined) this.network.drop(envelope);
    else receiver.arrive(() => this.deliver(envelope));
  }

  private deliver(envelope: Envelope): void {
    if (!this.network.isInFlight(envelope)) return;
    if (envelope.kind !== "snapshot") this.network.deliver(envelope);
    else void this.network.deliverSnapshot(envelope, { cutAtBytes: this.snapshotCutAtBytes });
  }
}

function wayOf(from: NodeId, to: NodeId): string {
  return `${from}>${to}`;
}
