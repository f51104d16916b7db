/**
 * What is served that is no gRPC: health, version, metrics, profiles, and the JSON gateway.
 */

import type { Router } from "../rpc/router.ts";
import type { RpcError } from "../rpc/rpc-error.ts";
import type { Gateway } from "./gateway.ts";
import type { HealthChecks } from "./health-checks.ts";
import type { HttpHandler, HttpRequest, HttpResponse } from "./http-exchange.ts";
import { respondJson, respondStatus, respondText, respondWrongMethod } from "./http-respond.ts";
import type { OriginGuard } from "./origin-guard.ts";
import type { Profiles } from "./profiles.ts";

/** Who serves what; null: that is not served. */
export type HttpParts = {
  readonly health: HealthChecks;
  /** `/version`: names and versions. */
  readonly version: () => Readonly<Record<string, string>>;
  /** `/metrics`: its type and text. */
  readonly metrics: () => Promise<{ readonly type: string; readonly text: string }>;
  /** `/debug/vars`. */
  readonly variables: () => object;
  readonly profiles: Profiles | null;
  readonly gateway: Gateway | null;
  readonly origins: OriginGuard;
  /** To tell a call that has the wrong type from a path that does not exist. */
  readonly router: Router;
  /** Why calls are not served now; null: they are. */
  readonly refusal: () => RpcError | null;
  /** Told of every request when it is answered; `handler` is one of a few names. */
  readonly observe: (handler: string, method: string, status: number, durationMs: number) => void;
};

const welcome = `This is Quorate, which speaks etcd's API, version 3.

  gRPC        any etcd client, at this address
  JSON        POST /v3/kv/range and others
  health      /health /livez /readyz
  about       /version /metrics
`;

/** Paths of the gateway; its methods are known only when the services are. */
const prefixes = /^\/v3(?:beta|alpha)?\//;

/** Methods that the metrics name; clients may send any text. */
const methods: ReadonlySet<string> = new Set(["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"]);

/** Everything but gRPC, for the URLs of clients. */
export function clientHttp(parts: HttpParts): HttpHandler {
  return (request, response) => {
    const { path, query } = split(request);
    const name = begin(parts, request, response, path);
    if (parts.origins.handles(request, response)) return;
    if (serveStatus(parts, path, query, request, response)) return;
    if (serveAbout(parts, path, query, request, response)) return;
    const route = parts.gateway?.find(path);
    if (route !== undefined) {
      name.handler = route.method.path;
      parts.gateway?.serve(route, request, response);
      return;
    }
    closeAfter(request, response);
    const refusal = parts.refusal();
    if (refusal !== null && prefixes.test(path)) {
      respondStatus(response, refusal.code, refusal.message);
    } else if (parts.router.find(path) !== undefined) {
      respondText(response, 415, "gRPC needs content-type: application/grpc, over HTTP/2\n");
    } else if (prefixes.test(path) && parts.gateway === null) {
      respondText(response, 404, `there is nothing at ${path}: the JSON gateway is turned off\n`);
    } else {
      respondText(response, 404, `there is nothing at ${path}\n`);
    }
  };
}

/** Health and metrics alone, for URLs of their own. */
export function metricsHttp(parts: HttpParts): HttpHandler {
  return (request, response) => {
    const { path, query } = split(request);
    begin(parts, request, response, path);
    if (serveStatus(parts, path, query, request, response)) return;
    closeAfter(request, response);
    respondText(
      response,
      404,
      `there is nothing at ${path}: only /metrics, /health, /livez and /readyz are here\n`,
    );
  };
}

/** Names of handlers in the metrics; everything else is `other`. */
const knownPaths: ReadonlySet<string> = new Set([
  "/",
  "/health",
  "/livez",
  "/readyz",
  "/version",
  "/metrics",
]);

/** Sees to it that the request is counted; its name may still be changed. */
function begin(
  parts: HttpParts,
  request: HttpRequest,
  response: HttpResponse,
  path: string,
): { handler: string } {
  const name = { handler: knownPaths.has(path) ? path : "other" };
  const startedAt = performance.now();
  const method = methods.has(request.method ?? "") ? (request.method as string) : "other";
  response.once("close", () => {
    parts.observe(name.handler, method, response.statusCode, performance.now() - startedAt);
  });
  if (parts.refusal() !== null && request.httpVersionMajor === 1) response.setHeader("connection", "close");
  return name;
}

function serveStatus(
  parts: HttpParts,
  path: string,
  query: URLSearchParams,
  request: HttpRequest,
  response: HttpResponse,
): boolean {
  if (path === "/metrics") {
    if (request.method !== "GET") {
      closeAfter(request, response);
      respondWrongMethod(response, "GET");
      return true;
    }
    parts.metrics().then(
      ({ type, text }) => respondText(response, 200, text, { "content-type": type }),
      (error: unknown) => respondText(response, 500, `no metrics: ${String(error)}\n`),
    );
    return true;
  }
  if (!/^\/(health|livez|readyz)/.test(path)) return false;
  closeAfter(request, response);
  return parts.health.handles(path, query, request, response);
}

function serveAbout(
  parts: HttpParts,
  path: string,
  query: URLSearchParams,
  request: HttpRequest,
  response: HttpResponse,
): boolean {
  if (parts.profiles?.handles(path, query, request, response) === true) return true;
  const answer =
    path === "/"
      ? () => respondText(response, 200, welcome)
      : path === "/version"
        ? () => respondJson(response, 200, parts.version())
        : path === "/debug/vars"
          ? () => respondJson(response, 200, parts.variables())
          : null;
  if (answer === null) return false;
  closeAfter(request, response);
  if (request.method === "GET" || request.method === "HEAD") answer();
  else respondWrongMethod(response, "GET");
  return true;
}

/** A request whose body nobody reads ends its connection, or the body would have to be swallowed to its end. */
function closeAfter(request: HttpRequest, response: HttpResponse): void {
  const { "content-length": length, "transfer-encoding": encoding } = request.headers;
  const hasBody = encoding !== undefined || (length !== undefined && length !== "0");
  if (hasBody && request.httpVersionMajor === 1) response.setHeader("connection", "close");
}

function split(request: HttpRequest): { readonly path: string; readonly query: URLSearchParams } {
  const url = request.url ?? "/";
  const mark = url.indexOf("?");
  if (mark < 0) return { path: url, query: new URLSearchParams() };
  return { path: url.slice(0, mark), query: new URLSearchParams(url.slice(mark + 1)) };
}
