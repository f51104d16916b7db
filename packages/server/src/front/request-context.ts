/**
 * What a handler is told about its call; nothing is made before it is asked for.
 */

import type { Identity } from "../auth/identity.ts";
import type { CallContext } from "../rpc/call.ts";
import type { RpcError } from "../rpc/rpc-error.ts";
import type { CallConnection } from "./call-wire.ts";

/** See the module. */
export class RequestContext implements CallContext {
  readonly path: string;
  readonly via: "grpc" | "gateway";
  readonly timeoutMs: number | null;
  identity: Identity | null = null;
  refusal: RpcError | null = null;
  private readonly connection: CallConnection;
  /** Names and values by turns, names in lower case. */
  private readonly rawHeaders: readonly string[];
  private controller: AbortController | null = null;
  private abortReason: Error | null = null;

  constructor(
    path: string,
    via: "grpc" | "gateway",
    timeoutMs: number | null,
    rawHeaders: readonly string[],
    connection: CallConnection,
  ) {
    this.path = path;
    this.via = via;
    this.timeoutMs = timeoutMs;
    this.rawHeaders = rawHeaders;
    this.connection = connection;
  }

  get peer(): string {
    return this.connection.peer;
  }

  get certificateName(): string | null {
    return this.connection.certificateName;
  }

  metadata(name: string): string | null {
    for (let at = 0; at + 1 < this.rawHeaders.length; at += 2) {
      if (this.rawHeaders[at] === name) return this.rawHeaders[at + 1] as string;
    }
    return null;
  }

  get signal(): AbortSignal {
    if (this.controller === null) {
      this.controller = new AbortController();
      if (this.abortReason !== null) this.controller.abort(this.abortReason);
    }
    return this.controller.signal;
  }

  /** Why the call was given up; null while it is not. */
  get aborted(): Error | null {
    return this.abortReason;
  }

  /** Gives the call up: the signal is aborted now, or when it is made. The first reason stays. */
  abort(reason: Error): void {
    if (this.abortReason !== null) return;
    this.abortReason = reason;
    this.controller?.abort(reason);
  }
}
