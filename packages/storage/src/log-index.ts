/**
 * The entries that are kept: where each stands on disk, and the newest of them in memory. This is what the core reads
 * from, synchronously.
 *
 * ```
 *   start      first                                     last
 *     │ compacted │  on disk only  │  on disk and in memory │
 *                 slot 0 …         ^ firstCached       … count − 1
 * ```
 */

import { type Entry, entryBytes, noEntries, type StorageFault } from "@quorate/raft";
import { decodeEntryRecord, type LogStart, recordHeaderBytes } from "./batch-format.ts";

/** Where an entry's record stands. */
export type EntryLocation = { readonly segmentId: number; readonly offset: number; readonly seed: number };

/** Reads from a segment, at once; returns how much there was, or the fault. */
export type SegmentReader = (
  segmentId: number,
  buffer: Uint8Array,
  position: number,
) => number | StorageFault;

/** What an entry costs in memory besides its data, roughly. */
const entryOverheadBytes = 96;
/** Bytes read at once for entries that are not in memory. */
const readBytesMax = 1024 * 1024;

/** See the module. */
export class LogIndex {
  private readonly readSegment: SegmentReader;
  private readonly cacheBytesMax: number;
  private start: LogStart = { index: 0, term: 0 };
  private count = 0;
  private head = 0;
  private firstCached = 0;
  private cachedBytes = 0;
  private terms = new Float64Array(64);
  private segmentIds = new Float64Array(64);
  private offsets = new Uint32Array(64);
  private lengths = new Uint32Array(64);
  private seeds = new Uint32Array(64);
  private cache: (Entry | null)[] = emptySlots(64);

  /** `cacheBytesMax`: entries in memory, in bytes of data plus a flat 96 each; at least the newest is kept. */
  constructor(readSegment: SegmentReader, cacheBytesMax: number) {
    this.readSegment = readSegment;
    this.cacheBytesMax = cacheBytesMax;
  }

  get firstIndex(): number {
    return this.start.index + 1;
  }

  get lastIndex(): number {
    return this.start.index + this.count;
  }

  /** Index and term of the last entry, or of the start if there is none. */
  get last(): LogStart {
    if (this.count === 0) return this.start;
    return { index: this.lastIndex, term: this.terms[this.head + this.count - 1] as number };
  }

  /** Bytes that the entries in memory take, by the same estimate as the budget. */
  get memoryBytes(): number {
    return this.cachedBytes;
  }

  /** Term at an index, from the start's on. */
  term(index: number): number | StorageFault {
    if (index < this.start.index) return "compacted";
    if (index === this.start.index) return this.start.term;
    if (index > this.lastIndex) return "unavailable";
    return this.terms[this.slot(index)] as number;
  }

  /** Bytes of log from the entry at `index` to the end, in segments of `segmentBytes`; what is not kept counts as nothing. */
  bytesFrom(index: number, segmentBytes: number): number {
    if (index > this.lastIndex) return 0;
    const first = this.slot(Math.max(index, this.firstIndex));
    const last = this.slot(this.lastIndex);
    const segments = (this.segmentIds[last] as number) - (this.segmentIds[first] as number);
    return segments * segmentBytes + this.recordEnd(last) - (this.offsets[first] as number);
  }

  /** Entries in `[lo, hi)`, as many as fit into `bytesMax`, at least one. */
  entries(lo: number, hi: number, bytesMax: number): readonly Entry[] | StorageFault {
    if (lo <= this.start.index) return "compacted";
    if (hi > this.lastIndex + 1) return "unavailable";
    if (lo >= hi) return noEntries;
    const result: Entry[] = [];
    let bytes = 0;
    let index = lo;
    while (index < hi) {
      const cached = this.cache[this.slot(index)] ?? null;
      if (cached !== null) {
        bytes += entryBytes(cached);
        if (bytes > bytesMax && result.length > 0) return result;
        result.push(cached);
        index++;
        continue;
      }
      const batch = this.readFrom(index, hi, bytesMax - bytes);
      if (typeof batch === "string") return batch;
      for (const entry of batch) {
        bytes += entryBytes(entry);
        if (bytes > bytesMax && result.length > 0) return result;
        result.push(entry);
        index++;
      }
    }
    return result;
  }

  /** Adds the entry behind the last. `entry` null leaves it on disk only. */
  push(term: number, length: number, location: EntryLocation, entry: Entry | null): void {
    const slot = this.head + this.count;
    if (slot === this.terms.length) {
      this.makeRoom();
      this.push(term, length, location, entry);
      return;
    }
    this.terms[slot] = term;
    this.lengths[slot] = length;
    this.segmentIds[slot] = location.segmentId;
    this.offsets[slot] = location.offset;
    this.seeds[slot] = location.seed;
    this.cache[slot] = entry;
    this.count++;
    if (entry === null) {
      this.evictBefore(this.count);
    } else {
      this.cachedBytes += length + entryOverheadBytes;
      this.shrinkCache();
    }
  }

