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
  readonly members?: number;
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
