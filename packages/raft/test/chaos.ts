/**
 * A random campaign against a group of members, drawn from a seed: lost, repeated and reordered messages, partitions,
 * crashes at every point of a Ready, membership changes, transfers, reads and compactions. At the end everything is
 * healed, and the group must come back.
 */

import assert from "node:assert/strict";
import {
  type ConfChangeSingle,
  ConfChangeType,
  isLocalTarget,
  type Message,
  MessageType,
  type NodeId,
  noData,
  Role,
} from "../src/index.ts";
import { Member, type MemberSettings, makeDisk, text } from "./member.ts";
import { SafetyChecker } from "./oracle/safety-checker.ts";
import { SeededRandom } from "./seeded-random.ts";

const electionTicks = 6;

/** Percentages of a campaign; drawn per seed, so that each has its own character. */
type Weights = {
  readonly loss: number;
  readonly repeat: number;
  readonly reorder: number;
  readonly crash: number;
  readonly partition: number;
  readonly change: number;
  readonly transfer: number;
  readonly compact: number;
};

/** One campaign. */
export class Chaos {
  readonly members = new Map<NodeId, Member>();
  readonly checker = new SafetyChecker(this.members);
  private readonly random: SeededRandom;
  private readonly settings: MemberSettings;
  private readonly weights: Weights;
  private readonly cuts = new Set<string>();
  /** Members that start now or may be added later. */
  private readonly ids: readonly NodeId[];
  private network: Message[] = [];
  private nextValue = 1;
  private nextRead = 1;
  /** With leases clocks must not drift: everybody ticks at once. */
  private readonly inLockstep: boolean;

  constructor(seed: number) {
    this.random = new SeededRandom(seed);
    const { random } = this;
    const size = 3 + random.below(3);
    this.ids = [1, 2, 3, 4, 5, 6].slice(0, Math.min(6, size + 1));
    this.inLockstep = random.chance(50);
    this.settings = {
      electionTicks,
      heartbeatTicks: 1,
      random,
      asyncStorageWrites: random.chance(50),
      preVote: random.chance(70),
      checkQuorum: this.inLockstep || random.chance(70),
      readMode: this.inLockstep ? "lease" : "safe",
      leaseMarginTicks: 2,
      freshSnapshots: true,
      stepDownOnRemoval: random.chance(80),
      messageBytesMax: random.pick([0, 40, 100_000]),
      applyBytesMax: random.pick([0, 60, 100_000]),
      inflightMessagesMax: random.pick([1, 3, 100]),
    };
    const often = (percent: number): number => (random.chance(60) ? random.below(percent + 1) : 0);
    this.weights = {
      loss: often(25),
      repeat: often(20),
      reorder: often(40),
      crash: often(4),
      partition: often(6),
      change: often(12),
      transfer: often(3),
      compact: often(5),
    };
    const voters = this.ids.slice(0, size);
    for (const id of this.ids) {
      const disk = voters.includes(id)
        ? makeDisk({ voters })
        : makeDisk({ snapshotIndex: 0, snapshotTerm: 0 });
      const member = new Member(id, disk, this.settings);
      this.members.set(id, member);
      this.checker.watch(member);
    }
  }

  /** Runs the campaign, then heals everything and expects the group to work. */
  run(steps: number): void {
    for (let step = 0; step < steps; step++) this.step();
    this.recover();
  }

  private up(): Member[] {
    return [...this.members.values()].filter(({ isUp }) => isUp);
  }

  private pickUp(): Member | undefined {
    const up = this.up();
    return up.length === 0 ? undefined : this.random.pick(up);
  }

  private step(): void {
    const { random, weights } = this;
    if (this.inLockstep) {
      if (random.chance(25)) for (const member of this.up()) tick(member);
    } else if (random.chance(60)) {
      for (const member of this.up()) if (random.chance(40)) tick(member);
    }
    this.deliver();
    if (random.chance(30)) this.request();
    if (random.chance(weights.change)) this.changeMembers();
    if (random.chance(weights.transfer)) this.pickUp()?.node.transferLeadership(random.pick(this.ids));
    if (random.chance(weights.compact)) this.compact(this.pickUp());
    if (random.chance(weights.partition)) this.shuffleLinks();
    if (random.chance(weights.crash)) this.crash(random.pick([...this.members.values()]));
    for (const member of this.up()) if (random.chance(70)) this.work(member);
    for (const member of this.members.values()) if (!member.isUp && random.chance(8)) this.restart(member);
  }

  // --- the network

  private send(member: Member, messages: readonly Message[]): void {
    for (const message of messages) {
      this.checker.checkSent(member, message);
      if (this.random.chance(this.weights.loss)) {
        this.reportSnapshot(message, false);
        continue;
      }
      this.network.push(message);
      if (this.random.chance(this.weights.repeat)) this.network.push(message);
    }
  }

