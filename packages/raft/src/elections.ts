/**
 * Elections: campaigns, votes and their counting (Raft §5.2, §5.4.1; pre-vote: thesis §9.6).
 */

import { EntryType, noData } from "./entry.ts";
import { type Message, MessageType, transferContext, VoteRefusal } from "./message.ts";
import { invariant } from "./outcome.ts";
import { jointVote, VoteResult } from "./quorum.ts";
import type { Raft } from "./raft.ts";
import { appendAsLeader, broadcastAppend } from "./replication.ts";
import { none } from "./snapshot.ts";
import { Role } from "./state.ts";
import { emitVote } from "./term-rules.ts";

/** Why a campaign begins. A transfer needs no pre-vote: the old leader wants it. */
export type CampaignKind = "pre-election" | "election" | "transfer";

/** Campaigns if this member may: not as leader, only as a voter without pending snapshot, and not with an unapplied membership change. */
export function campaignNow(raft: Raft, kind: CampaignKind): void {
  if (raft.role === Role.leader) {
    raft.emit?.({ kind: "campaign-refused", cause: "already-leader" });
  } else if (!raft.isPromotable()) {
    raft.emit?.({ kind: "campaign-refused", cause: "not-promotable" });
  } else if (hasUnappliedChange(raft)) {
    // The committed configuration is not the one in force here; counting by the old one could elect two leaders.
    raft.emit?.({ kind: "campaign-refused", cause: "conf-change-unapplied" });
  } else {
    raft.emit?.({ kind: "campaign-started", transfer: kind === "transfer" });
    campaign(raft, kind);
  }
}

function hasUnappliedChange(raft: Raft): boolean {
  if (raft.log.applied >= raft.log.committed) return false;
  return raft.log.hasUnappliedChange((entry) => entry.type !== EntryType.normal, raft.config.messageBytesMax);
}

function campaign(raft: Raft, kind: CampaignKind): void {
  const isPreVote = kind === "pre-election";
  if (isPreVote) raft.becomePreCandidate();
  else raft.becomeCandidate();
  const request = isPreVote ? MessageType.MsgPreVote : MessageType.MsgVote;
  const reply = isPreVote ? MessageType.MsgPreVoteResp : MessageType.MsgVoteResp;
  // A pre-vote asks for the term that a real campaign would have.
  const atTerm = isPreVote ? raft.term + 1 : raft.term;
  const lastIndex = raft.log.lastIndex();
  const lastTerm = raft.log.lastTerm();
  const { voters, votersOutgoing } = raft.membership.config;
  for (const id of raft.membership.progress.keys()) {
    if (!voters.includes(id) && !votersOutgoing.includes(id)) continue;
    if (id === raft.id) {
      // The own vote counts when it is durable, like everybody's.
      raft.sendAfterAppend(reply, id, { term: atTerm });
      continue;
    }
    raft.emit?.({ kind: "vote-requested", type: request, to: id, atTerm, lastIndex, lastTerm });
    raft.send(request, id, {
      term: atTerm,
      index: lastIndex,
      logTerm: lastTerm,
      context: kind === "transfer" ? transferContext : 0,
    });
  }
}

/** Grants or refuses a (pre-)vote. A learner may vote: the candidate may know a newer configuration in which it is a voter. */
export function handleVoteRequest(raft: Raft, message: Message): void {
  const refusal = voteRefusal(raft, message);
  const isPreVote = message.type === MessageType.MsgPreVote;
  const reply = isPreVote ? MessageType.MsgPreVoteResp : MessageType.MsgVoteResp;
  emitVote(raft, message, refusal);
  if (refusal !== VoteRefusal.none) {
    raft.sendAfterAppend(reply, message.from, { reject: true, refusal });
    return;
  }
  // The grant names the request's term, since a pre-candidate's own term is still the old one.
  raft.sendAfterAppend(reply, message.from, { term: message.term });
  if (isPreVote) return;
  raft.electionElapsed = 0;
  raft.vote = message.from;
}

function voteRefusal(raft: Raft, message: Message): VoteRefusal {
  const mayVote =
    raft.vote === message.from ||
    (raft.vote === none && raft.lead === none) ||
    (message.type === MessageType.MsgPreVote && message.term > raft.term);
  if (!mayVote) return raft.vote === none ? VoteRefusal.leaderKnown : VoteRefusal.alreadyVoted;
  if (raft.log.isUpToDate(message.index, message.logTerm)) return VoteRefusal.none;
  return message.logTerm < raft.log.lastTerm() ? VoteRefusal.logTermBehind : VoteRefusal.logShorter;
}

/**
 * Counts a reply to the present campaign. However many others grant it, nobody leads before its own vote is durable: with
 * asynchronous writes a crash could take that vote back, and the same voters would elect it once more in the same term,
 * with other entries at the same indexes.
 */
export function countVote(raft: Raft, message: Message): void {
  const expected = raft.role === Role.preCandidate ? MessageType.MsgPreVoteResp : MessageType.MsgVoteResp;
  if (message.type !== expected) return;
  const granted = !message.reject;
  // A grant names the term that was asked for: one for an earlier pre-campaign says nothing about this one.
  if (granted && raft.role === Role.preCandidate && message.term !== raft.term + 1) return;
  raft.emit?.({
    kind: "vote-received",
    type: message.type,
    from: message.from,
    granted,
    refusal: message.refusal,
  });
  // The first answer of a member stands; a duplicate counts for nothing.
  if (!raft.votes.has(message.from)) raft.votes.set(message.from, granted);
  emitTally(raft, message.type);
  const { voters, votersOutgoing } = raft.membership.config;
  const result = jointVote(voters, votersOutgoing, raft.votes);
  if (result === VoteResult.lost) {
    raft.becomeFollower(raft.term, none);
  } else if (result === VoteResult.won) {
    if (raft.role === Role.preCandidate) campaign(raft, "election");
    else if (raft.votes.get(raft.id) === true) takeLeadership(raft);
  }
}

function emitTally(raft: Raft, type: MessageType): void {
  if (raft.emit === null) return;
  let granted = 0;
  let refused = 0;
  for (const [id, progress] of raft.membership.progress) {
    const vote = raft.votes.get(id);
    if (vote === undefined || progress.isLearner) continue;
    if (vote) granted++;
    else refused++;
  }
  raft.emit({ kind: "votes-tallied", type, granted, refused });
}

/** Becomes leader and begins the term with an empty entry: only its commit commits what earlier terms left (Raft §5.4.2, §8). */
function takeLeadership(raft: Raft): void {
  raft.becomeLeader();
  const outcome = appendAsLeader(raft, [{ type: EntryType.normal, data: noData }]);
  invariant(outcome.ok, "the first entry of a term has no payload and cannot be refused");
  broadcastAppend(raft);
}
