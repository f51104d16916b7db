/**
 * The physical half of compaction: deletes what nobody can ask for any more, a bounded amount at a time.
 *
 * Every change at or below the compacted revision superseded a version that is now invisible, and names it. A change
 * below it is itself out of reach, and so is the tombstone that a deletion left. What the compacted revision itself did
 * stays (README, invariant 7); the next compaction passes over it again.
 */

import type { BackendView } from "./backend.ts";
import { compareBytes, successorOf } from "./bytes.ts";
import { EventType } from "./change.ts";
import { changeKey, generationMax, historyKey } from "./key-layout.ts";
import type { PlacedChange, VersionReader } from "./version-reader.ts";
import type { WriteBuffer } from "./write-buffer.ts";

/** Cleans one generation up to a revision. */
export class Compactor {
  readonly #buffer: WriteBuffer;
  readonly #reader: VersionReader;
  #nextKey: Uint8Array | null = null;
  #doneRevision = -1;
  #target = -1;

  constructor(buffer: WriteBuffer, reader: VersionReader) {
    this.#buffer = buffer;
    this.#reader = reader;
  }

  /** Whether everything up to `compactRevision` was cleaned since the store was opened. */
  isDone(compactRevision: number): boolean {
    return this.#doneRevision >= compactRevision;
  }

  /** Cleans up to `changesMax` changes; true when nothing is left up to `compactRevision`. */
  step(compactRevision: number, changesMax: number): boolean {
    if (this.isDone(compactRevision)) return true;
    this.#aim(compactRevision);
    const batch = this.#collect(compactRevision, changesMax);
    for (const [key, change] of batch) this.#clean(key, change, compactRevision);
    if (batch.length === changesMax) return false;
    this.#doneRevision = compactRevision;
    return true;
  }

  /** What the previous target itself did was spared: a higher target goes over it again. */
  #aim(compactRevision: number): void {
    if (this.#target === compactRevision) return;
    if (this.#nextKey !== null) {
      const spared = changeKey(this.#reader.generation, this.#target, 0);
      if (compareBytes(spared, this.#nextKey) < 0) this.#nextKey = spared;
    }
    this.#target = compactRevision;
  }

  #collect(compactRevision: number, changesMax: number): [Uint8Array, PlacedChange][] {
    const batch: [Uint8Array, PlacedChange][] = [];
    const walk = this.#reader.changesFrom(0, this.#nextKey);
    while (batch.length < changesMax && walk.next()) {
      if (walk.change.revision > compactRevision) break;
      batch.push([walk.key, walk.change]);
      this.#nextKey = successorOf(walk.key);
    }
    walk.close();
    return batch;
  }

  #clean(key: Uint8Array, change: PlacedChange, compactRevision: number): void {
    const { generation } = this.#reader;
    if (change.prevModRevision !== 0) {
      this.#buffer.delete(historyKey(generation, change.key, change.prevModRevision));
    }
    if (change.revision === compactRevision) return;
    if (change.type === EventType.delete)
      this.#buffer.delete(historyKey(generation, change.key, change.revision));
    this.#buffer.delete(key);
  }
}

/** Deletes what other generations left behind (see README, "Generations"). */
export class Sweeper {
  readonly #buffer: WriteBuffer;
  readonly #generation: number;
  #next = 1;

  constructor(buffer: WriteBuffer, generation: number) {
    this.#buffer = buffer;
    this.#generation = generation;
  }

  get isDone(): boolean {
    return this.#next > generationMax;
  }

  /** Deletes up to `entriesMax` entries; true when nothing is left. */
  step(entriesMax: number): boolean {
    let left = entriesMax;
    while (left > 0 && !this.isDone) {
      if (this.#next === this.#generation) {
        this.#next++;
        continue;
      }
      const doomed = this.#collect(left);
      for (const key of doomed) this.#buffer.delete(key);
      left -= doomed.length;
      if (left > 0) this.#next = this.#nextOccupied();
    }
    return this.isDone;
  }

  #collect(entriesMax: number): Uint8Array[] {
    const doomed: Uint8Array[] = [];
    const cursor = this.#buffer.cursor(Uint8Array.of(this.#next), Uint8Array.of(this.#next + 1));
    while (doomed.length < entriesMax && cursor.next()) doomed.push(cursor.key);
    cursor.close();
    return doomed;
  }

  #nextOccupied(): number {
    const cursor = this.#buffer.cursor(Uint8Array.of(this.#next + 1), null);
    const next = cursor.next() ? (cursor.key[0] as number) : generationMax + 1;
    cursor.close();
    return next;
  }
}

/**
 * A generation that holds nothing in the backend itself, other than the one in force. What a buffer is about to delete does
 * not count as gone: those deletions may still be on their way when the generation is written.
 */
export function freeGeneration(backend: BackendView, current: number): number {
  for (let step = 1; step < generationMax; step++) {
    const candidate = ((current + step - 1) % generationMax) + 1;
    const cursor = backend.cursor(Uint8Array.of(candidate), Uint8Array.of(candidate + 1), false);
    const occupied = cursor.next();
    cursor.close();
    if (!occupied) return candidate;
  }
  return -1;
}
