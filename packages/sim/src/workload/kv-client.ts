/**
 * A client of keys: reads, writes, deletes and compares over a few keys, one call after another, and writes down what it
 * asked and was told.
 */

import type { Session } from "@quorate/member";
import type { Outcome } from "@quorate/store";
import type { World } from "../world/world.ts";
import type { AuthUser } from "./auth-user.ts";
import type { CallLedger } from "./call-ledger.ts";
import { Client } from "./client.ts";
import type { KvCall, KvInput, KvOutput } from "./kv-operation.ts";
import { keyPrefix } from "./kv-request.ts";

/** Who was refused as a user goes elsewhere so often; it would not be any other there. */
const leavesPerMillion = 200_000;

/** What the clients of a run share. */
export type KvLoad = {
  readonly thinkUs: number;
  readonly keys: number;
  /** Milliseconds that a client waits for an answer. */
  readonly timeoutMs: number;
  /** How often, in a hundred calls: reads, puts, compares, deletes, scans. What is left are serializable reads. */
  readonly shares: {
    readonly get: number;
    readonly put: number;
    readonly cas: number;
    readonly delete: number;
    readonly scan: number;
  };
  /** Share of clients that write in sessions, in percent. */
  readonly sessionsPercent: number;
};

/** See the module. */
export class KvClient {
  private readonly ledger: CallLedger;
  private readonly client: Client;
  private readonly load: KvLoad;
  /** As whom it calls; null: there are no users. */
  private readonly user: AuthUser | null;
  private readonly usesSession: boolean;
  private readonly keys: readonly string[];
  private session: Session<Outcome> | null = null;
  private writes = 0;
  private isOver = false;
  /** What it last knew of a key, for compares that have a chance. */
  private readonly known = new Map<string, string | null>();

  constructor(world: World, number: number, load: KvLoad, ledger: CallLedger, user: AuthUser | null = null) {
    this.client = new Client(world, number, "client");
    this.load = load;
    this.ledger = ledger;
    this.user = user;
    this.keys = Array.from({ length: load.keys }, (_, number) => `${keyPrefix}${number}`);
    this.usesSession = this.client.random.below(100) < load.sessionsPercent;
  }

  /** Begins, and goes on until {@link stop}. */
  start(): void {
    this.client.after(this.client.random.below(this.load.thinkUs * 2 + 1), this.next);
  }

  /** Makes no more calls. */
  stop(): void {
    this.isOver = true;
  }

  private think(): void {
    this.client.after(this.client.random.delayUs(0, this.load.thinkUs), this.next);
  }

  private readonly next = (): void => {
    if (this.isOver) return;
    const { user } = this;
    if (user?.needsToken === true)
      void user.signIn(this.client, this.load.timeoutMs).then(() => this.think());
    else if (this.usesSession && this.session === null) this.openSession();
    else this.ask(this.draw());
  };

  private openSession(): void {
    this.client
      .call((storeMember) => storeMember.member.openSession({ timeoutMs: this.load.timeoutMs }))
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

  private draw(): KvInput {
    const { random } = this.client;
    const { shares } = this.load;
    const key = random.pick(this.keys);
    let left = random.below(100);
    if ((left -= shares.get) < 0) return { kind: "get", key, isSerializable: false };
    if ((left -= shares.put) < 0)
      return { kind: "put", key, value: this.newValue(), inSession: this.session !== null };
    if ((left -= shares.cas) < 0)
      return { kind: "cas", key, expected: this.known.get(key) ?? null, value: this.newValue() };
    if ((left -= shares.delete) < 0) return { kind: "delete", key, nonce: this.newValue() };
    if ((left -= shares.scan) < 0) return { kind: "scan" };
    return { kind: "get", key, isSerializable: true };
  }

  private newValue(): string {
    return `${this.client.number}.${++this.writes}`;
  }

  private ask(input: KvInput): void {
    const session = input.kind === "put" && input.inSession ? this.session : null;
    const manner = { session, timeoutMs: this.load.timeoutMs, user: this.user };
    this.ledger.call(this.client, input, manner, this.takeEnd);
  }

  private readonly takeEnd = ({ input, fate, output }: KvCall): void => {
    if (fate === "answered" && output !== null) {
      this.learn(input, output);
    } else if (this.user === null || fate !== "refused" || this.client.random.chance(leavesPerMillion)) {
      this.client.leave();
      // A session belongs to the member that opened it.
      this.session = null;
    }
    this.think();
  };

  private learn(input: KvInput, output: KvOutput): void {
    if (input.kind === "scan") return;
    if (input.kind === "put") this.known.set(input.key, input.value);
    else if (output.kind === "get") this.known.set(input.key, output.found?.value ?? null);
    else if (output.kind === "delete") this.known.set(input.key, null);
    else if (input.kind === "cas" && output.kind === "cas")
      this.known.set(input.key, output.succeeded ? input.value : (output.found?.value ?? null));
  }
}
