/**
 * One watch: what it asked for, what it owes, and the bounded buffer between the state and its consumer.
 */

import { EventType, type RevisionChanges, type WatchEvent } from "./change.ts";
import { rangeHolds } from "./key-range.ts";
import type { KeyRange } from "./version-reader.ts";

/** What a watch asks for (WatchCreateRequest). Ids, fragments and `created` are the stream's affair, in the server. */
export type WatchRequest = {
  readonly key: Uint8Array;
  /** As in a range request. */
  readonly rangeEnd: Uint8Array;
  /** First revision to see; 0 is "from now on". */
  readonly startRevision: number;
  readonly prevKv: boolean;
  /** Leaves out puts (NOPUT). */
  readonly noPut: boolean;
  /** Leaves out deletions (NODELETE). */
  readonly noDelete: boolean;
};

/** What a poll hands out: whole revisions in order. */
export type WatchBatch =
  | {
      readonly kind: "events";
      /** Events by revision, ascending; at least one revision, each with at least one event. */
      readonly groups: readonly RevisionChanges[];
      /** Everything that matches up to here has been handed out with this batch: the revision for its header. */
      readonly throughRevision: number;
    }
  | {
      readonly kind: "canceled";
      /** The watch needs revisions below this one, which are forgotten. The watcher is closed. */
      readonly compactRevision: number;
    };

/** Bounds of the watches of a store. */
export type WatchLimits = {
  /** Events, and about their bytes, that wait for a watcher's consumer; beyond it the watcher lags. */
  readonly bufferEventsMax: number;
  readonly bufferBytesMax: number;
  /** Revisions that one poll of a lagging watcher looks at (etcd's batch), and bytes after which it stops. */
  readonly catchUpRevisionsMax: number;
  readonly catchUpBytesMax: number;
  /** Revisions, and about their bytes, that all watches share in memory. */
  readonly recentRevisionsMax: number;
  readonly recentBytesMax: number;
};

export const defaultWatchLimits: WatchLimits = {
  bufferEventsMax: 1024,
  bufferBytesMax: 1024 * 1024,
  catchUpRevisionsMax: 1000,
  catchUpBytesMax: 4 * 1024 * 1024,
  recentRevisionsMax: 4096,
  recentBytesMax: 8 * 1024 * 1024,
};

/** A watch on a hub. Made by `WatchHub.watch`, driven by it; the consumer calls `poll`. */
export class Watcher {
  readonly request: WatchRequest;
  readonly range: KeyRange;
  /** First revision that counts: earlier ones are not this watch's. */
  readonly startRevision: number;
  /** Next revision that was neither handed out, nor buffered, nor found without a match. */
  nextRevision: number;
  /** Whether new revisions go straight to the buffer. */
  synced = false;
  closed = false;
  /** Whether the hub's list of watchers with something to do holds it. */
  listed = false;
  /** Number in the hub's interval index; 0 for a single key. */
  indexId = 0;
  readonly #limits: WatchLimits;
  #groups: RevisionChanges[] = [];
  #events = 0;
  #bytes = 0;

  constructor(request: WatchRequest, range: KeyRange, startRevision: number, limits: WatchLimits) {
    this.request = request;
    this.#limits = limits;
    this.range = range;
    this.startRevision = startRevision;
    this.nextRevision = startRevision;
  }

  /** Revisions in the buffer. */
  get buffered(): number {
    return this.#groups.length;
  }

  /** Whether an event is one that this watch asked for. The key is not looked at. */
  wants(event: WatchEvent): boolean {
    return event.type === EventType.put ? !this.request.noPut : !this.request.noDelete;
  }

  holds(key: Uint8Array): boolean {
    return rangeHolds(this.range, key);
  }

  /** Puts a revision into the buffer; false when it is full. An empty buffer takes a revision of any size. */
  offer(group: RevisionChanges, bytes: number): boolean {
    const full =
      this.#events + group.events.length > this.#limits.bufferEventsMax ||
      this.#bytes + bytes > this.#limits.bufferBytesMax;
    if (full && this.#groups.length > 0) return false;
    this.#groups.push(group);
    this.#events += group.events.length;
    this.#bytes += bytes;
    return true;
  }

  /** Takes everything out of the buffer. */
  take(): readonly RevisionChanges[] {
    const groups = this.#groups;
    this.#groups = [];
    this.#events = 0;
    this.#bytes = 0;
    return groups;
  }
}

/** A group as a watcher gets it: its events only, with previous values only if it asked for them. */
export function selectEvents(watcher: Watcher, events: readonly WatchEvent[]): WatchEvent[] {
  const selected: WatchEvent[] = [];
  for (const event of events) {
    if (!watcher.wants(event)) continue;
    selected.push(
      watcher.request.prevKv || event.prevKv === null
        ? event
        : { type: event.type, kv: event.kv, prevKv: null },
    );
  }
  return selected;
}

/** Bytes that a group of events keeps alive, about. */
export function eventsBytes(events: readonly WatchEvent[]): number {
  let bytes = 0;
  for (const { kv, prevKv } of events) {
    bytes +=
      200 + kv.key.length + kv.value.length + (prevKv === null ? 0 : prevKv.key.length + prevKv.value.length);
  }
  return bytes;
}
