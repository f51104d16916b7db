/**
 * A member whose state machine is the store: consensus, keys, leases and watches in one, without any protocol in front.
 *
 * The server puts gRPC in front of it, the simulator drives it as it is. What this class adds to its parts is the order of
 * things: what is refused before the log, what waits for which confirmation, what only the leader does.
 */

import type { Random } from "@quorate/raft";
import {
  AlarmAction,
  AlarmType,
  type Command,
  checkCommand,
  checkRange,
  checkTxn,
  clampLeaseTtl,
  type KvHash,
  leaseTtlSecondsMax,
  type Outcome,
  type RangeRequest,
  type RangeResponse,
  type Result,
  type Store,
  type StoreEvent,
  systemPrincipal,
  type TxnRequest,
  type TxnResponse,
  type WatchRequest,
} from "@quorate/store";
import type { MemberClock } from "../clock.ts";
import type { SourcedEvent } from "../event.ts";
import type { CallOptions, Member } from "../member.ts";
import { definitely, perhaps } from "../member-error.ts";
import { AuthCalls, type StoreCallOptions } from "./auth-calls.ts";
import { type AutoCompaction, AutoCompactor } from "./auto-compactor.ts";
import { nextTurn } from "./call-deadline.ts";
import { CorruptionCheck } from "./corruption-check.ts";
import { type KeptAlive, LeaseCalls, type LeaseTime } from "./lease-calls.ts";
import { LeaseKeeper } from "./lease-keeper.ts";
import { RangePages } from "./range-pages.ts";
import { answerStoreRequest } from "./store-server.ts";
import { describeStore, type StoreStatus } from "./store-status.ts";
import { Upkeep } from "./upkeep.ts";
import { type OpenWatch, WatchPump } from "./watch-pump.ts";

/** How a read is answered: after a round to a quorum, or from this member's state as it is. */
export type ReadConsistency = "linearizable" | "serializable";

/** What a store member is made of; see `assemble-store-member.ts`. */
export type StoreMemberParts = {
  readonly member: Member<Outcome>;
  readonly store: Store;
  readonly clock: MemberClock;
  readonly random: Random;
  /** The election window, in milliseconds. */
  readonly electionMinMs: number;
  readonly electionMaxMs: number;
  readonly requestTimeoutMs: number;
  readonly leaseReads: boolean;
  readonly rangePageRows: number;
  readonly leaseCheckpointMs: number;
  readonly autoCompaction: AutoCompaction;
  readonly corruptCheckMs: number;
  readonly compactHashCheck: boolean;
  /** Closes what the store stands on, last of all. */
  readonly closeBackend: () => Promise<void>;
};

/** Entries that the apply may lag behind the commit before requests are refused (etcd's number). */
const applyLagMax = 5000;
/** A random 63-bit id that is taken twice in a row means that something else is wrong. */
const leaseIdTries = 8;

/** See the module. */
export class StoreMember {
  readonly member: Member<Outcome>;
  readonly store: Store;
  /** Users and roles: queries, checks, who hears of changes. */
  readonly auth: AuthCalls;
  private readonly parts: StoreMemberParts;
  private readonly upkeep: Upkeep;
  private readonly pages: RangePages;
  private readonly pump: WatchPump;
  private readonly keeper: LeaseKeeper;
  private readonly calls: LeaseCalls;
  private readonly check: CorruptionCheck;
  private readonly compactor: AutoCompactor;
  private readonly unsubscribe: () => void;
  private isRaisingNoSpace = false;
  private stopping: Promise<void> | null = null;

  /** Use {@link assembleStoreMember}. */
  constructor(parts: StoreMemberParts) {
    const { member, store, clock, requestTimeoutMs } = parts;
    this.parts = parts;
    this.member = member;
    this.store = store;
    this.auth = new AuthCalls(store, (look, options) => this.read(look, "linearizable", options));
    this.upkeep = new Upkeep(store, clock);
    this.pages = new RangePages(store, clock, parts.rangePageRows);
    this.pump = new WatchPump(store, clock);
    this.keeper = new LeaseKeeper({
      member,
      store,
      clock,
      electionTimeoutMs: parts.electionMaxMs,
      checkpointMs: parts.leaseCheckpointMs,
      encode: (command) => this.auth.encode(command, systemPrincipal),
    });
    this.calls = new LeaseCalls({
      electionTimeoutMs: parts.electionMaxMs,
      member,
      store,
      clock,
      requestTimeoutMs,
      keeper: this.keeper,
    });
    this.check = new CorruptionCheck({
      member,
      store,
      clock,
      hashKv: (revision) => this.hashKv(revision),
      raise: (memberId) => this.raiseAlarm(memberId, AlarmType.corrupt),
      periodMs: parts.corruptCheckMs,
      afterCompaction: parts.compactHashCheck,
    });
    this.compactor = new AutoCompactor(store, clock, parts.autoCompaction, (revision) => {
      const options = { principal: systemPrincipal };
      if (member.isLeader) this.compact(revision, false, options).catch(() => undefined);
    });
    member.onRequest((_peer, bytes) =>
      answerStoreRequest(bytes, {
        member,
        keeper: this.keeper,
        calls: this.calls,
        check: this.check,
        hashKv: (revision) => this.hashKv(revision),
      }),
    );
    this.unsubscribe = member.subscribe((event) => this.noteMember(event));
    // A member that ended by itself has nothing to keep up any more.
    void member.failed.then(() => this.halt());
    this.keeper.noteLeadership();
  }

