/**
 * The state machine of one member: its state, how it changes roles and terms, and where each message goes.
 *
 * What terms and roles demand stands beside it: `term-rules.ts`, `elections.ts`, `leader.ts`, `follower.ts`,
 * `replication.ts`, `membership.ts`, `reads.ts`. They are functions over this class, which is private to the package;
 * the public face is `RawNode`.
 */

import { emptyMembership, type Membership, type MembershipContext } from "./conf-changer.ts";
import type { ResolvedConfig } from "./config.ts";
import { campaignNow, countVote, handleVoteRequest } from "./elections.ts";
import { type Entry, entriesBytes, payloadBytes } from "./entry.ts";
import type { EventBody, RaftEvent } from "./event.ts";
import { stepCandidate, stepFollower } from "./follower.ts";
import { Inflights } from "./inflights.ts";
import { stepLeader } from "./leader.ts";
import { proposeAutoLeave } from "./membership.ts";
import {
  draftMessage,
  type Message,
  MessageType,
  makeMessage,
  type MessageType as Type,
  transferContext,
} from "./message.ts";
import { accepted, broken, invariant, type Outcome } from "./outcome.ts";
import { Progress } from "./progress.ts";
import type { AckedIndexes } from "./quorum.ts";
import { RaftLog } from "./raft-log.ts";
import { ReadRounds, type WaitingRead } from "./read-rounds.ts";
import type { ReadState } from "./ready.ts";
import { type NodeId, none, type Snapshot } from "./snapshot.ts";
import { type HardState, Role, type SoftState } from "./state.ts";
import { emitVoteIgnored, meetHigherTerm, meetLowerTerm } from "./term-rules.ts";
import type { Emit } from "./unstable-log.ts";

type MessageFields = Partial<Omit<Message, "type" | "to" | "from">>;

/** One member. See the module. */
export class Raft implements AckedIndexes {
  readonly config: ResolvedConfig;
  readonly id: NodeId;
  readonly emit: Emit;
  readonly log: RaftLog;
  private readonly tellsMessages: boolean;

  term = 0;
  vote: NodeId = none;
  lead: NodeId = none;
  role: Role = Role.follower;

  membership: Membership = emptyMembership;
  /** Votes of the present (pre-)campaign. */
  readonly votes = new Map<NodeId, boolean>();

  /** Messages that may be sent at once. */
  messages: Message[] = [];
  /** Messages that acknowledge something, and wait until it is durable. */
  messagesAfterAppend: Message[] = [];
  readStates: ReadState[] = [];

  /** Ticks since this member started; only differences matter. */
  ticks = 0;
  electionElapsed = 0;
  heartbeatElapsed = 0;
  randomizedElectionTicks = 0;
  /** Where the next election timeouts are drawn from; follows what the application measures. */
  electionWindow: { readonly lowTicks: number; readonly spreadTicks: number };
  /**
   * With lease reads: until this tick the leader that was answered last may rely on this member's not electing
   * another, whatever terms it hears of meanwhile. A restarted member honours a promise that it may have forgotten.
   */
  leasePromisedUntil = 0;
  /** A term that the storage surely has: no crash makes this member forget that it took part in it. */
  durableTerm = 0;

  /** Leader: who is to take over, or none. */
  transferee: NodeId = none;
  /** Leader: a successor was told to campaign in this term, so followers may ignore the lease. */
  leaseUnsafe = false;
  /** Leader: no membership change may be proposed until this index is applied. A bound, not always a change. */
  pendingConfIndex = 0;
  /** Leader: payload bytes appended in this term and not yet applied; an estimate that errs to the low side. */
  uncommittedBytes = 0;
  reads: ReadRounds;
  /** Leader: reads that came before the first commit of the term. */
  earlyReads: WaitingRead[] = [];
  /** Tells read answers to this incarnation from those to an earlier one. */
  readonly readNonce: number;

