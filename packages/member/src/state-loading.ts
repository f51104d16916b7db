/**
 * What a starting member goes on from: its machine's own disk, or a snapshot. The rules are in the README, "State on
 * disk": everything that could lose or repeat an entry is refused.
 */

import type { Snapshot } from "@quorate/raft";
import { definitely } from "./member-error.ts";
import type { MemberLog } from "./member-log.ts";
import type { Replica } from "./replica.ts";
import { type Head, HeadSplitter } from "./replica-head.ts";
import type { DurableState, StateMachine } from "./state-machine.ts";

/**
 * Fills the replica from what is there; false if there is nothing, and nothing was ever.
 * @throws MemberError `refused` if log and state do not fit together, `failed`; StorageError, FormatError
 */
export async function loadReplica(replica: Replica<unknown>, log: MemberLog): Promise<boolean> {
  const latest = latestSnapshot(log);
  const { durable } = replica;
  if (durable === null) {
    if (latest.metadata.index === 0) return false;
    await restoreReplica(replica, log, latest);
    return true;
  }
  if (durable.appliedIndex === 0 && latest.metadata.index === 0) return false;
  checkAgainstLog(durable, log);
  const isLight = latest.metadata.index > 0 && (await readHead(log, latest)).kind === "light";
  if (isLight && durable.appliedIndex < latest.metadata.index) throw stateLost(durable, latest);
  if (durable.appliedIndex > 0 && isCovered(durable, log) && replica.resume()) return true;
  if (isLight || latest.metadata.index === 0) throw stateLost(durable, latest);
  await restoreReplica(replica, log, latest);
  return true;
}

/** Whether the log goes on where the state ends. */
function isCovered({ appliedIndex }: DurableState, { storage }: MemberLog): boolean {
  return appliedIndex >= storage.firstIndex() - 1;
}

/** @throws MemberError if the state is of entries that the log does not have, or has otherwise */
function checkAgainstLog(durable: DurableState, log: MemberLog): void {
  const { appliedIndex, appliedTerm } = durable;
  const last = log.storage.lastIndex();
  if (appliedIndex > last) {
    throw definitely(
      "refused",
      `the state on disk has everything up to entry ${appliedIndex}, but the log ends at ${last}: acknowledged entries were lost from the log; replace this member by a new one with an empty directory`,
    );
  }
  if (appliedIndex === 0 || !isCovered(durable, log)) return;
  const term = log.storage.term(appliedIndex);
  if (term !== appliedTerm) {
    throw definitely(
      "refused",
      `the state on disk ends with entry ${appliedIndex} of term ${appliedTerm}, and the log has term ${term} there: they do not belong together; give this member its own files back, or replace it by a new one`,
    );
  }
}

function stateLost({ appliedIndex }: DurableState, { metadata }: Snapshot): Error {
  return definitely(
    "refused",
    `the state on disk ends at entry ${appliedIndex}, but it had been durable up to entry ${metadata.index}, and the log was cut for that reason: the state's file was lost, or replaced by an older one; put it back, or replace this member by a new one with an empty directory`,
  );
}

/**
 * Refuses a state on disk for which there is no log at all.
 * @throws MemberError `refused`
 */
export function checkNewMember({ durable }: StateMachine): void {
  if ((durable?.appliedIndex ?? 0) === 0) return;
  throw definitely(
    "refused",
    `there is no log, but a state on disk up to entry ${durable?.appliedIndex}: the log was lost, or the state belongs to somebody else; remove the state's file if this member is new, or replace it by a new one`,
  );
}

/** @throws MemberError `failed` */
export function latestSnapshot(log: MemberLog): Snapshot {
  const latest = log.storage.snapshot();
  if (typeof latest === "string") throw definitely("failed", `the latest snapshot cannot be had: ${latest}`);
  return latest;
}

/** Reads what stands before the machine's state. @throws StorageError, FormatError */
export async function readHead(log: MemberLog, snapshot: Snapshot): Promise<Head> {
  const splitter = new HeadSplitter();
  for await (const chunk of log.read(snapshot)) {
    splitter.take(chunk);
    if (splitter.head !== null) return splitter.head;
  }
  throw definitely("failed", `the snapshot of index ${snapshot.metadata.index} ends inside its head`);
}

/** Reads a snapshot into a replica; returns its bytes. */
export async function restoreReplica(
  replica: Replica<unknown>,
  log: MemberLog,
  snapshot: Snapshot,
): Promise<number> {
  const writer = replica.restore();
  let bytes = 0;
  try {
    for await (const chunk of log.read(snapshot)) {
      bytes += chunk.length;
      writer.write(chunk);
    }
  } catch (error) {
    writer.abort();
    throw error;
  }
  writer.finish();
  return bytes;
}
