import type { Checker } from "./checker.ts";
import { makeFreshness } from "./freshness.ts";

/**
 * R1: a linearizable read sees everything that was acknowledged to anybody before it was called (Herlihy and Wing 1990;
 * thesis §6.4). Revisions stand for states.
 */
export function makeR1(): Checker {
  return {
    id: "R1",
    title: "linearizable read",
    ...makeFreshness((read, leaseReads) => read === "linearizable" && !leaseReads),
  };
}
