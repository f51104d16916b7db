/**
 * The engine: the loop of one member. The README draws it.
 */

import {
  appendThread,
  applyThread,
  type Message,
  type NodeId,
  none,
  type Outcome,
  RawNode,
  type Status,
} from "@quorate/raft";
import { Applier } from "./applier.ts";
import { ApplyQueue } from "./apply-queue.ts";
import { Conditions } from "./conditions.ts";
import { coreConfig } from "./core-config.ts";
import type { EngineParts } from "./engine-parts.ts";
import type { MemberEvent } from "./event.ts";
import { LeadershipWatch } from "./leadership-watch.ts";
import { LogWriter, type WriteReport } from "./log-writer.ts";
import { definitely, type MemberError, type MemberErrorCode, perhaps } from "./member-error.ts";
import { ProposalDesk } from "./proposal-desk.ts";
import { ProposalSender, type RemoteBatch } from "./proposal-sender.ts";
import { ProposalTable } from "./proposal-table.ts";
import { ReadDesk } from "./read-desk.ts";
import { Snapshotter } from "./snapshotter.ts";
import { StateKeeper } from "./state-keeper.ts";
import { Ticker } from "./ticker.ts";

/** How a read is to be answered. */
export type Consistency = "linearizable" | "lease" | "stale";

/** See the module. */
export class Engine {
  readonly node: RawNode;
  readonly parts: EngineParts;
  readonly conditions: Conditions;
  readonly desk: ProposalDesk;
  readonly nonce: number;
  private readonly writer: LogWriter;
  private readonly ticker: Ticker;
  private readonly proposals: ProposalTable;
  private readonly sender: ProposalSender;
  private readonly applier: Applier;
  private readonly applying: ApplyQueue;
  private readonly keeper: StateKeeper;
  private readonly reads: ReadDesk;
  private readonly snapshotter: Snapshotter;
  private readonly leadership: LeadershipWatch;

  private inbox: Message[] = [];
  private finished: Message[] = [];
  private isScheduled = false;
  private state: "idle" | "running" | "stopping" | "ended" = "idle";
  private endError: MemberError | null = null;
  constructor(parts: EngineParts) {
    this.parts = parts;
    const { clock, limits, random, log } = parts;
    this.nonce = random.below(Number.MAX_SAFE_INTEGER);
    this.snapshotter = new Snapshotter(this, log);
    this.node = new RawNode(coreConfig(parts, this.snapshotter.storage));
    this.leadership = new LeadershipWatch(this.node.term);
    this.ticker = new Ticker(this);
    this.conditions = new Conditions(this, clock.now());
    this.proposals = new ProposalTable({
      proposalsMax: limits.proposalsMax,
      bytesMax: limits.proposalBytesMax,
    });
    this.sender = new ProposalSender(this, this.proposals);
    this.desk = new ProposalDesk(this, this.proposals, this.sender);
    this.applier = new Applier(this, this.proposals);
    this.keeper = new StateKeeper(this);
    this.applying = new ApplyQueue(this, this.keeper, (entries) => this.applier.apply(entries));
    this.reads = new ReadDesk(this);
    this.writer = new LogWriter(log, () => clock.now(), {
      onDurable: (responses, report) => this.writeFinished(responses, report),
      onSnapshot: (snapshot, hardState) => this.snapshotter.restore(snapshot, hardState),
      onFailure: (error) => this.fail("the log could not be written", error),
    });
  }

  // --- life

  /** Begins to run. */
  start(): void {
    this.state = "running";
    this.wake();
  }

  /** Stops: callers are told, what is being written is finished. */
  async stop(): Promise<void> {
    if (this.state === "ended" || this.state === "stopping") return;
    const wasRunning = this.state === "running";
    this.state = "stopping";
    this.end(() => perhaps("stopped", "this member is stopping"));
    if (wasRunning) await this.writer.drained();
    await this.snapshotter.idle();
    await this.keeper.settle();
    this.state = "ended";
  }

  /** Ends the member on an error that it must not go on after. */
  fail(what: string, cause: unknown): void {
    if (this.state === "ended") return;
    this.state = "ended";
    const text = cause instanceof Error ? cause.message : String(cause);
    const message = `${what}: ${text}`;
    this.emit({ kind: "failed", message });
    this.end(() => perhaps("failed", `this member ended: ${message}`));
    this.parts.onFailure(new Error(message, { cause }));
  }

