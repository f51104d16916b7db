/**
 * The embedded default: LMDB, a memory-mapped B+ tree with one writer. The state lives outside of the JavaScript heap, and
 * opening it reads nothing.
 *
 * Commits run on LMDB's own thread, one transaction and one fdatasync each. Durable means: LMDB wrote the pages, synced
 * them, and then wrote the meta page through a descriptor that syncs; `overlappingSync` is off, because with it a
 * transaction is reported before it is on the disk.
 */

import type { Backend, BackendSizes, Changes, Cursor, PinnedView } from "./backend.ts";
import { LmdbFile } from "./lmdb-file.ts";
import { invariant, StoreError } from "./store-error.ts";

/** What defragmenting needs of a file system; the log's disk (`NodeDisk` of `@quorate/storage`) has it. */
export type LmdbDisk = {
  open(path: string, mode: "write"): Promise<{ datasync(): Promise<void>; close(): Promise<void> }>;
  /** Moves a file in place of whatever has that name. */
  rename(from: string, to: string): Promise<void>;
  remove(path: string): Promise<void>;
  /** Makes names durable. */
  syncDirectory(directory: string): Promise<void>;
};

/** Settings of an {@link LmdbBackend}. */
export type LmdbBackendOptions = {
  /** File to keep the state in; a second file with `-lock` behind its name appears beside it. Its folder must exist. */
  readonly path: string;
  /**
   * Address space to reserve, in bytes: the largest the state can become without mapping it anew. Default 64 GiB; costs
   * neither memory nor disk.
   */
  readonly mapBytes?: number;
  /** For {@link LmdbBackend.defragment}; without it that is refused. */
  readonly disk?: LmdbDisk;
};

type Change = { readonly key: Uint8Array; readonly value: Uint8Array | null };
type Held = { readonly changes: readonly Change[]; readonly done: (error: Error | null) => void };

const defaultMapBytes = 64 * 1024 * 1024 * 1024;

/** Keeps the state in one LMDB file. One process may have it open. */
export class LmdbBackend implements Backend {
  readonly isPersistent = true;
  readonly #path: string;
  readonly #mapBytes: number;
  readonly #disk: LmdbDisk | null;
  #file: LmdbFile;
  #committing = false;
  #isDefragmenting = false;
  /** A commit that waits for the end of a defragmentation. */
  #held: Held | null = null;
  #whenIdle: (() => void) | null = null;
  #failure: StoreError | null = null;
  /** The former file, until it is closed. */
  #retiring: { readonly file: LmdbFile; readonly closed: Promise<void> } | null = null;

  /** Opens or creates the file. Throws `io`. */
  constructor(options: LmdbBackendOptions) {
    this.#path = options.path;
    this.#mapBytes = options.mapBytes ?? defaultMapBytes;
    this.#disk = options.disk ?? null;
    this.#file = new LmdbFile(this.#path, this.#mapBytes);
  }

  get(key: Uint8Array): Uint8Array | undefined {
    return this.#file.view.get(key);
  }

  cursor(low: Uint8Array, high: Uint8Array | null, reverse: boolean): Cursor {
    return this.#file.view.cursor(low, high, reverse);
  }

  count(low: Uint8Array, high: Uint8Array | null): number {
    return this.#file.view.count(low, high);
  }

