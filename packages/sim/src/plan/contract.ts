/**
 * What a run owes, by the contract of its plan.
 *
 * - `safe`: everything. Faults stay within the model, so every invariant holds, nobody ends without a reason, and what is
 *   healed comes to rest.
 * - `failstop`: members may stop, the cluster may stand still (V1–V4 are not asked for), and nobody may lie: every invariant
 *   of safety holds, and every answer is right.
 * - `outOfModel`: the plan breaks an assumption, and says which. What rests on it is not owed; the rest is.
 */

import type { Beyond, Plan } from "./plan.ts";

/** See the module. */
export type Owed = {
  /** Whether an invariant must hold, by its id. */
  readonly invariant: (id: string) => boolean;
  /** Whether members may end without a reason that the world gave them. */
  readonly mayEnd: boolean;
  /** Whether the healed must come to rest. */
  readonly rest: boolean;
  /** Whether the answers of clients must be right, all together: once, in order, linearizable. */
  readonly answers: boolean;
};

const everything: Owed = { invariant: () => true, mayEnd: false, rest: true, answers: true };

/**
 * More log is lost than a minority's. Hard states are not (a lost vote is no fault that the world knows), so elections are what
 * they were, and with them which entry has which index and term: S1, S2, S8. What a process keeps by itself in one life, it
 * keeps: S3, S13, S14, N3. And damage that can be seen must be seen: S11. All else rests on what majorities remember.
 */
const owedWithoutDisks: ReadonlySet<string> = new Set([
  ...["S1", "S2", "S3", "S8", "S11", "S13", "S14"],
  "N3",
]);

const owedBeyond: { readonly [Kind in Beyond]: (plan: Plan) => Owed } = {
  /**
   * Clocks run apart by more than the margin of leases. No order of Raft's rests on time (Raft §2, §5.6), but lease reads do,
   * R3; with them on, no client can tell which of its reads are what they seem. Leases of keys are promised in proportion to
   * the drift, L1 and L2, so they stay owed; and when the clocks are right again the cluster must come to rest.
   */
  clock: ({ settings }) => ({
    ...everything,
    invariant: (id) => id !== "R3",
    answers: settings["leaseReads"] !== true,
  }),
  disk: () => ({
    invariant: (id) => owedWithoutDisks.has(id),
    mayEnd: true,
    rest: false,
    answers: false,
  }),
};

/** Everything that a plan may name. */
export const beyondKinds = Object.keys(owedBeyond) as readonly Beyond[];

/** What the run of a plan owes. */
export function owedBy(plan: Plan): Owed {
  switch (plan.contract) {
    case "safe":
      return everything;
    case "failstop":
      return { ...everything, invariant: (id) => !id.startsWith("V"), mayEnd: true, rest: false };
    case "outOfModel":
      return beyondOf(plan)
        .map((kind) => owedBeyond[kind](plan))
        .reduce(both, everything);
  }
}

/** Whether a plan goes beyond the model in this respect. One that does not say how far does in all. */
export function isBeyond(plan: Plan, kind: Beyond): boolean {
  return plan.contract === "outOfModel" && beyondOf(plan).includes(kind);
}

/** How fast a clock of a plan may drift at most, in parts per million. */
export function driftPpmOf({ faults }: Plan): number {
  return faults.reduce(
    (most, fault) => (fault.kind === "x-clock-drift" ? Math.max(most, Math.abs(fault.ppm)) : most),
    0,
  );
}

function beyondOf({ beyond }: Plan): readonly Beyond[] {
  return beyond ?? beyondKinds;
}

function both(one: Owed, other: Owed): Owed {
  return {
    invariant: (id) => one.invariant(id) && other.invariant(id),
    mayEnd: one.mayEnd || other.mayEnd,
    rest: one.rest && other.rest,
    answers: one.answers && other.answers,
  };
}
