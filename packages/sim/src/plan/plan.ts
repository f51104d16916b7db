/**
 * A plan: everything about a run but its random numbers. Data only; the words are those of Chaos Mesh where it has them.
 */

/** Who is meant. */
export type Selector =
  | { readonly mode: "one" | "all" }
  | { readonly mode: "fixed"; readonly value: number }
  | { readonly mode: "fixed-percent" | "random-max-percent"; readonly value: number }
  /** By role at the moment when the fault begins. */
  | { readonly mode: "x-role"; readonly value: "leader" | "follower" | "learner" }
  /** Jepsen's ways to choose. */
  | {
      readonly mode: "x-target";
      readonly value: "minority" | "majority" | "minority-third" | "majorities-ring" | "bridge" | "primaries";
    }
  | { readonly mode: "x-names"; readonly value: readonly string[] };

/** Which ways of the selected members are meant. */
export type Ways = {
  /** Which direction, seen from the selected members; default: both. */
  readonly direction?: "to" | "from" | "both";
  /** To or from whom; default: all others. */
  readonly target?: Selector;
};

/** What goes wrong. Times in milliseconds, shares in percent. */
export type FaultKind =
  | ({ readonly kind: "network-delay"; readonly latencyMs: number; readonly jitterMs: number } & Ways)
  | ({ readonly kind: "network-loss"; readonly percent: number } & Ways)
  | ({ readonly kind: "network-duplicate"; readonly percent: number } & Ways)
  | ({ readonly kind: "network-reorder"; readonly percent: number; readonly byMs: number } & Ways)
  | ({ readonly kind: "network-bandwidth"; readonly bytesPerSecond: number } & Ways)
  | {
      readonly kind: "network-partition";
      /** Which direction is cut, seen from the selected members. */
      readonly direction: "to" | "from" | "both";
      /** From whom; default: all others. */
      readonly target?: Selector;
    }
  /** Single directions, by names: over `a>b` nothing gets from a to b. Nobody is selected. */
  | { readonly kind: "x-link-cut"; readonly links: readonly string[] }
  | { readonly kind: "x-clog"; readonly target?: Selector }
  /** Snapshots on their way break off after so many bytes of the whole; everybody's, whoever is selected. */
  | { readonly kind: "x-snapshot-cut"; readonly atBytes: number }
  /** Snapshots that take off take so much longer, as large ones do; everybody's, whoever is selected. */
  | { readonly kind: "x-slow-snapshots"; readonly byMs: number }
  | { readonly kind: "pod-kill"; readonly losesPower: boolean; readonly keepsUnsyncedPercent: number }
  | { readonly kind: "pod-failure" }
  | { readonly kind: "x-restart-storm"; readonly everyMs: number }
  | { readonly kind: "x-wipe-and-rejoin" }
  | { readonly kind: "x-event-loop-pause" }
  | { readonly kind: "x-late-timers"; readonly upToMs: number }
  | { readonly kind: "io-latency"; readonly delayMs: number; readonly percent: number }
  | { readonly kind: "io-fault"; readonly errno: "EIO" | "ENOSPC"; readonly methods: readonly string[] }
  | { readonly kind: "x-io-stall" }
  | { readonly kind: "x-torn-write" }
  | { readonly kind: "x-lost-write" }
  | { readonly kind: "x-misdirected-write" }
  | { readonly kind: "x-fsync-lie" }
  | { readonly kind: "x-bit-rot"; readonly flips: number }
  | { readonly kind: "time-offset"; readonly offsetMs: number }
  | { readonly kind: "x-clock-drift"; readonly ppm: number }
  | { readonly kind: "x-clock-strobe"; readonly periodMs: number; readonly offsetMs: number }
  | { readonly kind: "x-membership"; readonly change: "add" | "remove" | "replace" | "promote" | "update" }
  | { readonly kind: "x-transfer-leadership" }
  | { readonly kind: "x-isolate" }
  /** Clients' calls get lost on their way to the members, or the answers on their way back. */
  | { readonly kind: "x-client-cut"; readonly direction: "to" | "from" | "both" }
  /** Clients' calls, and the answers to them, take so much longer. */
  | { readonly kind: "x-client-delay"; readonly latencyMs: number }
  /** A fault that somebody registered, by name. */
  | { readonly kind: "x-custom"; readonly name: string; readonly parameters: unknown };

/** One fault, and when. */
export type Fault = {
  readonly id: string;
  readonly atMs: number;
  /** How long; null: until the end of the safety phase. What happens in a moment (a kill) lasts until it is made good. */
  readonly durationMs: number | null;
  readonly selector: Selector;
} & FaultKind;

/** How the members are connected. */
export type Topology = "mesh" | "ring" | "star-of-stars";

/** What clients do. */
export type WorkloadPlan = {
  readonly kind: string;
  readonly clients: number;
  /** Mean time between a client's answers and its next call. */
  readonly thinkMs: number;
  readonly keys: number;
  readonly parameters: Readonly<Record<string, unknown>>;
};

/** What a run may come to: everything must hold; it may stop but not lie; beyond the model. See `contract.ts`. */
export type Contract = "safe" | "failstop" | "outOfModel";

/** Which assumption a plan breaks: that clocks drift apart within the margin, that a minority of disks is damaged. */
export type Beyond = "clock" | "disk";

/** See the module. */
export type Plan = {
  readonly format: 1;
  readonly name: string;
  readonly seed: number;
  readonly members: number;
  readonly topology: Topology;
  readonly latency: { readonly minUs: number; readonly meanUs: number };
  readonly diskUs: { readonly minUs: number; readonly meanUs: number };
  readonly settings: Readonly<Record<string, unknown>>;
  readonly workload: WorkloadPlan;
  readonly safetyMs: number;
  readonly livenessMs: number;
  readonly contract: Contract;
  /** Of a plan beyond the model, in what respects; default: in all. */
  readonly beyond?: readonly Beyond[];
  readonly faults: readonly Fault[];
};
