/**
 * RawNode: the public face of the core. Inputs go in, a {@link Ready} comes out; nothing happens in between.
 */

import {
  type ConfChange,
  type ConfChangeV2,
  encodeConfChange,
  encodeConfChangeV2,
  isSingleChange,
} from "./conf-change.ts";
import { restoreMembership } from "./conf-changer.ts";
import { type RaftConfig, type ReadMode, resolveConfig } from "./config.ts";
import { type CoreView, viewCore } from "./core-view.ts";
import { type Entry, EntryType, makeEntry } from "./entry.ts";
import { applyCommittedChange, switchMembership } from "./membership.ts";
import {
  draftMessage,
  isLocalMessage,
  isLocalTarget,
  isResponseMessage,
  type Message,
  MessageType,
  makeMessage,
} from "./message.ts";
import { accepted, invariant, type Outcome, RaftError, refuse } from "./outcome.ts";
import { Raft } from "./raft.ts";
import { holdsLease } from "./reads.ts";
import type { Ready } from "./ready.ts";
import { ReadyBuilder } from "./ready-builder.ts";
import { type ConfState, type NodeId, none } from "./snapshot.ts";
import { type HardState, Role } from "./state.ts";
import { type Status, statusOf } from "./status.ts";
import { isLeaseHeld } from "./term-rules.ts";

/**
 * One member of a Raft group, without I/O and without a clock. Single-threaded and not re-entrant.
 *
 * ```ts
 * const node = new RawNode({ id: 1, electionTicks: 10, heartbeatTicks: 1, storage, random });
 * // whenever time passes, a message arrives or a client proposes:
 * node.tick(); node.step(message); node.propose(bytes);
 * // then, while there is something to do:
 * while (node.hasReady()) {
 *   const ready = node.ready();
 *   // store (durably if ready.mustSync), send, apply: see Ready
 *   node.advance();
 * }
 * ```
 *
 * After a `storage` refusal, and after any method threw, the member is unusable: stop it and restart from disk.
 */
export class RawNode {
  /** A look inside, for observers. */
  readonly view: CoreView;
  private readonly raft: Raft;
  private readonly isAsync: boolean;
  private readonly builder: ReadyBuilder;
  private isReadyOut = false;
  private failure: RaftError | null = null;

  /**
   * Starts or restarts a member from what its storage holds. A new group's members start from a storage with the same
   * snapshot at index 1 or later, whose configuration names them all.
   * @throws RaftError `config` for settings that contradict each other, `storage` for a log that cannot be.
   */
  constructor(config: RaftConfig) {
    const resolved = resolveConfig(config);
    this.isAsync = resolved.asyncStorageWrites;
    const raft = new Raft(resolved);
    this.raft = raft;
    this.view = viewCore(raft);
    const { hardState, confState } = resolved.storage.initialState();
    const membership = restoreMembership(confState, raft.membershipContext(raft.log.lastIndex()));
    if ("ok" in membership)
      throw new RaftError("storage", `the stored configuration is invalid: ${membership.message}`, "corrupt");
    switchMembership(raft, membership);
    this.loadHardState(hardState, resolved.applied);
    if (resolved.applied > 0) raft.log.appliedTo(resolved.applied, 0);
    raft.becomeFollower(raft.term, none);
    // A restarted member may have promised a lease that it no longer remembers.
    if (resolved.readMode === "lease" && raft.term > 0) raft.leasePromisedUntil = resolved.electionTicks;
    this.builder = new ReadyBuilder(raft);
    raft.emit?.({
      kind: "started",
      members: membership.config.voters,
      commit: raft.log.committed,
      applied: raft.log.applied,
      lastIndex: raft.log.lastIndex(),
      lastTerm: raft.log.lastTerm(),
    });
  }

  /**
   * The stored commit index may lag, since it is not synced for its own sake: what was compacted or applied was
   * committed, whatever it says.
   */
  private loadHardState({ term, vote, commit }: HardState, applied: number): void {
    const { log } = this.raft;
    const committed = Math.max(commit, applied, log.committed);
    if (committed > log.lastIndex()) {
      throw new RaftError(
        "storage",
        `the stored log ends at ${log.lastIndex()}, but index ${committed} is committed (hard state: ${commit}, applied: ${applied}): acknowledged entries were lost; this member must be replaced`,
        "corrupt",
      );
    }
    log.committed = committed;
    this.raft.term = term;
    this.raft.durableTerm = term;
    this.raft.vote = vote;
  }

  // --- inputs

  /** One tick of the application's monotonic clock, or several quiet ones. Ticks must not be made up for after a pause. */
  tick(count = 1): Outcome {
    return this.guard(() => {
      for (let left = count; left > 0; left--) this.raft.tick();
      return accepted;
    });
  }

