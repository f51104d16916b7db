/**
 * The leader: proposals, acknowledgements, heartbeats' answers, and handing over (Raft §5.3, thesis §3.10, §6.2).
 */

import { type ConfChange, type ConfChangeV2, decodeConfChange, decodeConfChangeV2 } from "./conf-change.ts";
import { type Entry, EntryType, noData } from "./entry.ts";
import { checkConfChange } from "./membership.ts";
import { type Message, MessageType } from "./message.ts";
import { accepted, invariant, type Outcome, RaftError, type Refusal, refuse } from "./outcome.ts";
import { type Progress, ProgressState } from "./progress.ts";
import { jointVote, VoteResult } from "./quorum.ts";
import type { Raft } from "./raft.ts";
import { confirmReads, handleReadRequest, releaseEarlyReads } from "./reads.ts";
import {
  appendAsLeader,
  broadcastAppend,
  broadcastHeartbeat,
  type NewEntry,
  sendAllAppends,
  sendAppend,
  tryCommit,
} from "./replication.ts";
import { none } from "./snapshot.ts";

/** Takes a message as leader. */
export function stepLeader(raft: Raft, message: Message): Outcome {
  switch (message.type) {
    case MessageType.MsgBeat:
      broadcastHeartbeat(raft, heartbeatRound(raft));
      return accepted;
    case MessageType.MsgCheckQuorum:
      checkQuorum(raft);
      return accepted;
    case MessageType.MsgProp:
      return handleProposal(raft, message);
    case MessageType.MsgReadIndex:
      return handleReadRequest(raft, message);
    case MessageType.MsgForgetLeader:
      return accepted;
    default:
      return stepLeaderForPeer(raft, message);
  }
}

function stepLeaderForPeer(raft: Raft, message: Message): Outcome {
  const progress = raft.membership.progress.get(message.from);
  if (progress === undefined) {
    raft.emit?.({ kind: "progress-unknown", peer: message.from });
    return message.type === MessageType.MsgTransferLeader
      ? refuse("transfer-invalid", `member ${message.from} is not in the configuration`)
      : accepted;
  }
  switch (message.type) {
    case MessageType.MsgAppResp:
      handleAppendReply(raft, message, progress);
      return accepted;
    case MessageType.MsgHeartbeatResp:
      handleHeartbeatReply(raft, message, progress);
      return accepted;
    case MessageType.MsgSnapStatus:
      handleSnapshotStatus(raft, message, progress);
      return accepted;
    case MessageType.MsgUnreachable:
      // Optimistically sent appends were probably lost: find out by one at a time.
      if (progress.state === ProgressState.replicate) progress.becomeProbe();
      raft.emit?.({ kind: "peer-unreachable", peer: message.from, progress: progress.view() });
      return accepted;
    case MessageType.MsgTransferLeader:
      return handleTransfer(raft, message, progress);
    default:
      return accepted;
  }
}

/** With lease reads every heartbeat is a round; otherwise it repeats the round that still waits, if one does. */
function heartbeatRound(raft: Raft): number {
  if (raft.config.readMode === "lease") return raft.reads.beginLeaseRound(raft.ticks);
  return raft.reads.latestRound;
}

/** Steps down unless a quorum was heard since the last check (thesis §6.2). */
function checkQuorum(raft: Raft): void {
  const active = new Map<number, boolean>();
  for (const [id, progress] of raft.membership.progress) {
    if (!progress.isLearner) active.set(id, id === raft.id || progress.recentActive);
  }
  const { voters, votersOutgoing } = raft.membership.config;
  if (jointVote(voters, votersOutgoing, active) !== VoteResult.won) {
    raft.emit?.({ kind: "stepped-down", cause: "quorum-inactive" });
    raft.becomeFollower(raft.term, none);
  }
  for (const [id, progress] of raft.membership.progress) {
    if (id !== raft.id) progress.recentActive = false;
  }
}

// --- proposals

