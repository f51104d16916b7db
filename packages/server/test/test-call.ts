/**
 * Calls as a front makes them, without HTTP: messages go through their encoding, and the bytes of a request are overwritten
 * as soon as the front could use them again, so that a handler which keeps a view of them is found out.
 */

import { decode, encode, type Method } from "@quorate/etcd-api";
import type { Identity } from "../src/auth/identity.ts";
import type { CallContext, ResponseSink } from "../src/rpc/call.ts";
import { toRpcError } from "../src/rpc/error-table.ts";
import type { Gatekeeper, Route, Router } from "../src/rpc/router.ts";
import { RpcCode, RpcError } from "../src/rpc/rpc-error.ts";

/** What a test says about a call. */
export type CallOptions = {
  readonly metadata?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
  /** Of the client's certificate. */
  readonly certificateName?: string;
  readonly via?: "grpc" | "gateway";
  /** `address:port`; default 127.0.0.1:4001. */
  readonly peer?: string;
};

/** A call's context, and its end. */
export class TestContext implements CallContext {
  readonly path: string;
  readonly peer: string;
  readonly certificateName: string | null;
  readonly via: "grpc" | "gateway";
  identity: Identity | null = null;
  refusal: RpcError | null = null;
  readonly timeoutMs: number | null;
  private readonly entries: Readonly<Record<string, string>>;
  private readonly controller = new AbortController();

  constructor(path: string, options: CallOptions) {
    this.path = path;
    this.timeoutMs = options.timeoutMs ?? null;
    this.certificateName = options.certificateName ?? null;
    this.via = options.via ?? "grpc";
    this.peer = options.peer ?? "127.0.0.1:4001";
    this.entries = options.metadata ?? {};
  }

  metadata(name: string): string | null {
    return this.entries[name] ?? null;
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  /** The client gives the call up. */
  cancel(): void {
    this.controller.abort(new RpcError(RpcCode.canceled, "context canceled"));
  }
}

/** Services as a client sees them. */
export type Services = { readonly router: Router; readonly gatekeeper: Gatekeeper };

/** A unary call under way. */
export type UnaryCall<Response> = { readonly response: Promise<Response>; cancel(): void };

/** Begins a unary call. It rejects with the RpcError that a client is told. */
export function beginUnary<Request extends object, Response extends object>(
  services: Services,
  method: Method<Request, Response>,
  fields: Partial<Request>,
  options: CallOptions = {},
): UnaryCall<Response> {
  const context = new TestContext(method.path, options);
  const run = async (): Promise<Response> => {
    const route = routeOf(services, method, "unary");
    const bytes = encode(method.request, method.request.create(fields)).slice();
    try {
      const request = decode(method.request, bytes);
      await services.gatekeeper(route, request, context);
      const response = (await route.handle(request, context)) as Response;
      return decode(method.response, encode(method.response, response).slice());
    } catch (error) {
      throw toRpcError(error);
    } finally {
      bytes.fill(0xaa);
    }
  };
  return { response: run(), cancel: () => context.cancel() };
}

function routeOf<Kind extends Route["kind"]>(
  services: Services,
  { path }: Pick<Method, "path">,
  kind: Kind,
): Extract<Route, { kind: Kind }> {
  const route = services.router.find(path);
  if (route === undefined) throw new RpcError(RpcCode.unimplemented, `unknown method ${path}`);
  if (route.kind !== kind) throw new Error(`${path} is ${route.kind}, not ${kind}`);
  return route as Extract<Route, { kind: Kind }>;
}

/** A stream of responses under way, with or without a stream of requests. */
export class StreamCall<Request extends object, Response extends object> implements ResponseSink<object> {
  /** What came and was not taken out by the test. */
  readonly received: Response[] = [];
  /** Bytes of the messages that came. */
  readonly receivedBytes: number[] = [];
  /** Resolves with the status; null is OK. */
  readonly ended: Promise<RpcError | null>;
  /** Messages that the client takes before it is full; a test sets it. */
  room = Number.POSITIVE_INFINITY;
  isEnded = false;
  readonly bufferedBytes = 0;
  private readonly method: Method<Request, Response>;
  private readonly services: Services;
  private readonly context: TestContext;
  private readonly requests: Uint8Array[] = [];
  private isHalfClosed = false;
  private handed: Uint8Array | null = null;
  private wakeHandler: (() => void) | null = null;
  private drain: PromiseWithResolvers<void> | null = null;

  constructor(services: Services, method: Method<Request, Response>, options: CallOptions = {}) {
    this.services = services;
    this.method = method;
    this.context = new TestContext(method.path, options);
    const { promise, resolve } = Promise.withResolvers<RpcError | null>();
    this.ended = promise;
    this.context.signal.addEventListener("abort", () => this.wakeHandler?.());
    const end = (status: RpcError | null): void => {
      this.isEnded = true;
      this.drain?.resolve();
      resolve(status);
    };
    queueMicrotask(() => {
      this.start().then(
        () => end(null),
        (error: unknown) => end(toRpcError(error)),
      );
    });
  }

  private async start(): Promise<void> {
    if (this.method.clientStreams) {
      const requests = { [Symbol.asyncIterator]: () => this.iterator() };
      return routeOf(this.services, this.method, "duplex").handle(requests, this.context, this);
    }
    const first = await this.nextRequest();
    if (first.done === true) throw new Error("no request");
    await routeOf(this.services, this.method, "server-stream").handle(first.value, this.context, this);
  }

  // --- the client's side

  /** Says something. */
  send(fields: Partial<Request>): this {
    this.requests.push(encode(this.method.request, this.method.request.create(fields)).slice());
    this.wakeHandler?.();
    return this;
  }

  halfClose(): void {
    this.isHalfClosed = true;
    this.wakeHandler?.();
  }

  cancel(): void {
    this.context.cancel();
  }

  /** Requests that the handler has not pulled. */
  get waitingRequests(): number {
    return this.requests.length;
  }

  /** The client takes messages again. */
  makeRoom(messages = Number.POSITIVE_INFINITY): void {
    this.room = messages;
    if (this.room > 0) {
      this.drain?.resolve();
      this.drain = null;
    }
  }

  // --- the handler's side

  private iterator(): AsyncIterator<object, undefined> {
    return {
      next: () => this.nextRequest(),
      return: async () => ({ done: true, value: undefined }),
    };
  }

  private async nextRequest(): Promise<IteratorResult<object, undefined>> {
    this.handed?.fill(0xaa);
    this.handed = null;
    while (this.requests.length === 0) {
      if (this.context.signal.aborted) throw this.context.signal.reason;
      if (this.isHalfClosed) return { done: true, value: undefined };
      await new Promise<void>((resolve) => {
        this.wakeHandler = resolve;
      });
    }
    const bytes = this.requests.shift() as Uint8Array;
    const request = decode(this.method.request, bytes);
    const route = this.services.router.find(this.method.path);
    if (route !== undefined) await this.services.gatekeeper(route, request, this.context);
    this.handed = bytes;
    return { done: false, value: request };
  }

  write(message: object): boolean {
    if (this.isEnded) return true;
    const bytes = encode(this.method.response, message as Response).slice();
    this.received.push(decode(this.method.response, bytes));
    this.receivedBytes.push(bytes.length);
    this.room--;
    return this.room > 0;
  }

  drained(): Promise<void> {
    if (this.isEnded || this.room > 0) return Promise.resolve();
    this.drain ??= Promise.withResolvers<void>();
    return this.drain.promise;
  }
}
