/**
 * Calls about leases, at whichever member they come in: gathered, answered here by the leader or passed on to it, and asked
 * again when leadership changes on the way.
 */

import { none } from "@quorate/raft";
import type { Outcome, Store } from "@quorate/store";
import type { MemberClock } from "../clock.ts";
import type { CallOptions, Member } from "../member.ts";
import { definitely, MemberError } from "../member-error.ts";
import { beginCall, type PendingCall, sleep } from "./call-deadline.ts";
import type { LeaseKeeper } from "./lease-keeper.ts";
import {
  decodeLeaseSeconds,
  decodeRenewals,
  encodeStoreRequest,
  idsPerRequestMax,
  type LeaseSeconds,
} from "./store-requests.ts";

/** One try takes at least this long, or as long as an election; after that the leader may be another one. */
const tryMinMs = 500;
const retryAfterMs = 20;
/** An expired lease's revocation is waited for in these steps. */
const endingAfterMs = 50;
/** Keep-alives that wait; beyond it they are refused. */
const callsMax = 100_000;

/** What became of a keep-alive. `ttlSeconds` 0: no such lease. */
export type KeptAlive = { readonly ttlSeconds: number; readonly revision: number };

/** What is known of a lease. */
export type LeaseTime = {
  readonly revision: number;
  /** −1: no such lease. */
  readonly remainingSeconds: number;
  readonly grantedSeconds: number;
  readonly keys: readonly Uint8Array[];
};

/** What the calls are made of. */
export type LeaseCallsParts = {
  readonly member: Member<Outcome>;
  readonly store: Store;
  readonly clock: MemberClock;
  readonly keeper: LeaseKeeper;
  readonly requestTimeoutMs: number;
  readonly electionTimeoutMs: number;
};

type KeepAlive = PendingCall<KeptAlive> & { readonly id: bigint; readonly revision: number };

/** See the module. */
export class LeaseCalls {
  private readonly parts: LeaseCallsParts;
  private waiting: KeepAlive[] = [];
  private count = 0;
  private isScheduled = false;

  constructor(parts: LeaseCallsParts) {
    this.parts = parts;
  }

  /** Renews a lease. @throws MemberError */
  keepAlive(id: bigint, options: CallOptions): Promise<KeptAlive> {
    const { clock, store, requestTimeoutMs } = this.parts;
    if (this.count >= callsMax) {
      return Promise.reject(
        definitely("too-many-requests", `${this.count} keep-alives wait already; try again later`),
      );
    }
    const call = beginCall<KeptAlive>(clock, options.timeoutMs ?? requestTimeoutMs, options, noLeader);
    // The revision is taken before the renewal: a lease that a client sees alive at a revision was not gone at it.
    this.waiting.push({ ...call, id, revision: store.revision });
    this.count++;
    this.schedule();
    return call.promise.finally(() => {
      this.count--;
    });
  }

  /** How long a lease lasts. @throws MemberError */
  async remaining(id: bigint, options: CallOptions): Promise<LeaseSeconds> {
    const { clock, requestTimeoutMs } = this.parts;
    const call = beginCall<LeaseSeconds>(clock, options.timeoutMs ?? requestTimeoutMs, options, noLeader);
    void this.findRemaining(id, call);
    return call.promise;
  }

  /** What this member, as leader, says of a lease; null when it does not lead. */
  async remainingHere(id: bigint, timeoutMs: number): Promise<LeaseSeconds | null> {
    const remainingSeconds = await this.parts.keeper.remaining(id, timeoutMs);
    if (remainingSeconds === null) return null;
    const grantedSeconds = this.parts.store.leases.lease(id)?.ttlSeconds ?? 0;
    return { remainingSeconds, grantedSeconds };
  }

  private schedule(): void {
    if (this.isScheduled) return;
    this.isScheduled = true;
    // What comes in during this turn shares one request and one round.
    this.parts.clock.defer(() => {
      this.isScheduled = false;
      const calls = this.waiting.filter((call) => !call.isSettled());
      this.waiting = [];
      for (const batch of batches(calls)) void this.renew(batch);
    });
  }

  private later(calls: readonly KeepAlive[], delayMs: number): void {
    if (calls.length === 0) return;
    this.parts.clock.setTimer(() => {
      this.waiting.push(...calls);
      this.schedule();
    }, delayMs);
  }

