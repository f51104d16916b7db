/**
 * Members on Node: real disks, real sockets, real time. The entry point `@quorate/member/node`.
 */

import type { NodeId } from "@quorate/raft";
import {
  DiskError,
  type Identity,
  joinPath,
  LogStore,
  NodeDisk,
  readIdentity,
  StorageError,
} from "@quorate/storage";
import {
  Inquirer,
  makeNodeClock,
  nodeRandom,
  nodeWallClock,
  parseAddress,
  type TcpLimits,
  TcpTransport,
  type TlsOptions,
} from "@quorate/transport";
import { assembleMember, type MemberSeams, type MemberSettings, peerSpecs } from "./assemble.ts";
import type { MemberClock } from "./clock.ts";
import { clusterIdOf, memberIdOf } from "./identity.ts";
import { type LookedUp, type LookUpQuestion, lookUp } from "./look-up.ts";
import type { Member } from "./member.ts";
import { definitely } from "./member-error.ts";
import type { LogPlace } from "./member-log.ts";
import { memberLimitsDefault } from "./options.ts";
import { type RescueReport, rescue } from "./rescue.ts";
import type { StateMachine } from "./state-machine.ts";

/** Certificates of a member, for mutual TLS; files are read again when they change. See the transport's `TlsOptions`. */
export type TlsFiles = Pick<TlsOptions, "certFile" | "keyFile" | "caFile" | "allowedNames">;

/** Settings of {@link startMember}. */
export type StartSettings<Result> = MemberSettings<Result> & {
  /** Where log and snapshots are kept; made if it does not exist. */
  readonly dataDir: string;
  /** `host:port` to listen on for peers. Default: this member's own address in `peers`. */
  readonly listen?: string;
  /** Where peers reach this member, `host:port`. Default: its own addresses in `peers`, else `listen`. */
  readonly advertise?: readonly string[];
  /** Mutual TLS between members. Default: none. */
  readonly tls?: TlsFiles;
  /** Bounds of the links. */
  readonly linkLimits?: Partial<TcpLimits>;
  /** Size of a log segment in bytes, a multiple of 512. Default 64 MiB. */
  readonly segmentBytes?: number;
  /**
   * Whether the process ends, with a line on standard error and exit code 70, when the member ends by itself: because a
   * write failed, say. Default true: a half-dead process that goes on answering is worse than none.
   */
  readonly exitOnFailure?: boolean;
};

/**
 * Starts a member of a new or running cluster, or starts one again from its data. Resolves when it takes part; a new
 * cluster's members wait for each other.
 *
 * A data directory remembers whose it is: a member that was given an `id` once need not be given it again.
 * @throws MemberError, StorageError, TransportError: nothing is running then
 */
export async function startMember<Result>(settings: StartSettings<Result>): Promise<Member<Result>> {
  const member = await assembleMember<Result>(settings, await openNodeSeams(settings));
  if (settings.exitOnFailure ?? true) exitWith(member);
  return member;
}

/** What {@link openNodeSeams} needs to know: everything but the state machine. */
export type NodeSettings = Omit<StartSettings<unknown>, "stateMachine">;

/** Opens Node's seams for a member: it listens, but nothing is read or written yet. @throws MemberError, TransportError */
export async function openNodeSeams(settings: NodeSettings): Promise<MemberSeams> {
  const token = settings.token ?? "quorate";
  const memberId = await ownId(settings, token);
  const clusterId = clusterIdOf(token);
  const own = peerSpecs(settings.peers).find(({ id, name }) =>
    id === undefined ? name === settings.name : id === memberId,
  );
  const address = settings.listen ?? own?.addresses[0];
  if (address === undefined) {
    throw definitely(
      "invalid",
      `there is no address to listen on: give listen, or name ${settings.name} in peers`,
    );
  }
  const clock = makeNodeClock();
  const transport = await TcpTransport.listen({
    clusterId,
    self: memberId,
    incarnation: nodeRandom.below(Number.MAX_SAFE_INTEGER),
    listen: parseAddress(address),
    advertise: settings.advertise ?? own?.addresses ?? [address],
    clock,
    wallNow: nodeWallClock,
    random: nodeRandom,
    tls: settings.tls ?? null,
    limits: settings.linkLimits ?? {},
    onEvent: (event) => settings.onEvent?.({ source: "transport", event }),
  });
  const logPlace = nodeLogPlace(settings, { clusterId, memberId }, clock);
  return { id: memberId, clock, wallNow: nodeWallClock, random: nodeRandom, transport, logPlace };
}

/** Ends the process when the member ends by itself. */
export function exitWith(member: Pick<Member<unknown>, "name" | "failed">): void {
  void member.failed.then((error) => {
    process.stderr.write(`quorate: member ${member.name} ended: ${error.message}\n`);
    process.exit(70);
  });
}

function nodeLogPlace(
  settings: NodeSettings,
  identity: { readonly clusterId: bigint; readonly memberId: number },
  clock: MemberClock,
): LogPlace {
  const disk = new NodeDisk();
  const size = settings.segmentBytes === undefined ? {} : { segmentBytes: settings.segmentBytes };
  const open = (): Promise<LogStore> =>
    LogStore.open(disk, settings.dataDir, { identity, now: () => clock.now(), ...size });
  return {
    async open() {
      try {
        return await open();
      } catch (error) {
        if (error instanceof StorageError && error.code === "wiped") return null;
        throw error;
      }
    },
    async create() {
      await LogStore.initialize(disk, settings.dataDir, { identity, ...size });
      return open();
    },
  };
}

