/**
 * Finds the ranges that hold a key: a treap ordered by the lower end, each node knowing the highest upper end below it.
 * Priorities come from a counter put through a mixing function, so the shape is the same in every run.
 */

import { compareBytes } from "./bytes.ts";
import type { KeyRange } from "./version-reader.ts";

type Node<T> = {
  readonly range: KeyRange;
  readonly item: T;
  readonly id: number;
  readonly priority: number;
  /** Highest upper end in this subtree; null is open. */
  highest: Uint8Array | null;
  left: Node<T> | null;
  right: Node<T> | null;
};

/** A set of (range, item) pairs that answers "whose range holds this key?". */
export class IntervalIndex<T> {
  #root: Node<T> | null = null;
  #nextId = 1;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Adds a range that is not empty; returns the number to remove it by. */
  add(range: KeyRange, item: T): number {
    const id = this.#nextId++;
    const node = { range, item, id, priority: mix(id), highest: range.high, left: null, right: null };
    this.#root = insert(this.#root, node);
    this.#size++;
    return id;
  }

  /** Removes a range that was added under this number. */
  remove(range: KeyRange, id: number): void {
    this.#root = remove(this.#root, range.low, id);
    this.#size--;
  }

  /** Calls back with the item of every range that holds the key. */
  stab(key: Uint8Array, found: (item: T) => void): void {
    stab(this.#root, key, found);
  }
}

/** Spreads a counter over 32 bits (the finalizer of MurmurHash3). */
function mix(value: number): number {
  let mixed = value;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

function later(left: Uint8Array | null, right: Uint8Array | null): Uint8Array | null {
  if (left === null || right === null) return null;
  return compareBytes(left, right) >= 0 ? left : right;
}

function refresh<T>(node: Node<T>): Node<T> {
  let highest = node.range.high;
  if (node.left !== null) highest = later(highest, node.left.highest);
  if (node.right !== null) highest = later(highest, node.right.highest);
  node.highest = highest;
  return node;
}

function order<T>(node: Node<T>, low: Uint8Array, id: number): number {
  return compareBytes(low, node.range.low) || id - node.id;
}

function insert<T>(root: Node<T> | null, node: Node<T>): Node<T> {
  if (root === null) return node;
  if (node.priority > root.priority) {
    const [left, right] = split(root, node.range.low, node.id);
    node.left = left;
    node.right = right;
    return refresh(node);
  }
  if (order(root, node.range.low, node.id) < 0) root.left = insert(root.left, node);
  else root.right = insert(root.right, node);
  return refresh(root);
}

/** Splits into what comes before (low, id) and what comes after. */
function split<T>(root: Node<T> | null, low: Uint8Array, id: number): [Node<T> | null, Node<T> | null] {
  if (root === null) return [null, null];
  if (order(root, low, id) < 0) {
    const [before, after] = split(root.left, low, id);
    root.left = after;
    return [before, refresh(root)];
  }
  const [before, after] = split(root.right, low, id);
  root.right = before;
  return [refresh(root), after];
}

function merge<T>(left: Node<T> | null, right: Node<T> | null): Node<T> | null {
  if (left === null) return right;
  if (right === null) return left;
  if (left.priority > right.priority) {
    left.right = merge(left.right, right);
    return refresh(left);
  }
  right.left = merge(left, right.left);
  return refresh(right);
}

function remove<T>(root: Node<T> | null, low: Uint8Array, id: number): Node<T> | null {
  if (root === null) return null;
  const side = order(root, low, id);
  if (side === 0) return merge(root.left, root.right);
  if (side < 0) root.left = remove(root.left, low, id);
  else root.right = remove(root.right, low, id);
  return refresh(root);
}

function stab<T>(node: Node<T> | null, key: Uint8Array, found: (item: T) => void): void {
  if (node === null) return;
  if (node.highest !== null && compareBytes(key, node.highest) >= 0) return;
  stab(node.left, key, found);
  if (compareBytes(node.range.low, key) > 0) return;
  if (node.range.high === null || compareBytes(key, node.range.high) < 0) found(node.item);
  stab(node.right, key, found);
}
