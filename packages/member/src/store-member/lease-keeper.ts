/**
 * The time-keeping half of leases: deadlines, in the hands of the leader, on its monotonic clock.
 *
 * Which leases exist is in the store; how long they still last is known to the leader alone and stands in no log, so that a
 * renewal costs none. The rules, and why they are enough:
 *
 * - A leader takes up office with a read round of its term: the state then holds everything that earlier leaders did. Every
 *   lease gets its full TTL (or what a checkpoint says), and an election timeout on top.
 * - A lease is renewed only after a round that was *asked* after the keep-alive came. So no later leader was in office
 *   before the keep-alive was sent, and whatever that one gives the lease is later than what the holder can expect.
 * - A lease is revoked by a committed entry, which is proposed in the term of a round that was confirmed just before, and
 *   gets into the log in that term or never: what a deposed leader thinks to have expired harms nobody.
 * - Once its revocation is proposed a lease is not renewed any more, since the entry may be committed at any time.
 */

import { AlarmType, type Command, type Outcome, type Store, type StoreEvent } from "@quorate/store";
import type { MemberClock } from "../clock.ts";
import type { Member } from "../member.ts";
import { MemberError } from "../member-error.ts";
import { tickMs } from "../timing.ts";
import { sleep } from "./call-deadline.ts";
import { DeadlineQueue } from "./deadline-queue.ts";
import { confirmLeadership, leaderTerm, leadsIn } from "./leader-term.ts";

const lookEveryMs = 500;
/** Revocations per look: 1000 a second, as etcd, so that mass expiry does not crowd out everything else. */
const revokesPerLook = 500;
/** After a revocation was refused definitely: when to try again. */
const retryAfterMs = 1000;
/** What a pause of the process delays expiry by, at least and at most; in between as long as it was. */
const pauseGraceMinMs = 100;
const pauseGraceMaxMs = 1000;
const checkpointLeasesMax = 1000;
const roundTimeoutMs = 5000;

/** What became of a renewal: the TTL, or one of {@link leaseUnknown} and {@link leaseEnding}. */
export type Renewal = number;
/** There is no such lease. */
export const leaseUnknown = 0;
/** It has expired and its revocation is under way: ask again. */
export const leaseEnding = -1;

/** What the keeper is told. */
export type LeaseKeeperParts = {
  readonly member: Member<Outcome>;
  readonly store: Store;
  readonly clock: MemberClock;
  /** The longest election timeout: what a new leader adds to every lease. */
  readonly electionTimeoutMs: number;
  /** How often remaining times are written into the log; 0: never. */
  readonly checkpointMs: number;
  /** Makes the entry of a command that the cluster itself asks for. */
  readonly encode: (command: Command) => Uint8Array;
};

/** See the module. */
export class LeaseKeeper {
  private readonly parts: LeaseKeeperParts;
  /** The term in which deadlines are kept; 0 while this member is not in office. */
  private term = 0;
  private readonly deadlines = new DeadlineQueue();
  private readonly revoking = new Set<bigint>();
  /** Keep-alives that wait for a round, by lease. */
  private readonly waiting = new Map<bigint, number>();
  /** Leases that the log gives, or may be about to give, less than their full TTL after an election. */
  private readonly checkpointed = new Set<bigint>();
  private isTakingOffice = false;
  private isExpiring = false;
  private isCheckpointing = false;
  private notBeforeMs = 0;
  private isStopped = false;

  constructor(parts: LeaseKeeperParts) {
    this.parts = parts;
    this.arm(lookEveryMs, () => void this.expire());
    if (parts.checkpointMs > 0) this.arm(parts.checkpointMs, () => void this.checkpoint());
  }

  stop(): void {
    this.isStopped = true;
    this.leaveOffice();
  }

  /** Leadership may have changed. Not to be called from inside of a turn of the member. */
  noteLeadership(): void {
    if (this.term !== 0 && !leadsIn(this.parts.member, this.term)) this.leaveOffice();
    if (this.parts.member.isLeader && this.term === 0) void this.takeOffice();
  }

  /** The process was held up: keep-alives may wait in the sockets, and are taken in before anything expires. */
  notePause(pausedMs: number): void {
    const graceMs = Math.min(pauseGraceMaxMs, Math.max(pauseGraceMinMs, pausedMs));
    this.notBeforeMs = Math.max(this.notBeforeMs, this.parts.clock.now() + graceMs);
  }

