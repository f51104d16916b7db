/**
 * The witness: gives what the wrappers saw its time and place, takes it into the run's hash, and hands it on.
 */

import type { NodeId } from "@quorate/raft";
import type { Observation, Observer, Seen } from "./observation.ts";
import { hashObservation } from "./observation-hash.ts";
import { RunningHash } from "./running-hash.ts";

/** Sees something at a member. */
export type See = (seen: Seen) => void;

/** An observation while it is made. */
type Unplaced<Whole> = { -readonly [Field in keyof Whole]: Whole[Field] };

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

  /** What concerns a member; 0: nobody. The object becomes the observation: a copy of one of so many shapes is dear. */
  see(node: NodeId, seen: Seen): void {
    const observation = seen as Observation;
    const place: Unplaced<Observation> = observation;
    place.atUs = this.nowUs();
    place.node = node;
    this.count++;
    hashObservation(this.hash, observation);
    for (const observer of this.observers) observer(observation);
  }
}
