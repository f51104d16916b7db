/**
 * Everybody who uses the cluster in a run, and whether they got what was promised.
 */

import { checkHistory } from "../linearizability/check-history.ts";
import type { WorkloadPlan } from "../plan/plan.ts";
import type { RunWorkload, SearchResult } from "../subject/subject.ts";
import type { World } from "../world/world.ts";
import { AuthClient } from "./auth-client.ts";
import { AuthUser } from "./auth-user.ts";
import { BurstClient } from "./burst-client.ts";
import { CallLedger } from "./call-ledger.ts";
import { ChurnClient } from "./churn-client.ts";
import { CommittedOrder } from "./committed-order.ts";
import { CompactionClient } from "./compaction-client.ts";
import { checkCalls, type KvProblem } from "./kv-check.ts";
import { KvClient, type KvLoad } from "./kv-client.ts";
import { type KvCall, keyHistory, kvModel } from "./kv-operation.ts";
import { LeaseClient, LeaseRemovals } from "./lease-client.ts";
import { ReaderClient } from "./reader-client.ts";
import { WatchClient } from "./watch-client.ts";

/** What a plan may say about it besides the clients of keys; and every field of {@link KvLoad}. */
export type WorkloadParameters = Partial<KvLoad> & {
  readonly bursts?: number;
  readonly watchers?: number;
  readonly leases?: number;
  readonly compacts?: boolean;
  readonly churns?: boolean;
  /** Administrators; with any, there are users, and clients act as them. */
  readonly auth?: number;
  /** Clients that ask for ranges; with administrators only. */
  readonly readers?: number;
};

/** A user of the cluster. */
type User = { start(): void; stop(): void };

const loadDefault: KvLoad = {
  thinkUs: 50_000,
  keys: 4,
  timeoutMs: 2000,
  shares: { get: 35, put: 30, cas: 15, delete: 5, scan: 5 },
  sessionsPercent: 30,
};
const searchStepsMax = 3_000_000;

/** See the module. */
export class Workload implements RunWorkload {
  private readonly ledger: CallLedger;
  private readonly world: World;
  private readonly order = new CommittedOrder();
  private readonly removals = new LeaseRemovals();
  private readonly watchers: WatchClient[] = [];
  private readonly holders: LeaseClient[] = [];
  private readonly users: User[] = [];
  /** What became of the search for a linearization. */
  search: SearchResult = "not searched";

  constructor(world: World, plan: WorkloadPlan) {
    this.world = world;
    this.ledger = new CallLedger(world.settings.leaseReads ?? false);
    const {
      bursts = 0,
      watchers = 0,
      leases = 0,
      compacts = false,
      churns = false,
      auth = 0,
      readers = 0,
      ...rest
    } = plan.parameters as WorkloadParameters;
    const load: KvLoad = { ...loadDefault, ...rest, thinkUs: plan.thinkMs * 1000, keys: plan.keys };
    const as = (what: string, number: number, withTokens = false): AuthUser | null =>
      auth === 0 ? null : new AuthUser(world, what, number, withTokens);
    for (let number = 1; number <= plan.clients; number++)
      this.users.push(new KvClient(world, number, load, this.ledger, as("client", number, true)));
    for (let number = 1; number <= bursts; number++)
      this.users.push(new BurstClient(world, number, plan.keys, this.ledger, as("burst", number)));
    for (let number = 1; number <= watchers; number++) this.watchers.push(new WatchClient(world, number));
    for (let number = 1; number <= leases; number++)
      this.holders.push(new LeaseClient(world, number, as("holder", number)));
    this.users.push(...this.watchers, ...this.holders);
    if (compacts) this.users.push(new CompactionClient(world));
    if (churns) this.users.push(new ChurnClient(world));
    for (let number = 1; number <= auth; number++) this.users.push(new AuthClient(world, number, plan.keys));
    for (let number = 1; auth > 0 && number <= readers; number++)
      this.users.push(new ReaderClient(world, number, plan.keys));
    world.witness.subscribe(this.order.take, ["applied"]);
    if (leases > 0) world.witness.subscribe(this.removals.take, ["store"]);
  }

  start(): void {
    for (const user of this.users) user.start();
  }

  /** Makes no more calls; those under way may end. */
  stop(): void {
    for (const user of this.users) user.stop();
  }

  /** All calls of keys. */
  get calls(): readonly KvCall[] {
    return this.ledger.calls;
  }

  /** Calls that ended so. */
  count(fate: KvCall["fate"]): number {
    let count = 0;
    for (const call of this.calls) if (call.fate === fate) count++;
    return count;
  }

  /**
   * What is wrong with the answers, or null. With `searches`, histories of keys are searched for a linearization as well,
   * in a way that knows nothing of the committed order.
   */
  check(searches: boolean): KvProblem | null {
    const problem = checkCalls(this.calls, this.order);
    if (problem !== null) return problem;
    for (const watcher of this.watchers) {
      const found = watcher.check(this.order);
      if (found !== null) return found;
    }
    for (const holder of this.holders) {
      const found = holder.check(this.removals);
      if (found !== null) return found;
    }
    return searches ? this.searchAll() : null;
  }

  private searchAll(): KvProblem | null {
    const report = checkHistory(kvModel, keyHistory(this.calls), { stepsMax: searchStepsMax });
    // That it is not finished takes nothing back: the committed order was a linearization.
    this.search = report.verdict === "ok" ? "ok" : "not finished";
    if (report.verdict !== "bad") return null;
    const text = `no order of calls explains the answers about ${report.part}`;
    return { invariant: "linearizability", atUs: this.world.time.nowUs, text };
  }
}
