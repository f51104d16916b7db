/**
 * Keys longer than LMDB takes, in a second table, in order.
 *
 * A key is cut into segments of {@link segmentBytes}. Its first segment, followed by a zero byte, names a *space* in the
 * first table; the rest of the key lives in that space, in the second table, cut again if need be. The name sorts right
 * behind the segment as a key of its own and before everything else, so a walk that goes into each space as it meets its
 * name sees all keys in order. Keys of the first table are at most a segment long, names one byte longer: no confusion.
 */

import type { Database } from "lmdb";
import { readUint32 } from "./byte-reader.ts";
import { writeUint32 } from "./byte-writer.ts";
import { compareBytes, joinBytes, noBytes, startsWith } from "./bytes.ts";
import { StoreError } from "./store-error.ts";

/** Longest key that is kept whole. LMDB's own bound is 1978 bytes; a space's number and the zero take five. */
export const segmentBytes = 1900;

export type Table = Database<Uint8Array, Uint8Array>;

/** Whether an entry's key (in its space) is the name of a space. */
export function isSpaceName(local: Uint8Array): boolean {
  return local.length === segmentBytes + 1;
}

/** Key in the second table of something in a space. */
export function spaceKey(space: number, local: Uint8Array): Uint8Array {
  const key = new Uint8Array(4 + local.length);
  writeUint32(key, 0, space);
  key.set(local, 4);
  return key;
}

/** The name under which the rest of a long key is found. */
export function spaceName(key: Uint8Array): Uint8Array {
  const name = new Uint8Array(segmentBytes + 1);
  name.set(key.subarray(0, segmentBytes));
  return name;
}

/** Number of the space that a name's value gives. */
export function spaceNumber(value: Uint8Array): number {
  if (value.length !== 4) throw new StoreError("corrupt", "a space of long keys has no number");
  return readUint32(value, 0);
}

/** Lower bound for a walk within a space: the name of the space that a long bound leads into comes along. */
export function localLow(low: Uint8Array): Uint8Array {
  return low.length > segmentBytes ? spaceName(low) : low;
}

/** Upper bound for a walk within a space. */
export function localHigh(high: Uint8Array | null): Uint8Array | null {
  if (high === null || high.length <= segmentBytes) return high;
  const behind = spaceName(high);
  behind[segmentBytes] = 1;
  return behind;
}

/** What is left of a bound inside the space named by `prefix` (all segments so far): null when it does not reach there. */
export function boundWithin(bound: Uint8Array | null, prefix: Uint8Array): Uint8Array | null {
  if (bound === null || bound.length <= prefix.length || !startsWith(bound, prefix)) return null;
  return bound.subarray(prefix.length);
}

/** How one commit reaches the tables: plain puts and removals, gathered by {@link LongKeyWriter}. */
export type RawWrite = { readonly table: Table; readonly key: Uint8Array; readonly value: Uint8Array | null };

/** Turns changes of long keys into writes of the two tables. One per commit. */
export class LongKeyWriter {
  readonly #first: Table;
  readonly #second: Table;
  readonly #nextSpace: () => number;
  /** Writes so far by space (0: the first table) and key; what is not here is in the tables. */
  readonly #writes = new Map<number, Map<string, RawWrite>>();
  /** Where something was removed: the space, and where its name is. */
  readonly #shrunk = new Map<number, { readonly parent: number; readonly name: Uint8Array }>();
  /** Spaces that this commit made. */
  created = 0;
  /** Spaces that this commit left empty and removed. */
  removed = 0;

  constructor(first: Table, second: Table, nextSpace: () => number) {
    this.#first = first;
    this.#second = second;
    this.#nextSpace = nextSpace;
  }

  set(key: Uint8Array, value: Uint8Array | null): void {
    let space = 0;
    let rest = key;
    while (rest.length > segmentBytes) {
      const name = spaceName(rest);
      const found = this.#get(space, name);
      if (found === undefined && value === null) return;
      const inner = found === undefined ? this.#create(space, name) : spaceNumber(found);
      if (value === null) {
        this.#shrunk.delete(inner);
        this.#shrunk.set(inner, { parent: space, name });
      }
      space = inner;
      rest = rest.subarray(segmentBytes);
    }
    this.#put(space, rest, value);
  }

  /** All writes of the commit. Spaces that became empty are removed with their names, the innermost first. */
  *finish(): Iterable<RawWrite> {
    for (const [space, { parent, name }] of [...this.#shrunk].toReversed()) {
      if (!this.#isEmpty(space)) continue;
      this.#put(parent, name, null);
      this.#put(space, noBytes, null);
      this.removed++;
    }
    for (const writes of this.#writes.values()) yield* writes.values();
  }

  #create(parent: number, name: Uint8Array): number {
    const space = this.#nextSpace();
    const number = new Uint8Array(4);
    writeUint32(number, 0, space);
    this.#put(parent, name, number);
    this.#put(space, noBytes, noBytes);
    this.created++;
    return space;
  }

  /** Whether nothing but the marker is left in a space. */
  #isEmpty(space: number): boolean {
    const written = this.#writes.get(space);
    for (const { key, value } of written?.values() ?? []) if (key.length > 4 && value !== null) return false;
    const prefix = spaceKey(space, noBytes);
    for (const key of this.#second.getKeys({ start: prefix })) {
      if (!startsWith(key, prefix)) break;
      if (key.length > 4 && written?.get(nameOf(key))?.value !== null) return false;
    }
    return true;
  }

  #get(space: number, local: Uint8Array): Uint8Array | undefined {
    const key = space === 0 ? local : spaceKey(space, local);
    const written = this.#writes.get(space)?.get(nameOf(key));
    if (written !== undefined) return written.value ?? undefined;
    return (space === 0 ? this.#first : this.#second).get(key);
  }

  #put(space: number, local: Uint8Array, value: Uint8Array | null): void {
    const key = space === 0 ? local : spaceKey(space, local);
    const writes = this.#writes.get(space) ?? new Map<string, RawWrite>();
    this.#writes.set(space, writes);
    writes.set(nameOf(key), { table: space === 0 ? this.#first : this.#second, key, value });
  }
}

/** A key of at most two thousand bytes as a string, byte by byte. */
function nameOf(key: Uint8Array): string {
  return String.fromCharCode(...key);
}

/** Reads the value of a long key. */
export function readLong(
  read: (second: boolean, key: Uint8Array) => Uint8Array | undefined,
  key: Uint8Array,
): Uint8Array | undefined {
  let name = spaceName(key);
  let rest = key.subarray(segmentBytes);
  for (let second = false; ; second = true) {
    const found = read(second, name);
    if (found === undefined) return undefined;
    const space = spaceNumber(found);
    if (rest.length <= segmentBytes) return read(true, spaceKey(space, rest));
    name = spaceKey(space, spaceName(rest));
    rest = rest.subarray(segmentBytes);
  }
}

/** Whether a bound excludes everything. */
export function isVoid(low: Uint8Array, high: Uint8Array | null): boolean {
  return high !== null && compareBytes(low, high) >= 0;
}

/** Joins the segments of a name to the path so far. */
export function deeper(path: Uint8Array, local: Uint8Array): Uint8Array {
  return joinBytes(path, local.subarray(0, segmentBytes));
}
