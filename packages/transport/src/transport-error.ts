/**
 * Errors: what a caller of the transport may get, and what may be wrong with received bytes.
 */

/**
 * Why a request or a start failed:
 *
 * - `unreachable`: there is no connection to the peer, or it ended before the answer came.
 * - `timeout`: no answer in time.
 * - `refused`: the peer does not serve it (no handler, too busy, isolated), or it or this member has too many in flight.
 * - `failed`: the peer's handler threw; the message is its message.
 * - `too-large`: the request or its answer exceeds `unitBytesMax`.
 * - `closed`: this transport is closed or isolated.
 * - `config`: an option makes no sense; the message says which and why.
 */
export type TransportErrorCode =
  | "unreachable"
  | "timeout"
  | "refused"
  | "failed"
  | "too-large"
  | "closed"
  | "config";

/** A failed request, or options that cannot work. */
export class TransportError extends Error {
  readonly code: TransportErrorCode;
  /** Whether the peer may have acted on the request. `false` promises that it did not even see it, or refused it unseen. */
  readonly indefinite: boolean;

  constructor(code: TransportErrorCode, message: string, indefinite: boolean) {
    super(message);
    this.name = "TransportError";
    this.code = code;
    this.indefinite = indefinite;
  }
}

/** A request that certainly was not sent. */
export function rejected(code: TransportErrorCode, message: string): Promise<never> {
  return Promise.reject(new TransportError(code, message, false));
}

/**
 * What is wrong with received bytes:
 *
 * - `garbage`: not a handshake of this protocol.
 * - `oversized`: a length above its limit.
 * - `corrupt`: the checksum does not match, or a content that no member encodes.
 * - `bad-sequence`: a frame is missing or doubled.
 * - `bad-frame`: an unknown type, another connection's lane, reserved bits.
 * - `forbidden`: well formed, but the peer has no right to say it.
 */
export type WireFault = "garbage" | "oversized" | "corrupt" | "bad-sequence" | "bad-frame" | "forbidden";

/** Received bytes that are refused. The connection that brought them is closed. */
export class WireError extends Error {
  readonly fault: WireFault;

  constructor(fault: WireFault, message: string) {
    super(message);
    this.name = "WireError";
    this.fault = fault;
  }
}
