/**
 * Shrinking: from a plan that fails, a smaller one that fails in the same way.
 *
 * Pieces are taken out and the plan is run again; what still breaks the same invariant is kept. Random numbers are drawn by
 * name, so what stays in draws what it drew before. Passes go from what takes away most to what takes away least, and begin
 * anew until a whole round gains nothing: then every single step left would lose the failure. Faults are reduced as in
 * delta debugging (Zeller and Hildebrandt 2002).
 */

import type { Plan } from "../plan/plan.ts";
import type { Verdict } from "../run/verdict.ts";
import { candidatesOf, type Pass, passes } from "./passes.ts";
import { reduceList } from "./reduce-list.ts";

/** How it is done. */
export type ShrinkOptions = {
  /** Runs a plan to its verdict, always the same for the same plan. */
  readonly run: (plan: Plan) => Promise<Verdict>;
  /** At most so many runs. Default 400. */
  readonly runsMax?: number;
  /** Told after every run. */
  readonly onProgress?: (progress: ShrinkProgress) => void;
};

/** Where a shrinking stands. */
export type ShrinkProgress = {
  readonly runs: number;
  readonly runsMax: number;
  /** The smallest plan so far. */
  readonly plan: Plan;
};

/** What came of it. */
export type Shrunk = {
  readonly plan: Plan;
  /** What that plan comes to. */
  readonly verdict: Verdict;
  readonly runs: number;
  /** Whether nothing more can be taken away; false: the runs were used up, or the failure cannot be shrunk. */
  readonly isMinimal: boolean;
};

const runsMaxDefault = 400;

/** Shrinks a plan whose run came to `verdict`. Passes, nondeterminism and unfinished checks stay as they are. */
export async function shrinkPlan(plan: Plan, verdict: Verdict, options: ShrinkOptions): Promise<Shrunk> {
  if (failureOf(verdict) === null) return { plan, verdict, runs: 0, isMinimal: false };
  const shrinking = new Shrinking(plan, verdict, options);
  const isMinimal = await shrinking.toTheEnd();
  return { plan: shrinking.plan, verdict: shrinking.verdict, runs: shrinking.runs, isMinimal };
}

/**
 * What makes two failures the same: the invariant; of a crash its message without numbers. Null: nothing that could be
 * looked for again in a single run.
 */
export function failureOf(verdict: Verdict): string | null {
  switch (verdict.kind) {
    case "violation":
    case "liveness":
      return `${verdict.kind} ${verdict.invariant}`;
    case "crash":
      return `crash ${(verdict.text.split("\n")[0] ?? "").replace(/\d+/g, "#")}`;
    default:
      return null;
  }
}

/** One shrinking under way. */
class Shrinking {
  plan: Plan;
  verdict: Verdict;
  runs = 0;
  private readonly failure: string | null;
  private readonly options: ShrinkOptions;
  private readonly runsMax: number;

  constructor(plan: Plan, verdict: Verdict, options: ShrinkOptions) {
    this.plan = plan;
    this.verdict = verdict;
    this.options = options;
    this.failure = failureOf(verdict);
    this.runsMax = options.runsMax ?? runsMaxDefault;
  }

  /** Rounds of all passes until one gains nothing; false: the runs are used up. */
  async toTheEnd(): Promise<boolean> {
    let gained = true;
    while (gained && !this.isUsedUp) {
      gained = await this.withFewerFaults();
      for (const pass of passes) gained = (await this.inPass(pass)) || gained;
    }
    return !this.isUsedUp;
  }

  private get isUsedUp(): boolean {
    return this.runs >= this.runsMax;
  }

  private async withFewerFaults(): Promise<boolean> {
    const before = this.plan.faults.length;
    await reduceList(this.plan.faults, (faults) => this.take({ ...this.plan, faults }));
    return this.plan.faults.length < before;
  }

  /** Tries what a pass proposes, and asks it again after every success. */
  private async inPass(pass: Pass): Promise<boolean> {
    let gained = false;
    for (let again = true; again; ) {
      again = false;
      for (const candidate of candidatesOf(pass, this.plan, this.verdict)) {
        if (!(await this.take(candidate))) continue;
        gained = true;
        again = true;
        break;
      }
    }
    return gained;
  }

  /** Runs a candidate; keeps it if it fails in the same way. */
  private async take(candidate: Plan): Promise<boolean> {
    if (this.isUsedUp) return false;
    this.runs++;
    const verdict = await this.options.run(candidate);
    const isSame = failureOf(verdict) === this.failure;
    if (isSame) {
      this.plan = candidate;
      this.verdict = verdict;
    }
    const { runs, runsMax, plan } = this;
    this.options.onProgress?.({ runs, runsMax, plan });
    return isSame;
  }
}
