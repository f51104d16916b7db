/**
 * The versioned key space: one writer, revisions, and what a revision changed.
 */

import { EventType, encodeChange, type RevisionChanges, type WatchEvent } from "./change.ts";
import { crc32c } from "./crc32c.ts";
import { changeKey, historyKey, plainKey, Table } from "./key-layout.ts";
import { decodeRecord, deletedKeyValue, encodeRecord, type KeyValue, tombstone } from "./key-value.ts";
import type { Lessor } from "./lessor.ts";
import { type KeyRange, type KeySlot, newest, VersionReader } from "./version-reader.ts";
import type { WriteBuffer } from "./write-buffer.ts";

/** Counters of the key space that are stored with it. */
export type KeySpaceCounters = {
  /** Current revision; 1 in a fresh store. */
  revision: number;
  /** Revision up to which superseded versions are forgotten; −1 before the first compaction, as etcd reports it. */
  compactRevision: number;
  /** Running CRC32C of everything that was ever applied. */
  applyDigest: number;
};

/** Keys, versions and revisions. Writes happen inside of a revision: `put`/`deleteRange`, then `seal`. */
export class KeySpace {
  readonly reader: VersionReader;
  readonly counters: KeySpaceCounters;
  readonly #buffer: WriteBuffer;
  readonly #lessor: Lessor;
  readonly #generation: number;
  #events: WatchEvent[] = [];

  constructor(buffer: WriteBuffer, generation: number, lessor: Lessor, counters: KeySpaceCounters) {
    this.#buffer = buffer;
    this.#generation = generation;
    this.#lessor = lessor;
    this.reader = new VersionReader(buffer, generation);
    this.counters = counters;
  }

  get revision(): number {
    return this.counters.revision;
  }

  get compactRevision(): number {
    return this.counters.compactRevision;
  }

  /** Revision that a reader inside of the running command sees: the coming one as soon as something was written. */
  get visibleRevision(): number {
    return this.#events.length === 0 ? this.counters.revision : this.counters.revision + 1;
  }

  /** How to read at a revision of a request: straight when it is the newest state, by history otherwise. */
  readRevision(requested: number): number {
    return requested <= 0 || requested === this.visibleRevision ? newest : requested;
  }

  /** Writes a version of a key in the coming revision. `slot` was read in the present state. */
  put(slot: KeySlot, value: Uint8Array, lease: bigint): void {
    const { stored, key, current: before } = slot;
    const revision = this.counters.revision + 1;
    const created = before === null ? revision : before.createRevision;
    const version = before === null ? 1 : before.version + 1;
    const record = encodeRecord(created, revision, version, lease, value);
    if (before !== null && slot.record !== null) this.#retire(before, slot.record);
    this.#buffer.put(stored, record);
    this.#moveLease(key, before === null ? 0n : before.lease, lease);
    this.counters.applyDigest = crc32c(record, crc32c(key, this.counters.applyDigest));
    this.#note(EventType.put, before, decodeRecord(key, record));
  }

  /** Deletes the living keys of a range in the coming revision; returns their last versions in key order. */
  deleteRange(range: KeyRange): readonly KeyValue[] {
    const doomed: KeyValue[] = [];
    const walk = this.reader.walk(range, newest);
    while (walk.next()) doomed.push(walk.kv);
    for (const kv of doomed) this.#delete(kv);
    return doomed;
  }

  /** Deletes one key in the coming revision, if it lives. */
  deleteKey(key: Uint8Array): void {
    const kv = this.reader.current(key);
    if (kv !== null) this.#delete(kv);
  }

  /** Ends the command: when it changed something, that is a revision. Returns its changes, or null. */
  seal(): RevisionChanges | null {
    if (this.#events.length === 0) return null;
    const events = this.#events;
    this.#events = [];
    this.counters.revision++;
    return { revision: this.counters.revision, events };
  }

  #delete(kv: KeyValue): void {
    const revision = this.counters.revision + 1;
    const record = encodeRecord(kv.createRevision, kv.modRevision, kv.version, kv.lease, kv.value);
    this.#retire(kv, record);
    this.#buffer.delete(plainKey(this.#generation, Table.current, kv.key));
    this.#buffer.put(historyKey(this.#generation, kv.key, revision), tombstone);
    this.#moveLease(kv.key, kv.lease, 0n);
    this.counters.applyDigest = crc32c(tombstone, crc32c(kv.key, this.counters.applyDigest));
    this.#note(EventType.delete, kv, deletedKeyValue(kv.key, revision));
  }

  /** Keeps a version that is about to be superseded, in the bytes that it has. */
  #retire(kv: KeyValue, record: Uint8Array): void {
    this.#buffer.put(historyKey(this.#generation, kv.key, kv.modRevision), record);
  }

  #moveLease(key: Uint8Array, from: bigint, to: bigint): void {
    if (from === to) return;
    if (from !== 0n) this.#lessor.detach(from, key);
    if (to !== 0n) this.#lessor.attach(to, key);
  }

  #note(type: EventType, prevKv: KeyValue | null, kv: KeyValue): void {
    const change = encodeChange(type, prevKv === null ? 0 : prevKv.modRevision, kv.key);
    this.#buffer.put(changeKey(this.#generation, this.counters.revision + 1, this.#events.length), change);
    this.#events.push({ type, kv, prevKv });
  }
}
