/**
 * One run: the safety phase with its faults, the liveness phase, and the verdict.
 */

import type { MakeChecker } from "../check/checker.ts";
import { Coverage, type CoverageCounts } from "../observe/coverage.ts";
import type { Plan } from "../plan/plan.ts";
import { type SearchResult, Workload } from "../workload/workload.ts";
import { World } from "../world/world.ts";
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
  readonly faults: number;
  readonly committed: number;
  readonly envelopes: number;
};

/** How fast a clock of a plan may drift at most. */
function driftOf({ faults }: Plan): number {
  return faults.reduce(
    (most, fault) => (fault.kind === "x-clock-drift" ? Math.max(most, Math.abs(fault.ppm)) : most),
    0,
  );
}

/** What a member owes even beyond the model: never to take for its own what its disk made up. */
const owedAlways: ReadonlySet<string> = new Set(["S11"]);

/** The checkers that a plan's contract asks for. */
function checkersOf({ contract }: Plan, checkers: readonly MakeChecker[]): readonly MakeChecker[] {
  if (contract === "safe") return checkers;
  return checkers.filter((make) => {
    const { id } = make();
    return contract === "failstop" ? !id.startsWith("V") : owedAlways.has(id);
  });
}

/** Of so many seeds one is searched in full. */
const searchedSeeds = 16;

/** See the module. */
export class Simulation {
  readonly world: World;
  readonly referee: Referee;
  private readonly plan: Plan;
  private readonly options: RunOptions;
  private readonly coverage = new Coverage();
  private readonly workload: Workload;
  private readonly faults: FaultDriver;

  constructor(plan: Plan, options: RunOptions) {
    this.plan = plan;
    this.options = options;
    this.world = new World(plan);
    this.faults = new FaultDriver(this.world, options.customFaults);
    this.referee = new Referee(checkersOf(plan, options.checkers), this.world.ghost, {
      nameOf: (node) => this.world.nameOf(node),
      mayEnd: plan.contract !== "safe",
    });
    this.world.witness.subscribe(this.referee.take);
    this.world.witness.subscribe(this.coverage.take);
    this.workload = new Workload(this.world, plan.workload);
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
        faults: this.faults.begun,
        committed: world.ghost.lastCommitted,
        envelopes: world.network.sent,
      },
      coverage: this.coverage.counts,
    };
  }

  private async judge(): Promise<Verdict> {
    const { world, plan, referee } = this;
    const leaseReads = world.settings.leaseReads ?? false;
    world.witness.see(0, { kind: "setup", leaseReads, driftPpm: driftOf(plan) });
    world.start();
    this.faults.start();
    this.workload.start();
    await world.time.run(plan.safetyMs * 1000, () => referee.verdict !== null);
    if (referee.verdict !== null) return referee.verdict;
    this.faults.end();
    this.workload.stop();
    const liveness = new LivenessPhase(world);
    if (liveness.begin()) {
      const untilUs = world.time.nowUs + plan.livenessMs * 1000;
      const isDone = await world.time.run(untilUs, () => referee.verdict !== null || liveness.isDone);
      world.witness.see(0, { kind: "liveness-ended" });
      if (referee.verdict !== null) return referee.verdict;
      if (!isDone && plan.contract === "safe") return liveness.findings();
    }
    return this.checkAnswers();
  }

  private checkAnswers(): Verdict {
    if (this.plan.contract === "outOfModel") return { kind: "pass" };
    const searches = this.options.searches ?? this.plan.seed % searchedSeeds === 0;
    const problem = this.workload.check(searches);
    return problem === null ? { kind: "pass" } : { kind: "violation", node: "", ...problem };
  }
}
