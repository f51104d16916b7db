/**
 * A stream of a connection: what a request's server can do, and the numbers that the connection keeps for it.
 */

import type { Block } from "./hpack-encoder.ts";
import type { ErrorCode } from "./http2-error.ts";
import { PieceQueue } from "./piece-queue.ts";

/** What a stream tells whoever serves it, in step. None of these may throw. */
export type StreamReceiver = {
  /** Bytes of the request, in order; they belong to the receiver. */
  onBytes(bytes: Uint8Array): void;
  /** The client has sent everything. */
  onHalfClose(): void;
  /** Everything that was queued has gone, after {@link Http2Stream.askDrain}. */
  onDrain(): void;
  /** The stream is gone, by whatever cause; the last call. */
  onClose(): void;
};

/** What a stream needs of its connection. */
export type StreamHost = {
  sendHead(stream: Http2Stream, block: Block, isEnd: boolean): void;
  sendBytes(stream: Http2Stream, bytes: Uint8Array): void;
  sendEnd(stream: Http2Stream, bytes: Uint8Array | null, tail: Block | null): void;
  /** The receiver took so many bytes. */
  credit(stream: Http2Stream, bytes: number): void;
  resetStream(stream: Http2Stream, code: ErrorCode): void;
};

const nobody: StreamReceiver = { onBytes() {}, onHalfClose() {}, onDrain() {}, onClose() {} };

/** See the module. */
export class Http2Stream {
  readonly id: number;
  private readonly host: StreamHost;
  private receiver: StreamReceiver = nobody;

  /** How much the client takes, and how much it may send. */
  sendWindow: number;
  receiveWindow: number;
  /** Taken from the client and not told to it yet. */
  uncreditedBytes = 0;
  /** Of the request's content-length, still to come; −1: none was said. */
  expectedBytes: number;

  /** When it is answered while its client still sends, whoever serves it ends that; otherwise it is reset at once. */
  isPatient = false;
  /** The client has sent everything; we have; the stream is gone. */
  isRemoteEnded = false;
  isLocalEnded = false;
  isClosed = false;

  /** What waits to be sent. */
  readonly queue = new PieceQueue();
  /** After the queue comes the end, with this block or without. */
  isEnding = false;
  tail: Block | null = null;
  /** It waits its turn among the streams that can send. */
  isInTurn = false;
  isDrainAsked = false;

  private isPaused = false;
  private held: Uint8Array[] | null = null;
  private isHalfCloseHeld = false;

  constructor(
    id: number,
    host: StreamHost,
    sendWindow: number,
    receiveWindow: number,
    expectedBytes: number,
  ) {
    this.id = id;
    this.host = host;
    this.sendWindow = sendWindow;
    this.receiveWindow = receiveWindow;
    this.expectedBytes = expectedBytes;
  }

  /** Bytes that were written and wait for a window or for the socket. */
  get bufferedBytes(): number {
    return this.queue.bytes;
  }

  /** Who is told of what comes; before that it is dropped. */
  attach(receiver: StreamReceiver): void {
    this.receiver = receiver;
  }

  /** Sends the head of the answer, and with `isEnd` nothing else. */
  respond(block: Block, isEnd: boolean): void {
    if (!this.isClosed && !this.isLocalEnded && !this.isEnding) this.host.sendHead(this, block, isEnd);
  }

  /** Sends bytes after the head; they belong to the stream. */
  write(bytes: Uint8Array): void {
    if (!this.isClosed && !this.isLocalEnded && !this.isEnding) this.host.sendBytes(this, bytes);
  }

  /** Ends the answer, after the last bytes if there are some, with a tail of header fields if there is one. */
  end(bytes: Uint8Array | null, tail: Block | null): void {
    if (!this.isClosed && !this.isLocalEnded && !this.isEnding) this.host.sendEnd(this, bytes, tail);
  }

  /** Wants `onDrain`, once, when nothing waits any more. */
  askDrain(): void {
    this.isDrainAsked = true;
  }

  /** Gives the stream up. */
  reset(code: ErrorCode): void {
    if (!this.isClosed) this.host.resetStream(this, code);
  }

  /** Holds back what comes; the client may go on until its window is full. */
  pause(): void {
    this.isPaused = true;
  }

  /** Hands out what was held back, and goes on. */
  resume(): void {
    this.isPaused = false;
    const { held } = this;
    while (held !== null && held.length > 0 && !this.isHolding()) {
      const bytes = held.shift() as Uint8Array;
      this.receiver.onBytes(bytes);
      this.host.credit(this, bytes.length);
    }
    if (held?.length === 0) this.held = null;
    if (!this.isHalfCloseHeld || this.isHolding()) return;
    this.isHalfCloseHeld = false;
    this.receiver.onHalfClose();
  }

  /** For the connection. */
  deliver(bytes: Uint8Array): void {
    if (this.isPaused || this.held !== null) {
      this.held ??= [];
      this.held.push(bytes);
      return;
    }
    this.receiver.onBytes(bytes);
    this.host.credit(this, bytes.length);
  }

  /** For the connection. */
  deliverHalfClose(): void {
    if (this.isPaused || this.held !== null) this.isHalfCloseHeld = true;
    else this.receiver.onHalfClose();
  }

  /** For the connection. */
  deliverDrain(): void {
    this.isDrainAsked = false;
    this.receiver.onDrain();
  }

  /** For the connection. */
  deliverClose(): void {
    this.held = null;
    this.isHalfCloseHeld = false;
    this.receiver.onClose();
  }

  /** Whether a receiver has paused the stream, or ended it, while it was handed what was held. */
  private isHolding(): boolean {
    return this.isPaused || this.isClosed;
  }
}
