/**
 * Assembling a member from its seams: the same way in production and in simulation.
 */

import type { NodeId, Random } from "@quorate/raft";
import type { Transport, TransportHandlers } from "@quorate/transport";
import type { MemberClock } from "./clock.ts";
import { Engine } from "./engine.ts";
import type { SourcedEvent } from "./event.ts";
import { confirmFreshness } from "./freshness.ts";
import { memberIdOf } from "./identity.ts";
import { Member } from "./member.ts";
import { definitely } from "./member-error.ts";
import type { LogPlace, MemberLog } from "./member-log.ts";
import { completeLimits, type MemberLimits } from "./options.ts";
import { encodeFreshness, requestKind } from "./peer-requests.ts";
import { PeerServer } from "./peer-server.ts";
import { Replica } from "./replica.ts";
import type { MemberInfo } from "./roster.ts";
import { restoreReplica } from "./snapshotter.ts";
import type { StateMachine } from "./state-machine.ts";
import { resolveTiming, type Timing, type TimingProfile } from "./timing.ts";

/** What every member is told, wherever it runs. */
export type MemberSettings<Result> = {
  /** Unique in the cluster, for ever. */
  readonly name: string;
  /** Same for all members; keeps clusters apart. Default `quorate`. */
  readonly token?: string;
  /** `host:port` of every member of a new cluster, this one included, or of some members of the one to join. */
  readonly peers: Readonly<Record<string, string>>;
  /** Whether this member was added to a running cluster with `addMember`. Default false. */
  readonly join?: boolean;
  readonly stateMachine: StateMachine<Result>;
  /** Default `default`: elections after 150–300 ms, heartbeats every 50 ms. */
  readonly profile?: TimingProfile;
  readonly timing?: Partial<Timing>;
  readonly limits?: Partial<MemberLimits>;
  /** Whether reads may rely on the leader's lease; the same on all members. Default false. */
  readonly leaseReads?: boolean;
  /** Receives every event, from the first on. */
  readonly onEvent?: (event: SourcedEvent) => void;
};

/** The seams, opened. */
export type MemberSeams = {
  readonly clock: MemberClock;
  readonly wallNow: () => number;
  readonly random: Random;
  /** Not started yet. */
  readonly transport: Transport;
  readonly logPlace: LogPlace;
};

/**
 * Starts a member on its seams, which it owns from now on.
 * @throws MemberError `refused`: its disk is empty, but the cluster knows it; `invalid`: settings that cannot be.
 */
export async function assembleMember<Result>(
  settings: MemberSettings<Result>,
  seams: MemberSeams,
): Promise<Member<Result>> {
  const token = settings.token ?? "quorate";
  const id = memberIdOf(token, settings.name);
  const limits = completeLimits(settings.limits ?? {});
  const timing = resolveTiming(settings.profile ?? "default", settings.timing);
  const listeners = new Set<(event: SourcedEvent) => void>();
  if (settings.onEvent !== undefined) listeners.add(settings.onEvent);
  const emit = (event: SourcedEvent): void => {
    for (const listener of listeners) listener(event);
  };
  const gate = new Gate();
  const { promise: failed, resolve: reportFailure } = Promise.withResolvers<Error>();
  seams.transport.start(gate.handlers());
  let log: MemberLog | null = null;
  try {
    const infos = initialMembers(settings, token);
    seams.transport.setPeers(addressesOf(infos, id));
    log = await openLog(seams, infos, id, gate, emit);
    for (const { file, offset, what } of log.warnings) {
      const message = `${file}${offset === null ? "" : ` at byte ${offset}`}: ${what}`;
      emit({ source: "member", event: { kind: "recovered", message } });
    }
    const replica = new Replica<Result>(settings.stateMachine, limits.sessionsMax);
    await loadReplica(replica, log, settings, infos);
    const engine = new Engine({
      id,
      clock: seams.clock,
      random: seams.random,
      transport: seams.transport,
      log,
      replica,
      limits,
      timing,
      leaseReads: settings.leaseReads ?? false,
      events: emit,
      onFailure: (error) => {
        reportFailure(error);
        void seams.transport.close();
      },
    });
    const server = new PeerServer(engine, seams.wallNow);
    if (replica.applied > 0) engine.linkPeers();
    gate.open(server, log);
    engine.start();
    const opened = log;
    const close = async (): Promise<void> => {
      await seams.transport.close();
      await opened.close();
    };
    return new Member({ name: settings.name, engine, server, listeners, close, failed });
  } catch (error) {
    await seams.transport.close();
    await log?.close();
    throw error;
  }
}

/** Opens the log; a new one is made only when the others agree that this member never had one. */
async function openLog(
  seams: MemberSeams,
  infos: readonly MemberInfo[],
  self: NodeId,
  gate: Gate,
  emit: (event: SourcedEvent) => void,
): Promise<MemberLog> {
  const log = await seams.logPlace.open();
  if (log !== null) return log;
  gate.noteEmpty();
  await confirmFresh(seams, infos, self, emit);
  return seams.logPlace.create();
}

