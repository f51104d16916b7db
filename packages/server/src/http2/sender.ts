/**
 * What a connection sends: frames in the order of the calls while windows and the socket allow it; otherwise each stream
 * keeps a queue, and the streams take turns, one frame each.
 *
 * Only DATA waits. Heads, tails and control frames are not under flow control; what bounds them is that a connection
 * whose socket is full is not read from (`isFlooded`).
 */

import type { Duplex } from "node:stream";
import type { BufferPool } from "./buffer-pool.ts";
import { framePayloadBytesMax, windowBytesDefault, windowBytesMax } from "./frame.ts";
import { FrameWriter } from "./frame-writer.ts";
import { tableBytesMax } from "./header-table.ts";
import { type Block, HpackEncoder, type UsualAnswer } from "./hpack-encoder.ts";
import { ErrorCode, Http2Error } from "./http2-error.ts";
import type { Http2Stream } from "./http2-stream.ts";

/** DATA is handed to the socket until so much waits there; enough to keep it busy. */
const socketBytesMax = 256 * 1024;
/** With so much waiting nothing is read any more that would have to be answered. */
const floodBytes = 1024 * 1024;

/** See the module. */
export class Sender {
  readonly writer: FrameWriter;
  /** Of the connection, and of a new stream. */
  window = windowBytesDefault;
  streamWindow = windowBytesDefault;
  /** Over all streams. */
  queuedBytes = 0;
  private readonly socket: Duplex;
  private readonly encoder: HpackEncoder;
  /** Told of a stream that has sent everything. */
  private readonly onSent: (stream: Http2Stream) => void;
  private readonly beforeFlush: () => void;
  private readonly onTurnEnd: () => void;
  private readonly turns: Http2Stream[] = [];
  private isPumping = false;
  private isFlushDue = false;
  /** Whoever has set it flushes in the end. */
  isGathering = false;
  /** The socket does not take DATA now; `drain` will follow. */
  private isSocketFull = false;
  /** Nothing is written any more. */
  private isOff = false;

  constructor(
    socket: Duplex,
    pool: BufferPool,
    usual: UsualAnswer,
    onSent: (stream: Http2Stream) => void,
    beforeFlush: () => void,
  ) {
    this.socket = socket;
    this.writer = new FrameWriter(socket, pool);
    this.encoder = new HpackEncoder(usual);
    this.onSent = onSent;
    this.beforeFlush = beforeFlush;
    this.onTurnEnd = () => {
      this.isFlushDue = false;
      this.flush();
    };
  }

  /** Whether so much waits in the socket that nothing more should be read. */
  get isFlooded(): boolean {
    return this.socket.writableLength >= floodBytes;
  }

  /** The client's table has room for so many bytes. */
  setTableBytes(bytes: number): void {
    this.encoder.setTableBytes(bytes, tableBytesMax);
  }

  /** Writes at the end of this turn of the event loop, unless somebody does before. */
  scheduleFlush(): void {
    if (this.isFlushDue || this.isGathering) return;
    this.isFlushDue = true;
    // It runs after all callbacks of promises that are settled now: a batch of answers is one write.
    process.nextTick(this.onTurnEnd);
  }

  /** Writes now. */
  flush(): void {
    if (this.isOff) return;
    this.beforeFlush();
    this.spill();
  }

  /** Writes for the last time. */
  finish(): void {
    this.flush();
    this.isOff = true;
  }

  sendHead(stream: Http2Stream, block: Block, isEnd: boolean): void {
    this.writer.headers(stream.id, this.encoder.resolve(block), isEnd, framePayloadBytesMax);
    if (isEnd) this.onSent(stream);
    this.scheduleFlush();
  }

  sendBytes(stream: Http2Stream, bytes: Uint8Array): void {
    const { length } = bytes;
    if (length === 0) return;
    if (this.canSend(stream, length)) this.put(stream, bytes, 0, length, false);
    else this.enqueue(stream, bytes);
    this.scheduleFlush();
  }

  sendEnd(stream: Http2Stream, bytes: Uint8Array | null, tail: Block | null): void {
    const length = bytes === null ? 0 : bytes.length;
    if (stream.queue.bytes > 0 || !this.canSend(stream, length)) {
      stream.isEnding = true;
      stream.tail = tail;
      if (bytes !== null) this.enqueue(stream, bytes);
    } else {
      if (bytes !== null) this.put(stream, bytes, 0, length, tail === null);
      else if (tail === null) this.writer.data(stream.id, noBytes, 0, 0, true);
      this.putTail(stream, tail);
    }
    this.scheduleFlush();
  }

