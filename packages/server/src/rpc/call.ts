/**
 * What a handler sees of a call. Nothing of HTTP/2 or any gRPC library comes through here: the front can be replaced.
 */

import type { Identity } from "../auth/identity.ts";
import type { RpcError } from "./rpc-error.ts";

/** Who calls, and how. */
export type CallContext = {
  /** Full path of the method: `/etcdserverpb.KV/Range`. */
  readonly path: string;
  /** The first value of a metadata entry (lower-case name, no `-bin`), or null. */
  metadata(name: string): string | null;
  /** `address:port` of the client. */
  readonly peer: string;
  /** Common name of a client certificate that was verified; null without one, and through the gateway. */
  readonly certificateName: string | null;
  readonly via: "grpc" | "gateway";
  /** Milliseconds that the client still waits (from `grpc-timeout`); null: for ever. */
  readonly timeoutMs: number | null;
  /** Aborted when the client cancels, its deadline passes, or its connection ends. Made when it is first asked for. */
  readonly signal: AbortSignal;
  /** Who calls; the gatekeeper finds it out. Null: somebody who did not say, or nobody asks, for everybody may. */
  identity: Identity | null;
  /** Why the last message was refused, where that does not end the call: on a watch stream. */
  refusal: RpcError | null;
};

/** Answers one message with one. Throws {@link RpcError} or what error-table.ts can turn into one. */
export type UnaryHandler<Request, Response> = (
  request: Request,
  context: CallContext,
) => Response | Promise<Response>;

/** Takes the messages of a response stream. */
export type ResponseSink<Response> = {
  /** Sends a message. False: the client does not keep up; wait for {@link drained} before the next. Ignored when ended. */
  write(message: Response): boolean;
  /** Resolves when there is room again, or the call has ended. */
  drained(): Promise<void>;
  /** Bytes that were written and not yet taken by the connection. */
  readonly bufferedBytes: number;
};

/** Answers one message with a stream; the call ends when the promise settles. */
export type ServerStreamHandler<Request, Response> = (
  request: Request,
  context: CallContext,
  sink: ResponseSink<Response>,
) => Promise<void>;

/**
 * Answers a stream with a stream. `requests` ends when the client half-closes and throws when the call is cancelled; while
 * it is not pulled the client is held back.
 */
export type DuplexHandler<Request, Response> = (
  requests: AsyncIterable<Request>,
  context: CallContext,
  sink: ResponseSink<Response>,
) => Promise<void>;
