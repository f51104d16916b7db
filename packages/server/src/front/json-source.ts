/**
 * Cuts JSON text that comes in pieces into the objects at its top level: one after the other, with or without white space
 * between, as clients of the gateway send a stream of requests.
 *
 * Only braces and strings are looked at; whether an object is well-formed is found when it is parsed.
 */

import { RpcCode, RpcError } from "../rpc/rpc-error.ts";
import { BytePieces } from "./byte-pieces.ts";
import type { MessageSource } from "./call-codec.ts";
import { budgetSpent, type FrameLimits } from "./message-frames.ts";

const openBrace = 0x7b;
const closeBrace = 0x7d;
const quote = 0x22;
const backslash = 0x5c;

/** See the module. */
export class JsonSource implements MessageSource {
  private readonly limits: FrameLimits;
  private readonly pieces = new BytePieces();
  /** Whole objects that were cut. */
  private readonly whole: Uint8Array[] = [];
  private wholeBytes = 0;
  private depth = 0;
  private isInString = false;
  private isEscaped = false;

  constructor(limits: FrameLimits) {
    this.limits = limits;
  }

  get heldBytes(): number {
    return this.pieces.length + this.wholeBytes;
  }

  push(bytes: Uint8Array): void {
    let start = this.depth > 0 ? 0 : -1;
    for (let at = 0; at < bytes.length; at++) {
      const byte = bytes[at] as number;
      if (this.depth === 0) {
        if (byte === openBrace) {
          start = at;
          this.depth = 1;
        } else if (!isWhite(byte)) {
          throw new RpcError(
            RpcCode.invalidArgument,
            `invalid character at byte ${at}: an object must begin here`,
          );
        }
      } else if (this.endsObject(byte)) {
        this.keep(bytes.subarray(start, at + 1));
        this.cut();
        start = -1;
      }
    }
    if (start >= 0) this.keep(bytes.subarray(start));
  }

  next(): Uint8Array | null {
    const first = this.whole.shift();
    if (first === undefined) return null;
    this.wholeBytes -= first.length;
    this.limits.budget.give(first.length);
    return first;
  }

  clear(): void {
    this.limits.budget.give(this.heldBytes);
    this.pieces.clear();
    this.whole.length = 0;
    this.wholeBytes = 0;
  }

  /** One byte inside of an object; whether it is its last. */
  private endsObject(byte: number): boolean {
    if (this.isInString) {
      if (this.isEscaped) this.isEscaped = false;
      else if (byte === backslash) this.isEscaped = true;
      else if (byte === quote) this.isInString = false;
      return false;
    }
    if (byte === quote) this.isInString = true;
    else if (byte === openBrace) this.depth++;
    else if (byte === closeBrace) this.depth--;
    return this.depth === 0;
  }

  private keep(bytes: Uint8Array): void {
    const { messageBytesMax, budget } = this.limits;
    if (this.pieces.length + bytes.length > messageBytesMax) {
      throw new RpcError(RpcCode.resourceExhausted, `a request is larger than ${messageBytesMax} bytes`);
    }
    if (!budget.take(bytes.length)) throw budgetSpent(budget);
    this.pieces.push(bytes);
  }

  private cut(): void {
    const object = this.pieces.take(this.pieces.length);
    this.whole.push(object);
    this.wholeBytes += object.length;
  }
}

function isWhite(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}
