/**
 * What is measured of a run, as plain data: it travels between processes, and is what `report.json` tells.
 *
 * Requests, recovery, lag, elections and messages are those of the safety phase. The time line goes on to the end of the
 * run. Times are milliseconds of virtual time from the beginning of the run, with fractions.
 */

/** Why a leader was lost. */
export type LossCause =
  | "killed"
  | "power lost"
  | "ended by itself"
  | "wiped"
  | "paused"
  | "stepped down"
  | "handed over"
  /** Another one led before it knew. */
  | "replaced";

/** A time without a leader that acknowledges writes. */
export type Outage = {
  /** When the leader was gone; of one that was cut off: the last moment at which a majority had answered it. */
  readonly lostAtMs: number;
  readonly cause: LossCause;
  /** Name of the leader that was lost. */
  readonly leader: string;
  /** When somebody led again; null: nobody did before the safety phase ended. */
  readonly ledAtMs: number | null;
  /** When the next write was acknowledged to its client; null: none was before the safety phase ended. */
  readonly recoveredAtMs: number | null;
};

/** Requests of clients by how they ended. */
export type RequestsMeasured = {
  readonly writes: number;
  readonly reads: number;
  readonly answered: number;
  /** Writes that certainly had no effect. */
  readonly refused: number;
  /** Writes of which nobody knows whether they had an effect; those that were open when the run ended among them. */
  readonly unknown: number;
  /** Reads without an answer. */
  readonly readsFailed: number;
  readonly writeMs: Spread;
  readonly readMs: Spread;
};

/** How values are spread. Of no values all are null but `count`. */
export type Spread = {
  readonly count: number;
  readonly mean: number | null;
  readonly p50: number | null;
  readonly p90: number | null;
  readonly p99: number | null;
  readonly max: number | null;
};

/** How far the state of running members is behind what is committed somewhere, looked at every 10 ms. */
export type LagMeasured = {
  readonly meanEntries: number;
  readonly maxEntries: number;
  /** Age of the oldest committed entry that a member has not applied. */
  readonly meanMs: number;
  readonly maxMs: number;
  /** Name of the member with `maxMs`; empty: nobody was behind. */
  readonly worst: string;
};

/** How leaders came about. */
export type ElectionsMeasured = {
  /** Terms in which anybody asked for votes. */
  readonly terms: number;
  /** Candidacies: a member asked for votes. */
  readonly candidacies: number;
  /** Most of one term. */
  readonly mostInTerm: number;
  /** Rounds in which a member asked whether it would get votes (pre-vote). */
  readonly preVotes: number;
  readonly leaders: number;
  /** Leaders but the first. */
  readonly leaderChanges: number;
};

/** Messages of one type that members handed to their transports. */
export type MessagesMeasured = {
  readonly type: string;
  readonly sent: number;
  /** What arrived, duplicates included. */
  readonly received: number;
  /** Bytes of what was sent, as queues count them: at least what goes over the wire. */
  readonly sentBytes: number;
};

/** What a member is at a time. */
export type LaneState = "starting" | "follower" | "pre-candidate" | "candidate" | "leader" | "down" | "gone";

/** From when to when; the end is not included. */
export type Span = { readonly fromMs: number; readonly toMs: number };

/** One member over time. */
export type Lane = {
  readonly member: string;
  readonly states: readonly (Span & { readonly state: LaneState; readonly term: number })[];
  readonly pauses: readonly Span[];
  /** What became of its process, and why. */
  readonly ends: readonly { readonly atMs: number; readonly what: string; readonly detail: string }[];
  /** When it asked for votes. */
  readonly candidaciesMs: readonly number[];
  /** Lag in entries, one value per `lagStepMs` of the time line (the most of each step); null: it was not running. */
  readonly lag: readonly (number | null)[];
};

/** A fault over time. */
export type FaultBar = Span & { readonly id: string; readonly kind: string; readonly whom: string };

/** Everything that the picture of a run needs. */
export type Timeline = {
  readonly endMs: number;
  /** When the liveness phase began; null: it did not. */
  readonly livenessMs: number | null;
  readonly lagStepMs: number;
  readonly lanes: readonly Lane[];
  readonly faults: readonly FaultBar[];
  /** Entries of the longest log at the end. */
  readonly committed: number;
};

/** See the module. */
export type RunMeasurement = {
  readonly safetyMs: number;
  readonly outages: readonly Outage[];
  readonly requests: RequestsMeasured;
  readonly lag: LagMeasured;
  readonly elections: ElectionsMeasured;
  readonly messages: readonly MessagesMeasured[];
  /** Null where nobody wants the picture: it is much larger than the figures. */
  readonly timeline: Timeline | null;
};

/** Milliseconds from each loss of a leader to the next acknowledged write, of those that came. */
export function recoveriesMs({ outages }: { readonly outages: readonly Outage[] }): readonly number[] {
  return outages.flatMap(({ lostAtMs, recoveredAtMs }) =>
    recoveredAtMs === null ? [] : [recoveredAtMs - lostAtMs],
  );
}
