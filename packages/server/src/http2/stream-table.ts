/**
 * The streams of a connection: what the client's frames mean for them (RFC 9113 §5).
 *
 * A stream is in the table from its HEADERS until both sides have ended or one has given it up. A stream that is not
 * there is idle if its number is still to come, and closed otherwise; of the closed ones only those are known that we
 * gave up, since their clients may not know yet.
 */

import { FrameFlag, windowBytesDefault } from "./frame.ts";
import { HeadCache } from "./head-cache.ts";
import type { HeaderField } from "./header-table.ts";
import { HpackDecoder } from "./hpack-decoder.ts";
import { type Block, encodeBlock } from "./hpack-encoder.ts";
import { ErrorCode, Http2Error } from "./http2-error.ts";
import { Http2Stream, type StreamHost } from "./http2-stream.ts";
import { RateGuard } from "./rate-guard.ts";
import { RecentIds } from "./recent-ids.ts";
import { makeRequestHead, problemOfTrailers, type RequestHead } from "./request-head.ts";
import type { Sender } from "./sender.ts";
import { queuedBytesMax, type SessionLimits } from "./session-limits.ts";

/** Who is told of streams. */
export type StreamTableOwner = {
  /** A request; whoever serves it attaches itself to the stream. */
  onRequest(stream: Http2Stream, head: RequestHead): void;
  /** The last stream is gone. */
  onEmpty(): void;
};

const headersTooLarge = encodeBlock([[":status", "431"]]);

/** See the module. */
export class StreamTable implements StreamHost {
  /** The client's last stream, and the last that is served. */
  lastStreamId = 0;
  private servedIdMax = 0x7fff_ffff;
  private readonly limits: SessionLimits;
  private readonly sender: Sender;
  private readonly owner: StreamTableOwner;
  private readonly decoder: HpackDecoder;
  private readonly heads = new HeadCache();
  private readonly streams = new Map<number, Http2Stream>();
  private readonly resets: RateGuard;
  private readonly recent = new RecentIds();
  /** Answered, though the client had not ended its side. */
  private readonly unfinished: Http2Stream[] = [];
  /** Windows that we give: of the connection, and of a new stream. */
  private window: number;
  private uncreditedBytes = 0;
  private streamWindow: number;
  /** Of the DATA that is being received. */
  private target: Http2Stream | null = null;
  private isTargetEnding = false;

  constructor(limits: SessionLimits, sender: Sender, owner: StreamTableOwner) {
    this.limits = limits;
    this.sender = sender;
    this.owner = owner;
    this.decoder = new HpackDecoder(limits.headerBytesMax);
    this.resets = new RateGuard(limits.streamResetsMax, limits.streamResetsPerSecond);
    this.window = Math.max(windowBytesDefault, limits.connectionWindowBytes);
    // Until the client has acknowledged our SETTINGS it may use RFC 9113's window.
    this.streamWindow = Math.max(windowBytesDefault, limits.streamWindowBytes);
  }

  /** Open streams. */
  get size(): number {
    return this.streams.size;
  }

  /** Open streams, to set their windows. */
  values(): Iterable<Http2Stream> {
    return this.streams.values();
  }

  /** The client has our SETTINGS now. */
  applySettings(): void {
    const difference = this.limits.streamWindowBytes - this.streamWindow;
    this.streamWindow += difference;
    for (const stream of this.streams.values()) stream.receiveWindow += difference;
  }

  /** Serves no streams but those that are there; gives the last. */
  refuseNew(): number {
    this.servedIdMax = Math.min(this.servedIdMax, this.lastStreamId);
    return this.servedIdMax;
  }

  /** Gives up everything, without a word to the client. */
  clear(): void {
    for (const stream of this.streams.values()) this.close(stream);
  }

  /** Streams that were answered while the client still sends: it is told, after the answer, that nobody listens. */
  stopUnfinished(): void {
    if (this.unfinished.length === 0) return;
    for (const stream of this.unfinished) {
      if (!stream.isClosed) this.giveUp(stream, ErrorCode.noError);
    }
    this.unfinished.length = 0;
  }

  /** A stream has sent everything. */
  noteSent(stream: Http2Stream): void {
    stream.isLocalEnded = true;
    if (stream.isRemoteEnded) this.close(stream);
    else if (!stream.isPatient) this.unfinished.push(stream);
  }

