/**
 * From a server's settings to those of its member.
 */

import { lookUpMember, readMemberIdentity, type TlsFiles } from "@quorate/member/node";
import type { StartStoreSettings } from "@quorate/member/store-node";
import type { ServerSettings, TlsSettings } from "./settings.ts";

/** etcd's quota where none is given. */
const quotaBytesDefault = 2 * 1024 * 1024 * 1024;
/** A server waits for so long beyond two election timeouts (reference §1). */
const requestTimeoutBaseMs = 5000;
/** How long a member that joins asks the others who it is. */
const lookUpMs = 60_000;
/** What is around a command in an entry and in a message between members. */
const envelopeBytes = 64 * 1024;
/** Longest message that the links take unless told otherwise. */
const unitBytesDefault = 64 * 1024 * 1024;

/** Told while a member that joins waits for the others. */
export type WaitListener = (reason: Error) => void;

/**
 * The settings of the member. One that joins a running cluster for the first time asks it for its ID.
 * @throws Error that names the setting and what to do; MemberError of the look-up
 */
export async function memberSettings(
  settings: ServerSettings,
  onWaiting: WaitListener,
): Promise<StartStoreSettings> {
  const { walDir, peerTls } = settings;
  if (settings.forceNewCluster) {
    throw new Error(
      "a new cluster cannot be forced from this data directory; rescue the member into a new one",
    );
  }
  const tls = peerTls === null ? {} : { tls: peerFiles(peerTls) };
  const { requestBytesMax: commandBytesMax } = settings;
  const unitBytes = 2 * commandBytesMax + envelopeBytes;
  return {
    ...(await identity(settings, onWaiting)),
    ...tls,
    name: settings.name,
    token: settings.clusterToken,
    dataDir: settings.dataDir,
    ...(walDir === null ? {} : { walDir }),
    listen: listenAddress(settings.listenPeerUrls),
    advertise: settings.advertisePeerUrls.map(peerAddress),
    clientUrls: settings.advertiseClientUrls,
    strictReconfig: settings.strictReconfigCheck,
    timing: {
      heartbeatMs: settings.heartbeatMs,
      electionMinMs: settings.electionMinMs,
      electionMaxMs: settings.electionMaxMs,
    },
    limits: {
      commandBytesMax,
      snapshotEntries: settings.snapshotEntries,
      catchUpEntries: settings.catchUpEntries,
      requestTimeoutMs: requestTimeoutBaseMs + 2 * settings.electionMaxMs,
    },
    // The links' own bound is enough for all but very long commands.
    ...(unitBytes > unitBytesDefault ? { linkLimits: { unitBytesMax: unitBytes } } : {}),
    leaseReads: settings.leaseReads,
    quotaBytes: effectiveQuotaBytes(settings),
    autoCompaction: settings.autoCompaction,
    corruptCheckMs: settings.corruptCheckMs,
    compactHashCheck: true,
    initialCorruptCheck: settings.initialCorruptCheck,
  };
}

/** The quota in bytes; 0: none. */
export function effectiveQuotaBytes({ quotaBytes }: ServerSettings): number {
  return quotaBytes === 0 ? quotaBytesDefault : Math.max(0, quotaBytes);
}

/** Who this member is, and who the others are. */
async function identity(
  settings: ServerSettings,
  onWaiting: WaitListener,
): Promise<Pick<StartStoreSettings, "id" | "peers" | "join">> {
  const { initialCluster, clusterToken, peerTls } = settings;
  const peers = initialCluster.map(({ name, peerUrls }) => ({ name, addresses: peerUrls.map(peerAddress) }));
  if (settings.clusterState === "new") return { peers };
  const known = await readMemberIdentity(settings.walDir ?? settings.dataDir);
  if (known !== null) return { peers, join: true, id: known.memberId };
  const { id, members } = await lookUpMember({
    addresses: peers.flatMap(({ addresses }) => addresses),
    self: settings.advertisePeerUrls.map(peerAddress),
    token: clusterToken,
    timeoutMs: lookUpMs,
    onWaiting,
    ...(peerTls === null ? {} : { tls: peerFiles(peerTls) }),
  });
  return { id, peers: members, join: true };
}

function listenAddress(urls: readonly string[]): string {
  const [first, ...others] = urls.map(peerAddress);
  if (first === undefined) throw new Error("there is no URL to listen on for members; give one");
  if (others.some((other) => other !== first)) {
    throw new Error(
      `members are listened for at one address only, not at ${urls.join(", ")}; give one, or 0.0.0.0 for all`,
    );
  }
  return first;
}

/** `host:port` of a member's URL. */
function peerAddress(url: string): string {
  const match = /^https?:\/\/([^/?#@]+:\d+)\/?$/.exec(url);
  if (match === null)
    throw new Error(`"${url}" is no URL of a member; give http://host:port or https://host:port`);
  return match[1] as string;
}

function peerFiles(tls: TlsSettings): TlsFiles {
  const { certFile, keyFile, caFile, crlFile } = tls;
  if (caFile === null) {
    throw new Error("TLS between members needs the file of their authorities (peer trusted CA); give it");
  }
  if (crlFile !== null) {
    throw new Error(
      `revocations between members (${crlFile}) are not checked yet; remove members, or change the CA`,
    );
  }
  const names = [...tls.allowedCn, ...tls.allowedHostnames];
  return { certFile, keyFile, caFile, allowedNames: names.length === 0 ? null : names };
}
