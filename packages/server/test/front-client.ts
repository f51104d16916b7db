/**
 * A gRPC client of the tests, near enough to the frames to do what a library would not.
 */

import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  constants,
  type IncomingHttpHeaders,
  type SecureClientSessionOptions,
} from "node:http2";
import { decode, encode, type Method } from "@quorate/etcd-api";

/** What a call ended with. */
export type Ending = {
  /** −1: the stream was reset without a status. */
  readonly code: number;
  readonly message: string;
  readonly headers: IncomingHttpHeaders;
  readonly messages: readonly Uint8Array[];
  /** Error code of the RST_STREAM that ended it; 0: none, or NO_ERROR. */
  readonly resetCode: number;
};

/** A message with its prefix. */
export function frameOf(bytes: Uint8Array, flag = 0): Buffer {
  const frame = Buffer.alloc(5 + bytes.length);
  frame[0] = flag;
  frame.writeUInt32BE(bytes.length, 1);
  frame.set(bytes, 5);
  return frame;
}

/** A call under way. */
export class ClientCall {
  readonly stream: ClientHttp2Stream;
  readonly messages: Uint8Array[] = [];
  /** Resolves when it has ended, however. */
  readonly ended: Promise<Ending>;
  private received = Buffer.alloc(0);
  private readonly waiters: { count: number; resolve: () => void }[] = [];

  constructor(stream: ClientHttp2Stream) {
    this.stream = stream;
    let headers: IncomingHttpHeaders = {};
    let trailers: IncomingHttpHeaders = {};
    stream.on("response", (arrived: IncomingHttpHeaders) => {
      headers = arrived;
    });
    stream.on("trailers", (arrived: IncomingHttpHeaders) => {
      trailers = arrived;
    });
    stream.on("data", (bytes: Buffer) => this.take(bytes));
    stream.on("error", () => undefined);
    this.ended = new Promise((resolve) => {
      stream.on("close", () => {
        const status = trailers["grpc-status"] ?? headers["grpc-status"];
        const message = trailers["grpc-message"] ?? headers["grpc-message"];
        for (const waiter of this.waiters) waiter.resolve();
        resolve({
          code: status === undefined ? -1 : Number(status),
          message: typeof message === "string" ? decodeURIComponent(message) : "",
          headers,
          messages: this.messages,
          resetCode: stream.rstCode ?? 0,
        });
      });
    });
  }

  /** Sends a message. */
  send<Request extends object>(method: Method<Request>, fields: Partial<Request>): void {
    this.stream.write(frameOf(encode(method.request, method.request.create(fields))));
  }

  /** Resolves when so many messages are there, or the call has ended. */
  async has(count: number): Promise<void> {
    if (this.messages.length >= count || this.stream.closed) return;
    await new Promise<void>((resolve) => this.waiters.push({ count, resolve }));
  }

  private take(bytes: Buffer): void {
    this.received = Buffer.concat([this.received, bytes]);
    while (this.received.length >= 5 && this.received.length >= 5 + this.received.readUInt32BE(1)) {
      const end = 5 + this.received.readUInt32BE(1);
      this.messages.push(this.received.subarray(5, end));
      this.received = this.received.subarray(end);
    }
    for (const waiter of this.waiters) if (this.messages.length >= waiter.count) waiter.resolve();
  }
}

/** A connection. */
export class TestClient {
  readonly session: ClientHttp2Session;

  constructor(url: string, options: SecureClientSessionOptions = {}) {
    this.session = connect(url, options);
    this.session.on("error", () => undefined);
  }

  /** Begins a call. */
  open(path: string, headers: Readonly<Record<string, string>> = {}): ClientCall {
    const stream = this.session.request({
      ":method": "POST",
      ":path": path,
      "content-type": "application/grpc",
      te: "trailers",
      ...headers,
    });
    return new ClientCall(stream);
  }

  /** Sends these bytes and half-closes. */
  send(path: string, bytes: Uint8Array, headers: Readonly<Record<string, string>> = {}): Promise<Ending> {
    const call = this.open(path, headers);
    call.stream.end(bytes);
    return call.ended;
  }

  /** Makes a unary call. */
  call<Request extends object>(
    method: Method<Request>,
    fields: Partial<Request>,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Ending> {
    return this.send(method.path, frameOf(encode(method.request, method.request.create(fields))), headers);
  }

  close(): void {
    this.session.destroy();
  }
}

/** The first message of an ending, decoded. */
export function answerOf<Response extends object>(
  { response }: Pick<Method<object, Response>, "response">,
  ending: Ending,
): Response {
  const [first] = ending.messages;
  if (first === undefined)
    throw new Error(`no message; the call ended with ${ending.code} ${ending.message}`);
  return decode(response, first);
}

/** Error code of a stream that its client gives up. */
export const cancelCode = constants.NGHTTP2_CANCEL;