  /** What apply tells. */
  noteEvent(event: StoreEvent): void {
    if (this.term === 0) return;
    if (event.kind === "lease-removed") this.forget(event.id);
    else if (event.kind === "restored") this.leaveOffice();
    else if (event.kind === "lease-changed" && this.deadlines.get(event.lease.id) === undefined) {
      this.deadlines.set(event.lease.id, this.parts.clock.now() + event.lease.ttlSeconds * 1000);
    }
  }

  /**
   * Renews leases; null when this member does not lead, or not for certain: ask again, perhaps somebody else.
   * @throws MemberError when no quorum answers in time
   */
  async renew(ids: readonly bigint[], timeoutMs: number): Promise<readonly Renewal[] | null> {
    for (const id of ids) this.waiting.set(id, (this.waiting.get(id) ?? 0) + 1);
    try {
      const term = await confirmLeadership(this.parts.member, timeoutMs);
      if (term === 0 || term !== this.term) return null;
      const cleared = this.clearCheckpoints(ids, term, timeoutMs);
      if (cleared !== null) await cleared;
      return this.term === term ? ids.map((id) => this.renewOne(id)) : null;
    } finally {
      for (const id of ids) {
        const left = (this.waiting.get(id) ?? 1) - 1;
        if (left === 0) this.waiting.delete(id);
        else this.waiting.set(id, left);
      }
    }
  }

  /**
   * Seconds that a lease has left, −1 when there is no such lease; null when this member does not lead.
   * @throws MemberError when no quorum answers in time
   */
  async remaining(id: bigint, timeoutMs: number): Promise<number | null> {
    const term = await confirmLeadership(this.parts.member, timeoutMs);
    if (term === 0 || term !== this.term) return null;
    const deadlineMs = this.deadlines.get(id);
    if (deadlineMs === undefined) return -1;
    return Math.max(0, Math.floor((deadlineMs - this.parts.clock.now()) / 1000));
  }

  private renewOne(id: bigint): Renewal {
    const lease = this.parts.store.leases.lease(id);
    if (lease === null) return leaseUnknown;
    // Late, but nobody has been told so: a lease that is not being revoked is as good as any.
    if (this.revoking.has(id)) return leaseEnding;
    // Right after an election a lease may last longer than that already.
    const deadlineMs = Math.max(
      this.deadlines.get(id) ?? 0,
      this.parts.clock.now() + lease.ttlSeconds * 1000,
    );
    this.deadlines.set(id, deadlineMs);
    return lease.ttlSeconds;
  }

  // --- office

  private async takeOffice(): Promise<void> {
    if (this.isTakingOffice || this.isStopped) return;
    this.isTakingOffice = true;
    try {
      while (!this.isStopped && leaderTerm(this.parts.member) !== 0) {
        const term = await this.confirmOrPause();
        if (term === 0) continue;
        this.begin(term);
        return;
      }
    } finally {
      this.isTakingOffice = false;
    }
  }

  /** 0 after a moment's rest when there was no proof. */
  private async confirmOrPause(): Promise<number> {
    const { member, clock } = this.parts;
    try {
      const term = await confirmLeadership(member, roundTimeoutMs);
      if (term !== 0) return term;
    } catch (error) {
      if (!(error instanceof MemberError)) throw error;
    }
    await sleep(clock, tickMs);
    return 0;
  }

  private begin(term: number): void {
    const { store, clock, electionTimeoutMs } = this.parts;
    const nowMs = clock.now();
    this.term = term;
    for (const { id, ttlSeconds, remainingTtlSeconds } of store.leases.leases()) {
      const seconds = remainingTtlSeconds === 0 ? ttlSeconds : remainingTtlSeconds;
      if (remainingTtlSeconds !== 0) this.checkpointed.add(id);
      this.deadlines.set(id, nowMs + seconds * 1000 + electionTimeoutMs);
    }
  }

  private leaveOffice(): void {
    this.term = 0;
    this.deadlines.clear();
    this.revoking.clear();
    this.checkpointed.clear();
  }

  private forget(id: bigint): void {
    this.deadlines.delete(id);
    this.revoking.delete(id);
    this.checkpointed.delete(id);
  }

  // --- expiry

