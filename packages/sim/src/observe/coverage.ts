/**
 * Coverage: how often each kind of thing happened. A campaign in which something never did has not tried it.
 */

import type { Observation } from "./observation.ts";

/** Names and counts. */
export type CoverageCounts = ReadonlyMap<string, number>;

/** See the module. */
export class Coverage {
  private readonly plain = new Map<string, number>();
  private readonly raft = new Map<string, number>();
  private readonly member = new Map<string, number>();
  private readonly store = new Map<string, number>();
  private readonly life = new Map<string, number>();
  private readonly faults = new Map<string, number>();

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
    const all = new Map<string, number>(this.plain);
    const named = {
      raft: this.raft,
      member: this.member,
      store: this.store,
      life: this.life,
      fault: this.faults,
    };
    for (const [name, counts] of Object.entries(named)) {
      for (const [kind, number] of counts) all.set(`${name} ${kind}`, number);
    }
    return all;
  }
}

function count(counts: Map<string, number>, kind: string): void {
  counts.set(kind, (counts.get(kind) ?? 0) + 1);
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
    ["compacted", "lease-removed", "restored"].map((kind) => `store ${kind}`),
  );
