/**
 * The core's events as the log lines that scripts expect. Events without a line of their own give null.
 */

import { type NodeId, type RaftEvent, Role } from "../src/index.ts";
import { renderProtoText } from "./conf-change-text.ts";
import { electionLine } from "./log-line-election.ts";
import { snapshotLine } from "./log-line-snapshot.ts";
import type { LogLine } from "./output.ts";
import { refusalText } from "./refusal-text.ts";
import { renderConfig, renderId, renderProgress, renderRole } from "./render-config.ts";

/** The log line of an event, or null. */
export function logLine(event: RaftEvent): LogLine | null {
  return (
    electionLine(event) ??
    roleLine(event) ??
    proposalLine(event) ??
    membershipLine(event) ??
    replicationLine(event) ??
    unstableLine(event) ??
    snapshotLine(event) ??
    transferLine(event) ??
    faultLine(event)
  );
}

function debug(text: string): LogLine {
  return { level: "DEBUG", text };
}

function info(text: string): LogLine {
  return { level: "INFO", text };
}

function roleLine(event: RaftEvent): LogLine | null {
  const id = renderId(event.id);
  switch (event.kind) {
    case "started": {
      const members = event.members.map(renderId).join(",");
      const position = `term: ${event.term}, commit: ${event.commit}, applied: ${event.applied}`;
      const end = `lastindex: ${event.lastIndex}, lastterm: ${event.lastTerm}`;
      return info(`newRaft ${id} [peers: [${members}], ${position}, ${end}]`);
    }
    case "role-changed":
      return info(`${id} became ${roleWord(event.role)} at term ${event.term}`);
    case "leader-forgotten":
      return info(`${id} forgetting leader ${renderId(event.lead)} at term ${event.term}`);
    case "forget-leader-refused":
      return { level: "ERROR", text: "ignoring MsgForgetLeader due to ReadOnlyLeaseBased" };
    case "stepped-down":
      if (event.cause !== "quorum-inactive") return null;
      return { level: "WARN", text: `${id} stepped down to follower since quorum is not active` };
    case "read-dropped":
      if (event.cause !== "no-leader") return null;
      return info(`${id} no leader at term ${event.term}; dropping index reading msg`);
    default:
      return null;
  }
}

function roleWord(role: Role): string {
  switch (role) {
    case Role.follower:
      return "follower";
    case Role.preCandidate:
      return "pre-candidate";
    case Role.candidate:
      return "candidate";
    case Role.leader:
      return "leader";
  }
}

function proposalLine(event: RaftEvent): LogLine | null {
  if (event.kind !== "proposal-dropped") return null;
  const id = renderId(event.id);
  switch (event.cause) {
    case "no-leader":
      return info(`${id} no leader at term ${event.term}; dropping proposal`);
    case "forwarding-disabled":
      return info(
        `${id} not forwarding to leader ${renderId(event.lead)} at term ${event.term}; dropping proposal`,
      );
    case "transferring": {
      const transfer = `transfer leadership to ${renderId(event.transferee)} is in progress`;
      return debug(`${id} [term ${event.term}] ${transfer}; dropping proposal`);
    }
    case "too-much-uncommitted": {
      const why = "appending new entries to log would exceed uncommitted entry size limit";
      return { level: "WARN", text: `${id} ${why}; dropping proposal` };
    }
    default:
      return null;
  }
}

function membershipLine(event: RaftEvent): LogLine | null {
  switch (event.kind) {
    case "config-switched":
      return info(`${renderId(event.id)} switched to configuration ${renderConfig(event.config)}`);
    case "conf-change-refused":
      return info(
        `${renderId(event.id)} ignoring conf change ${renderProtoText(event.change)} at config ${renderConfig(event.config)}: ${checkText(event)}`,
      );
    case "auto-leave": {
      const config = renderConfig(event.config);
      const refusal = event.refusal === null ? null : refusalText(event.refusal);
      // A leave that was replaced by an empty entry is, in these words, still initiated.
      if (refusal === null)
        return info(`initiating automatic transition out of joint configuration ${config}`);
      return debug(`not initiating automatic transition out of joint configuration ${config}: ${refusal}`);
    }
    default:
      return null;
  }
}

function checkText(event: RaftEvent & { kind: "conf-change-refused" }): string {
  switch (event.cause) {
    case "conf-change-pending":
      return `possible unapplied conf change at index ${event.pendingIndex} (applied to ${event.applied})`;
    case "conf-change-joint":
      return "must transition out of joint config first";
    case "conf-change-not-joint":
      return "not in joint state; refusing empty conf change";
    default:
      return event.cause;
  }
}

