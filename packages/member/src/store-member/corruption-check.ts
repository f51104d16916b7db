/**
 * The corruption check: do all members hold the same? Replication assumes it, and only looking finds out.
 *
 * The leader compares HashKV of all members at one revision and under one compacted revision: periodically, and after each
 * compaction if asked to. A member whose hash differs from that of a majority is alarmed CORRUPT; where no majority agrees
 * the alarm is about member 0, nobody in particular (reference §10).
 *
 * The running digest of everything applied comes for nothing, so it is compared at every compaction. It also covers leases
 * and alarms, and may differ between versions of the program; a difference is therefore only a reason to look at the hashes.
 */

import { type NodeId, none } from "@quorate/raft";
import type { KvHash, Outcome, Result, Store } from "@quorate/store";
import { FormatError } from "../bytes.ts";
import type { MemberClock } from "../clock.ts";
import type { Member } from "../member.ts";
import { definitely, MemberError } from "../member-error.ts";
import { confirmLeadership } from "./leader-term.ts";
import { decodeDigest, decodeKvHash, encodeStoreRequest } from "./store-requests.ts";

/** How long a peer may take to hash its state. */
const hashTimeoutMs = 60_000;
const startTimeoutMs = 5_000;
const confirmTimeoutMs = 5_000;
const digestEveryMs = 60_000;
/** Compactions whose digests are remembered. */
const digestsMax = 16;

/** What the check is made of. */
export type CorruptionCheckParts = {
  readonly member: Member<Outcome>;
  readonly store: Store;
  readonly clock: MemberClock;
  readonly hashKv: (revision: number) => Promise<Result<KvHash>>;
  /** Raises the CORRUPT alarm about a member; 0: nobody in particular. */
  readonly raise: (memberId: NodeId) => Promise<void>;
  /** 0: never. */
  readonly periodMs: number;
  /** Whether hashes are compared after each compaction too. */
  readonly afterCompaction: boolean;
};

/**
 * Whom to blame: nobody, those who differ from a majority of `memberCount`, or member 0 when no majority agrees. Hashes
 * that were made under different compacted revisions say nothing about each other; `reference` tells which counts.
 */
export function blame(
  hashes: ReadonlyMap<NodeId, KvHash>,
  reference: KvHash,
  memberCount: number,
): readonly NodeId[] {
  const groups = new Map<number, NodeId[]>();
  for (const [id, { hash, compactRevision, hashRevision }] of hashes) {
    if (compactRevision !== reference.compactRevision || hashRevision !== reference.hashRevision) continue;
    groups.set(hash, [...(groups.get(hash) ?? []), id]);
  }
  if (groups.size <= 1) return [];
  const lists = [...groups.values()];
  const majority = lists.find((ids) => ids.length > memberCount / 2);
  if (majority === undefined) return [none];
  return lists.filter((ids) => ids !== majority).flat();
}

/** See the module. */
export class CorruptionCheck {
  private readonly parts: CorruptionCheckParts;
  private readonly digests = new Map<number, number>();
  private checkedCompaction = -1;
  private comparedDigest = -1;
  private isBusy = false;
  private isStopped = false;

  constructor(parts: CorruptionCheckParts) {
    this.parts = parts;
    if (parts.periodMs > 0) this.every(parts.periodMs, () => this.compare(0));
    this.every(digestEveryMs, () => this.compareCompaction());
  }

  stop(): void {
    this.isStopped = true;
  }

  /** A compaction was applied. Called inside of apply, so at the same entry on every member. */
  noteCompaction(revision: number): void {
    this.digests.set(revision, this.parts.store.applyDigest);
    for (const oldest of this.digests.keys()) {
      if (this.digests.size <= digestsMax) break;
      this.digests.delete(oldest);
    }
  }

  /** The running digest at the compaction of a revision; null if it is not remembered. */
  digestAt(revision: number): number | null {
    return this.digests.get(revision) ?? null;
  }

  /**
   * Compares with the peers that can be reached, before this member serves.
   * @throws MemberError `failed` when one that is comparable differs
   */
  async compareAtStart(): Promise<void> {
    const own = await this.parts.hashKv(0);
    if (!own.ok) return;
    const hashes = await this.gather(own.response, startTimeoutMs);
    if (blame(hashes, own.response, hashes.size).length === 0) return;
    throw definitely(
      "failed",
      `this member's data at revision ${own.response.hashRevision} differ from another member's: one of them is corrupt; ` +
        "compare the hashes of all members and replace those that differ from the majority",
    );
  }

  /** Compares all members at a revision (0: now), and alarms. Does nothing where this member does not lead. */
  async compare(revision: number): Promise<void> {
    const { member, hashKv, raise } = this.parts;
    if (this.isBusy || (await confirmLeadership(member, confirmTimeoutMs)) === 0) return;
    this.isBusy = true;
    try {
      const own = await hashKv(revision);
      if (!own.ok) return;
      const hashes = await this.gather(own.response, hashTimeoutMs);
      const blamed = blame(hashes, own.response, member.members().length);
      for (const id of blamed) await raise(id);
    } finally {
      this.isBusy = false;
    }
  }

  /** Compares digests at the latest compaction, and hashes if they differ or if it is wanted. */
  private async compareCompaction(): Promise<void> {
    const { store, member, afterCompaction } = this.parts;
    const revision = store.compactRevision;
    if (revision < 0 || !member.isLeader) return;
    if (afterCompaction && this.checkedCompaction !== revision) {
      this.checkedCompaction = revision;
      await this.compare(revision);
    }
    const own = this.digestAt(revision);
    if (own === null || this.comparedDigest === revision) return;
    this.comparedDigest = revision;
    const bytes = encodeStoreRequest({ kind: "compact-digest", revision });
    const digests = await this.askAll((peer) => this.ask(peer, bytes, confirmTimeoutMs, decodeDigest));
    if ([...digests.values()].some((digest) => digest !== own)) await this.compare(0);
  }

  /** Hashes of this member and of all that answer. */
  private async gather(own: KvHash, timeoutMs: number): Promise<Map<NodeId, KvHash>> {
    const bytes = encodeStoreRequest({ kind: "hash", revision: own.hashRevision });
    const hashes = await this.askAll((peer) => this.ask(peer, bytes, timeoutMs, decodeKvHash));
    return hashes.set(this.parts.member.id, own);
  }

  private async askAll<Value>(ask: (peer: NodeId) => Promise<Value | null>): Promise<Map<NodeId, Value>> {
    const { member } = this.parts;
    const answers = new Map<NodeId, Value>();
    const peers = member.members().filter(({ id }) => id !== member.id);
    await Promise.all(
      peers.map(async ({ id }) => {
        const answer = await ask(id);
        if (answer !== null) answers.set(id, answer);
      }),
    );
    return answers;
  }

  /** Null when the peer does not answer, or has nothing to say. */
  private async ask<Value>(
    peer: NodeId,
    bytes: Uint8Array,
    timeoutMs: number,
    decode: (bytes: Uint8Array) => Value | null,
  ): Promise<Value | null> {
    try {
      return decode(await this.parts.member.request(peer, bytes, timeoutMs));
    } catch (error) {
      if (error instanceof MemberError || error instanceof FormatError) return null;
      throw error;
    }
  }

  private every(everyMs: number, look: () => Promise<void>): void {
    this.parts.clock.setTimer(() => {
      if (this.isStopped) return;
      look()
        .catch((error: unknown) => {
          // No quorum, or the member stops: the next look comes anyway.
          if (!(error instanceof MemberError)) throw error;
        })
        .finally(() => this.every(everyMs, look));
    }, everyMs);
  }
}
