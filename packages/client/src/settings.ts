/**
 * What a client is told when it is made.
 */

import { ClientError } from "./client-error.ts";
import { type Clock, type Random, systemClock } from "./clock.ts";

/** Certificates and what to make of the server's. PEM, as text or bytes. */
export type TlsOptions = {
  /** Authorities to trust; the system's if left out. */
  readonly ca?: string | Uint8Array;
  /** The client's own certificate with its chain, and its key: for mutual TLS. */
  readonly certificate?: string | Uint8Array;
  readonly key?: string | Uint8Array;
  /** The name that the server's certificate must bear, if it is not the endpoint's. */
  readonly serverName?: string;
  /** Take any certificate of the server: no protection against who sits in between. Default false. */
  readonly isServerUnchecked?: boolean;
};

/** A user of the cluster. */
export type Credentials = { readonly username: string; readonly password: string };

/** Something that happened behind the caller's back; for logs and metrics. */
export type ClientEvent =
  | { readonly type: "endpoint-failed"; readonly endpoint: string; readonly error: Error }
  | { readonly type: "endpoint-recovered"; readonly endpoint: string }
  | { readonly type: "watch-interrupted"; readonly error: Error }
  | { readonly type: "watch-resumed"; readonly endpoint: string; readonly watches: number }
  | { readonly type: "watch-parked"; readonly nextRevision: number }
  | { readonly type: "lease-lost"; readonly leaseId: bigint; readonly error: Error }
  | { readonly type: "lease-regranted"; readonly leaseId: bigint; readonly lostId: bigint }
  | { readonly type: "callback-failed"; readonly callback: string; readonly error: Error };

/** Options of `connect`. */
export type ClientOptions = {
  /** URLs of members: `http://host:port`, `https://host:port`, `unix:///path`; a bare `host:port` is http. */
  readonly endpoints: readonly string[];
  /** Options for https; giving any makes bare endpoints https. */
  readonly tls?: TlsOptions;
  /** Sign in as this user. */
  readonly credentials?: Credentials;
  /** How long a connection may take to come up; default 5,000. */
  readonly dialTimeoutMs?: number;
  /** How long a call may take, tries and waits between them included; default 10,000, as etcd itself waits 7,000. */
  readonly requestTimeoutMs?: number;
  /** Ping after so long a silence; default 10,000; etcd tolerates no less than 5,000. */
  readonly keepaliveTimeMs?: number;
  /** Give a connection up when a ping is not answered in this time; default 5,000. */
  readonly keepaliveTimeoutMs?: number;
  /** Watches leave a member that has no leader; default true. */
  readonly watchRequiresLeader?: boolean;
  /** Bound of a watch's buffer in events; default 10,000. */
  readonly watchBufferEventsMax?: number;
  /** Bound of a watch's buffer in bytes of keys and values; default 16 MiB. */
  readonly watchBufferBytesMax?: number;
  /** Hears what happens in the background. What it throws is lost. */
  readonly onEvent?: (event: ClientEvent) => void;
  /** Default: the machine's. */
  readonly clock?: Clock;
  /** Default: `Math.random`. */
  readonly random?: Random;
};

/** Where an endpoint is, in the words of the gRPC library. */
export type EndpointAddress = { readonly url: string; readonly target: string; readonly isSecure: boolean };

/** {@link ClientOptions} with everything filled in. */
export type Settings = {
  readonly addresses: readonly EndpointAddress[];
  readonly tls: TlsOptions | null;
  readonly credentials: Credentials | null;
  readonly dialTimeoutMs: number;
  readonly requestTimeoutMs: number;
  readonly keepaliveTimeMs: number;
  readonly keepaliveTimeoutMs: number;
  readonly watchRequiresLeader: boolean;
  readonly watchBufferEventsMax: number;
  readonly watchBufferBytesMax: number;
  readonly clock: Clock;
  readonly random: Random;
  readonly emit: (event: ClientEvent) => void;
};

/** Fills in the defaults. Throws ClientError `invalid`. */
export function resolveSettings(options: ClientOptions): Settings {
  if (options.endpoints.length === 0) throw invalid("no endpoints were given");
  const { onEvent } = options;
  return {
    addresses: options.endpoints.map((url) => parseEndpoint(url, options.tls !== undefined)),
    tls: options.tls ?? null,
    credentials: options.credentials ?? null,
    dialTimeoutMs: positive("dialTimeoutMs", options.dialTimeoutMs ?? 5_000),
    requestTimeoutMs: positive("requestTimeoutMs", options.requestTimeoutMs ?? 10_000),
    keepaliveTimeMs: positive("keepaliveTimeMs", options.keepaliveTimeMs ?? 10_000),
    keepaliveTimeoutMs: positive("keepaliveTimeoutMs", options.keepaliveTimeoutMs ?? 5_000),
    watchRequiresLeader: options.watchRequiresLeader ?? true,
    watchBufferEventsMax: positive("watchBufferEventsMax", options.watchBufferEventsMax ?? 10_000),
    watchBufferBytesMax: positive("watchBufferBytesMax", options.watchBufferBytesMax ?? 16 * 1024 * 1024),
    clock: options.clock ?? systemClock,
    random: options.random ?? Math.random,
    emit(event) {
      try {
        onEvent?.(event);
      } catch {
        // A listener's trouble is not the client's.
      }
    },
  };
}

function invalid(text: string): ClientError {
  return new ClientError("invalid", text);
}

function positive(name: string, value: number): number {
  if (!(value > 0)) throw invalid(`${name} must be above zero, not ${value}`);
  return value;
}

/** Takes an endpoint apart. Throws ClientError `invalid`. */
export function parseEndpoint(text: string, isSecureByDefault: boolean): EndpointAddress {
  if (text.startsWith("unix:")) return { url: text, target: text, isSecure: isSecureByDefault };
  const full = text.includes("://") ? text : `${isSecureByDefault ? "https" : "http"}://${text}`;
  const url = URL.canParse(full) ? new URL(full) : null;
  const isKnown = url?.protocol === "http:" || url?.protocol === "https:";
  if (url === null || !isKnown || url.hostname === "") {
    throw invalid(`"${text}" is no endpoint; write http://host:port, https://host:port or unix:///path`);
  }
  const isSecure = url.protocol === "https:";
  const port = url.port === "" ? (isSecure ? "443" : "80") : url.port;
  return { url: full.replace(/\/+$/, ""), target: `dns:${url.hostname}:${port}`, isSecure };
}
