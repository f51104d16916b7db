/**
 * Members on Node: real disks, real sockets, real time. The entry point `@quorate/member/node`.
 */

import { LogStore, NodeDisk, StorageError } from "@quorate/storage";
import {
  makeNodeClock,
  nodeRandom,
  nodeWallClock,
  parseAddress,
  type TcpLimits,
  TcpTransport,
} from "@quorate/transport";
import { assembleMember, type MemberSettings } from "./assemble.ts";
import type { MemberClock } from "./clock.ts";
import { clusterIdOf, memberIdOf } from "./identity.ts";
import type { Member } from "./member.ts";
import { definitely } from "./member-error.ts";
import type { LogPlace } from "./member-log.ts";
import { memberLimitsDefault } from "./options.ts";
import { type RescueReport, rescue } from "./rescue.ts";
import type { StateMachine } from "./state-machine.ts";

/** Certificates of a member, for mutual TLS; files are read again when they change. */
export type TlsFiles = { readonly certFile: string; readonly keyFile: string; readonly caFile: string };

/** Settings of {@link startMember}. */
export type StartSettings<Result> = MemberSettings<Result> & {
  /** Where log and snapshots are kept; made if it does not exist. */
  readonly dataDir: string;
  /** `host:port` to listen on for peers. Default: this member's own address in `peers`. */
  readonly listen?: string;
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
 * @throws MemberError, StorageError, TransportError: nothing is running then
 */
export async function startMember<Result>(settings: StartSettings<Result>): Promise<Member<Result>> {
  const token = settings.token ?? "quorate";
  const memberId = memberIdOf(token, settings.name);
  const clusterId = clusterIdOf(token);
  const address = settings.listen ?? settings.peers[settings.name];
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
    advertise: [settings.peers[settings.name] ?? address],
    clock,
    wallNow: nodeWallClock,
    random: nodeRandom,
    tls: settings.tls ?? null,
    limits: settings.linkLimits ?? {},
    onEvent: (event) => settings.onEvent?.({ source: "transport", event }),
  });
  const logPlace = nodeLogPlace(settings, { clusterId, memberId }, clock);
  const member = await assembleMember<Result>(settings, {
    clock,
    wallNow: nodeWallClock,
    random: nodeRandom,
    transport,
    logPlace,
  });
  if (settings.exitOnFailure ?? true) {
    void member.failed.then((error) => {
      process.stderr.write(`quorate: member ${settings.name} ended: ${error.message}\n`);
      process.exit(70);
    });
  }
  return member;
}

function nodeLogPlace<Result>(
  settings: StartSettings<Result>,
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
    identity: { clusterId: clusterIdOf(token), memberId: memberIdOf(token, name) },
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
