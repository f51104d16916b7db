/**
 * Coverage: how often each kind of thing happened. A campaign in which something never did has not tried it.
 */

import type { Observation } from "./observation.ts";

/** Names and counts. */
export type CoverageCounts = ReadonlyMap<string, number>;

/** Counted in place: it is done for every observation. */
type Counts = Map<string, { number: number }>;

/** See the module. */
export class Coverage {
  private readonly plain: Counts = new Map();
  private readonly raft: Counts = new Map();
  private readonly member: Counts = new Map();
  private readonly store: Counts = new Map();
  private readonly life: Counts = new Map();
  private readonly faults: Counts = new Map();

  /** Takes an observation. */
  readonly take = (observation: Observation): void => {
    switch (observation.kind) {
      case "raft":
        count(this.raft, observation.event.kind);
        break;
      case "member":
        count(this.member, observation.event.kind);
        break;
      case "store":
        count(this.store, observation.event.kind);
        break;
      case "life":
        count(this.life, observation.what);
        break;
      case "fault":
        if (observation.on) count(this.faults, observation.what);
        break;
      default:
        count(this.plain, observation.kind);
    }
  };

  /** All of it, by names such as `raft campaign-started`. */
  get counts(): CoverageCounts {
    const all = new Map<string, number>();
    for (const [kind, { number }] of this.plain) all.set(kind, number);
    const named = {
      raft: this.raft,
      member: this.member,
      store: this.store,
      life: this.life,
      fault: this.faults,
    };
    for (const [name, counts] of Object.entries(named)) {
      for (const [kind, { number }] of counts) all.set(`${name} ${kind}`, number);
    }
    return all;
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