  private end(makeError: () => MemberError): void {
    this.endError = makeError();
    this.ticker.stop();
    this.proposals.rejectAll(makeError);
    this.reads.rejectAll(makeError);
    this.sender.end(makeError);
    this.leadership.tell();
  }

  get isRunning(): boolean {
    return this.state === "running";
  }

  /** Refuses while the member cannot take requests. */
  checkRunning(): void {
    if (this.state === "running") {
      const { isIsolated, isRemoved } = this.conditions;
      if (isRemoved) throw definitely("removed", "this member was removed from the cluster; ask another one");
      if (isIsolated) throw definitely("isolated", "this member was isolated by an administrator");
      return;
    }
    const code: MemberErrorCode = this.endError?.code ?? "stopped";
    throw definitely(code, this.endError?.message ?? "this member is not running yet");
  }

  emit(event: MemberEvent): void {
    this.parts.events?.({ source: "member", event });
  }

  // --- requests

  /** To be called before the core is asked outside of a turn for something that it measures in ticks. */
  catchUp(): void {
    if (this.state === "running") this.ticker.catchUp();
  }

  /** Runs `run` on a state that is recent enough; rejects if that cannot be had in time. */
  read<Value>(run: () => Value, consistency: Consistency, timeoutMs: number): Promise<Value> {
    if (consistency === "stale") {
      this.checkRunning();
      return Promise.resolve(run());
    }
    this.checkRunning();
    const refusal = this.conditions.refusal();
    if (refusal !== null) throw refusal;
    return new Promise((resolve, reject) => {
      const read = {
        deadlineMs: this.parts.clock.now() + timeoutMs,
        run: () => {
          try {
            resolve(run());
          } catch (error) {
            reject(error instanceof Error ? error : new Error(String(error)));
          }
        },
        reject,
      };
      this.reads.add(read, consistency === "lease");
      this.wake();
    });
  }

  /** Ends what waits for a leader: a majority is missing. */
  refuseWaiting(error: MemberError): void {
    this.sender.refuseWaiting(error);
    this.reads.rejectAll(() => error);
  }

  /** A peer's proposals, to be put into the log by this leader. */
  takeRemote(batch: RemoteBatch): void {
    this.sender.addRemote(batch);
    this.wake();
  }

  /** Calls back whenever leader, role or term change, until the returned function is called. */
  watchLeadership(watcher: () => void): () => void {
    return this.leadership.watch(watcher);
  }

  /** Makes a snapshot now. */
  async snapshotNow(): Promise<void> {
    this.checkRunning();
    const error = await this.snapshotter.take();
    if (error !== null) throw perhaps("failed", `no snapshot was made: ${error.message}`, { cause: error });
  }

  status(): Status {
    return this.node.status();
  }

  // --- arrivals

  /** Takes a message of a peer. */
  receive(message: Message): void {
    if (this.state !== "running") return;
    if (this.inbox.length >= this.parts.limits.inboxMax) this.inbox.shift();
    this.inbox.push(message);
    this.wake();
  }

  private writeFinished(responses: readonly Message[], report: WriteReport): void {
    this.conditions.noteWrite(report, this.parts.clock.now());
    this.emit({ kind: "disk-write", entries: report.entries, durationMs: report.durationMs });
    for (const response of responses) this.finished.push(response);
    if (this.state === "running") this.wake();
  }

  /** Asks for a turn. */
  wake(): void {
    if (this.isScheduled || this.state !== "running") return;
    this.isScheduled = true;
    this.parts.clock.defer(this.turn);
  }

  // --- the turn

  private readonly turn = (): void => {
    this.isScheduled = false;
    if (this.state !== "running") return;
    const nowMs = this.parts.clock.now();
    const beat = this.ticker.begin(nowMs);
    try {
      if (beat.isShort) this.node.breakLease();
      if (beat.pausedMs > 0) {
        this.conditions.notePause(nowMs);
        this.emit({ kind: "paused", pausedMs: beat.pausedMs });
      }
      this.ticker.count(beat.quietTicks);
      this.takeFinished();
      this.takeInbox();
      this.reads.ask(nowMs);
      this.sender.send(nowMs);
      this.ticker.count(beat.ticks);
      if (this.ticker.takesDuty()) this.doDuty(nowMs);
      this.drain();
    } catch (error) {
      this.fail("this member cannot go on", error);
      return;
    }
    if (this.isRunning) this.ticker.arm(nowMs);
  };

