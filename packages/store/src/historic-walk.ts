/**
 * The state at a past revision, key by key: the current and the history table merged.
 */

import type { Cursor } from "./backend.ts";
import { compareBytes } from "./bytes.ts";
import { historyRevision, historyUserKey, plainPart, sameHistoryKey } from "./key-layout.ts";
import { decodeRecord, isTombstone, type KeyValue, recordModRevision } from "./key-value.ts";

/** Walks the keys that lived at `revision`. Both cursors cover the same user keys, in the same direction. */
export class HistoricWalk {
  kv!: KeyValue;
  readonly #current: Cursor;
  readonly #history: Cursor;
  readonly #revision: number;
  readonly #reverse: boolean;
  #currentKey: Uint8Array | null;
  #historyKey: Uint8Array | null = null;

  constructor(current: Cursor, history: Cursor, revision: number, reverse: boolean) {
    this.#current = current;
    this.#history = history;
    this.#revision = revision;
    this.#reverse = reverse;
    this.#currentKey = current.next() ? plainPart(current.key) : null;
    this.#stepHistory();
  }

  next(): boolean {
    for (;;) {
      const order = this.#order();
      if (order === null) return false;
      const key = (order <= 0 ? this.#currentKey : this.#historyKey) as Uint8Array;
      let record: Uint8Array | null = null;
      if (order >= 0) record = this.#pickHistory();
      if (order <= 0) {
        if (recordModRevision(this.#current.value) <= this.#revision) record = this.#current.value;
        this.#currentKey = this.#current.next() ? plainPart(this.#current.key) : null;
      }
      if (record === null || isTombstone(record)) continue;
      this.kv = decodeRecord(key, record);
      return true;
    }
  }

  close(): void {
    this.#current.close();
    this.#history.close();
  }

  /** Which side comes next: negative the current table, positive the history, zero both, null neither. */
  #order(): number | null {
    if (this.#currentKey === null) return this.#historyKey === null ? null : 1;
    if (this.#historyKey === null) return -1;
    const order = compareBytes(this.#currentKey, this.#historyKey);
    return this.#reverse ? -order : order;
  }

  /** Passes by all kept versions of the key at hand; returns the newest that is not too new. */
  #pickHistory(): Uint8Array | null {
    let best: Uint8Array | null = null;
    const first = this.#history.key;
    for (;;) {
      const old = historyRevision(this.#history.key) <= this.#revision;
      if (old && (best === null || !this.#reverse)) best = this.#history.value;
      if (!this.#history.next()) {
        this.#historyKey = null;
        return best;
      }
      if (!sameHistoryKey(this.#history.key, first)) {
        this.#historyKey = historyUserKey(this.#history.key);
        return best;
      }
    }
  }

  #stepHistory(): void {
    this.#historyKey = this.#history.next() ? historyUserKey(this.#history.key) : null;
  }
}
