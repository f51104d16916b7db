/**
 * The safety of a whole group, checked from outside while it runs: a plain record of everything that was ever decided.
 *
 * Checked: election safety (S1), log matching (S2), leader completeness (S4), state-machine safety (S5), the commit
 * rule (S6), monotonic term, commit and applied index (S7), one vote per term across restarts (S8), persistence before
 * sending (S9), read indexes (R2).
 */

import assert from "node:assert/strict";
import { type Entry, type Message, MessageType, type NodeId, none, Role } from "../../src/index.ts";
import type { RaftLog } from "../../src/raft-log.ts";
import type { Member } from "../member.ts";

type Decided = { readonly term: number; readonly text: string };

/** Records and compares. One for each run. */
export class SafetyChecker {
  /** Committed entries by index: what was applied first, anywhere. */
  readonly decided = new Map<number, Decided>();
  /** Highest index that any member ever knew to be committed. */
  committedAnywhere = 0;
  /** Terms of the entries that leaders committed, by index. */
  private readonly committed = new Map<number, number>();
  private readonly leaders = new Map<number, NodeId>();
  private readonly votes = new Map<string, NodeId>();
  /** By (index, term): the entry, and the term of the one before it. */
  private readonly written = new Map<string, string>();
  private readonly lastSeen = new Map<NodeId, { term: number; commit: number }>();
  private readonly nextToApply = new Map<NodeId, number>();
  private readonly reads = new Map<string, number>();
  /** The configuration in force at each applied index. */
  private readonly configs = new Map<number, string>();
  /** Counters that tell whether a campaign exercised anything. */
  readonly marks = {
    elections: 0,
    applied: 0,
    reads: 0,
    restarts: 0,
    snapshots: 0,
    changes: 0,
    transfers: 0,
  };
  /** Campaigns that ended in a group which nobody can lead any more; see `Chaos`. */
  wedged = 0;
  private readonly members: ReadonlyMap<NodeId, Member>;

  constructor(members: ReadonlyMap<NodeId, Member>) {
    this.members = members;
  }

  /** Starts watching a member; again after each restart. */
  watch(member: Member): void {
    this.nextToApply.set(member.id, member.appliedIndex + 1);
    this.lastSeen.delete(member.id);
    member.onEvent = (event) => {
      if (event.kind === "role-changed" && event.role === Role.leader)
        this.checkNewLeader(member, event.term);
      if (event.kind === "commit-advanced") this.checkCommit(member, event.from, event.commit);
      if (event.kind === "conf-change-proposed") this.checkPending(member);
      if (event.kind === "campaign-started") this.checkCampaign(member);
      if (event.kind === "snapshot-taken") this.marks.snapshots++;
      if (event.kind === "timeout-now-sent") this.marks.transfers++;
    };
    member.onApply = (entry) => this.checkApplied(member, entry);
  }

  /** S1, S4: one leader per term, and it has everything that was ever committed. */
  private checkNewLeader(member: Member, term: number): void {
    const known = this.leaders.get(term);
    assert.ok(
      known === undefined || known === member.id,
      `S1: ${known} and ${member.id} both lead term ${term}`,
    );
    this.leaders.set(term, member.id);
    this.marks.elections++;
    const { log } = member.node["raft"];
    const { voters, votersOutgoing } = member.node.status().config;
    for (const half of [voters, votersOutgoing]) {
      const count = half.filter((id) => this.votedFor(id, term) === member.id).length;
      assert.ok(
        half.length === 0 || count * 2 > half.length,
        `S1: ${member.id} leads ${term} with ${count} of ${half.join(" ")}`,
      );
    }
    for (const [index, entry] of this.decided) {
      if (index < log.firstIndex()) continue;
      assert.equal(
        log.termOrZero(index),
        entry.term,
        `S4: leader ${member.id} of ${term} lacks entry ${index}`,
      );
    }
    assert.ok(
      log.lastIndex() >= this.committedAnywhere,
      `S4: leader ${member.id} of ${term} has a short log`,
    );
  }

  /**
   * S6: a leader commits by counting only in its own term, and only what a quorum has on disk. S13: others commit what
   * a leader committed.
   */
  private checkCommit(member: Member, from: number, commit: number): void {
    const { role, term, config } = member.node.status();
    this.committedAnywhere = Math.max(this.committedAnywhere, commit);
    const { log } = member.node["raft"];
    for (let index = Math.max(from + 1, log.firstIndex()); index <= commit; index++) {
      const known = this.committed.get(index);
      if (role === Role.leader && known === undefined) this.committed.set(index, log.termOrZero(index));
      else
        assert.equal(log.termOrZero(index), known, `S13: member ${member.id} commits another entry ${index}`);
    }
    if (role !== Role.leader) return;
    assert.equal(log.term(commit), term, `S6: leader ${member.id} commits ${commit} of another term`);
    for (const half of [config.voters, config.votersOutgoing]) {
      const count = half.filter((id) => this.hasOnDisk(id, commit, term)).length;
      assert.ok(
        half.length === 0 || count * 2 > half.length,
        `S6: ${commit} is on ${count} of ${half.join(" ")} only`,
      );
    }
  }

  /** C2: at most one membership change is under way. */
  private checkPending(member: Member): void {
    const { log } = member.node["raft"];
    const count = changesIn(log, log.applied + 1, log.lastIndex());
    assert.equal(count, 1, `C2: ${count} membership changes are under way at leader ${member.id}`);
  }

  /** C1: nobody campaigns in a configuration that is known to be outdated. */
  private checkCampaign(member: Member): void {
    const { log } = member.node["raft"];
    const count = changesIn(log, log.applied + 1, log.committed);
    assert.equal(
      count,
      0,
      `C1: member ${member.id} campaigns before it applied a committed membership change`,
    );
  }

