/**
 * Checkers: one invariant each, asked at every observation, before the ghost takes it in.
 */

import type { Ghost } from "../observe/ghost.ts";
import type { Observation } from "../observe/observation.ts";

/** Looks at an observation; returns what is wrong, or null. Keeps its own memory and changes nothing else. */
export type Checker = {
  /** The invariant's id in the book: `S1`. */
  readonly id: string;
  /** In a few words, for reports. */
  readonly title: string;
  /** What it wants to see; default: everything. */
  readonly kinds?: readonly Observation["kind"][];
  see(observation: Observation, ghost: Ghost): string | null;
};

/** Makes a checker for one run. */
export type MakeChecker = () => Checker;