  private deliver(): void {
    const { random } = this;
    for (let budget = random.below(8); budget > 0 && this.network.length > 0; budget--) {
      const place = random.chance(this.weights.reorder) ? random.below(this.network.length) : 0;
      const [message] = this.network.splice(place, 1);
      if (message === undefined) continue;
      const receiver = this.members.get(message.to);
      if (receiver?.isUp !== true || this.cuts.has(`${message.from}>${message.to}`)) {
        this.reportSnapshot(message, false);
        continue;
      }
      const outcome = receiver.node.step(message);
      assert.ok(
        outcome.ok || outcome.code !== "storage",
        `member ${message.to} failed: ${JSON.stringify(outcome)}`,
      );
      this.reportSnapshot(message, true);
      this.look(receiver);
    }
  }

  /** A transport must tell what became of each snapshot. */
  private reportSnapshot({ type, from, to }: Message, isDelivered: boolean): void {
    const sender = this.members.get(from);
    if (type === MessageType.MsgSnap && sender?.isUp === true) sender.node.reportSnapshot(to, isDelivered);
  }

  private shuffleLinks(): void {
    const { random, ids } = this;
    this.cuts.clear();
    if (random.chance(25)) return;
    if (random.chance(50)) {
      const isLeft = new Set(ids.filter(() => random.chance(40)));
      for (const from of ids)
        for (const to of ids) if (isLeft.has(from) !== isLeft.has(to)) this.cuts.add(`${from}>${to}`);
      return;
    }
    const percent = random.pick([20, 50]);
    for (const from of ids) {
      for (const to of ids) if (from !== to && random.chance(percent)) this.cuts.add(`${from}>${to}`);
    }
  }

  // --- members

  /** Does one piece of a member's work, and may crash it in the middle. */
  private work(member: Member): void {
    const { random } = this;
    const crashes = random.chance(this.weights.crash);
    const ready = member.take();
    if (ready !== null) {
      if (!member.isAsync) this.checker.checkStored(member, ready.entries);
      const messages = ready.messages.filter(({ to }) => !isLocalTarget(to));
      this.look(member);
      if (crashes && random.chance(50)) return this.crash(member);
      this.send(member, messages);
      if (crashes) return this.crash(member);
      if (!member.isAsync) member.finish(ready);
    }
    if (!member.isAsync) return this.look(member);
    if (random.chance(60)) {
      const entries = member.appendWork[0]?.entries ?? [];
      const responses = member.runAppend();
      this.checker.checkStored(member, entries);
      if (crashes) return this.crash(member);
      this.send(member, responses);
    }
    if (random.chance(60)) member.runApply();
    this.look(member);
  }

  private look(member: Member): void {
    this.checker.checkState(member);
    this.checker.checkReads(member);
  }

  private crash(member: Member): void {
    if (member.isUp) member.crash();
  }

  private restart(member: Member): void {
    member.restart();
    this.checker.watch(member);
    this.checker.marks.restarts++;
  }

  private compact(member: Member | undefined): void {
    if (member === undefined) return;
    // Only what is durable may be dropped; in synchronous mode more may be applied than is synced.
    const last = Math.min(member.appliedIndex, member.disk.lastIndex());
    if (last === member.appliedIndex) member.compact(Math.max(0, last - this.random.below(4)), noData);
  }

  // --- clients

  private request(): void {
    const member = this.pickUp();
    if (member === undefined) return;
    if (this.random.chance(50)) {
      member.node.propose(text(`value ${this.nextValue++}`));
    } else {
      const requestId = this.nextRead++;
      this.checker.beginRead(member, requestId);
      member.node.readIndex(requestId, this.random.chance(20) ? "safe" : undefined);
    }
    this.look(member);
  }

  private changeMembers(): void {
    const { random } = this;
    const types = [ConfChangeType.addNode, ConfChangeType.addLearnerNode, ConfChangeType.removeNode];
    const changes: ConfChangeSingle[] = [];
    for (let count = random.below(3); count >= 0; count--) {
      changes.push({ type: random.pick(types), nodeId: random.pick(this.ids) });
    }
    const transition = random.pick([0, 0, 1, 2] as const);
    const leave = random.chance(20);
    this.pickUp()?.node.proposeConfChange({
      transition: leave ? 0 : transition,
      changes: leave ? [] : changes,
      context: noData,
    });
  }

  // --- the end