  constructor(config: ResolvedConfig) {
    this.config = config;
    this.id = config.id;
    const sink = config.events;
    this.tellsMessages = sink !== null && config.messageEvents;
    this.emit = sink === null ? null : (body) => sink(toEvent(this.id, this.term, body));
    this.log = new RaftLog(config.storage, config.applyBytesMax, this.emit);
    this.electionWindow = { lowTicks: config.electionTicks, spreadTicks: config.electionSpreadTicks };
    this.reads = new ReadRounds(this.id);
    this.readNonce = config.random.below(Number.MAX_SAFE_INTEGER);
  }

  /** Tells of a message, if somebody wants to know: there are more of these events than of all others together. */
  private emitMessage(kind: "message-queued" | "message-received", message: Message): void {
    this.config.events?.({ id: this.id, term: this.term, kind, message });
  }

  // --- views

  /** What must be durable. */
  hardState(): HardState {
    return { term: this.term, vote: this.vote, commit: this.log.committed };
  }

  softState(): SoftState {
    return { lead: this.lead, role: this.role };
  }

  ackedIndex(id: NodeId): number {
    const progress = this.membership.progress.get(id);
    return progress === undefined ? 0 : progress.match;
  }

  /** Where the progress of new members starts, and their windows. */
  membershipContext(lastIndex: number): MembershipContext {
    const { inflightMessagesMax, inflightBytesMax } = this.config;
    return { lastIndex, inflightMessagesMax, inflightBytesMax };
  }

  /** Whether this member may become leader: a voter that is not waiting for a snapshot. */
  isPromotable(): boolean {
    const own = this.membership.progress.get(this.id);
    return own !== undefined && !own.isLearner && !this.log.hasPendingSnapshot();
  }

  /** Whether an entry of this leader's term has been committed: only then is its commit index up to date (thesis §6.4). */
  hasCommittedInTerm(): boolean {
    return this.log.term(this.log.committed) === this.term;
  }

  // --- sending

  /** Queues a message that may be sent at once. */
  send(type: Type, to: NodeId, fields: MessageFields): void {
    this.queue(makeMessage(type, { ...fields, to, from: this.id, term: fields.term ?? this.term }));
  }

  /** Queues a message as it is: one that is forwarded, or carries no term. */
  queue(message: Message): void {
    if (message.to === this.id) throw broken(`a message of type ${message.type} was addressed to its sender`);
    this.messages.push(message);
    if (this.tellsMessages) this.emitMessage("message-queued", message);
  }

  /**
   * Queues a reply that acknowledges something. Even a refusal waits: it may rest on a term or vote that is not
   * durable yet. A reply to oneself is stepped when the write is done.
   */
  sendAfterAppend(type: Type, to: NodeId, fields: MessageFields): void {
    this.queueAfterAppend(
      makeMessage(type, { ...fields, to, from: this.id, term: fields.term ?? this.term }),
    );
  }

  /** Acknowledges the log up to `index`, to its leader or to itself, once it is durable. */
  acknowledgeAfterAppend(to: NodeId, index: number): void {
    const reply = draftMessage(MessageType.MsgAppResp, to, this.id, this.term);
    reply.index = index;
    this.queueAfterAppend(reply);
  }

  /** Queues an acknowledgement as it is; see {@link sendAfterAppend}. */
  queueAfterAppend(message: Message): void {
    this.messagesAfterAppend.push(message);
    if (this.tellsMessages) this.emitMessage("message-queued", message);
  }

  // --- roles (Raft §5.1, figure 4)

  becomeFollower(term: number, lead: NodeId): void {
    this.reset(term);
    this.lead = lead;
    this.changeRole(Role.follower);
  }

  becomePreCandidate(): void {
    invariant(this.role !== Role.leader, "a leader cannot become a pre-candidate");
    // Neither term nor vote change: that is the point of the pre-vote (thesis §9.6).
    this.votes.clear();
    this.lead = none;
    this.changeRole(Role.preCandidate);
  }

