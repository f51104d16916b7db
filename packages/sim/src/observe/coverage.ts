/**
 * Coverage: how often each kind of thing happened. A campaign in which something never did has not tried it.
 */

import type { Observation } from "./observation.ts";
import type { Witness } from "./witness.ts";

/** Names and counts. */
export type CoverageCounts = ReadonlyMap<string, number>;

/** Counted in place: it is done for every observation. */
type Counts = Map<string, { number: number }>;

const namedKinds = ["raft", "member", "store", "life", "fault"] as const;

/** See the module. Kinds of observations are counted by the witness anyway; this counts what is inside of some. */
export class Coverage {
  private readonly witness: Witness;
  private readonly inside: Readonly<Record<(typeof namedKinds)[number], Counts>> = {
    raft: new Map(),
    member: new Map(),
    store: new Map(),
    life: new Map(),
    fault: new Map(),
  };

  constructor(witness: Witness) {
    this.witness = witness;
    witness.subscribe((observation) => this.take(observation), namedKinds);
  }

  /** All of it, by names such as `raft campaign-started`. */
  get counts(): CoverageCounts {
    const all = new Map<string, number>(this.witness.counts);
    for (const name of namedKinds) {
      all.delete(name);
      for (const [kind, { number }] of this.inside[name]) all.set(`${name} ${kind}`, number);
    }
    return all;
  }

  private take(observation: Observation): void {
    const { raft, member, store, life, fault } = this.inside;
    switch (observation.kind) {
      case "raft":
        count(raft, observation.event.kind);
        break;
      case "member":
        count(member, observation.event.kind);
        break;
      case "store":
        count(store, observation.event.kind);
        break;
      case "life":
        count(life, observation.what);
        break;
      case "fault":
        if (observation.on) count(fault, observation.what);
        break;
      default:
        break;
    }
  }
}

function count(counts: Counts, kind: string): void {
  const known = counts.get(kind);
  if (known === undefined) counts.set(kind, { number: 1 });
  else known.number++;
}

/** What a campaign should have seen, besides every kind of fault; what is missing was not tried. */
export const expectedMarks: readonly string[] = [
  ...["campaign-started", "vote-refused", "conflict-found", "unstable-truncated", "append-refused"],
  ...["stepped-down", "log-restored", "snapshot-sent", "transfer-started", "auto-leave", "read-dropped"],
]
  .map((kind) => `raft ${kind}`)
  .concat(
    ["paused", "disk-stalled", "quorum-lost", "snapshot-restored", "light-snapshot", "log-compacted"].map(
      (kind) => `member ${kind}`,
    ),
    ["ended", "killed", "crashed", "paused", "wiped"].map((what) => `life ${what}`),
    ["compacted", "lease-removed", "restored", "auth-changed"].map((kind) => `store ${kind}`),
  );
