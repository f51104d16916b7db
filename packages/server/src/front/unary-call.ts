/**
 * A unary call: the hot path. It runs when its message is whole, without waiting for the client's half-close.
 */

import type { Route } from "../rpc/router.ts";
import { RpcCode } from "../rpc/rpc-error.ts";
import type { CallCodec, MessageSource } from "./call-codec.ts";
import { type CallEnvironment, callCanceled, deadlineExceeded, statusOf } from "./call-environment.ts";
import type { CallReceiver, CallWire } from "./call-wire.ts";
import type { Decompress } from "./compression.ts";
import type { RequestContext } from "./request-context.ts";

/** A route of this kind. */
export type UnaryRoute = Extract<Route, { kind: "unary" }>;

/** See the module. */
export class UnaryCall implements CallReceiver {
  private readonly environment: CallEnvironment;
  private readonly route: UnaryRoute;
  private readonly codec: CallCodec;
  private readonly context: RequestContext;
  private readonly wire: CallWire;
  private readonly decompress: Decompress | null;
  private readonly startedAt: number;
  /** Made only when the request does not come in one piece. */
  private source: MessageSource | null = null;
  private isStarted = false;
  private isEnded = false;
  private timer: NodeJS.Timeout | null = null;

  constructor(
    environment: CallEnvironment,
    route: UnaryRoute,
    codec: CallCodec,
    context: RequestContext,
    wire: CallWire,
    decompress: Decompress | null,
  ) {
    this.environment = environment;
    this.route = route;
    this.codec = codec;
    this.context = context;
    this.wire = wire;
    this.decompress = decompress;
    this.startedAt = performance.now();
    environment.observer.started(route);
  }

  onBytes(bytes: Uint8Array): void {
    // A second message of a unary call is read and dropped, as in other servers.
    if (this.isStarted || this.isEnded) return;
    try {
      const message = this.nextMessage(bytes);
      if (message === null) {
        this.armRequestLimit();
        return;
      }
      this.begin(message);
    } catch (error) {
      this.fail(error);
    }
  }

  onHalfClose(): void {
    if (this.isStarted || this.isEnded) return;
    const { nothing } = this.codec;
    const held = this.source?.heldBytes ?? 0;
    if (held > 0 || nothing === null) {
      this.fail(this.codec.incomplete(held));
      return;
    }
    try {
      this.begin(nothing);
    } catch (error) {
      this.fail(error);
    }
  }

  onDrain(): void {}

  onClose(): void {
    if (this.isEnded) return;
    const reason = callCanceled();
    this.context.abort(reason);
    this.finish(reason.code);
  }

  private nextMessage(bytes: Uint8Array): Uint8Array | null {
    if (this.source === null) {
      const only = this.codec.only(bytes, this.environment.frameLimits.messageBytesMax);
      if (only !== null) return only;
      this.source = this.codec.makeSource(this.environment.frameLimits, this.decompress);
    }
    this.source.push(bytes);
    const message = this.source.next();
    if (message !== null) this.source.clear();
    return message;
  }

  private begin(message: Uint8Array): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    this.isStarted = true;
    this.environment.observer.received(this.route, message.length);
    this.run(this.codec.decode(this.environment, this.route, message));
  }

  private run(request: object): void {
    const { gatekeeper } = this.environment;
    const passed = gatekeeper?.(this.route, request, this.context);
    if (passed instanceof Promise) {
      this.armDeadline();
      passed.then(
        () => this.handle(request),
        (error: unknown) => this.fail(error),
      );
    } else {
      this.handle(request);
    }
  }

  /** Never throws: it also runs behind a promise. */
  private handle(request: object): void {
    if (this.isEnded) return;
    try {
      const response = this.route.handle(request, this.context);
      if (response instanceof Promise) {
        this.armDeadline();
        response.then(
          (value) => this.succeed(value),
          (error: unknown) => this.fail(error),
        );
      } else {
        this.succeed(response);
      }
    } catch (error) {
      this.fail(error);
    }
  }

  private succeed(response: object): void {
    if (this.isEnded) return;
    let frame: Uint8Array;
    try {
      frame = this.codec.encode(this.route, response);
    } catch (error) {
      this.fail(error);
      return;
    }
    this.finish(RpcCode.ok);
    this.environment.observer.sent(this.route, frame.length);
    this.wire.end(frame, RpcCode.ok, "");
  }

  private fail(error: unknown): void {
    if (this.isEnded) return;
    const status = statusOf(this.environment, this.route.method.path, error);
    this.finish(status.code);
    this.wire.end(null, status.code, status.message);
  }

  private finish(code: RpcCode): void {
    this.isEnded = true;
    this.source?.clear();
    if (this.timer !== null) clearTimeout(this.timer);
    const durationMs = performance.now() - this.startedAt;
    this.environment.observer.ended(this.route, code, durationMs, this.context.peer);
  }

  /** A client that stops within its request gives its room back. */
  private armRequestLimit(): void {
    if (this.timer !== null) return;
    const { requestMs } = this.environment;
    const { timeoutMs } = this.context;
    this.timer = setTimeout(
      () => this.expire(),
      timeoutMs === null ? requestMs : Math.min(timeoutMs, requestMs),
    );
  }

  private expire(): void {
    const reason = deadlineExceeded();
    this.context.abort(reason);
    this.fail(reason);
  }

  /** Only once something is waited for: a call that is answered at once needs no timer. */
  private armDeadline(): void {
    if (this.timer !== null || this.context.timeoutMs === null) return;
    this.timer = setTimeout(() => this.expire(), this.context.timeoutMs);
  }
}
