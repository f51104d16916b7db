/**
 * One layer of the write buffer: an ordered map, and a bitmap that says at once that a key is *not* in it. Most look-ups are
 * for keys that were not written lately; walking two trees for each of them costs more than everything else in a put. While
 * the map is small the walk is short: the bitmap, which is large and has to be zeroed, is made when it begins to pay.
 */

import { ByteTree, type TreeCursor } from "./byte-tree.ts";
import { noBytes } from "./bytes.ts";

/** Bits of the filter: at 30,000 entries about 3 % of the look-ups for other keys go to the tree in vain. */
const filterBits = 1 << 20;
/** Entries from which there is a filter: beyond the first leaf of the tree. */
const filteredFrom = 64;

type Filter = Uint32Array<ArrayBuffer>;

/** Changes that are not in the backend yet; null deletes. */
export class Layer {
  readonly #tree: ByteTree<Uint8Array | null>;
  #filter: Filter | null;

  constructor(tree = new ByteTree<Uint8Array | null>(), filter: Filter | null = null) {
    this.#tree = tree;
    this.#filter = filter;
  }

  get size(): number {
    return this.#tree.size;
  }

  get(key: Uint8Array): Uint8Array | null | undefined {
    if (this.#tree.size === 0) return undefined;
    return this.#filter === null || hasBit(this.#filter, key) ? this.#tree.get(key) : undefined;
  }

  /** Sets a value; returns the one it replaced, or undefined. */
  set(key: Uint8Array, value: Uint8Array | null): Uint8Array | null | undefined {
    if (this.#filter !== null) setBit(this.#filter, key);
    else if (this.#tree.size >= filteredFrom) this.#filter = this.#makeFilter(key);
    return this.#tree.set(key, value);
  }

  /** Of everything that is here, and one key more. */
  #makeFilter(key: Uint8Array): Filter {
    const filter = new Uint32Array(filterBits / 32);
    setBit(filter, key);
    const cursor = this.#tree.cursor(noBytes, null);
    while (cursor.next()) setBit(filter, cursor.key);
    return filter;
  }

  cursor(low: Uint8Array, high: Uint8Array | null, reverse = false): TreeCursor<Uint8Array | null> {
    return this.#tree.cursor(low, high, reverse);
  }

  /** A copy that stays as it is. The filter is shared: what comes later only makes it less sharp. */
  clone(): Layer {
    return new Layer(this.#tree.clone(), this.#filter);
  }
}

function hasBit(filter: Filter, key: Uint8Array): boolean {
  const bit = filterBit(key);
  return ((filter[bit >>> 5] as number) & (1 << (bit & 31))) !== 0;
}

function setBit(filter: Filter, key: Uint8Array): void {
  const bit = filterBit(key);
  filter[bit >>> 5] = (filter[bit >>> 5] as number) | (1 << (bit & 31));
}

/** A hash (FNV-1a) of a key, folded to a bit of the filter. */
function filterBit(key: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < key.length; at++) hash = Math.imul(hash ^ (key[at] as number), 0x01000193);
  return (hash ^ (hash >>> 15)) & (filterBits - 1);
}
