/**
 * What was applied and is not in the backend yet (DESIGN §4): visible at once, committed in one transaction later.
 *
 * Two layers: `active` takes writes; when a commit starts it becomes `frozen` and stays visible until the backend
 * reports. So there is never a moment at which something applied cannot be read.
 */

import type { Backend, BackendView, Cursor, PinnedView } from "./backend.ts";
import { Layer } from "./layer.ts";
import { LayeredView } from "./layered-view.ts";
import { invariant, StoreError } from "./store-error.ts";

/** Rough cost of an entry of the buffer besides its bytes. */
const entryOverheadBytes = 160;

/** An ordered write-behind buffer over a backend. */
export class WriteBuffer implements BackendView {
  readonly #backend: Backend;
  #active = new Layer();
  #frozen: Layer | null = null;
  #view: LayeredView;
  #activeBytes = 0;
  #frozenBytes = 0;
  #committing = false;
  #failure: Error | null = null;

  constructor(backend: Backend) {
    this.#backend = backend;
    this.#view = new LayeredView([this.#active], backend);
  }

  get(key: Uint8Array): Uint8Array | undefined {
    return this.#view.get(key);
  }

  cursor(low: Uint8Array, high: Uint8Array | null, reverse = false): Cursor {
    return this.#view.cursor(low, high, reverse);
  }

  count(low: Uint8Array, high: Uint8Array | null): number {
    return this.#view.count(low, high);
  }

  /** Writes a record. Buffer and backend keep both byte strings: they must not change. */
  put(key: Uint8Array, value: Uint8Array): void {
    this.#write(key, value);
  }

  delete(key: Uint8Array): void {
    this.#write(key, null);
  }

  /** Entries written since the last commit began. */
  get pendingEntries(): number {
    return this.#active.size;
  }

  /** Estimated heap that the buffer holds, the part on its way to the backend included. */
  get bufferedBytes(): number {
    return this.#activeBytes + this.#frozenBytes;
  }

  /** Whether a commit is on its way. */
  get committing(): boolean {
    return this.#committing;
  }

  /** Why no commit can succeed any more, or null. */
  get failure(): Error | null {
    return this.#failure;
  }

  /**
   * Starts a commit of everything written so far; `ended` is called when it is durable, or failed for good. `isCurrent` is
   * false when the buffer was discarded meanwhile: what was committed is of no meaning any more.
   */
  commit(ended: (error: Error | null, isCurrent: boolean) => void): void {
    invariant(!this.#committing, "a commit is already on its way");
    const frozen = this.#active;
    this.#active = new Layer();
    this.#frozen = frozen;
    this.#frozenBytes = this.#activeBytes;
    this.#activeBytes = 0;
    this.#committing = true;
    this.#look();
    this.#backend.commit(changesOf(frozen), (error) => {
      this.#committing = false;
      if (error !== null) {
        this.#failure = new StoreError("io", `the backend could not commit: ${error.message}`, error);
        ended(this.#failure, false);
        return;
      }
      const isCurrent = this.#frozen === frozen;
      if (isCurrent) {
        this.#frozen = null;
        this.#frozenBytes = 0;
        this.#look();
      }
      ended(null, isCurrent);
    });
  }

  /** Forgets everything that is not in the backend. A commit on its way may still land, unheard. */
  discard(): void {
    this.#active = new Layer();
    this.#frozen = null;
    this.#activeBytes = 0;
    this.#frozenBytes = 0;
    this.#look();
  }

  /** Pins everything that is visible now. Costs no copying. */
  pin(): PinnedView {
    const layers = [this.#active.clone()];
    if (this.#frozen !== null) layers.push(this.#frozen);
    const base = this.#backend.pin();
    const view = new LayeredView(layers, base);
    return {
      get: (key) => view.get(key),
      cursor: (low, high, reverse) => view.cursor(low, high, reverse),
      count: (low, high) => view.count(low, high),
      close: () => base.close(),
    };
  }

  #write(key: Uint8Array, value: Uint8Array | null): void {
    const before = this.#active.set(key, value);
    this.#activeBytes += value?.length ?? 0;
    if (before === undefined) this.#activeBytes += key.length + entryOverheadBytes;
    else this.#activeBytes -= before?.length ?? 0;
  }

  #look(): void {
    this.#view = new LayeredView(
      this.#frozen === null ? [this.#active] : [this.#active, this.#frozen],
      this.#backend,
    );
  }
}

function changesOf(layer: Layer): {
  forEach(change: (key: Uint8Array, value: Uint8Array | null) => void): void;
} {
  return {
    forEach: (change) => {
      const cursor = layer.cursor(new Uint8Array(0), null);
      while (cursor.next()) change(cursor.key, cursor.value);
    },
  };
}
