/**
 * One HTTP/2 connection: which of its streams are calls, and what keeps it alive or ends it.
 */

import type { Socket } from "node:net";
import { encodeBlock } from "../http2/hpack-encoder.ts";
import { Http2Session, type SessionOwner, type SessionShare } from "../http2/http2-session.ts";
import type { Http2Stream } from "../http2/http2-stream.ts";
import type { RequestHead } from "../http2/request-head.ts";
import type { Router } from "../rpc/router.ts";
import { acceptCall } from "./accept-call.ts";
import type { ByteBudget } from "./byte-budget.ts";
import type { CallEnvironment } from "./call-environment.ts";
import type { CallConnection } from "./call-wire.ts";
import type { FrontEventSink } from "./front-event.ts";
import type { FrontLimits } from "./front-limits.ts";
import { Http2Wire } from "./http2-wire.ts";
import { PingGuard } from "./ping-guard.ts";

/** What the connections of a front share. */
export type Http2Target = {
  readonly environment: CallEnvironment;
  /** Null: gRPC is not served here. */
  readonly router: Router | null;
  readonly limits: FrontLimits;
  readonly budget: ByteBudget;
  readonly share: SessionShare;
  readonly emit: FrontEventSink;
  /** Serves what is no gRPC. */
  readonly onPlainStream: (stream: Http2Stream, head: RequestHead, socket: Socket) => void;
};

const onlyPost = encodeBlock([
  [":status", "405"],
  ["allow", "POST"],
]);
/** For CONNECT. */
const notImplemented = encodeBlock([[":status", "501"]]);

/** See the module. */
export class Http2Connection implements SessionOwner {
  readonly limits: FrontLimits;
  readonly budget: ByteBudget;
  /** Resolves when the connection has ended. */
  readonly closed: Promise<void>;
  private readonly target: Http2Target;
  private readonly caller: CallConnection;
  private readonly socket: Socket;
  private readonly pings: PingGuard;
  private readonly session: Http2Session;
  private readonly resolveClosed: () => void;
  private keepaliveTimer: NodeJS.Timeout | null = null;
  private seenBytes = 0;
  private isClosed = false;

  /** Takes over a socket whose next bytes are, or should be, the preface of HTTP/2. */
  constructor(target: Http2Target, socket: Socket, caller: CallConnection) {
    const { limits } = target;
    this.target = target;
    this.limits = limits;
    this.budget = target.budget;
    this.caller = caller;
    this.socket = socket;
    this.pings = new PingGuard(limits.keepaliveMinMs, limits.pingStrikesMax);
    const { promise, resolve } = Promise.withResolvers<void>();
    this.closed = promise;
    this.resolveClosed = resolve;
    this.session = new Http2Session(socket, target.share, this);
  }

  /** Called for everything that is sent on a stream. */
  noteSent(): void {
    this.pings.noteSent();
  }

  /** Takes no new calls (GOAWAY) and ends when the open ones have. */
  close(): void {
    this.session.leave();
  }

  /** Ends at once. */
  destroy(): void {
    this.session.destroy();
  }

  onRequest(stream: Http2Stream, head: RequestHead): void {
    const { contentType } = head;
    const { router, environment, onPlainStream } = this.target;
    if (head.path === "") {
      stream.respond(notImplemented, true);
      return;
    }
    if (router === null || contentType === null || !isGrpc(contentType)) {
      onPlainStream(stream, head, this.socket);
      return;
    }
    if (head.method !== "POST") {
      stream.respond(onlyPost, true);
      return;
    }
    const wire = new Http2Wire(stream, this, contentType);
    wire.attach(acceptCall(environment, router, head, this.caller, wire));
  }

  onReady(): void {
    this.scheduleKeepalive();
  }

  isPingTooMany(openStreams: number): boolean {
    if (!this.pings.isTooMany(performance.now(), openStreams)) return false;
    this.target.emit({ kind: "too-many-pings", peer: this.caller.peer });
    return true;
  }

  onPong(): void {
    this.scheduleKeepalive();
  }

  onError(error: Error): void {
    this.target.emit({ kind: "client-refused", peer: this.caller.peer, what: error.message });
  }

  onClose(): void {
    this.isClosed = true;
    if (this.keepaliveTimer !== null) clearTimeout(this.keepaliveTimer);
    this.resolveClosed();
  }

  /** Pings after a silence; whatever arrived since the last look counts as a sign of life. */
  private scheduleKeepalive(): void {
    const { keepaliveIntervalMs } = this.limits;
    if (keepaliveIntervalMs === 0 || this.isClosed) return;
    if (this.keepaliveTimer !== null) clearTimeout(this.keepaliveTimer);
    this.seenBytes = this.socket.bytesRead;
    this.keepaliveTimer = setTimeout(() => {
      if (this.socket.bytesRead === this.seenBytes) this.ping();
      else this.scheduleKeepalive();
    }, keepaliveIntervalMs);
  }

  private ping(): void {
    this.keepaliveTimer = setTimeout(() => {
      this.target.emit({ kind: "keepalive-failed", peer: this.caller.peer });
      this.destroy();
    }, this.limits.keepaliveTimeoutMs);
    this.session.ping();
  }
}

/** `application/grpc`, with a subtype (`+proto`) or parameters or without; not `application/grpc-web`. */
function isGrpc(contentType: string): boolean {
  if (!contentType.startsWith("application/grpc")) return false;
  const next = contentType.charAt("application/grpc".length);
  return next === "" || next === "+" || next === ";";
}