  // --- writing

  /**
   * Sends a command through the log; resolves with what became of it when it was applied here. Commands that are refused
   * on sight (malformed, over the quota) never reach the log. A put that meets the quota also raises the NOSPACE alarm.
   * @throws MemberError `too-large`, `too-many-requests` (the apply lags more than 5000 entries behind the commit), …
   */
  async execute(command: Command, options: StoreCallOptions = {}): Promise<Outcome> {
    const malformed = checkCommand(command);
    if (malformed !== null) return { ok: false, code: malformed };
    const lag = this.member.commitIndex - this.member.appliedIndex;
    if (lag > applyLagMax) {
      throw definitely("too-many-requests", `${lag} committed entries wait to be applied; try again later`);
    }
    if (this.store.quotaRefusal(command) !== null) {
      // Who may not write must not be able to stop those who may.
      if (this.auth.view.authorize(options.principal ?? null, command) === null) this.raiseNoSpace();
      return { ok: false, code: "no-space" };
    }
    return this.member.propose(this.auth.encode(command, options.principal ?? null), options);
  }

  /**
   * Forgets old versions; with `physical` it resolves only when they are gone from this member's backend.
   * @throws MemberError
   */
  async compact(revision: number, physical: boolean, options: StoreCallOptions = {}): Promise<Outcome> {
    const outcome = await this.execute({ kind: "compaction", revision }, options);
    if (!outcome.ok || !physical) return outcome;
    await this.upkeep.compact();
    await this.upkeep.settle();
    return outcome;
  }

  // --- reading

  /**
   * Reads keys; very many of them in several turns, at one revision. Permissions are those of the moment of each look, and
   * once more of the end.
   * @throws MemberError
   */
  async range(
    request: RangeRequest,
    consistency: ReadConsistency,
    options: StoreCallOptions = {},
  ): Promise<Result<RangeResponse>> {
    const malformed = checkRange(request);
    if (malformed !== null) return { ok: false, code: malformed };
    const look = (): Result<RangeResponse> =>
      this.auth.guard(request, options, () => this.pages.first(request));
    const first = await this.read(look, consistency, options);
    const whole = await this.pages.rest(request, first);
    return whole === first ? first : this.auth.guard(request, options, () => whole);
  }

  /** Runs a transaction that only reads, without the log. @throws MemberError */
  async readTxn(
    request: TxnRequest,
    consistency: ReadConsistency,
    options: StoreCallOptions = {},
  ): Promise<Result<TxnResponse>> {
    const malformed = checkTxn(request);
    if (malformed !== null) return { ok: false, code: malformed };
    const look = (): Result<TxnResponse> => this.store.readTxn(request);
    return this.read(() => this.auth.guard(request, options, look), consistency, options);
  }

  /** Resolves when everything acknowledged before the call is applied here; with the revision. @throws MemberError */
  confirm(options: CallOptions = {}): Promise<number> {
    return this.read(() => this.store.revision, "linearizable", options);
  }

  private read<Value>(look: () => Value, consistency: ReadConsistency, options: CallOptions): Promise<Value> {
    const fresh = this.parts.leaseReads ? "lease" : "linearizable";
    return this.member.read(look, {
      ...options,
      consistency: consistency === "serializable" ? "stale" : fresh,
    });
  }

  // --- leases

  /**
   * Grants a lease; an id of 0n is chosen, the TTL is raised to the smallest that survives an election.
   * @throws MemberError
   */
  async grantLease(id: bigint, ttlSeconds: number, options: StoreCallOptions = {}): Promise<Outcome> {
    if (ttlSeconds > leaseTtlSecondsMax) return { ok: false, code: "lease-ttl-too-large" };
    const clamped = clampLeaseTtl(ttlSeconds, this.parts.electionMinMs);
    for (let tries = 1; ; tries++) {
      const chosen = id === 0n ? this.freeLeaseId() : id;
      const outcome = await this.execute({ kind: "lease-grant", id: chosen, ttlSeconds: clamped }, options);
      const isTaken = !outcome.ok && outcome.code === "lease-exists";
      if (!isTaken || id !== 0n || tries === leaseIdTries) return outcome;
    }
  }

  /** Renews a lease at the leader, which confirms that it leads. @throws MemberError */
  keepLeaseAlive(id: bigint, options: CallOptions = {}): Promise<KeptAlive> {
    return this.calls.keepAlive(id, options);
  }

