/**
 * The last revisions, in memory: a watcher that lags a little reads them from here, not from the history.
 */

import type { RevisionChanges } from "./change.ts";

/** A bounded, gapless run of revisions. The oldest go when there are too many. */
export class RecentChanges {
  #groups: RevisionChanges[] = [];
  #sizes: number[] = [];
  #head = 0;
  #bytes = 0;
  readonly #revisionsMax: number;
  readonly #bytesMax: number;

  constructor(revisionsMax: number, bytesMax: number) {
    this.#revisionsMax = revisionsMax;
    this.#bytesMax = bytesMax;
  }

  /** Adds the revision behind the last one. A gap starts the run anew. */
  push(group: RevisionChanges, bytes: number): void {
    const last = this.#groups.at(-1);
    if (last !== undefined && last.revision + 1 !== group.revision) this.clear();
    this.#groups.push(group);
    this.#sizes.push(bytes);
    this.#bytes += bytes;
    while (this.#groups.length - this.#head > this.#revisionsMax || this.#bytes > this.#bytesMax)
      this.#drop();
    if (this.#head > this.#revisionsMax) this.#shrink();
  }

  clear(): void {
    this.#groups = [];
    this.#sizes = [];
    this.#head = 0;
    this.#bytes = 0;
  }

  /** A revision's changes, or undefined when it is not in memory. */
  get(revision: number): RevisionChanges | undefined {
    const first = this.#groups[this.#head];
    if (first === undefined || revision < first.revision) return undefined;
    return this.#groups[this.#head + revision - first.revision];
  }

  #drop(): void {
    this.#bytes -= this.#sizes[this.#head] ?? 0;
    this.#head++;
    if (this.#head >= this.#groups.length) this.clear();
  }

  #shrink(): void {
    this.#groups = this.#groups.slice(this.#head);
    this.#sizes = this.#sizes.slice(this.#head);
    this.#head = 0;
  }
}
