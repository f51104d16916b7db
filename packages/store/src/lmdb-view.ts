/**
 * Reading an LMDB file: look-ups and walks over the table of short keys and the side table of long ones.
 */

import type { Database, RangeIterable, Transaction } from "lmdb";
import type { BackendView, Cursor } from "./backend.ts";
import { joinBytes, noBytes } from "./bytes.ts";
import {
  boundWithin,
  deeper,
  isSpaceName,
  isVoid,
  localHigh,
  localLow,
  readLong,
  segmentBytes,
  spaceKey,
  spaceNumber,
} from "./lmdb-long-keys.ts";
import { invariant } from "./store-error.ts";

export type Table = Database<Uint8Array, Uint8Array>;

/** The tables of a file; `longKeys` counts the spaces of long keys. */
export type Tables = { readonly state: Table; readonly long: Table; longKeys: number };

/** Reads the tables, as they are or as a read transaction pinned them. */
export class TableView implements BackendView {
  readonly #tables: Tables;
  readonly #options: { transaction: Transaction } | undefined;

  constructor(tables: Tables, transaction: Transaction | null) {
    this.#tables = tables;
    this.#options = transaction === null ? undefined : { transaction };
  }

  get(key: Uint8Array): Uint8Array | undefined {
    if (key.length <= segmentBytes) return this.#tables.state.get(key, this.#options);
    return readLong(
      (second, part) => (second ? this.#tables.long : this.#tables.state).get(part, this.#options),
      key,
    );
  }

  cursor(low: Uint8Array, high: Uint8Array | null, reverse: boolean): Cursor {
    return new LmdbCursor(this.#tables, this.#options, low, high, reverse);
  }

  count(low: Uint8Array, high: Uint8Array | null): number {
    if (isVoid(low, high)) return 0;
    if (
      this.#tables.longKeys === 0 &&
      low.length <= segmentBytes &&
      (high === null || high.length <= segmentBytes)
    ) {
      return this.#tables.state.getKeysCount({ ...bounds(low, high, false), ...this.#options });
    }
    const cursor = this.cursor(low, high, false);
    let count = 0;
    while (cursor.next()) count++;
    return count;
  }
}

type Entry = { key: Uint8Array; value: Uint8Array };

/** A walk within one space. */
type Level = { readonly iterator: Iterator<Entry>; readonly path: Uint8Array; readonly keyOffset: number };

/** Walks the first table, and each space of long keys where its name stands. */
class LmdbCursor implements Cursor {
  key: Uint8Array = noBytes;
  value: Uint8Array = noBytes;
  readonly #tables: Tables;
  readonly #options: { transaction: Transaction } | undefined;
  readonly #low: Uint8Array;
  readonly #high: Uint8Array | null;
  readonly #reverse: boolean;
  readonly #levels: Level[] = [];

  constructor(
    tables: Tables,
    options: { transaction: Transaction } | undefined,
    low: Uint8Array,
    high: Uint8Array | null,
    reverse: boolean,
  ) {
    this.#tables = tables;
    this.#options = options;
    this.#low = low;
    this.#high = high;
    this.#reverse = reverse;
    if (!isVoid(low, high)) {
      const range = bounds(localLow(low), localHigh(high), reverse);
      this.#levels.push({
        iterator: iterate(tables.state.getRange({ ...range, ...options })),
        path: noBytes,
        keyOffset: 0,
      });
    }
  }

  next(): boolean {
    for (;;) {
      const level = this.#levels.at(-1);
      if (level === undefined) return false;
      const step = level.iterator.next();
      if (step.done === true) {
        this.#levels.pop();
        continue;
      }
      const { key, value } = step.value;
      if (key.length === segmentBytes + 1 + level.keyOffset) {
        this.#enter(level, level.keyOffset === 0 ? key : key.subarray(level.keyOffset), value);
        continue;
      }
      if (level.keyOffset > 0 && key.length === level.keyOffset) continue;
      this.key = level.keyOffset === 0 ? key : joinBytes(level.path, key.subarray(level.keyOffset));
      this.value = value;
      return true;
    }
  }

  close(): void {
    for (const { iterator } of this.#levels) iterator.return?.();
    this.#levels.length = 0;
  }

  /** Goes into the space that an entry names. */
  #enter(level: Level, local: Uint8Array, value: Uint8Array): void {
    invariant(isSpaceName(local), "not the name of a space");
    const space = spaceNumber(value);
    const path = deeper(level.path, local);
    const low = spaceKey(space, localLow(boundWithin(this.#low, path) ?? noBytes));
    const within = boundWithin(this.#high, path);
    const high =
      within === null ? spaceKey(space + 1, noBytes) : spaceKey(space, localHigh(within) ?? noBytes);
    if (isVoid(low, high)) return;
    const range = bounds(low, high, this.#reverse);
    this.#levels.push({
      iterator: iterate(this.#tables.long.getRange({ ...range, ...this.#options })),
      path,
      keyOffset: 4,
    });
  }
}

function iterate(range: RangeIterable<Entry>): Iterator<Entry> {
  return range[Symbol.iterator]();
}

type Bounds = {
  start?: Uint8Array;
  end?: Uint8Array;
  reverse?: boolean;
  exclusiveStart?: boolean;
  inclusiveEnd?: boolean;
};

/** `[low, high)` in lmdb's terms: a reverse range starts at its upper end. */
function bounds(low: Uint8Array, high: Uint8Array | null, reverse: boolean): Bounds {
  const start = low.length === 0 ? Uint8Array.of(0) : low;
  if (!reverse) return high === null ? { start } : { start, end: high };
  const down: Bounds = { reverse: true, end: start, inclusiveEnd: true };
  return high === null ? down : { ...down, start: high, exclusiveStart: true };
}