  commit(changes: Changes, done: (error: Error | null) => void): void {
    invariant(!this.#committing, "a commit is already on its way");
    this.#committing = true;
    const end = (error: Error | null): void => {
      this.#committing = false;
      done(error);
      this.#whenIdle?.();
    };
    if (this.#isDefragmenting) {
      const taken: Change[] = [];
      changes.forEach((key, value) => void taken.push({ key, value }));
      this.#held = { changes: taken, done: end };
    } else if (this.#failure !== null) {
      const failure = this.#failure;
      queueMicrotask(() => end(failure));
    } else {
      this.#file.commit(changes, end);
    }
  }

  commitNow(changes: Changes): void {
    invariant(!this.#isDefragmenting, "the file is being defragmented");
    if (this.#failure !== null) throw this.#failure;
    this.#file.commitNow(changes);
  }

  pin(): PinnedView {
    return this.#file.pin();
  }

  sizes(): BackendSizes {
    return this.#file.sizes();
  }

  /** Writes a dense copy to another file, while this one stays in use. */
  copyCompacted(path: string): Promise<void> {
    return this.#file.copyCompacted(path);
  }

  /**
   * Puts a dense copy in the place of the file. A crash at any moment leaves one of the two under the file's name, and they
   * hold the same: commits wait from before the copy is begun until its name is durable.
   *
   * Reads go on in the old file until then, and views that are pinned on it even longer. The copy is opened under its own
   * name before it is renamed, so that the two never share a lock file.
   */
  async defragment(): Promise<void> {
    const disk = this.#disk;
    if (disk === null) throw new StoreError("io", "to defragment, the backend needs a disk: give it `disk`");
    if (this.#isDefragmenting || this.#retiring?.file.isPinned === true) {
      const what = this.#isDefragmenting ? "it is being defragmented" : "the former file is still being read";
      throw new StoreError("busy", `the file cannot be defragmented now: ${what}; try again later`);
    }
    this.#isDefragmenting = true;
    try {
      await this.#idle();
      await this.#retiring?.closed;
      if (this.#failure !== null) throw this.#failure;
      await this.#exchange(disk);
    } finally {
      this.#isDefragmenting = false;
      this.#release();
    }
  }

  /** Waits for the commit that is on its way and closes the file. */
  async close(): Promise<void> {
    await this.#file.close();
  }

  /** Resolves when the commit that was on its way has ended. */
  #idle(): Promise<void> {
    if (!this.#committing) return Promise.resolve();
    return new Promise((resolve) => {
      this.#whenIdle = resolve;
    });
  }

  async #exchange(disk: LmdbDisk): Promise<void> {
    const old = this.#file;
    const path = `${this.#path}-${old.path.endsWith("-dense-1") ? "dense-2" : "dense-1"}`;
    let dense: LmdbFile;
    try {
      await removeFile(disk, path);
      await old.copyCompacted(path);
      const copy = await disk.open(path, "write");
      try {
        await copy.datasync();
      } finally {
        await copy.close();
      }
      dense = new LmdbFile(path, this.#mapBytes);
    } catch (error) {
      await removeFile(disk, path).catch(() => undefined);
      throw new StoreError("io", `the file could not be copied: ${String(error)}`, error);
    }
    try {
      await disk.rename(path, this.#path);
      await disk.syncDirectory(folderOf(this.#path));
    } catch (error) {
      // Which of the two has the name after a crash is unknown: nothing may be added to either.
      this.#failure = new StoreError(
        "io",
        `the dense copy could not take its place: ${String(error)}`,
        error,
      );
      throw this.#failure;
    }
    this.#file = dense;
    const closed = old.retire().then(async () => {
      if (old.path !== this.#path) await removeFile(disk, `${old.path}-lock`);
    });
    // What could not be tidied away does no harm, and the next attempt meets it again.
    this.#retiring = { file: old, closed: closed.catch(() => undefined) };
  }

  #release(): void {
    const held = this.#held;
    this.#held = null;
    if (held === null) return;
    if (this.#failure !== null) {
      held.done(this.#failure);
      return;
    }
    const forEach: Changes["forEach"] = (change) => {
      for (const { key, value } of held.changes) change(key, value);
    };
    this.#file.commit({ forEach }, held.done);
  }
}

async function removeFile(disk: LmdbDisk, path: string): Promise<void> {
  try {
    await disk.remove(path);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "not-found")) throw error;
  }
}

function folderOf(path: string): string {
  const end = path.lastIndexOf("/");
  return end < 0 ? "." : path.slice(0, Math.max(1, end));
}
