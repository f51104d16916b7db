/**
 * The embedded default: LMDB, a memory-mapped B+ tree with one writer. The state lives outside of the JavaScript heap, and
 * opening it reads nothing.
 *
 * Commits run on LMDB's own thread, one transaction and one fdatasync each. Durable means: LMDB wrote the pages, synced
 * them, and then wrote the meta page through a descriptor that syncs; `overlappingSync` is off, because with it a
 * transaction is reported before it is on the disk.
 */

import { type Database, open, type RangeIterable, type RootDatabase, type Transaction } from "lmdb";
import type { Backend, BackendSizes, BackendView, Changes, Cursor, PinnedView } from "./backend.ts";
import { readUint32 } from "./byte-reader.ts";
import { joinBytes, noBytes } from "./bytes.ts";
import {
  boundWithin,
  deeper,
  isSpaceName,
  isVoid,
  LongKeyWriter,
  localHigh,
  localLow,
  readLong,
  segmentBytes,
  spaceKey,
  spaceNumber,
} from "./lmdb-long-keys.ts";
import { invariant, StoreError } from "./store-error.ts";

/** Settings of an {@link LmdbBackend}. */
export type LmdbBackendOptions = {
  /** File to keep the state in; a second file with `-lock` behind its name appears beside it. Its folder must exist. */
  readonly path: string;
  /**
   * Address space to reserve, in bytes: the largest the state can become without mapping it anew. Default 64 GiB; costs
   * neither memory nor disk.
   */
  readonly mapBytes?: number;
};

type Table = Database<Uint8Array, Uint8Array>;

const defaultMapBytes = 64 * 1024 * 1024 * 1024;

/** Keeps the state in one LMDB file. One process may have it open. */
export class LmdbBackend implements Backend {
  readonly #root: RootDatabase;
  readonly #tables: Tables;
  readonly #view: TableView;
  #nextSpace: number;
  #committing = false;
  #sizes: BackendSizes | null = null;

