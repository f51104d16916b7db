/**
 * Cuts the bytes of a call into its messages: each has five bytes before it, a flag and a length.
 *
 * Nothing is allocated by a length that a client merely claims: pieces are kept as they came and joined when the message
 * is whole.
 */

import { RpcCode, RpcError } from "../rpc/rpc-error.ts";
import type { ByteBudget } from "./byte-budget.ts";
import { BytePieces } from "./byte-pieces.ts";
import type { MessageSource } from "./call-codec.ts";
import type { Decompress } from "./compression.ts";

/** Bytes before every message. */
export const prefixBytes = 5;

/** What cutting puts up with. */
export type FrameLimits = {
  /** Longest message, compressed or not. */
  readonly messageBytesMax: number;
  /** Shared by all calls: what was received and is not a whole message yet, or was not asked for yet. */
  readonly budget: ByteBudget;
};

/** The message, if the bytes are exactly one that is not compressed and not too long; else null. The usual case. */
export function onlyMessage(bytes: Uint8Array, messageBytesMax: number): Uint8Array | null {
  if (bytes.length < prefixBytes || bytes[0] !== 0) return null;
  const length = lengthAt(bytes);
  return length === bytes.length - prefixBytes && length <= messageBytesMax
    ? bytes.subarray(prefixBytes)
    : null;
}

/** The status of a server that holds too much already. */
export function budgetSpent(budget: ByteBudget): RpcError {
  return new RpcError(
    RpcCode.resourceExhausted,
    `the server holds ${budget.bytesMax} bytes of unfinished requests already; try again`,
  );
}

/** See the module. */
export class MessageFrames implements MessageSource {
  private readonly limits: FrameLimits;
  private readonly decompress: Decompress | null;
  private readonly pieces = new BytePieces();

  constructor(limits: FrameLimits, decompress: Decompress | null) {
    this.limits = limits;
    this.decompress = decompress;
  }

  get heldBytes(): number {
    return this.pieces.length;
  }

  push(bytes: Uint8Array): void {
    if (!this.limits.budget.take(bytes.length)) throw budgetSpent(this.limits.budget);
    this.pieces.push(bytes);
  }

  /** The message is a view of what was pushed, where possible. */
  next(): Uint8Array | null {
    const { pieces, decompress } = this;
    if (pieces.length < prefixBytes) return null;
    const prefix = pieces.peek(prefixBytes);
    const length = lengthAt(prefix);
    const { messageBytesMax, budget } = this.limits;
    if (length > messageBytesMax) {
      throw new RpcError(
        RpcCode.resourceExhausted,
        `grpc: received message larger than max (${length} vs. ${messageBytesMax})`,
      );
    }
    const flag = prefix[0] as number;
    if (flag > 1) throw new RpcError(RpcCode.internal, `grpc: received unexpected payload format ${flag}`);
    if (flag === 1 && decompress === null) {
      throw new RpcError(RpcCode.internal, "grpc: compressed flag set with identity or empty encoding");
    }
    if (pieces.length < prefixBytes + length) return null;
    const message = pieces.take(prefixBytes + length).subarray(prefixBytes);
    budget.give(prefixBytes + length);
    return flag === 1 && decompress !== null ? decompress(message, messageBytesMax) : message;
  }

  clear(): void {
    this.limits.budget.give(this.pieces.length);
    this.pieces.clear();
  }
}

function lengthAt(bytes: Uint8Array): number {
  return (
    (bytes[1] as number) * 0x1000000 +
    (((bytes[2] as number) << 16) | ((bytes[3] as number) << 8) | (bytes[4] as number))
  );
}
