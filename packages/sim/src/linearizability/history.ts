/**
 * Histories: what clients asked, when, and what they were told.
 */

/** One operation of one client. Times are any rising numbers; two that are equal count as overlapping. */
export type Operation<Input, Output> = {
  /** Who asked; a client has one operation under way at a time, unless an earlier one has no answer. */
  readonly client: number;
  readonly input: Input;
  /** What the client was told; null: nothing that counts, so it may have taken effect at any time since, or never. */
  readonly output: Output | null;
  readonly calledAt: number;
  /** When the answer came; Infinity if none that counts did. */
  readonly returnedAt: number;
};

/**
 * A sequential object: what an operation does and may answer when nothing runs beside it. States are values: `step` makes
 * a new one. An operation that certainly did not happen is to be left out of the history; a read without an answer too.
 */
export type Model<State, Input, Output> = {
  readonly name: string;
  readonly initial: State;
  /** The state after the operation, or undefined if it could not have answered this (null: any answer) in `state`. */
  step(state: State, input: Input, output: Output | null): State | undefined;
  /** Equal for equal states, different for different ones. */
  key(state: State): string;
  /** Objects that do not influence each other: operations with different parts are checked apart. */
  part?(input: Input): string;
  /** An operation in words, for people. */
  describe(input: Input, output: Output | null): string;
};
