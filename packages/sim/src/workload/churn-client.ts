/**
 * An administrator who never rests: adds a learner that does not exist, and takes it out again. So the log is full of
 * membership changes at every moment, elections included, which is when they are dangerous.
 */

import { memberIdOf } from "@quorate/member";
import { Role } from "@quorate/raft";
import type { Running } from "../subject/subject.ts";
import type { Machine } from "../world/machine.ts";
import type { World } from "../world/world.ts";
import { Client } from "./client.ts";

const timeoutMs = 2000;
/** After something failed: soon enough to be there when the next leader is. */
const retryUs = 5000;

/** See the module. */
export class ChurnClient {
  private readonly client: Client;
  private readonly everyUs: number;
  private added = 0;
  private isIn = false;
  private isOver = false;

  constructor(world: World) {
    this.client = new Client(world, 1, "churn");
    this.everyUs = 1000 * this.client.random.between(20, 1000);
  }

  start(): void {
    this.client.after(this.everyUs, () => this.next());
  }

  stop(): void {
    this.isOver = true;
  }

  private next(): void {
    if (this.isOver) return;
    const isIn = this.isIn;
    if (!isIn) this.added++;
    const name = `learner-${this.added}`;
    const id = memberIdOf("quorate", name);
    const change = ({ member }: Running): Promise<unknown> =>
      isIn
        ? member.removeMember(id, { timeoutMs })
        : member.addMember({ id, name, addresses: [`${name}:7000`] }, { as: "learner", timeoutMs });
    this.client.callMember(change, this.leader() ?? this.client.place).then(
      () => {
        this.isIn = !isIn;
        this.client.after(this.client.random.delayUs(1000, this.everyUs), () => this.next());
      },
      () => {
        this.client.leave();
        // It may have come to pass all the same; another name does no harm.
        this.isIn = isIn && this.client.random.chance(500_000);
        this.client.after(retryUs, () => this.next());
      },
    );
  }

  /** Whoever thinks that it leads, the newest first. */
  private leader(): Machine | null {
    let best: Machine | null = null;
    for (const machine of this.client.world.machines.values()) {
      const { view } = machine;
      if (view?.role === Role.leader && view.term > (best?.view?.term ?? 0)) best = machine;
    }
    return best;
  }
}
