/**
 * Virtual time: whole microseconds, and a queue of what will happen.
 *
 * Entries run by time, then by priority, then in the order in which they were made. Between two entries all promises that
 * were settled go on, until nothing is left that could.
 */

import { drainPromises, laterMacrotask } from "./event-loop.ts";

/** What runs first among entries of one moment: smaller first. */
export const Priority = {
  /** Faults of the plan: they begin before anything of the same moment. */
  fault: 0,
  /** What a disk completes. */
  disk: 1,
  timer: 2,
  /** What the network delivers. */
  arrival: 3,
  /** A member's turn: after everything that is there for it. */
  turn: 4,
  client: 5,
} as const;

export type Priority = (typeof Priority)[keyof typeof Priority];

/** An entry of the queue; give it up with {@link VirtualTime.cancel}. */
export type Entry = {
  readonly atUs: number;
  readonly priority: Priority;
  readonly sequence: number;
  /** Null when it was cancelled or has run. */
  run: (() => void) | null;
};

/** Entries after which the real event loop gets a turn, so that a campaign can be interrupted. */
const sliceEntries = drainPromises === null ? 1 : 50_000;

/** See the module. */
export class VirtualTime {
  nowUs = 0;
  /** Entries that have run. */
  steps = 0;
  private readonly heap: Entry[] = [];
  /** Turns that were due at once when they were made, `[turnsTaken, turnsMade)`: almost half of all, and in order anyway. */
  private readonly turns: Entry[] = [];
  private turnsTaken = 0;
  private turnsMade = 0;
  private sequence = 0;

  /** Adds an entry `delayUs` from now (rounded up to whole microseconds). */
  after(delayUs: number, priority: Priority, run: () => void): Entry {
    const atUs = this.nowUs + (delayUs > 0 ? Math.ceil(delayUs) : 0);
    const entry: Entry = { atUs, priority, sequence: ++this.sequence, run };
    if (priority === Priority.turn && atUs === this.nowUs) this.turns[this.turnsMade++] = entry;
    else {
      this.heap.push(entry);
      this.rise(this.heap.length - 1);
    }
    return entry;
  }

  cancel(entry: Entry): void {
    entry.run = null;
  }

  /** Number of entries that wait, cancelled ones included. */
  get waiting(): number {
    return this.heap.length + this.turnsMade - this.turnsTaken;
  }

  /**
   * Runs until `isDone` (asked after every entry), or nothing is left before `untilUs`; says whether it was done. Time is
   * then that of the last entry, or `untilUs`.
   */
  run(untilUs: number, isDone: () => boolean): Promise<boolean> {
    return new Promise((resolve, reject) => {
      const slice = (): void => {
        try {
          const outcome = this.runSlice(untilUs, isDone);
          if (outcome === null) laterMacrotask(slice);
          else resolve(outcome);
        } catch (error) {
          reject(error instanceof Error ? error : new Error(String(error)));
        }
      };
      laterMacrotask(slice);
    });
  }

  /** Runs some entries; null: there are more. */
  private runSlice(untilUs: number, isDone: () => boolean): boolean | null {
    for (let count = 0; count < sliceEntries; ) {
      if (isDone()) return true;
      const next = this.take(untilUs);
      if (next === null) {
        this.nowUs = Math.max(this.nowUs, untilUs);
        return false;
      }
      const { run } = next;
      if (run === null) continue;
      next.run = null;
      this.nowUs = next.atUs;
      this.steps++;
      count++;
      run();
      drainPromises?.();
    }
    return null;
  }

  /** The first entry, off its queue; null if there is none until `untilUs`. */
  private take(untilUs: number): Entry | null {
    const next = this.heap[0];
    if (this.turnsTaken < this.turnsMade) {
      const turn = this.turns[this.turnsTaken] as Entry;
      if (next === undefined || isBefore(turn, next)) return turn.atUs > untilUs ? null : this.takeTurn(turn);
    }
    if (next === undefined || next.atUs > untilUs) return null;
    this.pop();
    return next;
  }

  private takeTurn(turn: Entry): Entry {
    this.turnsTaken++;
    if (this.turnsTaken === this.turnsMade) {
      this.turnsTaken = 0;
      this.turnsMade = 0;
    }
    return turn;
  }

  private pop(): void {
    const last = this.heap.pop() as Entry;
    if (this.heap.length === 0) return;
    this.heap[0] = last;
    this.sink(0);
  }

  private rise(from: number): void {
    const { heap } = this;
    const entry = heap[from] as Entry;
    let at = from;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const other = heap[parent] as Entry;
      if (!isBefore(entry, other)) break;
      heap[at] = other;
      at = parent;
    }
    heap[at] = entry;
  }

  private sink(from: number): void {
    const { heap } = this;
    const entry = heap[from] as Entry;
    let at = from;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      const right = heap[child + 1];
      if (right !== undefined && isBefore(right, heap[child] as Entry)) child++;
      const other = heap[child] as Entry;
      if (!isBefore(other, entry)) break;
      heap[at] = other;
      at = child;
    }
    heap[at] = entry;
  }
}

function isBefore(one: Entry, other: Entry): boolean {
  if (one.atUs !== other.atUs) return one.atUs < other.atUs;
  if (one.priority !== other.priority) return one.priority < other.priority;
  return one.sequence < other.sequence;
}