  private async expire(): Promise<void> {
    const { member, clock, store } = this.parts;
    const { term } = this;
    if (term === 0 || this.isExpiring || clock.now() < this.notBeforeMs) return;
    // Revocations are refused while the cluster is corrupt; the log must not fill up with them.
    if (store.alarms.some(({ alarm }) => alarm === AlarmType.corrupt)) return;
    const due = this.deadlines.takeDue(clock.now(), revokesPerLook);
    if (due.length === 0) return;
    this.isExpiring = true;
    try {
      const confirmed = await confirmLeadership(member, roundTimeoutMs);
      if (this.term !== term) return;
      const nowMs = clock.now();
      const mayRevoke = confirmed === term && nowMs >= this.notBeforeMs;
      for (const id of due) {
        const isDue = (this.deadlines.get(id) ?? 0) <= nowMs;
        if (mayRevoke && isDue && !this.waiting.has(id)) void this.revoke(id, term);
        else this.deadlines.putBack(id, nowMs);
      }
    } catch (error) {
      if (!(error instanceof MemberError)) throw error;
      if (this.term === term) for (const id of due) this.deadlines.putBack(id, clock.now());
    } finally {
      this.isExpiring = false;
    }
  }

  private async revoke(id: bigint, term: number): Promise<void> {
    if (this.revoking.has(id) || this.deadlines.get(id) === undefined) return;
    this.revoking.add(id);
    const outcome = await this.proposeInTerm({ kind: "lease-revoke", id }, term);
    // An entry of which nothing is known may still come: then the lease stays as it is, for as long as this term lasts.
    if (outcome === "unknown" || this.term !== term) return;
    if (outcome !== "refused" && (outcome.ok || outcome.code === "lease-not-found")) return;
    this.revoking.delete(id);
    this.deadlines.putBack(id, this.parts.clock.now() + retryAfterMs);
  }

  private async proposeInTerm(command: Command, term: number): Promise<Outcome | "refused" | "unknown"> {
    try {
      return await this.parts.member.proposeInTerm(this.parts.encode(command), term);
    } catch (error) {
      if (error instanceof MemberError) return error.definite ? "refused" : "unknown";
      throw error;
    }
  }

  // --- checkpoints

  /** Writes down how much time the longer leases have left, so that elections do not renew them for ever. */
  private async checkpoint(): Promise<void> {
    const { store, clock, checkpointMs } = this.parts;
    const { term } = this;
    if (term === 0 || this.isCheckpointing) return;
    this.isCheckpointing = true;
    try {
      const ids = [...this.deadlines.ids()].filter(
        (id) => (store.leases.lease(id)?.ttlSeconds ?? 0) * 1000 > checkpointMs && !this.revoking.has(id),
      );
      for (let at = 0; at < ids.length && this.term === term; at += checkpointLeasesMax) {
        const checkpoints = [];
        for (const id of ids.slice(at, at + checkpointLeasesMax)) {
          const deadlineMs = this.deadlines.get(id);
          // One that is being renewed would have to be taken back at once, behind the back of the renewal.
          if (deadlineMs === undefined || this.waiting.has(id)) continue;
          this.checkpointed.add(id);
          const remainingTtlSeconds = Math.max(1, Math.ceil((deadlineMs - clock.now()) / 1000));
          checkpoints.push({ id, remainingTtlSeconds });
        }
        if (checkpoints.length > 0) await this.proposeInTerm({ kind: "lease-checkpoint", checkpoints }, term);
      }
    } finally {
      this.isCheckpointing = false;
    }
  }

  /**
   * A renewed lease has its full TTL again, after an election too: what a checkpoint says is taken back before the answer.
   * Null when there is nothing to take back.
   */
  private clearCheckpoints(ids: readonly bigint[], term: number, timeoutMs: number): Promise<void> | null {
    const stale = ids.filter((id) => this.checkpointed.has(id) && !this.revoking.has(id));
    if (stale.length === 0) return null;
    const command: Command = {
      kind: "lease-checkpoint",
      checkpoints: stale.map((id) => ({ id, remainingTtlSeconds: 0 })),
    };
    return this.parts.member
      .proposeInTerm(this.parts.encode(command), term, { timeoutMs })
      .then((outcome) => {
        if (!outcome.ok || this.term !== term) return;
        for (const id of stale) this.checkpointed.delete(id);
      });
  }

  private arm(everyMs: number, look: () => void): void {
    this.parts.clock.setTimer(() => {
      if (this.isStopped) return;
      look();
      this.arm(everyMs, look);
    }, everyMs);
  }
}
