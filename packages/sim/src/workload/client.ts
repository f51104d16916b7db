/**
 * What all clients have in common: they call members over a short way of their own, one call at a time, and learn when the
 * process that they called dies.
 */

import type { StoreMember } from "@quorate/member/store";
import type { Machine } from "../world/machine.ts";
import type { RandomStream } from "../world/random-streams.ts";
import { Priority } from "../world/virtual-time.ts";
import type { World } from "../world/world.ts";

/** Nobody was there: the call never left. */
export class NobodyThere extends Error {}

/** A place that makes calls. */
export class Client {
  readonly number: number;
  readonly world: World;
  readonly random: RandomStream;
  private machine: Machine | null = null;

  constructor(world: World, number: number, what: string) {
    this.world = world;
    this.number = number;
    this.random = world.streams.stream(`${what} ${number}`);
  }

  get nowUs(): number {
    return this.world.time.nowUs;
  }

  /** Calls back after about so long. */
  after(delayUs: number, callback: () => void): void {
    this.world.time.after(delayUs, Priority.client, callback);
  }

  /** Goes to another machine next time. */
  leave(): void {
    this.machine = null;
  }

  /** Where it goes: the same machine until it left. */
  get place(): Machine {
    const there = [...this.world.machines.values()].filter(({ brokenBy }) => brokenBy === null);
    if (this.machine === null || this.machine.brokenBy !== null)
      this.machine = this.random.pick(there.length > 0 ? there : [...this.world.machines.values()]);
    return this.machine;
  }

  /**
   * Calls the member at a place; rejects when its process dies before it answered.
   * @throws NobodyThere, and whatever `run` throws
   */
  call<Value>(
    run: (storeMember: StoreMember) => Promise<Value>,
    place: Machine = this.place,
  ): Promise<Value> {
    return new Promise((resolve, reject) => {
      const wayUs = (): number => this.random.delayUs(100, 300);
      const back = (settle: () => void): void => this.after(wayUs(), settle);
      this.after(wayUs(), () => {
        const { process } = place;
        if (process === null || process.storeMember === null) {
          back(() => reject(new NobodyThere(`nobody answers at ${place.name}`)));
          return;
        }
        const { gate, storeMember } = process;
        // One that dies while it is stopped never takes the call up.
        const withdraw = gate.onDeath(() => back(() => reject(new Error(`${place.name} died`))));
        gate.enter("arrivals", () => {
          run(storeMember).then(
            (value) => {
              withdraw();
              back(() => resolve(value));
            },
            (error: unknown) => {
              withdraw();
              back(() => reject(error instanceof Error ? error : new Error(String(error))));
            },
          );
        });
      });
    });
  }
}
