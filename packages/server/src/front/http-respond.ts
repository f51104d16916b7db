/**
 * Short answers over HTTP.
 */

import type { RpcCode } from "../rpc/rpc-error.ts";
import { httpStatusOf } from "./grpc-text.ts";
import type { HttpResponse } from "./http-exchange.ts";

/** Answers with plain text. */
export function respondText(
  response: HttpResponse,
  status: number,
  text: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  respond(response, status, "text/plain; charset=utf-8", text, headers);
}

/** Answers with JSON text. */
export function respondJson(response: HttpResponse, status: number, json: unknown): void {
  respond(response, status, "application/json", JSON.stringify(json), {});
}

function respond(
  response: HttpResponse,
  status: number,
  type: string,
  text: string,
  headers: Readonly<Record<string, string>>,
): void {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(status, {
    "content-type": type,
    "content-length": String(Buffer.byteLength(text)),
    "x-content-type-options": "nosniff",
    ...headers,
  });
  response.end(text);
}

/** Answers with a status other than OK. Older gateways say `error`, newer ones `details`; clients look for either. */
export function respondStatus(response: HttpResponse, code: RpcCode, message: string): void {
  respondJson(response, httpStatusOf(code), { error: message, message, code, details: [] });
}

/** Answers that a path has only some methods. */
export function respondWrongMethod(response: HttpResponse, allowed: string): void {
  respondText(response, 405, "Method Not Allowed\n", { allow: allowed });
}
