/**
 * The router: which handler answers which method. Built from the service descriptors of `@quorate/etcd-api`; the front
 * and the gateway walk over it.
 */

import type { Method } from "@quorate/etcd-api";
import type { CallContext, DuplexHandler, ServerStreamHandler, UnaryHandler } from "./call.ts";

/** A method with its handler. */
export type Route =
  | { readonly kind: "unary"; readonly method: Method; readonly handle: UnaryHandler<object, object> }
  | {
      readonly kind: "server-stream";
      readonly method: Method;
      readonly handle: ServerStreamHandler<object, object>;
    }
  | { readonly kind: "duplex"; readonly method: Method; readonly handle: DuplexHandler<object, object> };

/**
 * Decides, before any handler sees a request, whether it may pass. Throws RpcError if not. The one place for auth. Of a
 * method whose client streams, it is asked for each message; `makeGatekeeper` in handlers/gatekeeper.ts makes it.
 */
export type Gatekeeper = (route: Route, request: object, context: CallContext) => void | Promise<void>;

/** See the module. */
export class Router {
  private readonly routes = new Map<string, Route>();

  /** Adds a unary method. */
  unary<Request extends object, Response extends object>(
    method: Method<Request, Response>,
    handle: UnaryHandler<Request, Response>,
  ): void {
    this.add({
      kind: "unary",
      method: method as unknown as Method,
      handle: handle as unknown as UnaryHandler<object, object>,
    });
  }

  /** Adds a method whose answer is a stream. */
  serverStream<Request extends object, Response extends object>(
    method: Method<Request, Response>,
    handle: ServerStreamHandler<Request, Response>,
  ): void {
    this.add({
      kind: "server-stream",
      method: method as unknown as Method,
      handle: handle as unknown as ServerStreamHandler<object, object>,
    });
  }

  /** Adds a method with streams both ways. */
  duplex<Request extends object, Response extends object>(
    method: Method<Request, Response>,
    handle: DuplexHandler<Request, Response>,
  ): void {
    this.add({
      kind: "duplex",
      method: method as unknown as Method,
      handle: handle as unknown as DuplexHandler<object, object>,
    });
  }

  /** The route of a path, or undefined: the call is answered with UNIMPLEMENTED `unknown service …` / `unknown method …`. */
  find(path: string): Route | undefined {
    return this.routes.get(path);
  }

  /** How many there are. */
  get size(): number {
    return this.routes.size;
  }

  /** All routes. */
  all(): Iterable<Route> {
    return this.routes.values();
  }

  /** Adds a route as it is. */
  add(route: Route): void {
    if (this.routes.has(route.method.path)) throw new Error(`${route.method.path} has two handlers`);
    this.routes.set(route.method.path, route);
  }
}
