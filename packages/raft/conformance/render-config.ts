/**
 * Configurations, progress and states as text.
 */

import { type ConfState, type NodeId, ProgressState, type ProgressView, Role } from "../src/index.ts";

/** An id as log lines and addresses show it: hexadecimal. */
export function renderId(id: NodeId): string {
  return id.toString(16);
}

/** A list as Go prints it: `[1 2 3]`. */
export function renderList(values: readonly (number | string)[]): string {
  return `[${values.join(" ")}]`;
}

/** A set of members, by rising id: `(1 2 3)`. */
export function renderMembers(ids: readonly NodeId[]): string {
  return `(${ids.toSorted((one, other) => one - other).join(" ")})`;
}

/** A configuration: `voters=(1 2)&&(3) learners=(4) learners_next=(3) autoleave`. */
export function renderConfig(config: ConfState): string {
  let text = `voters=${renderMembers(config.voters)}`;
  if (config.votersOutgoing.length > 0) text += `&&${renderMembers(config.votersOutgoing)}`;
  if (config.learners.length > 0) text += ` learners=${renderMembers(config.learners)}`;
  if (config.learnersNext.length > 0) text += ` learners_next=${renderMembers(config.learnersNext)}`;
  return config.autoLeave ? `${text} autoleave` : text;
}

/** A configuration as snapshots show it: every field, lists in the order given. */
export function renderConfState(state: ConfState): string {
  return [
    `Voters:${renderList(state.voters)}`,
    `VotersOutgoing:${renderList(state.votersOutgoing)}`,
    `Learners:${renderList(state.learners)}`,
    `LearnersNext:${renderList(state.learnersNext)}`,
    `AutoLeave:${state.autoLeave}`,
  ].join(" ");
}

const progressStateNames = new Map<ProgressState, string>([
  [ProgressState.probe, "StateProbe"],
  [ProgressState.replicate, "StateReplicate"],
  [ProgressState.snapshot, "StateSnapshot"],
]);

/** One follower's progress: `StateReplicate match=5 next=6 …`. */
export function renderProgress(progress: ProgressView): string {
  let text = `${progressStateNames.get(progress.state)} match=${progress.match} next=${progress.next}`;
  if (progress.isLearner) text += " learner";
  if (progress.isPaused) text += " paused";
  if (progress.pendingSnapshot > 0) text += ` pendingSnap=${progress.pendingSnapshot}`;
  if (!progress.recentActive) text += " inactive";
  if (progress.inflightCount > 0) {
    text += ` inflight=${progress.inflightCount}${progress.inflightFull ? "[full]" : ""}`;
  }
  return text;
}

/** Every follower's progress, one per line, by rising id. */
export function renderProgressMap(progress: ReadonlyMap<NodeId, ProgressView>): string {
  const rows = [...progress].sort(([one], [other]) => one - other);
  return rows.map(([id, view]) => `${id}: ${renderProgress(view)}\n`).join("");
}

const roleNames = new Map<Role, string>([
  [Role.follower, "StateFollower"],
  [Role.preCandidate, "StatePreCandidate"],
  [Role.candidate, "StateCandidate"],
  [Role.leader, "StateLeader"],
]);

/** A role: `StateFollower` and so on. */
export function renderRole(role: Role): string {
  return roleNames.get(role) ?? `State(${role})`;
}
