/**
 * Gathers frames, and writes them to the socket together: one `write` for all that a turn of the event loop made.
 */

import type { Duplex } from "node:stream";
import { type BufferPool, pooledBytes } from "./buffer-pool.ts";
import { FrameFlag, FrameType, frameHeaderBytes } from "./frame.ts";
import type { ErrorCode } from "./http2-error.ts";

/** Below this, a loop is quicker than a call. */
const shortBytes = 24;

/** See the module. */
export class FrameWriter {
  private readonly socket: Duplex;
  private readonly pool: BufferPool;
  private buffer: Buffer | null = null;
  private used = 0;
  /** Full buffers before the one that is being filled, and how much of each is used. */
  private full: Buffer[] = [];
  private fullBytes: number[] = [];
  /** Buffers that the socket reads, in order. */
  private readonly written: Buffer[] = [];
  private readonly onWritten: (error?: Error | null) => void;

  constructor(socket: Duplex, pool: BufferPool) {
    this.socket = socket;
    this.pool = pool;
    this.onWritten = (error?: Error | null) => {
      const buffer = this.written.shift();
      // After a failure it is not certain that nobody reads it any more.
      if (buffer !== undefined && (error ?? null) === null) pool.give(buffer);
    };
  }

  /** Bytes that wait for {@link flush}. */
  get gatheredBytes(): number {
    return this.full.length * pooledBytes + this.used;
  }

  /** Writes what was gathered. */
  flush(): void {
    const { socket, buffer, full, fullBytes, used } = this;
    if (buffer === null) return;
    this.buffer = null;
    this.used = 0;
    if (full.length === 0) {
      this.write(buffer, used);
      return;
    }
    this.full = [];
    this.fullBytes = [];
    socket.cork();
    for (const [position, one] of full.entries()) this.write(one, fullBytes[position] as number);
    this.write(buffer, used);
    socket.uncork();
  }

  /** A header block, in as many frames as it needs. */
  headers(streamId: number, block: Uint8Array, isEnd: boolean, payloadBytesMax: number): void {
    const endFlag = isEnd ? FrameFlag.endStream : 0;
    if (block.length <= payloadBytesMax) {
      this.begin(block.length, FrameType.headers, endFlag | FrameFlag.endHeaders, streamId);
      this.bytes(block, 0, block.length);
      return;
    }
    for (let start = 0; start < block.length; start += payloadBytesMax) {
      const end = Math.min(block.length, start + payloadBytesMax);
      const type = start === 0 ? FrameType.headers : FrameType.continuation;
      const flags = (start === 0 ? endFlag : 0) | (end === block.length ? FrameFlag.endHeaders : 0);
      this.begin(end - start, type, flags, streamId);
      this.bytes(block, start, end);
    }
  }

  /** One frame of DATA with `[start, end)`. */
  data(streamId: number, bytes: Uint8Array, start: number, end: number, isEnd: boolean): void {
    this.begin(end - start, FrameType.data, isEnd ? FrameFlag.endStream : 0, streamId);
    this.bytes(bytes, start, end);
  }

  /** Identifiers and values by turns. */
  settings(pairs: readonly number[]): void {
    this.begin((pairs.length / 2) * 6, FrameType.settings, 0, 0);
    for (let at = 0; at < pairs.length; at += 2) {
      this.int16(pairs[at] as number);
      this.int32(pairs[at + 1] as number);
    }
  }

  settingsAck(): void {
    this.begin(0, FrameType.settings, FrameFlag.ack, 0);
  }

  /** Eight bytes. */
  ping(payload: Uint8Array, isAck: boolean): void {
    this.begin(8, FrameType.ping, isAck ? FrameFlag.ack : 0, 0);
    this.bytes(payload, 0, 8);
  }

  rstStream(streamId: number, code: ErrorCode): void {
    this.begin(4, FrameType.rstStream, 0, streamId);
    this.int32(code);
  }

  windowUpdate(streamId: number, bytes: number): void {
    this.begin(4, FrameType.windowUpdate, 0, streamId);
    this.int32(bytes);
  }

  goaway(lastStreamId: number, code: ErrorCode, text: string): void {
    const debug = Buffer.from(text);
    this.begin(8 + debug.length, FrameType.goaway, 0, 0);
    this.int32(lastStreamId);
    this.int32(code);
    this.bytes(debug, 0, debug.length);
  }

  private write(buffer: Buffer, length: number): void {
    this.written.push(buffer);
    this.socket.write(length === buffer.length ? buffer : buffer.subarray(0, length), this.onWritten);
  }

  private begin(length: number, type: number, flags: number, streamId: number): void {
    const buffer = this.room(frameHeaderBytes);
    const at = this.used;
    buffer[at] = length >>> 16;
    buffer[at + 1] = length >>> 8;
    buffer[at + 2] = length;
    buffer[at + 3] = type;
    buffer[at + 4] = flags;
    buffer[at + 5] = streamId >>> 24;
    buffer[at + 6] = streamId >>> 16;
    buffer[at + 7] = streamId >>> 8;
    buffer[at + 8] = streamId;
    this.used = at + frameHeaderBytes;
  }

  /** Bytes of a payload: over as many buffers as they need. */
  private bytes(bytes: Uint8Array, start: number, end: number): void {
    const length = end - start;
    if (length <= shortBytes) {
      const buffer = this.room(length);
      let { used } = this;
      for (let at = start; at < end; at++) buffer[used++] = bytes[at] as number;
      this.used = used;
      return;
    }
    for (let at = start; at < end; ) {
      const buffer = this.room(1);
      const until = Math.min(end, at + buffer.length - this.used);
      buffer.set(at === 0 && until === bytes.length ? bytes : bytes.subarray(at, until), this.used);
      this.used += until - at;
      at = until;
    }
  }

  private int16(value: number): void {
    const buffer = this.room(2);
    this.used = buffer.writeUInt16BE(value, this.used);
  }

  private int32(value: number): void {
    const buffer = this.room(4);
    this.used = buffer.writeUInt32BE(value, this.used);
  }

  /** The buffer with so much room, which is little. */
  private room(bytes: number): Buffer {
    const { buffer } = this;
    if (buffer !== null && this.used + bytes <= buffer.length) return buffer;
    if (buffer !== null) {
      this.full.push(buffer);
      this.fullBytes.push(this.used);
    }
    this.buffer = this.pool.take();
    this.used = 0;
    return this.buffer;
  }
}
