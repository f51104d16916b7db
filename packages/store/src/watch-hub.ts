/**
 * Watches (reference: §3; simulation invariants W1 to W7). The hub hands each revision to the watchers that keep up and
 * lets the others catch up at their own pace. Consumers pull; nothing here waits for anybody.
 */

import { ByteTree } from "./byte-tree.ts";
import { EventType, type RevisionChanges, type WatchEvent } from "./change.ts";
import { IntervalIndex } from "./interval-index.ts";
import { isEmptyRange, keyRange } from "./key-range.ts";
import { RecentChanges } from "./recent-changes.ts";
import type { PlacedChange, VersionReader } from "./version-reader.ts";
import {
  eventsBytes,
  selectEvents,
  type WatchBatch,
  Watcher,
  type WatchLimits,
  type WatchRequest,
} from "./watcher.ts";

/** What the hub reads of the state. */
export type WatchSource = {
  readonly reader: VersionReader;
  readonly revision: number;
  readonly compactRevision: number;
};

/** Why a watch was not begun. `range-empty` is etcd's "mvcc: watcher range is empty". */
export type WatchRefusal = { readonly ok: false; readonly code: "range-empty" };

/** etcd reads an empty key of a watch as the lowest key. */
const lowestKey: Uint8Array = Uint8Array.of(0);

/** All watches of a store. */
export class WatchHub {
  readonly #source: () => WatchSource;
  readonly #onReady: () => void;
  readonly #byKey = new ByteTree<Set<Watcher>>();
  readonly #byRange = new IntervalIndex<Watcher>();
  readonly #watchers = new Set<Watcher>();
  #ready: Watcher[] = [];
  readonly #recent: RecentChanges;
  readonly #limits: WatchLimits;

  /** `onReady` is called, inside of apply, when the list of ready watchers stops being
   * empty. It must only take note. */
  constructor(source: () => WatchSource, onReady: () => void, limits: WatchLimits) {
    this.#source = source;
    this.#limits = limits;
    this.#recent = new RecentChanges(limits.recentRevisionsMax, limits.recentBytesMax);
    this.#onReady = onReady;
  }

  /** Number of open watches. */
  get size(): number {
    return this.#watchers.size;
  }