  private takeFinished(): void {
    if (this.finished.length === 0) return;
    const { finished } = this;
    this.finished = [];
    this.deliver(finished);
  }

  /** Steps what is for this member, sends the rest. */
  private deliver(responses: readonly Message[]): void {
    const outgoing: Message[] = [];
    for (const message of responses) {
      if (message.to === this.parts.id) this.check(this.node.step(message));
      else outgoing.push(message);
    }
    if (outgoing.length > 0) this.parts.transport.send(outgoing);
  }

  private takeInbox(): void {
    if (this.inbox.length === 0) return;
    const { inbox } = this;
    this.inbox = [];
    for (const message of inbox) this.check(this.node.step(message));
  }

  /** A refused input is the peer's affair, unless it says that this member cannot go on. */
  check(outcome: Outcome): void {
    if (!outcome.ok && outcome.code === "storage") throw new Error(outcome.message);
  }

  /** What is looked at ten times a second. */
  private doDuty(nowMs: number): void {
    // Something other than a write of the log met it (a snapshot that came in, or went out), and told its caller alone.
    if (this.parts.log.error !== null) throw this.parts.log.error;
    this.proposals.expire(nowMs);
    this.reads.look(nowMs);
    this.conditions.look(nowMs, this.writer.busySinceMs);
    this.keeper.look();
    this.snapshotter.look(nowMs);
    this.writer.rest(nowMs);
  }

  private drain(): void {
    const outgoing: Message[] = [];
    this.applying.beginTurn();
    for (;;) {
      this.work(outgoing);
      const due = this.writer.kick();
      if (due.length === 0) break;
      for (const message of due) {
        if (message.to === this.parts.id) this.check(this.node.step(message));
        else outgoing.push(message);
      }
    }
    if (outgoing.length > 0) this.parts.transport.send(outgoing);
    this.reads.release(this.parts.replica.applied);
    this.snapshotter.serve();
  }

  /** Takes what the core has and applies what it may, until neither leads to anything more. */
  private work(outgoing: Message[]): void {
    for (;;) {
      // What a Ready says comes before what waits to be applied: it may be that it must not be applied any more.
      const hasReady = this.node.hasReady();
      if (hasReady) this.takeReady(outgoing);
      if (!this.applying.run() && !hasReady) return;
    }
  }

  private takeReady(outgoing: Message[]): void {
    const ready = this.node.ready();
    for (const { index, requestId } of ready.readStates) this.reads.confirm(requestId, index);
    for (const message of ready.messages) {
      if (message.to === appendThread) {
        if (message.snapshot !== null) this.applying.hold();
        this.writer.add(message);
      } else if (message.to === applyThread) {
        this.applying.add(message);
      } else {
        outgoing.push(message);
      }
    }
    this.noteLeadership();
  }

  private noteLeadership(): void {
    const { lead, term, role } = this.node;
    const isTermNew = term !== this.leadership.term;
    if (!this.leadership.note(lead, term, role)) return;
    const nowMs = this.parts.clock.now();
    if (isTermNew || lead !== none) this.reads.retryForNewTerm(term, nowMs);
    this.conditions.noteLead(lead, nowMs);
    this.emit({ kind: "leader-changed", lead, term, role });
    this.leadership.tell();
    this.wake();
  }

  // --- reports

  /** A snapshot of the leader took the place of log and state. */
  afterRestore(index: number): void {
    this.finished.push(...this.applying.release());
    this.proposals.skipTo(index);
    this.applier.linkPeers();
  }

  /** Resolves when the machine's disk has nothing to do. */
  stateQuiet(): Promise<void> {
    return this.keeper.quiet();
  }

  /** Tells the links who the members are. */
  linkPeers(): void {
    this.applier.linkPeers();
  }

  /** What the core must be told by the links. */
  reportUnreachable(peer: NodeId): void {
    if (this.state !== "running") return;
    this.check(this.node.reportUnreachable(peer));
    this.wake();
  }

  reportSnapshot(peer: NodeId, isDelivered: boolean): void {
    if (this.state !== "running") return;
    this.check(this.node.reportSnapshot(peer, isDelivered));
    this.wake();
  }
}
