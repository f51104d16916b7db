/**
 * Limits: every bound and every period of the TCP transport, with its default.
 */

import type { BackoffLimits } from "./back-off.ts";
import { partBytesMin } from "./frame.ts";
import { TransportError } from "./transport-error.ts";

/** Bounds of one lane's queue towards one peer. */
export type QueueLimits = { readonly messagesMax: number; readonly bytesMax: number };

/** All bounds. Times in milliseconds. */
export type TcpLimits = BackoffLimits & {
  /** For a TCP connection to come about. Members are near each other; 200. */
  readonly dialTimeoutMs: number;
  /** For TLS and handshake, on both sides; 500. */
  readonly handshakeTimeoutMs: number;
  /** For a request's answer unless the caller says otherwise; 500. */
  readonly requestTimeoutMs: number;
  /** TCP keep-alive, which finds dead peers of idle connections; 30 000. */
  readonly keepAliveMs: number;
  /** Between pings; 100. */
  readonly heartbeatMs: number;
  /** A connection on which nothing was heard for so long is closed; at least four pings. 1500. */
  readonly silenceMs: number;
  /** A connection that lived so long was good: back-off begins anew after it; 1000. */
  readonly stableMs: number;
  /** Payload of one received frame; 1 MiB. */
  readonly frameBytesMax: number;
  /** Payload of one sent frame, and what small messages are packed up to; 64 KiB. */
  readonly chunkBytes: number;
  /** A message, request or response; 64 MiB. */
  readonly unitBytesMax: number;
  /** Requests and responses up to this size take the urgent lane; 4 KiB. */
  readonly urgentUnitBytesMax: number;
  readonly urgentQueue: QueueLimits;
  readonly bulkQueue: QueueLimits;
  /** Requests of this member without an answer yet, in all; 4096. */
  readonly requestsPendingMax: number;
  /** Requests of one peer under way in this member's handler; 256. */
  readonly requestsServedMax: number;
  /** Connections whose handshake is not complete; 64. */
  readonly unauthenticatedMax: number;
  /** Members that nobody announced but that are let in; 16. */
  readonly provisionalPeersMax: number;
  /** Inquiries of those without identity that are being answered at the same time; 4. */
  readonly inquiriesMax: number;
  /** Inquiries that are answered in any second; 20. */
  readonly inquiriesPerSecondMax: number;
  /** For the answer to an inquiry, on both sides; 3000. */
  readonly inquiryTimeoutMs: number;
  /** A snapshot's bytes per second to one peer; Infinity. */
  readonly snapshotBytesPerSecond: number;
  /** Bytes of a snapshot that may wait to be stored before the socket is paused, and between two progress reports; 1 MiB. */
  readonly snapshotWindowBytes: number;
  /** Snapshots that are received at the same time; 2. */
  readonly snapshotsReceivedMax: number;
  /** Connections in a row without any progress before a snapshot fails; 8. */
  readonly snapshotAttemptsMax: number;
  /** A connection that has bytes to send but sent none for so long is closed; 10 000. */
  readonly stallMs: number;
};

const mebibyte = 1 << 20;

/** The defaults. */
export const tcpLimitsDefault: TcpLimits = Object.freeze({
  dialTimeoutMs: 200,
  handshakeTimeoutMs: 500,
  requestTimeoutMs: 500,
  keepAliveMs: 30_000,
  heartbeatMs: 100,
  silenceMs: 1500,
  stableMs: 1000,
  backoffMinMs: 5,
  backoffBaseMs: 50,
  backoffMaxMs: 2000,
  frameBytesMax: mebibyte,
  chunkBytes: 64 * 1024,
  unitBytesMax: 64 * mebibyte,
  urgentUnitBytesMax: 4096,
  urgentQueue: Object.freeze({ messagesMax: 4096, bytesMax: mebibyte }),
  bulkQueue: Object.freeze({ messagesMax: 16_384, bytesMax: 64 * mebibyte }),
  requestsPendingMax: 4096,
  requestsServedMax: 256,
  unauthenticatedMax: 64,
  provisionalPeersMax: 16,
  inquiriesMax: 4,
  inquiriesPerSecondMax: 20,
  inquiryTimeoutMs: 3000,
  snapshotBytesPerSecond: Number.POSITIVE_INFINITY,
  snapshotWindowBytes: mebibyte,
  snapshotsReceivedMax: 2,
  snapshotAttemptsMax: 8,
  stallMs: 10_000,
});

/** Completes limits by the defaults. @throws TransportError `config` on impossible ones. */
export function completeLimits(limits: Partial<TcpLimits>): TcpLimits {
  const all: TcpLimits = { ...tcpLimitsDefault, ...limits };
  for (const [name, value] of Object.entries(all)) {
    for (const bound of typeof value === "number" ? [value] : Object.values(value)) {
      require(bound > 0, `${name} must be positive, not ${bound}`);
    }
  }
  require(all.chunkBytes >= partBytesMin, `chunkBytes must be at least ${partBytesMin}`);
  require(all.chunkBytes <=
    all.frameBytesMax, "chunkBytes must not exceed frameBytesMax: peers would refuse the frames");
  require(all.frameBytesMax <= all.unitBytesMax, "frameBytesMax must not exceed unitBytesMax");
  require(all.silenceMs >=
    4 * all.heartbeatMs, "silenceMs must be at least four times heartbeatMs: pings may be late");
  require(all.backoffMinMs <= all.backoffBaseMs, "backoffMinMs must not exceed backoffBaseMs");
  require(all.backoffBaseMs <= all.backoffMaxMs, "backoffBaseMs must not exceed backoffMaxMs");
  return all;
}

function require(holds: boolean, message: string): void {
  if (!holds) throw new TransportError("config", message, false);
}
