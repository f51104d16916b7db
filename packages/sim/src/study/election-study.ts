/**
 * The election study: how long a cluster is without a leader when the leader is killed, in virtual time, after the
 * experiment of the Raft paper (§9.3, figure 16): five members, the leader killed again and again at random moments.
 *
 * A time counts from the kill to the first member that leads a later term, and, as what clients feel, to the first entry
 * that this leader commits. Nothing is faked but the surroundings: the production member on simulated machines with the
 * network and disks of one data centre.
 */

import { Role } from "@quorate/raft";
import type { MakeChecker } from "../check/checker.ts";
import type { Observation } from "../observe/observation.ts";
import type { Fault, Plan } from "../plan/plan.ts";
import { Simulation } from "../run/simulation.ts";
import type { Verdict } from "../run/verdict.ts";
import { RandomStreams } from "../world/random-streams.ts";

/** What is studied. */
export type ElectionStudyOptions = {
  /** Default 1. */
  readonly seed?: number;
  /** How often the leader is killed. Default 100. */
  readonly kills?: number;
  /** Default 5. */
  readonly members?: number;
  /** Checkers that look on; default none. */
  readonly checkers?: readonly MakeChecker[];
};

/** What was measured at each kill, in milliseconds. */
export type ElectionStudy = {
  readonly plan: Plan;
  readonly verdict: Verdict;
  /** From the kill until somebody led. */
  readonly electedMs: readonly number[];
  /** From the kill until that leader had committed something. */
  readonly servingMs: readonly number[];
  /** Leaders that were killed: fewer than planned if at some moment nobody led. */
  readonly kills: number;
  /** Kills after which nobody led before the next one, or the end. */
  readonly unanswered: number;
};

/** Between two kills: long enough that the one that was killed is back and has caught up. */
const everyMs = 2500;
const spreadMs = 500;
const downMs = 1000;
const settleMs = 2000;

/** The plan of a study. */
export function electionPlan({ seed = 1, kills = 100, members = 5 }: ElectionStudyOptions = {}): Plan {
  const random = new RandomStreams(seed).stream("election study");
  const faults = Array.from(
    { length: kills },
    (_, position): Fault => ({
      id: `kill ${position + 1}`,
      atMs: settleMs + position * everyMs + random.below(spreadMs),
      durationMs: downMs,
      selector: { mode: "x-role", value: "leader" },
      kind: "pod-kill",
      losesPower: false,
      keepsUnsyncedPercent: 0,
    }),
  );
  return {
    format: 1,
    name: "election study",
    seed,
    members,
    topology: "mesh",
    latency: { minUs: 100, meanUs: 300 },
    diskUs: { minUs: 200, meanUs: 1000 },
    // The timing is written out: the study is about these numbers, whatever the default is.
    settings: { timing: { heartbeatMs: 50, electionMinMs: 150, electionMaxMs: 300 } },
    workload: { kind: "kv", clients: 2, thinkMs: 100, keys: 4, parameters: {} },
    safetyMs: settleMs + kills * everyMs,
    livenessMs: 60_000,
    contract: "safe",
    faults,
  };
}

/** Runs it. The same options give the same numbers. */
export async function studyElections(options: ElectionStudyOptions = {}): Promise<ElectionStudy> {
  const plan = electionPlan(options);
  const simulation = new Simulation(plan, { checkers: options.checkers ?? [], searches: false });
  const watch = new ElectionWatch(plan.safetyMs * 1000);
  simulation.world.witness.subscribe(watch.take);
  const { verdict } = await simulation.run();
  const { electedMs, servingMs, kills } = watch;
  return { plan, verdict, electedMs, servingMs, kills, unanswered: kills - electedMs.length };
}

/** Watches kills and what follows. */
class ElectionWatch {
  readonly electedMs: number[] = [];
  readonly servingMs: number[] = [];
  kills = 0;
  private killedAtUs: number | null = null;
  private leader: number | null = null;
  private highestTerm = 0;
  private readonly untilUs: number;

  constructor(untilUs: number) {
    this.untilUs = untilUs;
  }

  readonly take = (observation: Observation): void => {
    const { atUs, node } = observation;
    // The liveness phase may kill as well; that is not part of the study.
    if (atUs >= this.untilUs) return;
    if (observation.kind === "life" && observation.what === "killed") {
      this.kills++;
      this.killedAtUs = atUs;
      this.leader = null;
    }
    if (observation.kind !== "raft") return;
    const { event } = observation;
    const isElected =
      event.kind === "role-changed" && event.role === Role.leader && event.term > this.highestTerm;
    if (isElected) {
      this.highestTerm = event.term;
      if (this.killedAtUs === null || this.leader !== null) return;
      this.leader = node;
      this.electedMs.push((atUs - this.killedAtUs) / 1000);
    } else if (event.kind === "commit-advanced" && node === this.leader && this.killedAtUs !== null) {
      this.servingMs.push((atUs - this.killedAtUs) / 1000);
      this.killedAtUs = null;
    }
  };
}
