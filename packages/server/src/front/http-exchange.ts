/**
 * Requests that are no gRPC, over HTTP/1.1 and HTTP/2 alike.
 */

import type { Socket } from "node:net";
import type { Readable, Writable } from "node:stream";

/** A request of either protocol: Node's of HTTP/1.1, and what `http2-plain.ts` makes. */
export type HttpRequest = Readable & {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  readonly httpVersionMajor: number;
  /** By names in lower case. */
  readonly headers: NodeJS.Dict<string | string[]>;
  /** Names and values by turns. */
  readonly rawHeaders: readonly string[];
  readonly socket: Socket;
};

/** What the responses of both protocols have in common. */
export type HttpResponse = Writable & {
  readonly headersSent: boolean;
  readonly statusCode: number;
  setHeader(name: string, value: string): unknown;
  writeHead(status: number, headers: Readonly<Record<string, string>>): unknown;
};

/** Answers one request, now or later; must not throw. */
export type HttpHandler = (request: HttpRequest, response: HttpResponse) => void;
