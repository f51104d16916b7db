/**
 * Linearizable reads at the leader (thesis §6.4). The rounds are in `read-rounds.ts`.
 */

import { draftMessage, type Message, MessageType } from "./message.ts";
import { accepted, type Outcome } from "./outcome.ts";
import type { Raft } from "./raft.ts";
import type { PendingRead, ReadRequester, WaitingRead } from "./read-rounds.ts";
import { broadcastHeartbeat } from "./replication.ts";
import { none } from "./snapshot.ts";

/**
 * Takes a read request. Until the term's first commit it waits: the leader has every committed entry, but does not
 * know yet which of them are committed.
 */
export function handleReadRequest(raft: Raft, message: Message): Outcome {
  const from = message.from === none ? raft.id : message.from;
  const read: WaitingRead = {
    from,
    requestId: message.context,
    nonce: message.contextNonce,
    insists: message.reject,
  };
  if (raft.hasCommittedInTerm()) beginRead(raft, read);
  else raft.earlyReads.push(read);
  return accepted;
}

/** Starts the reads that waited for the term's first commit. */
export function releaseEarlyReads(raft: Raft): void {
  if (raft.earlyReads.length === 0 || !raft.hasCommittedInTerm()) return;
  const waiting = raft.earlyReads;
  raft.earlyReads = [];
  for (const read of waiting) beginRead(raft, read);
}

function beginRead(raft: Raft, read: WaitingRead): void {
  const index = raft.log.committed;
  if (isAlone(raft) || (holdsLease(raft) && !read.insists)) {
    answer(raft, read, index);
    return;
  }
  const round = raft.reads.add(index, read.from, read.requestId, read.nonce);
  broadcastHeartbeat(raft, round);
}

/** Whether this leader is the only voter, so that nobody else can lead. */
function isAlone(raft: Raft): boolean {
  const { voters, votersOutgoing } = raft.membership.config;
  return voters.length === 1 && voters[0] === raft.id && votersOutgoing.length === 0;
}

/**
 * Whether the lease holds: the last round that a quorum answered was sent so recently that no voter can have granted
 * a vote since, clock drift included (thesis §6.4.1). A transfer ends it, since the successor need not wait.
 */
export function holdsLease(raft: Raft): boolean {
  const { readMode, electionTicks, leaseMarginTicks } = raft.config;
  if (readMode !== "lease" || raft.leaseUnsafe) return false;
  return raft.ticks - raft.reads.leaseStartTick < electionTicks - leaseMarginTicks;
}

/** Takes a heartbeat's answer for the reads. */
export function confirmReads(raft: Raft, from: number, round: number): void {
  release(raft, raft.reads.acknowledge(from, round, raft.membership.config));
}

/** Counts the answers again after the configuration changed: the quorum may have become smaller. */
export function recheckReads(raft: Raft): void {
  if (raft.reads.pendingReads > 0) release(raft, raft.reads.recount(raft.membership.config));
}

function release(raft: Raft, reads: readonly PendingRead[]): void {
  if (reads.length === 0) return;
  raft.emit?.({
    kind: "read-released",
    index: (reads[reads.length - 1] as PendingRead).index,
    reads: reads.length,
  });
  for (const read of reads) answer(raft, read, read.index);
}

function answer(raft: Raft, read: ReadRequester, index: number): void {
  if (read.from === raft.id) {
    raft.readStates.push({ index, requestId: read.requestId });
    return;
  }
  const message = draftMessage(MessageType.MsgReadIndexResp, read.from, raft.id, raft.term);
  message.index = index;
  message.context = read.requestId;
  message.contextNonce = read.nonce;
  raft.queue(message);
}
