/**
 * One machine of a virtual cluster: a disk, a process that may be paused or die, and the member that runs in it.
 */

import type { NodeId } from "@quorate/raft";
import {
  type CrashOptions,
  type DiskOperation,
  type InjectedFault,
  LogStore,
  MemoryDisk,
  StorageError,
} from "@quorate/storage";
import type { MemoryTransport } from "@quorate/transport";
import { assembleMember, type MemberSeams } from "../src/assemble.ts";
import type { LogPlace, Member, MemberClock, MemberLog, MemberSettings } from "../src/index.ts";
import { clusterIdOf, memberIdOf } from "../src/index.ts";
import { SeededRandom } from "./seeded-random.ts";
import { StoreTally, type TextMachine } from "./store-tally.ts";
import { Tally } from "./tally.ts";
import type { VirtualCluster } from "./virtual-cluster.ts";
import { VirtualStateDisk } from "./virtual-state-disk.ts";

export const logDirectory = "data";
const segmentBytes = 256 * 1024;

/** What waits while the process is stopped, in the order in which an event loop takes it up again. */
type Held = { timers: (() => void)[]; arrivals: (() => void)[]; turns: (() => void)[] };

/** Settings that a test chooses. */
export type HostSettings = Partial<Omit<MemberSettings<number>, "name" | "stateMachine" | "onEvent">>;

/** Starts what runs on a host. */
export type HostProgram = (settings: MemberSettings<number>, seams: MemberSeams) => Promise<Member<number>>;

/** See the module. */
export class VirtualHost {
  readonly name: string;
  readonly id: NodeId;
  /** How long a sync takes. */
  syncMs = 1;
  /** How much too late timers and turns are: a busy event loop. */
  lateMs = 0;
  disk: MemoryDisk;
  machine: TextMachine = new Tally();
  /** The disk of a machine that keeps itself; null for one in memory. */
  stateDisk: VirtualStateDisk | null = null;
  /** How long a commit of such a machine takes. */
  flushMs = 5;
  /** The running member; null while it starts, or is down. */
  member: Member<number> | null = null;
  /** Why it did not start, or ended by itself. */
  failure: Error | null = null;
  settings: HostSettings;
  /** What {@link start} starts; a test may put a program around the member. */
  program: HostProgram = assembleMember<number>;
  private readonly cluster: VirtualCluster;
  private transport: MemoryTransport | null = null;
  private life = 0;
  private isStopped = false;
  private held: Held = { timers: [], arrivals: [], turns: [] };
  private death = Promise.withResolvers<never>();

  constructor(cluster: VirtualCluster, name: string, settings: HostSettings) {
    this.cluster = cluster;
    this.name = name;
    this.id = settings.id ?? memberIdOf("quorate", name);
    this.settings = settings;
    this.disk = this.makeDisk();
  }

  get isUp(): boolean {
    return this.transport !== null;
  }

  get isPaused(): boolean {
    return this.isStopped;
  }

  /** The member, which must be running. */
  get running(): Member<number> {
    if (this.member === null)
      throw new Error(`${this.name} is not running: ${this.failure?.message ?? "down"}`);
    return this.member;
  }

  // --- life

  /** Starts the process; the member takes part some virtual time later. */
  start(settings: HostSettings = this.settings): void {
    if (this.isUp) throw new Error(`${this.name} is up already`);
    this.settings = settings;
    const life = ++this.life;
    this.failure = null;
    this.machine = this.makeMachine(life);
    this.death = Promise.withResolvers<never>();
    this.death.promise.catch(() => undefined);
    const { network, events, clock, seed } = this.cluster;
    const memberClock = this.clockOf(life);
    const wallNow = (): number => 1_700_000_000_000 + clock.nowMs;
    const transport = network.attach({ self: this.id, incarnation: life, clock: memberClock, wallNow });
    this.transport = transport;
    this.program(
      {
        peers: this.cluster.addresses(),
        ...settings,
        name: this.name,
        stateMachine: this.machine,
        onEvent: (event) => {
          if (life === this.life) events.add(clock.nowMs, this.name, event);
        },
      },
      {
        clock: memberClock,
        wallNow,
        random: new SeededRandom(seed, `${this.name} ${life}`),
        transport,
        logPlace: this.logPlace(),
      },
    ).then(
      (member) => this.begun(life, member),
      (error: unknown) => this.ended(life, error),
    );
  }

  private makeMachine(life: number): TextMachine {
    const disk = this.stateDisk;
    if (disk === null) return new Tally();
    const later = (callback: () => void): void =>
      void this.cluster.clock.at(this.flushMs, () => {
        if (life === this.life) this.arrive(callback);
      });
    return new StoreTally(disk.attach(later));
  }

  private begun(life: number, member: Member<number>): void {
    if (life !== this.life) return;
    this.member = member;
    void member.failed.then((error) => this.ended(life, error));
  }

  private ended(life: number, error: unknown): void {
    if (life !== this.life) return;
    this.failure = error instanceof Error ? error : new Error(String(error));
    // The process exits, as `startMember` does; what its callers were told came before.
    this.cluster.clock.at(0, () => {
      if (life === this.life) this.die();
    });
  }

  /** Power failure: what was not synced is lost, unless `options` say otherwise. */
  crash(options: CrashOptions = {}): void {
    this.die();
    this.disk.crash(options);
  }

  /** The process is killed; what it has written stays. */
  kill(): void {
    this.die();
  }

