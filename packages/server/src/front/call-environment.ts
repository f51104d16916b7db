/**
 * What calls of one front share: limits, the table of errors, the gatekeeper, and who counts.
 */

import type { DecodeLimits } from "@quorate/etcd-api";
import type { Gatekeeper, Route } from "../rpc/router.ts";
import { RpcCode, RpcError } from "../rpc/rpc-error.ts";
import type { FrameLimits } from "./message-frames.ts";

/** Told of every call; both run for each call, so they are quick. */
export type CallObserver = {
  started(route: Route): void;
  /** `durationMs` from the first bytes to the status. */
  ended(route: Route, code: RpcCode, durationMs: number, peer: string): void;
  /** A message came or went; bytes with the prefix. */
  received(route: Route, bytes: number): void;
  sent(route: Route, bytes: number): void;
};

/** Whether calls are taken. */
export type CallGate = {
  /** What every call is answered with; null: calls are served. */
  refusal: RpcError | null;
  /** Streams that run, to be ended when the server stops. */
  readonly streams: Set<{ end(status: RpcError): void }>;
};

/** See the module. */
export type CallEnvironment = {
  readonly gate: CallGate;
  readonly frameLimits: FrameLimits;
  readonly decodeLimits: DecodeLimits;
  /** How long a client may take to send a request. */
  readonly requestMs: number;
  /** What an error of the store or the member says to a client; null: nothing is known of it. */
  readonly toRpcError: (error: unknown) => RpcError | null;
  readonly gatekeeper: Gatekeeper | null;
  readonly observer: CallObserver;
  /** Told of what a handler, or the front itself, threw and nobody expects. */
  readonly report: (path: string, error: unknown) => void;
};

/** The status of whatever was thrown; what nobody expects is code 2 with its text, and is reported. */
export function statusOf(environment: CallEnvironment, path: string, error: unknown): RpcError {
  if (error instanceof RpcError) return error;
  const known = environment.toRpcError(error);
  if (known !== null && known.code !== RpcCode.unknown) return known;
  environment.report(path, error);
  return known ?? new RpcError(RpcCode.unknown, error instanceof Error ? error.message : String(error));
}

/** The status of a call whose time is over. */
export function deadlineExceeded(): RpcError {
  return new RpcError(RpcCode.deadlineExceeded, "context deadline exceeded");
}

/** The status of a call that its client gave up; only logs and handlers see it. */
export function callCanceled(): RpcError {
  return new RpcError(RpcCode.canceled, "context canceled");
}
