/**
 * What the front tells about itself, as plain data, to one sink. Logs are adapters over it.
 */

import type { RpcCode } from "../rpc/rpc-error.ts";

/** An event. Texts of clients are in it as they came: who prints them escapes them. */
export type FrontEvent =
  | { readonly kind: "listening"; readonly url: string }
  /** A client did something that a client does not do; its connection, or its stream, was closed. */
  | { readonly kind: "client-refused"; readonly peer: string; readonly what: string }
  | { readonly kind: "connections-full"; readonly url: string; readonly connectionsMax: number }
  | { readonly kind: "too-many-pings"; readonly peer: string }
  | { readonly kind: "keepalive-failed"; readonly peer: string }
  | {
      readonly kind: "slow-call";
      readonly path: string;
      readonly peer: string;
      readonly durationMs: number;
      readonly code: RpcCode;
    }
  /** A handler threw what is in no table. */
  | { readonly kind: "handler-failed"; readonly path: string; readonly error: unknown }
  | { readonly kind: "tls-reloaded"; readonly subject: string; readonly validTo: string }
  | { readonly kind: "tls-reload-failed"; readonly what: string };

/** Receives events in step; must not throw. */
export type FrontEventSink = (event: FrontEvent) => void;