  private die(): void {
    this.life++;
    this.member = null;
    this.isStopped = false;
    this.held = { timers: [], arrivals: [], turns: [] };
    this.disk.kill();
    this.stateDisk?.die(this.landsCommits() ? "land" : "are-lost");
    const { transport } = this;
    this.transport = null;
    void transport?.close();
    this.cluster.dropConnections(this.id);
    this.death.reject(new Error(`${this.name} died`));
  }

  /** Whether a commit of the machine that is on its way when the process dies happens all the same. */
  landsCommits: () => boolean = () => false;

  /** Stops in an orderly way; resolves when that is done. */
  async stop(): Promise<void> {
    await this.running.stop();
    this.die();
  }

  /** Rejects when this process dies. */
  get died(): Promise<never> {
    return this.death.promise;
  }

  // --- SIGSTOP and SIGCONT

  pause(): void {
    this.isStopped = true;
  }

  /** Everything that waited comes now: timers, then what arrived, then what was deferred. */
  resume(): void {
    this.isStopped = false;
    const { timers, arrivals, turns } = this.held;
    this.held = { timers: [], arrivals: [], turns: [] };
    for (const callback of [...timers, ...arrivals, ...turns]) this.cluster.clock.at(0, callback);
  }

  /** Runs something that comes from outside of the process, when it can take it. */
  arrive(callback: () => void): void {
    if (this.isStopped) this.held.arrivals.push(callback);
    else callback();
  }

  private clockOf(life: number): MemberClock {
    const { clock } = this.cluster;
    const guarded = (callback: () => void, queue: "timers" | "turns"): (() => void) => {
      const run = (): void => {
        if (life !== this.life) return;
        if (this.isStopped) this.held[queue].push(run);
        else callback();
      };
      return run;
    };
    return {
      now: () => clock.nowMs,
      setTimer: (callback, delayMs) => {
        let isCancelled = false;
        const late = delayMs > 0 ? this.lateMs : 0;
        const timer = clock.at(
          delayMs + late,
          guarded(() => {
            if (!isCancelled) callback();
          }, "timers"),
        );
        return () => {
          isCancelled = true;
          timer.isCancelled = true;
        };
      },
      defer: (callback) => void clock.at(this.lateMs, guarded(callback, "turns")),
    };
  }

  // --- disk

  private makeDisk(): MemoryDisk {
    return new MemoryDisk({
      schedule: (operation, complete) => {
        if (operation.kind !== "datasync" && operation.kind !== "sync-directory") queueMicrotask(complete);
        else this.cluster.clock.at(this.syncMs, () => this.arrive(complete));
      },
    });
  }

  /** Writes and syncs hang from now on, until {@link unstallDisk}. */
  stallDisk(): void {
    this.disk.onOperation = (operation) => (isWrite(operation) ? { kind: "stall" } : null);
  }

  unstallDisk(): void {
    this.disk.onOperation = undefined;
    this.disk.resume();
  }

  /** Operations fail as `fault` says, until {@link unstallDisk}. */
  failDisk(fault: (operation: DiskOperation) => InjectedFault | null): void {
    this.disk.onOperation = fault;
  }

  /** A new, empty disk. */
  wipe(): void {
    if (this.isUp) throw new Error(`${this.name} must be down`);
    this.disk = this.makeDisk();
    if (this.stateDisk !== null) this.stateDisk = new VirtualStateDisk();
  }

  private logPlace(): LogPlace {
    const { disk } = this;
    const identity = { clusterId: clusterIdOf("quorate"), memberId: this.id };
    const { promise: died } = this.death;
    const open = async (): Promise<MemberLog> =>
      breakable(
        await LogStore.open(disk, logDirectory, {
          identity,
          segmentBytes,
          now: () => this.cluster.clock.nowMs,
        }),
        died,
      );
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

/**
 * A log whose end of a snapshot transfer breaks when the process dies, as a connection would: what a dead disk was asked
 * for is never answered, and the other end would wait for ever.
 */
function breakable(log: LogStore, died: Promise<never>): MemberLog {
  const orDeath = <Value>(call: Promise<Value>): Promise<Value> => Promise.race([call, died]);
  return {
    storage: log.storage,
    get error() {
      return log.error;
    },
    warnings: log.warnings,
    append: (write) => log.append(write),
    confirm: () => log.confirm(),
    compact: (index) => log.compact(index),
    bytesFrom: (index) => log.bytesFrom(index),
    beginSnapshot: (metadata) => log.beginSnapshot(metadata),
    install: (snapshot, hardState) => log.install(snapshot, hardState),
    read: (snapshot) => log.read(snapshot),
    close: () => log.close(),
    async openSnapshot(snapshot) {
      const reader = await orDeath(log.openSnapshot(snapshot));
      return {
        ...reader,
        read: (offset, bytesMax) => orDeath(reader.read(offset, bytesMax)),
        close: () => orDeath(reader.close()),
      };
    },
    async receiveSnapshot(offer) {
      const receiver = await orDeath(log.receiveSnapshot(offer));
      return {
        receivedBytes: receiver.receivedBytes,
        write: (bytes) => orDeath(receiver.write(bytes)),
        finish: () => orDeath(receiver.finish()),
        close: () => orDeath(receiver.close()),
      };
    },
  };
}

/** Whether an operation is one of those that wait for the medium. */
export function isWrite({ kind }: DiskOperation): boolean {
  return kind === "write" || kind === "datasync" || kind === "sync-directory";
}
