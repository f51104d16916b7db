/**
 * Dialing: from an address to a connection with a completed handshake, or the reason why not.
 */

import { connect, isIP, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import type { NodeId } from "@quorate/raft";
import { type HostPort, parseAddress } from "./address.ts";
import { Connection } from "./connection.ts";
import type { Environment } from "./environment.ts";
import type { DisconnectCause } from "./event.ts";
import { encodeHandshake, parseHandshake, type Refused, type Welcome } from "./handshake.ts";
import { type Lane, laneName } from "./lane.ts";
import { refusalCauseName, remedyOf } from "./refusal.ts";
import type { TlsIdentity } from "./tls-identity.ts";
import { TransportError, WireError } from "./transport-error.ts";

export type DialTarget = { readonly peer: NodeId; readonly address: string; readonly lane: Lane };

export type DialOutcome =
  | { readonly ok: true; readonly connection: Connection; readonly rest: Uint8Array }
  | {
      readonly ok: false;
      readonly cause: DisconnectCause;
      readonly text: string;
      /** Whether the peer's handshake refused this member: dialing again soon is pointless. */
      readonly refused: boolean;
    };

/** Gives up a dial without an outcome. */
export type CancelDial = () => void;

/** Dials. The outcome comes exactly once unless cancelled, and never from inside this call. */
export function dial(
  environment: Environment,
  target: DialTarget,
  onOutcome: (outcome: DialOutcome) => void,
): CancelDial {
  const attempt = new Dial(environment, target, onOutcome);
  return () => attempt.cancel();
}

class Dial {
  readonly #environment: Environment;
  readonly #target: DialTarget;
  readonly #onOutcome: (outcome: DialOutcome) => void;
  #socket: Socket | null = null;
  #cancelTimer: () => void;
  #received: Uint8Array = new Uint8Array(0);
  #settled = false;

  constructor(environment: Environment, target: DialTarget, onOutcome: (outcome: DialOutcome) => void) {
    this.#environment = environment;
    this.#target = target;
    this.#onOutcome = onOutcome;
    const { clock, limits } = environment;
    this.#cancelTimer = clock.setTimer(
      () => this.#fail("timeout", `no connection to ${target.address} within ${limits.dialTimeoutMs} ms`),
      limits.dialTimeoutMs,
    );
    try {
      this.#connect(parseAddress(target.address));
    } catch (error) {
      if (!(error instanceof TransportError)) throw error;
      queueMicrotask(() => this.#fail("error", error.message));
    }
  }

  cancel(): void {
    if (!this.#settled) this.#settle()?.destroy();
  }

  #connect(to: HostPort): void {
    const { tls } = this.#environment;
    const socket = openSocket(to, tls);
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.setKeepAlive(true, this.#environment.limits.keepAliveMs);
    socket.on("connect", () => this.#onConnected());
    socket.on(tls === null ? "connect" : "secureConnect", () => this.#sayHello(socket));
    socket.on("data", (bytes: Buffer) => this.#onData(bytes));
    socket.on("error", (error: Error) => this.#fail("error", error.message));
    socket.on("close", () => this.#fail("closed", "the peer closed the connection during the handshake"));
  }

  #onConnected(): void {
    if (this.#settled) return;
    this.#cancelTimer();
    const { clock, limits } = this.#environment;
    this.#cancelTimer = clock.setTimer(
      () => this.#fail("timeout", `no handshake within ${limits.handshakeTimeoutMs} ms`),
      limits.handshakeTimeoutMs,
    );
  }

  #sayHello(socket: Socket): void {
    if (this.#settled) return;
    const { clusterId, self, versions, incarnation, advertised } = this.#environment;
    const { peer, lane } = this.#target;
    const hello = { clusterId, from: self, to: peer, versions, lane, incarnation, addresses: advertised };
    socket.write(encodeHandshake({ kind: "hello", ...hello }));
  }

  #onData(bytes: Uint8Array): void {
    if (this.#settled) return;
    this.#received = this.#received.length === 0 ? bytes : Buffer.concat([this.#received, bytes]);
    try {
      const parsed = parseHandshake(this.#received);
      if (parsed === null) return;
      const { handshake } = parsed;
      if (handshake.kind === "welcome") this.#onWelcome(handshake, this.#received.subarray(parsed.bytes));
      else if (handshake.kind === "refusal") this.#onRefusal(handshake);
      else this.#fail("bad-frame", "the peer answered a hello by a hello");
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      this.#fail(error.fault, error.message);
    }
  }

  #onWelcome(welcome: Welcome, rest: Uint8Array): void {
    const { peer, lane, address } = this.#target;
    const { versions, limits, clock, emit } = this.#environment;
    if (welcome.from !== peer || welcome.version < versions.min || welcome.version > versions.max) {
      this.#fail("bad-frame", `member ${welcome.from} answered with version ${welcome.version}`);
      return;
    }
    const socket = this.#settle();
    if (socket === null) return;
    socket.removeAllListeners("data");
    const { version, incarnation } = welcome;
    const identity = { peer, lane, direction: "out", address, version, incarnation } as const;
    emit({ kind: "connected", ...identity, lane: laneName(lane) });
    this.#onOutcome({ ok: true, connection: new Connection(socket, identity, limits, clock), rest });
  }

  #onRefusal(refusal: Refused): void {
    const name = refusalCauseName(refusal.cause);
    this.#environment.emit({
      kind: "refused-by-peer",
      peer: this.#target.peer,
      address: this.#target.address,
      cause: name ?? "unknown",
      text: refusal.detail,
      remedy: name === null ? "The peer runs a later version; see its log." : remedyOf(name),
    });
    this.#finish({ ok: false, cause: "refused", text: refusal.detail, refused: true });
  }

  #fail(cause: DisconnectCause, text: string): void {
    this.#finish({ ok: false, cause, text, refused: false });
  }

  #finish(outcome: DialOutcome): void {
    if (this.#settled) return;
    this.#settle()?.destroy();
    this.#onOutcome(outcome);
  }

  #settle(): Socket | null {
    this.#settled = true;
    this.#cancelTimer();
    return this.#socket;
  }
}

/** Begins to connect; with TLS the socket is ready at `secureConnect`, without at `connect`. */
export function openSocket(to: HostPort, tls: TlsIdentity | null): Socket {
  if (tls === null) return connect({ host: to.host, port: to.port });
  return connectTls({
    host: to.host,
    port: to.port,
    secureContext: tls.context,
    minVersion: "TLSv1.3",
    rejectUnauthorized: true,
    // A host name is what the certificate is checked against; addresses must not be sent as one.
    ...(isIP(to.host) === 0 ? { servername: to.host } : {}),
  });
}
