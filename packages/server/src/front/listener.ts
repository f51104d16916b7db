/**
 * Listens on one URL and hands each connection to HTTP/2 or HTTP/1.1: by ALPN where TLS says it, otherwise by its first
 * bytes.
 *
 * The listening server is Node's own server of HTTP/1.1, which brings its time limits for headers and requests; its
 * listener for connections is taken off and called for the connections that are its own.
 */

import { createServer, type Server as HttpServer } from "node:http";
import { createServer as createTlsServer, type Server as HttpsServer } from "node:https";
import type { Socket } from "node:net";
import { TLSSocket, Server as TlsServer } from "node:tls";
import type { CallConnection } from "./call-wire.ts";
import { isDisconnect } from "./disconnect.ts";
import type { FrontEventSink } from "./front-event.ts";
import type { FrontLimits } from "./front-limits.ts";
import type { HttpHandler } from "./http-exchange.ts";
import type { ListenUrl } from "./listen-url.ts";
import { protocolOf } from "./preface.ts";
import type { TlsCredentials } from "./tls-credentials.ts";

/** Who serves the connections. */
export type ListenerTarget = {
  readonly limits: FrontLimits;
  readonly emit: FrontEventSink;
  /** Takes a connection of HTTP/2, whose preface was not read yet. */
  readonly onHttp2: (socket: Socket, caller: CallConnection) => void;
  /** Answers a request of HTTP/1.1. */
  readonly onRequest: HttpHandler;
};

type Serve = (socket: Socket) => void;

/** See the module. */
export class Listener {
  private readonly address: ListenUrl;
  private readonly target: ListenerTarget;
  private readonly credentials: TlsCredentials | null;
  private readonly server: HttpServer | HttpsServer;
  private readonly serveHttp1: Serve;
  private readonly sockets = new Set<Socket>();
  private readonly resolveClosed: () => void;
  /** Resolves when nothing is listened on and no connection is open. */
  readonly closed: Promise<void>;

  private constructor(address: ListenUrl, target: ListenerTarget, credentials: TlsCredentials | null) {
    this.address = address;
    this.target = target;
    this.credentials = credentials;
    const { limits, onRequest } = target;
    const options = {
      headersTimeout: limits.headersMs,
      // A stream of requests may take for ever; the gateway limits the others itself.
      requestTimeout: 0,
      keepAliveTimeout: limits.idleHttp1Ms,
      connectionsCheckingInterval: Math.min(1000, limits.headersMs),
      maxHeaderSize: limits.headerBytesMax,
      noDelay: true,
    };
    this.server =
      credentials === null
        ? createServer(options, onRequest)
        : createTlsServer({ ...options, ...credentials.serverOptions(limits.handshakeMs) }, onRequest);
    const event = credentials === null ? "connection" : "secureConnection";
    const [serve] = this.server.listeners(event);
    this.serveHttp1 = (socket) => void serve?.call(this.server, socket);
    this.server.removeAllListeners(event);
    this.server.on(event, (socket: Socket) => this.accept(socket));
    this.watch();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.closed = promise;
    this.resolveClosed = resolve;
    this.server.once("close", () => this.noteEnd());
  }

  /** Begins to listen. @throws Error that names the URL and what to do. */
  static async open(
    address: ListenUrl,
    target: ListenerTarget,
    credentials: TlsCredentials | null,
  ): Promise<Listener> {
    const listener = new Listener(address, target, credentials);
    await listener.bind();
    if (listener.server instanceof TlsServer) credentials?.serve(listener.server);
    target.emit({ kind: "listening", url: listener.url });
    return listener;
  }

  /** The URL with the real port. */
  get url(): string {
    const bound = this.server.address();
    if (bound === null || typeof bound === "string") return this.address.url;
    const host = "host" in this.address.place ? this.address.place.host : bound.address;
    return `${this.address.isTls ? "https" : "http"}://${host.includes(":") ? `[${host}]` : host}:${bound.port}`;
  }

  /** Connections that are open. */
  get connectionCount(): number {
    return this.sockets.size;
  }

  /** Accepts no more connections; those of HTTP/1.1 end when their request is answered. */
  close(): void {
    this.server.close();
  }

  /** Ends all connections at once. */
  destroy(): void {
    this.close();
    for (const socket of this.sockets) socket.destroy();
  }

  private bind(): Promise<void> {
    const { place, url } = this.address;
    return new Promise((resolve, reject) => {
      this.server.once("error", (error: NodeJS.ErrnoException) => reject(bindError(url, error)));
      this.server.listen("path" in place ? place : { ...place, backlog: 1024 }, () => {
        this.server.removeAllListeners("error");
        this.server.on("error", (error) => this.refuse("a connection", error.message));
        resolve();
      });
    });
  }

