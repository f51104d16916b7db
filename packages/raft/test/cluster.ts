/**
 * A group of members and the network between them. Nothing happens by itself: a test says what is delivered, what is
 * lost, who ticks and who crashes.
 */

import assert from "node:assert/strict";
import {
  type ConfChange,
  ConfChangeTransition,
  ConfChangeType,
  type ConfChangeV2,
  type Message,
  type NodeId,
  noData,
  type Outcome,
  Role,
} from "../src/index.ts";
import { type DiskContents, Member, type MemberSettings, makeDisk, text } from "./member.ts";

/** How a group starts. */
export type ClusterOptions = Omit<DiskContents, "voters"> & {
  /** Default: 1, 2 and 3. */
  readonly voters?: readonly NodeId[];
  /** Settings of all members. */
  readonly settings?: MemberSettings;
  /** Settings of single members, on top. */
  readonly each?: Readonly<Record<NodeId, MemberSettings>>;
};

/** Whether a message gets through. */
export type Filter = (message: Message) => boolean;

/** See the module. */
export class Cluster {
  readonly members = new Map<NodeId, Member>();
  readonly settings: MemberSettings;
  /** Messages under way, oldest first. */
  network: Message[] = [];
  /** What was delivered, in order. */
  delivered: Message[] = [];
  /** When set, what it answers false to is lost. */
  filter: Filter | null = null;
  private readonly cuts = new Set<string>();

  constructor(options: ClusterOptions = {}) {
    const { voters = [1, 2, 3], settings = {}, each = {}, ...contents } = options;
    this.settings = settings;
    for (const id of [...voters, ...(contents.learners ?? [])]) {
      this.add(id, { ...contents, voters }, each[id]);
    }
  }

  /** Starts one more member on its own disk. */
  add(id: NodeId, contents: DiskContents | null, settings: MemberSettings = {}): Member {
    const disk = contents === null ? makeDisk({ snapshotIndex: 0, snapshotTerm: 0 }) : makeDisk(contents);
    const member = new Member(id, disk, { ...this.settings, ...settings });
    this.members.set(id, member);
    return member;
  }

  /** Stops a member and starts it again from its disk with other settings. */
  reconfigure(id: NodeId, settings: MemberSettings): Member {
    const former = this.get(id);
    former.crash();
    const member = new Member(id, former.disk, { ...this.settings, ...settings });
    this.members.set(id, member);
    return member;
  }

  get(id: NodeId): Member {
    const member = this.members.get(id);
    assert.ok(member !== undefined, `there is no member ${id}`);
    return member;
  }

  up(): Member[] {
    return [...this.members.values()].filter((member) => member.isUp);
  }

  // --- the network

  /** Loses everything from one member to another. */
  cut(from: NodeId, to: NodeId): void {
    this.cuts.add(`${from}>${to}`);
  }

  /** Loses everything between a member and the others. */
  isolate(id: NodeId): void {
    for (const other of this.members.keys()) {
      if (other === id) continue;
      this.cut(id, other);
      this.cut(other, id);
    }
  }

  /** Loses everything between two groups. */
  partition(one: readonly NodeId[], other: readonly NodeId[]): void {
    for (const left of one) {
      for (const right of other) {
        this.cut(left, right);
        this.cut(right, left);
      }
    }
  }

  heal(): void {
    this.cuts.clear();
    this.filter = null;
  }

  /** Lets every member work, and puts what they say on the network. */
  collect(): void {
    for (const member of this.up()) this.network.push(...member.drain());
  }

  /** Delivers what is on the network now, as far as it gets through; returns how many messages arrived. */
  deliver(): number {
    const batch = this.network;
    this.network = [];
    let count = 0;
    for (const message of batch) {
      if (!this.passes(message)) continue;
      const receiver = this.members.get(message.to);
      if (receiver === undefined || !receiver.isUp) continue;
      receiver.node.step(message);
      this.delivered.push(message);
      count++;
    }
    return count;
  }

  private passes(message: Message): boolean {
    if (this.cuts.has(`${message.from}>${message.to}`)) return false;
    return this.filter === null || this.filter(message);
  }

  /** Works and delivers until nothing is under way. */
  settle(): void {
    for (let round = 0; round < 1000; round++) {
      this.collect();
      if (this.network.length === 0) return;
      this.deliver();
    }
    assert.fail("the members never stop talking");
  }

  /** Ticks members (default: all), and settles after each tick. */
  tick(count: number, ids?: readonly NodeId[]): void {
    for (let done = 0; done < count; done++) {
      for (const member of this.up()) {
        if (ids === undefined || ids.includes(member.id)) member.node.tick();
      }
      this.settle();
    }
  }

  // --- what tests want done

  /** Makes a member campaign, and expects it to win. */
  elect(id: NodeId): Member {
    const member = this.get(id);
    assert.equal(member.node.campaign().ok, true);
    this.settle();
    assert.equal(member.node.status().role, Role.leader, `member ${id} was not elected`);
    return member;
  }

  /** Lets restarted members outlive the promises that they may have forgotten (lease reads), without an election. */
  outlivePromises(): void {
    for (const member of this.up()) member.node.setRandomizedElectionTicks(1000);
    this.tick(this.settings.electionTicks ?? 10);
  }

  /** The leader with the highest term, or null. */
  leader(): Member | null {
    let found: Member | null = null;
    for (const member of this.up()) {
      const status = member.node.status();
      if (status.role !== Role.leader) continue;
      if (found === null || found.node.status().term < status.term) found = member;
    }
    return found;
  }

  /** Proposes text at a member and settles. */
  propose(id: NodeId, value: string): Outcome {
    const outcome = this.get(id).node.propose(text(value));
    this.settle();
    return outcome;
  }

  /** Proposes a change at a member and settles. */
  change(id: NodeId, change: ConfChange | ConfChangeV2): Outcome {
    const outcome = this.get(id).node.proposeConfChange(change);
    this.settle();
    return outcome;
  }

  /** Commit index of each member, by id. */
  commits(): Record<NodeId, number> {
    return Object.fromEntries([...this.members].map(([id, member]) => [id, member.node.status().commit]));
  }
}

/** A change in the short form of the scripts: `v4` adds a voter, `l5` a learner, `r1` removes, `u2` updates. */
export function changeOf(
  words: string,
  transition: ConfChangeTransition = ConfChangeTransition.auto,
): ConfChangeV2 {
  const types: Record<string, ConfChangeType> = {
    v: ConfChangeType.addNode,
    l: ConfChangeType.addLearnerNode,
    r: ConfChangeType.removeNode,
    u: ConfChangeType.updateNode,
  };
  const changes = words
    .split(" ")
    .filter((word) => word !== "")
    .map((word) => ({ type: types[word[0] as string] as ConfChangeType, nodeId: Number(word.slice(1)) }));
  return { transition, changes, context: noData };
}

/** Expects a refusal with a certain code. */
export function assertRefused(outcome: Outcome, code: string): void {
  assert.equal(outcome.ok ? "accepted" : outcome.code, code);
  assert.ok(!outcome.ok && outcome.message.length > 10, "a refusal says what to do");
}
