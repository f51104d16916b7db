/**
 * Member: the public face of one running member.
 */

import { type ConfState, type CoreView, type NodeId, none, Role, roleName } from "@quorate/raft";
import type { ApplicationHandler } from "./application-desk.ts";
import type { Consistency, Engine } from "./engine.ts";
import type { SourcedEvent } from "./event.ts";
import { type Leadership, runWhileLeader } from "./leadership.ts";
import { makeLeadershipSource } from "./leadership-source.ts";
import { definitely, perhaps } from "./member-error.ts";
import { describeHealth, describeStatus, type MemberHealth, type MemberStatus } from "./member-status.ts";
import type { MembershipRequest } from "./membership-change.ts";
import type { AddedAs } from "./membership-checks.ts";
import type { PeerServer } from "./peer-server.ts";
import type { ConfigVersion, MemberInfo, NewMember } from "./roster.ts";
import { Session } from "./session.ts";
import { type StepDownOptions, transferLeadership } from "./step-down.ts";

/** Options of a call. */
export type CallOptions = { readonly timeoutMs?: number; readonly signal?: AbortSignal };

/** Options of a read. */
export type ReadOptions = CallOptions & {
  /** Default `linearizable`. */
  readonly consistency?: Consistency;
};

/** Options of a membership change. */
export type ChangeOptions = {
  /** Who asks, for the history; default: this member's name. */
  readonly by?: string;
  /** When it must be complete; default `changeTimeoutMs`. */
  readonly timeoutMs?: number;
};

/** Options of an addition. */
export type AddOptions = ChangeOptions & {
  /** Default `voter`. */
  readonly as?: AddedAs;
  /** With `learner`: refused as `too-many-learners` if there are so many already that nobody promotes by itself. */
  readonly learnersMax?: number;
};

/** What a member is made of; see `assemble.ts`. */
export type MemberParts = {
  readonly name: string;
  readonly engine: Engine;
  readonly server: PeerServer;
  readonly listeners: Set<(event: SourcedEvent) => void>;
  /** Ends links and log after the engine. */
  readonly close: () => Promise<void>;
  /** Resolves with the reason if the member ends by itself; never rejects. */
  readonly failed: Promise<Error>;
};

/** One running member. Made by `startMember()`. */
export class Member<Result> {
  readonly id: NodeId;
  readonly name: string;
  /** Resolves with the reason if this member ends by itself. */
  readonly failed: Promise<Error>;
  private readonly parts: MemberParts;
  private readonly engine: Engine;
  private stopping: Promise<void> | null = null;

  constructor(parts: MemberParts) {
    this.parts = parts;
    this.engine = parts.engine;
    this.id = parts.engine.parts.id;
    this.name = parts.name;
    this.failed = parts.failed;
  }

  // --- data

  /**
   * Proposes a command; resolves with what this member's state machine returned when it was applied here.
   * @throws MemberError whose `definite` tells whether it may be repeated.
   */
  propose(command: Uint8Array, options: CallOptions = {}): Promise<Result> {
    const timeoutMs = options.timeoutMs ?? this.engine.parts.limits.requestTimeoutMs;
    const call = (): Promise<{ result: unknown }> =>
      this.engine.desk.submit({ kind: "command", payload: command }, timeoutMs);
    return untilAborted(call, options.signal).then(({ result }) => result as Result);
  }

  /**
   * Proposes a command that only the leader of `term` may propose. Refused definitely when this member is not that leader;
   * never passed on to another one.
   */
  async proposeInTerm(command: Uint8Array, term: number, options: CallOptions = {}): Promise<Result> {
    const timeoutMs = options.timeoutMs ?? this.engine.parts.limits.requestTimeoutMs;
    const call = (): Promise<{ result: unknown }> =>
      this.engine.desk.submitInTerm({ kind: "command", payload: command }, term, timeoutMs);
    const { result } = await untilAborted(call, options.signal);
    return result as Result;
  }

