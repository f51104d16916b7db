/**
 * A store member's state in figures, for Status, health checks and metrics.
 */

import { none } from "@quorate/raft";
import type { Alarm, Outcome, Store } from "@quorate/store";
import type { Member } from "../member.ts";

/** A member's state, for Status and metrics. */
export type StoreStatus = {
  readonly term: number;
  /** 0 while none is known. */
  readonly lead: number;
  readonly commitIndex: number;
  readonly appliedIndex: number;
  readonly durableIndex: number;
  readonly revision: number;
  /** −1 before the first compaction. */
  readonly compactRevision: number;
  readonly dbSizeBytes: number;
  readonly dbInUseBytes: number;
  readonly isLearner: boolean;
  readonly isLeader: boolean;
  readonly hasLeader: boolean;
  readonly alarms: readonly Alarm[];
  readonly leases: number;
  readonly watches: number;
};

/** Puts it together. */
export function describeStore(member: Member<Outcome>, store: Store, watches: number): StoreStatus {
  const { id, term, lead, commitIndex, appliedIndex, isLeader } = member;
  const { totalBytes, inUseBytes } = store.sizes();
  return {
    term,
    lead,
    commitIndex,
    appliedIndex,
    durableIndex: store.durableIndex(),
    revision: store.revision,
    compactRevision: store.compactRevision,
    dbSizeBytes: totalBytes,
    dbInUseBytes: inUseBytes,
    isLearner: member.status().config.learners.includes(id),
    isLeader,
    hasLeader: lead !== none,
    alarms: store.alarms,
    leases: store.leases.size,
    watches,
  };
}
