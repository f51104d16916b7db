/**
 * The backend without a disk: for tests, the simulator and the browser. Same contract as LMDB, and a crash: back to
 * the last commit that was reported durable.
 */

import type { Backend, BackendSizes, Changes, Cursor, PinnedView } from "./backend.ts";
import { SplitTree } from "./split-tree.ts";
import { invariant } from "./store-error.ts";

/** What an entry costs besides its bytes; close to what it takes in a tree. */
const entryOverheadBytes = 64;

/** Settings of a {@link MemoryBackend}. */
export type MemoryBackendOptions = {
  /**
   * `at-once` (default): a commit is durable when `commit` returns. `manual`: when `settle()` is called, as if the disk
   * took its time; reads see it no earlier.
   */
  readonly settling?: "at-once" | "manual";
  /**
   * Whether this object outlives the process that uses it, as a disk would: for simulated machines. Default false: what
   * is in it is gone at the next start.
   */
  readonly isPersistent?: boolean;
};

type Pending = { readonly changes: readonly Change[]; readonly done: (error: Error | null) => void };
type Change = { readonly key: Uint8Array; readonly value: Uint8Array | null };

/** An ordered map in memory behind the {@link Backend} seam. */
export class MemoryBackend implements Backend {
  #tree = new SplitTree();
  #bytes = 0;
  #pending: Pending | null = null;
  readonly #manual: boolean;
  readonly isPersistent: boolean;

  constructor(options: MemoryBackendOptions = {}) {
    this.isPersistent = options.isPersistent ?? false;
    this.#manual = options.settling === "manual";
  }

  get(key: Uint8Array): Uint8Array | undefined {
    return this.#tree.get(key);
  }

  cursor(low: Uint8Array, high: Uint8Array | null, reverse: boolean): Cursor {
    return this.#tree.cursor(low, high, reverse);
  }

  count(low: Uint8Array, high: Uint8Array | null): number {
    return countEntries(this.#tree, low, high);
  }

  commit(changes: Changes, done: (error: Error | null) => void): void {
    invariant(this.#pending === null, "a commit is already on its way");
    const taken = take(changes);
    if (this.#manual) {
      this.#pending = { changes: taken, done };
      return;
    }
    this.#write(taken);
    done(null);
  }

  commitNow(changes: Changes): void {
    this.#write(take(changes));
  }

  pin(): PinnedView {
    const tree = this.#tree.clone();
    return {
      get: (key) => tree.get(key),
      cursor: (low, high, reverse) => tree.cursor(low, high, reverse),
      count: (low, high) => countEntries(tree, low, high),
      close: () => {},
    };
  }

  sizes(): BackendSizes {
    const bytes = this.#bytes + this.#tree.size * entryOverheadBytes;
    return { totalBytes: bytes, inUseBytes: bytes };
  }

  /** Whether a commit waits for {@link settle}. */
  get unsettled(): boolean {
    return this.#pending !== null;
  }

  /** Completes the commit that is on its way, or fails it with `error`. */
  settle(error: Error | null = null): void {
    const pending = this.#pending;
    if (pending === null) return;
    this.#pending = null;
    if (error === null) this.#write(pending.changes);
    pending.done(error);
  }

  /** Loses the commit that is on its way, without a word to anybody, as a crash does. Open a new store on it then. */
  crash(): void {
    this.#pending = null;
  }

  #write(changes: readonly Change[]): void {
    for (const { key, value } of changes) {
      const before = value === null ? this.#tree.get(key) : this.#tree.set(key, value);
      if (before !== undefined) this.#bytes -= key.length + before.length;
      if (value !== null) this.#bytes += key.length + value.length;
      else if (before !== undefined) this.#tree.delete(key);
    }
  }
}

function take(changes: Changes): Change[] {
  const taken: Change[] = [];
  changes.forEach((key, value) => {
    taken.push({ key, value });
  });
  return taken;
}

function countEntries(tree: SplitTree, low: Uint8Array, high: Uint8Array | null): number {
  const cursor = tree.cursor(low, high);
  let count = 0;
  while (cursor.next()) count++;
  return count;
}