/** Lets nothing through but questions about freshness before the engine runs. */
class Gate {
  private inner: ReturnType<PeerServer["handlers"]> | null = null;
  private log: MemberLog | null = null;
  private isEmpty = false;

  /** This member has no data, so it has not heard of anybody. */
  noteEmpty(): void {
    this.isEmpty = true;
  }

  open(server: PeerServer, log: MemberLog): void {
    this.inner = server.handlers();
    this.log = log;
  }

  handlers(): TransportHandlers {
    return {
      onMessage: (message) => this.inner?.onMessage(message),
      onUnreachable: (peer) => this.inner?.onUnreachable(peer),
      onSnapshotResult: (peer, ok) => this.inner?.onSnapshotResult(peer, ok),
      onSnapshotProgress: (peer, stored, total) => this.inner?.onSnapshotProgress(peer, stored, total),
      onRequest: async (peer, kind, bytes, timeoutMs) => {
        if (this.inner !== null) return this.inner.onRequest(peer, kind, bytes, timeoutMs);
        // What a member knows that opens its log is not known yet: the asker must ask again.
        if (kind === requestKind.freshness && this.isEmpty) return encodeFreshness({ isKnown: false });
        if (kind === requestKind.probe) return new Uint8Array(0);
        throw definitely("stopped", "this member is starting");
      },
      snapshotSource: { open: (_peer, snapshot) => this.needLog().openSnapshot(snapshot) },
      snapshotSink: { begin: (_peer, offer) => this.needLog().receiveSnapshot(offer) },
    };
  }

  private needLog(): MemberLog {
    if (this.log === null) throw definitely("stopped", "this member is starting");
    return this.log;
  }
}

function initialMembers<Result>(settings: MemberSettings<Result>, token: string): readonly MemberInfo[] {
  const infos = Object.entries(settings.peers).map(
    ([name, address]): MemberInfo => ({ id: memberIdOf(token, name), name, addresses: [address] }),
  );
  if (settings.join !== true && settings.peers[settings.name] === undefined) {
    throw definitely(
      "invalid",
      `peers must name this member (${settings.name}) too, or join must be true; peers are ${Object.keys(settings.peers).join(", ") || "none"}`,
    );
  }
  const byId = new Map<NodeId, string>();
  for (const { id, name } of infos) {
    const other = byId.get(id);
    if (other !== undefined)
      throw definitely("invalid", `the names ${other} and ${name} give the same ID; rename one`);
    byId.set(id, name);
  }
  return infos;
}

function addressesOf(infos: readonly MemberInfo[], self: NodeId): ReadonlyMap<NodeId, readonly string[]> {
  return new Map(infos.filter(({ id }) => id !== self).map(({ id, addresses }) => [id, addresses]));
}

function confirmFresh(
  seams: MemberSeams,
  infos: readonly MemberInfo[],
  self: NodeId,
  emit: (event: SourcedEvent) => void,
): Promise<void> {
  return confirmFreshness({
    transport: seams.transport,
    clock: seams.clock,
    others: new Map(infos.filter(({ id }) => id !== self).map(({ id, name }) => [id, name])),
    onWaiting: (unheard) => emit({ source: "member", event: { kind: "bootstrap-waiting", unheard } }),
    isStopped: () => false,
  });
}

/** Fills the replica from the latest snapshot; a new cluster's first state is made here, equal on all members. */
async function loadReplica<Result>(
  replica: Replica<Result>,
  log: MemberLog,
  settings: MemberSettings<Result>,
  infos: readonly MemberInfo[],
): Promise<void> {
  const latest = log.storage.snapshot();
  if (typeof latest === "string") throw definitely("failed", `the latest snapshot cannot be had: ${latest}`);
  if (latest.metadata.index > 0) {
    await restoreReplica(replica, log, latest);
  } else if (settings.join !== true) {
    await makeFirstState(replica, log, infos);
  }
}

/**
 * A new cluster begins with a snapshot at index 1: whoever joins later gets it, and with it the first configuration,
 * which stands nowhere else.
 */
async function makeFirstState<Result>(
  replica: Replica<Result>,
  log: MemberLog,
  infos: readonly MemberInfo[],
): Promise<void> {
  const sorted = infos.toSorted((one, other) => one.id - other.id);
  const confState = {
    voters: sorted.map(({ id }) => id),
    votersOutgoing: [],
    learners: [],
    learnersNext: [],
    autoLeave: false,
  };
  replica.beginAt(1, 1);
  replica.roster.begin(confState, sorted, 1, 1);
  const draft = await log.beginSnapshot({ index: 1, term: 1, confState });
  const reader = replica.snapshot();
  for (let chunk = reader.next(); chunk !== null; chunk = reader.next()) await draft.write(chunk);
  reader.close();
  await log.install(await draft.commit(), null);
}
