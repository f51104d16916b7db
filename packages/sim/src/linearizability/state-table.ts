/**
 * States by number: each is kept once, and what a step does is computed once per state and operation.
 */

import type { Model, Operation } from "./history.ts";

const unknownStep = -2;
/** The operation cannot have happened in this state. */
export const impossible = -1;

/** See the module. */
export class StateTable<State, Input, Output> {
  private readonly model: Model<State, Input, Output>;
  private readonly operations: readonly Operation<Input, Output>[];
  private readonly numbers = new Map<string, number>();
  private readonly states: State[] = [];
  private readonly steps: Int32Array[] = [];

  constructor(model: Model<State, Input, Output>, operations: readonly Operation<Input, Output>[]) {
    this.model = model;
    this.operations = operations;
    this.intern(model.initial);
  }

  /** The number of the state after an operation, or {@link impossible}. State 0 is the initial one. */
  step(state: number, operation: number): number {
    const known = this.steps[state] as Int32Array;
    const before = known[operation] as number;
    if (before !== unknownStep) return before;
    const { input, output } = this.operations[operation] as Operation<Input, Output>;
    const next = this.model.step(this.states[state] as State, input, output);
    const number = next === undefined ? impossible : this.intern(next);
    known[operation] = number;
    return number;
  }

  private intern(state: State): number {
    const key = this.model.key(state);
    const known = this.numbers.get(key);
    if (known !== undefined) return known;
    const number = this.states.length;
    this.numbers.set(key, number);
    this.states.push(state);
    this.steps.push(new Int32Array(this.operations.length).fill(unknownStep));
    return number;
  }
}
