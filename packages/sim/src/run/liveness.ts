/**
 * The liveness phase: a random majority is healed for good, what is wrong with the others stays so for ever, and within a
 * bound the majority must elect, answer and agree (V1–V4).
 *
 * Now and then the healed are twins: all of them start at the same moment, on disks and links that take the same time, and
 * nobody else is there. Whatever one does the others do as well, unless chance tells them apart (Raft §5.2).
 */

import { EntryType, majoritySize, type NodeId, none } from "@quorate/raft";
import type { Machine } from "../world/machine.ts";
import { Priority } from "../world/virtual-time.ts";
import { noWayFault } from "../world/way.ts";
import type { World } from "../world/world.ts";
import type { Verdict } from "./verdict.ts";

/** Latency of the ways of the healed. */
const healedUs = 1000;
/** What a disk of a twin takes. */
const twinDiskUs = 100;
/** So many of a million runs end with twins. */
const twinsPerMillion = 150_000;
const tryMs = 3000;
/** Within so long somebody must lead: several elections at the widest adapted window. */
const electWithinMs = 20_000;
/** One who hears only now and then: how long he does not, and how long he does. */
const deafMs = 1000;
const hearsMs = 100;
/** So long beyond the time of elections it is looked at whether such a one disturbs the peace. */
const peaceMs = 12_000;

/** See the module. */
export class LivenessPhase {
  private readonly world: World;
  private readonly random;
  private core: readonly Machine[] = [];
  private readonly answered = new Set<NodeId>();
  /** Numbers of probes: a member has one, however often it has to be tried. */
  private readonly probes = new Map<NodeId, number>();
  /** Whoever comes to rest before has to stay so until then. */
  private restsUntilUs = 0;

  constructor(world: World) {
    this.world = world;
    this.random = world.streams.stream("liveness");
  }

  /** Names of the healed; for reports. */
  get names(): readonly string[] {
    return this.core.map(({ name }) => name);
  }

  /**
   * Heals a majority. False: there is none that could be healed, since too much was lost for ever; then nothing can be asked
   * for.
   */
  begin(): boolean {
    const { world } = this;
    const areTwins = world.streams.stream("liveness twins").chance(twinsPerMillion);
    for (const machine of world.machines.values()) machine.disk.heal();
    world.network.heal();
    world.network.snapshotCutAtBytes = Number.POSITIVE_INFINITY;
    world.network.snapshotDelayUs = 0;
    if (areTwins) this.fellAll();
    this.core = this.chooseCore(areTwins);
    if (this.core.length === 0) {
      world.witness.see(0, { kind: "liveness-impossible" });
      return false;
    }
    for (const one of this.core) {
      for (const other of this.core)
        if (one !== other) world.network.way(one.id, other.id).setLatency(healedUs, healedUs);
    }
    for (const machine of world.machines.values())
      if (!this.core.includes(machine)) this.abandon(machine, areTwins);
    for (const machine of this.core) {
      machine.resume();
      machine.start();
    }
    const core = this.core.map(({ id }) => id);
    world.witness.see(0, { kind: "liveness-begun", core, electWithinMs });
    for (const machine of this.core) this.probe(machine);
    return true;
  }

  /**
   * Voters that are whole, a majority of every configuration that may be in force: a random one, or all of them while a
   * change is under way.
   */
  private chooseCore(takesAll: boolean): readonly Machine[] {
    const { world, random } = this;
    const voters = new Set(world.halves().flat());
    const whole = [...world.machines.values()].filter(
      ({ id, brokenBy }) => voters.has(id) && brokenBy === null && !world.atlas.isCharged(id),
    );
    const isEnough = (machines: readonly Machine[]): boolean => {
      const there = new Set(machines.map(({ id }) => id));
      return world.atlas.haveMajorities((voter) => there.has(voter));
    };
    if (!isEnough(whole)) return [];
    if (this.isChanging()) return this.alsoJoining(whole);
    if (takesAll) return whole;
    const least = Math.min(whole.length, majoritySize(voters.size));
    const core = random.sample(whole, random.between(least, whole.length));
    return isEnough(core) ? core : whole;
  }

  /** Whether a change of the configuration is in some log and not in force. */
  private isChanging(): boolean {
    const { latestConfig } = this.world.ghost;
    if (latestConfig !== null && (latestConfig.votersOutgoing.length > 0 || latestConfig.learners.length > 0))
      return true;
    // Those that are down may have such entries too; only they know.
    for (const { view } of this.world.machines.values()) {
      if (view === null) return this.world.machines.size > this.world.plan.members;
      const { applied, lastIndex } = view;
      if (view.entries(applied + 1, lastIndex + 1).some(({ type }) => type !== EntryType.normal)) return true;
    }
    return false;
  }

  private alsoJoining(whole: readonly Machine[]): readonly Machine[] {
    const { world } = this;
    const others = [...world.machines.values()].filter(
      (machine) =>
        !whole.includes(machine) && machine.brokenBy === null && !world.atlas.isCharged(machine.id),
    );
    return [...whole, ...others];
  }

  /** Everybody dies now, so that all can begin at once; before it is chosen who is whole, since losses show then. */
  private fellAll(): void {
    for (const machine of this.world.machines.values()) {
      machine.kill();
      machine.disk.setLatency(twinDiskUs, twinDiskUs);
    }
  }