  private hasOnDisk(id: NodeId, index: number, term: number): boolean {
    const disk = this.members.get(id)?.disk;
    if (disk === undefined) return false;
    return index < disk.firstIndex() ? disk.lastIndex() >= index : disk.term(index) === term;
  }

  private votedFor(id: NodeId, term: number): NodeId {
    const durable = this.members.get(id)?.durableHardState();
    if (durable?.term === term) return durable.vote;
    return this.votes.get(`${id}/${term}`) ?? none;
  }

  /** S2: two logs with the same entry at one index have the same one before it. */
  checkStored(member: Member, entries: readonly Entry[]): void {
    for (const entry of entries) {
      const before = member.disk.term(entry.index - 1);
      if (typeof before !== "number") continue;
      const value = `${before} ${entry.type} ${Buffer.from(entry.data).toString("latin1")}`;
      const key = `${entry.index}/${entry.term}`;
      const known = this.written.get(key);
      assert.ok(known === undefined || known === value, `S2: entry ${key} differs: ${known} and ${value}`);
      this.written.set(key, value);
    }
  }

  /** S5: everybody applies the same, in order, without a gap. */
  private checkApplied(member: Member, entry: Entry): void {
    const expected = this.nextToApply.get(member.id) ?? 0;
    assert.equal(
      entry.index,
      Math.max(expected, member.appliedIndex + 1),
      `S5: member ${member.id} skips or repeats`,
    );
    this.nextToApply.set(member.id, entry.index + 1);
    const value = { term: entry.term, text: Buffer.from(entry.data).toString("latin1") };
    const known = this.decided.get(entry.index);
    if (known === undefined) this.decided.set(entry.index, value);
    else assert.deepEqual(value, known, `S5: member ${member.id} applies another entry ${entry.index}`);
    this.marks.applied++;
    if (entry.type !== 0) this.marks.changes++;
  }

  /** S7: within one life, term and commit never fall, and applied ≤ commit ≤ last. */
  checkState(member: Member): void {
    const { term, commit, applied, lastIndex } = member.node.status();
    const seen = this.lastSeen.get(member.id);
    if (seen !== undefined) {
      assert.ok(term >= seen.term, `S7: the term of ${member.id} fell from ${seen.term} to ${term}`);
      assert.ok(
        commit >= seen.commit,
        `S7: the commit of ${member.id} fell from ${seen.commit} to ${commit}`,
      );
    }
    assert.ok(applied <= commit && commit <= lastIndex, `S7: ${applied} ≤ ${commit} ≤ ${lastIndex}`);
    this.checkConfig(member, applied);
    const durable = member.durableHardState();
    if (durable.vote !== none) this.noteVote(member.id, durable.term, durable.vote);
    this.lastSeen.set(member.id, { term, commit });
  }

  /** C1: whoever applied the same index is in the same configuration. */
  private checkConfig(member: Member, applied: number): void {
    if (applied !== member.appliedIndex || member.node["raft"].log.hasPendingSnapshot()) return;
    const config = JSON.stringify(member.node.status().config);
    const known = this.configs.get(applied);
    assert.ok(
      known === undefined || known === config,
      `C1: at ${applied} ${member.id} has ${config}, not ${known}`,
    );
    this.configs.set(applied, config);
  }

  /** S8, S9: what leaves a member is already on its disk, and it never votes twice in a term. */
  checkSent(member: Member, message: Message): void {
    const durable = member.durableHardState();
    const { type, term, to, reject } = message;
    if (reject) return;
    if (type === MessageType.MsgVoteResp) {
      this.noteVote(member.id, term, to);
      const isKept = durable.term > term || (durable.term === term && durable.vote === to);
      assert.ok(isKept, `S9: ${member.id} votes before it is on disk`);
    }
    if (type === MessageType.MsgAppResp) {
      assert.ok(durable.term >= term, `S9: ${member.id} answers in a term that is not on disk`);
      // What a newer leader replaced in the same write counts as written and replaced.
      const isKept = durable.term > term || member.disk.lastIndex() >= message.index;
      assert.ok(isKept, `S9: ${member.id} acknowledges ${message.index} too early`);
    }
  }

  /** A vote counts when it is durable or told; a request for votes alone is none (its sender may forget it). */
  private noteVote(id: NodeId, term: number, choice: NodeId): void {
    const known = this.votes.get(`${id}/${term}`);
    assert.ok(known === undefined || known === choice, `S8: ${id} votes twice in term ${term}`);
    this.votes.set(`${id}/${term}`, choice);
  }

  /** Notes a read request. */
  beginRead(member: Member, requestId: number): void {
    this.reads.set(`${member.id}/${requestId}`, this.committedAnywhere);
  }

  /** R2: the index of an answer covers everything that was committed anywhere before the request. */
  checkReads(member: Member): void {
    for (const { requestId, index } of member.readStates) {
      const lowest = this.reads.get(`${member.id}/${requestId}`);
      assert.ok(lowest !== undefined, `R2: nobody asked for read ${requestId} at ${member.id}`);
      assert.ok(
        index >= lowest,
        `R2: read ${requestId} at ${member.id} got ${index}, but ${lowest} was committed`,
      );
      this.marks.reads++;
    }
    member.readStates = [];
  }
}

/** Membership entries in `[lo, hi]` of a log. */
function changesIn(log: RaftLog, lo: number, hi: number): number {
  const entries = log.slice(lo, hi + 1, Number.MAX_SAFE_INTEGER);
  assert.notEqual(entries, "compacted");
  return typeof entries === "string" ? 0 : entries.filter(({ type }) => type !== 0).length;
}
