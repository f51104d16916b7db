/**
 * The world of one run: machines, a network and time, from one plan and its seed.
 */

import type { NodeId } from "@quorate/raft";
import { Ghost } from "../observe/ghost.ts";
import { Witness } from "../observe/witness.ts";
import { isBeyond } from "../plan/contract.ts";
import type { Plan } from "../plan/plan.ts";
import { storeSubject } from "../subject/store-subject.ts";
import type { Subject } from "../subject/subject.ts";
import { FaultAtlas } from "./fault-atlas.ts";
import { Machine, type MachineSettings } from "./machine.ts";
import { type RandomStream, RandomStreams } from "./random-streams.ts";
import { SimNetwork } from "./sim-network.ts";
import { Priority, VirtualTime } from "./virtual-time.ts";

const alphabet = "abcdefghijklmnopqrstuvwxyz";
const segmentBytesDefault = 64 * 1024;

/** See the module. */
export class World {
  readonly plan: Plan;
  readonly subject: Subject;
  readonly time = new VirtualTime();
  readonly streams: RandomStreams;
  readonly random: RandomStream;
  readonly witness: Witness;
  readonly ghost: Ghost;
  readonly atlas: FaultAtlas;
  readonly network: SimNetwork;
  readonly settings: Omit<MachineSettings, "segmentBytes">;
  readonly segmentBytes: number;
  /** Everything that ever was, by name. */
  readonly machines = new Map<string, Machine>();
  /** Whether a machine that ended by itself is started again. */
  restartsAfterMs: number | null = 300;
  /** Told when a member takes part. */
  onRunning: (machine: Machine) => void = () => undefined;
  private readonly byId = new Map<NodeId, Machine>();
  /** The one that was asked for last: it is asked for again and again. */
  private recent: Machine | undefined;

  constructor(plan: Plan, subject: Subject = storeSubject) {
    this.plan = plan;
    this.subject = subject;
    this.streams = new RandomStreams(plan.seed);
    this.random = this.streams.stream("world");
    this.witness = new Witness(() => this.time.nowUs);
    this.ghost = new Ghost((node) => this.machine(node)?.view ?? null);
    this.atlas = new FaultAtlas(
      this.ghost,
      () => this.halves(),
      () => this.waiting(),
      isBeyond(plan, "disk"),
    );
    this.network = new SimNetwork(this.time, this.streams, {
      topology: plan.topology,
      places: plan.members,
      latency: plan.latency,
      gateOf: (node) => this.machine(node)?.process?.gate ?? null,
    });
    const { segmentBytes = segmentBytesDefault, ...settings } = plan.settings as MachineSettings;
    this.settings = settings;
    this.segmentBytes = segmentBytes;
    for (let place = 0; place < plan.members; place++) this.add(memberName(place), place, false);
  }

  /** A machine more. One that joins must be added to the cluster by somebody. */
  add(name: string, place: number, joins: boolean): Machine {
    const machine = new Machine(this, { name, place, joins });
    this.machines.set(name, machine);
    this.byId.set(machine.id, machine);
    return machine;
  }

  /** Starts all members, a little apart. */
  start(): void {
    for (const machine of this.machines.values())
      this.time.after(this.random.below(20_000), Priority.fault, () => machine.start());
  }

  machine(id: NodeId): Machine | undefined {
    if (this.recent?.id !== id) this.recent = this.byId.get(id);
    return this.recent;
  }

  /** Name of a member, for people. */
  nameOf(id: NodeId): string {
    return this.byId.get(id)?.name ?? (id === 0 ? "" : String(id));
  }

  /** `host:port` of the members that a machine is told of: those of the beginning, or, if it joins, those that vote now. */
  peersOf({ name, joins }: Machine): Record<string, string> {
    const voters = new Set(this.voters());
    const named = [...this.machines.values()].filter((machine) =>
      joins ? machine.name === name || voters.has(machine.id) : !machine.joins,
    );
    return Object.fromEntries(named.map((machine) => [machine.name, addressOf(machine.name)]));
  }

  /** Voters of the latest configuration, or those that the cluster begins with. */
  voters(): readonly NodeId[] {
    const { latestConfig } = this.ghost;
    if (latestConfig === null)
      return [...this.machines.values()].slice(0, this.plan.members).map(({ id }) => id);
    return [...new Set([...latestConfig.voters, ...latestConfig.votersOutgoing])];
  }

  /**
   * Every half of every configuration that is in force somewhere, as far as its voters go by it: majorities of all of them
   * may be needed before everybody has the latest.
   */
  halves(): readonly (readonly NodeId[])[] {
    const voters = this.voters();
    const acting = voters.filter((id) => !this.atlas.isCharged(id));
    const configs = acting
      .map((id) => this.ghost.nodes.get(id)?.config ?? null)
      .concat(this.ghost.latestConfig);
    const halves = configs.flatMap((config) =>
      config === null ? [] : [config.voters, config.votersOutgoing],
    );
    return [voters, ...halves].filter((half) => half.length > 0);
  }

  /** Those that do not vote, but may come to: learners, and newcomers that no configuration has had yet. */
  waiting(): readonly NodeId[] {
    const { latestConfig, configs } = this.ghost;
    const known = new Set<NodeId>();
    for (const { voters, votersOutgoing, learners } of configs.values())
      for (const id of [...voters, ...votersOutgoing, ...learners]) known.add(id);
    const newcomers = [...this.machines.values()].filter(({ id, joins }) => joins && !known.has(id));
    return [...(latestConfig?.learners ?? []), ...newcomers.map(({ id }) => id)];
  }

  /** A process ended by itself. */
  onEnded(machine: Machine): void {
    if (this.restartsAfterMs === null) return;
    this.time.after(this.restartsAfterMs * 1000, Priority.fault, () => machine.start());
  }
}

/** Name of the member at a place of a plan: `a`, `b`, … */
export function memberName(place: number): string {
  return alphabet[place] ?? `m${place}`;
}

/** Where a machine is reached. */
export function addressOf(name: string): string {
  return `${name}:7000`;
}
