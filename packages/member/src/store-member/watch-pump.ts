/**
 * The watch pump: tells the owners of watches that something is there, a bounded number of them per turn.
 *
 * The store's hub only notes who has something. Owners poll inside of the call or later; one that does not poll until there
 * is nothing left must come back by itself.
 */

import type { Store, WatchBatch, Watcher, WatchRequest } from "@quorate/store";
import type { MemberClock } from "../clock.ts";

/** An open watch. Its owner polls when told that something is there. */
export type OpenWatch = {
  /** What is there: whole revisions, or the end; null when nothing is there now. */
  poll(): WatchBatch | null;
  /** Everything up to this revision was handed out; null while it lags or waits for a future start. */
  progress(): number | null;
  cancel(): void;
};

/** Work of one turn: what watchers in step cost is small, what lagging ones read from history is not. */
const turnCostMax = 256;
const laggingCost = 64;
const none: readonly Watcher[] = [];

/** See the module. */
export class WatchPump {
  private readonly store: Store;
  private readonly clock: MemberClock;
  private readonly owners = new Map<Watcher, () => void>();
  private queue: readonly Watcher[] = none;
  private isScheduled = false;
  private isStopped = false;

  constructor(store: Store, clock: MemberClock) {
    this.store = store;
    this.clock = clock;
    this.noteReady();
  }

  /** Open watches. */
  get size(): number {
    return this.owners.size;
  }

  /** The hub has something. Only takes note. */
  noteReady(): void {
    if (this.isScheduled || this.isStopped) return;
    this.isScheduled = true;
    this.clock.defer(this.turn);
  }

  /** Begins a watch; null if its range is empty. */
  watch(request: WatchRequest, onReady: () => void): OpenWatch | null {
    const { watches } = this.store;
    const begun = watches.watch(request);
    if (!begun.ok) return null;
    const { watcher } = begun;
    this.owners.set(watcher, onReady);
    return {
      poll: () => {
        const batch = watches.poll(watcher);
        if (batch?.kind === "canceled") this.owners.delete(watcher);
        return batch;
      },
      progress: () => watches.progress(watcher),
      cancel: () => {
        this.owners.delete(watcher);
        watches.cancel(watcher);
      },
    };
  }

  stop(): void {
    this.isStopped = true;
    this.queue = none;
    for (const watcher of this.owners.keys()) this.store.watches.cancel(watcher);
    this.owners.clear();
  }

  private readonly turn = (): void => {
    this.isScheduled = false;
    if (this.isStopped) return;
    const news = this.store.watches.takeReady();
    const ready = this.queue.length === 0 ? news : [...this.queue, ...news];
    this.queue = none;
    let cost = 0;
    let at = 0;
    for (; at < ready.length && cost < turnCostMax; at++) {
      const watcher = ready[at] as Watcher;
      cost += watcher.synced ? 1 : laggingCost;
      this.owners.get(watcher)?.();
    }
    if (at === ready.length) return;
    this.queue = ready.slice(at);
    this.noteReady();
  };
}