  /** A whole header block. @throws Http2Error */
  onBlock(streamId: number, isEnd: boolean, bytes: Buffer, start: number, end: number): void {
    if (streamId <= this.lastStreamId || streamId % 2 === 0) {
      this.onLaterBlock(streamId, isEnd, bytes, start, end);
      return;
    }
    const { table } = this.decoder;
    const known = this.heads.find(bytes, start, end, table.generation);
    if (known !== null) {
      this.open(streamId, isEnd, known);
      return;
    }
    const { generation } = table;
    const { fields, listBytes } = this.decoder.decode(bytes, start, end);
    if (listBytes > this.limits.headerBytesMax) {
      this.refuseLarge(streamId, isEnd);
      return;
    }
    const head = makeRequestHead(fields);
    if (typeof head === "string") {
      this.refuse(streamId, ErrorCode.protocolError);
      return;
    }
    if (table.generation === generation) this.heads.keep(bytes, start, end, generation, head);
    this.open(streamId, isEnd, head);
  }

  /** A frame of DATA begins; `length` counts for flow control. @throws Http2Error */
  onDataBegin(flags: number, streamId: number, length: number, padding: number): void {
    this.takeWindow(length);
    const isEnd = (flags & FrameFlag.endStream) !== 0;
    const stream = this.dataTarget(streamId, length, length - padding, isEnd);
    this.target = stream;
    this.isTargetEnding = isEnd;
    if (stream === null) return;
    stream.receiveWindow -= length;
    if (padding > 0) this.credit(stream, padding);
    if (length === padding && isEnd) this.endRemote(stream);
  }

  /** Its bytes. */
  onDataBytes(bytes: Buffer, start: number, end: number, isLast: boolean): void {
    const stream = this.target;
    if (stream === null || stream.isClosed) return;
    const isEnd = isLast && this.isTargetEnding;
    // Set before: an answer at once then needs no word that nobody listens any more.
    if (isEnd) stream.isRemoteEnded = true;
    stream.deliver(start === 0 && end === bytes.length ? bytes : bytes.subarray(start, end));
    if (isEnd) this.endRemote(stream);
  }

  /** RST_STREAM. @throws Http2Error */
  onReset(streamId: number): void {
    this.mustNotBeIdle(streamId, "RST_STREAM");
    const stream = this.streams.get(streamId);
    if (stream === undefined) return;
    this.countReset();
    this.close(stream);
  }

  /** WINDOW_UPDATE of a stream. @throws Http2Error */
  onWindowUpdate(streamId: number, bytes: number): void {
    this.mustNotBeIdle(streamId, "WINDOW_UPDATE");
    const stream = this.streams.get(streamId);
    if (stream === undefined) return;
    if (bytes === 0) this.fail(stream, ErrorCode.protocolError);
    else if (!this.sender.widenStream(stream, bytes)) this.fail(stream, ErrorCode.flowControlError);
  }

  /** An error of a stream that may be there. @throws Http2Error */
  failStream(streamId: number, code: ErrorCode): void {
    this.mustNotBeIdle(streamId, "a frame");
    const stream = this.streams.get(streamId);
    if (stream !== undefined) this.fail(stream, code);
  }

  sendHead(stream: Http2Stream, block: Block, isEnd: boolean): void {
    this.sender.sendHead(stream, block, isEnd);
  }

  sendBytes(stream: Http2Stream, bytes: Uint8Array): void {
    this.sender.sendBytes(stream, bytes);
  }

  sendEnd(stream: Http2Stream, bytes: Uint8Array | null, tail: Block | null): void {
    this.sender.sendEnd(stream, bytes, tail);
  }

  credit(stream: Http2Stream, bytes: number): void {
    if (stream.isRemoteEnded || stream.isClosed) return;
    stream.uncreditedBytes += bytes;
    if (stream.uncreditedBytes * 2 < this.limits.streamWindowBytes) return;
    stream.receiveWindow += stream.uncreditedBytes;
    this.sender.writer.windowUpdate(stream.id, stream.uncreditedBytes);
    stream.uncreditedBytes = 0;
    this.sender.scheduleFlush();
  }

  resetStream(stream: Http2Stream, code: ErrorCode): void {
    this.giveUp(stream, code);
  }

  private open(streamId: number, isEnd: boolean, head: RequestHead): void {
    if (
      this.streams.size >= this.limits.streamsPerConnectionMax ||
      this.sender.queuedBytes > queuedBytesMax
    ) {
      this.refuse(streamId, ErrorCode.refusedStream);
      return;
    }
    if (isEnd && head.contentLength > 0) {
      this.refuse(streamId, ErrorCode.protocolError);
      return;
    }
    this.lastStreamId = streamId;
    if (streamId > this.servedIdMax) return;
    const stream = new Http2Stream(
      streamId,
      this,
      this.sender.streamWindow,
      this.streamWindow,
      head.contentLength,
    );
    stream.isRemoteEnded = isEnd;
    this.streams.set(streamId, stream);
    this.owner.onRequest(stream, head);
    if (isEnd) this.endRemote(stream);
  }

