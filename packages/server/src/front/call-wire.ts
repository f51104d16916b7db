/**
 * The seam between a call and what carries it: `http2-wire.ts` is a stream of HTTP/2, `gateway-wire.ts` a request of the
 * JSON gateway.
 */

import type { RpcCode } from "../rpc/rpc-error.ts";

/** The connection that a call came by. */
export type CallConnection = {
  /** `address:port` of the client. */
  readonly peer: string;
  /** Common name of the client's verified certificate. */
  readonly certificateName: string | null;
};

/** What a call can do to its stream. Everything is ignored once the stream is gone. */
export type CallWire = {
  /** Sends a message that has its prefix, after the response headers if it is the first. False: full, `onDrain` follows. */
  write(frame: Uint8Array): boolean;
  /** Ends the call: with a last message if there is one, then the status. */
  end(frame: Uint8Array | null, code: RpcCode, message: string): void;
  /** Stops and goes on to hand out received bytes; while stopped, flow control holds the client back. */
  pause(): void;
  resume(): void;
  /** Bytes that were written and not taken by the connection yet. */
  readonly bufferedBytes: number;
};

/** What a stream tells its call. */
export type CallReceiver = {
  /** Bytes of the request, in order; they belong to the call. */
  onBytes(bytes: Uint8Array): void;
  /** The client has sent everything. */
  onHalfClose(): void;
  /** There is room again after `write` gave false. */
  onDrain(): void;
  /** The stream is gone, by whatever cause; the last call. */
  onClose(): void;
};
