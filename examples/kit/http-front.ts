/**
 * A little HTTP in front of a member: one function per route, JSON out. Enough for examples; it authenticates nobody, so
 * it listens on this machine only.
 */

import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { MemberError } from "@quorate/member";

/** `"POST /add"` → what answers it; whatever it returns is sent as JSON. */
export type Routes = Readonly<Record<string, (query: URLSearchParams) => unknown>>;

/** A request that makes no sense. */
export class RequestError extends Error {}

type Reply = { readonly status: number; readonly body: unknown };

/** Serves routes; resolves when it listens. @throws the system's error, such as EADDRINUSE */
export function serve(port: number, routes: Routes): Promise<Server> {
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    // Nobody reads a body: all that a request says is in its address.
    request.resume();
    void answer(routes, request).then(({ status, body }) => {
      response
        .writeHead(status, { "content-type": "application/json" })
        .end(`${JSON.stringify(body ?? null)}\n`);
    });
  });
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => {
      server.off("error", reject);
      resolve(server);
    });
  });
}

/** Never rejects. */
async function answer(routes: Routes, request: IncomingMessage): Promise<Reply> {
  const url = new URL(request.url ?? "/", "http://localhost");
  const route = routes[`${request.method} ${url.pathname}`];
  const known = Object.keys(routes).join(", ");
  if (route === undefined) return { status: 404, body: { error: `there are ${known}`, definite: true } };
  try {
    return { status: 200, body: await route(url.searchParams) };
  } catch (error) {
    return replyTo(error);
  }
}

function replyTo(error: unknown): Reply {
  if (error instanceof RequestError)
    return { status: 400, body: { error: error.message, code: "invalid", definite: true } };
  if (error instanceof MemberError) {
    const { message, code, definite } = error;
    const status = code === "invalid" ? 400 : code === "too-many-requests" ? 429 : 503;
    return { status, body: { error: message, code, definite } };
  }
  // A mistake in the example: it must be seen, and says nothing of what became of the request.
  console.error(error);
  return {
    status: 500,
    body: { error: error instanceof Error ? error.message : String(error), code: "bug", definite: false },
  };
}

/** A parameter that must be there. @throws RequestError */
export function required(query: URLSearchParams, name: string): string {
  const value = query.get(name);
  if (value === null || value === "") throw new RequestError(`?${name}= is missing`);
  return value;
}
