/**
 * A call whose answer is a stream: one request, or a stream of them.
 */

import type { ResponseSink } from "../rpc/call.ts";
import type { Route } from "../rpc/router.ts";
import { RpcCode, type RpcError } from "../rpc/rpc-error.ts";
import type { CallCodec } from "./call-codec.ts";
import { type CallEnvironment, callCanceled, deadlineExceeded, statusOf } from "./call-environment.ts";
import type { CallReceiver, CallWire } from "./call-wire.ts";
import type { Decompress } from "./compression.ts";
import type { RequestContext } from "./request-context.ts";
import { RequestQueue } from "./request-queue.ts";

/** A route of these kinds. */
export type StreamRoute = Exclude<Route, { kind: "unary" }>;

/** See the module. */
export class StreamCall implements CallReceiver, ResponseSink<object> {
  private readonly environment: CallEnvironment;
  private readonly route: StreamRoute;
  private readonly codec: CallCodec;
  private readonly context: RequestContext;
  private readonly wire: CallWire;
  private readonly requests: RequestQueue<object>;
  private readonly startedAt: number;
  private readonly timer: NodeJS.Timeout | null;
  private isEnded = false;
  private drain: PromiseWithResolvers<void> | null = null;
  private isFull = false;

  constructor(
    environment: CallEnvironment,
    route: StreamRoute,
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
    this.startedAt = performance.now();
    const source = codec.makeSource(environment.frameLimits, decompress);
    this.requests = new RequestQueue<object>(source, codec, wire, (message) => this.parse(message));
    this.timer = context.timeoutMs === null ? null : setTimeout(() => this.expire(), context.timeoutMs);
    environment.observer.started(route);
    environment.gate.streams.add(this);
  }

  /** Runs the handler; the call ends with it. */
  start(): void {
    const running =
      this.route.kind === "duplex" ? this.runDuplex(this.route) : this.runServerStream(this.route);
    running.then(
      () => this.succeed(),
      (error: unknown) => this.fail(error),
    );
  }

  /** Ends the call from the server's side. */
  end(status: RpcError): void {
    this.fail(status);
  }

  onBytes(bytes: Uint8Array): void {
    if (this.isEnded) return;
    try {
      this.requests.push(bytes);
    } catch (error) {
      this.fail(error);
    }
  }

  onHalfClose(): void {
    this.requests.halfClose();
  }

  onDrain(): void {
    this.isFull = false;
    this.drain?.resolve();
    this.drain = null;
  }

  onClose(): void {
    if (!this.isEnded) {
      const reason = callCanceled();
      this.finish(reason.code, reason);
    }
    this.onDrain();
  }

  write(message: object): boolean {
    if (this.isEnded) return true;
    const frame = this.codec.encode(this.route, message);
    this.environment.observer.sent(this.route, frame.length);
    if (!this.wire.write(frame)) this.isFull = true;
    return !this.isFull;
  }

  drained(): Promise<void> {
    if (this.isEnded || !this.isFull) return Promise.resolve();
    this.drain ??= Promise.withResolvers<void>();
    return this.drain.promise;
  }

  get bufferedBytes(): number {
    return this.wire.bufferedBytes;
  }

  private async runDuplex(route: Extract<StreamRoute, { kind: "duplex" }>): Promise<void> {
    await route.handle(this.requests, this.context, this);
  }

  private async runServerStream(route: Extract<StreamRoute, { kind: "server-stream" }>): Promise<void> {
    const first = await this.requests.next();
    const request = first.done === true ? await this.emptyRequest() : first.value;
    // What comes after the one request is of no interest; the client's giving up is told by the signal.
    void this.requests.return();
    await route.handle(request, this.context, this);
  }

  private emptyRequest(): object | Promise<object> {
    const { nothing } = this.codec;
    if (nothing === null) throw this.codec.incomplete(0);
    return this.parse(nothing);
  }

  private parse(message: Uint8Array): object | Promise<object> {
    this.environment.observer.received(this.route, message.length);
    const request = this.codec.decode(this.environment, this.route, message);
    const passed = this.environment.gatekeeper?.(this.route, request, this.context);
    return passed instanceof Promise ? passed.then(() => request) : request;
  }

  private succeed(): void {
    if (this.isEnded) return;
    this.finish(RpcCode.ok, new Error("the call has ended"));
    this.wire.end(null, RpcCode.ok, "");
  }

  private fail(error: unknown): void {
    if (this.isEnded) return;
    const status = statusOf(this.environment, this.route.method.path, error);
    this.finish(status.code, status);
    this.wire.end(null, status.code, status.message);
  }

  private expire(): void {
    const reason = deadlineExceeded();
    this.context.abort(reason);
    this.fail(reason);
  }

  private finish(code: RpcCode, reason: Error): void {
    this.isEnded = true;
    this.environment.gate.streams.delete(this);
    if (this.timer !== null) clearTimeout(this.timer);
    if (code !== RpcCode.ok) this.context.abort(reason);
    this.requests.fail(reason);
    this.onDrain();
    const durationMs = performance.now() - this.startedAt;
    this.environment.observer.ended(this.route, code, durationMs, this.context.peer);
  }
}
