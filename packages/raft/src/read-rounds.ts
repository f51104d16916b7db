/**
 * ReadIndex: linearizable reads without a log entry (thesis §6.4).
 *
 * A read notes the commit index, and waits until a heartbeat round that began *after* it was answered by a quorum:
 * then no other leader can have committed anything before the read began. Rounds are numbered; an answer to round r
 * answers every earlier one. A round belongs to one leader in one term (answers carry the term, and a term has one
 * leader in one incarnation), so nothing survives a change of term.
 *
 * The same rounds keep the lease: once a quorum has answered a round, no voter grants a vote until an election
 * timeout after the round was *sent*.
 */

import { type AckedIndexes, jointCommitted } from "./quorum.ts";
import type { ConfState, NodeId } from "./snapshot.ts";

/** Who asked, and by which number: this member, or the follower that forwarded the read. */
export type ReadRequester = { readonly from: NodeId; readonly requestId: number; readonly nonce: number };

/** A read that waits for the term's first commit; `insists` on a round, whatever the lease. */
export type WaitingRead = ReadRequester & { readonly insists: boolean };

/** A read that waits for its round; `index` is the commit index when it came. */
export type PendingRead = ReadRequester & { readonly round: number; readonly index: number };

/** The rounds of one leader in one term. */
export class ReadRounds implements AckedIndexes {
  private readonly self: NodeId;
  private readonly acked = new Map<NodeId, number>();
  private pending: PendingRead[] = [];
  private latest = 0;
  private confirmed = 0;
  /** When the rounds behind `confirmed` were sent, in ticks; only kept for leases. */
  private sentTicks: { readonly round: number; readonly tick: number }[] = [];
  private leaseStart = Number.NEGATIVE_INFINITY;

  constructor(self: NodeId) {
    this.self = self;
  }

  /** The round that the next heartbeats carry; 0 if there is nothing to confirm. */
  get latestRound(): number {
    return this.pending.length === 0 ? 0 : this.latest;
  }

  /** Reads that wait. */
  get pendingReads(): number {
    return this.pending.length;
  }

  /** Adds a read; the round it returns must be sent now. */
  add(index: number, from: NodeId, requestId: number, nonce: number): number {
    this.latest++;
    this.pending.push({ round: this.latest, index, from, requestId, nonce });
    return this.latest;
  }

  /** Begins a round that is only to renew the lease. */
  beginLeaseRound(tick: number): number {
    this.latest++;
    this.sentTicks.push({ round: this.latest, tick });
    return this.latest;
  }

  ackedIndex(id: NodeId): number {
    return id === this.self ? this.latest : (this.acked.get(id) ?? 0);
  }

  /** Takes an answer to `round` and returns the reads that it confirms. */
  acknowledge(from: NodeId, round: number, config: ConfState): readonly PendingRead[] {
    if (round > this.latest || round <= this.ackedIndex(from)) return [];
    this.acked.set(from, round);
    return this.recount(config);
  }

  /** Returns the reads that are confirmed by the answers so far, given the configuration in force. */
  recount(config: ConfState): readonly PendingRead[] {
    const confirmed = jointCommitted(config.voters, config.votersOutgoing, this);
    if (confirmed <= this.confirmed || !Number.isFinite(confirmed)) return [];
    this.confirmed = confirmed;
    this.renewLease();
    let count = 0;
    while (count < this.pending.length && (this.pending[count] as PendingRead).round <= confirmed) count++;
    return this.pending.splice(0, count);
  }

  /** The tick at which the latest confirmed lease round was sent; −Infinity if there is none. */
  get leaseStartTick(): number {
    return this.leaseStart;
  }

  /** The lease cannot be relied on until another round is confirmed that begins from now on. */
  breakLease(): void {
    this.leaseStart = Number.NEGATIVE_INFINITY;
    this.sentTicks = [];
  }

  private renewLease(): void {
    let count = 0;
    for (const sent of this.sentTicks) {
      if (sent.round > this.confirmed) break;
      this.leaseStart = sent.tick;
      count++;
    }
    if (count > 0) this.sentTicks.splice(0, count);
  }
}
