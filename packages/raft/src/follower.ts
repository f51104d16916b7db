/**
 * Followers and candidates: what they take from a leader, and what they forward to it (Raft §5.2, §5.3, §7).
 */

import { restoreMembership } from "./conf-changer.ts";
import { campaignNow } from "./elections.ts";
import { switchMembership } from "./membership.ts";
import { draftMessage, type Message, MessageType } from "./message.ts";
import { accepted, invariant, type Outcome, refuse } from "./outcome.ts";
import type { Raft } from "./raft.ts";
import { none, type Snapshot } from "./snapshot.ts";
import { Role } from "./state.ts";

/** Takes a message as follower. */
export function stepFollower(raft: Raft, message: Message): Outcome {
  switch (message.type) {
    case MessageType.MsgApp:
      hearLeader(raft, message);
      handleAppend(raft, message);
      return accepted;
    case MessageType.MsgHeartbeat:
      hearLeader(raft, message);
      handleHeartbeat(raft, message);
      return accepted;
    case MessageType.MsgSnap:
      hearLeader(raft, message);
      handleSnapshot(raft, message);
      return accepted;
    case MessageType.MsgProp:
      return forwardProposal(raft, message);
    case MessageType.MsgReadIndex:
      return forwardRead(raft, message);
    case MessageType.MsgReadIndexResp:
      takeReadAnswer(raft, message);
      return accepted;
    case MessageType.MsgTransferLeader:
      return forwardTransfer(raft, message);
    case MessageType.MsgTimeoutNow:
      raft.emit?.({ kind: "timeout-now-received", from: message.from, role: raft.role });
      // No pre-vote: the leader itself wants to be replaced, and pre-votes would respect its lease.
      campaignNow(raft, "transfer");
      return accepted;
    case MessageType.MsgForgetLeader:
      return forgetLeader(raft);
    default:
      return accepted;
  }
}

/** Takes a message as candidate or pre-candidate; votes are counted elsewhere. */
export function stepCandidate(raft: Raft, message: Message): Outcome {
  switch (message.type) {
    case MessageType.MsgApp:
      // Somebody else won this term.
      raft.becomeFollower(message.term, message.from);
      handleAppend(raft, message);
      return accepted;
    case MessageType.MsgHeartbeat:
      raft.becomeFollower(message.term, message.from);
      handleHeartbeat(raft, message);
      return accepted;
    case MessageType.MsgSnap:
      raft.becomeFollower(message.term, message.from);
      handleSnapshot(raft, message);
      return accepted;
    case MessageType.MsgProp:
      return dropProposal(raft, "no-leader", "no leader is known; try again after the election");
    case MessageType.MsgReadIndex:
      raft.emit?.({ kind: "read-dropped", cause: "no-leader", reads: 1 });
      return refuse("no-leader", "no leader is known; try again after the election");
    case MessageType.MsgTransferLeader:
      return refuse("no-leader", "no leader is known that could hand over");
    case MessageType.MsgTimeoutNow:
      raft.emit?.({ kind: "timeout-now-received", from: message.from, role: raft.role });
      return accepted;
    default:
      return accepted;
  }
}

function hearLeader(raft: Raft, message: Message): void {
  raft.electionElapsed = 0;
  raft.lead = message.from;
}

// --- what the leader sends

function handleAppend(raft: Raft, message: Message): void {
  const { from, index, logTerm, entries, commit } = message;
  const { log } = raft;
  if (index < log.committed) {
    // Old news; what is committed is acknowledged as far as it goes.
    raft.acknowledgeAfterAppend(from, log.committed);
    return;
  }
  const lastNew = log.tryAppend(index, logTerm, entries, commit);
  if (lastNew >= 0) {
    // Only what this message verified: entries behind it may come from another term.
    raft.acknowledgeAfterAppend(from, lastNew);
    return;
  }
  raft.emit?.({ kind: "append-refused", from, index, logTerm, ownTerm: log.termOrZero(index) });
  const hint = log.findAgreement(Math.min(index, log.lastIndex()), logTerm);
  raft.sendAfterAppend(MessageType.MsgAppResp, from, {
    index,
    reject: true,
    rejectHint: hint.index,
    logTerm: hint.term,
  });
}

function handleHeartbeat(raft: Raft, message: Message): void {
  if (message.commit > raft.log.committed && message.commit > raft.log.lastIndex()) {
    raft.emit?.({
      kind: "commit-refused",
      from: message.from,
      commit: message.commit,
      lastIndex: raft.log.lastIndex(),
    });
  }
  raft.log.commitTo(message.commit);
  const { readMode, electionTicks } = raft.config;
  if (readMode === "lease") raft.leasePromisedUntil = raft.ticks + electionTicks;
  if (readMode === "safe" || raft.durableTerm === raft.term) {
    raft.queue(heartbeatReply(raft, message));
  } else {
    // The answer is a promise, which a member that never ran before would not honour after a crash.
    raft.queueAfterAppend(heartbeatReply(raft, message));
  }
}

