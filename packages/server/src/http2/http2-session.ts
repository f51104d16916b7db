/**
 * The server's side of one connection of HTTP/2 (RFC 9113): its settings, its pings, its beginning and its end. What
 * happens on streams is in `stream-table.ts`, what is sent goes through `sender.ts`.
 *
 * What arrives is handled in step, to the end, before anything is written; answers that are there by then leave in one
 * write.
 */

import type { Duplex } from "node:stream";
import type { BufferPool } from "./buffer-pool.ts";
import { FrameFlag, FrameType, SettingId, windowBytesDefault } from "./frame.ts";
import { FrameReader, type FrameSink } from "./frame-reader.ts";
import { HeaderBlocks, unpad } from "./header-blocks.ts";
import type { UsualAnswer } from "./hpack-encoder.ts";
import { ErrorCode, Http2Error } from "./http2-error.ts";
import type { Http2Stream } from "./http2-stream.ts";
import { RateGuard } from "./rate-guard.ts";
import type { RequestHead } from "./request-head.ts";
import { Sender } from "./sender.ts";
import { idleFramesMax, idleFramesPerSecond, leaveMs, type SessionLimits } from "./session-limits.ts";
import { StreamTable } from "./stream-table.ts";

/** Who is told of a connection. None of these may throw. */
export type SessionOwner = {
  /** A request; whoever serves it attaches itself to the stream. */
  onRequest(stream: Http2Stream, head: RequestHead): void;
  /** The client has sent its SETTINGS. */
  onReady(): void;
  /** The client pings; whether that is one ping too many. */
  isPingTooMany(openStreams: number): boolean;
  /** The client answers a ping of ours. */
  onPong(): void;
  /** The connection ends by an error of the client or of the network. */
  onError(error: Error): void;
  /** The connection is over; the last call. */
  onClose(): void;
};

/** What all sessions of a front share. */
export type SessionShare = {
  readonly limits: SessionLimits;
  readonly pool: BufferPool;
  readonly usual: UsualAnswer;
};

const lastStreamIdMax = 0x7fff_ffff;
const keepalivePing = Buffer.from("keepaliv", "latin1");
const leavePing = Buffer.from("leaving.", "latin1");

/** See the module. */
export class Http2Session implements FrameSink {
  /** Nothing of the client is wanted any more. */
  isDeaf = false;
  private readonly socket: Duplex;
  private readonly limits: SessionLimits;
  private readonly owner: SessionOwner;
  private readonly sender: Sender;
  private readonly streams: StreamTable;
  private readonly blocks: HeaderBlocks;
  private readonly reader = new FrameReader(this);
  private readonly idleFrames = new RateGuard(idleFramesMax, idleFramesPerSecond);
  private readonly settingsTimer: NodeJS.Timeout;
  private lingerTimer: NodeJS.Timeout | null = null;
  private hasSettings = false;
  private isAcknowledged = false;
  /** GOAWAY was sent: the first of two; the last. */
  private isLeaving = false;
  private isLastSaid = false;
  private isOver = false;

  /** Takes over a socket whose next bytes are the client's preface. */
  constructor(socket: Duplex, share: SessionShare, owner: SessionOwner) {
    const { limits } = share;
    this.socket = socket;
    this.limits = limits;
    this.owner = owner;
    this.sender = new Sender(
      socket,
      share.pool,
      share.usual,
      (stream) => this.streams.noteSent(stream),
      () => this.streams.stopUnfinished(),
    );
    this.streams = new StreamTable(limits, this.sender, {
      onRequest: (stream, head) => owner.onRequest(stream, head),
      onEmpty: () => this.leaveIfDone(),
    });
    this.blocks = new HeaderBlocks(limits.headerBytesMax, (streamId, isEnd, bytes, start, end) =>
      this.streams.onBlock(streamId, isEnd, bytes, start, end),
    );
    this.settingsTimer = setTimeout(() => {
      const what = this.hasSettings
        ? "it did not acknowledge SETTINGS in time"
        : "it sent no SETTINGS in time";
      this.fail(new Http2Error(ErrorCode.settingsTimeout, what));
    }, limits.handshakeMs);
    this.greet();
    this.listen();
  }

  /** Open streams. */
  get openStreams(): number {
    return this.streams.size;
  }

  /** Asks the client for a sign of life: `onPong` follows. */
  ping(): void {
    if (this.isOver) return;
    this.sender.writer.ping(keepalivePing, false);
    this.sender.flush();
  }

  /**
   * Takes no new streams, and ends when the open ones have. In two steps (RFC 9113 §6.8): streams that were on their way
   * before the client knew are served.
   */
  leave(): void {
    if (this.isLeaving || this.isOver) return;
    this.isLeaving = true;
    this.sender.writer.goaway(lastStreamIdMax, ErrorCode.noError, "");
    this.sender.writer.ping(leavePing, false);
    this.sender.flush();
    this.lingerTimer = setTimeout(() => this.sayLast(), leaveMs);
  }

