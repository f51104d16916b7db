/**
 * Which keys: how a caller says it, and how the wire does.
 */

/** Bytes, or text that is sent as UTF-8. */
export type Bytes = string | Uint8Array;

/**
 * Keys: one; all with a prefix (the empty prefix: all there are); or those of `[from, to)`, without `to` all from `from`.
 */
export type Selection =
  | { readonly key: Bytes }
  | { readonly prefix: Bytes }
  | { readonly from: Bytes; readonly to?: Bytes };

/** A selection at the wire: one key, or `[key, rangeEnd)`; an end of one zero byte is the end of all keys. */
export type WireRange = { readonly key: Uint8Array; readonly rangeEnd: Uint8Array };

const encoder = new TextEncoder();
/** The least key, and as an end: no end. */
export const zeroByte: Uint8Array = new Uint8Array(1);
const empty = new Uint8Array(0);

/** Text as UTF-8; bytes as they are. */
export function toBytes(bytes: Bytes): Uint8Array {
  return typeof bytes === "string" ? encoder.encode(bytes) : bytes;
}

/** A selection as the wire says it; a bare key is one key. */
export function toWireRange(selection: Bytes | Selection): WireRange {
  if (typeof selection === "string" || selection instanceof Uint8Array) {
    return { key: toBytes(selection), rangeEnd: empty };
  }
  if ("key" in selection) return { key: toBytes(selection.key), rangeEnd: empty };
  if ("prefix" in selection) {
    const prefix = toBytes(selection.prefix);
    return { key: prefix.length === 0 ? zeroByte : prefix, rangeEnd: prefixEnd(prefix) };
  }
  const from = toBytes(selection.from);
  const key = from.length === 0 ? zeroByte : from;
  return { key, rangeEnd: selection.to === undefined ? zeroByte : toBytes(selection.to) };
}

/** The least key above all with this prefix; one zero byte (no end) if there is none. */
export function prefixEnd(prefix: Uint8Array): Uint8Array {
  let length = prefix.length;
  while (length > 0 && prefix[length - 1] === 0xff) length -= 1;
  if (length === 0) return zeroByte;
  const end = prefix.slice(0, length);
  end[length - 1] = (end[length - 1] ?? 0) + 1;
  return end;
}

/** The least key above this one. */
export function keyAfter(key: Uint8Array): Uint8Array {
  const after = new Uint8Array(key.length + 1);
  after.set(key);
  return after;
}
