/**
 * A Raft group inside one thread: members with storage in memory that hand each other messages by reference.
 *
 * Nothing is encoded, written or sent, so what a benchmark sees is the core, `MemoryStorage` and this loop. The loop
 * has the shape of a real member's: take everything that arrived, then take Ready, store, send, apply.
 */

import { MemoryStorage, type Message, type NodeId, noData, RawNode } from "@quorate/raft";

/** Entries kept before the logs are compacted: enough to stay out of the figures, little enough to stay in memory. */
const logEntriesMax = 20_000;

type Member = {
  readonly id: NodeId;
  readonly node: RawNode;
  readonly storage: MemoryStorage;
  inbox: Message[];
  /** The list that the inbox is swapped with while it is worked through. */
  spare: Message[];
  applied: number;
  compacted: number;
};

/** A group of `memberCount` voters with ids from 1 on, led by member 1. */
export class InMemoryGroup {
  private readonly members: Member[] = [];
  private readonly leader: Member;

  constructor(memberCount: number) {
    const voters = Array.from({ length: memberCount }, (_, position) => position + 1);
    const confState = { voters, votersOutgoing: [], learners: [], learnersNext: [], autoLeave: false };
    for (const id of voters) {
      const storage = new MemoryStorage();
      storage.applySnapshot({ metadata: { index: 1, term: 1, confState }, data: noData });
      // No time passes in a benchmark: nobody's election timeout matters.
      const random = { below: () => 0 };
      const node = new RawNode({ id, electionTicks: 10, heartbeatTicks: 1, storage, random });
      this.members.push({ id, node, storage, inbox: [], spare: [], applied: 1, compacted: 1 });
    }
    this.leader = this.members[0] as Member;
    this.leader.node.campaign();
    this.settle();
  }

  /** The highest index that the leader has applied. */
  get applied(): number {
    return this.leader.applied;
  }

  /** Proposes one entry at the leader. */
  propose(data: Uint8Array): void {
    const outcome = this.leader.node.propose(data);
    if (!outcome.ok) throw new Error(outcome.message);
  }

  /** Proposes several entries at the leader in one call. */
  proposeBatch(batch: readonly Uint8Array[]): void {
    const outcome = this.leader.node.proposeBatch(batch);
    if (!outcome.ok) throw new Error(outcome.message);
  }

  /** Works until the leader has applied `index`. */
  runUntilApplied(index: number): void {
    while (this.leader.applied < index) {
      if (!this.runOnce()) throw new Error(`the group came to rest before index ${index} was applied`);
    }
  }

  /** Works until nobody has anything to do: every member has applied every entry. */
  settle(): void {
    while (this.runOnce());
    for (const member of this.members) {
      if (member.applied !== this.leader.applied) throw new Error(`member ${member.id} fell behind`);
      if (member.applied - member.compacted >= logEntriesMax) compact(member);
    }
  }

  private runOnce(): boolean {
    let hasWorked = false;
    for (const member of this.members) {
      if (this.runMember(member)) hasWorked = true;
    }
    return hasWorked;
  }

  private runMember(member: Member): boolean {
    const { node, inbox } = member;
    member.inbox = member.spare;
    member.spare = inbox;
    for (const message of inbox) node.step(message);
    inbox.length = 0;
    if (!node.hasReady()) return false;
    do this.handleReady(member);
    while (node.hasReady());
    return true;
  }

  private handleReady(member: Member): void {
    const { node, storage } = member;
    const ready = node.ready();
    if (ready.hardState !== null) storage.setHardState(ready.hardState);
    storage.append(ready.entries);
    for (const message of ready.messages) (this.members[message.to - 1] as Member).inbox.push(message);
    const last = ready.committedEntries[ready.committedEntries.length - 1];
    if (last !== undefined) member.applied = last.index;
    node.advance();
  }
}

function compact(member: Member): void {
  const { storage, applied } = member;
  storage.createSnapshot(applied, null, noData);
  storage.compact(applied);
  member.compacted = applied;
}
