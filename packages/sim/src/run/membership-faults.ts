/**
 * Administrators: they add, remove, replace and promote members, and move leadership, through the members' own interface,
 * while everything else goes on.
 */

import type { Fault } from "../plan/plan.ts";
import type { Machine } from "../world/machine.ts";
import type { RandomStream } from "../world/random-streams.ts";
import { addressOf, type World } from "../world/world.ts";
import { candidates } from "./selection.ts";

const changeTimeoutMs = 5000;
/** A cluster does not grow beyond what began by more than so many. */
const growthMax = 2;

/** Begins a change; false if the fault is none of these. What comes of it shows in the log. */
export function beginMembershipFault(
  fault: Fault,
  chosen: readonly Machine[],
  world: World,
  random: RandomStream,
): boolean {
  switch (fault.kind) {
    case "x-transfer-leadership":
      ask(world, random, (machine) => machine.member?.stepDown({ force: random.chance(500_000) }));
      return true;
    case "x-wipe-and-rejoin":
      for (const machine of chosen) wipe(machine, world, random);
      return true;
    case "x-membership":
      change(fault.change, chosen, world, random);
      return true;
    default:
      return false;
  }
}

type Change = Extract<Fault, { kind: "x-membership" }>["change"];

function change(what: Change, chosen: readonly Machine[], world: World, random: RandomStream): void {
  const [first] = chosen;
  switch (what) {
    case "add":
      if (world.voters().length < world.plan.members + growthMax) add(world, random);
      break;
    case "remove":
      if (first !== undefined && world.voters().length > 2) remove(first, world, random);
      break;
    case "replace":
      if (first !== undefined) replace(first, world, random);
      break;
    case "promote": {
      const learners = world.ghost.latestConfig?.learners ?? [];
      const [id] = learners;
      if (id !== undefined)
        ask(world, random, (machine) => machine.member?.promoteMember(id, { timeoutMs: changeTimeoutMs }));
      break;
    }
    case "update":
      if (first !== undefined) {
        const { id, name } = first;
        const update = { id, addresses: [addressOf(name)] };
        ask(world, random, (machine) => machine.member?.updateMember(update, { timeoutMs: changeTimeoutMs }));
      }
      break;
  }
}

/** Has some member do something, if it runs. */
function ask(
  world: World,
  random: RandomStream,
  call: (machine: Machine) => Promise<unknown> | undefined,
): void {
  const running = candidates(world).filter(({ member }) => member !== null);
  if (running.length === 0) return;
  const machine = random.pick(running);
  machine.arrive(() => {
    // What it came to shows in the log, if anything.
    call(machine)?.catch(() => undefined);
  });
}

/** A new machine, under a name that was never used. */
function newcomer(world: World): Machine {
  const name = `n${world.machines.size}`;
  const machine = world.add(name, world.machines.size % world.plan.members, true);
  machine.start();
  return machine;
}

function add(world: World, random: RandomStream): void {
  const { id, name } = newcomer(world);
  const as = random.pick(["voter", "learner", "voter-later"] as const);
  const member = { id, name, addresses: [addressOf(name)] };
  ask(world, random, (machine) => machine.member?.addMember(member, { as, timeoutMs: changeTimeoutMs }));
}

function remove({ id }: Machine, world: World, random: RandomStream): void {
  ask(world, random, (machine) => machine.member?.removeMember(id, { timeoutMs: changeTimeoutMs }));
}

function replace({ id }: Machine, world: World, random: RandomStream): void {
  const { id: newId, name } = newcomer(world);
  const member = { id: newId, name, addresses: [addressOf(name)] };
  ask(world, random, (machine) => machine.member?.replaceMember(id, member, { timeoutMs: changeTimeoutMs }));
}

/** A machine burns down, if the cluster can bear it; a new one takes its place. */
function wipe(machine: Machine, world: World, random: RandomStream): void {
  if (!world.atlas.charge(machine.id)) return;
  machine.destroy();
  replace(machine, world, random);
}
