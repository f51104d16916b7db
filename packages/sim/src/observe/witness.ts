/**
 * The witness: gives what the wrappers saw its time and place, takes it into the run's hash, and hands it on.
 */

import type { NodeId } from "@quorate/raft";
import type { Observation, Observer, Seen } from "./observation.ts";
import { hashObservation } from "./observation-hash.ts";
import { RunningHash } from "./running-hash.ts";

/** Sees something at a member. */
export type See = (seen: Seen) => void;

/** See the module. */
export class Witness {
  readonly hash = new RunningHash();
  /** Observations so far. */
  count = 0;
  private readonly nowUs: () => number;
  private readonly observers: Observer[] = [];

  constructor(nowUs: () => number) {
    this.nowUs = nowUs;
  }

  /** Hands everything on from now on, in the order of subscription. */
  subscribe(observer: Observer): void {
    this.observers.push(observer);
  }

  /** What concerns a member; 0: nobody. */
  see(node: NodeId, seen: Seen): void {
    const observation: Observation = { ...seen, atUs: this.nowUs(), node };
    this.count++;
    hashObservation(this.hash, observation);
    for (const observer of this.observers) observer(observation);
  }
}
