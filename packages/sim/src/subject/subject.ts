/**
 * What a run is about: what its members replicate, and what clients do with it. The store with clients of keys, or a state
 * machine that somebody brought.
 */

import type { Member, MemberSeams, MemberSettings } from "@quorate/member";
import type { StoreMember } from "@quorate/member/store";
import type { Backend, StoreEvent } from "@quorate/store";
import type { See } from "../observe/witness.ts";
import type { WorkloadPlan } from "../plan/plan.ts";
import type { MachineSettings } from "../world/machine.ts";
import type { World } from "../world/world.ts";

/** A member that takes part. */
export type Running = {
  readonly member: Member<unknown>;
  /** Null: what it replicates is not the store. */
  readonly storeMember: StoreMember | null;
};

/** What a member is told, whatever it replicates. */
export type SubjectSettings = Omit<MachineSettings, "segmentBytes"> &
  Omit<MemberSettings<unknown>, "stateMachine">;

/** The seams of one life of a member. */
export type SubjectSeams = MemberSeams & {
  /** Opens the disk of a machine that keeps its own state; called at most once. */
  readonly attachBackend: () => Backend;
  readonly onStoreEvent: (event: StoreEvent) => void;
  readonly see: See;
  /** Milliseconds of the process that only rise. */
  readonly monotonicNowMs: () => number;
};

/** How a call ended; see `KvCall`. */
export type CallFate = "answered" | "unknown" | "refused";

/** What the search for a linearization came to. */
export type SearchResult = "ok" | "not searched" | "not finished";

/** What is wrong with answers, by which invariant, and when that showed. */
export type AnswerProblem = { readonly invariant: string; readonly atUs: number; readonly text: string };

/** Everybody who uses the cluster in a run. */
export type RunWorkload = {
  /** All calls, in the order in which they were made. */
  readonly calls: readonly {
    readonly client: number;
    readonly calledAtUs: number;
    readonly returnedAtUs: number;
    readonly fate: CallFate;
  }[];
  readonly search: SearchResult;
  start(): void;
  /** Makes no more calls; those under way may end. */
  stop(): void;
  /** Calls that ended so. */
  count(fate: CallFate): number;
  /** The first thing that is wrong with the answers, or null. `searches`: by a full search as well. */
  check(searches: boolean): AnswerProblem | null;
};

/** See the module. One serves one run. */
export type Subject = {
  /**
   * Starts a member on its seams, which it owns from now on.
   * @throws MemberError, and what the state machine throws
   */
  start(settings: SubjectSettings, seams: SubjectSeams): Promise<Running>;
  /** @throws RangeError for a workload of another subject */
  makeWorkload(world: World, plan: WorkloadPlan): RunWorkload;
  /** A write of the runner, in the liveness phase; `name` is the member's. False: it has to be tried again. */
  probe(running: Running, name: string, nowUs: number, timeoutMs: number): Promise<boolean>;
};