function replicationLine(event: RaftEvent): LogLine | null {
  const id = renderId(event.id);
  switch (event.kind) {
    case "conflict-found": {
      const terms = `existing term: ${event.existingTerm}, conflicting term: ${event.conflictingTerm}`;
      return info(`found conflict at index ${event.index} [${terms}]`);
    }
    case "append-refused":
      return debug(
        `${id} [logterm: ${event.ownTerm}, index: ${event.index}] rejected MsgApp [logterm: ${event.logTerm}, index: ${event.index}] from ${renderId(event.from)}`,
      );
    case "append-rejected": {
      const hint = `hint: (index ${event.hintIndex}, term ${event.hintTerm})`;
      return debug(
        `${id} received MsgAppResp(rejected, ${hint}) from ${renderId(event.from)} for index ${event.index}`,
      );
    }
    case "progress-decreased":
      return debug(
        `${id} decreased progress of ${renderId(event.peer)} to [${renderProgress(event.progress)}]`,
      );
    case "progress-unknown":
      return debug(`${id} no progress available for ${renderId(event.peer)}`);
    case "peer-unreachable":
      return debug(
        `${id} failed to send message to ${renderId(event.peer)} because it is unreachable [${renderProgress(event.progress)}]`,
      );
    case "replication-resumed":
      return debug(
        `${id} ${resumeReason(event.cause)}, resumed sending replication messages to ${peerProgress(event)}`,
      );
    case "replication-paused":
      return debug(`${id} paused sending replication messages to ${peerProgress(event)}`);
    default:
      return null;
  }
}

function peerProgress(event: { peer: NodeId; progress: Parameters<typeof renderProgress>[0] }): string {
  return `${renderId(event.peer)} [${renderProgress(event.progress)}]`;
}

function resumeReason(cause: "caught-up" | "snapshot-sent" | "snapshot-failed"): string {
  switch (cause) {
    case "caught-up":
      return "recovered from needing snapshot";
    case "snapshot-sent":
      return "snapshot succeeded";
    case "snapshot-failed":
      return "snapshot failed";
  }
}

function unstableLine(event: RaftEvent): LogLine | null {
  switch (event.kind) {
    case "unstable-replaced":
      return info(`replace the unstable entries from index ${event.index}`);
    case "unstable-truncated":
      return info(`truncate the unstable entries before index ${event.index}`);
    case "stable-ignored":
      return info(stableIgnoredText(event));
    default:
      return null;
  }
}

function stableIgnoredText(event: RaftEvent & { kind: "stable-ignored" }): string {
  switch (event.cause) {
    case "missing":
      return `entry at index ${event.index} missing from unstable log; ignoring`;
    case "snapshot":
      return `entry at index ${event.index} matched unstable snapshot; ignoring`;
    case "mismatch": {
      const own = `(${event.ownIndex},${event.ownTerm})`;
      return `entry at (index,term)=(${event.index},${event.logTerm}) mismatched with entry at ${own} in unstable log; ignoring`;
    }
  }
}

function transferLine(event: RaftEvent): LogLine | null {
  const id = renderId(event.id);
  const inTerm = `${id} [term ${event.term}]`;
  switch (event.kind) {
    case "transfer-started":
      return info(`${inTerm} starts to transfer leadership to ${renderId(event.transferee)}`);
    case "transfer-aborted":
      if (event.cause === "removed") return null;
      return info(`${inTerm} abort previous transferring leadership to ${renderId(event.transferee)}`);
    case "transfer-repeated": {
      const target = renderId(event.transferee);
      const progress = `transfer leadership to ${target} is in progress`;
      return info(`${inTerm} ${progress}, ignores request to same node ${target}`);
    }
    case "transfer-ignored":
      return transferIgnoredLine(event);
    case "timeout-now-sent": {
      const target = renderId(event.transferee);
      if (!event.atOnce) return info(`${id} sent MsgTimeoutNow to ${target} after received MsgAppResp`);
      return info(
        `${id} sends MsgTimeoutNow to ${target} immediately as ${target} already has up-to-date log`,
      );
    }
    case "timeout-now-received": {
      const from = renderId(event.from);
      if (event.role === Role.follower) {
        return info(
          `${inTerm} received MsgTimeoutNow from ${from} and starts an election to get leadership.`,
        );
      }
      if (event.role === Role.leader) return null;
      return debug(
        `${id} [term ${event.term} state ${renderRole(event.role)}] ignored MsgTimeoutNow from ${from}`,
      );
    }
    default:
      return null;
  }
}

function transferIgnoredLine(event: RaftEvent & { kind: "transfer-ignored" }): LogLine {
  const id = renderId(event.id);
  switch (event.cause) {
    case "learner":
      return debug(`${id} is learner. Ignored transferring leadership`);
    case "self":
      return debug(`${id} is already leader. Ignored transferring leadership to self`);
    case "no-leader":
      return info(`${id} no leader at term ${event.term}; dropping leader transfer msg`);
  }
}

function faultLine(event: RaftEvent): LogLine | null {
  switch (event.kind) {
    case "commit-refused":
      return {
        level: "FATAL",
        text: `tocommit(${event.commit}) is out of range [lastIndex(${event.lastIndex})]. Was the raft log corrupted, truncated, or lost?`,
      };
    case "failed":
      return { level: "FATAL", text: event.message };
    default:
      return null;
  }
}
