/**
 * The network of the simulation: the memory network, with ways that are slow, narrow, lossy, clogged or cut.
 */

import type { NodeId } from "@quorate/raft";
import {
  type Envelope,
  MemoryNetwork,
  type MemoryTransport,
  type MemoryTransportOptions,
} from "@quorate/transport";
import type { Topology } from "../plan/plan.ts";
import type { ProcessGate } from "./process-gate.ts";
import type { RandomStreams } from "./random-streams.ts";
import { hopsBetween } from "./topology.ts";
import { Priority, type VirtualTime } from "./virtual-time.ts";
import { Way } from "./way.ts";

export type SimNetworkOptions = {
  readonly topology: Topology;
  /** How many places the topology has. */
  readonly places: number;
  readonly latency: { readonly minUs: number; readonly meanUs: number };
  /** Where what arrives enters the process of a member: at once if it runs, later if it is paused; null if it is down. */
  readonly gateOf: (node: NodeId) => ProcessGate | null;
};

/** See the module. */
export class SimNetwork {
  private readonly time: VirtualTime;
  private readonly streams: RandomStreams;
  private readonly options: SimNetworkOptions;
  private readonly memory: MemoryNetwork;
  private readonly ways = new Map<NodeId, Map<NodeId, Way>>();
  /** The same by the number that the memory network gave them. */
  private readonly waysByNumber: Way[] = [];
  private readonly places = new Map<NodeId, number>();
  /** What arrived over a clogged way, in order. */
  private readonly clogged = new Map<string, (() => void)[]>();
  /** Snapshot streams break after so many bytes of the whole. */
  snapshotCutAtBytes = Number.POSITIVE_INFINITY;
  /** How much longer snapshots take than anything else. */
  snapshotDelayUs = 0;
  private isDoubling = false;
  /** Envelopes that took off. */
  sent = 0;

  constructor(time: VirtualTime, streams: RandomStreams, options: SimNetworkOptions) {
    this.time = time;
    this.streams = streams;
    this.options = options;
    this.memory = new MemoryNetwork({ onEnvelope: (envelope) => this.plan(envelope) });
  }

  /** Says where a member stands in the topology; before anything is sent to or by it. */
  place(node: NodeId, place: number): void {
    this.places.set(node, place);
  }

  /** A member's end. */
  attach(options: MemoryTransportOptions): MemoryTransport {
    return this.memory.attach(options);
  }

  /** The way from one member to another. */
  way(from: NodeId, to: NodeId): Way {
    let ways = this.ways.get(from);
    if (ways === undefined) {
      ways = new Map();
      this.ways.set(from, ways);
    }
    let way = ways.get(to);
    if (way === undefined) {
      const { topology, places, latency } = this.options;
      const fromPlace = this.places.get(from) ?? 0;
      const toPlace = this.places.get(to) ?? 0;
      const hops = Math.max(1, hopsBetween(topology, places, fromPlace, toPlace));
      const random = this.streams.stream(`network ${fromPlace}>${toPlace}`);
      way = new Way(random, latency.minUs * hops, latency.meanUs * hops);
      ways.set(to, way);
    }
    return way;
  }

  /** Every way that was used. */
  *allWays(): Iterable<Way> {
    for (const ways of this.ways.values()) yield* ways.values();
  }

  /** A way is no longer clogged: what waited arrives. */
  unclog(from: NodeId, to: NodeId): void {
    if (this.way(from, to).isClogged) return;
    const waiting = this.clogged.get(`${from}>${to}`) ?? [];
    this.clogged.delete(`${from}>${to}`);
    for (const arrive of waiting) this.time.after(0, Priority.arrival, arrive);
  }

  /** Takes every fault of every way away; what waited arrives. */
  heal(): void {
    for (const way of this.allWays()) way.heal();
    const waiting = [...this.clogged.values()].flat();
    this.clogged.clear();
    for (const arrive of waiting) this.time.after(0, Priority.arrival, arrive);
  }

  /** A process died: what was on its connections is lost, and its peers see that. */
  dropConnections(node: NodeId): void {
    for (const envelope of this.memory.inFlight()) {
      if (envelope.to === node || (envelope.from === node && envelope.kind !== "message"))
        this.memory.drop(envelope);
    }
  }

  private plan(envelope: Envelope): void {
    this.sent++;
    const { from, to, wayNumber, lane, payload, kind } = envelope;
    const way = (this.waysByNumber[wayNumber] ??= this.way(from, to));
    const flight = way.plan(this.time.nowUs, lane, payload.length, kind === "message");
    const isLost = flight === null;
    const sizeUs = kind === "snapshot" ? this.snapshotDelayUs : 0;
    const arrivesAtUs = (flight?.arrivesAtUs ?? this.time.nowUs + 1) + sizeUs;
    this.time.after(arrivesAtUs - this.time.nowUs, Priority.arrival, () => this.land(envelope, way, isLost));
    if (flight?.doubles === true && !this.isDoubling)
      this.time.after(0, Priority.arrival, () => this.double(envelope));
  }

  /** The double takes a flight of its own. It has none itself: where everything is doubled there would be no end of them. */
  private double(envelope: Envelope): void {
    if (!this.memory.isInFlight(envelope)) return;
    this.isDoubling = true;
    this.memory.duplicate(envelope);
    this.isDoubling = false;
  }

  private land(envelope: Envelope, way: Way, isLost: boolean): void {
    const { from, to } = envelope;
    if (!this.memory.isInFlight(envelope)) return;
    if (isLost || way.isCut) {
      this.memory.drop(envelope, { report: false });
      return;
    }
    if (way.isClogged) {
      const name = `${from}>${to}`;
      const waiting = this.clogged.get(name);
      const arrive = (): void => this.land(envelope, way, false);
      if (waiting === undefined) this.clogged.set(name, [arrive]);
      else waiting.push(arrive);
      return;
    }
    const gate = this.options.gateOf(to);
    if (gate === null) this.memory.drop(envelope);
    else if (gate.isOpen) this.deliver(envelope);
    else gate.enter("arrivals", () => this.deliver(envelope));
  }

  private deliver(envelope: Envelope): void {
    if (!this.memory.isInFlight(envelope)) return;
    if (envelope.kind !== "snapshot") this.memory.deliver(envelope);
    else void this.memory.deliverSnapshot(envelope, { cutAtBytes: this.snapshotCutAtBytes });
  }
}
