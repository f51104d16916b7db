/**
 * What all clients have in common: they call members over a short way of their own, one call at a time, and learn when the
 * process that they called dies. When the way is cut they learn nothing, and give up.
 */

import type { StoreMember } from "@quorate/member/store";
import type { Running } from "../subject/subject.ts";
import type { Machine } from "../world/machine.ts";
import type { RandomStream } from "../world/random-streams.ts";
import { Priority } from "../world/virtual-time.ts";
import type { World } from "../world/world.ts";

/** When a client gives a call up whose answer got lost. */
const patienceUs = 3_000_000;

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
    if (this.machine !== null && this.machine.brokenBy === null) return this.machine;
    const all = [...this.world.machines.values()];
    const there = all.filter(({ brokenBy }) => brokenBy === null);
    this.machine = this.random.pick(there.length > 0 ? there : all);
    return this.machine;
  }

  /** Calls the store at a place; see {@link callMember}. */
  call<Value>(
    run: (storeMember: StoreMember) => Promise<Value>,
    place: Machine = this.place,
  ): Promise<Value> {
    return this.callMember(({ storeMember }) => {
      if (storeMember === null) throw new TypeError("this client is one of the store");
      return run(storeMember);
    }, place);
  }

  /**
   * Calls the member at a place; rejects when its process dies before it answered, or nothing comes back for a while.
   * @throws NobodyThere, and whatever `run` throws
   */
  callMember<Value>(run: (running: Running) => Promise<Value>, place: Machine = this.place): Promise<Value> {
    return new Promise((resolve, reject) => {
      const { clientWay } = place;
      const wayUs = (): number => this.random.delayUs(100, 300) + clientWay.delayUs;
      const giveUp = (): void =>
        this.after(patienceUs, () => reject(new Error(`no answer came from ${place.name}`)));
      const back = (settle: () => void): void =>
        this.after(wayUs(), () => (clientWay.cutsFrom > 0 ? giveUp() : settle()));
      this.after(wayUs(), () => {
        if (clientWay.cutsTo > 0) {
          giveUp();
          return;
        }
        const { process } = place;
        const running = process?.running ?? null;
        if (process === null || running === null) {
          back(() => reject(new NobodyThere(`nobody answers at ${place.name}`)));
          return;
        }
        const { gate } = process;
        // One that dies while it is stopped never takes the call up.
        const withdraw = gate.onDeath(() => back(() => reject(new Error(`${place.name} died`))));
        gate.enter("arrivals", () => {
          run(running).then(
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
