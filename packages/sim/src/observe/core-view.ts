/**
 * A look into a running core, for observers: what it holds at this moment.
 */

import type { Member } from "@quorate/member";
import type { CoreView, NodeId } from "@quorate/raft";

/** Gives the view of a member, or null while it does not run. */
export type Inspect = (node: NodeId) => CoreView | null;

/** The view of a running member. Its `applied` is what the state machine has, which the core hears of a little later. */
export function viewMember(member: Member<unknown>): CoreView {
  const core = member.inspect();
  return {
    id: core.id,
    get term() {
      return core.term;
    },
    get role() {
      return core.role;
    },
    get lead() {
      return core.lead;
    },
    get commit() {
      return core.commit;
    },
    get applied() {
      return member.appliedIndex;
    },
    get firstIndex() {
      return core.firstIndex;
    },
    get lastIndex() {
      return core.lastIndex;
    },
    get config() {
      return core.config;
    },
    entries: (lo, hi) => core.entries(lo, hi),
  };
}
