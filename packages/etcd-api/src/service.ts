/**
 * What the generator makes of a service: data that a server, a client and the gateway walk over.
 */

import type { MessageType } from "./message-type.ts";

/** One method of a service. */
export type Method<Request extends object = object, Response extends object = object> = {
  /** As in the definition: `Range`. */
  readonly name: string;
  /** Of the HTTP/2 request: `/etcdserverpb.KV/Range`. */
  readonly path: string;
  readonly request: MessageType<Request>;
  readonly response: MessageType<Response>;
  readonly clientStreams: boolean;
  readonly serverStreams: boolean;
  /** Paths of the JSON gateway, by POST; empty if it does not offer the method. */
  readonly gatewayPaths: readonly string[];
};

/** A service; methods by their names in lower camel case. */
export type Service = {
  /** Full name: `etcdserverpb.KV`. */
  readonly name: string;
  readonly methods: Readonly<Record<string, Method>>;
};
