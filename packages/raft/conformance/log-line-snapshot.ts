/**
 * Log lines of sending and taking snapshots.
 */

import type { ConfState, LogView, RaftEvent, SnapshotMetadata } from "../src/index.ts";
import type { LogLine } from "./output.ts";
import { renderId, renderProgress } from "./render-config.ts";

/** The line of an event about snapshots, or null. */
export function snapshotLine(event: RaftEvent): LogLine | null {
  const id = renderId(event.id);
  switch (event.kind) {
    case "snapshot-deferred":
      return { level: "DEBUG", text: deferredText(event) };
    case "snapshot-sent": {
      const log = `[firstindex: ${event.firstIndex}, commit: ${event.commit}]`;
      const snapshot = `snapshot${position(event.snapshot)}`;
      const peer = `${renderId(event.peer)} [${renderProgress(event.progress)}]`;
      return { level: "DEBUG", text: `${id} ${log} sent ${snapshot} to ${peer}` };
    }
    case "log-restoring":
      return info(`log [${renderLogView(event.log)}] starts to restore snapshot ${position(event.snapshot)}`);
    case "log-restored":
      return info(`${id} ${logEnd(event)} restored snapshot ${position(event.snapshot)}`);
    case "log-fast-forwarded":
      return info(`${id} ${logEnd(event)} fast-forwarded commit to snapshot ${position(event.snapshot)}`);
    case "snapshot-taken":
      return info(`${id} [commit: ${event.commit}] restored snapshot ${position(event.snapshot)}`);
    case "snapshot-ignored":
      return info(`${id} [commit: ${event.commit}] ignored snapshot ${position(event.snapshot)}`);
    case "snapshot-refused":
      return {
        level: "WARN",
        text: `${id} attempted to restore snapshot ${refusal(event)}; should never happen`,
      };
    default:
      return null;
  }
}

function info(text: string): LogLine {
  return { level: "INFO", text };
}

function deferredText(event: RaftEvent & { kind: "snapshot-deferred" }): string {
  const peer = renderId(event.peer);
  if (event.cause === "inactive") return `ignore sending snapshot to ${peer} since it is not recently active`;
  const why = "because snapshot is temporarily unavailable";
  return `${renderId(event.id)} failed to send snapshot to ${peer} ${why}`;
}

function refusal(event: RaftEvent & { kind: "snapshot-refused" }): string {
  if (event.cause === "not-follower") return "as leader";
  return `but it is not in the ConfState ${confStateText(event.snapshot.confState)}`;
}

/** A configuration in protobuf's text form. */
function confStateText(state: ConfState): string {
  return [
    ...state.voters.map((id) => `voters:${id}`),
    ...state.learners.map((id) => `learners:${id}`),
    ...state.votersOutgoing.map((id) => `voters_outgoing:${id}`),
    ...state.learnersNext.map((id) => `learners_next:${id}`),
    `auto_leave:${state.autoLeave}`,
  ].join(" ");
}

function position(snapshot: SnapshotMetadata): string {
  return `[index: ${snapshot.index}, term: ${snapshot.term}]`;
}

function logEnd(event: { commit: number; lastIndex: number; lastTerm: number }): string {
  return `[commit: ${event.commit}, lastindex: ${event.lastIndex}, lastterm: ${event.lastTerm}]`;
}

function renderLogView(log: LogView): string {
  return [
    `committed=${log.committed}`,
    `applied=${log.applied}`,
    `applying=${log.applying}`,
    `unstable.offset=${log.unstableOffset}`,
    `unstable.offsetInProgress=${log.unstableOffsetInProgress}`,
    `len(unstable.Entries)=${log.unstableLength}`,
  ].join(", ");
}