  /** Time that a lease has left, asked of the leader; its keys are those that this member knows. @throws MemberError */
  async leaseTime(id: bigint, withKeys: boolean, options: CallOptions = {}): Promise<LeaseTime> {
    const { remainingSeconds, grantedSeconds } = await this.calls.remaining(id, options);
    const wantsKeys = withKeys && remainingSeconds >= 0;
    // What the leader told of may not be applied here yet.
    if (wantsKeys) await this.confirm(options);
    const keys = wantsKeys ? this.store.leases.leaseKeys(id) : [];
    return { revision: this.store.revision, remainingSeconds, grantedSeconds, keys };
  }

  private freeLeaseId(): bigint {
    const { random } = this.parts;
    for (;;) {
      const id = (BigInt(random.below(2 ** 31)) << 32n) | BigInt(random.below(2 ** 32));
      if (id !== 0n && this.store.leases.lease(id) === null) return id;
    }
  }

  // --- watches

  /**
   * Begins a watch; `onReady` is called, never from inside this call, whenever `poll` has something that was not there
   * before. Poll until null, or come back by yourself. Null: the range is empty.
   */
  watch(request: WatchRequest, onReady: () => void): OpenWatch | null {
    return this.pump.watch(request, onReady);
  }

  // --- maintenance

  /** CRC-32C over what is visible at a revision (0: now), in steps between turns. @throws MemberError `stopped` */
  async hashKv(revision: number): Promise<Result<KvHash>> {
    const job = this.store.startKvHash(revision);
    if (!job.ok) return job;
    return { ok: true, response: await this.upkeep.digest(job.response) };
  }

  /** The whole state, chunk by chunk; ends early when `signal` is aborted. @throws MemberError `stopped` */
  async *snapshot(signal?: AbortSignal): AsyncGenerator<Uint8Array, void, void> {
    const reader = this.store.snapshot();
    try {
      for (let chunk = reader.next(); chunk !== null; chunk = reader.next()) {
        yield chunk;
        // A consumer that is always ready must not keep the loop to itself.
        await nextTurn(this.parts.clock);
        if (signal?.aborted === true) return;
        // A snapshot that just ends would pass for a whole one.
        if (this.stopping !== null)
          throw perhaps("stopped", "this member stops; the snapshot is not complete");
      }
    } finally {
      reader.close();
    }
  }

  /** Gives room in the backend's file back to the system. Local. @throws MemberError */
  defragment(): Promise<void> {
    return this.upkeep.defragment();
  }

  /** What Status and metrics tell. */
  status(): StoreStatus {
    return describeStore(this.member, this.store, this.pump.size);
  }

  /** Term of this member, for response headers. */
  get term(): number {
    return this.member.term;
  }

  /**
   * Compares this member's data with those of the peers that can be reached.
   * @throws MemberError `failed` when they differ: this member must not serve
   */
  checkAtStart(): Promise<void> {
    return this.check.compareAtStart();
  }

  /** As leader: compares all members' data now, and raises CORRUPT about those that differ. @throws MemberError */
  checkCorruption(): Promise<void> {
    return this.check.compare(0);
  }

  /** Stops: a leader hands over first, and what was applied is made durable. Safe to call twice. */
  stop(): Promise<void> {
    this.stopping ??= this.stopOnce();
    return this.stopping;
  }

  private async stopOnce(): Promise<void> {
    await this.member.stop();
    this.halt();
    try {
      await this.upkeep.settle();
    } finally {
      await this.parts.closeBackend();
    }
  }

  private halt(): void {
    this.unsubscribe();
    this.compactor.stop();
    this.check.stop();
    this.keeper.stop();
    this.pump.stop();
    this.upkeep.stop();
  }

  // --- what happens below

  /** Called inside of apply: only takes note. */
  noteStore(event: StoreEvent): void {
    this.keeper.noteEvent(event);
    this.auth.note(event);
    if (event.kind === "compacted") this.check.noteCompaction(event.compactRevision);
    if (event.kind === "compacted" || event.kind === "restored") this.upkeep.compact().catch(() => undefined);
  }

  /** Called inside of apply: only takes note. */
  noteWatches(): void {
    this.pump.noteReady();
  }

  private noteMember({ source, event }: SourcedEvent): void {
    if (source !== "member") return;
    if (event.kind === "paused") this.keeper.notePause(event.pausedMs);
    if (event.kind === "leader-changed") this.parts.clock.defer(() => this.keeper.noteLeadership());
  }

  private raiseNoSpace(): void {
    // One alarm is enough, whoever raised it; a second one would have to be disarmed as well.
    const isOn = this.store.alarms.some(({ alarm }) => alarm === AlarmType.noSpace);
    if (isOn || this.isRaisingNoSpace) return;
    this.isRaisingNoSpace = true;
    this.raiseAlarm(this.member.id, AlarmType.noSpace)
      // Without a quorum there is no alarm; the next put that is refused tries again.
      .catch(() => undefined)
      .finally(() => {
        this.isRaisingNoSpace = false;
      });
  }

  private async raiseAlarm(memberId: number, alarm: number): Promise<void> {
    const command: Command = {
      kind: "alarm",
      action: AlarmAction.activate,
      memberId: BigInt(memberId),
      alarm,
    };
    await this.member.propose(this.auth.encode(command, systemPrincipal));
  }
}