/**
 * The given ID, or the one that the directory remembers, or the derived one. A directory that is another named member's is
 * not believed: opening the log then tells the mistake.
 */
async function ownId(settings: NodeSettings, token: string): Promise<NodeId> {
  if (settings.id !== undefined) return settings.id;
  const derived = memberIdOf(token, settings.name);
  const stored = (await readMemberIdentity(settings.dataDir))?.memberId ?? derived;
  const isOther = peerSpecs(settings.peers).some(
    ({ id, name }) => name !== settings.name && (id ?? memberIdOf(token, name)) === stored,
  );
  return isOther ? derived : stored;
}

/**
 * Reads whose data a directory holds, where `startMember` keeps its log or, inside of it, `startStoreMember`. Null if it
 * holds none, because no member has been there yet.
 * @throws StorageError `corrupt`, `version`, `io`
 */
export async function readMemberIdentity(dataDir: string): Promise<Identity | null> {
  const disk = new NodeDisk();
  try {
    const names = await disk.list(dataDir);
    if (!names.includes(identityName) && names.includes(storeLogName))
      return await readMemberIdentity(joinPath(dataDir, storeLogName));
    return (await readIdentity(disk, dataDir, names)).identity;
  } catch (error) {
    if (error instanceof StorageError && error.code === "wiped") return null;
    if (error instanceof DiskError && error.code === "not-found") return null;
    throw error;
  }
}

/** The file that tells a member's directory, and where a store member has its log. */
const identityName = "identity";
const storeLogName = "log";

/** Settings of {@link lookUpMember}. */
export type LookUpSettings = Pick<LookUpQuestion, "addresses" | "self" | "onWaiting"> & {
  /** Default `quorate`. */
  readonly token?: string;
  /** As for the links. */
  readonly tls?: TlsFiles;
  /** How long to go on asking. Default 10 s. */
  readonly timeoutMs?: number;
};

/**
 * Finds out which member of a running cluster this one is, by the addresses that were given when it was added. Afterwards
 * `startMember({ id, peers: members, join: true, … })`.
 * @throws MemberError `member-not-found`, `wrong-cluster`, `unreachable`, `invalid`; TransportError `config`
 */
export async function lookUpMember(settings: LookUpSettings): Promise<LookedUp> {
  const clock = makeNodeClock();
  const inquirer = await Inquirer.open({
    clusterId: clusterIdOf(settings.token ?? "quorate"),
    tls: settings.tls ?? null,
    clock,
    wallNow: nodeWallClock,
  });
  try {
    return await lookUp({
      addresses: settings.addresses,
      self: settings.self,
      timeoutMs: settings.timeoutMs ?? 10_000,
      clock,
      ask: async (address, question) => {
        const answer = await inquirer.ask(address, question);
        if (answer.ok) return answer;
        return { ok: false, isOtherCluster: answer.cause === "wrongCluster", text: answer.text };
      },
      ...(settings.onWaiting === undefined ? {} : { onWaiting: settings.onWaiting }),
    });
  } finally {
    inquirer.close();
  }
}

/** Settings of {@link rescueMember}. */
export type RescueSettings<Result> = {
  readonly name: string;
  /** The old cluster's token; default `quorate`. */
  readonly token?: string;
  /** The new cluster's token: another one, so that members of the old cluster stay out. */
  readonly newToken: string;
  /** The survivor's data; it stays as it is. */
  readonly dataDir: string;
  /** Where the new member's data go; must not exist. */
  readonly newDataDir: string;
  /** Where the new member is reached. */
  readonly address: string;
  /** A fresh one, of the kind that the cluster runs. */
  readonly stateMachine: StateMachine<Result>;
  readonly sessionsMax?: number;
};

/**
 * Makes a new cluster of one member from a survivor of a cluster that lost its majority for ever; see `rescue.ts` for
 * the rules. Afterwards: `startMember` with the new token and directory, then `addMember` for the others, under the new
 * token and with empty directories.
 * @throws MemberError `refused`, `invalid`; StorageError
 */
export async function rescueMember<Result>(settings: RescueSettings<Result>): Promise<RescueReport> {
  const { name, token = "quorate", newToken, dataDir, newDataDir, address, stateMachine } = settings;
  if (newToken === token) {
    throw definitely(
      "refused",
      "the new cluster needs another token: with the old one, old members could come back and disagree",
    );
  }
  const disk = new NodeDisk();
  const source = await LogStore.open(disk, dataDir, {
    identity: {
      clusterId: clusterIdOf(token),
      memberId: (await readMemberIdentity(dataDir))?.memberId ?? memberIdOf(token, name),
    },
  });
  try {
    const identity = { clusterId: clusterIdOf(newToken), memberId: memberIdOf(newToken, name) };
    await LogStore.initialize(disk, newDataDir, { identity });
    const target = await LogStore.open(disk, newDataDir, { identity });
    try {
      const self = { id: identity.memberId, name, addresses: [address] };
      return await rescue(
        source,
        target,
        stateMachine,
        self,
        settings.sessionsMax ?? memberLimitsDefault.sessionsMax,
      );
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
}
