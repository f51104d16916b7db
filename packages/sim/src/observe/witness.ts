/**
 * The witness: gives what the wrappers saw its time and place, takes it into the run's hash, and hands it on.
 */

import type { NodeId } from "@quorate/raft";
import type { Observation, Observer, Seen } from "./observation.ts";
import { hashObservation, numberOf } from "./observation-hash.ts";
import { RunningHash } from "./running-hash.ts";

/** Sees something at a member. */
export type See = (seen: Seen) => void;

/** An observation while it is made. */
type Unplaced<Whole> = { -readonly [Field in keyof Whole]: Whole[Field] };

type Kind = Observation["kind"];

/** All about one kind, so that it takes one look-up. */
type KindRecord = {
  /** What stands for it in the hash. */
  readonly number: number;
  readonly observers: Observer[];
  count: number;
};

/** Someone who looks on; without `kinds` at everything. */
type Subscription = { readonly observer: Observer; readonly kinds: readonly Kind[] | null };

/** See the module. */
export class Witness {
  readonly hash = new RunningHash();
  private readonly nowUs: () => number;
  private readonly subscriptions: Subscription[] = [];
  private readonly records = new Map<Kind, KindRecord>();

  constructor(nowUs: () => number) {
    this.nowUs = nowUs;
  }

  /** Hands everything on from now on, or what is of these kinds, in the order of subscription. */
  subscribe(observer: Observer, kinds: readonly Kind[] | null = null): void {
    this.subscriptions.push({ observer, kinds });
    for (const [kind, { observers }] of this.records)
      if (kinds === null || kinds.includes(kind)) observers.push(observer);
  }

  /** What concerns a member; 0: nobody. The object becomes the observation: a copy of one of so many shapes is dear. */
  see(node: NodeId, seen: Seen): void {
    const observation = seen as Observation;
    const { kind } = observation;
    const record = this.records.get(kind) ?? this.begin(kind);
    const atUs = this.nowUs();
    const place: Unplaced<Observation> = observation;
    place.atUs = atUs;
    place.node = node;
    record.count++;
    this.hash.number(atUs);
    this.hash.number(node);
    this.hash.number(record.number);
    hashObservation(this.hash, observation);
    const { observers } = record;
    for (const observer of observers) observer(observation);
  }

  /** Observations so far. */
  get count(): number {
    let sum = 0;
    for (const { count } of this.records.values()) sum += count;
    return sum;
  }

  /** The same by kind. */
  get counts(): ReadonlyMap<Kind, number> {
    return new Map([...this.records].map(([kind, { count }]) => [kind, count]));
  }

  private begin(kind: Kind): KindRecord {
    const observers = this.subscriptions
      .filter(({ kinds }) => kinds === null || kinds.includes(kind))
      .map(({ observer }) => observer);
    const record = { number: numberOf(kind), observers, count: 0 };
    this.records.set(kind, record);
    return record;
  }
}
