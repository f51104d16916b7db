/**
 * The JSON gateway: every method under its paths, by POST. The calls are the same as over gRPC; see `json-codec.ts` for
 * the form of their messages.
 *
 * Metadata come from headers as with etcd's gateway: `Authorization`, and `Grpc-Metadata-Name` for `name`; `traceparent`
 * besides, for the audit log. A client certificate says nothing here (reference §6).
 */

import type { Route, Router } from "../rpc/router.ts";
import { acceptJsonCall } from "./accept-call.ts";
import type { CallEnvironment } from "./call-environment.ts";
import type { FrontLimits } from "./front-limits.ts";
import { GatewayWire } from "./gateway-wire.ts";
import type { HttpRequest, HttpResponse } from "./http-exchange.ts";
import { respondWrongMethod } from "./http-respond.ts";

const metadataPrefix = "grpc-metadata-";
/** Old names of the same paths. */
const prefixes = ["/v3/", "/v3beta/", "/v3alpha/"];

/** See the module. */
export class Gateway {
  private readonly environment: CallEnvironment;
  private readonly router: Router;
  private readonly limits: FrontLimits;
  private readonly routes = new Map<string, Route>();
  private routeCount = -1;

  constructor(environment: CallEnvironment, router: Router, limits: FrontLimits) {
    const { budget } = environment.frameLimits;
    this.environment = {
      ...environment,
      frameLimits: { messageBytesMax: limits.gatewayBodyBytesMax, budget },
    };
    this.router = router;
    this.limits = limits;
  }

  /** The method of a path, or undefined. */
  find(path: string): Route | undefined {
    if (this.routeCount !== this.router.size) this.index();
    return this.routes.get(path);
  }

  /** Serves a request for a method. */
  serve(route: Route, request: HttpRequest, response: HttpResponse): void {
    if (request.method !== "POST") {
      respondWrongMethod(response, "POST");
      return;
    }
    const wire = new GatewayWire(request, response, this.limits.sinkBytesMax);
    const { "grpc-timeout": timeout } = request.headers;
    const head = { timeout: typeof timeout === "string" ? timeout : null, rawHeaders: metadataOf(request) };
    wire.attach(acceptJsonCall(this.environment, route, head, peerOf(request), wire));
    if (route.kind !== "duplex") this.limitBody(request);
  }

  /** A client that stops within its body is cut off. */
  private limitBody(request: HttpRequest): void {
    const timer = setTimeout(() => request.destroy(), this.limits.requestMs);
    request.once("end", () => clearTimeout(timer));
    request.once("close", () => clearTimeout(timer));
  }

  /** Services are registered after the front is there. */
  private index(): void {
    this.routeCount = this.router.size;
    for (const route of this.router.all()) {
      for (const path of route.method.gatewayPaths) {
        for (const prefix of prefixes) this.routes.set(path.replace("/v3/", prefix), route);
      }
    }
  }
}

function metadataOf({ rawHeaders }: HttpRequest): readonly string[] {
  const metadata: string[] = [];
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = (rawHeaders[at] as string).toLowerCase();
    const value = rawHeaders[at + 1] as string;
    if (name === "authorization" || name === "traceparent") metadata.push(name, value);
    else if (name.startsWith(metadataPrefix)) metadata.push(name.slice(metadataPrefix.length), value);
  }
  return metadata;
}

function peerOf({ socket }: HttpRequest): string {
  return `${socket.remoteAddress ?? "@"}:${socket.remotePort ?? 0}`;
}
