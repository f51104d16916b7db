/**
 * What a member's end of a {@link file://./memory-network.ts MemoryNetwork} keeps of one peer.
 */

import type { NodeId } from "@quorate/raft";
import { ClockOffset } from "./clock-offset.ts";
import { protocolVersions } from "./handshake.ts";
import { Lane } from "./lane.ts";
import type { TcpLimits } from "./limits.ts";
import type { Flow, Way } from "./memory-network.ts";
import { envelopeBytesMax } from "./payload.ts";
import { RequestServer } from "./request-server.ts";
import { RoundTrip } from "./round-trip.ts";
import type { PeerStats, QueueStats } from "./transport.ts";

export type MemoryPeer = {
  /** To it. */
  readonly way: Way;
  isProvisional: boolean;
  incarnation: number | null;
  heardAtMs: number | null;
  sentBytes: number;
  receivedBytes: number;
  droppedMessages: number;
  readonly roundTrip: RoundTrip;
  readonly clockOffset: ClockOffset;
  readonly server: RequestServer;
};

/** One of which nothing is known yet. */
export function makeMemoryPeer(id: NodeId, way: Way, limits: TcpLimits): MemoryPeer {
  const { requestsServedMax, unitBytesMax } = limits;
  return {
    way,
    isProvisional: true,
    incarnation: null,
    heardAtMs: null,
    sentBytes: 0,
    receivedBytes: 0,
    droppedMessages: 0,
    roundTrip: new RoundTrip(),
    clockOffset: new ClockOffset(),
    server: new RequestServer(id, {
      servedMax: requestsServedMax,
      responseBytesMax: unitBytesMax - envelopeBytesMax,
    }),
  };
}

/** What is known of a peer at a moment of the monotonic clock. */
export function memoryPeerStats(
  peer: MemoryPeer,
  connected: boolean,
  requestsPending: number,
  nowMs: number,
): PeerStats {
  const offset = peer.clockOffset.estimate(nowMs);
  return {
    connected,
    srttMs: peer.roundTrip.srttMs,
    rttvarMs: peer.roundTrip.rttvarMs,
    clockOffsetMs: offset?.offsetMs ?? null,
    clockUncertaintyMs: offset?.uncertaintyMs ?? null,
    lastHeardAtMs: peer.heardAtMs,
    incarnation: peer.incarnation,
    protocolVersion: peer.incarnation === null ? null : protocolVersions.max,
    urgentQueue: queueStats(peer.way, Lane.urgent),
    bulkQueue: queueStats(peer.way, Lane.bulk),
    sentBytes: peer.sentBytes,
    receivedBytes: peer.receivedBytes,
    droppedMessages: peer.droppedMessages,
    requestsPending,
  };
}

function queueStats({ flows }: Way, lane: Lane): QueueStats {
  const { messages, bytes } = flows[lane] as Flow;
  return { messages, bytes };
}
