/**
 * The head of a request, from its header fields: what RFC 9113 §8.3.1 asks of them, and what calls look at.
 *
 * One departure: nothing is asked of `:authority`. Clients in use put a whole URL there (grpc-go when it dials one).
 */

import type { HeaderField } from "./header-table.ts";

/** See the module. Shared by all requests with the same block: not to be changed. */
export type RequestHead = {
  readonly method: string;
  /** Empty for CONNECT. */
  readonly path: string;
  readonly contentType: string | null;
  /** `grpc-timeout` and `grpc-encoding`. */
  readonly timeout: string | null;
  readonly encoding: string | null;
  /** −1: not said. */
  readonly contentLength: number;
  /** Names and values by turns, in the order in which they came, those with a colon too. */
  readonly rawHeaders: readonly string[];
};

const connectionHeaders: ReadonlySet<string> = new Set([
  "connection",
  "keep-alive",
  "proxy-connection",
  "transfer-encoding",
  "upgrade",
]);

/** The head that the fields make, or what is wrong with them. */
export function makeRequestHead(fields: readonly HeaderField[]): RequestHead | string {
  const found = new Map<string, string>();
  const rawHeaders: string[] = [];
  let isRegular = false;
  for (const { name, value, isValid } of fields) {
    if (!isValid) return `header ${JSON.stringify(name)} has characters that it must not have`;
    rawHeaders.push(name, value);
    if (name.charCodeAt(0) === 0x3a) {
      if (isRegular) return `${name} after other headers`;
      if (!isPseudo(name)) return `${name} in a request`;
      if (found.has(name)) return `${name} twice`;
    } else {
      isRegular = true;
      if (connectionHeaders.has(name)) return `${name} is of HTTP/1.1`;
      if (name === "te" && value !== "trailers") return "te other than trailers";
      if (name === "content-length" && found.has(name) && found.get(name) !== value) return `${name} twice`;
    }
    if (!found.has(name)) found.set(name, value);
  }
  const problem = problemOf(found);
  if (problem !== null) return problem;
  return {
    method: found.get(":method") ?? "",
    path: found.get(":path") ?? "",
    contentType: found.get("content-type") ?? null,
    timeout: found.get("grpc-timeout") ?? null,
    encoding: found.get("grpc-encoding") ?? null,
    contentLength: Number(found.get("content-length") ?? -1),
    rawHeaders,
  };
}

/** What is wrong with the fields after a request's body, or null. */
export function problemOfTrailers(fields: readonly HeaderField[]): string | null {
  for (const { name, isValid } of fields) {
    if (!isValid) return `trailer ${JSON.stringify(name)} has characters that it must not have`;
    if (name.startsWith(":") || connectionHeaders.has(name)) return `${name} in trailers`;
  }
  return null;
}

function isPseudo(name: string): boolean {
  return name === ":method" || name === ":path" || name === ":scheme" || name === ":authority";
}

function problemOf(found: ReadonlyMap<string, string>): string | null {
  const method = found.get(":method");
  if (method === undefined || method === "") return "no :method";
  if (method === "CONNECT") {
    if (found.has(":path") || found.has(":scheme")) return "CONNECT with :path or :scheme";
    return (found.get(":authority") ?? "") === "" ? "CONNECT without :authority" : null;
  }
  if ((found.get(":path") ?? "") === "") return "no :path";
  if ((found.get(":scheme") ?? "") === "") return "no :scheme";
  const length = found.get("content-length");
  return length === undefined || /^\d{1,15}$/.test(length) ? null : "content-length is no number";
}