  /** Ends at once. */
  destroy(): void {
    this.finish();
    this.socket.destroy();
  }

  onFrame(type: number, flags: number, streamId: number, bytes: Buffer, start: number, end: number): void {
    if (type === FrameType.continuation) {
      this.blocks.continue(flags, streamId, bytes, start, end);
      return;
    }
    this.mustBeInOrder(type);
    switch (type) {
      case FrameType.headers:
        mustHaveStream(streamId);
        this.blocks.begin(flags, streamId, bytes, start, end);
        break;
      case FrameType.data: {
        const inner = unpad(bytes, start, end);
        const payloadBytes = inner.end - inner.start;
        this.beginData(flags, streamId, end - start, end - start - payloadBytes);
        if (payloadBytes > 0) this.streams.onDataBytes(bytes, inner.start, inner.end, true);
        break;
      }
      case FrameType.rstStream:
        mustHaveLength(end - start, 4);
        this.streams.onReset(streamId);
        break;
      case FrameType.windowUpdate:
        mustHaveLength(end - start, 4);
        this.takeWindow(streamId, bytes.readUInt32BE(start) & 0x7fff_ffff);
        break;
      case FrameType.settings:
        this.takeSettings(flags, streamId, bytes, start, end);
        break;
      case FrameType.ping:
        this.takePing(flags, streamId, bytes, start, end);
        break;
      default:
        this.takeOther(type, streamId, end - start);
    }
  }

  onDataBegin(flags: number, streamId: number, length: number): void {
    this.mustBeInOrder(FrameType.data);
    this.beginData(flags, streamId, length, 0);
  }

  onDataBytes(bytes: Buffer, start: number, end: number, isLast: boolean): void {
    this.streams.onDataBytes(bytes, start, end, isLast);
  }

  private greet(): void {
    const { limits, sender } = this;
    sender.writer.settings([
      ...[SettingId.maxConcurrentStreams, limits.streamsPerConnectionMax],
      ...[SettingId.initialWindowSize, limits.streamWindowBytes],
      ...[SettingId.maxHeaderListSize, limits.headerBytesMax],
    ]);
    const more = limits.connectionWindowBytes - windowBytesDefault;
    if (more > 0) sender.writer.windowUpdate(0, more);
    sender.flush();
  }

  private listen(): void {
    const { socket } = this;
    socket.on("data", (bytes: Buffer) => this.read(bytes));
    socket.on("drain", () => {
      this.sender.drained();
      if (!this.sender.isFlooded && !this.isOver) socket.resume();
    });
    socket.on("end", () => this.end());
    socket.on("error", (error) => {
      if (!this.isOver) this.owner.onError(error);
    });
    socket.on("close", () => {
      this.finish();
      if (this.lingerTimer !== null) clearTimeout(this.lingerTimer);
      this.owner.onClose();
    });
    socket.resume();
  }

  private read(bytes: Buffer): void {
    if (this.isDeaf) return;
    const { sender } = this;
    sender.isGathering = true;
    try {
      this.reader.push(bytes);
    } catch (error) {
      if (!(error instanceof Http2Error)) throw error;
      this.fail(error);
      return;
    } finally {
      sender.isGathering = false;
    }
    sender.flush();
    // A client that does not read its answers is not given more of them.
    if (sender.isFlooded) this.socket.pause();
  }

  private beginData(flags: number, streamId: number, length: number, padding: number): void {
    mustHaveStream(streamId);
    if (length === 0 && (flags & FrameFlag.endStream) === 0) this.countIdle();
    this.streams.onDataBegin(flags, streamId, length, padding);
  }

  private takeWindow(streamId: number, bytes: number): void {
    if (streamId !== 0) this.streams.onWindowUpdate(streamId, bytes);
    else if (bytes === 0) throw new Http2Error(ErrorCode.protocolError, "WINDOW_UPDATE of nothing");
    else this.sender.widen(bytes);
  }

  private takeSettings(flags: number, streamId: number, bytes: Buffer, start: number, end: number): void {
    mustBeOfConnection(streamId);
    if ((flags & FrameFlag.ack) !== 0) {
      mustHaveLength(end - start, 0);
      if (this.isAcknowledged) return;
      this.isAcknowledged = true;
      this.streams.applySettings();
      if (this.hasSettings) clearTimeout(this.settingsTimer);
      return;
    }
    if ((end - start) % 6 !== 0) throw new Http2Error(ErrorCode.frameSizeError, "SETTINGS of a wrong length");
    this.countIdle();
    for (let at = start; at < end; at += 6)
      this.applySetting(bytes.readUInt16BE(at), bytes.readUInt32BE(at + 2));
    this.sender.writer.settingsAck();
    if (this.hasSettings) return;
    this.hasSettings = true;
    if (this.isAcknowledged) clearTimeout(this.settingsTimer);
    this.owner.onReady();
  }

