/**
 * Cuts received bytes into frames, wherever the network cut them.
 *
 * Payloads are views of what was received. Only a frame that is cut is put together, in memory that grows with what has
 * arrived and not with what was announced; and DATA is not even then: its bytes are handed on as they come.
 */

import { clientPreface, FrameFlag, FrameType, frameHeaderBytes, framePayloadBytesMax } from "./frame.ts";
import { ErrorCode, Http2Error } from "./http2-error.ts";

/** Takes frames, in order. Whatever it throws ends the reading. */
export type FrameSink = {
  /** Frames are not wanted any more; what has arrived is dropped. */
  readonly isDeaf: boolean;
  /** A whole frame; its payload is `[start, end)`. DATA only if it is padded. */
  onFrame(type: number, flags: number, streamId: number, bytes: Buffer, start: number, end: number): void;
  /** A frame of DATA without padding begins; `onDataBytes` follows if its length is not 0. */
  onDataBegin(flags: number, streamId: number, length: number): void;
  /** Some of its bytes; whether they are its last. */
  onDataBytes(bytes: Buffer, start: number, end: number, isLast: boolean): void;
};

const preface = Buffer.from(clientPreface, "latin1");
const heldBytesMin = 64;
const nothing = Buffer.alloc(0);

/** See the module. */
export class FrameReader {
  private readonly sink: FrameSink;
  /** Of the preface, still to come. */
  private prefaceLeft = preface.length;
  /** Of a frame of DATA, still to come. */
  private dataLeft = 0;
  /** The beginning of a frame that was cut. */
  private held: Buffer = nothing;
  private heldBytes = 0;

  constructor(sink: FrameSink) {
    this.sink = sink;
  }

  /** Takes what arrived; the bytes belong to the sink from now on. @throws Http2Error */
  push(bytes: Buffer): void {
    const { sink } = this;
    let at = this.prefaceLeft > 0 ? this.skipPreface(bytes) : 0;
    if (this.heldBytes > 0) at = this.completeHeld(bytes, at);
    while (at < bytes.length && !sink.isDeaf) {
      if (this.dataLeft > 0) {
        const end = Math.min(bytes.length, at + this.dataLeft);
        this.dataLeft -= end - at;
        sink.onDataBytes(bytes, at, end, this.dataLeft === 0);
        at = end;
        continue;
      }
      if (bytes.length - at < frameHeaderBytes) break;
      const next = this.readFrame(bytes, at, bytes.length);
      if (next < 0) break;
      at = next;
    }
    if (at < bytes.length && !sink.isDeaf) this.hold(bytes, at, bytes.length);
  }

  /** The frame whose header is at this place; gives where the next begins, or −1 if it is not whole. */
  private readFrame(bytes: Buffer, at: number, end: number): number {
    const length =
      ((bytes[at] as number) << 16) | ((bytes[at + 1] as number) << 8) | (bytes[at + 2] as number);
    if (length > framePayloadBytesMax) {
      throw new Http2Error(ErrorCode.frameSizeError, `a frame of ${length} bytes`);
    }
    const type = bytes[at + 3] as number;
    const flags = bytes[at + 4] as number;
    const streamId =
      (((bytes[at + 5] as number) & 0x7f) << 24) |
      ((bytes[at + 6] as number) << 16) |
      ((bytes[at + 7] as number) << 8) |
      (bytes[at + 8] as number);
    const start = at + frameHeaderBytes;
    if (type === FrameType.data && (flags & FrameFlag.padded) === 0) {
      this.dataLeft = length;
      this.sink.onDataBegin(flags, streamId, length);
      return start;
    }
    if (end - start < length) return -1;
    this.sink.onFrame(type, flags, streamId, bytes, start, start + length);
    return start + length;
  }

  private skipPreface(bytes: Buffer): number {
    const from = preface.length - this.prefaceLeft;
    const count = Math.min(this.prefaceLeft, bytes.length);
    if (bytes.compare(preface, from, from + count, 0, count) !== 0) {
      throw new Http2Error(ErrorCode.protocolError, "it does not begin with the preface of HTTP/2");
    }
    this.prefaceLeft -= count;
    return count;
  }

  /** Adds to the frame that was cut what belongs to it; gives where the rest begins. */
  private completeHeld(bytes: Buffer, from: number): number {
    let at = from;
    while (this.heldBytes > 0 && at < bytes.length) {
      const wanted = this.heldBytes < frameHeaderBytes ? frameHeaderBytes : this.heldFrameBytes();
      const end = Math.min(bytes.length, at + wanted - this.heldBytes);
      this.hold(bytes, at, end);
      at = end;
      if (this.heldBytes < wanted) return at;
      const { held, heldBytes } = this;
      this.heldBytes = 0;
      // With a whole header the frame may still be incomplete.
      if (this.readFrame(held, 0, heldBytes) < 0) this.heldBytes = heldBytes;
      else this.held = nothing;
    }
    return at;
  }

  private heldFrameBytes(): number {
    return frameHeaderBytes + this.held.readUIntBE(0, 3);
  }

  private hold(bytes: Buffer, start: number, end: number): void {
    const needed = this.heldBytes + end - start;
    if (needed > this.held.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(heldBytesMin, needed, this.held.length * 2));
      this.held.copy(larger, 0, 0, this.heldBytes);
      this.held = larger;
    }
    bytes.copy(this.held, this.heldBytes, start, end);
    this.heldBytes = needed;
  }
}
