/**
 * Brings the faults of a plan about at their times, and takes them back.
 */

import type { Fault } from "../plan/plan.ts";
import type { Machine } from "../world/machine.ts";
import type { RandomStream } from "../world/random-streams.ts";
import { Priority } from "../world/virtual-time.ts";
import type { World } from "../world/world.ts";
import { beginMachineFault } from "./machine-faults.ts";
import { beginMembershipFault } from "./membership-faults.ts";
import { beginNetworkFault, type Undo } from "./network-faults.ts";
import { select } from "./selection.ts";

/** A fault that somebody registered: begins on the machines that were selected, and returns how it ends. */
export type CustomFault = (context: {
  readonly world: World;
  readonly machines: readonly Machine[];
  readonly parameters: unknown;
  readonly random: RandomStream;
}) => Undo;

/** By the names that plans use. */
export type CustomFaults = Readonly<Record<string, CustomFault>>;

/** See the module. */
export class FaultDriver {
  /** Faults that began. */
  begun = 0;
  private readonly world: World;
  private readonly custom: CustomFaults;
  private readonly active = new Map<string, Undo>();
  private isOver = false;

  /** @throws RangeError for a plan with a fault that nobody registered */
  constructor(world: World, custom: CustomFaults = {}) {
    this.world = world;
    this.custom = custom;
    for (const fault of world.plan.faults) {
      if (fault.kind === "x-custom" && custom[fault.name] === undefined)
        throw new RangeError(`fault ${fault.id}: nobody registered one called ${fault.name}`);
    }
  }

  /** Plans all of them. */
  start(): void {
    for (const fault of this.world.plan.faults)
      this.world.time.after(fault.atMs * 1000, Priority.fault, () => this.begin(fault));
  }

  /** The safety phase is over: everything is taken back, and nothing begins any more. */
  end(): void {
    this.isOver = true;
    for (const id of [...this.active.keys()]) this.undo(id);
  }

  private begin(fault: Fault): void {
    if (this.isOver) return;
    this.begun++;
    const { witness, streams, time } = this.world;
    const { id, kind, durationMs } = fault;
    witness.see(0, { kind: "fault", id, what: kind, on: true });
    const random = streams.stream(`fault ${id}`);
    this.active.set(id, this.beginFault(fault, random));
    if (durationMs !== null) time.after(durationMs * 1000, Priority.fault, () => this.undo(id));
  }

  private undo(id: string): void {
    const undo = this.active.get(id);
    if (undo === undefined) return;
    this.active.delete(id);
    undo();
    this.world.witness.see(0, { kind: "fault", id, what: "", on: false });
  }

  private beginFault(fault: Fault, random: RandomStream): Undo {
    const { world } = this;
    const ofNetwork = beginNetworkFault(fault, world, random);
    if (ofNetwork !== null) return ofNetwork;
    const machines = select(fault.selector, world, random);
    if (beginMembershipFault(fault, machines, world, random)) return () => undefined;
    if (fault.kind === "x-custom") {
      const { parameters } = fault;
      return this.custom[fault.name]?.({ world, machines, parameters, random }) ?? (() => undefined);
    }
    const undos = machines
      .map((machine) => beginMachineFault(fault, machine, world, random))
      .filter((undo) => undo !== null);
    return () => {
      for (const undo of undos) undo();
    };
  }
}
