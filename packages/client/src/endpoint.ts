/**
 * One endpoint: a connection of the gRPC library, calls over it, and what is known of its health.
 */

import {
  type ChannelCredentials,
  Client,
  connectivityState,
  credentials,
  status as grpcStatus,
  Metadata,
  type ServiceError,
} from "@grpc/grpc-js";
import { decode, encode, type Method } from "@quorate/etcd-api";
import { ClientError, closedError } from "./client-error.ts";
import type { EndpointAddress, Settings } from "./settings.ts";
import { statusError } from "./status.ts";

/** How long one call may take and who may end it early. */
export type CallLimits = {
  /** Milliseconds; Infinity for streams. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal | null;
};

/** A stream both ways that is open. */
export type OpenStream<Request> = {
  /** Nothing happens if the stream has ended. */
  send(request: Request): void;
  /** Ends it. Its `onEnd` is not called any more. */
  cancel(): void;
};

/** A stream both ways whose messages are read at the reader's pace; leaving the loop ends it. Throws ClientError. */
export type DuplexStream<Request, Response> = AsyncIterable<Response> & {
  /** Nothing happens if the stream has ended. */
  send(request: Request): void;
  /** No more will be sent; the server may still answer. */
  end(): void;
  /** Ends it; a loop over it ends, too, without an error. */
  cancel(): void;
};

/** What an open stream tells. */
export type StreamListener<Response> = {
  onMessage(response: Response): void;
  /** Once, when the stream has ended by itself; null if the server ended it in good order. */
  onEnd(error: ClientError | null): void;
};

const messageBytesMax = 2 ** 31 - 1;

/** See the module. */
export class Endpoint {
  readonly url: string;
  /** Failures in a row; the balancer's. */
  failures = 0;
  /** Until then others are preferred, by the clock; the balancer's. */
  suspectUntilMs = 0;

  readonly #client: Client;
  readonly #settings: Settings;
  /** Ends of the calls that are under way: closing the library's client does not end them. */
  readonly #enders = new Set<() => void>();
  #isClosed = false;

  constructor(address: EndpointAddress, settings: Settings) {
    this.url = address.url;
    this.#settings = settings;
    this.#client = new Client(address.target, channelCredentials(address, settings), {
      "grpc.use_local_subchannel_pool": 1,
      "grpc.enable_http_proxy": 0,
      "grpc.service_config_disable_resolution": 1,
      "grpc.enable_channelz": 0,
      "grpc.initial_reconnect_backoff_ms": 100,
      "grpc.max_reconnect_backoff_ms": 1_000,
      "grpc.keepalive_time_ms": settings.keepaliveTimeMs,
      "grpc.keepalive_timeout_ms": settings.keepaliveTimeoutMs,
      "grpc.max_receive_message_length": messageBytesMax,
      "grpc.max_send_message_length": messageBytesMax,
      ...(settings.tls?.serverName === undefined
        ? {}
        : {
            "grpc.ssl_target_name_override": settings.tls.serverName,
            "grpc.default_authority": settings.tls.serverName,
          }),
    });
  }

  /**
   * Resolves when there is a connection: what fails before has not been sent. Throws ClientError `unavailable`, `timeout`,
   * `canceled` or `closed`, all refused.
   */
  async ready({ timeoutMs, signal }: CallLimits): Promise<void> {
    const channel = this.#client.getChannel();
    const endMs = this.#settings.clock.nowMs() + timeoutMs;
    for (;;) {
      if (this.#isClosed) throw closedError();
      if (signal?.aborted) throw canceledError(signal, this.url);
      const state = channel.getConnectivityState(true);
      if (state === connectivityState.READY) return;
      if (state === connectivityState.TRANSIENT_FAILURE) throw await this.#connectionError();
      const leftMs = endMs - this.#settings.clock.nowMs();
      if (leftMs <= 0) {
        const text = `no connection to ${this.url} within ${Math.round(timeoutMs)} ms`;
        const remedy = "check the address and the network between";
        throw new ClientError("unavailable", text, { endpoint: this.url, remedy, isTransient: true });
      }
      await this.#stateChange(state, leftMs, signal);
    }
  }

  /** One answer to one message, already encoded. Throws ClientError. */
  unary<Request extends object, Response extends object>(
    method: Method<Request, Response>,
    message: Buffer,
    metadata: Metadata,
    limits: CallLimits,
  ): Promise<Response> {
    const { timeoutMs, signal } = limits;
    if (this.#isClosed) return Promise.reject(closedError());
    if (signal?.aborted) return Promise.reject(canceledError(signal, this.url));
    if (Number.isFinite(timeoutMs)) metadata.set("grpc-timeout", `${Math.max(1, Math.ceil(timeoutMs))}m`);
    return new Promise((resolve, reject) => {
      const call = this.#client.makeUnaryRequest(
        method.path,
        same,
        same,
        message,
        metadata,
        {},
        (error, bytes) => {
          finish();
          if (error !== null) reject(this.#failure(error));
          else if (bytes === undefined)
            reject(new ClientError("internal", `${method.name} was answered with nothing`));
          else settle(() => this.#read(method, bytes), resolve, reject);
        },
      );
      const cancelTimer = Number.isFinite(timeoutMs)
        ? this.#settings.clock.after(timeoutMs, () => end(timeoutError(method, timeoutMs, this.url)))
        : null;
      const abort = (): void => end(canceledError(signal, this.url, "unknown"));
      const close = (): void => end(closedDuringCall());
      const finish = (): void => {
        cancelTimer?.();
        this.#enders.delete(close);
        signal?.removeEventListener("abort", abort);
      };
      const end = (error: ClientError): void => {
        finish();
        reject(error);
        call.cancel();
      };
      this.#enders.add(close);
      signal?.addEventListener("abort", abort);
    });
  }

  /** Opens a stream both ways. Throws ClientError `closed`; other failures come through the listener. */
  open<Request extends object, Response extends object>(
    method: Method<Request, Response>,
    metadata: Metadata,
    listener: StreamListener<Response>,
  ): OpenStream<Request> {
    if (this.#isClosed) throw closedError();
    const call = this.#client.makeBidiStreamRequest(method.path, same, same, metadata, {});
    let isOpen = true;
    const stop = (): void => {
      isOpen = false;
      this.#enders.delete(stop);
      call.cancel();
    };
    const end = (error: ClientError | null): void => {
      if (!isOpen) return;
      stop();
      listener.onEnd(error);
    };
    this.#enders.add(stop);
    call.on("error", (error: Error) => {
      if (isOpen) end(this.#failure(error));
    });
    call.on("end", () => end(null));
    call.on("data", (bytes: Buffer) => {
      if (!isOpen) return;
      settle(
        () => this.#read(method, bytes),
        (response) => listener.onMessage(response),
        (error) => end(error),
      );
    });
    return {
      send: (request) => {
        if (isOpen) call.write(encodeToBuffer(method, request));
      },
      cancel: stop,
    };
  }

  /** The messages of an answer that is a stream, at the pace at which they are taken. Throws ClientError. */
  async *serverStream<Request extends object, Response extends object>(
    method: Method<Request, Response>,
    message: Buffer,
    metadata: Metadata,
    signal: AbortSignal | null,
  ): AsyncGenerator<Response, void, undefined> {
    if (this.#isClosed) throw closedError();
    if (signal?.aborted) throw canceledError(signal, this.url);
    const call = this.#client.makeServerStreamRequest(method.path, same, same, message, metadata, {});
    // Without a listener an error after the loop was left would end the process.
    call.on("error", ignore);
    const abort = (): void => call.cancel();
    this.#enders.add(abort);
    signal?.addEventListener("abort", abort);
    try {
      for await (const bytes of call as AsyncIterable<Buffer>) yield this.#read(method, bytes);
    } catch (cause) {
      if (signal?.aborted) throw canceledError(signal, this.url, "unknown");
      throw cause instanceof ClientError ? cause : this.#failure(cause as Error);
    } finally {
      this.#enders.delete(abort);
      signal?.removeEventListener("abort", abort);
      call.cancel();
    }
  }

  /** A stream both ways, for who wants to see every message. Throws ClientError `closed`. */
  duplex<Request extends object, Response extends object>(
    method: Method<Request, Response>,
    metadata: Metadata,
    signal: AbortSignal | null,
  ): DuplexStream<Request, Response> {
    if (this.#isClosed) throw closedError();
    const call = this.#client.makeBidiStreamRequest(method.path, same, same, metadata, {});
    call.on("error", ignore);
    let isOpen = true;
    const cancel = (): void => {
      isOpen = false;
      this.#enders.delete(cancel);
      signal?.removeEventListener("abort", cancel);
      call.cancel();
    };
    this.#enders.add(cancel);
    signal?.addEventListener("abort", cancel);
    if (signal?.aborted) cancel();
    const read = (bytes: Buffer): Response => this.#read(method, bytes);
    const failure = (cause: unknown): ClientError =>
      cause instanceof ClientError ? cause : this.#failure(cause as Error);
    return {
      send: (request) => {
        if (isOpen) call.write(encodeToBuffer(method, request));
      },
      end: () => {
        if (isOpen) call.end();
      },
      cancel,
      async *[Symbol.asyncIterator]() {
        try {
          for await (const bytes of call as AsyncIterable<Buffer>) yield read(bytes);
        } catch (cause) {
          if (isOpen) throw failure(cause);
        } finally {
          cancel();
        }
      },
    };
  }

  /** Ends the connection and all calls over it. */
  close(): void {
    this.#isClosed = true;
    for (const end of this.#enders) end();
    this.#client.close();
  }

  /** An own copy of the message, so that what is kept of it does not keep the network's chunk. */
  #read<Response extends object>(
    method: Method<object, Response> | Method<never, Response>,
    bytes: Buffer,
  ): Response {
    try {
      return decode(method.response, new Uint8Array(bytes));
    } catch (cause) {
      const text = `the answer to ${method.name} cannot be read`;
      throw new ClientError("internal", text, { outcome: "unknown", endpoint: this.url, cause });
    }
  }

  /** The library also raises errors of Node's streams, which have no status: the stream is broken then. */
  #failure(error: Error & Partial<ServiceError>): ClientError {
    if (this.#isClosed) return closedDuringCall();
    const { code = grpcStatus.UNAVAILABLE, details = error.message } = error;
    return statusError(typeof code === "number" ? code : grpcStatus.UNAVAILABLE, details, this.url);
  }

  /** Why there is no connection: the library tells it only to a call, which it then does not send. */
  #connectionError(): Promise<ClientError> {
    return new Promise((resolve) => {
      const probe = this.#client.makeUnaryRequest(
        "/grpc.health.v1.Health/Check",
        same,
        same,
        Buffer.alloc(0),
        new Metadata(),
        {},
        (error) => {
          cancelTimer();
          const text = error?.details ?? "";
          const known = text.startsWith("No connection") || text.startsWith("Name resolution") ? text : "";
          const last = /Last error: (?:Error: )?(.+?)(?: \(\d{4}-[^)]*\))?\. Resolution note/s.exec(
            known,
          )?.[1];
          const why = (last ?? known).replaceAll(/\s+/g, " ");
          const message = `no connection to ${this.url}${why === "" ? "" : `: ${why}`}`;
          const remedy = "check the address and that the server runs";
          resolve(new ClientError("unavailable", message, { endpoint: this.url, remedy, isTransient: true }));
        },
      );
      const cancelTimer = this.#settings.clock.after(this.#settings.dialTimeoutMs, () => probe.cancel());
    });
  }

  /** Resolves when the connection has another state, when the time is over, or the signal is aborted. */
  #stateChange(state: connectivityState, timeoutMs: number, signal: AbortSignal | null): Promise<void> {
    return new Promise((resolve) => {
      const finish = (): void => {
        cancelTimer();
        signal?.removeEventListener("abort", finish);
        resolve();
      };
      const cancelTimer = this.#settings.clock.after(timeoutMs, finish);
      signal?.addEventListener("abort", finish);
      // No limit of the library's own, for that would be a timer that cannot be taken back.
      this.#client.getChannel().watchConnectivityState(state, Infinity, finish);
    });
  }
}

/** The message in the library's kind of bytes. Throws ClientError `invalid` if a number does not fit its field. */
export function encodeToBuffer<Request extends object>(method: Method<Request>, request: Request): Buffer {
  try {
    const bytes = encode(method.request, request);
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new ClientError("invalid", `${method.name}: ${cause.message}`, { cause });
  }
}

/** The error for a signal that was aborted. */
export function canceledError(
  signal: AbortSignal | null,
  endpoint: string | null,
  outcome: "refused" | "unknown" = "refused",
): ClientError {
  return new ClientError("canceled", "canceled by the caller", { outcome, endpoint, cause: signal?.reason });
}

function closedDuringCall(): ClientError {
  return new ClientError("closed", "the client was closed during the call", { outcome: "unknown" });
}

function timeoutError(method: { readonly name: string }, timeoutMs: number, endpoint: string): ClientError {
  const text = `${method.name} was not answered within ${Math.round(timeoutMs)} ms (${endpoint})`;
  const remedy = "it may have happened: read before you try again";
  return new ClientError("timeout", text, { outcome: "unknown", endpoint, remedy, isTransient: true });
}

function channelCredentials({ isSecure }: EndpointAddress, { tls }: Settings): ChannelCredentials {
  if (!isSecure) return credentials.createInsecure();
  const verify = tls?.isServerUnchecked === true ? { rejectUnauthorized: false } : {};
  return credentials.createSsl(pem(tls?.ca), pem(tls?.key), pem(tls?.certificate), verify);
}

function pem(text: string | Uint8Array | undefined): Buffer | null {
  return text === undefined ? null : Buffer.from(text);
}

function settle<T>(make: () => T, resolve: (value: T) => void, reject: (error: ClientError) => void): void {
  let value: T;
  try {
    value = make();
  } catch (error) {
    reject(error as ClientError);
    return;
  }
  resolve(value);
}

function same(bytes: Buffer): Buffer {
  return bytes;
}

function ignore(): void {}
