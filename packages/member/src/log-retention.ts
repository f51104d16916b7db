/**
 * Log retention: how far the log of a member whose machine has its own disk may be cut.
 *
 * Everybody keeps the last `catchUpEntries` and the last `catchUpBytes`, for whoever lags a little, and because anybody may
 * become leader. A leader also keeps what a follower that answers still needs, and everything behind a snapshot that is
 * being made or sent, so that its receiver can go on from it. A follower that does not answer is not waited for, and all of
 * it ends at `laggardBytesMax`.
 */

import { type NodeId, ProgressState, type ProgressView, Role } from "@quorate/raft";
import type { Engine } from "./engine.ts";
import type { MemberLog } from "./member-log.ts";

/**
 * Highest index that the log may be cut to, never beyond what the machine's own disk has. `keptFrom` is the index of a
 * snapshot that is made or sent, or null.
 */
export function cutIndex(engine: Engine, log: MemberLog, keptFrom: number | null): number {
  const { limits, replica } = engine.parts;
  const durable = replica.durablePlace?.index ?? 0;
  const least = indexWithin(log, limits.laggardBytesMax);
  const wanted = Math.min(
    durable - limits.catchUpEntries,
    indexWithin(log, limits.catchUpBytes),
    keptFrom ?? Number.POSITIVE_INFINITY,
  );
  // Nearly always: then it is all the same what followers need, and to ask is a copy of everything.
  if (wanted <= least) return Math.min(durable, least);
  return Math.min(durable, Math.max(least, Math.min(wanted, ...neededIndexes(engine))));
}

/** Whether everything behind `index` is within the bound for followers that lag. */
export function isWithinBound(engine: Engine, log: MemberLog, index: number): boolean {
  return log.bytesFrom(index + 1) <= engine.parts.limits.laggardBytesMax;
}

/** Lowest index behind which the log has at most `bytesMax`. */
function indexWithin(log: MemberLog, bytesMax: number): number {
  let low = log.storage.firstIndex() - 1;
  let high = log.storage.lastIndex();
  if (log.bytesFrom(low + 1) <= bytesMax) return low;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (log.bytesFrom(middle + 1) <= bytesMax) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** For every follower that answers: the last index that it does not need any more. */
function neededIndexes(engine: Engine): number[] {
  const indexes: number[] = [];
  for (const [, progress] of answeringFollowers(engine)) {
    if (progress.state === ProgressState.snapshot)
      indexes.push(Math.max(progress.match, progress.pendingSnapshot));
    else if (progress.state === ProgressState.probe)
      indexes.push(Math.max(progress.match, progress.next - 1));
    else indexes.push(progress.match);
  }
  return indexes;
}

/** Whether a follower that answers is getting, or has just got, the snapshot at `index`. */
export function isAwaited(engine: Engine, index: number): boolean {
  return answeringFollowers(engine).some(
    ([, { state, pendingSnapshot, next }]) =>
      (state === ProgressState.snapshot && pendingSnapshot === index) ||
      (state === ProgressState.probe && next === index + 1),
  );
}

function answeringFollowers(engine: Engine): [NodeId, ProgressView][] {
  if (engine.node.role !== Role.leader) return [];
  return [...engine.status().progress].filter(
    ([id]) => id !== engine.parts.id && engine.conditions.health(id) !== "failed",
  );
}