  /** The others keep what is wrong with them, or get something worse. */
  private abandon(machine: Machine, isGone: boolean): void {
    const { random } = this;
    switch (isGone ? 0 : random.below(4)) {
      case 0:
        machine.hold();
        machine.kill();
        break;
      case 1:
        machine.pause();
        break;
      case 2:
        machine.resume();
        this.cutOff(machine);
        break;
      default:
        machine.resume();
    }
  }

  /** For ever dumb, or deaf, or both; or deaf but for a moment now and then. */
  private cutOff(machine: Machine): void {
    const { random } = this;
    const kind = random.pick(["dumb", "deaf", "both", "hard of hearing"] as const);
    if (kind === "dumb" || kind === "both") this.cut([machine], this.othersThan(machine));
    if (kind === "deaf" || kind === "both") this.cut(this.othersThan(machine), [machine]);
    if (kind !== "hard of hearing") return;
    // Each time it has something to say that it thought of meanwhile, such as a later term.
    this.restsUntilUs = this.world.time.nowUs + (electWithinMs + peaceMs) * 1000;
    this.deafen(machine);
  }

  private deafen(machine: Machine): void {
    const { time } = this.world;
    const hear = this.cut(this.othersThan(machine), [machine]);
    time.after(deafMs * 1000, Priority.fault, () => {
      hear();
      time.after(hearsMs * 1000, Priority.fault, () => this.deafen(machine));
    });
  }

  private othersThan(machine: Machine): readonly Machine[] {
    return [...this.world.machines.values()].filter((other) => other !== machine);
  }

  /** Cuts ways; returns what mends them. */
  private cut(from: readonly Machine[], to: readonly Machine[]): () => void {
    const fault = { ...noWayFault, isCut: true };
    const ways = from.flatMap((one) => to.map((other) => this.world.network.way(one.id, other.id)));
    for (const way of ways) way.add(fault);
    return () => {
      for (const way of ways) way.remove(fault);
    };
  }

  /** Members of the core that belong to the cluster by now. */
  private get members(): readonly Machine[] {
    const { latestConfig } = this.world.ghost;
    if (latestConfig === null) return this.core;
    const { voters, votersOutgoing, learners } = latestConfig;
    const all = new Set([...voters, ...votersOutgoing, ...learners]);
    return this.core.filter(({ id }) => all.has(id));
  }

  /** A client at each of the healed writes, until it is answered. One that was removed meanwhile says so: an answer too. */
  private probe(machine: Machine): void {
    const { world } = this;
    const again = (): void => void world.time.after(50_000, Priority.client, () => this.probe(machine));
    const { process } = machine;
    const probe = this.probes.get(machine.id);
    if (!this.members.includes(machine)) {
      if (probe === undefined) again();
      else this.noteAnswer(machine, probe);
      return;
    }
    if (process === null || process.running === null) {
      again();
      return;
    }
    const number = probe ?? this.probes.size + 1;
    if (probe === undefined) {
      this.probes.set(machine.id, number);
      world.witness.see(machine.id, { kind: "probe-called", probe: number });
    }
    const asked = world.subject.probe(process.running, machine.name, world.time.nowUs, tryMs);
    process.gate
      .orDeath(asked, () => new Error("it died"))
      .then((ok) => (ok ? this.noteAnswer(machine, number) : again()), again);
  }

  private noteAnswer({ id }: Machine, probe: number): void {
    this.world.witness.see(id, { kind: "probe-answered", probe });
    this.answered.add(id);
  }

  /** Whether everything has come to rest. */
  get isDone(): boolean {
    const { members } = this;
    if (this.world.time.nowUs < this.restsUntilUs) return false;
    if (members.some(({ id }) => !this.answered.has(id)) || this.answered.size < this.probes.size)
      return false;
    const [first] = members;
    const lead = first?.view?.lead ?? none;
    const last = first?.view?.lastIndex ?? 0;
    if (first === undefined || lead === none) return false;
    const isSame = members.every(
      ({ view }) => view !== null && view.lead === lead && view.applied === last && view.lastIndex === last,
    );
    return isSame && new Set(members.map(({ member }) => member?.digest()?.digest)).size === 1;
  }

  /** What is missing when the time is over. */
  findings(): Verdict {
    const { members, world } = this;
    const atUs = world.time.nowUs;
    const state = members.map((machine) => this.describe(machine)).join("; ");
    const terms = members.map(({ view }) => view?.lead ?? none);
    const silent = members.filter(({ id }) => !this.answered.has(id)).map(({ name }) => name);
    const fail = (invariant: string, what: string): Verdict => ({
      kind: "liveness",
      invariant,
      atUs,
      text: `${what} among ${this.names.join(", ")}, healed: ${state}`,
    });
    if (terms.every((lead) => lead === none)) return fail("V1", "nobody leads");
    if (new Set(terms).size > 1) return fail("V2", "they do not agree on a leader");
    if (silent.length > 0) return fail("V3", `no answer at ${silent.join(", ")}`);
    return fail("V4", "their states do not converge");
  }

  private describe({ name, view, isUp, failure, brokenBy }: Machine): string {
    if (view === null) return `${name} ${isUp ? "starts" : `is down (${brokenBy ?? failure ?? ""})`}`;
    const { term, lead, commit, applied, lastIndex } = view;
    return `${name} term ${term} follows ${this.world.nameOf(lead)} commit ${commit} applied ${applied} last ${lastIndex}`;
  }
}
