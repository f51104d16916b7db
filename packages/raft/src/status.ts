/**
 * Status: a member's state as data, for people, metrics and tests.
 */

import type { ProgressView } from "./progress.ts";
import type { Raft } from "./raft.ts";
import type { ConfState, NodeId } from "./snapshot.ts";
import type { HardState, SoftState } from "./state.ts";

/** A snapshot of everything worth knowing. Costs one object per member on a leader. */
export type Status = HardState &
  SoftState & {
    readonly id: NodeId;
    readonly applied: number;
    readonly lastIndex: number;
    readonly config: ConfState;
    /** The member to which leadership is being transferred, or 0. */
    readonly transferee: NodeId;
    /** Every member's progress, by rising id; empty unless this member leads. */
    readonly progress: ReadonlyMap<NodeId, ProgressView>;
  };

/** The status of a core. */
export function statusOf(raft: Raft): Status {
  const progress = new Map<NodeId, ProgressView>();
  if (raft.lead === raft.id) {
    for (const [id, known] of raft.membership.progress) progress.set(id, known.view());
  }
  return {
    id: raft.id,
    term: raft.term,
    vote: raft.vote,
    commit: raft.log.committed,
    lead: raft.lead,
    role: raft.role,
    applied: raft.log.applied,
    lastIndex: raft.log.lastIndex(),
    config: raft.membership.config,
    transferee: raft.transferee,
    progress,
  };
}
