/**
 * Membership changes: what may be proposed, how a committed change takes effect, and what follows for the leader
 * (Raft §6, thesis §4).
 */

import {
  asV2,
  type ConfChange,
  type ConfChangeV2,
  confChangeKind,
  encodeConfChangeV2,
  isLeaveJoint,
  leaveJointChange,
} from "./conf-change.ts";
import { applySimple, enterJoint, isJoint, leaveJoint, type Membership } from "./conf-changer.ts";
import { EntryType, makeEntry } from "./entry.ts";
import { MessageType, makeMessage } from "./message.ts";
import { type Refusal, refuse } from "./outcome.ts";
import type { Raft } from "./raft.ts";
import { recheckReads, releaseEarlyReads } from "./reads.ts";
import { broadcastAppend, sendAppend, tryCommit } from "./replication.ts";
import { type ConfState, none } from "./snapshot.ts";
import { Role } from "./state.ts";

/**
 * Whether the leader may append a change now: one at a time, a joint configuration is left before anything else,
 * and what could not be applied is refused before it is in the log.
 */
export function checkConfChange(raft: Raft, change: ConfChange | ConfChangeV2): Refusal | null {
  if (raft.config.disableConfChangeValidation) return null;
  const wanted = asV2(change);
  if (raft.pendingConfIndex > raft.log.applied) {
    return refuse(
      "conf-change-pending",
      `possible unapplied conf change at index ${raft.pendingConfIndex} (applied to ${raft.log.applied})`,
    );
  }
  const inJoint = isJoint(raft.membership.config);
  if (inJoint && !isLeaveJoint(wanted)) {
    return refuse("conf-change-joint", "must transition out of joint config first");
  }
  if (!inJoint && isLeaveJoint(wanted)) {
    return refuse("conf-change-not-joint", "not in joint state; refusing empty conf change");
  }
  const next = computeMembership(raft, wanted);
  return "ok" in next ? next : null;
}

/**
 * Puts a committed change into force. A change that cannot be applied (only possible when validation is off) leaves
 * the configuration as it is, on every member alike.
 */
export function applyCommittedChange(raft: Raft, change: ConfChange | ConfChangeV2): ConfState {
  // With asynchronous writes an older change may still be applied; the snapshot's configuration includes it.
  if (raft.log.hasPendingSnapshot()) return raft.membership.config;
  const next = computeMembership(raft, asV2(change));
  if ("ok" in next) {
    raft.emit?.({
      kind: "conf-change-refused",
      change,
      config: raft.membership.config,
      cause: next.code,
      pendingIndex: raft.pendingConfIndex,
      applied: raft.log.applied,
    });
    return raft.membership.config;
  }
  switchMembership(raft, next);
  return next.config;
}

function computeMembership(raft: Raft, change: ConfChangeV2): Membership | Refusal {
  const current = raft.membership;
  const context = raft.membershipContext(raft.log.lastIndex());
  switch (confChangeKind(change)) {
    case "leave-joint":
      return leaveJoint(current, context);
    case "enter-joint":
      return enterJoint(current, false, change.changes, context);
    case "enter-joint-auto-leave":
      return enterJoint(current, true, change.changes, context);
    case "simple":
      return applySimple(current, change.changes, context);
  }
}

/** Puts a membership into force, and lets a leader act on it. */
export function switchMembership(raft: Raft, membership: Membership): void {
  raft.membership = membership;
  const { config, progress } = membership;
  raft.emit?.({ kind: "config-switched", config });
  if (raft.role !== Role.leader) return;
  const own = progress.get(raft.id);
  if (own === undefined || own.isLearner) {
    // Removed or demoted. Without stepping down it goes on leading, uncounted, until somebody else takes over.
    if (raft.config.stepDownOnRemoval) raft.becomeFollower(raft.term, none);
    return;
  }
  if (config.voters.length === 0) return;
  if (tryCommit(raft)) {
    // The quorum may have become smaller: what had been short of it may now be committed.
    releaseEarlyReads(raft);
    broadcastAppend(raft);
  } else {
    // New members are probed at once, not at the next heartbeat.
    for (const [id, follower] of progress) {
      if (id !== raft.id) sendAppend(raft, id, follower, false);
    }
  }
  recheckReads(raft);
  const mayTakeOver =
    config.voters.includes(raft.transferee) || config.votersOutgoing.includes(raft.transferee);
  if (raft.transferee !== none && !mayTakeOver) {
    raft.emit?.({ kind: "transfer-aborted", transferee: raft.transferee, cause: "removed" });
    raft.transferee = none;
  }
}

/** The leader's own proposal to leave a joint configuration that was entered with automatic leave. */
export function proposeAutoLeave(raft: Raft): void {
  const { config } = raft.membership;
  const entry = makeEntry(EntryType.confChangeV2, 0, 0, encodeConfChangeV2(leaveJointChange));
  const outcome = raft.step(makeMessage(MessageType.MsgProp, { from: raft.id, entries: [entry] }));
  raft.emit?.({ kind: "auto-leave", config, refusal: outcome.ok ? null : outcome.code });
}
