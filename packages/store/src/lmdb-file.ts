/**
 * One LMDB file that is open: its tables, its transactions, and the views that are pinned on it.
 */

import { open, type RootDatabase } from "lmdb";
import type { BackendSizes, Changes, PinnedView } from "./backend.ts";
import { readUint32 } from "./byte-reader.ts";
import { LongKeyWriter, segmentBytes } from "./lmdb-long-keys.ts";
import { type Table, type Tables, TableView } from "./lmdb-view.ts";
import { StoreError } from "./store-error.ts";

/** See the module. */
export class LmdbFile {
  readonly path: string;
  readonly view: TableView;
  readonly #root: RootDatabase;
  readonly #tables: Tables;
  #nextSpace: number;
  #sizes: BackendSizes | null = null;
  #pins = 0;
  #whenUnpinned: (() => void) | null = null;

  /** Opens or creates the file. Throws `io`. */
  constructor(path: string, mapBytes: number) {
    this.path = path;
    try {
      this.#root = open({
        path,
        noSubdir: true,
        overlappingSync: false,
        // Commits are batched here, explicitly; lmdb's own batch per turn would add a promise that nobody can look at.
        eventTurnBatching: false,
        mapSize: mapBytes,
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
      throw new StoreError("io", `cannot open ${path}: ${String(error)}`, error);
    }
    const [last] = this.#tables.long.getKeys({ reverse: true, limit: 1 });
    this.#nextSpace = last === undefined ? 1 : readUint32(last, 0) + 1;
    this.#tables.longKeys = this.#tables.long.getKeysCount({ start: Uint8Array.of(0), limit: 1 });
    this.view = new TableView(this.#tables, null);
  }

  /** Commits in one transaction on LMDB's own thread; `done` is called once. */
  commit(changes: Changes, done: (error: Error | null) => void): void {
    let isOver = false;
    const end = (error: Error | null): void => {
      if (isOver) return;
      isOver = true;
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

  /** Commits at once. Throws `io`. */
  commitNow(changes: Changes): void {
    try {
      this.#root.transactionSync(() => this.#write(changes));
    } catch (error) {
      throw new StoreError("io", `the backend could not commit: ${String(error)}`, error);
    }
    this.#sizes = null;
  }

  get isPinned(): boolean {
    return this.#pins > 0;
  }

  pin(): PinnedView {
    const transaction = this.#root.useReadTransaction();
    const view = new TableView(this.#tables, transaction);
    this.#pins++;
    let open = true;
    return {
      get: (key) => view.get(key),
      cursor: (low, high, reverse) => view.cursor(low, high, reverse),
      count: (low, high) => view.count(low, high),
      close: () => {
        if (!open) return;
        open = false;
        transaction.done();
        if (--this.#pins === 0) this.#whenUnpinned?.();
      },
    };
  }

  /** Bytes of the file, and of the pages that hold data. Taken anew after each commit. */
  sizes(): BackendSizes {
    this.#sizes ??= measure(this.#root, this.#tables);
    return this.#sizes;
  }

  copyCompacted(path: string): Promise<void> {
    return this.#root.backup(path, true);
  }

  /** Waits for the commit that is on its way and closes the file. */
  async close(): Promise<void> {
    await this.#root.close();
  }

  /** Closes the file as soon as no view is pinned any more; until then they can be read. */
  async retire(): Promise<void> {
    if (this.#pins > 0) {
      await new Promise<void>((resolve) => {
        this.#whenUnpinned = resolve;
      });
    }
    await this.close();
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
