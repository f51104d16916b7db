/**
 * The requests of a duplex call, pulled by its handler. While nobody pulls, the stream is stopped: flow control then
 * holds the client back.
 */

import type { CallCodec, MessageSource } from "./call-codec.ts";
import type { CallWire } from "./call-wire.ts";

/** Received bytes that wait before the stream is stopped. */
const waitingBytesMax = 65_536;

type Waiter<T> = {
  readonly resolve: (result: IteratorResult<T, undefined>) => void;
  readonly reject: (error: unknown) => void;
};

/** See the module. One consumer, one pull at a time. */
export class RequestQueue<T> implements AsyncIterableIterator<T, undefined> {
  private readonly source: MessageSource;
  private readonly codec: CallCodec;
  private readonly wire: CallWire;
  /** From the bytes of a message; throws what ends the call. */
  private readonly parse: (message: Uint8Array) => T | Promise<T>;
  private waiter: Waiter<T> | null = null;
  private isHalfClosed = false;
  private isStopped = false;
  private error: Error | null = null;

  constructor(
    source: MessageSource,
    codec: CallCodec,
    wire: CallWire,
    parse: (message: Uint8Array) => T | Promise<T>,
  ) {
    this.source = source;
    this.codec = codec;
    this.wire = wire;
    this.parse = parse;
  }

  /** Adds received bytes. @throws RpcError if they cannot be kept. */
  push(bytes: Uint8Array): void {
    if (this.error !== null) return;
    this.source.push(bytes);
    this.feed();
    if (this.source.heldBytes > waitingBytesMax && this.waiter === null) this.stop();
  }

  /** The client sends no more. */
  halfClose(): void {
    this.isHalfClosed = true;
    this.feed();
  }

  /** Ends it with an error: what waits is dropped, and the handler's next pull throws. */
  fail(error: Error): void {
    if (this.error !== null) return;
    this.error = error;
    this.source.clear();
    this.feed();
    // What still comes is read and dropped, so that the stream can end.
    this.goOn();
  }

  next(): Promise<IteratorResult<T, undefined>> {
    if (this.waiter !== null) throw new Error("requests are pulled one at a time");
    return new Promise((resolve, reject) => {
      this.waiter = { resolve, reject };
      this.feed();
      if (this.waiter !== null) this.goOn();
    });
  }

  /** The handler stopped iterating: what still comes is of no interest. */
  return(): Promise<IteratorResult<T, undefined>> {
    this.fail(new Error("the handler does not read requests any more"));
    return Promise.resolve({ value: undefined, done: true });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Gives the waiting consumer what is there. */
  private feed(): void {
    const { waiter } = this;
    if (waiter === null) return;
    if (this.error !== null) {
      this.waiter = null;
      waiter.reject(this.error);
      return;
    }
    try {
      const message = this.source.next();
      if (message === null) {
        if (this.isHalfClosed) this.finish(waiter);
        return;
      }
      this.waiter = null;
      const value = this.parse(message);
      if (value instanceof Promise)
        value.then((done) => waiter.resolve({ value: done, done: false }), waiter.reject);
      else waiter.resolve({ value, done: false });
    } catch (error) {
      this.waiter = null;
      waiter.reject(error);
    }
  }

  private finish(waiter: Waiter<T>): void {
    this.waiter = null;
    if (this.source.heldBytes === 0) waiter.resolve({ value: undefined, done: true });
    else waiter.reject(this.codec.incomplete(this.source.heldBytes));
  }

  private stop(): void {
    if (this.isStopped) return;
    this.isStopped = true;
    this.wire.pause();
  }

  private goOn(): void {
    if (!this.isStopped) return;
    this.isStopped = false;
    this.wire.resume();
  }
}
