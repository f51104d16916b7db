/**
 * A connection to the cluster for the length of a command: the client of this project, with what the commands need beside
 * it. Outputs show answers whole, headers included, so everything here speaks in the messages of the wire.
 */

import { type Client, type ClientOptions, createClient, type DuplexStream } from "@quorate/client";
import type { Method } from "@quorate/etcd-api";
import type { ConnectionSettings } from "./connection-flags.ts";

/** What Go's gRPC raises shorter times to: servers end connections that ping more often. */
const keepaliveTimeMsMin = 10_000;

/** Options of a call. */
export type CallOptions = {
  /** Milliseconds for all tries; default: the command's time limit. Infinity for none. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /** It does no harm to send it twice. */
  readonly repeatable?: boolean;
};

/** See the module. */
export type Connection = {
  /** As given. */
  readonly endpoints: readonly string[];
  /** For locks and elections. */
  readonly client: Client;
  /** One answer. Throws ClientError. */
  readonly call: <Request extends object, Response extends object>(
    method: Method<Request, Response>,
    request: Request,
    options?: CallOptions,
  ) => Promise<Response>;
  /** An answer that is a stream. Throws ClientError. */
  serverStream<Request extends object, Response extends object>(
    method: Method<Request, Response>,
    request: Request,
    options?: CallOptions,
  ): AsyncIterable<Response>;
  /** A stream both ways with a member that has a leader, and ends when it has none. Throws ClientError. */
  duplex<Request extends object, Response extends object>(
    method: Method<Request, Response>,
    signal: AbortSignal | null,
  ): Promise<DuplexStream<Request, Response>>;
  close(): Promise<void>;
};

/** How to connect. */
export type ConnectionOptions = Omit<ConnectionSettings, "user"> & {
  readonly user: { readonly name: string; readonly password: string } | null;
  /** Hears what happens; null for nobody. */
  readonly log: ((line: string) => void) | null;
};

/** Makes a connection; it dials when it is first used. Throws ClientError if an endpoint is none. */
export function openConnection(options: ConnectionOptions): Connection {
  const { log } = options;
  const client = createClient(clientOptions(options));
  return {
    endpoints: options.endpoints,
    client,
    call(method, request, limits = {}) {
      log?.(`${method.path} to ${client.endpoint}`);
      return client.rpc(method, request, limits);
    },
    serverStream(method, request, limits = {}) {
      log?.(`${method.path} to ${client.endpoint}`);
      return client.rpcStream(method, request, limits);
    },
    async duplex(method, signal) {
      const limits = signal === null ? {} : { signal };
      const { endpoint, stream } = await client.rpcDuplex(method, { ...limits, requiresLeader: true });
      log?.(`${method.path} to ${endpoint}`);
      return stream;
    },
    close: () => client.close(),
  };
}

/** The endpoint as a URL: with the scheme that the flags mean if it has none. */
function urlOf(endpoint: string, usesTls: boolean): string {
  return /^https?:\/\//.test(endpoint) ? endpoint : `${usesTls ? "https" : "http"}://${endpoint}`;
}

function clientOptions(options: ConnectionOptions): ClientOptions {
  const { tls, user, log, usesTls } = options;
  return {
    endpoints: options.endpoints.map((endpoint) => urlOf(endpoint, usesTls)),
    tls: {
      ...(tls.ca === null ? {} : { ca: tls.ca }),
      ...(tls.cert === null ? {} : { certificate: tls.cert }),
      ...(tls.key === null ? {} : { key: tls.key }),
      isServerUnchecked: tls.skipVerify,
    },
    ...(user === null ? {} : { credentials: { username: user.name, password: user.password } }),
    dialTimeoutMs: options.dialTimeoutMs,
    requestTimeoutMs: options.commandTimeoutMs,
    keepaliveTimeMs: Math.max(keepaliveTimeMsMin, options.keepaliveTimeMs),
    keepaliveTimeoutMs: options.keepaliveTimeoutMs,
    ...(log === null ? {} : { onEvent: (event) => log(JSON.stringify(event, showError)) }),
  };
}

function showError(_name: string, value: unknown): unknown {
  if (value instanceof Error) return value.message;
  return typeof value === "bigint" ? value.toString(16) : value;
}
