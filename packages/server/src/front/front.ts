/**
 * The network front: all listeners of a server, and the calls that come by them.
 */

import type { Socket } from "node:net";
import { BufferPool } from "../http2/buffer-pool.ts";
import { makeUsualAnswer } from "../http2/hpack-encoder.ts";
import type { Gatekeeper, Router } from "../rpc/router.ts";
import type { RpcError } from "../rpc/rpc-error.ts";
import type { TlsSettings } from "../settings.ts";
import { ByteBudget } from "./byte-budget.ts";
import type { CallEnvironment, CallObserver } from "./call-environment.ts";
import type { CallConnection } from "./call-wire.ts";
import type { FrontEventSink } from "./front-event.ts";
import { type FrontLimits, frontLimitsDefault } from "./front-limits.ts";
import type { HttpHandler } from "./http-exchange.ts";
import { Http2Connection, type Http2Target } from "./http2-connection.ts";
import { servePlainWith } from "./http2-plain.ts";
import { usualContentType } from "./http2-wire.ts";
import { type ListenUrl, parseListenUrl } from "./listen-url.ts";
import { Listener } from "./listener.ts";
import { TlsCredentials } from "./tls-credentials.ts";

/** What parts of a front share. */
export type FrontShared = Pick<Http2Target, "environment" | "limits"> & { readonly router: Router };

/** Who serves what is no gRPC: at the URLs of clients, and at those of metrics. */
export type FrontHttp = { readonly client: HttpHandler; readonly metrics: HttpHandler };

/** What a front is made of. */
export type FrontOptions = {
  /** Everything is served here. */
  readonly urls: readonly string[];
  /** Where no calls are served. Default none. */
  readonly metricsUrls?: readonly string[];
  /** Needed by URLs with TLS. Default null. */
  readonly tls?: TlsSettings | null;
  readonly router: Router;
  /** Serves what is no gRPC, over either protocol. Default: 404. */
  readonly http?: (shared: FrontShared) => FrontHttp;
  readonly gatekeeper?: Gatekeeper | null;
  /** What an error of the layers below says to a client; null: nothing is known of it. */
  readonly toRpcError?: (error: unknown) => RpcError | null;
  readonly observer?: CallObserver;
  /**
   * Why calls are not served yet: until `open`, connections of HTTP/2 are accepted and kept waiting, as etcd does it, and
   * the gateway answers with this. Null, the default: calls are served from the beginning.
   */
  readonly refusal?: RpcError | null;
  readonly limits?: Partial<FrontLimits>;
  readonly onEvent?: FrontEventSink;
};

/** What most answers of calls begin and end with. */
const usualAnswer = makeUsualAnswer(["content-type", usualContentType], ["grpc-status", "0"]);

/** How deep a request's messages may nest; transactions do. */
const requestDepthMax = 100;

const notFound: HttpHandler = (request, response) => {
  response.writeHead(404, { "content-type": "text/plain; charset=utf-8" });
  response.end(`there is nothing at ${request.url}\n`);
};

const nobody: CallObserver = {
  started: () => undefined,
  ended: () => undefined,
  received: () => undefined,
  sent: () => undefined,
};

/** See the module. */
export class Front {
  readonly limits: FrontLimits;
  private readonly options: FrontOptions;
  private readonly emit: FrontEventSink;
  private readonly budget: ByteBudget;
  private readonly environment: CallEnvironment;
  private readonly target: Http2Target;
  private readonly http: FrontHttp;
  private readonly connections = new Set<Http2Connection>();
  private readonly listeners: Listener[] = [];
  /** Connections that wait for `open`. */
  private readonly waiting = new Map<Socket, () => void>();
  private credentials: TlsCredentials | null = null;
  private isStopping = false;

  private constructor(options: FrontOptions) {
    this.options = options;
    this.limits = { ...frontLimitsDefault, ...options.limits };
    this.emit = options.onEvent ?? (() => undefined);
    this.budget = new ByteBudget(this.limits.bufferedRequestBytesMax);
    this.environment = {
      gate: { refusal: options.refusal ?? null, streams: new Set() },
      frameLimits: { messageBytesMax: this.limits.messageBytesMax, budget: this.budget },
      decodeLimits: { depthMax: requestDepthMax, elementsMax: this.limits.requestElementsMax },
      requestMs: this.limits.requestMs,
      toRpcError: options.toRpcError ?? (() => null),
      gatekeeper: options.gatekeeper ?? null,
      observer: options.observer ?? nobody,
      report: (path, error) => this.emit({ kind: "handler-failed", path, error }),
    };
    const { router } = options;
    const { environment, limits } = this;
    this.http = options.http?.({ environment, router, limits }) ?? { client: notFound, metrics: notFound };
    this.target = {
      environment: this.environment,
      router,
      limits: this.limits,
      budget: this.budget,
      share: { limits, pool: new BufferPool(), usual: usualAnswer },
      emit: this.emit,
      onPlainStream: servePlainWith(this.http.client, limits, this.budget),
    };
  }

