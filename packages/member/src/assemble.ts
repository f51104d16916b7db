/**
 * Assembling a member from its seams: the same way in production and in simulation.
 */

import type { NodeId, Random } from "@quorate/raft";
import { type Transport, TransportError, type TransportHandlers } from "@quorate/transport";
import type { MemberClock } from "./clock.ts";
import { Engine } from "./engine.ts";
import type { SourcedEvent } from "./event.ts";
import { confirmFreshness } from "./freshness.ts";
import { memberIdOf } from "./identity.ts";
import { Member } from "./member.ts";
import { definitely } from "./member-error.ts";
import type { LogPlace, MemberLog } from "./member-log.ts";
import { describeMember } from "./membership-checks.ts";
import { completeLimits, type MemberLimits } from "./options.ts";
import { encodeFreshness, requestKind } from "./peer-requests.ts";
import { PeerServer } from "./peer-server.ts";
import { publish } from "./publisher.ts";
import { Replica } from "./replica.ts";
import type { MemberInfo, NewMember } from "./roster.ts";
import { checkNewMember, loadReplica } from "./state-loading.ts";
import type { StateMachine } from "./state-machine.ts";
import { resolveTiming, type Timing, type TimingProfile } from "./timing.ts";

/** A member as the settings of another name it. */
export type PeerSpec = {
  /** Default: derived from token and name; see `memberIdOf`. */
  readonly id?: NodeId;
  /** May be empty if `id` is given: it was added without a name and has not run yet. */
  readonly name: string;
  /** `host:port`; the first that works is used. */
  readonly addresses: readonly string[];
  /** A learner's answer is not waited for when this member joins. Default `voter`. */
  readonly role?: "voter" | "learner";
};

/** What every member is told, wherever it runs. */
export type MemberSettings<Result> = {
  /** Unique in the cluster; for ever, if the ID is derived from it. */
  readonly name: string;
  /** This member's ID, if it is not derived from token and name: see `newMemberId`, `lookUp`. */
  readonly id?: NodeId;
  /** Same for all members; keeps clusters apart. Default `quorate`. */
  readonly token?: string;
  /** `host:port` of every member of a new cluster, this one included, or of some members of the one to join. */
  readonly peers: Readonly<Record<string, string>> | readonly PeerSpec[];
  /** Where clients reach this member; said to the others when it runs. Default: nothing is said. */
  readonly clientUrls?: readonly string[];
  /**
   * Whether additions and removals are refused that would leave the cluster without a quorum of members that have run and
   * can be reached. Default true.
   */
  readonly strictReconfig?: boolean;
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
  /** Whether every message that the core receives or queues is an event too: most of all events are. Default true. */
  readonly messageEvents?: boolean;
};

/** The seams, opened. */
export type MemberSeams = {
  /** Whose links and log they are, if that is known better here than in the settings. */
  readonly id?: NodeId;
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
  const derivedId = memberIdOf(token, settings.name);
  const id = seams.id ?? settings.id ?? derivedId;
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
    const infos = initialMembers(settings, token, id);
    seams.transport.setPeers(addressesOf(infos, id));
    log = await openLog(seams, settings.stateMachine, infos, id, gate, emit);
    for (const { file, offset, what } of log.warnings) {
      const message = `${file}${offset === null ? "" : ` at byte ${offset}`}: ${what}`;
      emit({ source: "member", event: { kind: "recovered", message } });
    }
    const replica = new Replica<Result>(settings.stateMachine, limits.sessionsMax);
    const isOld = await loadReplica(replica, log);
    if (!isOld && settings.join !== true) await makeFirstState(replica, log, infos);
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
      messageEvents: settings.messageEvents ?? true,
      onFailure: (error) => {
        reportFailure(error);
        void seams.transport.close();
      },
    });
    const server = new PeerServer(engine, seams.wallNow, settings.strictReconfig ?? true);
    if (replica.applied > 0) engine.linkPeers();
    gate.open(server, log);
    engine.start();
    announce(engine, settings, id === derivedId);
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
  machine: StateMachine,
  infos: readonly InitialMember[],
  self: NodeId,
  gate: Gate,
  emit: (event: SourcedEvent) => void,
): Promise<MemberLog> {
  const log = await seams.logPlace.open();
  if (log !== null) return log;
  checkNewMember(machine);
  gate.noteEmpty();
  await confirmFresh(seams, infos, self, emit);
  return seams.logPlace.create();
}

