/**
 * Replication: appends, heartbeats and snapshots from the leader to each follower, and the commit rule (Raft §5.3,
 * §5.4.2; pipelining: thesis §10.2.1).
 */

import { type Entry, type EntryType, makeEntry, noEntries, payloadBytes } from "./entry.ts";
import { draftMessage, MessageType } from "./message.ts";
import { accepted, invariant, type Outcome, refuse } from "./outcome.ts";
import { type Progress, ProgressState } from "./progress.ts";
import { jointCommitted } from "./quorum.ts";
import type { Raft } from "./raft.ts";
import { type NodeId, none } from "./snapshot.ts";

/** What a proposal adds to the log, before the leader gives it a place. */
export type NewEntry = { readonly type: EntryType; readonly data: Uint8Array };

/** Appends entries to the leader's own log, and acknowledges them to itself once they are durable. */
export function appendAsLeader(raft: Raft, news: readonly NewEntry[]): Outcome {
  const firstIndex = raft.log.lastIndex() + 1;
  const entries: Entry[] = [];
  for (const { type, data } of news)
    entries.push(makeEntry(type, raft.term, firstIndex + entries.length, data));
  const bytes = payloadBytes(entries);
  const { uncommittedBytesMax } = raft.config;
  // Empty entries always pass (a new leader's first, and the one that leaves a joint configuration), and so does one
  // oversized proposal when nothing else is waiting, or it could never be made.
  if (raft.uncommittedBytes > 0 && bytes > 0 && raft.uncommittedBytes + bytes > uncommittedBytesMax) {
    raft.emit?.({
      kind: "proposal-dropped",
      cause: "too-much-uncommitted",
      lead: raft.lead,
      transferee: none,
    });
    return refuse(
      "too-much-uncommitted",
      `${bytes} more bytes would exceed the ${uncommittedBytesMax} that may wait to be committed (${raft.uncommittedBytes} do); try again later`,
    );
  }
  raft.uncommittedBytes += bytes;
  raft.log.append(entries);
  raft.acknowledgeAfterAppend(raft.id, firstIndex + entries.length - 1);
  return accepted;
}

/** Sends to every other member what it is owed; an empty append if there is nothing but the commit index. */
export function broadcastAppend(raft: Raft): void {
  for (const [id, progress] of raft.membership.progress) {
    if (id !== raft.id) sendAppend(raft, id, progress, true);
  }
}

/**
 * Sends one append, or a snapshot if the log does not reach back far enough. False if nothing was sent: the follower
 * is paused, or there are no entries and `evenIfEmpty` is false.
 */
export function sendAppend(raft: Raft, to: NodeId, progress: Progress, evenIfEmpty: boolean): boolean {
  if (progress.isPaused()) return false;
  const { log } = raft;
  if (!evenIfEmpty && progress.next === log.lastIndex() + 1) return false;
  const previousIndex = progress.next - 1;
  const previousTerm = log.term(previousIndex);
  if (typeof previousTerm === "string") return sendSnapshot(raft, to, progress);
  // With a full window only the empty append goes out, so that lost ones are noticed.
  const isThrottled = progress.state === ProgressState.replicate && progress.inflights.isFull();
  const entries = isThrottled ? noEntries : log.entriesFrom(progress.next, raft.config.messageBytesMax);
  if (entries === "compacted") return sendSnapshot(raft, to, progress);
  if (entries.length === 0 && !evenIfEmpty) return false;
  const message = draftMessage(MessageType.MsgApp, to, raft.id, raft.term);
  message.index = previousIndex;
  message.logTerm = previousTerm;
  message.entries = entries;
  message.commit = log.committed;
  raft.queue(message);
  progress.noteSent(entries.length, entries.length === 0 ? 0 : payloadBytes(entries));
  progress.sentCommit = log.committed;
  return true;
}

/** Sends entries until the window is full or nothing is left. */
export function sendAllAppends(raft: Raft, to: NodeId, progress: Progress): void {
  while (sendAppend(raft, to, progress, false));
}

function sendSnapshot(raft: Raft, to: NodeId, progress: Progress): boolean {
  if (!progress.recentActive) {
    // It may be down; snapshots are expensive, and it will say when it is back.
    raft.emit?.({ kind: "snapshot-deferred", peer: to, cause: "inactive" });
    return false;
  }
  const snapshot = raft.log.snapshot();
  if (snapshot === "snapshot-unavailable") {
    raft.emit?.({ kind: "snapshot-deferred", peer: to, cause: "unavailable" });
    return false;
  }
  const { metadata } = snapshot;
  invariant(metadata.index > 0, "the log is compacted, but the storage has only an empty snapshot");
  raft.emit?.({
    kind: "snapshot-sent",
    peer: to,
    firstIndex: raft.log.firstIndex(),
    commit: raft.log.committed,
    snapshot: metadata,
    progress: progress.view(),
  });
  progress.becomeSnapshot(metadata.index);
  raft.emit?.({ kind: "replication-paused", peer: to, progress: progress.view() });
  raft.send(MessageType.MsgSnap, to, { snapshot });
  return true;
}

/**
 * Sends a heartbeat to every other member. Its commit index is cut to what the follower is known to have: it must
 * never commit what it has not got, or has from another leader.
 */
export function broadcastHeartbeat(raft: Raft, round: number): void {
  for (const [id, progress] of raft.membership.progress) {
    if (id === raft.id) continue;
    const commit = Math.min(progress.match, raft.log.committed);
    const message = draftMessage(MessageType.MsgHeartbeat, id, raft.id, raft.term);
    message.commit = commit;
    message.context = round;
    raft.queue(message);
    progress.sentCommit = commit;
  }
}

/** Commits what a quorum has, if it is of this term (Raft §5.4.2). True if the commit index rose. */
export function tryCommit(raft: Raft): boolean {
  const { voters, votersOutgoing } = raft.membership.config;
  const index = jointCommitted(voters, votersOutgoing, raft);
  if (index <= raft.log.committed || !raft.log.matches(index, raft.term)) return false;
  raft.log.commitTo(index);
  return true;
}