  /** Heals everything. A leader must be found, a last entry must reach everybody, and reads must be answered. */
  private recover(): void {
    this.cuts.clear();
    for (const member of this.members.values()) if (!member.isUp) this.restart(member);
    let leader = this.findLeader();
    if (leader === null) return;
    const { config: found } = leader.node.status();
    assert.ok(!found.autoLeave, "V3: a joint configuration is not left by itself");
    if (found.votersOutgoing.length > 0) {
      // An explicit one is left by hand, and may take its leader with it.
      leader.node.proposeConfChange({ transition: 0, changes: [], context: noData });
      leader = this.findLeader();
      if (leader === null) return;
    }
    const value = `value ${this.nextValue++}`;
    const accepted = leader.node.propose(text(value));
    if (!accepted.ok && accepted.code === "not-a-member") return; // leads on, uncounted, until somebody else does
    assert.ok(accepted.ok, `V3: ${JSON.stringify(accepted)}`);
    const requestId = this.nextRead++;
    this.checker.beginRead(leader, requestId);
    const { reads } = this.checker.marks;
    leader.node.readIndex(requestId);
    for (let tick = 0; tick < 4 * electionTicks; tick++) this.calm();
    assert.ok(this.checker.marks.reads > reads, "V3: a read of a healthy leader is not answered");
    const { commit, config } = leader.node.status();
    assert.equal(
      this.checker.decided.get(commit)?.text,
      value,
      "V3: a proposal of a healthy leader is not committed",
    );
    for (const id of [...config.voters, ...config.learners]) {
      const member = this.members.get(id);
      if (member?.isUp === true)
        assert.equal(member.appliedIndex, commit, `V4: member ${id} does not catch up`);
    }
  }

  /** Without pre-vote and check-quorum, members that do not know that they were removed disturb the others for ever. */
  private stopRemoved(): void {
    if (this.settings.preVote === true && this.settings.checkQuorum === true) return;
    const [first, ...rest] = this.up();
    assert.ok(first !== undefined);
    const ahead = rest.reduce(
      (best, member) => (member.appliedIndex > best.appliedIndex ? member : best),
      first,
    );
    const { voters, votersOutgoing, learners } = ahead.node.status().config;
    const kept = new Set([...voters, ...votersOutgoing, ...learners]);
    for (const member of this.members.values()) {
      const isWanted = kept.has(member.id) || member.confState.voters.length === 0;
      if (member.isUp && !isWanted) member.crash();
      if (!member.isUp && isWanted) this.restart(member);
    }
  }

  /**
   * Whether some member could still be elected. A configuration takes effect when it is applied, so if a leader
   * removes itself and nobody else learns that this was committed, those who may campaign can have shorter logs than
   * those who may not any more, and still need their votes.
   */
  private canSomebodyWin(): boolean {
    return this.up().some((candidate) => {
      const { voters, votersOutgoing } = candidate.node.status().config;
      if (!voters.includes(candidate.id) && !votersOutgoing.includes(candidate.id)) return false;
      return [voters, votersOutgoing].every((half) => {
        const grants = half.filter((id) => this.wouldGrant(id, candidate)).length;
        return half.length === 0 || grants * 2 > half.length;
      });
    });
  }

  private wouldGrant(id: NodeId, candidate: Member): boolean {
    const voter = this.members.get(id);
    if (voter?.isUp !== true) return false;
    const own = voter.node["raft"].log;
    const other = candidate.node["raft"].log;
    if (own.lastTerm() !== other.lastTerm()) return own.lastTerm() < other.lastTerm();
    return own.lastIndex() <= other.lastIndex();
  }

  /** The leader that is found when everything works; null if the group is wedged. */
  private findLeader(): Member | null {
    let leader: Member | null = null;
    for (let tick = 0; tick < 30 * electionTicks; tick++) {
      this.stopRemoved();
      this.calm();
      leader = this.up().find(({ node }) => node.status().role === Role.leader) ?? null;
    }
    if (leader === null) {
      assert.ok(!this.canSomebodyWin(), "V1: no leader is elected in a healthy group");
      this.checker.wedged++;
    }
    return leader;
  }

  private transmit(member: Member, messages: readonly Message[]): void {
    for (const message of messages) this.checker.checkSent(member, message);
    this.network.push(...messages);
  }

  /** One tick of a healthy network, delivered to the end. */
  private calm(): void {
    for (const member of this.up()) tick(member);
    for (let round = 0; round < 200; round++) {
      for (const member of this.up()) {
        while (member.hasWork()) {
          this.transmit(member, member.process());
          this.transmit(member, member.runAppend());
          member.runApply();
        }
        this.look(member);
      }
      const batch = this.network;
      this.network = [];
      if (batch.length === 0) return;
      for (const message of batch) {
        const receiver = this.members.get(message.to);
        receiver?.node.step(message);
        this.reportSnapshot(message, true);
      }
    }
    assert.fail("V2: the members never stop talking");
  }
}

/** One tick; it only counts if the core said that it would. */
function tick({ node }: Member): void {
  const look = (): unknown[] => [node.hasReady(), node.role, node.term, node.lead, node.lastIndex];
  const left = node.ticksToEvent();
  const before = look();
  assert.ok(node.tick().ok);
  if (left > 1) assert.deepEqual([...look(), node.ticksToEvent()], [...before, left - 1]);
}