  /**
   * Runs `look` on the state machine, on a state as recent as the consistency says. `look` is synchronous and must not
   * change anything.
   */
  read<Value>(look: () => Value, options: ReadOptions = {}): Promise<Value> {
    const timeoutMs = options.timeoutMs ?? this.engine.parts.limits.requestTimeoutMs;
    return untilAborted(
      async () => this.engine.read(look, options.consistency ?? "linearizable", timeoutMs),
      options.signal,
    );
  }

  /** Opens a session, whose commands take effect once. */
  async openSession(options: CallOptions = {}): Promise<Session<Result>> {
    const timeoutMs = options.timeoutMs ?? this.engine.parts.limits.requestTimeoutMs;
    const { result } = await untilAborted(
      () => this.engine.desk.submit({ kind: "open-session" }, timeoutMs),
      options.signal,
    );
    return new Session(this.engine, result as number, timeoutMs);
  }

  // --- views

  /** Everything for people and metrics. It builds objects: for single figures on a hot path take the getters. */
  status(): MemberStatus {
    return describeStatus(this.engine, this.name);
  }

  /** What readiness checks and dashboards ask. */
  health(): MemberHealth {
    return describeHealth(this.engine);
  }

  /** The term that this member is in. */
  get term(): number {
    return this.engine.node.term;
  }

  /** The leader that this member follows or is; 0 while it knows of none. */
  get lead(): NodeId {
    return this.engine.node.lead;
  }

  /** Highest index that this member knows to be committed. */
  get commitIndex(): number {
    return this.engine.node.commit;
  }

  /** Highest index that is applied to the state machine here; behind {@link commitIndex} by what is being applied. */
  get appliedIndex(): number {
    return this.engine.parts.replica.applied;
  }

  get role(): MemberStatus["role"] {
    return roleName(this.engine.node.role);
  }

  /** Whether this member leads, as far as it knows. For decisions, use {@link runWhileLeader} and its fencing token. */
  get isLeader(): boolean {
    return this.engine.node.role === Role.leader;
  }

  /** Members of the configuration in force. */
  members(): readonly MemberInfo[] {
    return this.engine.parts.replica.roster.list();
  }

  /** Every configuration that was in force, oldest first. */
  history(): readonly ConfigVersion[] {
    return this.engine.parts.replica.roster.history();
  }

  /** A fingerprint of the replicated state at the applied index; null if the state machine has no digest. */
  digest(): { readonly applied: number; readonly digest: string } | null {
    const digest = this.engine.parts.replica.digest();
    return digest === null ? null : { applied: this.engine.parts.replica.applied, digest };
  }

  /** A look into the core, for observers. Its `applied` may lag behind {@link appliedIndex}. */
  inspect(): CoreView {
    return this.engine.node.view;
  }

  /** Calls back on every event, until the returned function is called. */
  subscribe(listener: (event: SourcedEvent) => void): () => void {
    this.parts.listeners.add(listener);
    return () => this.parts.listeners.delete(listener);
  }

  // --- leadership

  /** Runs `work` whenever this member leads; see `Leadership`. Resolves when `signal` is aborted or the member stops. */
  async runWhileLeader(work: (leadership: Leadership) => Promise<void>, signal: AbortSignal): Promise<void> {
    const both = new AbortController();
    const abort = (): void => both.abort();
    if (signal.aborted) return;
    signal.addEventListener("abort", abort, { once: true });
    const withdraw = this.engine.watchLeadership(() => {
      if (!this.engine.isRunning) abort();
    });
    try {
      await runWhileLeader(makeLeadershipSource(this.engine), work, both.signal);
    } finally {
      withdraw();
      signal.removeEventListener("abort", abort);
    }
  }

  /** Hands leadership over under safety checks, from whichever member leads; resolves with the new leader. */
  async stepDown(options: StepDownOptions = {}): Promise<NodeId> {
    const lead = await this.parts.server.admin({ kind: "step-down", options }, 10_000);
    return lead as NodeId;
  }

  /**
   * Hands leadership to a certain member, which then leads when this resolves. Unlike {@link stepDown} it is done by this
   * member or not at all, and minds nobody but the two.
   * @throws MemberError `not-leader`; `bad-transferee`: no member, or a learner; `unhealthy`: it does not answer;
   *   `timeout`: it did not take over in time
   */
  transferLeadership(to: NodeId): Promise<NodeId> {
    return transferLeadership(this.engine, to);
  }

