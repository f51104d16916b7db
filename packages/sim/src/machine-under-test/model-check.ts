/**
 * D5: the machine does what its model says. The committed order is the witness: commands by their entries, queries behind
 * the last entry that they saw; the model goes along it once and every output must be one that it allows.
 */

import type { Model, Operation } from "../linearizability/history.ts";
import type { Observer } from "../observe/observation.ts";
import type { AnswerProblem } from "../subject/subject.ts";
import type { OperationCall } from "./operation-call.ts";
import { keyOf, shown } from "./result-text.ts";

/** A command that was applied. */
type Executed = {
  readonly index: number;
  readonly key: string;
  readonly output: unknown;
  readonly atUs: number;
};

/** Everything in the order of the log. */
export class ModelOrder {
  private readonly executed: Executed[] = [];
  /** Inputs of commands by their bytes; equal bytes are equal inputs. */
  private readonly inputs = new Map<string, unknown>();

  /** Takes an observation: the first member that gets to an entry speaks for all, since D3 compares them. */
  readonly take: Observer = (observation) => {
    if (observation.kind !== "machine-result") return;
    const { index, data, output, atUs } = observation;
    if (index > (this.executed.at(-1)?.index ?? 0))
      this.executed.push({ index, key: keyOf(data), output, atUs });
  };

  /** Tells which input a command's bytes are. */
  name(data: Uint8Array, input: unknown): void {
    this.inputs.set(keyOf(data), input);
  }

  /** The first output that the model does not allow, or null. */
  check(model: Model<unknown, unknown, unknown>, calls: readonly OperationCall[]): AnswerProblem | null {
    const states = new Map<string, unknown>();
    const step = (
      input: unknown,
      output: unknown,
    ): { readonly before: unknown; readonly isAllowed: boolean } => {
      const part = model.part?.(input) ?? "";
      const before = states.has(part) ? states.get(part) : model.initial;
      const after = model.step(before, input, output);
      states.set(part, after === undefined ? before : after);
      return { before, isAllowed: after !== undefined };
    };
    const queries = calls
      .filter(({ kind, fate }) => kind === "query" && fate === "answered")
      .toSorted((one, other) => one.index - other.index);
    let asked = 0;
    const askUpTo = (index: number): AnswerProblem | null => {
      for (let call = queries[asked]; call !== undefined && call.index < index; call = queries[++asked]) {
        const { before, isAllowed } = step(call.input, call.output);
        if (!isAllowed)
          return problem(call.returnedAtUs, `call ${call.number} after index ${call.index}`, call, before);
      }
      return null;
    };
    for (const { index, key, output, atUs } of this.executed) {
      const found = askUpTo(index);
      if (found !== null) return found;
      if (!this.inputs.has(key)) continue;
      const input = this.inputs.get(key);
      const { before, isAllowed } = step(input, output);
      if (!isAllowed) return problem(atUs, `the command at index ${index}`, { input, output }, before);
    }
    return askUpTo(Number.POSITIVE_INFINITY);
  }
}

function problem(
  atUs: number,
  name: string,
  { input, output }: { readonly input: unknown; readonly output: unknown },
  before: unknown,
): AnswerProblem {
  const text = `${name}, ${shown(input)}, gave ${shown(output)}; the model does not allow that in state ${shown(before)}`;
  return { invariant: "D5", atUs, text };
}

/** Calls as a history for the search: without serializable queries, and what did not happen or told nothing. */
export function historyOf(calls: readonly OperationCall[]): readonly Operation<unknown, unknown>[] {
  return calls
    .filter(
      ({ kind, fate }) =>
        fate !== "refused" && (kind === "command" || (kind === "query" && fate === "answered")),
    )
    .map(({ client, input, output, fate, calledAtUs, returnedAtUs }) => ({
      client,
      input,
      output: fate === "answered" ? output : null,
      calledAt: calledAtUs,
      returnedAt: fate === "answered" ? returnedAtUs : Number.POSITIVE_INFINITY,
    }));
}
