/**
 * An ordered map from byte strings, as a B+ tree with cheap copies.
 *
 * Copy-on-write: every node belongs to one tree, `clone` makes both trees strangers to the nodes they share, and a
 * stranger is copied before it is changed. So a pinned view costs O(1) and a changed path of nodes later. Nodes may be
 * under-full after deletions, never empty: the trees here grow, or die as a whole.
 */

import { compareBytes } from "./bytes.ts";

const nodeEntriesMax = 64;

/** Identity of a tree that owns nodes; compared, never read. */
type Owner = { readonly brand: "owner" };

/** A leaf has values, an inner node children; `keys[i]` of an inner node is a lower bound of `children[i]` for i > 0. */
type Node<V> = {
  readonly owner: Owner;
  readonly keys: Uint8Array[];
  readonly values: V[] | null;
  readonly children: Node<V>[] | null;
};

function leaf<V>(owner: Owner, keys: Uint8Array[], values: V[]): Node<V> {
  return { owner, keys, values, children: null };
}

function inner<V>(owner: Owner, keys: Uint8Array[], children: Node<V>[]): Node<V> {
  return { owner, keys, values: null, children };
}

/** Index of the first key ≥ `key`. */
function lowerBound(keys: readonly Uint8Array[], key: Uint8Array): number {
  let low = 0;
  let high = keys.length;
  // What comes in order comes last.
  if (high > 0 && compareBytes(keys[high - 1] as Uint8Array, key) < 0) return high;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareBytes(keys[middle] as Uint8Array, key) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Index of the child that holds `key`. */
function childIndex(keys: readonly Uint8Array[], key: Uint8Array): number {
  let low = 1;
  let high = keys.length;
  if (high > 1 && compareBytes(keys[high - 1] as Uint8Array, key) <= 0) return high - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareBytes(keys[middle] as Uint8Array, key) <= 0) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** An ordered map with byte-string keys. The tree keeps the keys it is given: they must not change. */
export class ByteTree<V> {
  #owner: Owner = { brand: "owner" };
  #root: Node<V> = leaf<V>(this.#owner, [], []);
  #size = 0;

  /** Number of entries. */
  get size(): number {
    return this.#size;
  }

  get(key: Uint8Array): V | undefined {
    let node = this.#root;
    while (node.children !== null) node = node.children[childIndex(node.keys, key)] as Node<V>;
    const at = lowerBound(node.keys, key);
    const found = node.keys[at];
    if (found === undefined || compareBytes(found, key) !== 0) return undefined;
    return (node.values as V[])[at];
  }

  /** Sets a value; returns the one it replaced, or undefined. */
  set(key: Uint8Array, value: V): V | undefined {
    const sizeBefore = this.#size;
    const root = this.#owned(this.#root);
    const before = this.#insert(root, key, value);
    const split = this.#split(root);
    if (split === null) {
      this.#root = root;
    } else {
      const first = root.keys[0] as Uint8Array;
      this.#root = inner(this.#owner, [first, split.keys[0] as Uint8Array], [root, split]);
    }
    return this.#size === sizeBefore ? before : undefined;
  }

  /** Removes an entry; says whether it was there. */
  delete(key: Uint8Array): boolean {
    if (this.get(key) === undefined) return false;
    let root = this.#owned(this.#root);
    this.#remove(root, key);
    while (root.children !== null && root.children.length === 1) root = root.children[0] as Node<V>;
    if (root.children !== null && root.children.length === 0) root = leaf<V>(this.#owner, [], []);
    this.#root = root;
    this.#size--;
    return true;
  }

  /** A copy with its own future, in constant time. */
  clone(): ByteTree<V> {
    const copy = new ByteTree<V>();
    copy.#root = this.#root;
    copy.#size = this.#size;
    this.#owner = { brand: "owner" };
    return copy;
  }

  /**
   * Walks `[low, high)`; null as `high` has no upper end. The tree must not change while the cursor is in use; a walk
   * that outlives changes needs a clone.
   */
  cursor(low: Uint8Array, high: Uint8Array | null, reverse = false): TreeCursor<V> {
    return new TreeCursor(this.#root, low, high, reverse);
  }

  #owned(node: Node<V>): Node<V> {
    if (node.owner === this.#owner) return node;
    return node.children === null
      ? leaf(this.#owner, node.keys.slice(), (node.values as V[]).slice())
      : inner(this.#owner, node.keys.slice(), node.children.slice());
  }

  #insert(node: Node<V>, key: Uint8Array, value: V): V | undefined {
    if (node.children === null) {
      const values = node.values as V[];
      const at = lowerBound(node.keys, key);
      const found = node.keys[at];
      if (found !== undefined && compareBytes(found, key) === 0) {
        const before = values[at];
        values[at] = value;
        return before;
      }
      node.keys.splice(at, 0, key);
      values.splice(at, 0, value);
      this.#size++;
      return undefined;
    }
    const at = childIndex(node.keys, key);
    const child = this.#owned(node.children[at] as Node<V>);
    node.children[at] = child;
    const before = this.#insert(child, key, value);
    const split = this.#split(child);
    if (split !== null) {
      node.keys.splice(at + 1, 0, split.keys[0] as Uint8Array);
      node.children.splice(at + 1, 0, split);
    }
    return before;
  }

  /** Moves the upper half of an over-full node to a new one. */
  #split(node: Node<V>): Node<V> | null {
    if (node.keys.length <= nodeEntriesMax) return null;
    const half = node.keys.length >>> 1;
    const keys = node.keys.splice(half);
    if (node.children !== null) return inner(this.#owner, keys, node.children.splice(half));
    return leaf(this.#owner, keys, (node.values as V[]).splice(half));
  }

  #remove(node: Node<V>, key: Uint8Array): void {
    if (node.children === null) {
      const at = lowerBound(node.keys, key);
      node.keys.splice(at, 1);
      (node.values as V[]).splice(at, 1);
      return;
    }
    const at = childIndex(node.keys, key);
    const child = this.#owned(node.children[at] as Node<V>);
    node.children[at] = child;
    this.#remove(child, key);
    if (child.keys.length === 0) {
      node.keys.splice(at, 1);
      node.children.splice(at, 1);
    }
  }
}

/** A position in a tree. `key` and `value` hold after `next()` returned true. */
export class TreeCursor<V> {
  key!: Uint8Array;
  value!: V;
  readonly #nodes: Node<V>[] = [];
  readonly #positions: number[] = [];
  readonly #low: Uint8Array;
  readonly #high: Uint8Array | null;
  readonly #step: 1 | -1;

  constructor(root: Node<V>, low: Uint8Array, high: Uint8Array | null, reverse: boolean) {
    this.#low = low;
    this.#high = high;
    this.#step = reverse ? -1 : 1;
    const target = reverse ? high : low;
    let node = root;
    while (node.children !== null) {
      const at = target === null ? node.children.length - 1 : childIndex(node.keys, target);
      this.#nodes.push(node);
      this.#positions.push(at);
      node = node.children[at] as Node<V>;
    }
    this.#nodes.push(node);
    const first = target === null ? node.keys.length : lowerBound(node.keys, target);
    this.#positions.push(reverse ? first : first - 1);
  }

  next(): boolean {
    const top = this.#nodes.length - 1;
    let node = this.#nodes[top] as Node<V>;
    let at = (this.#positions[top] as number) + this.#step;
    if (at < 0 || at >= node.keys.length) {
      if (!this.#turn(top - 1)) return false;
      node = this.#nodes[top] as Node<V>;
      at = this.#step === 1 ? 0 : node.keys.length - 1;
    }
    const key = node.keys[at] as Uint8Array;
    if (this.#step === 1) {
      if (this.#high !== null && compareBytes(key, this.#high) >= 0) return false;
    } else if (compareBytes(key, this.#low) < 0) {
      return false;
    }
    this.#positions[top] = at;
    this.key = key;
    this.value = (node.values as V[])[at] as V;
    return true;
  }

  /** Nothing to give back: a tree's cursor holds no resources. */
  close(): void {}

  /** Goes to the neighbouring child at `level` or above, and down to its edge. */
  #turn(level: number): boolean {
    if (level < 0) return false;
    let at = (this.#positions[level] as number) + this.#step;
    let children = this.#nodes[level]?.children ?? [];
    if (at < 0 || at >= children.length) {
      if (!this.#turn(level - 1)) return false;
      children = this.#nodes[level]?.children ?? [];
      at = this.#step === 1 ? 0 : children.length - 1;
    }
    this.#positions[level] = at;
    this.#nodes[level + 1] = children[at] as Node<V>;
    return true;
  }
}