function heartbeatReply(raft: Raft, { from, context }: Message): Message {
  const reply = draftMessage(MessageType.MsgHeartbeatResp, from, raft.id, raft.term);
  reply.context = context;
  return reply;
}

function handleSnapshot(raft: Raft, message: Message): void {
  const { snapshot } = message;
  invariant(snapshot !== null, "a snapshot message carries a snapshot");
  const isTaken = restoreSnapshot(raft, snapshot);
  raft.emit?.({
    kind: isTaken ? "snapshot-taken" : "snapshot-ignored",
    commit: raft.log.committed,
    snapshot: snapshot.metadata,
  });
  const index = isTaken ? raft.log.lastIndex() : raft.log.committed;
  raft.sendAfterAppend(MessageType.MsgAppResp, message.from, { index });
}

/** Replaces log and configuration by a snapshot, if it brings anything (Raft §7). */
function restoreSnapshot(raft: Raft, snapshot: Snapshot): boolean {
  const { metadata } = snapshot;
  const { log } = raft;
  if (metadata.index <= log.committed) return false;
  if (raft.role !== Role.follower) {
    raft.emit?.({ kind: "snapshot-refused", cause: "not-follower", snapshot: metadata });
    raft.becomeFollower(raft.term + 1, none);
    return false;
  }
  const { voters, votersOutgoing, learners } = metadata.confState;
  if (!voters.includes(raft.id) && !votersOutgoing.includes(raft.id) && !learners.includes(raft.id)) {
    raft.emit?.({ kind: "snapshot-refused", cause: "not-a-member", snapshot: metadata });
    return false;
  }
  const describeEnd = () => ({
    commit: log.committed,
    lastIndex: log.lastIndex(),
    lastTerm: log.lastTerm(),
    snapshot: metadata,
  });
  if (log.matches(metadata.index, metadata.term)) {
    // The log has all of it: only the news that it is committed is new.
    if (raft.emit !== null) raft.emit({ kind: "log-fast-forwarded", ...describeEnd() });
    log.commitTo(metadata.index);
    return false;
  }
  log.restore(snapshot);
  const membership = restoreMembership(metadata.confState, raft.membershipContext(log.lastIndex()));
  invariant(!("ok" in membership), "a snapshot's configuration is valid");
  switchMembership(raft, membership);
  if (raft.emit !== null) raft.emit({ kind: "log-restored", ...describeEnd() });
  return true;
}

// --- what goes to the leader

function forwardProposal(raft: Raft, message: Message): Outcome {
  if (raft.lead === none)
    return dropProposal(raft, "no-leader", "no leader is known; try again after the election");
  if (raft.config.disableProposalForwarding) {
    const text = `this member does not forward proposals; propose at the leader, member ${raft.lead}`;
    return dropProposal(raft, "forwarding-disabled", text);
  }
  forward(raft, message);
  return accepted;
}

function dropProposal(raft: Raft, cause: "no-leader" | "forwarding-disabled", text: string): Outcome {
  raft.emit?.({ kind: "proposal-dropped", cause, lead: raft.lead, transferee: none });
  return refuse(cause, text);
}

function forwardRead(raft: Raft, message: Message): Outcome {
  if (raft.lead === none) {
    raft.emit?.({ kind: "read-dropped", cause: "no-leader", reads: 1 });
    return refuse("no-leader", "no leader is known; try again after the election");
  }
  forward(raft, message);
  return accepted;
}

function forwardTransfer(raft: Raft, message: Message): Outcome {
  if (raft.lead === none) {
    raft.emit?.({ kind: "transfer-ignored", transferee: message.from, cause: "no-leader" });
    return refuse("no-leader", "no leader is known that could hand over");
  }
  forward(raft, message);
  return accepted;
}

/** Sends on to the leader. The asker stays the sender, so that the answer finds it; the term is not stated or the own. */
function forward(raft: Raft, message: Message): void {
  const hasTerm = message.type !== MessageType.MsgProp && message.type !== MessageType.MsgReadIndex;
  raft.queue({
    ...message,
    to: raft.lead,
    from: message.from === none ? raft.id : message.from,
    term: hasTerm ? raft.term : 0,
  });
}

function takeReadAnswer(raft: Raft, message: Message): void {
  // An answer to a former life of this member could be older than the read that now has the same number.
  if (message.contextNonce !== raft.readNonce) return;
  raft.readStates.push({ index: message.index, requestId: message.context });
}

function forgetLeader(raft: Raft): Outcome {
  if (raft.config.readMode === "lease") {
    raft.emit?.({ kind: "forget-leader-refused" });
    return refuse("lease-reads", "with lease reads a member must not vote while its leader may hold a lease");
  }
  if (raft.lead !== none) {
    raft.emit?.({ kind: "leader-forgotten", lead: raft.lead });
    raft.lead = none;
  }
  return accepted;
}