  /** Listens on all URLs, or on none. @throws Error that names the URL or file, and what to do. */
  static async start(options: FrontOptions): Promise<Front> {
    const front = new Front(options);
    try {
      await front.listen();
    } catch (error) {
      front.destroy();
      throw error;
    }
    return front;
  }

  /** The URLs that everything is served at, with their real ports. */
  get urls(): readonly string[] {
    return this.listeners.slice(0, this.options.urls.length).map((listener) => listener.url);
  }

  /** The URLs of metrics only. */
  get metricsUrls(): readonly string[] {
    return this.listeners.slice(this.options.urls.length).map((listener) => listener.url);
  }

  /** Open connections. */
  get connectionCount(): number {
    return this.listeners.reduce((sum, listener) => sum + listener.connectionCount, 0);
  }

  /** Bytes of requests that wait now. */
  get bufferedRequestBytes(): number {
    return this.budget.usedBytes;
  }

  /** Serves calls from now on. */
  open(): void {
    this.environment.gate.refusal = null;
    const connections = [...this.waiting.values()];
    this.waiting.clear();
    for (const serve of connections) serve();
  }

  /** Reads the certificate files again; without TLS nothing happens. False: the old ones stay. */
  reloadTls(): Promise<boolean> {
    return this.credentials?.reload() ?? Promise.resolve(true);
  }

  /**
   * Takes no more connections and calls, ends the streams with this status, lets other calls end for at most so long,
   * then ends what is left.
   */
  async stop(graceMs: number, status: RpcError): Promise<void> {
    this.isStopping = true;
    const { gate } = this.environment;
    gate.refusal = status;
    for (const stream of gate.streams) stream.end(status);
    for (const listener of this.listeners) listener.close();
    for (const connection of this.connections) connection.close();
    const { promise: isOver, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, graceMs);
    const ends = this.listeners.map((listener) => listener.closed);
    await Promise.race([isOver, Promise.all(ends)]);
    clearTimeout(timer);
    this.destroy();
    await Promise.all(ends);
  }

  private destroy(): void {
    this.isStopping = true;
    for (const listener of this.listeners) listener.destroy();
    for (const connection of this.connections) connection.destroy();
    this.credentials?.close();
  }

  private async listen(): Promise<void> {
    const { urls, metricsUrls = [], tls = null } = this.options;
    const addresses = urls.map(parseListenUrl);
    const metricsAddresses = metricsUrls.map(parseListenUrl);
    const secure = [...addresses, ...metricsAddresses].find(({ isTls }) => isTls);
    if (secure !== undefined) {
      if (tls === null)
        throw new Error(`${secure.url} needs a certificate and a key; give both, or use http://`);
      this.credentials = await TlsCredentials.load(tls, {
        reloaded: (subject, validTo) => this.emit({ kind: "tls-reloaded", subject, validTo }),
        failed: (what) => this.emit({ kind: "tls-reload-failed", what }),
      });
    }
    for (const address of addresses) await this.openListener(address, this.http.client, true);
    for (const address of metricsAddresses) await this.openListener(address, this.http.metrics, false);
  }

  private async openListener(address: ListenUrl, http: HttpHandler, withRpc: boolean): Promise<void> {
    const onPlainStream = servePlainWith(http, this.limits, this.budget);
    const target = withRpc ? this.target : { ...this.target, router: null, onPlainStream };
    const listener = await Listener.open(
      address,
      {
        limits: this.limits,
        emit: this.emit,
        onHttp2: (socket, caller) => this.serveHttp2(target, socket, caller),
        onRequest: http,
      },
      address.isTls ? this.credentials : null,
    );
    this.listeners.push(listener);
  }

  private serveHttp2(target: Http2Target, socket: Socket, caller: CallConnection): void {
    if (this.isStopping) {
      socket.destroy();
      return;
    }
    if (this.environment.gate.refusal !== null) {
      this.waiting.set(socket, () => this.serveHttp2(target, socket, caller));
      socket.once("close", () => this.waiting.delete(socket));
      return;
    }
    const connection = new Http2Connection(target, socket, caller);
    this.connections.add(connection);
    void connection.closed.then(() => this.connections.delete(connection));
  }
}
