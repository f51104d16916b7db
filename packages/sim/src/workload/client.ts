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
    return this.callMember((running) => run(storeMemberOf(running)), place);
  }

  /**
   * Calls the member at a place; rejects when its process dies before it answered, or nothing comes back for a while.
   * @throws NobodyThere, and whatever `run` throws
   */
  callMember<Value>(run: (running: Running) => Promise<Value>, place: Machine = this.place): Promise<Value> {
    return new Promise((resolve, reject) => this.begin({ run, resolve, reject }, place));
  }

  /** The same for who needs no promise. */
  begin<Value>(caller: Caller<Value>, place: Machine): void {
    new OpenCall(this, caller, place).leave();
  }
}

/** The store of a running member. */
export function storeMemberOf({ storeMember }: Running): StoreMember {
  if (storeMember === null) throw new TypeError("this client is one of the store");
  return storeMember;
}

/** What is called at a member, and who is told how it ended: once, in an entry of virtual time that is for nothing else. */
export type Caller<Value> = {
  run(running: Running): Promise<Value>;
  resolve(value: Value): void;
  reject(error: Error): void;
};

/** A call on its way. */
class OpenCall<Value> {
  private readonly client: Client;
  private readonly caller: Caller<Value>;
  private readonly place: Machine;
  private isOver = false;

  constructor(client: Client, caller: Caller<Value>, place: Machine) {
    this.client = client;
    this.caller = caller;
    this.place = place;
  }

  leave(): void {
    this.client.after(this.wayUs(), () => this.arrive());
  }

  private wayUs(): number {
    return this.client.random.delayUs(100, 300) + this.place.clientWay.delayUs;
  }

  private arrive(): void {
    const { place } = this;
    if (place.clientWay.cutsTo > 0) {
      this.giveUp();
      return;
    }
    const { process } = place;
    const running = process?.running ?? null;
    if (process === null || running === null) {
      this.fail(new NobodyThere(`nobody answers at ${place.name}`));
      return;
    }
    // One that dies while it is stopped never takes the call up.
    const withdraw = process.gate.onDeath(() => this.fail(new Error(`${place.name} died`)));
    process.gate.enter("arrivals", () => {
      this.caller.run(running).then(
        (value) => {
          withdraw();
          this.answer(value);
        },
        (error: unknown) => {
          withdraw();
          this.fail(error instanceof Error ? error : new Error(String(error)));
        },
      );
    });
  }

  private answer(value: Value): void {
    this.client.after(this.wayUs(), () => {
      if (this.place.clientWay.cutsFrom > 0) this.giveUp();
      else if (this.end()) this.caller.resolve(value);
    });
  }

  private fail(error: Error): void {
    this.client.after(this.wayUs(), () => {
      if (this.place.clientWay.cutsFrom > 0) this.giveUp();
      else if (this.end()) this.caller.reject(error);
    });
  }

  private giveUp(): void {
    this.client.after(patienceUs, () => {
      if (this.end()) this.caller.reject(new Error(`no answer came from ${this.place.name}`));
    });
  }

  /** False if it had ended: a process that dies may have answered just before. */
  private end(): boolean {
    const { isOver } = this;
    this.isOver = true;
    return !isOver;
  }
}
