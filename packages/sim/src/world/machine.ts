/**
 * One machine: its clocks and disks, which last, and the process that runs on it, which may be killed, stopped and started
 * again. What runs in it is the production member on the production store.
 */

import { clusterIdOf, type LogPlace, type Member, memberIdOf, type SourcedEvent } from "@quorate/member";
import type { StoreMemberSettings } from "@quorate/member/store";
import type { CoreView, NodeId, Random } from "@quorate/raft";
import { LogStore, StorageError } from "@quorate/storage";
import type { MemoryTransport } from "@quorate/transport";
import { viewMember } from "../observe/core-view.ts";
import type { LifeEvent, Seen } from "../observe/observation.ts";
import { watchEvents } from "../observe/watched-events.ts";
import { watchLog } from "../observe/watched-log.ts";
import { watchTransport } from "../observe/watched-transport.ts";
import type { Running, SubjectSettings } from "../subject/subject.ts";
import { MachineClock } from "./machine-clock.ts";
import { MachineDisk } from "./machine-disk.ts";
import { ProcessGate } from "./process-gate.ts";
import type { RandomStream } from "./random-streams.ts";
import { StateDisk } from "./state-disk.ts";
import { Priority } from "./virtual-time.ts";
import type { World } from "./world.ts";

const logDirectory = "log";
const token = "quorate";

/** What a plan says of all members. */
export type MachineSettings = Partial<
  Omit<StoreMemberSettings, "name" | "peers" | "onEvent" | "onStoreEvent">
> & {
  readonly segmentBytes?: number;
};

/** How a machine begins. */
export type MachineRole = {
  readonly name: string;
  /** Where it stands in the topology. */
  readonly place: number;
  /** Whether it was added to a running cluster. */
  readonly joins: boolean;
};

/** A process that runs, or starts. */
export type Process = {
  readonly gate: ProcessGate;
  readonly transport: MemoryTransport;
  /** Null until it takes part. */
  running: Running | null;
  view: CoreView | null;
};

/** What is wrong with the way between all clients and one machine. */
export type ClientWay = {
  /** Faults that cut it for calls, and for answers. */
  cutsTo: number;
  cutsFrom: number;
  delayUs: number;
};

/** See the module. */
export class Machine {
  readonly name: string;
  readonly id: NodeId;
  readonly place: number;
  /** Whether it was added to a running cluster. */
  readonly joins: boolean;
  readonly clock: MachineClock;
  readonly disk: MachineDisk;
  readonly state: StateDisk;
  readonly clientWay: ClientWay = { cutsTo: 0, cutsFrom: 0, delayUs: 0 };
  process: Process | null = null;
  /** Why it will never run again; null: it may. */
  brokenBy: string | null = null;
  /** Faults that keep it down. */
  private holds = 0;
  private readonly world: World;
  private readonly random: RandomStream;
  private life = 0;
  private errorsAtStart = 0;
  private lastFailure: string | null = null;

  constructor(world: World, { name, place, joins }: MachineRole) {
    this.world = world;
    this.name = name;
    this.place = place;
    this.joins = joins;
    this.id = memberIdOf(token, name);
    const { time, streams, plan } = world;
    this.random = streams.stream(`life ${name}`);
    const clockRandom = streams.stream(`clock ${name}`);
    this.clock = new MachineClock(time, clockRandom, clockRandom.below(1_000_000));
    this.disk = new MachineDisk(time, streams.stream(`disk ${name}`), plan.diskUs);
    const stateRandom = streams.stream(`state ${name}`);
    this.state = new StateDisk((callback) => {
      time.after(stateRandom.delayUs(plan.diskUs.minUs, plan.diskUs.meanUs) * 2, Priority.disk, callback);
    });
    world.network.place(this.id, place);
  }

  // --- what is there

  get isUp(): boolean {
    return this.process !== null;
  }

  get isPaused(): boolean {
    return this.process?.gate.isPaused ?? false;
  }

  /** The member, if its process takes part; it may be stopped at the moment. */
  get member(): Member<unknown> | null {
    return this.process?.running?.member ?? null;
  }

  /** A look into the running core. */
  get view(): CoreView | null {
    return this.process?.view ?? null;
  }

  /** Whether faults keep it down. */
  get isHeldDown(): boolean {
    return this.holds > 0;
  }

  see(seen: Seen): void {
    this.world.witness.see(this.id, seen);
  }

  private seeLife(what: LifeEvent, detail = "", isCharged = true): void {
    this.see({ kind: "life", what, detail, isCharged });
  }

  // --- life

  /** Starts a process, unless one runs, or something keeps it down. */
  start(): void {
    if (this.isUp || this.holds > 0 || this.brokenBy !== null) return;
    const { world } = this;
    this.life++;
    this.errorsAtStart = this.disk.errors;
    const gate = new ProcessGate();
    const clock = this.clock.attach(gate);
    const wallNow = (): number => this.clock.wallNowMs();
    const transport = world.network.attach({ self: this.id, incarnation: this.life, clock, wallNow });
    const process: Process = { gate, transport, running: null, view: null };
    this.process = process;
    this.seeLife("started");
    const see = (seen: Seen): void => {
      if (gate.isAlive) this.see(seen);
    };
    const tell = watchEvents(see, () => process.view);
    const random = world.streams.stream(`member ${this.name} ${this.life}`);
    const settings: SubjectSettings = {
      ...world.settings,
      name: this.name,
      token,
      peers: world.peersOf(this),
      join: this.joins,
      messageEvents: false,
      onEvent: (event) => {
        tell(event);
        this.seeReplicated(event);
      },
    };
    const starting = world.subject.start(settings, {
      clock,
      wallNow,
      random: { below: (bound) => random.below(bound) } satisfies Random,
      transport: watchTransport(transport, see),
      logPlace: this.logPlace(gate, see),
      attachBackend: () => this.state.attach(gate),
      onStoreEvent: (event) => {
        if (event.kind !== "flushed") see({ kind: "store", event });
      },
      see,
      monotonicNowMs: () => this.clock.nowMs(),
    });
    starting.then(
      (running) => this.begun(process, running),
      (error: unknown) => this.ended(process, error),
    );
  }

