/**
 * What somebody asked of `quorate sim`.
 */

/** Options as the parser gives them. */
export type SimOptions = {
  readonly seed?: number;
  /** Both included. */
  readonly seeds?: readonly [number, number];
  readonly minutes?: number;
  readonly scenario?: string;
  readonly list?: boolean;
  readonly electionStudy?: boolean;
  /** Modules of somebody's own; see `load-experiment.ts`. */
  readonly stateMachine?: string;
  readonly workload?: string;
  readonly plugin?: readonly string[];
  readonly members?: number;
  /** Processes; default: one per core, at most 8, and one for one seed. */
  readonly jobs?: number;
  /** A run of a campaign that has not ended after so many seconds of real time is a crash. */
  readonly runTimeout: number;
  /** What plans are directed at; `none`: at nothing in particular. Default: half of them, drawn. */
  readonly flavour?: string;
  /** Where reports are written; default: nowhere. */
  readonly report?: string;
  /** False with `--no-faults`. */
  readonly faults: boolean;
  readonly twice?: boolean;
  readonly search?: boolean;
  readonly keepGoing?: boolean;
  /** False with `--no-shrink`. */
  readonly shrink: boolean;
  readonly shrinkRuns: number;
  readonly out: string;
  readonly coverage?: boolean;
  readonly kills: number;
};