/** Nothing was done: who asked may ask again. */
function starting(): TransportError {
  return new TransportError("refused", "this member is starting", false);
}

/** A member of the first configuration, or of the cluster to join. */
type InitialMember = NewMember & Pick<MemberInfo, "name"> & { readonly isVoter: boolean };

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
        throw starting();
      },
      onInquiry: async (bytes) => {
        if (this.inner === null) throw starting();
        return this.inner.onInquiry(bytes);
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

/** The members that the settings name. @throws MemberError `invalid` */
function initialMembers<Result>(
  settings: MemberSettings<Result>,
  token: string,
  self: NodeId,
): readonly InitialMember[] {
  const infos = peerSpecs(settings.peers).map(({ id, name, addresses, role }): InitialMember => {
    if (id === undefined && name === "")
      throw definitely("invalid", `the peer at ${addresses.join(", ")} needs a name or an id`);
    const derived = name === settings.name ? self : memberIdOf(token, name);
    return { id: id ?? derived, name, addresses, isVoter: role !== "learner" };
  });
  if (settings.join !== true && !infos.some(({ id }) => id === self)) {
    throw definitely(
      "invalid",
      `peers must name this member (${settings.name}) too, or join must be true; peers are ${infos.map(describeMember).join(", ") || "none"}`,
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

/** The peers of settings, in the one form or the other. */
export function peerSpecs(peers: MemberSettings<unknown>["peers"]): readonly PeerSpec[] {
  if (isList(peers)) return peers;
  return Object.entries(peers).map(([name, address]) => ({ name, addresses: [address] }));
}

function isList(peers: MemberSettings<unknown>["peers"]): peers is readonly PeerSpec[] {
  return Array.isArray(peers);
}

/** Has the member say what it is called and where clients reach it, unless it is known: by its name it has its ID. */
function announce<Result>(
  engine: Engine,
  { name, clientUrls }: MemberSettings<Result>,
  isNameKnown: boolean,
): void {
  if (isNameKnown && clientUrls === undefined) return;
  publish(engine, { name, clientUrls: clientUrls ?? null }).catch((error: unknown) =>
    engine.fail("this member could not publish its name", error),
  );
}

function addressesOf(infos: readonly InitialMember[], self: NodeId): ReadonlyMap<NodeId, readonly string[]> {
  return new Map(infos.filter(({ id }) => id !== self).map(({ id, addresses }) => [id, addresses]));
}

function confirmFresh(
  seams: MemberSeams,
  infos: readonly InitialMember[],
  self: NodeId,
  emit: (event: SourcedEvent) => void,
): Promise<void> {
  return confirmFreshness({
    transport: seams.transport,
    clock: seams.clock,
    others: new Map(
      infos
        .filter(({ id, isVoter }) => id !== self && isVoter)
        .map((info) => [info.id, info.name === "" ? String(info.id) : info.name]),
    ),
    onWaiting: (unheard) => emit({ source: "member", event: { kind: "bootstrap-waiting", unheard } }),
    isStopped: () => false,
  });
}

/**
 * A new cluster begins with a snapshot at index 1: whoever joins later gets it, and with it the first configuration,
 * which stands nowhere else.
 */
async function makeFirstState<Result>(
  replica: Replica<Result>,
  log: MemberLog,
  infos: readonly InitialMember[],
): Promise<void> {
  const sorted = infos.toSorted((one, other) => one.id - other.id);
  const confState = {
    voters: sorted.filter(({ isVoter }) => isVoter).map(({ id }) => id),
    votersOutgoing: [],
    learners: sorted.filter(({ isVoter }) => !isVoter).map(({ id }) => id),
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
