/**
 * What the benchmark's parent process asks of the processes that each run one member.
 */

import type { Consistency } from "@quorate/member";
import type { Percentiles } from "./percentiles.ts";
import type { SelfTime } from "./profile.ts";

/** Which member to run, and where. */
export type Placing = {
  readonly name: string;
  readonly peers: Readonly<Record<string, string>>;
  readonly dataDir: string;
};

/** The state of one member. */
export type View = {
  readonly isLeader: boolean;
  readonly term: number;
  readonly commit: number;
  readonly applied: number;
  /** Lowest index that is known to be durable at every voter; null unless it leads. */
  readonly matchMin: number | null;
};

/** Counters of one process since its start. */
export type Usage = { readonly cpuMicros: number; readonly diskWrites: number; readonly diskEntries: number };

/** What a load does: propose, or read in one of the modes. */
export type LoadKind = "propose" | Consistency;

/** A closed loop: `inFlight` callers, each of which calls again when it has its answer. */
export type Load = {
  readonly kind: LoadKind;
  readonly inFlight: number;
  readonly durationMs: number;
  readonly payloadBytes: number;
};

/** What came of a load. */
export type LoadFigures = {
  readonly perSecond: number;
  readonly latencyMs: Percentiles;
  readonly failures: number;
  /** The last failure's message, or empty. */
  readonly failure: string;
};

/** The first write that a client got accepted under a new leader. */
export type FirstWrite = {
  /** By the monotonic clock that all processes of a machine share; decimal nanoseconds. */
  readonly acceptedAtNs: string;
  readonly term: number;
  readonly attempts: number;
  /** When this member knew of the new leader, by the same clock; empty if it did not notice. */
  readonly ledAtNs: string;
  /** Upper end of the window from which this member draws its election timeout; it follows slow links and disks. */
  readonly windowHighMs: number;
  /** How long this process was held up during the search, in the turns that noticed. */
  readonly pausedMs: number;
};

/** Everything that can be asked. */
export type Procedures = {
  start(placing: Placing): View;
  view(nothing: null): View;
  usage(nothing: null): Usage;
  load(load: Load): LoadFigures;
  seek(search: { readonly afterTerm: number; readonly payloadBytes: number }): FirstWrite;
  profileStart(nothing: null): null;
  profileStop(target: { readonly file: string }): readonly SelfTime[];
  stop(nothing: null): null;
};
export type Procedure = keyof Procedures;
export type ArgumentOf<Name extends Procedure> = Parameters<Procedures[Name]>[0];
export type AnswerOf<Name extends Procedure> = ReturnType<Procedures[Name]>;

/** From parent to child. */
export type Call = { readonly id: number; readonly procedure: Procedure; readonly argument: unknown };
/** From child to parent. */
export type Answer = { readonly id: number; readonly value: unknown; readonly error: string | null };
