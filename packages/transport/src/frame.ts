/**
 * Frames: the layout that README.md draws, as pure functions over bytes.
 */

import { crc32 } from "node:zlib";
import { Lane } from "./lane.ts";
import { WireError } from "./transport-error.ts";

/** Frame types. The numbers are sent to peers. */
export const FrameType = {
  /** A batch of raft messages. */
  messages: 1,
  /** A request above raft, by the dialer. */
  request: 2,
  /** Its answer, by the acceptor. */
  response: 3,
  /** The dialer's timestamps. */
  ping: 4,
  /** Their echo, with the acceptor's. */
  pong: 5,
  /** What snapshot the dialer has. */
  snapshotOffer: 6,
  /** From which byte the acceptor wants it. */
  snapshotResume: 7,
  snapshotChunk: 8,
  /** How much the acceptor has stored. */
  snapshotProgress: 9,
  /** How it ended. */
  snapshotResult: 10,
} as const;
export type FrameType = (typeof FrameType)[keyof typeof FrameType];

const typeMax = FrameType.snapshotResult;

export const frameHeaderBytes = 16;
const checksumBytes = 4;
/** The unit goes on in the next frame of the same type. */
export const continuedFlag = 1;

/** The least that a frame which goes on must carry. */
export const partBytesMin = 1024;

/** A whole unit: one frame, or several that were put together. */
export type Unit = { readonly type: FrameType; readonly payload: Uint8Array };

/** Builds one frame around `payload[from, to)`, in memory of its own. */
export function makeFrame(
  type: FrameType,
  lane: Lane,
  flags: number,
  sequence: number,
  payload: Uint8Array,
  from: number,
  to: number,
): Buffer {
  const length = to - from;
  const frame = Buffer.allocUnsafe(frameHeaderBytes + length);
  frame.writeUInt32LE(length, 4);
  frame[8] = type;
  frame[9] = lane;
  frame[10] = flags;
  frame[11] = 0;
  frame.writeUInt32LE(sequence, 12);
  frame.set(from === 0 && to === payload.length ? payload : payload.subarray(from, to), frameHeaderBytes);
  frame.writeUInt32LE(crc32(frame.subarray(checksumBytes)), 0);
  return frame;
}

/** The frame sequence after this one. */
export function nextSequence(sequence: number): number {
  return (sequence + 1) >>> 0;
}

/** What a reader refuses. */
export type FrameLimits = {
  /** Payload of one frame. */
  readonly frameBytesMax: number;
  /** Payload of a unit of several frames. */
  readonly unitBytesMax: number;
};

/**
 * Cuts a stream of bytes into units. Push what arrived, then take units until there is none. After a WireError the
 * stream has no meaning any more and the reader must be thrown away.
 */
export class FrameReader {
  readonly #lane: Lane;
  readonly #limits: FrameLimits;
  /** Arrived and not consumed: `#current` from `#offset`, then `#later`. */
  #current: Uint8Array = new Uint8Array(0);
  #offset = 0;
  #later: Uint8Array[] = [];
  #available = 0;
  #sequence = 0;
  #parts: Uint8Array[] = [];
  #partsBytes = 0;
  #partsType: FrameType | 0 = 0;

  constructor(lane: Lane, limits: FrameLimits) {
    this.#lane = lane;
    this.#limits = limits;
  }

  /** Takes bytes; they must not change afterwards. */
  push(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    if (this.#available === 0) {
      this.#current = bytes;
      this.#offset = 0;
    } else {
      this.#later.push(bytes);
    }
    this.#available += bytes.length;
  }