  becomeCandidate(): void {
    invariant(this.role !== Role.leader, "a leader cannot become a candidate");
    this.reset(this.term + 1);
    this.vote = this.id;
    this.changeRole(Role.candidate);
  }

  becomeLeader(): void {
    invariant(this.role !== Role.follower, "a follower cannot become leader without an election");
    this.reset(this.term);
    this.lead = this.id;
    const own = this.membership.progress.get(this.id);
    invariant(own !== undefined, "a leader is a member");
    own.becomeReplicate();
    own.recentActive = true;
    // An uncommitted membership change may be in the log; rather than look, none is proposed until all is applied.
    this.pendingConfIndex = this.log.lastIndex();
    this.changeRole(Role.leader);
  }

  private changeRole(role: Role): void {
    this.role = role;
    this.emit?.({ kind: "role-changed", role, lead: this.lead });
  }

  private reset(term: number): void {
    if (this.term !== term) {
      this.term = term;
      this.vote = none;
    }
    this.lead = none;
    this.electionElapsed = 0;
    this.heartbeatElapsed = 0;
    this.drawElectionTimeout();
    this.transferee = none;
    this.leaseUnsafe = false;
    this.votes.clear();
    this.resetProgress();
    this.pendingConfIndex = 0;
    this.uncommittedBytes = 0;
    const dropped = this.reads.pendingReads + this.earlyReads.length;
    if (dropped > 0) this.emit?.({ kind: "read-dropped", cause: "term-changed", reads: dropped });
    this.reads = new ReadRounds(this.id);
    this.earlyReads = [];
  }

  private resetProgress(): void {
    const { inflightMessagesMax, inflightBytesMax } = this.config;
    const lastIndex = this.log.lastIndex();
    const progress = new Map<NodeId, Progress>();
    for (const [id, { isLearner }] of this.membership.progress) {
      const inflights = new Inflights(inflightMessagesMax, inflightBytesMax);
      progress.set(
        id,
        new Progress(id === this.id ? lastIndex : 0, lastIndex + 1, inflights, isLearner, false),
      );
    }
    this.membership = { config: this.membership.config, progress };
  }

  private drawElectionTimeout(): void {
    const { lowTicks, spreadTicks } = this.electionWindow;
    this.randomizedElectionTicks = lowTicks + this.config.random.below(spreadTicks);
  }

  // --- time

  /** In how many ticks, at least one, the next comes that may do more than count. */
  ticksToEvent(): number {
    const { electionTicks, heartbeatTicks } = this.config;
    if (this.role === Role.leader)
      return Math.max(
        1,
        Math.min(heartbeatTicks - this.heartbeatElapsed, electionTicks - this.electionElapsed),
      );
    if (!this.isPromotable()) return Number.POSITIVE_INFINITY;
    return Math.max(1, this.randomizedElectionTicks - this.electionElapsed);
  }

  tick(): void {
    this.ticks++;
    if (this.role === Role.leader) this.tickLeader();
    else this.tickFollower();
  }

  private tickFollower(): void {
    this.electionElapsed++;
    if (this.electionElapsed < this.randomizedElectionTicks || !this.isPromotable()) return;
    this.electionElapsed = 0;
    this.step(makeMessage(MessageType.MsgHup, { from: this.id }));
  }

  private tickLeader(): void {
    this.heartbeatElapsed++;
    this.electionElapsed++;
    if (this.electionElapsed >= this.config.electionTicks) {
      this.electionElapsed = 0;
      if (this.config.checkQuorum) this.step(makeMessage(MessageType.MsgCheckQuorum, { from: this.id }));
      if (this.role === Role.leader && this.transferee !== none) {
        this.emit?.({ kind: "transfer-timed-out", transferee: this.transferee });
        this.transferee = none;
        this.leaveJointIfDue(); // which could not be proposed meanwhile
      }
    }
    if (this.role !== Role.leader || this.heartbeatElapsed < this.config.heartbeatTicks) return;
    this.heartbeatElapsed = 0;
    this.step(makeMessage(MessageType.MsgBeat, { from: this.id }));
  }