  /** Drops the entries from `index` on, because others take their place. */
  truncateFrom(index: number): void {
    while (this.count > 0 && this.lastIndex >= index) {
      const slot = this.head + this.count - 1;
      if (this.cache[slot] !== null) this.cachedBytes -= (this.lengths[slot] as number) + entryOverheadBytes;
      this.cache[slot] = null;
      this.count--;
    }
    this.firstCached = Math.min(this.firstCached, this.count);
  }

  /** Forgets the entries up to and including `index`, which must be here. */
  compactTo(index: number): void {
    const term = this.term(index);
    if (typeof term !== "number" || index <= this.start.index) return;
    const dropped = index - this.start.index;
    this.evictBefore(dropped);
    this.start = { index, term };
    this.head += dropped;
    this.count -= dropped;
    this.firstCached = Math.max(0, this.firstCached - dropped);
  }

  /** Forgets everything; the log begins behind `start`. */
  reset(start: LogStart): void {
    this.truncateFrom(0);
    this.start = start;
    this.head = 0;
    this.firstCached = 0;
  }

  private slot(index: number): number {
    return this.head + (index - this.start.index - 1);
  }

  /** Reads entries that are not in memory, from `index` on, within one segment and as many as make sense at once. */
  private readFrom(index: number, hi: number, bytesMax: number): readonly Entry[] | StorageFault {
    const first = this.slot(index);
    const segmentId = this.segmentIds[first] as number;
    const begin = this.offsets[first] as number;
    let end = this.recordEnd(first);
    let next = index + 1;
    for (; next < hi; next++) {
      const slot = this.slot(next);
      const slotEnd = this.recordEnd(slot);
      if (this.cache[slot] !== null || this.segmentIds[slot] !== segmentId) break;
      if (
        slotEnd < end ||
        slotEnd - begin > Math.min(readBytesMax, Math.max(0, bytesMax) + recordHeaderBytes)
      )
        break;
      end = slotEnd;
    }
    const buffer = new Uint8Array(end - begin);
    const bytes = this.readSegment(segmentId, buffer, begin);
    if (typeof bytes === "string") return bytes;
    if (bytes < buffer.length) return "corrupt";
    const entries: Entry[] = [];
    for (let at = index; at < next; at++) {
      const slot = this.slot(at);
      const entry = decodeEntryRecord(
        buffer,
        (this.offsets[slot] as number) - begin,
        this.seeds[slot] as number,
        at,
      );
      if (entry === null || entry.term !== this.terms[slot]) return "corrupt";
      entries.push(entry);
    }
    return entries;
  }

  private recordEnd(slot: number): number {
    return (this.offsets[slot] as number) + recordHeaderBytes + (this.lengths[slot] as number);
  }

  private shrinkCache(): void {
    while (this.cachedBytes > this.cacheBytesMax && this.firstCached < this.count - 1)
      this.evictBefore(this.firstCached + 1);
  }

  /** Takes the entries before a position (counted from the first kept) out of memory. */
  private evictBefore(position: number): void {
    for (; this.firstCached < position; this.firstCached++) {
      const slot = this.head + this.firstCached;
      if (this.cache[slot] === null) continue;
      this.cache[slot] = null;
      this.cachedBytes -= (this.lengths[slot] as number) + entryOverheadBytes;
    }
  }

  /** Moves everything to the front, into arrays twice as long if they are more than half full. */
  private makeRoom(): void {
    const capacity = this.count * 2 > this.terms.length ? this.terms.length * 2 : this.terms.length;
    const move = <T extends Float64Array | Uint32Array>(from: T, to: T): T => {
      to.set(from.subarray(this.head, this.head + this.count));
      return to;
    };
    this.terms = move(this.terms, new Float64Array(capacity));
    this.segmentIds = move(this.segmentIds, new Float64Array(capacity));
    this.offsets = move(this.offsets, new Uint32Array(capacity));
    this.lengths = move(this.lengths, new Uint32Array(capacity));
    this.seeds = move(this.seeds, new Uint32Array(capacity));
    const cache = emptySlots(capacity);
    for (let position = 0; position < this.count; position++)
      cache[position] = this.cache[this.head + position] ?? null;
    this.cache = cache;
    this.head = 0;
  }
}

function emptySlots(count: number): (Entry | null)[] {
  const slots: (Entry | null)[] = [];
  for (let slot = 0; slot < count; slot++) slots.push(null);
  return slots;
}