  /** The next whole unit, or null if its end has not arrived. @throws WireError */
  next(): Unit | null {
    for (;;) {
      if (!this.#gather(frameHeaderBytes)) return null;
      const length = this.#checkHeader();
      if (!this.#gather(frameHeaderBytes + length)) return null;
      const unit = this.#takeFrame(length);
      if (unit !== null) return unit;
    }
  }

  /** Whether `count` bytes are there; if so, they are contiguous in `#current` afterwards. */
  #gather(count: number): boolean {
    if (this.#available < count) return false;
    if (this.#current.length - this.#offset >= count) return true;
    this.#current = Buffer.concat([this.#current.subarray(this.#offset), ...this.#later], this.#available);
    this.#offset = 0;
    this.#later = [];
    return true;
  }

  #u32(position: number): number {
    const bytes = this.#current;
    const at = this.#offset + position;
    const low = (bytes[at] as number) | ((bytes[at + 1] as number) << 8) | ((bytes[at + 2] as number) << 16);
    return low + (bytes[at + 3] as number) * 0x1000000;
  }

  /** The payload's length. Everything that bounds memory is checked here, before the payload is waited for. */
  #checkHeader(): number {
    const length = this.#u32(4);
    if (length > this.#limits.frameBytesMax) {
      throw new WireError(
        "oversized",
        `a frame claims ${length} bytes; the limit is ${this.#limits.frameBytesMax}`,
      );
    }
    const type = this.#current[this.#offset + 8] as number;
    const lane = this.#current[this.#offset + 9] as number;
    const flags = this.#current[this.#offset + 10] as number;
    const reserved = this.#current[this.#offset + 11] as number;
    if (type === 0 || type > typeMax) throw new WireError("bad-frame", `frame type ${type} is unknown`);
    if (lane !== this.#lane)
      throw new WireError("bad-frame", `a frame of lane ${lane} on lane ${this.#lane}`);
    if (flags > continuedFlag || reserved !== 0) throw new WireError("bad-frame", "unknown flags in a frame");
    return length;
  }

  #takeFrame(length: number): Unit | null {
    const start = this.#offset;
    const end = start + frameHeaderBytes + length;
    const bytes = this.#current;
    if (crc32(bytes.subarray(start + checksumBytes, end)) !== this.#u32(0)) {
      throw new WireError("corrupt", `the checksum of frame ${this.#sequence} does not match`);
    }
    const sequence = this.#u32(12);
    if (sequence !== this.#sequence) {
      throw new WireError("bad-sequence", `frame ${sequence} came where ${this.#sequence} was due`);
    }
    this.#sequence = nextSequence(sequence);
    const type = bytes[start + 8] as FrameType;
    const continued = bytes[start + 10] === continuedFlag;
    const payload = bytes.subarray(start + frameHeaderBytes, end);
    this.#consume(end);
    return this.#assemble(type, continued, payload);
  }

  #consume(end: number): void {
    this.#available -= end - this.#offset;
    this.#offset = end;
    if (this.#offset === this.#current.length && this.#later.length > 0) {
      this.#current = this.#later.shift() as Uint8Array;
      this.#offset = 0;
    }
  }

  #assemble(type: FrameType, continued: boolean, payload: Uint8Array): Unit | null {
    const belongs = this.#partsType === type;
    if (!continued && !belongs) return { type, payload };
    if (continued && this.#partsType !== 0 && !belongs) {
      throw new WireError("bad-frame", "a unit begins inside another");
    }
    // Tiny parts would grow the list long before the limit is reached.
    if (continued && payload.length < partBytesMin)
      throw new WireError("bad-frame", "too small a part of a unit");
    this.#partsType = type;
    this.#partsBytes += payload.length;
    if (this.#partsBytes > this.#limits.unitBytesMax) {
      throw new WireError("oversized", `a unit exceeds ${this.#limits.unitBytesMax} bytes`);
    }
    this.#parts.push(payload);
    if (continued) return null;
    const whole = Buffer.concat(this.#parts, this.#partsBytes);
    this.#parts = [];
    this.#partsBytes = 0;
    this.#partsType = 0;
    return { type, payload: whole };
  }
}

/** Whether a number names a lane. */
export function isLane(value: number): value is Lane {
  return value >= Lane.urgent && value <= Lane.snapshot;
}
