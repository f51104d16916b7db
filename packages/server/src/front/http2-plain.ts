/**
 * A request over HTTP/2 that is no gRPC, in the form that Node gives those of HTTP/1.1: so whoever serves it need not know
 * by which protocol it came.
 */

import type { Socket } from "node:net";
import { Readable, Writable } from "node:stream";
import { encodeBlock, type Field } from "../http2/hpack-encoder.ts";
import { ErrorCode } from "../http2/http2-error.ts";
import type { Http2Stream } from "../http2/http2-stream.ts";
import type { RequestHead } from "../http2/request-head.ts";
import type { ByteBudget } from "./byte-budget.ts";
import type { FrontLimits } from "./front-limits.ts";
import type { HttpHandler, HttpRequest, HttpResponse } from "./http-exchange.ts";
import { WindowGate } from "./window-gate.ts";

/** Bytes of an answer that wait before its writer is held back. */
const waitingBytesMax = 65_536;

/** Makes what serves such streams. */
export function servePlainWith(http: HttpHandler, limits: FrontLimits, budget: ByteBudget) {
  return (stream: Http2Stream, head: RequestHead, socket: Socket): void => {
    const gate = new WindowGate(stream, limits.streamWindowBytes, budget);
    const request = makeRequest(stream, head, socket, gate);
    const response = new PlainResponse(stream, head.method);
    let timer: NodeJS.Timeout | null = null;
    // Clients of this kind (curl) take a reset behind the answer for a failure: the rest of the body is swallowed.
    stream.isPatient = true;
    response.writable.once("finish", () => {
      if (stream.isRemoteEnded || stream.isClosed) return;
      timer = setTimeout(() => stream.reset(ErrorCode.noError), limits.headersMs);
      gate.resume();
    });
    stream.attach({
      onBytes: (bytes) => {
        if (!response.writable.writableFinished && !request.push(bytes)) gate.pause();
      },
      onHalfClose: () => void request.push(null),
      onDrain: () => response.goOn(),
      onClose: () => {
        if (timer !== null) clearTimeout(timer);
        gate.release();
        response.writable.destroy();
        request.destroy();
      },
    });
    if (head.rawHeaders.includes("100-continue")) stream.respond(goAhead, false);
    http(request, response.asHttp());
  };
}

const goAhead = encodeBlock([[":status", "100"]]);

function makeRequest(
  stream: Http2Stream,
  head: RequestHead,
  socket: Socket,
  gate: WindowGate,
): Readable & HttpRequest {
  const readable = new Readable({
    read: () => gate.resume(),
    destroy: (error, done) => {
      if (!stream.isRemoteEnded) stream.reset(ErrorCode.cancel);
      done(error);
    },
  });
  return Object.assign(readable, {
    method: head.method,
    url: head.path,
    httpVersionMajor: 2,
    headers: headersOf(head.rawHeaders),
    rawHeaders: head.rawHeaders as string[],
    socket,
  });
}

/** By name; what comes several times is joined, as Node does it. */
function headersOf(rawHeaders: readonly string[]): NodeJS.Dict<string> {
  const headers = Object.create(null) as NodeJS.Dict<string>;
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] as string;
    const value = rawHeaders[at + 1] as string;
    const before = headers[name];
    headers[name] = before === undefined ? value : `${before}${name === "cookie" ? "; " : ", "}${value}`;
  }
  return headers;
}

class PlainResponse {
  readonly writable: Writable;
  private readonly stream: Http2Stream;
  /** HEAD is answered with a head alone. */
  private readonly hasBody: boolean;
  private readonly headers = new Map<string, string>();
  private status = 200;
  private isHeadSent = false;
  private waiting: (() => void) | null = null;

  constructor(stream: Http2Stream, method: string) {
    this.stream = stream;
    this.hasBody = method !== "HEAD";
    this.writable = new Writable({
      write: (bytes: Buffer, _encoding, done) => this.write(bytes, done),
      final: (done) => {
        this.sendHead();
        stream.end(null, null);
        done();
      },
      destroy: (error, done) => {
        if (!stream.isLocalEnded && !stream.isEnding) stream.reset(ErrorCode.cancel);
        done(error);
      },
    });
    this.writable.on("error", () => undefined);
  }

  /** What a handler sees. */
  asHttp(): HttpResponse {
    const head = {
      headersSent: { get: () => this.isHeadSent },
      statusCode: { get: () => this.status },
      setHeader: { value: (name: string, value: string) => this.headers.set(name.toLowerCase(), value) },
      writeHead: {
        value: (status: number, headers: Readonly<Record<string, string>>) => {
          for (const [name, value] of Object.entries(headers)) this.headers.set(name.toLowerCase(), value);
          this.status = status;
          this.sendHead();
        },
      },
    };
    return Object.defineProperties(this.writable, head) as HttpResponse;
  }

  /** There is room again. */
  goOn(): void {
    const { waiting } = this;
    this.waiting = null;
    waiting?.();
  }

  private write(bytes: Buffer, done: () => void): void {
    this.sendHead();
    if (this.hasBody) this.stream.write(bytes);
    if (this.stream.bufferedBytes < waitingBytesMax) {
      done();
      return;
    }
    this.waiting = done;
    this.stream.askDrain();
  }

  private sendHead(): void {
    if (this.isHeadSent) return;
    this.isHeadSent = true;
    const fields: Field[] = [
      [":status", String(this.status)],
      ["date", new Date().toUTCString()],
      ...this.headers,
    ];
    this.stream.respond(encodeBlock(fields), false);
  }
}
