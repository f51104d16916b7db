/**
 * One run: the safety phase with its faults, the liveness phase, and the verdict.
 */

import type { MakeChecker } from "../check/checker.ts";
import { AnswerGap } from "../observe/answer-gap.ts";
import { Coverage, type CoverageCounts } from "../observe/coverage.ts";
import { driftPpmOf, type Owed, owedBy } from "../plan/contract.ts";
import type { Plan } from "../plan/plan.ts";
import { storeSubject } from "../subject/store-subject.ts";
import type { RunWorkload, SearchResult, Subject } from "../subject/subject.ts";
import { World } from "../world/world.ts";
import { CustomUsers, type MakeCustomUser } from "./custom-users.ts";
import { type CustomFaults, FaultDriver } from "./fault-driver.ts";
import { LivenessPhase } from "./liveness.ts";
import { Referee } from "./referee.ts";
import type { Verdict } from "./verdict.ts";

/** How a run is looked at. */
export type RunOptions = {
  readonly checkers: readonly MakeChecker[];
  /** Whether histories are searched in full besides being compared with the committed order. Default: one seed in 16. */
  readonly searches?: boolean;
  /** Faults that plans may name. */
  readonly customFaults?: CustomFaults;
  /** Users of the cluster that plans may name besides the workload's own. */
  readonly customUsers?: Readonly<Record<string, MakeCustomUser>>;
  /** What the run is about; default: the store. */
  readonly makeSubject?: () => Subject;
};

/** What a run came to. */
export type RunReport = {
  readonly verdict: Verdict;
  /** Of everything that was seen, in order. */
  readonly hash: number;
  readonly virtualUs: number;
  readonly figures: RunFigures;
  /** How often what happened. */
  readonly coverage: CoverageCounts;
};

/** How much happened. */
export type RunFigures = {
  readonly entries: number;
  readonly observations: number;
  readonly calls: number;
  readonly answered: number;
  readonly unknown: number;
  readonly search: SearchResult;
  /** The longest time of the safety phase in which no command of anybody was answered, from the first answer on. */
  readonly unansweredMs: number | null;
  readonly faults: number;
  readonly committed: number;
  readonly envelopes: number;
  /** Whether the healed were asked to come to rest; `impossible`: too much was lost for ever, nobody could be. */
  readonly liveness: "not reached" | "impossible" | "asked";
};

/** Of so many seeds one is searched in full. */
const searchedSeeds = 16;

/** See the module. */
export class Simulation {
  readonly world: World;
  readonly referee: Referee;
  private readonly plan: Plan;
  private readonly options: RunOptions;
  private readonly owed: Owed;
  private readonly coverage: Coverage;
  private readonly gap: AnswerGap;
  private readonly workload: RunWorkload;
  private readonly users: CustomUsers;
  private readonly faults: FaultDriver;
  private liveness: RunFigures["liveness"] = "not reached";

  constructor(plan: Plan, options: RunOptions) {
    this.plan = plan;
    this.options = options;
    this.world = new World(plan, options.makeSubject?.() ?? storeSubject);
    this.gap = new AnswerGap(plan.safetyMs * 1000);
    this.faults = new FaultDriver(this.world, options.customFaults);
    this.owed = owedBy(plan);
    this.referee = new Referee(options.checkers, this.world.ghost, {
      nameOf: (node) => this.world.nameOf(node),
      owed: this.owed,
    });
    this.world.witness.subscribe(this.referee.take);
    this.coverage = new Coverage(this.world.witness);
    this.world.witness.subscribe(this.gap.take, ["command-answered"]);
    this.workload = this.world.subject.makeWorkload(this.world, plan.workload);
    this.users = new CustomUsers(this.world, plan.workload, options.customUsers);
  }

  /** Runs it. */
  async run(): Promise<RunReport> {
    return this.report(await this.judge());
  }

  /** What happened so far, under a verdict. */
  report(verdict: Verdict): RunReport {
    const { world, workload } = this;
    return {
      verdict,
      hash: world.witness.hash.value,
      virtualUs: world.time.nowUs,
      figures: {
        entries: world.time.steps,
        observations: world.witness.count,
        calls: workload.calls.length,
        answered: workload.count("answered"),
        unknown: workload.count("unknown"),
        search: workload.search,
        unansweredMs: this.gap.longestMs(world.time.nowUs),
        faults: this.faults.begun,
        committed: world.ghost.lastCommitted,
        envelopes: world.network.sent,
        liveness: this.liveness,
      },
      coverage: this.coverage.counts,
    };
  }

  private async judge(): Promise<Verdict> {
    const { world, plan, referee } = this;
    const leaseReads = world.settings.leaseReads ?? false;
    world.witness.see(0, { kind: "setup", leaseReads, driftPpm: driftPpmOf(plan) });
    world.start();
    this.faults.start();
    this.workload.start();
    this.users.start();
    await world.time.run(plan.safetyMs * 1000, () => referee.verdict !== null);
    if (referee.verdict !== null) return referee.verdict;
    this.faults.end();
    this.workload.stop();
    this.users.stop();
    const liveness = new LivenessPhase(world);
    this.liveness = liveness.begin() ? "asked" : "impossible";
    if (this.liveness === "asked") {
      const untilUs = world.time.nowUs + plan.livenessMs * 1000;
      const isDone = await world.time.run(untilUs, () => referee.verdict !== null || liveness.isDone);
      world.witness.see(0, { kind: "liveness-ended" });
      if (referee.verdict !== null) return referee.verdict;
      if (!isDone && this.owed.rest) return liveness.findings();
    }
    return this.checkAnswers();
  }

  private checkAnswers(): Verdict {
    if (!this.owed.answers) return { kind: "pass" };
    const searches = this.options.searches ?? this.plan.seed % searchedSeeds === 0;
    const problem = this.workload.check(searches) ?? this.users.check();
    return problem === null ? { kind: "pass" } : { kind: "violation", node: "", ...problem };
  }
}
