/**
 * A client of somebody's machine: asks the workload what to do, does it, and thinks a while; some write in sessions.
 */

import type { Session } from "@quorate/member";
import { Client } from "../workload/client.ts";
import type { World } from "../world/world.ts";
import type { OperationLedger } from "./operation-ledger.ts";
import type { ClientTurn, SimulatedWorkload } from "./simulated-machine.ts";

/** What the clients of a run share. */
export type OperationLoad = {
  readonly workload: SimulatedWorkload;
  readonly thinkUs: number;
  /** Milliseconds that a client waits for an answer. */
  readonly timeoutMs: number;
  /** Share of clients that write in sessions, in percent. */
  readonly sessionsPercent: number;
};

/** See the module. */
export class OperationClient {
  private readonly client: Client;
  private readonly load: OperationLoad;
  private readonly ledger: OperationLedger;
  private readonly turns: Turns;
  private readonly usesSession: boolean;
  private session: Session<unknown> | null = null;
  private isOver = false;

  constructor(world: World, number: number, load: OperationLoad, ledger: OperationLedger) {
    this.client = new Client(world, number, "operation client");
    this.load = load;
    this.ledger = ledger;
    this.turns = new Turns(this.client);
    this.usesSession = this.client.random.below(100) < load.sessionsPercent;
  }

  start(): void {
    this.client.after(this.client.random.below(this.load.thinkUs * 2 + 1), () => this.next());
  }

  /** Makes no more calls. */
  stop(): void {
    this.isOver = true;
  }

  private think(): void {
    this.client.after(this.client.random.delayUs(0, this.load.thinkUs), () => this.next());
  }

  private next(): void {
    if (this.isOver) return;
    if (this.usesSession && this.session === null) this.openSession();
    else this.ask();
  }

  private openSession(): void {
    const { timeoutMs } = this.load;
    this.client
      .callMember(({ member }) => member.openSession({ timeoutMs }))
      .then(
        (session) => {
          this.session = session;
          this.think();
        },
        () => {
          this.client.leave();
          this.think();
        },
      );
  }

  private ask(): void {
    const wanted = this.load.workload.next(this.turns.next());
    const way = { session: this.session, timeoutMs: this.load.timeoutMs, place: this.client.place };
    void this.ledger.call(this.client, wanted, way).then(({ fate }) => {
      if (fate !== "answered") {
        this.client.leave();
        // A session belongs to the member that opened it.
        this.session = null;
      }
      this.think();
    });
  }
}

/** The turns of one client. Its workload draws from a stream of its own. */
export class Turns {
  private readonly client: Client;
  private readonly random;
  private turn = 0;

  constructor(client: Client) {
    this.client = client;
    this.random = client.world.streams.stream(`workload ${client.number}`);
  }

  next(): ClientTurn {
    const { number } = this.client;
    const turn = this.turn++;
    return { random: this.random, client: number, turn, unique: `${number}.${turn + 1}` };
  }
}
