/**
 * Keys and ranges of keys as arguments say them.
 */

import { badArguments } from "./command-failure.ts";

/** A range `[key, rangeEnd)` as requests want it. */
export type KeyRange = { readonly key: Uint8Array; readonly rangeEnd: Uint8Array };

const none = new Uint8Array(0);
/** One zero byte: as a key the least there is, as a range's end "everything from the key on". */
const zero = Uint8Array.of(0);

/** The bytes of an argument. */
export function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text));
}

/** Bytes as a text, for messages. */
export function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("utf8");
}

/** The least key behind all that begin with the prefix; one zero byte if nothing is behind them. */
export function prefixEnd(prefix: Uint8Array): Uint8Array {
  const last = prefix.findLastIndex((byte) => byte < 0xff);
  if (last < 0) return zero;
  const end = prefix.slice(0, last + 1);
  end[last] = (end[last] ?? 0) + 1;
  return end;
}

/** All keys that begin with the prefix; all keys if it is empty. */
export function prefixRange(prefix: Uint8Array): KeyRange {
  return prefix.length === 0 ? { key: zero, rangeEnd: zero } : { key: prefix, rangeEnd: prefixEnd(prefix) };
}

/**
 * The range of `KEY [RANGE_END]` with `--prefix` or `--from-key`, as `get` and `del` take it. Throws a CommandFailure if
 * they contradict each other.
 */
export function readKeyRange(
  command: string,
  args: readonly Uint8Array[],
  { prefix, fromKey }: { readonly prefix: boolean; readonly fromKey: boolean },
): KeyRange {
  const [key, rangeEnd] = args;
  if (key === undefined || args.length > 2) {
    throw badArguments(`${command} command needs one argument as key and an optional argument as range_end`);
  }
  if (prefix && fromKey) {
    throw badArguments("`--prefix` and `--from-key` cannot be set at the same time, choose one");
  }
  if ((prefix || fromKey) && rangeEnd !== undefined) {
    const only = "too many arguments, only accept one argument when `--prefix` or `--from-key` is set";
    throw badArguments(`${only}; leave out "${textOf(rangeEnd)}"`);
  }
  if (prefix) return prefixRange(key);
  if (fromKey) return { key: key.length === 0 ? zero : key, rangeEnd: zero };
  return { key, rangeEnd: rangeEnd ?? none };
}
