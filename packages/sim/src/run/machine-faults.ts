/**
 * Faults of processes, disks and clocks, and of clients' ways to them: each begins on some machines, and returns how it ends.
 */

import type { Fault } from "../plan/plan.ts";
import type { Machine } from "../world/machine.ts";
import type { DiskTrouble } from "../world/machine-disk.ts";
import type { RandomStream } from "../world/random-streams.ts";
import { Priority } from "../world/virtual-time.ts";
import type { World } from "../world/world.ts";
import type { Undo } from "./network-faults.ts";

/** Begins a fault on a machine; null if it is none of these. */
export function beginMachineFault(
  fault: Fault,
  machine: Machine,
  world: World,
  random: RandomStream,
): Undo | null {
  return (
    beginProcessFault(fault, machine, world, random) ??
    beginDiskFault(fault, machine, world, random) ??
    beginClockFault(fault, machine, world) ??
    beginClientFault(fault, machine)
  );
}

function beginProcessFault(fault: Fault, machine: Machine, world: World, random: RandomStream): Undo | null {
  switch (fault.kind) {
    case "pod-kill":
      machine.hold();
      if (fault.losesPower) machine.losePower(fault.keepsUnsyncedPercent);
      else machine.kill();
      return () => machine.release();
    case "pod-failure":
      machine.hold();
      machine.kill();
      return () => machine.release();
    case "x-restart-storm":
      return repeat(world, fault.everyMs, () => {
        if (random.chance(500_000)) machine.kill();
        else machine.losePower(random.chance(500_000) ? 0 : 50);
        machine.start();
      });
    case "x-event-loop-pause":
      machine.pause();
      return () => machine.resume();
    case "x-late-timers":
      machine.clock.lateUpToUs = fault.upToMs * 1000;
      return () => {
        machine.clock.lateUpToUs = 0;
      };
    case "x-isolate": {
      // A stopped process takes it up only when it goes on, which may be after this is over.
      let isOver = false;
      machine.arrive(() => {
        if (!isOver) machine.member?.isolate(true);
      });
      return () => {
        isOver = true;
        machine.arrive(() => machine.member?.isolate(false));
      };
    }
    default:
      return null;
  }
}

/** Does something now and again and again until it is taken back. */
function repeat(world: World, everyMs: number, act: () => void): Undo {
  let isOver = false;
  const next = (): void => {
    if (isOver) return;
    act();
    world.time.after(everyMs * 1000, Priority.fault, next);
  };
  next();
  return () => {
    isOver = true;
  };
}

function beginClientFault(fault: Fault, { clientWay }: Machine): Undo | null {
  switch (fault.kind) {
    case "x-client-cut": {
      const to = fault.direction === "from" ? 0 : 1;
      const from = fault.direction === "to" ? 0 : 1;
      clientWay.cutsTo += to;
      clientWay.cutsFrom += from;
      return () => {
        clientWay.cutsTo -= to;
        clientWay.cutsFrom -= from;
      };
    }
    case "x-client-delay":
      clientWay.delayUs += fault.latencyMs * 1000;
      return () => {
        clientWay.delayUs -= fault.latencyMs * 1000;
      };
    default:
      return null;
  }
}

function beginDiskFault(fault: Fault, machine: Machine, world: World, random: RandomStream): Undo | null {
  const always = 1_000_000;
  const often = 100_000;
  switch (fault.kind) {
    case "io-latency":
      return trouble(machine, {
        what: { kind: "slow", byUs: fault.delayMs * 1000 },
        perMillion: fault.percent * 10_000,
      });
    case "io-fault":
      return trouble(machine, {
        what: { kind: "error", code: fault.errno === "ENOSPC" ? "full" : "io", methods: fault.methods },
        perMillion: often,
      });
    case "x-io-stall": {
      machine.state.stall();
      const end = trouble(machine, { what: { kind: "stall" }, perMillion: always });
      return () => {
        machine.state.unstall();
        end();
      };
    }
    case "x-torn-write":
      return trouble(machine, { what: { kind: "torn" }, perMillion: often });
    case "x-lost-write":
      return trouble(machine, { what: { kind: "lost" }, perMillion: often });
    case "x-misdirected-write":
      return trouble(machine, { what: { kind: "misdirected" }, perMillion: often });
    case "x-fsync-lie":
      return trouble(machine, { what: { kind: "lie" }, perMillion: 5 * often });
    case "x-bit-rot":
      if (world.atlas.charge(machine.id)) rot(machine, fault.flips, random);
      return () => undefined;
    default:
      return null;
  }
}

function trouble(machine: Machine, what: DiskTrouble): Undo {
  machine.disk.begin(what);
  return () => machine.disk.end(what);
}

/** Where bits flip if it is to hit the newest of what was logged: within so many bytes of its end. */
const newestBytes = [500, 500, 2000] as const;

/** Flips bits in what was written: anywhere, or in the newest of the log. What is zero says nothing, and is spared. */
function rot({ disk }: Machine, flips: number, random: RandomStream): void {
  const files = disk.rotting("log");
  const segments = files.filter((path) => path.includes("/log-"));
  for (let flip = 0; flip < flips && files.length > 0; flip++) {
    const isNewest = random.chance(600_000);
    const path = isNewest ? segments.at(-1) : random.pick(files);
    const written = path === undefined ? [] : writtenBytes(disk.memory.contents(path));
    if (path === undefined || written.length === 0) continue;
    const from = isNewest ? firstAfter(written, (written.at(-1) as number) - random.pick(newestBytes)) : 0;
    disk.memory.flip(path, written[random.between(from, written.length - 1)] as number, 1 << random.below(8));
  }
}

/** Positions of the bytes that are not zero, in order. */
function writtenBytes(bytes: Uint8Array): readonly number[] {
  const positions: number[] = [];
  for (let at = 0; at < bytes.length; at++) if (bytes[at] !== 0) positions.push(at);
  return positions;
}

function firstAfter(positions: readonly number[], limit: number): number {
  return positions.findIndex((position) => position > limit);
}

function beginClockFault(fault: Fault, machine: Machine, world: World): Undo | null {
  const { clock } = machine;
  switch (fault.kind) {
    case "time-offset":
      clock.wallOffsetMs += fault.offsetMs;
      return () => {
        clock.wallOffsetMs -= fault.offsetMs;
      };
    case "x-clock-drift":
      clock.setDrift(fault.ppm);
      return () => clock.setDrift(0);
    case "x-clock-strobe": {
      let isAhead = false;
      const end = repeat(world, fault.periodMs, () => {
        clock.wallOffsetMs += isAhead ? -fault.offsetMs : fault.offsetMs;
        isAhead = !isAhead;
      });
      return () => {
        end();
        if (isAhead) clock.wallOffsetMs -= fault.offsetMs;
      };
    }
    default:
      return null;
  }
}
