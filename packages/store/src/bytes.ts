/**
 * Byte strings: order, equality, joining. Plain loops: keys are short, and native calls cost more than they save.
 */

import { heapBytesMax } from "./slab.ts";

/** The one empty byte string. */
export const noBytes: Uint8Array = new Uint8Array(0);

/** Orders byte strings as etcd and LMDB do: byte by byte, a prefix first. Negative, zero or positive. */
export function compareBytes(left: Uint8Array, right: Uint8Array): number {
  const shared = left.length < right.length ? left.length : right.length;
  for (let at = 0; at < shared; at++) {
    const difference = (left[at] as number) - (right[at] as number);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

/** Whether two byte strings are the same. */
export function equalBytes(left: Uint8Array, right: Uint8Array): boolean {
  if (left.length !== right.length) return false;
  for (let at = 0; at < left.length; at++) if (left[at] !== right[at]) return false;
  return true;
}

/** Whether `bytes` begins with `prefix`. */
export function startsWith(bytes: Uint8Array, prefix: Uint8Array): boolean {
  if (bytes.length < prefix.length) return false;
  for (let at = 0; at < prefix.length; at++) if (bytes[at] !== prefix[at]) return false;
  return true;
}

const encoder = new TextEncoder();

/** A text as UTF-8. */
export function bytesOfText(text: string): Uint8Array {
  if (text.length > heapBytesMax) return encoder.encode(text);
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit >= 0x80) return encoder.encode(text);
    bytes[at] = unit;
  }
  return bytes;
}

/** Joins two byte strings into a new one. */
export function joinBytes(left: Uint8Array, right: Uint8Array): Uint8Array {
  const joined = new Uint8Array(left.length + right.length);
  joined.set(left);
  joined.set(right, left.length);
  return joined;
}

/** The smallest byte string that is greater than `bytes`. */
export function successorOf(bytes: Uint8Array): Uint8Array {
  const next = new Uint8Array(bytes.length + 1);
  next.set(bytes);
  return next;
}

/** The smallest byte string greater than all that begin with `prefix`; null when there is none (all bytes 0xff). */
export function prefixEnd(prefix: Uint8Array): Uint8Array | null {
  let last = prefix.length - 1;
  while (last >= 0 && prefix[last] === 0xff) last--;
  if (last < 0) return null;
  const end = prefix.slice(0, last + 1);
  end[last] = (end[last] as number) + 1;
  return end;
}

/**
 * The bytes of `[from, to)`, to be read only: a view, or a copy if they are few, since that costs less. Always a plain
 * Uint8Array: a Buffer's own `subarray` costs several times as much.
 */
export function partOf(bytes: Uint8Array, from: number, to: number): Uint8Array {
  const length = to - from;
  if (length > heapBytesMax) return new Uint8Array(bytes.buffer, bytes.byteOffset + from, length);
  const part = new Uint8Array(length);
  for (let at = 0; at < length; at++) part[at] = bytes[from + at] as number;
  return part;
}