  /** The client takes so many bytes more on the connection. @throws Http2Error */
  widen(bytes: number): void {
    this.window += bytes;
    if (this.window > windowBytesMax) {
      throw new Http2Error(ErrorCode.flowControlError, "the connection's window is larger than there is");
    }
    this.pump();
  }

  /** The client takes so many bytes more on a stream; false: it would take more than there is. */
  widenStream(stream: Http2Stream, bytes: number): boolean {
    stream.sendWindow += bytes;
    if (stream.sendWindow > windowBytesMax) return false;
    this.takeTurn(stream);
    this.pump();
    return true;
  }

  /** The client says how large windows of streams are from the beginning. @throws Http2Error */
  setStreamWindow(bytes: number, streams: Iterable<Http2Stream>): void {
    if (bytes > windowBytesMax) {
      throw new Http2Error(ErrorCode.flowControlError, "the initial window is larger than there is");
    }
    const difference = bytes - this.streamWindow;
    this.streamWindow = bytes;
    for (const stream of streams) {
      stream.sendWindow += difference;
      if (stream.sendWindow > windowBytesMax) {
        throw new Http2Error(ErrorCode.flowControlError, "a stream's window is larger than there is");
      }
      this.takeTurn(stream);
    }
    this.pump();
  }

  /** The socket has taken everything. */
  drained(): void {
    this.isSocketFull = false;
    this.pump();
    this.flush();
  }

  /** The stream is gone: what it had is dropped. */
  forget(stream: Http2Stream): void {
    this.queuedBytes -= stream.queue.bytes;
    stream.queue.clear();
    // While the turns are being taken its own is passed over.
    if (stream.isInTurn && !this.isPumping) this.turns.splice(this.turns.indexOf(stream), 1);
  }

  private canSend(stream: Http2Stream, length: number): boolean {
    return (
      length === 0 ||
      (stream.queue.bytes === 0 &&
        this.turns.length === 0 &&
        !this.isSocketFull &&
        length <= framePayloadBytesMax &&
        length <= this.window &&
        length <= stream.sendWindow)
    );
  }

  private enqueue(stream: Http2Stream, bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    stream.queue.push(bytes);
    this.queuedBytes += bytes.length;
    this.takeTurn(stream);
    this.pump();
  }

  private takeTurn(stream: Http2Stream): void {
    if (stream.isInTurn || stream.isClosed || stream.queue.bytes === 0 || stream.sendWindow <= 0) return;
    stream.isInTurn = true;
    this.turns.push(stream);
  }

  /** Sends what can be sent, a frame of each stream in turn. */
  private pump(): void {
    if (this.isPumping) return;
    this.isPumping = true;
    let at = 0;
    const { turns } = this;
    while (at < turns.length && this.window > 0 && !this.isSocketFull) {
      const stream = turns[at++] as Http2Stream;
      stream.isInTurn = false;
      if (stream.isClosed) continue;
      this.sendPiece(stream);
      this.takeTurn(stream);
    }
    turns.splice(0, at);
    this.isPumping = false;
    this.scheduleFlush();
  }

  /** One frame of a stream's queue; then what comes after the queue, if that was the last. */
  private sendPiece(stream: Http2Stream): void {
    const { queue } = stream;
    const { first: piece, firstAt: start } = queue;
    const length = Math.min(piece.length - start, framePayloadBytesMax, this.window, stream.sendWindow);
    queue.drop(length);
    this.queuedBytes -= length;
    const isLast = queue.bytes === 0;
    this.put(stream, piece, start, start + length, isLast && stream.isEnding && stream.tail === null);
    if (!isLast) return;
    if (stream.isEnding) this.putTail(stream, stream.tail);
    else if (stream.isDrainAsked) stream.deliverDrain();
  }

  private put(stream: Http2Stream, bytes: Uint8Array, start: number, end: number, isEnd: boolean): void {
    this.window -= end - start;
    stream.sendWindow -= end - start;
    this.writer.data(stream.id, bytes, start, end, isEnd);
    if (this.writer.gatheredBytes >= socketBytesMax) this.spill();
  }

  private putTail(stream: Http2Stream, tail: Block | null): void {
    if (tail !== null) {
      this.writer.headers(stream.id, this.encoder.resolve(tail), true, framePayloadBytesMax);
    }
    this.onSent(stream);
  }

  /** Hands over what was gathered before the turn's end, for it is much. */
  private spill(): void {
    if (this.isOff || this.socket.destroyed) return;
    this.writer.flush();
    this.isSocketFull = this.socket.writableLength >= socketBytesMax;
  }
}

const noBytes = new Uint8Array(0);
