/**
 * The study of cut links: single directions between members are cut for some seconds, and what becomes of the cluster is
 * watched: whether it serves while they are, how often it elects, and whether it is well when they are mended.
 *
 * What matters is the second half of the cut: by then whoever was cut off has noticed, and what goes on would go on for
 * ever.
 */

import { Role } from "@quorate/raft";
import type { MakeChecker } from "../check/checker.ts";
import type { Observation } from "../observe/observation.ts";
import type { Plan } from "../plan/plan.ts";
import { Simulation } from "../run/simulation.ts";
import type { Verdict } from "../run/verdict.ts";
import { type Left, leftBy } from "../scenario/link-subsets.ts";

/** What is studied. */
export type LinkCutOptions = {
  readonly members: number;
  /** Directions: `a>b`. */
  readonly cut: readonly string[];
  readonly seed: number;
  /** Checkers that look on; default none. */
  readonly checkers?: readonly MakeChecker[];
};

/** What came of one cut. */
export type LinkCut = {
  readonly members: number;
  readonly cut: readonly string[];
  readonly seed: number;
  readonly left: Left;
  /** Who led when the links were cut, and in the end of the cut (the one of the highest term); empty: nobody. */
  readonly leaders: readonly [before: string, after: string];
  /** Leaders elected in the first half of the cut, and in the second. */
  readonly elections: readonly [number, number];
  /** Terms that the cluster went through in the first half of the cut, and in the second. */
  readonly terms: readonly [number, number];
  /** Entries committed in the second half of the cut. */
  readonly committed: number;
  /** The longest time without an answer to a command, in milliseconds. */
  readonly unansweredMs: number;
  /** Of all invariants, and of the liveness phase after the links were mended. */
  readonly verdict: Verdict;
};

const cutAtMs = 1500;
const halfMs = 1500;
const cutMs = 2 * halfMs;
const mendedMs = 500;

/** The plan of one cut. */
export function linkCutPlan({ members, cut, seed }: LinkCutOptions): Plan {
  return {
    format: 1,
    name: `links cut: ${cut.join(", ")}`,
    seed,
    members,
    topology: "mesh",
    latency: { minUs: 200, meanUs: 500 },
    diskUs: { minUs: 500, meanUs: 1500 },
    settings: {},
    workload: {
      kind: "kv",
      clients: 2 * members,
      thinkMs: 100,
      keys: 4,
      parameters: {
        timeoutMs: 400,
        sessionsPercent: 0,
        shares: { get: 10, put: 80, cas: 5, delete: 5, scan: 0 },
      },
    },
    safetyMs: cutAtMs + cutMs + mendedMs,
    livenessMs: 60_000,
    contract: "safe",
    faults: [
      {
        id: "cut",
        atMs: cutAtMs,
        durationMs: cutMs,
        selector: { mode: "all" },
        kind: "x-link-cut",
        links: cut,
      },
    ],
  };
}

/** Runs it. The same options give the same figures. */
export async function studyLinkCut(options: LinkCutOptions): Promise<LinkCut> {
  const { members, cut, seed } = options;
  const plan = linkCutPlan(options);
  const simulation = new Simulation(plan, { checkers: options.checkers ?? [], searches: false });
  const watch = new CutWatch();
  simulation.world.witness.subscribe(watch.take);
  const { verdict, figures } = await simulation.run();
  const [first, second] = watch.halves;
  const nameOf = (node: number): string => simulation.world.nameOf(node);
  return {
    members,
    cut,
    seed,
    left: leftBy(members, cut),
    leaders: [nameOf(watch.leaderBefore), nameOf(watch.leaderAfter)],
    elections: [first.elections, second.elections],
    terms: [first.terms, second.terms],
    committed: second.committed,
    unansweredMs: figures.unansweredMs ?? plan.safetyMs,
    verdict,
  };
}

type Half = { elections: number; terms: number; committed: number };

/** Watches leaders, terms and commits while the links are cut. */
class CutWatch {
  readonly halves: readonly [Half, Half] = [
    { elections: 0, terms: 0, committed: 0 },
    { elections: 0, terms: 0, committed: 0 },
  ];
  leaderBefore = 0;
  leaderAfter = 0;
  private highestTerm = 0;
  private leaderTerm = 0;
  private committed = 0;

  readonly take = (observation: Observation): void => {
    if (observation.kind !== "raft" || observation.atUs >= (cutAtMs + cutMs) * 1000) return;
    const { atUs, node, event } = observation;
    const isCut = atUs >= cutAtMs * 1000;
    const half = this.halves[atUs < (cutAtMs + halfMs) * 1000 ? 0 : 1];
    if (event.term > this.highestTerm) {
      if (isCut) half.terms += event.term - this.highestTerm;
      this.highestTerm = event.term;
    }
    if (event.kind === "role-changed" && event.role === Role.leader) {
      if (isCut) half.elections++;
      if (event.term > this.leaderTerm) this.noteLeader(node, event.term, isCut);
    } else if (event.kind === "commit-advanced" && event.commit > this.committed) {
      if (isCut) half.committed += event.commit - this.committed;
      this.committed = event.commit;
    }
  };

  private noteLeader(node: number, term: number, isCut: boolean): void {
    this.leaderTerm = term;
    this.leaderAfter = node;
    if (!isCut) this.leaderBefore = node;
  }
}
