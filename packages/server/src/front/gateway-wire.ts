/**
 * A call of the gateway on a request over HTTP/1.1 or HTTP/2.
 */

import { RpcCode } from "../rpc/rpc-error.ts";
import type { CallReceiver, CallWire } from "./call-wire.ts";
import { httpStatusOf } from "./grpc-text.ts";
import type { HttpRequest, HttpResponse } from "./http-exchange.ts";
import { respondStatus } from "./http-respond.ts";

/** See the module. */
export class GatewayWire implements CallWire {
  private readonly request: HttpRequest;
  private readonly response: HttpResponse;
  private readonly sinkBytesMax: number;

  constructor(request: HttpRequest, response: HttpResponse, sinkBytesMax: number) {
    this.request = request;
    this.response = response;
    this.sinkBytesMax = sinkBytesMax;
  }

  /** Begins to hand out the body; null: nobody wants it. */
  attach(receiver: CallReceiver | null): void {
    const { request, response } = this;
    // A connection that breaks is told by `close`.
    request.on("error", ignoreError);
    response.on("error", ignoreError);
    if (receiver === null) {
      request.resume();
      return;
    }
    request.on("data", (bytes: Buffer) => receiver.onBytes(bytes));
    request.on("end", () => receiver.onHalfClose());
    response.on("drain", () => receiver.onDrain());
    response.on("close", () => receiver.onClose());
  }

  get bufferedBytes(): number {
    return this.response.writableLength;
  }

  write(frame: Uint8Array): boolean {
    const { response } = this;
    if (response.writableEnded || response.destroyed) return true;
    if (!response.headersSent) this.respond();
    return response.write(frame) || response.writableLength < this.sinkBytesMax;
  }

  end(frame: Uint8Array | null, code: RpcCode, message: string): void {
    const { response } = this;
    if (response.writableEnded || response.destroyed) return;
    if (code === RpcCode.ok) {
      if (!response.headersSent) this.respond();
      if (frame === null) response.end();
      else response.end(frame);
      return;
    }
    if (!response.headersSent) {
      respondStatus(response, code, message);
    } else {
      const httpCode = httpStatusOf(code);
      const error = { code, message, details: [], grpc_code: code, http_code: httpCode };
      response.end(`${JSON.stringify({ error })}\n`);
    }
  }

  pause(): void {
    this.request.pause();
  }

  resume(): void {
    this.request.resume();
  }

  private respond(): void {
    this.response.writeHead(200, {
      "content-type": "application/json",
      "grpc-metadata-content-type": "application/grpc",
    });
  }
}

function ignoreError(): void {}
