/**
 * What a message's term does to a member before its content is looked at, and what is told of vote requests
 * (Raft §5.1; leases: thesis §4.2.3, §6.4.1).
 */

import { type Message, MessageType, transferContext, VoteRefusal } from "./message.ts";
import type { Raft } from "./raft.ts";
import { none } from "./snapshot.ts";

/** A higher term makes a member a follower, with the exceptions that keep the peace. False: ignore the message. */
export function meetHigherTerm(raft: Raft, message: Message): boolean {
  const { type, from, term } = message;
  const isVote = type === MessageType.MsgVote || type === MessageType.MsgPreVote;
  if (isVote && message.context !== transferContext && isLeaseHeld(raft)) {
    emitVoteIgnored(raft, message);
    return false;
  }
  // Nobody's term rises through a pre-vote: not by asking, and not by the echo in a grant.
  if (type === MessageType.MsgPreVote) return true;
  if (type === MessageType.MsgPreVoteResp && !message.reject) return true;
  raft.emit?.({ kind: "higher-term-seen", type, from, messageTerm: term });
  const isFromLeader =
    type === MessageType.MsgApp || type === MessageType.MsgHeartbeat || type === MessageType.MsgSnap;
  raft.becomeFollower(term, isFromLeader ? from : none);
  return true;
}

/** Whether a leader may still rely on this member's not voting for somebody else (thesis §4.2.3, §6.4.1). */
export function isLeaseHeld(raft: Raft): boolean {
  if (!raft.config.checkQuorum) return false;
  if (raft.ticks < raft.leasePromisedUntil) return true;
  return raft.lead !== none && raft.electionElapsed < raft.config.electionTicks;
}

/** A message of a lower term is outdated; its sender is answered only where it could not go on otherwise. */
export function meetLowerTerm(raft: Raft, message: Message): void {
  const { type, from } = message;
  if (
    (type === MessageType.MsgHeartbeat || type === MessageType.MsgApp) &&
    (raft.config.checkQuorum || raft.config.preVote)
  ) {
    // A leader of an old term may be unable to hear of the new one otherwise: with leases and pre-votes nobody
    // would disturb it, and this member, whose term is higher, could never rejoin it.
    raft.sendAfterAppend(MessageType.MsgAppResp, from, {});
  } else if (type === MessageType.MsgPreVote) {
    // Without an answer two members of different terms could wait for each other for ever.
    emitVote(raft, message, VoteRefusal.staleTerm);
    raft.sendAfterAppend(MessageType.MsgPreVoteResp, from, {
      reject: true,
      refusal: VoteRefusal.staleTerm,
    });
  } else if (type === MessageType.MsgStorageAppendResp) {
    // The entries may have been replaced since, and be replaced on disk next; the snapshot is as good as ever.
    if (message.index !== 0) raft.emit?.({ kind: "stable-outdated", type, messageTerm: message.term });
    if (message.snapshot !== null) raft.snapshotApplied(message.snapshot);
  } else {
    raft.emit?.({ kind: "lower-term-ignored", type, from, messageTerm: message.term });
  }
}

// --- what is told of vote requests

/** Tells that a (pre-)vote is granted, or why it is refused. */
export function emitVote(raft: Raft, message: Message, refusal: VoteRefusal): void {
  const kind = refusal === VoteRefusal.none ? "vote-granted" : "vote-refused";
  emitVoteRequest(raft, message, kind, refusal, 0);
}

/** Tells that a (pre-)vote request is not answered, and for how many ticks the lease holds yet. */
export function emitVoteIgnored(raft: Raft, message: Message): void {
  const promised = raft.leasePromisedUntil - raft.ticks;
  const heard = raft.lead === none ? 0 : raft.config.electionTicks - raft.electionElapsed;
  emitVoteRequest(raft, message, "vote-ignored", VoteRefusal.none, Math.max(promised, heard));
}

function emitVoteRequest(
  raft: Raft,
  message: Message,
  kind: "vote-granted" | "vote-refused" | "vote-ignored",
  refusal: VoteRefusal,
  leaseTicks: number,
): void {
  raft.emit?.({
    kind,
    type: message.type,
    candidate: message.from,
    candidateTerm: message.term,
    candidateLastIndex: message.index,
    candidateLastTerm: message.logTerm,
    vote: raft.vote,
    refusal,
    leaseTicks,
    lastIndex: raft.log.lastIndex(),
    lastTerm: raft.log.lastTerm(),
  });
}