  /**
   * Begins a watch. A start that is compacted (or negative) is accepted: the first poll says `canceled`, as etcd does
   * after `created`. A start in the future waits for its revision.
   */
  watch(request: WatchRequest): { readonly ok: true; readonly watcher: Watcher } | WatchRefusal {
    const range = keyRange(request.key.length === 0 ? lowestKey : request.key, request.rangeEnd);
    if (isEmptyRange(range)) return { ok: false, code: "range-empty" };
    const next = this.#source().revision + 1;
    const start = request.startRevision === 0 ? next : request.startRevision;
    const watcher = new Watcher(request, range, start, this.#limits);
    this.#watchers.add(watcher);
    if (start >= next) this.#sync(watcher);
    else this.#list(watcher);
    return { ok: true, watcher };
  }

  /** Ends a watch. Nothing is handed out afterwards. */
  cancel(watcher: Watcher): void {
    if (watcher.closed) return;
    watcher.closed = true;
    watcher.take();
    this.#watchers.delete(watcher);
    this.#unsync(watcher);
  }

  /** Takes the list of watchers that have something to hand out. One that is not polled to `null` must be remembered by the taker. */
  takeReady(): readonly Watcher[] {
    const ready = this.#ready;
    this.#ready = [];
    for (const watcher of ready) watcher.listed = false;
    return ready;
  }

  /**
   * Hands out what a watcher has, in whole revisions; null when there is nothing now. For a lagging watcher one call
   * looks at `catchUpRevisionsMax` revisions at most; if it found none that match but has more to look at, the
   * watcher is ready again.
   */
  poll(watcher: Watcher): WatchBatch | null {
    if (watcher.closed) return null;
    const buffered = watcher.take();
    if (buffered.length > 0) {
      if (!watcher.synced) this.#list(watcher);
      const throughRevision = watcher.synced ? this.#source().revision : watcher.nextRevision - 1;
      return { kind: "events", groups: buffered, throughRevision };
    }
    if (watcher.synced) return null;
    const { compactRevision } = this.#source();
    if (watcher.nextRevision < 0 || watcher.nextRevision < compactRevision) {
      this.cancel(watcher);
      return { kind: "canceled", compactRevision };
    }
    return this.#catchUp(watcher);
  }

  /**
   * The revision up to which a watcher has been told everything, for progress reports; null when it lags, has something
   * buffered, or waits for a future start (reference §3).
   */
  progress(watcher: Watcher): number | null {
    const { revision } = this.#source();
    if (watcher.closed || !watcher.synced || watcher.buffered > 0 || revision < watcher.startRevision)
      return null;
    return revision;
  }

  /** Hands a new revision to the watchers in step. Called by the store, in order. */
  notify(group: RevisionChanges): void {
    this.#recent.push(group, eventsBytes(group.events));
    if (this.#byKey.size === 0 && this.#byRange.size === 0) return;
    const { revision, events } = group;
    const [first] = events;
    if (first !== undefined && events.length === 1) {
      for (const watcher of this.#holding(first.kv.key)) this.#hand(watcher, revision, events);
    } else {
      for (const [watcher, concerning] of this.#concerned(events)) this.#hand(watcher, revision, concerning);
    }
  }

  /** Hands what concerns a watcher in step to it, or leaves it behind. */
  #hand(watcher: Watcher, revision: number, events: readonly WatchEvent[]): void {
    if (revision < watcher.startRevision) return;
    const selected = selectEvents(watcher, events);
    if (selected.length === 0) return;
    if (watcher.offer({ revision, events: selected }, eventsBytes(selected))) {
      watcher.nextRevision = revision + 1;
    } else {
      watcher.nextRevision = revision;
      this.#unsync(watcher);
    }
    this.#list(watcher);
  }

  /** The state was replaced: everybody finds out anew where he stands. {@link settle} was called before. */
  reset(): void {
    this.#recent.clear();
    for (const watcher of this.#watchers) {
      this.#unsync(watcher);
      this.#list(watcher);
    }
  }

  /** Called before the state is replaced, while the revision is still the old one. */
  settle(): void {
    for (const watcher of this.#watchers) this.#settle(watcher);
  }

  /** A synced watcher owes nothing up to the current revision; while it is synced nobody writes that down. */
  #settle(watcher: Watcher): void {
    if (!watcher.synced) return;
    watcher.nextRevision = Math.max(watcher.nextRevision, watcher.startRevision, this.#source().revision + 1);
  }

  #list(watcher: Watcher): void {
    if (watcher.listed) return;
    watcher.listed = true;
    this.#ready.push(watcher);
    if (this.#ready.length === 1) this.#onReady();
  }

  #sync(watcher: Watcher): void {
    watcher.synced = true;
    if (watcher.request.rangeEnd.length > 0) {
      watcher.indexId = this.#byRange.add(watcher.range, watcher);
      return;
    }
    const others = this.#byKey.get(watcher.range.low);
    if (others === undefined) this.#byKey.set(watcher.range.low, new Set([watcher]));
    else others.add(watcher);
  }

  #unsync(watcher: Watcher): void {
    if (!watcher.synced) return;
    watcher.synced = false;
    if (watcher.request.rangeEnd.length > 0) {
      this.#byRange.remove(watcher.range, watcher.indexId);
      return;
    }
    const others = this.#byKey.get(watcher.range.low);
    others?.delete(watcher);
    if (others?.size === 0) this.#byKey.delete(watcher.range.low);
  }

  #concerned(events: readonly WatchEvent[]): Map<Watcher, WatchEvent[]> {
    const concerned = new Map<Watcher, WatchEvent[]>();
    for (const event of events) {
      for (const watcher of this.#holding(event.kv.key)) {
        const list = concerned.get(watcher);
        if (list === undefined) concerned.set(watcher, [event]);
        else list.push(event);
      }
    }
    return concerned;
  }

  /** The watchers in step that hold a key. */
  #holding(key: Uint8Array): Watcher[] {
    const watchers: Watcher[] = [];
    const add = (watcher: Watcher): void => {
      watchers.push(watcher);
    };
    if (this.#byKey.size > 0) this.#byKey.get(key)?.forEach(add);
    if (this.#byRange.size > 0) this.#byRange.stab(key, add);
    return watchers;
  }

  #catchUp(watcher: Watcher): WatchBatch | null {
    const { revision } = this.#source();
    const last = Math.min(revision, watcher.nextRevision + this.#limits.catchUpRevisionsMax - 1);
    const groups =
      this.#recent.get(watcher.nextRevision) === undefined
        ? this.#fromHistory(watcher, last)
        : this.#fromMemory(watcher, last);
    if (watcher.nextRevision > revision) this.#sync(watcher);
    else this.#list(watcher);
    if (groups.length === 0) return null;
    return { kind: "events", groups, throughRevision: watcher.nextRevision - 1 };
  }

  #fromMemory(watcher: Watcher, last: number): RevisionChanges[] {
    const groups: RevisionChanges[] = [];
    const { compactRevision } = this.#source();
    let bytes = 0;
    while (watcher.nextRevision <= last && bytes < this.#limits.catchUpBytesMax) {
      const group = this.#recent.get(watcher.nextRevision) as RevisionChanges;
      watcher.nextRevision++;
      const events = selectEvents(
        watcher,
        group.events.filter((event) => watcher.holds(event.kv.key)),
      ).map((event) => (group.revision > compactRevision ? event : { ...event, prevKv: null }));
      if (events.length === 0) continue;
      bytes += eventsBytes(events);
      groups.push({ revision: group.revision, events });
    }
    return groups;
  }

  #fromHistory(watcher: Watcher, last: number): RevisionChanges[] {
    const groups: RevisionChanges[] = [];
    const walk = this.#source().reader.changesFrom(watcher.nextRevision);
    let events: WatchEvent[] = [];
    let revision = 0;
    let bytes = 0;
    while (walk.next()) {
      const { change } = walk;
      if (change.revision !== revision) {
        if (events.length > 0) groups.push({ revision, events });
        bytes += eventsBytes(events);
        events = [];
        watcher.nextRevision = revision === 0 ? watcher.nextRevision : revision + 1;
        if (change.revision > last || bytes >= this.#limits.catchUpBytesMax) {
          walk.close();
          if (change.revision > last) watcher.nextRevision = last + 1;
          return groups;
        }
        revision = change.revision;
      }
      const event = this.#eventOf(watcher, change);
      if (event !== null) events.push(event);
    }
    if (events.length > 0) groups.push({ revision, events });
    watcher.nextRevision = last + 1;
    return groups;
  }

  #eventOf(watcher: Watcher, change: PlacedChange): WatchEvent | null {
    if (change.type === EventType.put ? watcher.request.noPut : watcher.request.noDelete) return null;
    if (!watcher.holds(change.key)) return null;
    const { reader, compactRevision } = this.#source();
    const wantsPrevious =
      watcher.request.prevKv && change.prevModRevision !== 0 && change.revision > compactRevision;
    return {
      type: change.type,
      kv: reader.outcomeOf(change),
      prevKv: wantsPrevious ? reader.made(change.key, change.prevModRevision) : null,
    };
  }
}
