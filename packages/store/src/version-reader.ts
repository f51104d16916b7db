/**
 * Reads versions of keys from a view: the newest ones straight from their table, older ones by merging it with the
 * history. Works on the live state and on pinned views alike.
 */

import type { BackendView, Cursor } from "./backend.ts";
import { compareBytes, noBytes } from "./bytes.ts";
import { type ChangeRecord, decodeChange, EventType } from "./change.ts";
import { HistoricWalk } from "./historic-walk.ts";
import {
  changeKey,
  changeKeyRevision,
  historyKey,
  historyStart,
  plainKey,
  plainPart,
  Table,
  tableEnd,
} from "./key-layout.ts";
import { decodeRecord, deletedKeyValue, isTombstone, type KeyValue } from "./key-value.ts";
import { StoreError } from "./store-error.ts";

/** A walk over key versions. `kv` holds after `next()` returned true. */
export type VersionWalk = {
  readonly kv: KeyValue;
  next(): boolean;
  close(): void;
};

/** A range of user keys, `[low, high)`; null as `high` has no upper end. */
export type KeyRange = { readonly low: Uint8Array; readonly high: Uint8Array | null };

/** Stands for the current revision: read what is newest. */
export const newest: number = Number.MAX_SAFE_INTEGER;

/** A stored change with its place. */
export type PlacedChange = ChangeRecord & { readonly revision: number };

/** A key in the table of living keys: what is written there, and what it says; null when the key does not live. */
export type KeySlot = {
  readonly stored: Uint8Array;
  readonly key: Uint8Array;
  readonly record: Uint8Array | null;
  readonly current: KeyValue | null;
};

/** Reads the tables of one generation through one view. */
export class VersionReader {
  readonly view: BackendView;
  readonly generation: number;

  constructor(view: BackendView, generation: number) {
    this.view = view;
    this.generation = generation;
  }

  /** The newest version of a living key. */
  current(key: Uint8Array): KeyValue | null {
    const stored = plainKey(this.generation, Table.current, key);
    const record = this.view.get(stored);
    return record === undefined ? null : decodeRecord(plainPart(stored), record);
  }

  /** The place of a key, living or not, for who is about to write there. */
  slot(key: Uint8Array): KeySlot {
    const stored = plainKey(this.generation, Table.current, key);
    const ownKey = plainPart(stored);
    const record = this.view.get(stored) ?? null;
    return { stored, key: ownKey, record, current: record === null ? null : decodeRecord(ownKey, record) };
  }

  /** The version of a key at a revision. */
  at(key: Uint8Array, revision: number): KeyValue | null {
    const current = this.current(key);
    if (revision === newest) return current;
    if (current !== null && current.modRevision <= revision) return current;
    const cursor = this.view.cursor(
      historyStart(this.generation, key),
      historyKey(this.generation, key, revision + 1),
      true,
    );
    const found = cursor.next() ? cursor.value : tombstoneOrNothing;
    cursor.close();
    return isTombstone(found) ? null : decodeRecord(key, found);
  }

  /** Walks the living keys of a range at a revision. The state must not change meanwhile, unless the view is pinned. */
  walk(range: KeyRange, revision: number, reverse = false): VersionWalk {
    if (isEmpty(range)) return new CurrentWalk(emptyCursor);
    const current = this.view.cursor(this.#low(range), this.#high(range), reverse);
    if (revision === newest) return new CurrentWalk(current);
    const history = this.view.cursor(
      historyStart(this.generation, range.low),
      range.high === null
        ? tableEnd(this.generation, Table.history)
        : historyStart(this.generation, range.high),
      reverse,
    );
    return new HistoricWalk(current, history, revision, reverse);
  }

  /** Number of living keys of a range at a revision. */
  count(range: KeyRange, revision: number): number {
    if (isEmpty(range)) return 0;
    if (revision === newest) return this.view.count(this.#low(range), this.#high(range));
    const walk = this.walk(range, revision);
    let count = 0;
    while (walk.next()) count++;
    return count;
  }

  /** The version of a key that was made at exactly this revision; null when it is not kept. */
  made(key: Uint8Array, modRevision: number): KeyValue | null {
    const record = this.view.get(historyKey(this.generation, key, modRevision));
    if (record !== undefined) return isTombstone(record) ? null : decodeRecord(key, record);
    const current = this.current(key);
    return current !== null && current.modRevision === modRevision ? current : null;
  }

  /** What a change left behind: the new version, or key and revision of a deletion. */
  outcomeOf(change: PlacedChange): KeyValue {
    if (change.type === EventType.delete) return deletedKeyValue(change.key, change.revision);
    const kv = this.made(change.key, change.revision);
    if (kv === null)
      throw new StoreError("corrupt", `revision ${change.revision} is in the changes, not in the history`);
    return kv;
  }

  /** Walks the stored changes from a revision on, or from the stored key of one. */
  changesFrom(revision: number, key: Uint8Array | null = null): ChangeWalk {
    const low = key ?? changeKey(this.generation, revision, 0);
    return new ChangeWalk(this.view.cursor(low, tableEnd(this.generation, Table.changes), false));
  }

  #low(range: KeyRange): Uint8Array {
    return plainKey(this.generation, Table.current, range.low);
  }

  #high(range: KeyRange): Uint8Array {
    if (range.high === null) return tableEnd(this.generation, Table.current);
    return plainKey(this.generation, Table.current, range.high);
  }
}

const tombstoneOrNothing: Uint8Array = Uint8Array.of(1);

const emptyCursor: Cursor = { key: noBytes, value: noBytes, next: () => false, close: () => {} };

function isEmpty(range: KeyRange): boolean {
  return range.high !== null && compareBytes(range.low, range.high) >= 0;
}

/** A straight scan of the current table. */
class CurrentWalk implements VersionWalk {
  kv!: KeyValue;
  readonly #cursor: Cursor;

  constructor(cursor: Cursor) {
    this.#cursor = cursor;
  }

  next(): boolean {
    if (!this.#cursor.next()) return false;
    this.kv = decodeRecord(plainPart(this.#cursor.key), this.#cursor.value);
    return true;
  }

  close(): void {
    this.#cursor.close();
  }
}

/** A walk over stored changes. `change` holds after `next()` returned true. */
export class ChangeWalk {
  change!: PlacedChange;
  /** The stored key of the change. */
  key!: Uint8Array;
  readonly #cursor: Cursor;

  constructor(cursor: Cursor) {
    this.#cursor = cursor;
  }

  next(): boolean {
    if (!this.#cursor.next()) return false;
    this.key = this.#cursor.key;
    const { type, prevModRevision, key } = decodeChange(this.#cursor.value);
    this.change = { type, prevModRevision, key, revision: changeKeyRevision(this.key) };
    return true;
  }

  close(): void {
    this.#cursor.close();
  }
}