  private applySetting(id: number, value: number): void {
    if (id === SettingId.headerTableSize) {
      this.sender.setTableBytes(value);
    } else if (id === SettingId.initialWindowSize) {
      this.sender.setStreamWindow(value, this.streams.values());
    } else if (id === SettingId.enablePush && value > 1) {
      throw new Http2Error(ErrorCode.protocolError, "ENABLE_PUSH is neither 0 nor 1");
    } else if (id === SettingId.maxFrameSize && (value < 0x4000 || value > 0xff_ffff)) {
      throw new Http2Error(ErrorCode.protocolError, "MAX_FRAME_SIZE is out of its range");
    }
  }

  private takePing(flags: number, streamId: number, bytes: Buffer, start: number, end: number): void {
    mustBeOfConnection(streamId);
    mustHaveLength(end - start, 8);
    const payload = bytes.subarray(start, end);
    if ((flags & FrameFlag.ack) !== 0) {
      if (payload.equals(leavePing)) this.sayLast();
      else this.owner.onPong();
      return;
    }
    if (this.owner.isPingTooMany(this.streams.size)) {
      // The text is part of gRPC: clients then ping less often.
      throw new Http2Error(ErrorCode.enhanceYourCalm, "too_many_pings");
    }
    this.sender.writer.ping(payload, true);
  }

  private takeOther(type: number, streamId: number, length: number): void {
    this.countIdle();
    if (type === FrameType.priority) {
      mustHaveStream(streamId);
      if (length !== 5) this.streams.failStream(streamId, ErrorCode.frameSizeError);
    } else if (type === FrameType.goaway) {
      mustBeOfConnection(streamId);
      if (length < 8) throw new Http2Error(ErrorCode.frameSizeError, "GOAWAY of a wrong length");
    } else if (type === FrameType.pushPromise) {
      throw new Http2Error(ErrorCode.protocolError, "PUSH_PROMISE of a client");
    }
  }

  /** The first frame is SETTINGS, and nothing comes within a header block. */
  private mustBeInOrder(type: number): void {
    if (this.blocks.isOpen) throw new Http2Error(ErrorCode.protocolError, "a frame within a header block");
    if (!this.hasSettings && type !== FrameType.settings) {
      throw new Http2Error(ErrorCode.protocolError, "it does not begin with SETTINGS");
    }
  }

  private countIdle(): void {
    if (!this.idleFrames.take(performance.now())) {
      throw new Http2Error(ErrorCode.enhanceYourCalm, "too many frames without effect");
    }
  }

  private sayLast(): void {
    if (!this.isLeaving || this.isLastSaid || this.isOver) return;
    this.isLastSaid = true;
    if (this.lingerTimer !== null) clearTimeout(this.lingerTimer);
    this.sender.writer.goaway(this.streams.refuseNew(), ErrorCode.noError, "");
    this.sender.scheduleFlush();
    this.leaveIfDone();
  }

  private leaveIfDone(): void {
    // Within a read, other frames may follow; what is gathered goes first.
    if (this.isLastSaid && !this.isOver && this.streams.size === 0)
      process.nextTick(() => this.endPatiently());
  }

  private fail(error: Http2Error): void {
    if (this.isOver) return;
    this.owner.onError(error);
    this.sender.writer.goaway(this.streams.lastStreamId, error.code, error.message);
    this.end();
  }

  /** Ends our side after what was gathered, and the connection when the client has ended its own, or soon. */
  private end(): void {
    if (this.isOver) return;
    this.finish();
    this.socket.end();
    this.socket.resume();
    this.linger();
  }

  /** The same, but a slow client gets all of its last answers. */
  private endPatiently(): void {
    if (this.isOver) return;
    this.finish();
    this.socket.end(() => this.linger());
    this.socket.resume();
  }

  private linger(): void {
    this.lingerTimer = setTimeout(() => this.socket.destroy(), leaveMs);
    if (this.socket.destroyed) clearTimeout(this.lingerTimer);
  }

  private finish(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.isDeaf = true;
    clearTimeout(this.settingsTimer);
    if (this.lingerTimer !== null) clearTimeout(this.lingerTimer);
    this.streams.clear();
    this.sender.finish();
  }
}

function mustHaveStream(streamId: number): void {
  if (streamId === 0) throw new Http2Error(ErrorCode.protocolError, "a frame of a stream without one");
}

function mustBeOfConnection(streamId: number): void {
  if (streamId !== 0) throw new Http2Error(ErrorCode.protocolError, "a frame of the connection on a stream");
}

function mustHaveLength(length: number, expected: number): void {
  if (length !== expected) {
    throw new Http2Error(ErrorCode.frameSizeError, `a frame of ${length} bytes instead of ${expected}`);
  }
}