  private begun(process: Process, running: Running): void {
    if (this.process !== process) return;
    const { member } = running;
    process.running = running;
    process.view = viewMember(member);
    this.seeLife("running");
    const replicated = member.digest();
    if (replicated !== null)
      this.see({ kind: "replicated", index: replicated.applied, digest: replicated.digest, by: "start" });
    void member.failed.then((error) => this.ended(process, error));
    this.world.onRunning(this);
  }

  /** Where states of members can be compared as a whole: when snapshots are made, and taken over. */
  private seeReplicated({ source, event }: SourcedEvent): void {
    if (source !== "member") return;
    if (event.kind !== "snapshot-begun" && event.kind !== "snapshot-restored") return;
    const replicated = this.process?.gate.isAlive === true ? this.member?.digest() : null;
    if (replicated === null || replicated === undefined) return;
    const by = event.kind === "snapshot-begun" ? "made" : "restored";
    this.see({ kind: "replicated", index: replicated.applied, digest: replicated.digest, by });
  }

  /** It ended by itself: the process exits, and something starts it again if that can help. */
  private ended(process: Process, cause: unknown): void {
    if (this.process !== process) return;
    const error = cause instanceof Error ? cause : new Error(String(cause));
    const isCharged = this.disk.errors > this.errorsAtStart || this.world.atlas.isCharged(this.id);
    this.world.time.after(0, Priority.fault, () => {
      if (this.process !== process) return;
      this.end(() => this.disk.kill((loss) => this.world.atlas.judge(this.id, loss)));
      this.lastFailure = error.message;
      if (isHopeless(error)) this.brokenBy = error.message;
      this.seeLife("ended", error.message, isCharged);
      this.world.onEnded(this);
    });
  }

  /** The process is killed; what it wrote stays. */
  kill(): void {
    if (!this.isUp) return;
    this.end(() => this.disk.kill((loss) => this.world.atlas.judge(this.id, loss)));
    this.seeLife("killed");
  }

  /** The power fails; so many percent of what was not synced stays, or parts of it. */
  losePower(keepsPercent: number): void {
    const wasUp = this.isUp;
    this.end(() => this.disk.losePower(keepsPercent, (loss) => this.world.atlas.judge(this.id, loss)));
    if (wasUp) this.seeLife("crashed");
  }

  /** Keeps it down until {@link release} was called as often. */
  hold(): void {
    this.holds++;
  }

  release(): void {
    this.holds--;
    if (this.holds === 0) this.start();
  }

  /** The machine is gone for good, with everything on it. */
  destroy(): void {
    this.kill();
    this.brokenBy = "it was wiped";
    this.seeLife("wiped");
  }

  private end(endDisk: () => void): void {
    const { process } = this;
    this.process = null;
    process?.gate.die();
    endDisk();
    // A commit that was on its way happened, or did not; nobody knows before the next start.
    this.state.die(this.random.chance(500_000));
    if (process === null) return;
    void process.transport.close();
    this.world.network.dropConnections(this.id);
  }

  // --- SIGSTOP and SIGCONT

  pause(): void {
    if (this.process === null || this.process.gate.isPaused) return;
    this.process.gate.pause();
    this.seeLife("paused");
  }

  resume(): void {
    const { process } = this;
    if (process === null || !process.gate.isPaused) return;
    this.seeLife("resumed");
    for (const callback of process.gate.resume()) {
      this.world.time.after(0, Priority.timer, () => process.gate.enter("timers", callback));
    }
  }

  /** Hands something that comes from outside to the process; false if there is none. */
  arrive(callback: () => void): boolean {
    if (this.process === null) return false;
    this.process.gate.enter("arrivals", callback);
    return true;
  }

  /** Why it ended by itself last time. */
  get failure(): string | null {
    return this.lastFailure;
  }

  // --- log

  private logPlace(gate: ProcessGate, see: (seen: Seen) => void): LogPlace {
    const disk = this.disk.attach(gate);
    const identity = { clusterId: clusterIdOf(token), memberId: this.id };
    const segmentBytes = this.world.segmentBytes;
    const now = (): number => this.clock.nowMs();
    const open = async (): ReturnType<LogPlace["create"]> => {
      const log = await LogStore.open(disk, logDirectory, { identity, segmentBytes, now });
      this.disk.logOpened();
      return watchLog(log, {
        see,
        orDeath: (call) => gate.orDeath(call, () => new Error(`${this.name} died`)),
        isCharged: () => this.world.atlas.isCharged(this.id),
        mayLack: () => this.world.atlas.mayLack(this.id),
        isOnPlatter: () => this.disk.isLogWhole,
        isSnapshotOnPlatter: (metadata) => this.disk.isSnapshotWhole(metadata),
        onWriting: (lastIndex) => {
          this.disk.writingIndex = lastIndex;
        },
      });
    };
    return {
      async open() {
        try {
          return await open();
        } catch (error) {
          if (error instanceof StorageError && error.code === "wiped") return null;
          throw error;
        }
      },
      async create() {
        await LogStore.initialize(disk, logDirectory, { identity, segmentBytes });
        return open();
      },
    };
  }
}

/** Whether starting again cannot help: what was acknowledged is lost, or the member was removed. */
function isHopeless(error: Error): boolean {
  if (error instanceof StorageError) return error.code === "corrupt";
  return "code" in error && error.code === "refused";
}
