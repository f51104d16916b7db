/**
 * Member: the public face of one running member.
 */

import { type ConfState, type NodeId, none, Role, roleName } from "@quorate/raft";
import type { Consistency, Engine } from "./engine.ts";
import type { SourcedEvent } from "./event.ts";
import type { PeerHealth } from "./failure-detector.ts";
import { type Leadership, type LeadershipSource, runWhileLeader } from "./leadership.ts";
import { LeadershipProof } from "./leadership-proof.ts";
import { definitely, MemberError, perhaps } from "./member-error.ts";
import type { MembershipRequest } from "./membership-change.ts";
import type { PeerServer } from "./peer-server.ts";
import type { ConfigVersion, MemberInfo } from "./roster.ts";
import { Session } from "./session.ts";
import type { StepDownOptions } from "./step-down.ts";
import { tickMs } from "./timing.ts";
import { pause } from "./waiting.ts";

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

/** One peer as this member sees it. */
export type PeerStatus = MemberInfo & {
  readonly health: PeerHealth | "self";
  readonly role: "voter" | "learner" | "leaving";
  /** Leader only: highest index known to be durable there. */
  readonly match: number | null;
  readonly roundTripMs: number | null;
  readonly clockOffsetMs: number | null;
  /** Version of the peer protocol spoken with it; null while unknown. The lowest one limits what the cluster may use. */
  readonly protocolVersion: number | null;
};

/** A member's state for people and metrics. */
export type MemberStatus = {
  readonly id: NodeId;
  readonly name: string;
  readonly role: ReturnType<typeof roleName>;
  readonly lead: NodeId;
  readonly term: number;
  readonly commit: number;
  readonly applied: number;
  readonly lastIndex: number;
  readonly config: ConfState;
  readonly isIsolated: boolean;
  readonly isDiskStalled: boolean;
  readonly hasLostQuorum: boolean;
  readonly peers: readonly PeerStatus[];
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
  async propose(command: Uint8Array, options: CallOptions = {}): Promise<Result> {
    const timeoutMs = options.timeoutMs ?? this.engine.parts.limits.requestTimeoutMs;
    const call = (): Promise<{ result: unknown }> =>
      this.engine.desk.submit({ kind: "command", payload: command }, timeoutMs);
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

  status(): MemberStatus {
    const { engine } = this;
    const { conditions, parts } = engine;
    const status = engine.status();
    return {
      id: this.id,
      name: this.name,
      role: roleName(status.role),
      lead: status.lead,
      term: status.term,
      commit: status.commit,
      applied: parts.replica.applied,
      lastIndex: status.lastIndex,
      config: status.config,
      isIsolated: conditions.isIsolated,
      isDiskStalled: conditions.isDiskStalled,
      hasLostQuorum: conditions.hasLostQuorum,
      peers: parts.replica.roster.list().map((info): PeerStatus => {
        const stats = info.id === this.id ? null : parts.transport.stats(info.id);
        return {
          ...info,
          health: info.id === this.id ? "self" : conditions.health(info.id),
          role: roleIn(status.config, info.id),
          match: status.progress.get(info.id)?.match ?? null,
          roundTripMs: stats?.srttMs ?? null,
          clockOffsetMs: stats?.clockOffsetMs ?? null,
          protocolVersion: stats?.protocolVersion ?? null,
        };
      }),
    };
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
      await runWhileLeader(this.leadershipSource(), work, both.signal);
    } finally {
      withdraw();
      signal.removeEventListener("abort", abort);
    }
  }

  private leadershipSource(): LeadershipSource {
    const { engine } = this;
    let provenAtMs = 0;
    return {
      becomesLeader: async (stop) => {
        for (;;) {
          await this.waitForRole(stop);
          const { term } = engine.node;
          provenAtMs = engine.parts.clock.now();
          try {
            // A round answered by a quorum: this member leads in this term, and everything before it is applied here.
            await engine.read(() => undefined, "linearizable", engine.parts.limits.requestTimeoutMs);
          } catch (error) {
            if (!(error instanceof MemberError) || !engine.isRunning) throw error;
            // A refusal may come at once, and again at once: let time pass, or nothing else ever happens.
            await pause(engine, tickMs);
            continue;
          }
          if (engine.node.role === Role.leader && engine.node.term === term) return term;
        }
      },
      onLeadershipEnd: (term, callback) => {
        let isOver = false;
        const end = (): void => {
          if (isOver) return;
          isOver = true;
          callback();
        };
        const check = (): void => {
          if (!engine.isRunning || engine.node.role !== Role.leader || engine.node.term !== term) end();
        };
        const proof = new LeadershipProof(engine, provenAtMs, end);
        const withdraw = engine.watchLeadership(check);
        check();
        return () => {
          proof.stop();
          withdraw();
        };
      },
    };
  }

  private waitForRole(stop: AbortSignal): Promise<void> {
    const { engine } = this;
    return new Promise((resolve, reject) => {
      const settle = (): void => {
        if (stop.aborted || !engine.isRunning) {
          finish();
          reject(definitely("stopped", "this member stops"));
        } else if (engine.node.role === Role.leader) {
          finish();
          resolve();
        }
      };
      const withdraw = engine.watchLeadership(settle);
      const finish = (): void => {
        withdraw();
        stop.removeEventListener("abort", settle);
      };
      stop.addEventListener("abort", settle, { once: true });
      settle();
    });
  }

  /** Hands leadership over under safety checks, from whichever member leads; resolves with the new leader. */
  async stepDown(options: StepDownOptions = {}): Promise<NodeId> {
    const lead = await this.parts.server.admin({ kind: "step-down", options }, 10_000);
    return lead as NodeId;
  }

  // --- membership

  /** Adds a member, first as learner, then as voter when it has caught up. */
  addMember(
    member: MemberInfo,
    options: ChangeOptions & { readonly asLearner?: boolean } = {},
  ): Promise<ConfState> {
    return this.change({ kind: "add", member, asLearner: options.asLearner ?? false }, options);
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
  replaceMember(old: NodeId, member: MemberInfo, options: ChangeOptions = {}): Promise<ConfState> {
    return this.change({ kind: "replace", old, member }, options);
  }

  /** Changes a member's addresses. */
  updateMember(member: MemberInfo, options: ChangeOptions = {}): Promise<ConfState> {
    return this.change({ kind: "update", member }, options);
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

function roleIn(config: ConfState, id: NodeId): PeerStatus["role"] {
  if (config.voters.includes(id)) return "voter";
  return config.learners.includes(id) ? "learner" : "leaving";
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
