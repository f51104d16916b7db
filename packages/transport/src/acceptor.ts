/**
 * Accepting: from a listening socket to connections with a completed handshake. Everybody is a stranger until then,
 * and strangers are few, quick and brief.
 */

import { createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer, TLSSocket, type Server as TlsServer } from "node:tls";
import { formatAddress } from "./address.ts";
import { type AdmissionPolicy, admit, admitInquiry, causeNumber } from "./admission.ts";
import { Connection } from "./connection.ts";
import type { Environment } from "./environment.ts";
import type { DisconnectCause } from "./event.ts";
import { encodeHandshake, type Hello, type Inquiry, parseHandshake } from "./handshake.ts";
import { InquiryDesk, type InquiryOutcome } from "./inquiry-desk.ts";
import { laneName } from "./lane.ts";
import { remedyOf } from "./refusal.ts";
import { TransportError, WireError } from "./transport-error.ts";

/** What the acceptor asks and tells. */
export type AcceptorHandlers = {
  isIsolated(): boolean;
  isRemoved(id: number): boolean;
  hasRoomFor(id: number): boolean;
  /** A peer is in. The connection must be started before this returns. */
  onAdmitted(connection: Connection, hello: Hello, rest: Uint8Array): void;
  /** Answers somebody without identity; null if nobody does. */
  readonly onInquiry: ((bytes: Uint8Array) => Promise<Uint8Array>) | null;
};

/** A listening socket. */
export class Acceptor {
  readonly #environment: Environment;
  readonly #server: Server;
  #handlers: AcceptorHandlers | null = null;
  /** Strangers by their remote address and port. */
  readonly #strangers: Map<string, Stranger> = new Map();
  readonly #inquiries: InquiryDesk;