  /** Trailers of a request, or a mistake. */
  private onLaterBlock(streamId: number, isEnd: boolean, bytes: Buffer, start: number, end: number): void {
    const { fields, listBytes } = this.decoder.decode(bytes, start, end);
    const stream = this.streams.get(streamId);
    if (stream !== undefined) {
      this.takeTrailers(stream, isEnd, fields, listBytes);
    } else if (streamId % 2 === 0) {
      throw new Http2Error(ErrorCode.protocolError, `a request on stream ${streamId}`);
    } else if (!this.recent.has(streamId)) {
      throw new Http2Error(ErrorCode.streamClosed, `HEADERS on stream ${streamId}, which is closed`);
    }
  }

  private takeTrailers(
    stream: Http2Stream,
    isEnd: boolean,
    fields: readonly HeaderField[],
    listBytes: number,
  ): void {
    if (stream.isRemoteEnded) this.fail(stream, ErrorCode.streamClosed);
    else if (!isEnd || problemOfTrailers(fields) !== null || stream.expectedBytes > 0) {
      this.fail(stream, ErrorCode.protocolError);
    } else if (listBytes > this.limits.headerBytesMax) this.fail(stream, ErrorCode.enhanceYourCalm);
    else this.endRemote(stream);
  }

  /** The stream that DATA is for; null: they are dropped. */
  private dataTarget(
    streamId: number,
    length: number,
    payloadBytes: number,
    isEnd: boolean,
  ): Http2Stream | null {
    this.mustNotBeIdle(streamId, "DATA");
    const stream = this.streams.get(streamId);
    if (stream === undefined) {
      if (streamId <= this.servedIdMax && !this.recent.has(streamId)) {
        this.refuse(streamId, ErrorCode.streamClosed);
      }
      return null;
    }
    let code: ErrorCode = ErrorCode.noError;
    if (stream.isRemoteEnded) code = ErrorCode.streamClosed;
    else if (length > stream.receiveWindow) code = ErrorCode.flowControlError;
    else if (stream.expectedBytes >= 0) {
      stream.expectedBytes -= payloadBytes;
      const { expectedBytes } = stream;
      if (expectedBytes < 0 || (isEnd && expectedBytes > 0)) code = ErrorCode.protocolError;
    }
    if (code === ErrorCode.noError) return stream;
    this.fail(stream, code);
    return null;
  }

  /** The connection's window is given back at once: what waits, waits within its stream's. */
  private takeWindow(bytes: number): void {
    this.window -= bytes;
    if (this.window < 0)
      throw new Http2Error(ErrorCode.flowControlError, "more DATA than the connection's window");
    this.uncreditedBytes += bytes;
    if (this.uncreditedBytes * 2 < this.limits.connectionWindowBytes) return;
    this.window += this.uncreditedBytes;
    this.sender.writer.windowUpdate(0, this.uncreditedBytes);
    this.uncreditedBytes = 0;
  }

  private endRemote(stream: Http2Stream): void {
    stream.isRemoteEnded = true;
    if (stream.isClosed) return;
    stream.deliverHalfClose();
    if (stream.isLocalEnded && !stream.isClosed) this.close(stream);
  }

  private refuseLarge(streamId: number, isEnd: boolean): void {
    this.lastStreamId = streamId;
    if (streamId > this.servedIdMax) return;
    const stream = new Http2Stream(streamId, this, 0, 0, -1);
    stream.isRemoteEnded = isEnd;
    this.streams.set(streamId, stream);
    stream.respond(headersTooLarge, true);
  }

  /** A stream that is not in the table. */
  private refuse(streamId: number, code: ErrorCode): void {
    this.lastStreamId = Math.max(this.lastStreamId, streamId);
    if (streamId > this.servedIdMax) return;
    this.countReset();
    this.recent.add(streamId);
    this.sender.writer.rstStream(streamId, code);
  }

  /** The client's mistake: to make us reset streams is as good as to reset them (CVE-2025-8671). */
  private fail(stream: Http2Stream, code: ErrorCode): void {
    this.countReset();
    this.giveUp(stream, code);
  }

  private giveUp(stream: Http2Stream, code: ErrorCode): void {
    this.recent.add(stream.id);
    this.sender.writer.rstStream(stream.id, code);
    this.close(stream);
    this.sender.scheduleFlush();
  }

  private close(stream: Http2Stream): void {
    if (stream.isClosed) return;
    stream.isClosed = true;
    this.streams.delete(stream.id);
    this.sender.forget(stream);
    stream.deliverClose();
    if (this.streams.size === 0) this.owner.onEmpty();
  }

  private countReset(): void {
    if (!this.resets.take(performance.now())) {
      throw new Http2Error(ErrorCode.enhanceYourCalm, "it resets too many streams");
    }
  }

  private mustNotBeIdle(streamId: number, what: string): void {
    if (streamId % 2 === 0 || streamId > this.lastStreamId) {
      throw new Http2Error(ErrorCode.protocolError, `${what} on stream ${streamId}, which is not open`);
    }
  }
}