  // --- input

  /** Takes one message: first the term rules, then what does not depend on the role, then the role. */
  step(message: Message): Outcome {
    if (this.tellsMessages) this.emitMessage("message-received", message);
    if (message.type === MessageType.MsgStorageAppendResp)
      this.durableTerm = Math.max(this.durableTerm, message.term);
    if (message.term > this.term) {
      if (!meetHigherTerm(this, message)) return accepted;
    } else if (message.term !== 0 && message.term < this.term) {
      meetLowerTerm(this, message);
      return accepted;
    }
    switch (message.type) {
      case MessageType.MsgHup:
        campaignNow(this, this.config.preVote ? "pre-election" : "election");
        return accepted;
      case MessageType.MsgVote:
      case MessageType.MsgPreVote:
        // The term may have risen by another message since the promise was made.
        if (message.context !== transferContext && this.ticks < this.leasePromisedUntil)
          emitVoteIgnored(this, message);
        else handleVoteRequest(this, message);
        return accepted;
      case MessageType.MsgStorageAppendResp:
        if (message.index !== 0) this.log.unstable.stableTo(message.index, message.logTerm);
        if (message.snapshot !== null) this.snapshotApplied(message.snapshot);
        return accepted;
      case MessageType.MsgStorageApplyResp:
        this.entriesApplied(message);
        return accepted;
      default:
        return this.stepRole(message);
    }
  }

  private stepRole(message: Message): Outcome {
    if (this.role === Role.leader) return stepLeader(this, message);
    if (this.role === Role.follower) return stepFollower(this, message);
    if (message.type === MessageType.MsgVoteResp || message.type === MessageType.MsgPreVoteResp) {
      countVote(this, message);
      return accepted;
    }
    return stepCandidate(this, message);
  }

  // --- what the application reports

  private entriesApplied(message: Message): void {
    const { entries } = message;
    if (entries.length === 0) return;
    this.appliedTo((entries[entries.length - 1] as Entry).index, entriesBytes(entries));
    this.uncommittedBytes = Math.max(0, this.uncommittedBytes - payloadBytes(entries));
  }

  /** Notes that the storage has the snapshot and the application its state. */
  snapshotApplied(snapshot: Snapshot): void {
    const { index } = snapshot.metadata;
    this.log.unstable.stableSnapshotTo(index);
    this.appliedTo(index, 0);
  }

  /** Notes what is applied. */
  appliedTo(index: number, bytes: number): void {
    this.log.appliedTo(Math.max(index, this.log.applied), bytes);
    this.leaveJointIfDue();
  }

  /** A leader leaves a joint configuration that is to be left by itself, once nothing is pending. */
  leaveJointIfDue(): void {
    if (this.role !== Role.leader || !this.membership.config.autoLeave) return;
    if (this.log.applied >= this.pendingConfIndex) proposeAutoLeave(this);
  }
}

/**
 * Adds to an event's body who and in which term. The kinds that come with entry after entry are copied field by field: a copy
 * of one of so many shapes is dear.
 */
function toEvent(id: NodeId, term: number, body: EventBody): RaftEvent {
  switch (body.kind) {
    case "entries-appended":
      return { id, term, kind: body.kind, firstIndex: body.firstIndex, lastIndex: body.lastIndex };
    case "commit-advanced":
      return { id, term, kind: body.kind, from: body.from, commit: body.commit };
    case "read-released":
      return { id, term, kind: body.kind, index: body.index, reads: body.reads };
    case "stable-ignored": {
      const { kind, cause, index, logTerm, ownIndex, ownTerm } = body;
      return { id, term, kind, cause, index, logTerm, ownIndex, ownTerm };
    }
    default:
      return { id, term, ...body };
  }
}
