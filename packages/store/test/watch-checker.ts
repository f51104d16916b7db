/** Holds every watch against the written contract (simulation W1 to W7): what the model says happened, in order, once. */

import assert from "node:assert/strict";
import type { Store } from "../src/store.ts";
import type { Watcher, WatchRequest } from "../src/watcher.ts";
import { isIn, type Model, type ModelEvent, str } from "./model.ts";
import { plainEvent } from "./plain.ts";

type Checked = {
  readonly watcher: Watcher;
  readonly request: WatchRequest;
  readonly start: number;
  /** Everything that matches was seen up to here. */
  through: number;
};

export class WatchChecker {
  readonly #model: Model;
  #open: Checked[] = [];

  constructor(model: Model) {
    this.#model = model;
  }

  watch(store: Store, request: WatchRequest): void {
    const result = store.watches.watch(request);
    const end = str(request.rangeEnd);
    if (end !== "" && end !== "\0" && str(request.key) >= end) {
      assert.deepEqual(result, { ok: false, code: "range-empty" });
      return;
    }
    assert.ok(result.ok);
    const start = request.startRevision === 0 ? this.#model.revision + 1 : request.startRevision;
    this.#open.push({ watcher: result.watcher, request, start, through: start - 1 });
  }

  poll(store: Store, pick: number, untilDry: boolean): void {
    const checked = this.#open[pick % Math.max(1, this.#open.length)];
    if (checked === undefined) return;
    do {
      if (!this.#pollOnce(store, checked)) return;
    } while (untilDry);
  }

  cancel(store: Store, pick: number): void {
    const checked = this.#open[pick % Math.max(1, this.#open.length)];
    if (checked === undefined) return;
    store.watches.cancel(checked.watcher);
    assert.equal(store.watches.poll(checked.watcher), null);
    this.#forget(checked);
  }

  forgetAll(): void {
    this.#open = [];
  }

  /** Every watch must come to the end of what happened, or be told why not. */
  drainAll(store: Store): void {
    for (const checked of [...this.#open]) {
      while (this.#pollOnce(store, checked));
      if (!this.#open.includes(checked)) continue;
      assert.deepEqual(this.#expected(checked, this.#model.revision, -1), []);
      const progress = store.watches.progress(checked.watcher);
      assert.equal(progress, checked.start > this.#model.revision ? null : this.#model.revision);
    }
    assert.equal(store.watches.size, this.#open.length);
  }

  /** False when there is nothing more now. */
  #pollOnce(store: Store, checked: Checked): boolean {
    const progress = store.watches.progress(checked.watcher);
    if (progress !== null) assert.deepEqual(this.#expected(checked, progress, -1), []);
    const batch = store.watches.poll(checked.watcher);
    if (batch === null) {
      const more = store.watches.takeReady().includes(checked.watcher);
      if (!more) assert.deepEqual(this.#expected(checked, this.#model.revision, -1), []);
      return more;
    }
    if (batch.kind === "canceled") {
      assert.equal(batch.compactRevision, this.#model.compacted);
      assert.ok(checked.through + 1 < this.#model.compacted || checked.start < 0);
      this.#forget(checked);
      return false;
    }
    const seen = batch.groups.map((group) => ({
      revision: group.revision,
      events: group.events.map(plainEvent),
    }));
    assert.ok(seen.length > 0 && seen.every(({ events }) => events.length > 0));
    assert.ok(batch.throughRevision >= (seen.at(-1)?.revision ?? 0));
    assert.ok(batch.throughRevision <= this.#model.revision);
    const strict = this.#expected(checked, batch.throughRevision, this.#model.compacted);
    const full = this.#expected(checked, batch.throughRevision, -1);
    seen.forEach((group, at) => {
      const compactedPrev = JSON.stringify(group, bigints) === JSON.stringify(strict[at], bigints);
      assert.deepEqual(group, compactedPrev ? strict[at] : full[at]);
    });
    assert.equal(seen.length, full.length);
    checked.through = batch.throughRevision;
    return true;
  }

  /** What must still come up to a revision. Up to `bare`, previous values may be out of reach. */
  #expected(checked: Checked, last: number, bare: number): { revision: number; events: ModelEvent[] }[] {
    const groups: { revision: number; events: ModelEvent[] }[] = [];
    for (let revision = Math.max(checked.through + 1, checked.start); revision <= last; revision++) {
      const events = (this.#model.events.get(revision) ?? [])
        .filter(({ kv }) => isIn(kv.key, str(checked.request.key), str(checked.request.rangeEnd)))
        .filter(({ type }) => (type === "put" ? !checked.request.noPut : !checked.request.noDelete))
        .map((event) => (checked.request.prevKv && revision > bare ? event : { ...event, prev: null }));
      if (events.length > 0) groups.push({ revision, events });
    }
    return groups;
  }

  #forget(checked: Checked): void {
    this.#open = this.#open.filter((other) => other !== checked);
  }
}

function bigints(_name: string, value: unknown): unknown {
  return typeof value === "bigint" ? `${value}n` : value;
}
