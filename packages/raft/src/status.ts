/**
 * Status: a member's state as data, for people, metrics and tests.
 */

import type { ProgressView } from "./progress.ts";
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