  /**
   * In how many ticks, at least one, the next comes that may do more than count: a heartbeat, a campaign, a check of the
   * quorum; infinity: none does. Until then the application need not wake up for time to pass. It must count the *quiet*
   * ticks before it when the next input is there, and before that input: leases and timeouts are counted from them.
   */
  ticksToEvent(): number {
    return this.raft.ticksToEvent();
  }

  /**
   * Takes a message from a peer, or a response from the own storage threads. Local messages of peers
   * (`local-message`) and answers from strangers (`unknown-peer`) are refused.
   */
  step(message: Message): Outcome {
    const isOwn = isLocalTarget(message.from);
    if (isLocalMessage(message.type) && !isOwn) {
      return refuse("local-message", `a peer (member ${message.from}) must not send local messages`);
    }
    if (isResponseMessage(message.type) && !isOwn && !this.raft.membership.progress.has(message.from)) {
      return refuse("unknown-peer", `member ${message.from}, who answered, is not in the configuration`);
    }
    return this.stepOwn(message);
  }

  /**
   * Starts an election now instead of at the timeout. With lease reads, refused (`lease-reads`) while a leader may rely
   * on this member's not taking part in another election.
   */
  campaign(): Outcome {
    const { id, config } = this.raft;
    if (config.readMode === "lease" && this.raft.role !== Role.leader && isLeaseHeld(this.raft)) {
      return refuse(
        "lease-reads",
        "with lease reads a member must not campaign while its leader may hold a lease",
      );
    }
    return this.stepOwn(makeMessage(MessageType.MsgHup, { from: id }));
  }

  /**
   * Proposes bytes for the log; a follower forwards them to its leader. Accepted does not mean committed: a change of
   * leader may lose the entry. Whoever needs to know puts an id into the data and watches what is applied.
   */
  propose(data: Uint8Array): Outcome {
    return this.proposeEntries([makeEntry(EntryType.normal, 0, 0, data)]);
  }

  /** Proposes several entries at once, in this order; all are taken or none. */
  proposeBatch(batch: readonly Uint8Array[]): Outcome {
    if (batch.length === 0) return accepted;
    return this.proposeEntries(batch.map((data) => makeEntry(EntryType.normal, 0, 0, data)));
  }

  /**
   * Proposes a membership change. One that comes at the wrong time is refused and leaves an empty entry in the log.
   * A leader that forwards knows the outcome only from what is applied.
   */
  proposeConfChange(change: ConfChange | ConfChangeV2): Outcome {
    const entry = isSingleChange(change)
      ? makeEntry(EntryType.confChange, 0, 0, encodeConfChange(change))
      : makeEntry(EntryType.confChangeV2, 0, 0, encodeConfChangeV2(change));
    return this.proposeEntries([entry]);
  }

  private proposeEntries(entries: readonly Entry[]): Outcome {
    const proposal = draftMessage(MessageType.MsgProp, none, this.raft.id, 0);
    proposal.entries = entries;
    return this.stepOwn(proposal);
  }

  /**
   * Puts a membership change into force. Must be called for every committed membership entry, when it is applied,
   * with the decoded change, or with one that has no changes and the same transition if the application vetoes it.
   * Returns the configuration now in force, to be kept with snapshots.
   * @throws RaftError if the core had failed or fails now.
   */
  applyConfChange(change: ConfChange | ConfChangeV2): ConfState {
    if (this.failure !== null) throw this.failure;
    try {
      return applyCommittedChange(this.raft, change);
    } catch (error) {
      throw this.fail(error);
    }
  }

  /**
   * Asks for a linearizable read index; a later Ready's `readStates` answer with this id. The answer may never come
   * (lost messages, a change of leader): ask again with another id. Ids must not repeat in one run of this member.
   * With lease reads configured, `safe` still asks for a round of heartbeats.
   */
  readIndex(requestId: number, mode: ReadMode = this.raft.config.readMode): Outcome {
    const { id, readNonce } = this.raft;
    const insists = mode === "safe" && this.raft.config.readMode === "lease";
    const request = draftMessage(MessageType.MsgReadIndex, none, id, 0);
    request.context = requestId;
    request.contextNonce = readNonce;
    request.reject = insists;
    return this.stepOwn(request);
  }

  /**
   * Asks the leader to hand over to `transferee`, within an election timeout. Proposals are refused meanwhile.
   */
  transferLeadership(transferee: NodeId): Outcome {
    const { id } = this.raft;
    return this.stepOwn(makeMessage(MessageType.MsgTransferLeader, { from: transferee, to: id }));
  }

  /**
   * Makes a leader a follower at its present term, without a successor: others elect one after a timeout. For a leader
   * that finds itself unfit (its disk stalls) and has nobody to hand over to.
   */
  resign(): Outcome {
    return this.guard(() => {
      const { raft } = this;
      if (raft.role === Role.leader) {
        raft.emit?.({ kind: "stepped-down", cause: "resigned" });
        raft.becomeFollower(raft.term, none);
      }
      return accepted;
    });
  }

