/**
 * A front with everything that it serves over HTTP, and requests to it.
 */

import { request as httpRequest, type IncomingHttpHeaders } from "node:http";
import { Registry } from "prom-client";
import { CallMetrics } from "../src/front/call-metrics.ts";
import type { FrontOptions } from "../src/front/front.ts";
import { Gateway } from "../src/front/gateway.ts";
import { HealthChecks, type HealthSource } from "../src/front/health-checks.ts";
import { clientHttp, type HttpParts, metricsHttp } from "../src/front/http-routes.ts";
import { OriginGuard } from "../src/front/origin-guard.ts";
import { serve } from "./front-fixture.ts";
import type { ToyHandlers } from "./front-toy.ts";

/** A member that is well, except for what a test says. */
const well: HealthSource = {
  refusal: null,
  hasLeader: true,
  isLearner: false,
  alarms: [],
  readLinearizable: () => Promise.resolve(),
  readSerializable: () => Promise.resolve(),
};

/** What a test chooses. */
export type HttpOptions = {
  readonly source?: Partial<HealthSource>;
  readonly parts?: Partial<HttpParts>;
  readonly front?: Partial<FrontOptions>;
};

/** A front with everything over HTTP. */
export async function serveHttp(handlers: ToyHandlers = {}, { source, parts, front }: HttpOptions = {}) {
  const seen: string[] = [];
  const register = new Registry();
  const calls = new CallMetrics({ register, isExtensive: true, slowRequestMs: 0, emit: () => undefined });
  const fixture = await serve(handlers, {
    observer: calls,
    http: ({ environment, router, limits }) => {
      const all: HttpParts = {
        health: new HealthChecks({ ...well, ...source }, () => undefined),
        version: () => ({ etcdserver: "3.6.0" }),
        metrics: async () => ({ type: register.contentType, text: await register.metrics() }),
        variables: () => ({}),
        profiles: null,
        gateway: new Gateway(environment, router, limits),
        origins: new OriginGuard(["*"], ["*"]),
        router,
        refusal: () => environment.gate.refusal,
        observe: (handler, method, status) => seen.push(`${handler} ${method} ${status}`),
        ...parts,
      };
      return { client: clientHttp(all), metrics: metricsHttp(all) };
    },
    ...front,
  });
  return { ...fixture, seen };
}

/** An answer. */
export type Answer = {
  readonly status: number;
  readonly text: string;
  readonly headers: IncomingHttpHeaders;
};

/** A request over HTTP/1.1. */
export function ask(
  url: string,
  method = "GET",
  body: string | null = null,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(url, { method, headers, agent: false }, (response) => {
      response.setEncoding("utf8");
      let text = "";
      response.on("data", (piece: string) => {
        text += piece;
      });
      response.on("end", () =>
        resolve({ status: response.statusCode ?? 0, text, headers: response.headers }),
      );
      response.on("error", reject);
    });
    request.on("error", reject);
    request.end(body ?? undefined);
  });
}