  private async renew(batch: ReadonlyMap<bigint, readonly KeepAlive[]>): Promise<void> {
    const ids = [...batch.keys()];
    const calls = [...batch.values()].flat();
    let renewals: readonly number[] | null = null;
    try {
      const timeoutMs = this.timeoutOf(calls);
      renewals = await this.atLeader(
        () => this.parts.keeper.renew(ids, timeoutMs),
        async (ask) => decodeRenewals(await ask(encodeStoreRequest({ kind: "renew", ids }), timeoutMs)),
      );
    } catch (error) {
      const reason = error instanceof Error ? error : new Error(String(error));
      for (const call of calls) call.reject(reason);
      return;
    }
    if (renewals === null || renewals.length !== ids.length) {
      this.later(calls, retryAfterMs);
      return;
    }
    for (const [position, id] of ids.entries()) {
      const ttlSeconds = renewals[position] as number;
      const waiting = batch.get(id) ?? [];
      if (ttlSeconds < 0) this.later(waiting, endingAfterMs);
      else for (const call of waiting) call.resolve({ ttlSeconds, revision: call.revision });
    }
  }

  private async findRemaining(id: bigint, call: PendingCall<LeaseSeconds>): Promise<void> {
    try {
      while (!call.isSettled()) {
        const timeoutMs = this.timeoutOf([call]);
        const found = await this.atLeader(
          () => this.remainingHere(id, timeoutMs),
          async (ask) =>
            decodeLeaseSeconds(await ask(encodeStoreRequest({ kind: "lease-time", id }), timeoutMs)),
        );
        if (found !== null) return call.resolve(found);
        await sleep(this.parts.clock, retryAfterMs);
      }
    } catch (error) {
      call.reject(error instanceof Error ? error : new Error(String(error)));
    }
  }

  private timeoutOf(calls: readonly { readonly deadlineMs: number }[]): number {
    const nowMs = this.parts.clock.now();
    const longest = calls.reduce((most, { deadlineMs }) => Math.max(most, deadlineMs - nowMs), 1);
    return Math.min(Math.max(tryMinMs, this.parts.electionTimeoutMs), longest);
  }

  /**
   * Does something here if this member leads, else asks the leader; null when neither came to anything and it is worth
   * another try.
   * @throws MemberError when trying again cannot help
   */
  private async atLeader<Value>(
    here: () => Promise<Value | null>,
    there: (ask: (bytes: Uint8Array, timeoutMs: number) => Promise<Uint8Array>) => Promise<Value | null>,
  ): Promise<Value | null> {
    const { member } = this.parts;
    // Says at once if this member is stopped, removed or isolated.
    await member.read(() => undefined, { consistency: "stale" });
    const isHere = member.isLeader;
    try {
      if (isHere) return await here();
      const { lead } = member;
      if (lead !== none) return await there((bytes, timeoutMs) => member.request(lead, bytes, timeoutMs));
    } catch (error) {
      if (!(error instanceof MemberError)) throw error;
      // What the leader says of itself need not hold for the next one.
      if (isHere && !isPassing(error)) throw error;
      return null;
    }
    if (member.status().hasLostQuorum)
      throw definitely("no-quorum", "no leader could be elected for a while");
    return null;
  }
}

/** Whether another try, perhaps with another leader, may come to something. */
function isPassing({ code }: MemberError): boolean {
  return code === "no-leader" || code === "timeout" || code === "transferring" || code === "superseded";
}

function noLeader(): MemberError {
  return definitely("timeout", "no leader confirmed in time that it leads; try again");
}

/** Calls by lease, in portions. */
function batches(calls: readonly KeepAlive[]): Map<bigint, KeepAlive[]>[] {
  const all: Map<bigint, KeepAlive[]>[] = [];
  let batch = new Map<bigint, KeepAlive[]>();
  for (const call of calls) {
    const same = batch.get(call.id);
    if (same !== undefined) {
      same.push(call);
      continue;
    }
    if (batch.size >= idsPerRequestMax) {
      all.push(batch);
      batch = new Map();
    }
    batch.set(call.id, [call]);
  }
  if (batch.size > 0) all.push(batch);
  return all;
}