  /** Opens or creates the file. Throws `io`. */
  constructor(options: LmdbBackendOptions) {
    try {
      this.#root = open({
        path: options.path,
        noSubdir: true,
        overlappingSync: false,
        // Commits are batched here, explicitly; lmdb's own batch per turn would add a promise that nobody can look at.
        eventTurnBatching: false,
        mapSize: options.mapBytes ?? defaultMapBytes,
        maxDbs: 4,
        keyEncoding: "binary",
        encoding: "binary",
      });
      const table = (name: string): Table =>
        this.#root.openDB<Uint8Array, Uint8Array>({
          name,
          keyEncoding: "binary",
          encoding: "binary",
          cache: false,
        });
      this.#tables = { state: table("state"), long: table("long"), longKeys: 0 };
    } catch (error) {
      throw new StoreError("io", `cannot open ${options.path}: ${String(error)}`, error);
    }
    const [last] = this.#tables.long.getKeys({ reverse: true, limit: 1 });
    this.#nextSpace = last === undefined ? 1 : readUint32(last, 0) + 1;
    this.#tables.longKeys = this.#tables.long.getKeysCount({ start: Uint8Array.of(0), limit: 1 });
    this.#view = new TableView(this.#tables, null);
  }

  get(key: Uint8Array): Uint8Array | undefined {
    return this.#view.get(key);
  }

  cursor(low: Uint8Array, high: Uint8Array | null, reverse: boolean): Cursor {
    return this.#view.cursor(low, high, reverse);
  }

  count(low: Uint8Array, high: Uint8Array | null): number {
    return this.#view.count(low, high);
  }

  commit(changes: Changes, done: (error: Error | null) => void): void {
    invariant(!this.#committing, "a commit is already on its way");
    this.#committing = true;
    const end = (error: Error | null): void => {
      if (!this.#committing) return;
      this.#committing = false;
      this.#sizes = null;
      done(error);
    };
    this.#root
      .batch(() => this.#write(changes))
      .then(
        (committed) => end(committed ? null : new Error("LMDB refused the transaction")),
        (error: unknown) => reportFailure(error, end),
      );
  }

  commitNow(changes: Changes): void {
    try {
      this.#root.transactionSync(() => this.#write(changes));
    } catch (error) {
      throw new StoreError("io", `the backend could not commit: ${String(error)}`, error);
    }
    this.#sizes = null;
  }

  pin(): PinnedView {
    const transaction = this.#root.useReadTransaction();
    const view = new TableView(this.#tables, transaction);
    let open = true;
    return {
      get: (key) => view.get(key),
      cursor: (low, high, reverse) => view.cursor(low, high, reverse),
      count: (low, high) => view.count(low, high),
      close: () => {
        if (open) transaction.done();
        open = false;
      },
    };
  }

  /** Bytes of the file, and of the pages that hold data. Taken anew after each commit. */
  sizes(): BackendSizes {
    this.#sizes ??= measure(this.#root, this.#tables);
    return this.#sizes;
  }

  /**
   * Writes a dense copy to another file, while this one stays in use. Exchanging the two (with the backend closed) is how an
   * LMDB file shrinks.
   */
  copyCompacted(path: string): Promise<void> {
    return this.#root.backup(path, true);
  }

  /** Waits for the commit that is on its way and closes the file. */
  async close(): Promise<void> {
    await this.#root.close();
  }

  #write(changes: Changes): void {
    const { state, long } = this.#tables;
    const writes = new Observed();
    let longKeys: LongKeyWriter | null = null;
    changes.forEach((key, value) => {
      if (key.length > segmentBytes) {
        longKeys ??= new LongKeyWriter(state, long, () => this.#nextSpace++);
        longKeys.set(key, value);
      } else if (value === null) {
        writes.add(state.remove(key));
      } else {
        writes.add(state.put(key, value));
      }
    });
    this.#writeLong(longKeys, writes);
  }

  #writeLong(longKeys: LongKeyWriter | null, writes: Observed): void {
    if (longKeys === null) return;
    for (const { table, key, value } of longKeys.finish()) {
      writes.add(value === null ? table.remove(key) : table.put(key, value));
    }
    this.#tables.longKeys += longKeys.created - longKeys.removed;
  }
}

/**
 * The promises that lmdb gives for single writes. They say nothing that the batch does not say, but when a commit fails and
 * nobody has looked at them, the process ends. Most writes of a batch share one.
 */
class Observed {
  #last: Promise<boolean> | null = null;

  add(write: Promise<boolean>): void {
    if (write === this.#last) return;
    this.#last = write;
    write.catch(ignore);
  }
}

function ignore(): void {}

/** Reports why a commit failed: lmdb's error names a promise that is rejected with the cause, in the same turn. */
function reportFailure(failure: unknown, end: (error: Error) => void): void {
  const general = failure instanceof Error ? failure : new Error(String(failure));
  const cause = (general as Error & { readonly commitError?: Promise<unknown> }).commitError;
  cause?.catch((specific: unknown) => {
    end(specific instanceof Error ? specific : general);
  });
  queueMicrotask(() => queueMicrotask(() => end(general)));
}

type Tables = { readonly state: Table; readonly long: Table; longKeys: number };

/** Reads the tables, as they are or as a read transaction pinned them. */
class TableView implements BackendView {
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

type PageStats = {
  readonly pageSize: number;
  readonly treeBranchPageCount: number;
  readonly treeLeafPageCount: number;
  readonly overflowPages: number;
};

function usedPages(stats: PageStats): number {
  return stats.treeBranchPageCount + stats.treeLeafPageCount + stats.overflowPages;
}

function measure(root: RootDatabase, tables: Tables): BackendSizes {
  const whole = root.getStats() as PageStats & { readonly lastPageNumber: number };
  const used =
    usedPages(whole) +
    usedPages(tables.state.getStats() as PageStats) +
    usedPages(tables.long.getStats() as PageStats);
  return { totalBytes: (whole.lastPageNumber + 1) * whole.pageSize, inUseBytes: used * whole.pageSize };
}