  /**
   * Sets where election timeouts are drawn from, `[lowTicks, lowTicks + spreadTicks)`, from the next draw on. Not
   * below the configured `electionTicks`: leases count on those.
   */
  setElectionWindow(lowTicks: number, spreadTicks: number): void {
    const { electionTicks } = this.raft.config;
    const isWindow = Number.isFinite(lowTicks) && Number.isFinite(spreadTicks);
    invariant(isWindow, `an election window needs two numbers, not ${lowTicks} and ${spreadTicks}`);
    this.raft.electionWindow = {
      lowTicks: Math.max(electionTicks, Math.floor(lowTicks)),
      spreadTicks: Math.max(1, Math.floor(spreadTicks)),
    };
  }

  /** Makes a follower forget its leader, which another channel found dead, so that it may vote at once. */
  forgetLeader(): Outcome {
    return this.stepOwn(makeMessage(MessageType.MsgForgetLeader, { from: this.raft.id }));
  }

  /** The last message to `peer` could not be delivered. */
  reportUnreachable(peer: NodeId): Outcome {
    return this.stepOwn(makeMessage(MessageType.MsgUnreachable, { from: peer }));
  }

  /** The snapshot sent to `peer` was delivered, or was not; must be called for each, or `peer` gets nothing more. */
  reportSnapshot(peer: NodeId, isDelivered: boolean): Outcome {
    return this.stepOwn(makeMessage(MessageType.MsgSnapStatus, { from: peer, reject: !isDelivered }));
  }

  /** Ends the lease, because the process was paused: ticks did not count that time. The next round begins another. */
  breakLease(): void {
    this.raft.reads.breakLease();
  }

  /**
   * Sets the present election timeout, in ticks; the next change of role draws another. For tests. With lease reads, not
   * below `electionTicks`.
   */
  setRandomizedElectionTicks(ticks: number): void {
    const { readMode, electionTicks } = this.raft.config;
    this.raft.randomizedElectionTicks = readMode === "lease" ? Math.max(ticks, electionTicks) : ticks;
  }

  // --- effects

  /** Whether {@link ready} would have anything to do. */
  hasReady(): boolean {
    return this.builder.hasReady();
  }

  /**
   * Hands out the effects of all inputs since the last call. In synchronous mode `advance()` must come in between.
   * @throws RaftError if the core had failed, or the storage fails now.
   */
  ready(): Ready {
    if (this.failure !== null) throw this.failure;
    invariant(this.isAsync || !this.isReadyOut, "ready() was called again before advance()");
    try {
      const ready = this.builder.take();
      this.isReadyOut = true;
      return ready;
    } catch (error) {
      throw this.fail(error);
    }
  }

  /**
   * Synchronous mode: the last Ready is stored, sent and applied.
   * @throws RaftError if the core fails.
   */
  advance(): void {
    invariant(!this.isAsync, "with asynchronous storage writes there is no advance(): deliver the responses");
    if (this.failure !== null) throw this.failure;
    this.isReadyOut = false;
    try {
      for (const message of this.builder.takeSteps()) this.raft.step(message);
    } catch (error) {
      throw this.fail(error);
    }
  }

  // --- views

  get term(): number {
    return this.raft.term;
  }

  get role(): Role {
    return this.raft.role;
  }

  /** The leader of the term, as far as this member knows; 0 if it knows none. */
  get lead(): NodeId {
    return this.raft.lead;
  }

  get commit(): number {
    return this.raft.log.committed;
  }

  get lastIndex(): number {
    return this.raft.log.lastIndex();
  }

  /** Leader: whether a membership change would be refused now, because an earlier one may not be applied yet. */
  get isChangePending(): boolean {
    return this.raft.pendingConfIndex > this.raft.log.applied;
  }

  /** The configuration in force. */
  get config(): ConfState {
    return this.raft.membership.config;
  }

  /** Everything worth knowing, as a copy. */
  status(): Status {
    return statusOf(this.raft);
  }

  /** Whether this leader's lease holds now; always false without lease reads. */
  hasLease(): boolean {
    return this.raft.lead === this.raft.id && holdsLease(this.raft);
  }

  // --- failure

  private stepOwn(message: Message): Outcome {
    if (this.failure !== null) return refuse("storage", this.failure.message);
    try {
      return this.raft.step(message);
    } catch (error) {
      return refuse("storage", this.fail(error).message);
    }
  }

  private guard(input: () => Outcome): Outcome {
    if (this.failure !== null) return refuse("storage", this.failure.message);
    try {
      return input();
    } catch (error) {
      return refuse("storage", this.fail(error).message);
    }
  }

  /** Remembers a failure, so that nothing more is decided on a state that cannot be trusted. */
  private fail(error: unknown): RaftError {
    if (!(error instanceof RaftError)) throw error;
    this.failure = error;
    this.raft.emit?.({ kind: "failed", message: error.message });
    return error;
  }
}
