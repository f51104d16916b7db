/**
 * Rescue: a new cluster of one member from what a survivor has, when a majority is lost for ever (E3).
 *
 * Consensus cannot help here; somebody must decide, and these rules keep the decision from making things worse:
 *
 * 1. Nothing of the survivor is changed. The new member gets a data directory of its own.
 * 2. The new cluster has a new token, hence other IDs: members of the old one, should they come back, are refused.
 * 3. Entries behind the known commit index are kept: an acknowledged write may be among them, since a member learns of
 *    a commit later than the client. The report says how many there are. (A command whose caller was never told may take
 *    effect by this, as after any indefinite error.)
 * 4. Of several survivors the one whose last entry has the highest term, then the highest index, has every acknowledged
 *    write that any of them has: {@link survey} them all first.
 *
 * A machine that keeps itself on disk is given opened over a *copy* of the survivor's state (made while the survivor is
 * down); it is changed, and may be the new member's afterwards. For a survey, which changes nothing, the original will do.
 */

import {
  asV2,
  type ConfState,
  decodeConfChange,
  decodeConfChangeV2,
  type Entry,
  EntryType,
} from "@quorate/raft";
import { definitely } from "./member-error.ts";
import type { MemberLog } from "./member-log.ts";
import { Replica } from "./replica.ts";
import { decodeChangeContext, type MemberInfo, type NewMember } from "./roster.ts";
import { latestSnapshot, loadReplica, readHead } from "./state-loading.ts";
import type { DurableState, StateMachine } from "./state-machine.ts";

/** What a survivor has. */
export type Survey = {
  readonly term: number;
  readonly lastTerm: number;
  readonly lastIndex: number;
  readonly commit: number;
  /** Entries behind the known commit index. */
  readonly uncommitted: number;
  readonly members: readonly MemberInfo[];
};

/** What was done. */
export type RescueReport = Survey & {
  /** Where the new cluster begins. */
  readonly index: number;
  readonly newTerm: number;
  readonly digest: string | null;
};

const pageBytes = 1024 * 1024;
/** What a machine with its own disk may have in memory before its disk is waited for. */
const bufferedBytesMax = 64 * 1024 * 1024;

/** Looks at a survivor's log without changing it. */
export async function survey<Result>(log: MemberLog, machine: StateMachine<Result>): Promise<Survey> {
  const replica = new Replica<Result>(machine, 1);
  if (replica.durable === null) {
    await loadSnapshot(replica, log);
  } else {
    // Who the members were is all that is needed of the state, and nothing may be changed.
    await adoptHead(replica, log);
  }
  return describe(log, replica);
}

/** The better of two survivors to go on from. */
export function better(one: Survey, other: Survey): Survey {
  if (one.lastTerm !== other.lastTerm) return one.lastTerm > other.lastTerm ? one : other;
  return one.lastIndex >= other.lastIndex ? one : other;
}

/**
 * Builds the first state of a new cluster in `target`, a new and empty log, from everything that `source` has.
 * @throws MemberError `invalid` if `source` has no state; StateMachineError, StorageError
 */
export async function rescue<Result>(
  source: MemberLog,
  target: MemberLog,
  machine: StateMachine<Result>,
  self: NewMember & Pick<MemberInfo, "name">,
  sessionsMax: number,
): Promise<RescueReport> {
  const replica = new Replica<Result>(machine, sessionsMax);
  await loadSnapshot(replica, source);
  const found = describe(source, replica);
  await applyAll(replica, source);
  const newTerm = found.term + 1;
  const { applied: index } = replica;
  const config: ConfState = {
    voters: [self.id],
    votersOutgoing: [],
    learners: [],
    learnersNext: [],
    autoLeave: false,
  };
  const origin = { member: self.id, nonce: 0, serial: 0 };
  replica.beginAt(index, newTerm);
  replica.noteChange(config, { members: [self], by: `rescue by ${self.name}`, atMs: 0, origin });
  const draft = await target.beginSnapshot({ index, term: newTerm, confState: config });
  const reader = replica.snapshot();
  for (let chunk = reader.next(); chunk !== null; chunk = reader.next()) await draft.write(chunk);
  reader.close();
  await target.install(await draft.commit(), { term: newTerm, vote: 0, commit: index });
  if (replica.durable !== null) await flushed(replica, replica.durable);
  return { ...found, index, newTerm, digest: replica.digest() };
}

async function loadSnapshot<Result>(replica: Replica<Result>, log: MemberLog): Promise<void> {
  if (latestSnapshot(log).metadata.index === 0 || !(await loadReplica(replica, log))) throw nothingThere();
}

function nothingThere(): Error {
  return definitely("invalid", "there is no state to rescue: this member never took part in a cluster");
}

/** Takes the members from the machine's disk or from the snapshot, whichever is later. */
async function adoptHead<Result>(replica: Replica<Result>, log: MemberLog): Promise<void> {
  const snapshot = latestSnapshot(log);
  if (snapshot.metadata.index === 0) throw nothingThere();
  if ((replica.durable?.appliedIndex ?? 0) >= snapshot.metadata.index && replica.resume()) return;
  const { index, term, roster } = await readHead(log, snapshot);
  replica.roster.decode(roster);
  replica.beginAt(index, term);
}

/** Resolves when the machine's disk has everything. */
async function flushed<Result>(replica: Replica<Result>, durable: DurableState): Promise<void> {
  while (durable.isFlushing || durable.pendingRecords > 0 || durable.durableIndex < replica.applied) {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    replica.onFlushEnded = (error) => (error === null ? resolve() : reject(error));
    if (!durable.isFlushing) durable.flush();
    if (durable.isFlushing) await promise;
  }
}

function describe<Result>({ storage }: MemberLog, replica: Replica<Result>): Survey {
  const { hardState } = storage.initialState();
  const lastIndex = storage.lastIndex();
  const lastTerm = storage.term(lastIndex);
  const commit = Math.max(hardState.commit, replica.applied);
  return {
    term: hardState.term,
    lastTerm: typeof lastTerm === "number" ? lastTerm : 0,
    lastIndex,
    commit,
    uncommitted: lastIndex - commit,
    members: replica.roster.list(),
  };
}

/** Applies every entry behind the snapshot; of membership changes only the members' data matter here. */
async function applyAll<Result>(replica: Replica<Result>, { storage }: MemberLog): Promise<void> {
  const end = storage.lastIndex() + 1;
  for (let next = replica.applied + 1; next < end; ) {
    const entries = storage.entries(next, end, pageBytes);
    if (typeof entries === "string")
      throw definitely("failed", `entries from ${next} on cannot be read: ${entries}`);
    for (const entry of entries) noteMembers(replica, entry);
    replica.apply(entries);
    next += entries.length;
    const { durable } = replica;
    if (durable !== null && durable.bufferedBytes > bufferedBytesMax) await flushed(replica, durable);
  }
}

function noteMembers<Result>(replica: Replica<Result>, entry: Entry): void {
  if (entry.type === EntryType.normal) return;
  const change = asV2(
    entry.type === EntryType.confChange ? decodeConfChange(entry.data) : decodeConfChangeV2(entry.data),
  );
  const context = decodeChangeContext(change.context);
  for (const member of context?.members ?? []) replica.roster.learn(member);
}