  private watch(): void {
    const { server, target } = this;
    server.maxConnections = target.limits.connectionsMax;
    let isFull = false;
    server.on("drop", () => {
      // Once, until somebody gets in again: an attack must not fill the log.
      if (!isFull)
        target.emit({ kind: "connections-full", url: this.url, connectionsMax: server.maxConnections });
      isFull = true;
    });
    server.on(this.credentials === null ? "connection" : "secureConnection", () => {
      isFull = false;
    });
    // Accepted, but perhaps not through the handshake yet.
    if (this.credentials !== null) server.on("connection", (socket: Socket) => this.keep(socket));
    server.on("tlsClientError", (error: Error, socket: Socket) => {
      this.tell(peerOf(socket), error);
      socket.destroy();
    });
    server.on("clientError", (error: Error, socket: Socket) => {
      this.tell(peerOf(socket), error);
      if (!socket.writable) return;
      const status = statusOfClientError(error);
      socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
    });
  }

  private accept(socket: Socket): void {
    this.keep(socket);
    const peer = peerOf(socket);
    let alpn: string | false | null = false;
    let certificateName: string | null = null;
    if (socket instanceof TLSSocket && this.credentials !== null) {
      const refusal = this.credentials.refusalOf(socket);
      if (refusal !== null) {
        this.refuse(peer, refusal);
        socket.destroy();
        return;
      }
      certificateName = this.credentials.nameOf(socket);
      alpn = socket.alpnProtocol;
    }
    const caller = { peer, certificateName };
    if (alpn === "h2") this.target.onHttp2(socket, caller);
    else if (alpn === "http/1.1") this.serveHttp1(socket);
    else this.sniff(socket, caller);
  }

  private sniff(socket: Socket, caller: CallConnection): void {
    const { limits, onHttp2 } = this.target;
    let first: Buffer = Buffer.alloc(0);
    const timer = setTimeout(() => {
      this.refuse(caller.peer, "it sent no request in time");
      socket.destroy();
    }, limits.handshakeMs);
    const onEnd = (): void => void socket.destroy();
    const onClose = (): void => clearTimeout(timer);
    const onError = (error: Error): void => this.tell(caller.peer, error);
    const onData = (bytes: Buffer): void => {
      first = first.length === 0 ? bytes : Buffer.concat([first, bytes]);
      const protocol = protocolOf(first);
      if (protocol === "unknown") return;
      clearTimeout(timer);
      socket.off("data", onData).off("end", onEnd).off("close", onClose).off("error", onError).pause();
      socket.unshift(first);
      if (protocol === "http2") {
        onHttp2(socket, caller);
      } else {
        this.serveHttp1(socket);
        socket.resume();
      }
    };
    socket.on("data", onData).on("end", onEnd).on("close", onClose).on("error", onError);
  }

  private keep(socket: Socket): void {
    this.sockets.add(socket);
    socket.once("close", () => {
      this.sockets.delete(socket);
      this.noteEnd();
    });
  }

  private noteEnd(): void {
    if (this.sockets.size === 0 && !this.server.listening) this.resolveClosed();
  }

  private tell(peer: string, error: Error): void {
    if (!isDisconnect(error)) this.refuse(peer, error.message);
  }

  private refuse(peer: string, what: string): void {
    this.target.emit({ kind: "client-refused", peer, what });
  }
}

/** `address:port` of the other side; of a socket file, `@`, as Go has it. */
function peerOf(socket: Socket): string {
  const { remoteAddress, remotePort, remoteFamily } = socket;
  if (remoteAddress === undefined) return "@";
  return remoteFamily === "IPv6" ? `[${remoteAddress}]:${remotePort}` : `${remoteAddress}:${remotePort}`;
}

function statusOfClientError(error: NodeJS.ErrnoException): string {
  if (error.code === "HPE_HEADER_OVERFLOW") return "431 Request Header Fields Too Large";
  return error.code === "ERR_HTTP_REQUEST_TIMEOUT" ? "408 Request Timeout" : "400 Bad Request";
}

function bindError(url: string, error: NodeJS.ErrnoException): Error {
  return new Error(`cannot listen on ${url}: ${remedies[error.code ?? ""] ?? error.message}`, {
    cause: error,
  });
}

const remedies: Readonly<Record<string, string>> = {
  EADDRINUSE: "the port is in use; stop the program that has it (ss -ltnp shows it), or give another port",
  EADDRNOTAVAIL: "this machine does not have that address; give one of its own, or 0.0.0.0 for all",
  EACCES:
    "it is not allowed; ports below 1024 need a privilege, and a socket file a directory one may write to",
  ENOTFOUND: "the host name is not known; give an address",
};
