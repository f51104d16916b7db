/**
 * An ordered map from byte strings that keeps keys with different first two bytes apart, in trees of their own. So a small
 * table, which is written and read all the time, stays small however much lies beside it.
 */

import type { Cursor } from "./backend.ts";
import { ByteTree, type TreeCursor } from "./byte-tree.ts";
import { noBytes } from "./bytes.ts";

type Part = { readonly prefix: number; readonly tree: ByteTree<Uint8Array> };

/** The first two bytes of a key as a number that orders as they do; 0 for the empty string. */
function prefixOf(key: Uint8Array): number {
  const [first, second] = key;
  if (first === undefined) return 0;
  return 1 + first * 257 + (second === undefined ? 0 : 1 + second);
}

/** See the module. The tree keeps keys and values as it is given them: they must not change. */
export class SplitTree {
  /** In order. */
  readonly #parts: Part[] = [];
  readonly #byPrefix = new Map<number, ByteTree<Uint8Array>>();
  #size = 0;

  /** Number of entries. */
  get size(): number {
    return this.#size;
  }

  get(key: Uint8Array): Uint8Array | undefined {
    return this.#byPrefix.get(prefixOf(key))?.get(key);
  }

  /** Sets a value; returns the one it replaced, or undefined. */
  set(key: Uint8Array, value: Uint8Array): Uint8Array | undefined {
    const prefix = prefixOf(key);
    const before = (this.#byPrefix.get(prefix) ?? this.#add(prefix)).set(key, value);
    if (before === undefined) this.#size++;
    return before;
  }

  /** Removes an entry; says whether it was there. */
  delete(key: Uint8Array): boolean {
    const isGone = this.#byPrefix.get(prefixOf(key))?.delete(key) ?? false;
    if (isGone) this.#size--;
    return isGone;
  }

  /** A copy with its own future. Costs no copying of entries. */
  clone(): SplitTree {
    const copy = new SplitTree();
    for (const { prefix, tree } of this.#parts) copy.#take(prefix, tree.clone());
    copy.#size = this.#size;
    return copy;
  }

  /** Walks `[low, high)`, as {@link ByteTree.cursor}. */
  cursor(low: Uint8Array, high: Uint8Array | null, reverse = false): Cursor {
    const first = prefixOf(low);
    // An end of two bytes or less is not behind any key that begins with it.
    const end =
      high === null ? Number.POSITIVE_INFINITY : high.length > 2 ? prefixOf(high) + 1 : prefixOf(high);
    const cursors: TreeCursor<Uint8Array>[] = [];
    for (const { prefix, tree } of this.#parts)
      if (prefix >= first && prefix < end) cursors.push(tree.cursor(low, high, reverse));
    const [only] = cursors;
    if (only !== undefined && cursors.length === 1) return only;
    return new ChainedCursor(reverse ? cursors.toReversed() : cursors);
  }

  #add(prefix: number): ByteTree<Uint8Array> {
    const tree = new ByteTree<Uint8Array>();
    this.#take(prefix, tree);
    this.#parts.sort((one, other) => one.prefix - other.prefix);
    return tree;
  }

  #take(prefix: number, tree: ByteTree<Uint8Array>): void {
    this.#parts.push({ prefix, tree });
    this.#byPrefix.set(prefix, tree);
  }
}

/** One walk after the other. */
class ChainedCursor implements Cursor {
  key: Uint8Array = noBytes;
  value: Uint8Array = noBytes;
  readonly #cursors: readonly TreeCursor<Uint8Array>[];
  #at = 0;

  constructor(cursors: readonly TreeCursor<Uint8Array>[]) {
    this.#cursors = cursors;
  }

  next(): boolean {
    for (; this.#at < this.#cursors.length; this.#at++) {
      const cursor = this.#cursors[this.#at] as TreeCursor<Uint8Array>;
      if (!cursor.next()) continue;
      this.key = cursor.key;
      this.value = cursor.value;
      return true;
    }
    return false;
  }

  /** Nothing to give back. */
  close(): void {}
}
