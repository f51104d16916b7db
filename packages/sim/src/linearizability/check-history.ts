/**
 * Checks a history for linearizability (Herlihy and Wing 1990), part by part.
 *
 * Every part gets a small budget of steps, then all that are still open a larger one, round after round: one part that is
 * hard must not keep another from showing that the history is wrong. When the whole budget is used up the verdict is
 * `unknown`, never `ok`.
 */

import type { Model, Operation } from "./history.ts";
import { type Evidence, Search, type Verdict } from "./search.ts";

/** What a check found. */
export type HistoryReport = {
  readonly verdict: Verdict;
  /** The part that is wrong or was not decided; null if all are right. */
  readonly part: string | null;
  /** Of that part: its operations as positions in the history, and how far the search came (positions in this list). */
  readonly positions: readonly number[];
  readonly evidence: Evidence;
  readonly configurations: number;
};

export type CheckOptions = {
  /** Steps for all parts together; default 200 million. */
  readonly stepsMax?: number;
};

const firstRoundSteps = 10_000;
const roundFactor = 4;
const nothing: Evidence = { longest: [], culprit: -1 };

/** See the module. */
export function checkHistory<State, Input, Output>(
  model: Model<State, Input, Output>,
  history: readonly Operation<Input, Output>[],
  options: CheckOptions = {},
): HistoryReport {
  let left = options.stepsMax ?? 200_000_000;
  let open = partsOf(model, history).map(({ name, positions }) => ({
    name,
    positions,
    search: new Search(
      model,
      positions.map((position) => history[position] as Operation<Input, Output>),
    ),
  }));
  let configurations = 0;
  for (let steps = firstRoundSteps; open.length > 0; steps *= roundFactor) {
    const undecided: typeof open = [];
    for (const part of open) {
      const before = part.search.configurations;
      const budget = Math.min(steps, left);
      const verdict = part.search.run(budget);
      left -= budget;
      configurations += part.search.configurations - before;
      if (verdict === "bad" || (verdict === "unknown" && left <= 0)) {
        const { name, positions, search } = part;
        return { verdict, part: name, positions, evidence: search.evidence, configurations };
      }
      if (verdict === "unknown") undecided.push(part);
    }
    open = undecided;
  }
  return { verdict: "ok", part: null, positions: [], evidence: nothing, configurations };
}

function partsOf<State, Input, Output>(
  model: Model<State, Input, Output>,
  history: readonly Operation<Input, Output>[],
): readonly { readonly name: string; readonly positions: readonly number[] }[] {
  const parts = new Map<string, number[]>();
  for (const [position, { input }] of history.entries()) {
    const name = model.part?.(input) ?? "";
    const part = parts.get(name);
    if (part === undefined) parts.set(name, [position]);
    else part.push(position);
  }
  return [...parts].map(([name, positions]) => ({ name, positions }));
}
