/**
 * Header blocks from HEADERS and CONTINUATION. A block is bounded in bytes and in frames: the frames of one that never
 * ends cost nobody but us (CVE-2024-27316).
 */

import { FrameFlag } from "./frame.ts";
import { ErrorCode, Http2Error } from "./http2-error.ts";

/** Frames after the first. */
const continuationsMax = 64;
const priorityBytes = 5;

/** Takes a whole block, `[start, end)`. */
export type BlockSink = (streamId: number, isEnd: boolean, bytes: Buffer, start: number, end: number) => void;

/** The payload of a padded frame, without its padding: `[start, end)`. @throws Http2Error */
export function unpad(bytes: Buffer, start: number, end: number): { start: number; end: number } {
  if (start === end) throw new Http2Error(ErrorCode.frameSizeError, "a padded frame without a length");
  const padding = bytes[start] as number;
  if (padding > end - start - 1) throw new Http2Error(ErrorCode.protocolError, "more padding than frame");
  return { start: start + 1, end: end - padding };
}

/** See the module. */
export class HeaderBlocks {
  private readonly sink: BlockSink;
  private readonly blockBytesMax: number;
  /** Of the block that is not whole; 0: there is none. */
  private streamId = 0;
  private isEnd = false;
  private fragments: Buffer[] = [];
  private bytes = 0;

  constructor(blockBytesMax: number, sink: BlockSink) {
    this.blockBytesMax = blockBytesMax;
    this.sink = sink;
  }

  /** Whether nothing but CONTINUATION may come now. */
  get isOpen(): boolean {
    return this.streamId !== 0;
  }

  /** A frame of HEADERS. @throws Http2Error */
  begin(flags: number, streamId: number, bytes: Buffer, from: number, to: number): void {
    let start = from;
    let end = to;
    if ((flags & FrameFlag.padded) !== 0) ({ start, end } = unpad(bytes, start, end));
    if ((flags & FrameFlag.priority) !== 0) {
      start += priorityBytes;
      if (start > end) throw new Http2Error(ErrorCode.frameSizeError, "HEADERS without its priority");
    }
    const isEnd = (flags & FrameFlag.endStream) !== 0;
    if ((flags & FrameFlag.endHeaders) !== 0) {
      this.sink(streamId, isEnd, bytes, start, end);
      return;
    }
    this.streamId = streamId;
    this.isEnd = isEnd;
    this.add(bytes, start, end);
  }

  /** A frame of CONTINUATION. @throws Http2Error */
  continue(flags: number, streamId: number, bytes: Buffer, start: number, end: number): void {
    if (this.streamId === 0 || streamId !== this.streamId) {
      throw new Http2Error(ErrorCode.protocolError, "CONTINUATION without HEADERS");
    }
    this.add(bytes, start, end);
    if ((flags & FrameFlag.endHeaders) === 0) return;
    const block = Buffer.concat(this.fragments, this.bytes);
    const { isEnd } = this;
    this.streamId = 0;
    this.fragments = [];
    this.bytes = 0;
    this.sink(streamId, isEnd, block, 0, block.length);
  }

  private add(bytes: Buffer, start: number, end: number): void {
    this.bytes += end - start;
    if (this.bytes > this.blockBytesMax || this.fragments.length > continuationsMax) {
      throw new Http2Error(ErrorCode.enhanceYourCalm, "a header block that does not end");
    }
    // A copy: the view would keep the whole network chunk.
    this.fragments.push(Buffer.from(bytes.subarray(start, end)));
  }
}
