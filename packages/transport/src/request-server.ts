/**
 * Requests of peers: runs the member's handler, within bounds, and turns whatever happens into a response.
 */

import type { NodeId } from "@quorate/raft";
import { type RequestPayload, type ResponsePayload, ResponseStatus, shorten } from "./payload.ts";
import type { TransportHandlers } from "./transport.ts";
import { TransportError } from "./transport-error.ts";

export type RequestServerLimits = { readonly servedMax: number; readonly responseBytesMax: number };

const utf8Encoder = new TextEncoder();

/** Serves the requests of one peer. */
export class RequestServer {
  readonly #peer: NodeId;
  readonly #limits: RequestServerLimits;
  #served = 0;

  constructor(peer: NodeId, limits: RequestServerLimits) {
    this.#peer = peer;
    this.#limits = limits;
  }

  /** Answers by one call to `respond`, at once if there are too many under way. */
  serve(
    request: RequestPayload,
    handlers: TransportHandlers,
    respond: (response: ResponsePayload) => void,
  ): void {
    const { id } = request;
    if (this.#served >= this.#limits.servedMax) {
      respond(
        problem(id, ResponseStatus.refused, `${this.#limits.servedMax} requests are under way already`),
      );
      return;
    }
    this.#served++;
    const end = (response: ResponsePayload): void => {
      this.#served--;
      respond(response);
    };
    handlers.onRequest(this.#peer, request.kind, request.bytes, request.timeoutMs).then(
      (bytes) => end(this.#answer(id, bytes)),
      (error: unknown) => end(explain(id, error)),
    );
  }

  #answer(id: number, bytes: Uint8Array): ResponsePayload {
    if (bytes.length > this.#limits.responseBytesMax) {
      return problem(id, ResponseStatus.tooLarge, `an answer of ${bytes.length} bytes is too large`);
    }
    return { id, status: ResponseStatus.ok, bytes };
  }
}

function explain(id: number, error: unknown): ResponsePayload {
  const message = error instanceof Error ? error.message : String(error);
  const refused = error instanceof TransportError && error.code === "refused";
  return problem(id, refused ? ResponseStatus.refused : ResponseStatus.failed, message);
}

function problem(id: number, status: ResponseStatus, message: string): ResponsePayload {
  return { id, status, bytes: utf8Encoder.encode(shorten(message)) };
}