function handleProposal(raft: Raft, message: Message): Outcome {
  const { entries } = message;
  invariant(entries.length > 0, "a proposal carries at least one entry");
  if (!raft.membership.progress.has(raft.id)) {
    return drop(
      raft,
      refuse("not-a-member", "this leader was removed from the configuration; propose elsewhere"),
    );
  }
  if (raft.transferee !== none) {
    const text = `leadership is being transferred to member ${raft.transferee}; try again there`;
    return drop(raft, refuse("transferring", text));
  }
  const { pendingConfIndex } = raft;
  let result: Outcome = accepted;
  // What takes the place of the proposed entries, once one of them is refused.
  let admitted: NewEntry[] | null = null;
  for (let position = 0; position < entries.length; position++) {
    const entry = entries[position] as Entry;
    const { type, data } = entry;
    const refusal =
      type === EntryType.normal ? null : examineChange(raft, type, data, admitted?.length ?? position);
    if (refusal === null) {
      admitted?.push(entry);
      continue;
    }
    result = refusal;
    admitted ??= entries.slice(0, position);
    // A change that cannot work at all is left out. One that only comes at the wrong time leaves an empty entry, so
    // that the indexes a forwarding member may count on stay what they are.
    if (refusal.code !== "conf-change-invalid") admitted.push({ type: EntryType.normal, data: noData });
  }
  const news = admitted ?? entries;
  if (news.length === 0) return result;
  const firstIndex = raft.log.lastIndex() + 1;
  const outcome = appendAsLeader(raft, news);
  if (!outcome.ok) {
    // Nothing was appended, so nothing more is pending.
    raft.pendingConfIndex = pendingConfIndex;
    return outcome;
  }
  if (raft.emit !== null) emitProposedChanges(raft, news, firstIndex);
  broadcastAppend(raft);
  return result;
}

function examineChange(raft: Raft, type: EntryType, data: Uint8Array, position: number): Refusal | null {
  const change = readChange(type, data);
  // A peer may forward what only a newer version understands, or garbage; in the log it would stop every member.
  if (change === null)
    return drop(raft, refuse("conf-change-invalid", "the proposed change cannot be decoded"));
  const refusal = checkConfChange(raft, change);
  if (refusal !== null) {
    raft.emit?.({
      kind: "conf-change-refused",
      change,
      config: raft.membership.config,
      cause: refusal.code,
      pendingIndex: raft.pendingConfIndex,
      applied: raft.log.applied,
    });
    return refusal;
  }
  raft.pendingConfIndex = raft.log.lastIndex() + position + 1;
  return null;
}

function readChange(type: EntryType, data: Uint8Array): ConfChange | ConfChangeV2 | null {
  try {
    return type === EntryType.confChange ? decodeConfChange(data) : decodeConfChangeV2(data);
  } catch (error) {
    if (error instanceof RaftError) return null;
    throw error;
  }
}

function emitProposedChanges(raft: Raft, news: readonly NewEntry[], firstIndex: number): void {
  for (let position = 0; position < news.length; position++) {
    const { type, data } = news[position] as NewEntry;
    const change = type === EntryType.normal ? null : readChange(type, data);
    if (change !== null) raft.emit?.({ kind: "conf-change-proposed", index: firstIndex + position, change });
  }
}

function drop(raft: Raft, refusal: Refusal): Refusal {
  raft.emit?.({
    kind: "proposal-dropped",
    cause: refusal.code,
    lead: raft.lead,
    transferee: raft.transferee,
  });
  return refusal;
}

// --- acknowledgements

function handleAppendReply(raft: Raft, message: Message, progress: Progress): void {
  progress.recentActive = true;
  if (message.reject) handleRejection(raft, message, progress);
  else handleAcknowledgement(raft, message, progress);
}

function handleRejection(raft: Raft, message: Message, progress: Progress): void {
  const { from, index, rejectHint, logTerm } = message;
  raft.emit?.({ kind: "append-rejected", from, index, hintIndex: rejectHint, hintTerm: logTerm });
  // The follower skipped all of its entries with terms above the hint's; skip all of ours likewise.
  const hint = logTerm > 0 ? raft.log.findAgreement(rejectHint, logTerm).index : rejectHint;
  if (!progress.reject(index, hint)) return;
  raft.emit?.({ kind: "progress-decreased", peer: from, progress: progress.view() });
  if (progress.state === ProgressState.replicate) progress.becomeProbe();
  sendAppend(raft, from, progress, true);
}

