/**
 * Reads a backend through the write buffers that lie above it: the newest layer that knows a key decides.
 */

import type { BackendView, Cursor } from "./backend.ts";
import type { TreeCursor } from "./byte-tree.ts";
import { compareBytes, noBytes } from "./bytes.ts";
import type { Layer } from "./layer.ts";

/** A backend seen through layers, the newest first. */
export class LayeredView implements BackendView {
  readonly #layers: readonly Layer[];
  readonly #base: BackendView;

  constructor(layers: readonly Layer[], base: BackendView) {
    this.#layers = layers;
    this.#base = base;
  }

  get(key: Uint8Array): Uint8Array | undefined {
    const layers = this.#layers;
    for (let at = 0; at < layers.length; at++) {
      const value = (layers[at] as Layer).get(key);
      if (value !== undefined) return value ?? undefined;
    }
    return this.#base.get(key);
  }

  cursor(low: Uint8Array, high: Uint8Array | null, reverse: boolean): Cursor {
    const above: TreeCursor<Uint8Array | null>[] = [];
    for (const layer of this.#layers) {
      if (layer.size === 0) continue;
      const cursor = layer.cursor(low, high, reverse);
      if (cursor.next()) above.push(cursor);
    }
    const base = this.#base.cursor(low, high, reverse);
    return above.length === 0 ? base : new MergedCursor(above, base, reverse);
  }

  count(low: Uint8Array, high: Uint8Array | null): number {
    let count = this.#base.count(low, high);
    for (let at = 0; at < this.#layers.length; at++) {
      const layer = this.#layers[at] as Layer;
      if (layer.size === 0) continue;
      const cursor = layer.cursor(low, high);
      while (cursor.next()) {
        if (this.#knownAbove(at, cursor.key)) continue;
        if (cursor.value !== null) count++;
        if (this.#base.get(cursor.key) !== undefined) count--;
      }
    }
    return count;
  }

  /** Whether a layer above `at` has a say on the key; it is counted there. */
  #knownAbove(at: number, key: Uint8Array): boolean {
    for (let above = 0; above < at; above++) {
      if ((this.#layers[above] as Layer).get(key) !== undefined) return true;
    }
    return false;
  }
}

/** Merges layers and base by key; for equal keys the first layer wins, and a null there hides the rest. */
class MergedCursor implements Cursor {
  key: Uint8Array = noBytes;
  value: Uint8Array = noBytes;
  readonly #above: (TreeCursor<Uint8Array | null> | null)[];
  readonly #base: Cursor;
  #baseHere: boolean;
  readonly #sign: 1 | -1;

  constructor(above: readonly TreeCursor<Uint8Array | null>[], base: Cursor, reverse: boolean) {
    this.#above = above.slice();
    this.#base = base;
    this.#baseHere = base.next();
    this.#sign = reverse ? -1 : 1;
  }

  next(): boolean {
    for (;;) {
      const nearest = this.#nearest();
      if (nearest === undefined) {
        if (!this.#baseHere) return false;
        this.key = this.#base.key;
        this.value = this.#base.value;
        this.#baseHere = this.#base.next();
        return true;
      }
      const { key, value } = nearest;
      const order = this.#baseHere ? compareBytes(this.#base.key, key) * this.#sign : 1;
      if (order < 0) {
        this.key = this.#base.key;
        this.value = this.#base.value;
        this.#baseHere = this.#base.next();
        return true;
      }
      if (order === 0) this.#baseHere = this.#base.next();
      this.#passBy(key);
      if (value === null) continue;
      this.key = key;
      this.value = value;
      return true;
    }
  }

  close(): void {
    this.#base.close();
  }

  /** The layer cursor with the next key; of equal ones the newest. */
  #nearest(): TreeCursor<Uint8Array | null> | undefined {
    let nearest: TreeCursor<Uint8Array | null> | undefined;
    for (const cursor of this.#above) {
      if (cursor === null) continue;
      if (nearest === undefined || compareBytes(cursor.key, nearest.key) * this.#sign < 0) nearest = cursor;
    }
    return nearest;
  }

  /** Moves every layer cursor that stands on `key`. */
  #passBy(key: Uint8Array): void {
    for (let at = 0; at < this.#above.length; at++) {
      const cursor = this.#above[at];
      if (cursor !== null && cursor !== undefined && compareBytes(cursor.key, key) === 0 && !cursor.next()) {
        this.#above[at] = null;
      }
    }
  }
}