  // --- requests between members

  /**
   * Sets who answers what other members (or this one) ask with {@link request}. Once. A MemberError that the handler
   * throws reaches the asker as it is; anything else as `failed`, indefinite.
   */
  onRequest(handler: ApplicationHandler): void {
    this.parts.server.application.serve(handler);
  }

  /**
   * Asks a member, for the layer above; itself directly. At most 256 requests of one member are served by another at the
   * same time (`requestsServedMax`): who has many puts them together.
   * @throws MemberError of the other's handler; `unreachable`, `timeout`, `failed`, `member-not-found`, `too-large`;
   *   `isolated`, `stopped`, `removed` of either
   */
  request(peer: NodeId, bytes: Uint8Array, timeoutMs: number): Promise<Uint8Array> {
    return this.parts.server.application.ask(peer, bytes, timeoutMs);
  }

  // --- membership

  /** Adds a member: first as learner, then, unless `as` says otherwise, as voter when it has caught up. */
  addMember(member: NewMember, options: AddOptions = {}): Promise<ConfState> {
    const { as = "voter", learnersMax } = options;
    return this.change({ kind: "add", member, as, learnersMax }, options);
  }

  /** Makes a learner a voter. */
  promoteMember(id: NodeId, options: ChangeOptions = {}): Promise<ConfState> {
    return this.change({ kind: "promote", id }, options);
  }

  /** Removes a member, if the rest can go on without it. */
  removeMember(id: NodeId, options: ChangeOptions = {}): Promise<ConfState> {
    return this.change({ kind: "remove", id }, options);
  }

  /** Replaces a member, dead or alive, by a new one. */
  replaceMember(old: NodeId, member: NewMember, options: ChangeOptions = {}): Promise<ConfState> {
    return this.change({ kind: "replace", old, member }, options);
  }

  /** Changes a member's addresses. */
  updateMember(
    { id, addresses }: Pick<MemberInfo, "id" | "addresses">,
    options: ChangeOptions = {},
  ): Promise<ConfState> {
    return this.change({ kind: "update", id, addresses }, options);
  }

  private async change(request: MembershipRequest, options: ChangeOptions): Promise<ConfState> {
    const timeoutMs = options.timeoutMs ?? this.engine.parts.limits.changeTimeoutMs;
    const admin = { kind: "membership", request, by: options.by ?? this.name, timeoutMs } as const;
    return (await this.parts.server.admin(admin, timeoutMs * 2 + 10_000)) as ConfState;
  }

  // --- operation

  /** Cuts this member off from clients and peers, or connects it again. */
  isolate(on: boolean): void {
    this.engine.conditions.isolate(on);
  }

  /** Makes a snapshot now. */
  snapshot(): Promise<void> {
    return this.engine.snapshotNow();
  }

  /** Stops; a leader hands over first if it can at once. Safe to call twice. */
  stop(): Promise<void> {
    this.stopping ??= this.stopOnce();
    return this.stopping;
  }

  private async stopOnce(): Promise<void> {
    if (this.isLeader && this.engine.isRunning && this.engine.conditions.bestSuccessor() !== none) {
      // A courtesy: without it the others notice after an election timeout.
      await this.stepDown({ force: true }).catch(() => undefined);
    }
    await this.engine.stop();
    await this.parts.close();
  }
}

/** Rejects when the signal is aborted; whether the call took effect is then unknown, unless it was not begun. */
function untilAborted<Value>(call: () => Promise<Value>, signal: AbortSignal | undefined): Promise<Value> {
  if (signal === undefined) return call();
  if (signal.aborted) return Promise.reject(definitely("aborted", "the signal was aborted before the call"));
  return new Promise((resolve, reject) => {
    const abort = (): void =>
      reject(perhaps("aborted", "the signal was aborted; the call may still take effect"));
    signal.addEventListener("abort", abort, { once: true });
    call()
      .then(resolve, reject)
      .finally(() => signal.removeEventListener("abort", abort));
  });
}