function handleAcknowledgement(raft: Raft, message: Message, progress: Progress): void {
  const { from, index } = message;
  // A probe may be answered with what was known already: it still proves that the logs meet there.
  const isNews = progress.acknowledge(index);
  if (!isNews && !(progress.match === index && progress.state === ProgressState.probe)) return;
  advanceState(raft, message, progress);
  if (tryCommit(raft)) {
    releaseEarlyReads(raft);
    broadcastAppend(raft);
  } else if (from !== raft.id && progress.wantsCommit(raft.log.committed)) {
    // It was told an older commit index in what it just acknowledged; do not let it wait for the next entry.
    sendAppend(raft, from, progress, true);
  }
  if (from === raft.id) return;
  sendAllAppends(raft, from, progress);
  if (from === raft.transferee && progress.match === raft.log.lastIndex()) sendTimeoutNow(raft, from, false);
}

function advanceState(raft: Raft, message: Message, progress: Progress): void {
  if (progress.state === ProgressState.probe) {
    progress.becomeReplicate();
  } else if (progress.state === ProgressState.replicate) {
    progress.inflights.freeUpTo(message.index);
  } else if (progress.match + 1 >= raft.log.firstIndex()) {
    // It has got what the log can continue from, by whichever snapshot; the one still under way may never arrive.
    raft.emit?.({
      kind: "replication-resumed",
      peer: message.from,
      cause: "caught-up",
      progress: progress.view(),
    });
    progress.becomeProbe();
    progress.becomeReplicate();
  }
}

function handleHeartbeatReply(raft: Raft, message: Message, progress: Progress): void {
  progress.recentActive = true;
  progress.paused = false;
  if (progress.match < raft.log.lastIndex() || progress.state === ProgressState.probe) {
    sendAppend(raft, message.from, progress, true);
  }
  if (message.context > 0) confirmReads(raft, message.from, message.context);
}

function handleSnapshotStatus(raft: Raft, message: Message, progress: Progress): void {
  if (progress.state !== ProgressState.snapshot) return;
  if (message.reject) progress.pendingSnapshot = 0;
  progress.becomeProbe();
  raft.emit?.({
    kind: "replication-resumed",
    peer: message.from,
    cause: message.reject ? "snapshot-failed" : "snapshot-sent",
    progress: progress.view(),
  });
  // After success, the follower's own acknowledgement says where it stands; after failure, do not hammer it.
  progress.paused = true;
}

// --- leadership transfer (thesis §3.10)

function handleTransfer(raft: Raft, message: Message, progress: Progress): Outcome {
  const transferee = message.from;
  if (progress.isLearner) {
    raft.emit?.({ kind: "transfer-ignored", transferee, cause: "learner" });
    return refuse("transfer-invalid", `member ${transferee} is a learner; promote it first`);
  }
  if (raft.transferee === transferee) {
    raft.emit?.({ kind: "transfer-repeated", transferee });
    return accepted;
  }
  if (raft.transferee !== none) {
    raft.emit?.({ kind: "transfer-aborted", transferee: raft.transferee, cause: "replaced" });
    raft.transferee = none;
  }
  if (transferee === raft.id) {
    raft.emit?.({ kind: "transfer-ignored", transferee, cause: "self" });
    raft.leaveJointIfDue();
    return accepted;
  }
  raft.emit?.({ kind: "transfer-started", transferee });
  // The transfer has one election timeout to succeed.
  raft.electionElapsed = 0;
  raft.transferee = transferee;
  if (progress.match === raft.log.lastIndex()) sendTimeoutNow(raft, transferee, true);
  else sendAppend(raft, transferee, progress, true);
  return accepted;
}

function sendTimeoutNow(raft: Raft, transferee: number, atOnce: boolean): void {
  // From here on the successor may win without regard to leases, however late the message arrives.
  raft.leaseUnsafe = true;
  raft.send(MessageType.MsgTimeoutNow, transferee, {});
  raft.emit?.({ kind: "timeout-now-sent", transferee, atOnce });
}
