/**
 * The search for a linearization: Wing and Gong's, with Lowe's memory of where it has been.
 *
 * Calls and returns stand in a doubly linked list by time. The search takes the first call that may be next, lifts it and
 * its return out of the list, and goes on; when it meets a return whose call is still in, the choice before was wrong and
 * is undone. It can be interrupted after any number of steps and goes on where it was.
 */

import { ConfigurationSet } from "./configuration-set.ts";
import type { Model, Operation } from "./history.ts";
import { impossible, StateTable } from "./state-table.ts";

export type Verdict = "ok" | "bad" | "unknown";

/** How far the search came: for people who look for the culprit. */
export type Evidence = {
  /** Operations of the longest linearization that was found, in its order; positions in the list that was given. */
  readonly longest: readonly number[];
  /** The operation whose answer could not be explained after that; −1 if there is none. */
  readonly culprit: number;
};

/** See the module. */
export class Search<State, Input, Output> {
  private readonly table: StateTable<State, Input, Output>;
  private readonly seen: ConfigurationSet;
  /** Links of the list; entry 0 is its head, and 0 as a successor its end. */
  private readonly next: Int32Array;
  private readonly previous: Int32Array;
  /** Operation of an entry. */
  private readonly operationOf: Int32Array;
  /** Entry of the return that belongs to a call; 0 for a return, −1 for a call without one. */
  private readonly returnOf: Int32Array;
  private readonly bits: Uint32Array;
  private low = 0;
  private high = 0;
  private state = 0;
  /** Entries of calls that were chosen, and the states before them. */
  private readonly chosen: number[] = [];
  private readonly statesBefore: number[] = [];
  /** Operations with an answer that are not linearized yet. */
  private open: number;
  private entry: number;
  private verdict: Verdict = "unknown";
  private longest: number[] = [];
  private culprit = -1;

  constructor(model: Model<State, Input, Output>, operations: readonly Operation<Input, Output>[]) {
    this.table = new StateTable(model, operations);
    this.seen = new ConfigurationSet(operations.length);
    this.bits = new Uint32Array(Math.ceil(operations.length / 32));
    const entries = entriesOf(operations);
    const size = entries.length + 1;
    this.next = new Int32Array(size);
    this.previous = new Int32Array(size);
    this.operationOf = new Int32Array(size);
    this.returnOf = new Int32Array(size).fill(-1);
    const callOf = new Map<number, number>();
    for (const [position, { operation, isCall }] of entries.entries()) {
      const at = position + 1;
      this.next[at - 1] = at;
      this.previous[at] = at - 1;
      this.operationOf[at] = operation;
      if (isCall) callOf.set(operation, at);
      else {
        this.returnOf[at] = 0;
        this.returnOf[callOf.get(operation) as number] = at;
      }
    }
    this.next[size - 1] = 0;
    this.open = operations.filter(({ returnedAt }) => Number.isFinite(returnedAt)).length;
    this.entry = this.next[0] as number;
  }

  /** How far it came. */
  get evidence(): Evidence {
    return { longest: this.longest, culprit: this.culprit };
  }

  /** Configurations that were looked at. */
  get configurations(): number {
    return this.seen.size;
  }

  /** Searches for at most so many steps more. */
  run(steps: number): Verdict {
    let left = steps;
    while (this.verdict === "unknown" && left-- > 0) this.advance();
    return this.verdict;
  }

  private advance(): void {
    if (this.open === 0) {
      this.verdict = "ok";
      return;
    }
    const { entry } = this;
    if (entry !== 0 && this.returnOf[entry] !== 0) {
      if (!this.choose(entry)) this.entry = this.next[entry] as number;
      return;
    }
    // A return whose call was not chosen, or the end: the last choice was wrong.
    if (entry !== 0) this.noteDeadEnd(this.operationOf[entry] as number);
    const last = this.chosen.pop();
    if (last === undefined) {
      this.verdict = "bad";
      return;
    }
    this.undo(last);
    this.entry = this.next[last] as number;
  }

  private choose(call: number): boolean {
    const operation = this.operationOf[call] as number;
    const next = this.table.step(this.state, operation);
    if (next === impossible) return false;
    this.toggle(operation);
    if (!this.seen.add(this.bits, next, this.low, this.high)) {
      this.toggle(operation);
      return false;
    }
    this.chosen.push(call);
    this.statesBefore.push(this.state);
    this.state = next;
    this.lift(call);
    const back = this.returnOf[call] as number;
    if (back > 0) {
      this.lift(back);
      this.open--;
    }
    this.entry = this.next[0] as number;
    return true;
  }

  private undo(call: number): void {
    this.state = this.statesBefore.pop() as number;
    this.toggle(this.operationOf[call] as number);
    const back = this.returnOf[call] as number;
    if (back > 0) {
      this.putBack(back);
      this.open++;
    }
    this.putBack(call);
  }

  private noteDeadEnd(operation: number): void {
    if (this.culprit >= 0 && this.chosen.length <= this.longest.length) return;
    this.longest = this.chosen.map((call) => this.operationOf[call] as number);
    this.culprit = operation;
  }

  private toggle(operation: number): void {
    const word = operation >>> 5;
    this.bits[word] = ((this.bits[word] as number) ^ (1 << (operation & 31))) >>> 0;
    this.low = (this.low ^ this.seen.lowOf(operation)) >>> 0;
    this.high = (this.high ^ this.seen.highOf(operation)) >>> 0;
  }

  private lift(entry: number): void {
    const before = this.previous[entry] as number;
    const after = this.next[entry] as number;
    this.next[before] = after;
    if (after !== 0) this.previous[after] = before;
  }

  private putBack(entry: number): void {
    this.next[this.previous[entry] as number] = entry;
    const after = this.next[entry] as number;
    if (after !== 0) this.previous[after] = entry;
  }
}

type Entry = { readonly at: number; readonly operation: number; readonly isCall: boolean };

/** Calls and returns by time; calls come first where times are equal, which lets operations overlap. */
function entriesOf<Input, Output>(operations: readonly Operation<Input, Output>[]): Entry[] {
  const entries: Entry[] = [];
  for (const [operation, { calledAt, returnedAt }] of operations.entries()) {
    entries.push({ at: calledAt, operation, isCall: true });
    if (Number.isFinite(returnedAt)) entries.push({ at: returnedAt, operation, isCall: false });
  }
  return entries.sort(
    (one, other) =>
      one.at - other.at || Number(other.isCall) - Number(one.isCall) || one.operation - other.operation,
  );
}