  private constructor(environment: Environment, server: Server) {
    this.#environment = environment;
    this.#server = server;
    this.#inquiries = new InquiryDesk(environment.limits);
    server.on("connection", (socket: Socket) => this.#onConnection(socket));
    server.on("secureConnection", (socket: TLSSocket) => this.#strangers.get(keyOf(socket))?.listen(socket));
    server.on("tlsClientError", (error: Error, socket: TLSSocket) => {
      this.#strangers.get(keyOf(socket))?.drop("error", `TLS: ${error.message}`);
    });
  }

  /** Listens. @throws TransportError `config` if the address cannot be had. */
  static async listen(environment: Environment, host: string, port: number): Promise<Acceptor> {
    const server = environment.tls === null ? createServer() : tlsServer(environment.tls);
    const acceptor = new Acceptor(environment, server);
    await new Promise<void>((resolve, reject) => {
      server.once("error", (error: Error) => {
        reject(
          new TransportError(
            "config",
            `cannot listen on ${formatAddress(host, port)}: ${error.message}`,
            false,
          ),
        );
      });
      server.listen({ host, port, exclusive: true }, resolve);
    });
    server.removeAllListeners("error");
    // Running out of descriptors must not end the member; the connection in question is lost and dialed again.
    server.on("error", (error: Error) => {
      environment.emit({ kind: "stranger-dropped", address: "", cause: "error", text: error.message });
    });
    return acceptor;
  }

  /** Where it listens. */
  get port(): number {
    const address = this.#server.address();
    return typeof address === "object" && address !== null ? address.port : 0;
  }

  /** Begins to admit. Before it, connections are closed at once: their peers dial again. */
  start(handlers: AcceptorHandlers): void {
    this.#handlers = handlers;
  }

  /** Stops listening and drops all strangers; admitted connections are their owner's. */
  async close(): Promise<void> {
    this.#handlers = null;
    const closed = new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
    for (const stranger of this.#strangers.values()) stranger.abort();
    await closed;
  }

  #onConnection(socket: Socket): void {
    socket.on("error", () => {});
    const { emit, limits } = this.#environment;
    const key = keyOf(socket);
    if (this.#handlers === null || this.#strangers.size >= limits.unauthenticatedMax) {
      socket.destroy();
      if (this.#handlers !== null) {
        const text = `${limits.unauthenticatedMax} connections without a handshake are open already`;
        emit({ kind: "stranger-dropped", address: key, cause: "too-much", text });
      }
      return;
    }
    const owner = { handlers: this.#handlers, inquiries: this.#inquiries };
    const stranger = new Stranger(this.#environment, owner, socket, key, () => {
      if (this.#strangers.get(key) === stranger) this.#strangers.delete(key);
    });
    this.#strangers.set(key, stranger);
    if (this.#environment.tls === null) stranger.listen(socket);
  }
}

function tlsServer(tls: NonNullable<Environment["tls"]>): TlsServer {
  const server = createTlsServer({
    ...tls.material,
    minVersion: "TLSv1.3",
    requestCert: tls.requireClientCert,
    rejectUnauthorized: tls.requireClientCert,
  });
  tls.onSwap((material) => server.setSecureContext({ ...material, minVersion: "TLSv1.3" }));
  return server;
}

function keyOf(socket: Socket): string {
  return formatAddress(socket.remoteAddress ?? "unknown", socket.remotePort ?? 0);
}

type StrangerOwner = { readonly handlers: AcceptorHandlers; readonly inquiries: InquiryDesk };

/** A connection without a handshake. */
class Stranger {
  readonly #environment: Environment;
  readonly #handlers: AcceptorHandlers;
  readonly #inquiries: InquiryDesk;
  readonly #raw: Socket;
  readonly #address: string;
  readonly #onGone: () => void;
  #cancelTimer: () => void;
  #received: Uint8Array = new Uint8Array(0);
  /** Admitted, refused or dropped: nothing more is read. */
  #settled = false;

  constructor(
    environment: Environment,
    { handlers, inquiries }: StrangerOwner,
    raw: Socket,
    address: string,
    onGone: () => void,
  ) {
    this.#environment = environment;
    this.#handlers = handlers;
    this.#inquiries = inquiries;
    this.#raw = raw;
    this.#address = address;
    this.#onGone = onGone;
    this.#cancelTimer = this.#armTimer(environment.limits.handshakeTimeoutMs, "no handshake");
    raw.on("close", () => {
      this.drop("closed", "closed before the handshake was complete");
      this.#cancelTimer();
      this.#onGone();
    });
  }

  #armTimer(delayMs: number, what: string): () => void {
    return this.#environment.clock.setTimer(() => {
      this.drop("timeout", `${what} within ${delayMs} ms`);
      // It may have been refused and not have hung up.
      this.#raw.destroy();
    }, delayMs);
  }

  /** Begins to read, with TLS once that is established. */
  listen(socket: Socket): void {
    socket.on("error", (error: Error) => this.drop("error", error.message));
    socket.on("data", (bytes: Buffer) => {
      if (!this.#settled) this.#onData(socket, bytes);
    });
  }

  /** Gives up on it. */
  drop(cause: DisconnectCause, text: string): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#raw.destroy();
    this.#environment.emit({ kind: "stranger-dropped", address: this.#address, cause, text });
  }

  /** Ends it, even while a refusal is on its way. */
  abort(): void {
    this.drop("local", "the transport is closing");
    this.#raw.destroy();
  }

  #onData(socket: Socket, bytes: Uint8Array): void {
    this.#received = this.#received.length === 0 ? bytes : Buffer.concat([this.#received, bytes]);
    try {
      const parsed = parseHandshake(this.#received);
      if (parsed === null) return;
      // A dialer waits for the welcome before it says more.
      if (parsed.bytes < this.#received.length) {
        this.drop("too-much", "bytes beyond the hello before it was answered");
      } else if (parsed.handshake.kind === "hello") {
        this.#decide(socket, parsed.handshake);
      } else if (parsed.handshake.kind === "inquiry") {
        this.#answer(socket, parsed.handshake);
      } else {
        this.drop("garbage", "a handshake that does not begin by a hello or an inquiry");
      }
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      this.drop(error.fault, error.message);
    }
  }

  #decide(socket: Socket, hello: Hello): void {
    const policy: AdmissionPolicy = {
      ...this.#policy(socket),
      isRemoved: (id) => this.#handlers.isRemoved(id),
      hasRoomFor: (id) => this.#handlers.hasRoomFor(id),
    };
    const admission = admit(hello, policy);
    this.#settled = true;
    if (admission.admitted) {
      this.#welcome(socket, hello, admission.version);
      return;
    }
    const { cause, detail } = admission;
    const remedy = remedyOf(cause);
    this.#environment.emit({
      kind: "peer-refused",
      peer: hello.from,
      address: this.#address,
      cause,
      text: detail,
      remedy,
    });
    // Ended, not destroyed: what the peer sent meanwhile would otherwise reset the connection under the refusal.
    socket.end(encodeHandshake({ kind: "refusal", cause: causeNumber(cause), detail }));
  }

  /** What decides about everybody alike. */
  #policy(socket: Socket): Omit<AdmissionPolicy, "isRemoved" | "hasRoomFor"> {
    const { clusterId, self, versions, tls } = this.#environment;
    return {
      clusterId,
      self,
      versions,
      isolated: this.#handlers.isIsolated(),
      isNameAllowed: () =>
        tls === null || tls.isNameAllowed(socket instanceof TLSSocket ? socket.getPeerCertificate() : null),
    };
  }

  /** Answers somebody without identity, and hangs up. Until then it counts as a stranger. */
  #answer(socket: Socket, inquiry: Inquiry): void {
    const { clock, limits } = this.#environment;
    const admission = admitInquiry(inquiry, this.#policy(socket));
    this.#settled = true;
    if (!admission.admitted) {
      this.#endInquiry(socket, { ok: false, ...admission });
      return;
    }
    this.#cancelTimer();
    this.#cancelTimer = clock.setTimer(() => this.#raw.destroy(), limits.inquiryTimeoutMs);
    void this.#inquiries
      .serve(inquiry.bytes, this.#handlers.onInquiry, clock.now())
      .then((outcome) => this.#endInquiry(socket, outcome));
  }

  #endInquiry(socket: Socket, outcome: InquiryOutcome): void {
    if (this.#raw.destroyed) return;
    const address = this.#address;
    if (outcome.ok) {
      this.#environment.emit({ kind: "inquiry-answered", address, text: `${outcome.bytes.length} bytes` });
      socket.end(encodeHandshake({ kind: "reply", bytes: outcome.bytes }));
      return;
    }
    const { cause, detail } = outcome;
    this.#environment.emit({ kind: "inquiry-refused", address, text: detail });
    socket.end(encodeHandshake({ kind: "refusal", cause: causeNumber(cause), detail }));
  }

  #welcome(socket: Socket, hello: Hello, version: number): void {
    const { self, incarnation, limits, clock, emit } = this.#environment;
    this.#cancelTimer();
    this.#onGone();
    socket.removeAllListeners("data");
    socket.setNoDelay(true);
    socket.setKeepAlive(true, limits.keepAliveMs);
    socket.write(encodeHandshake({ kind: "welcome", from: self, version, incarnation }));
    const identity = {
      peer: hello.from,
      lane: hello.lane,
      direction: "in",
      address: this.#address,
      version,
      incarnation: hello.incarnation,
    } as const;
    emit({ kind: "connected", ...identity, lane: laneName(hello.lane) });
    this.#handlers.onAdmitted(new Connection(socket, identity, limits, clock), hello, new Uint8Array(0));
  }
}
