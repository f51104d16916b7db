/**
 * A look into a running core, for observers: what it holds at this moment.
 */

import type { Member } from "@quorate/member";
import type { ConfState, CoreView, Entry, NodeId, Role } from "@quorate/raft";

/** Gives the view of a member, or null while it does not run. */
export type Inspect = (node: NodeId) => CoreView | null;

/** The view of a running member. Its `applied` is what the state machine has, which the core hears of a little later. */
export function viewMember(member: Member<unknown>): CoreView {
  return new MemberView(member);
}

/** A class, since objects with accessors of their own share no shape: it is asked at every observation. */
class MemberView implements CoreView {
  readonly id: NodeId;
  private readonly member: Member<unknown>;
  private readonly core: CoreView;

  constructor(member: Member<unknown>) {
    this.member = member;
    this.core = member.inspect();
    this.id = this.core.id;
  }

  get term(): number {
    return this.core.term;
  }

  get role(): Role {
    return this.core.role;
  }

  get lead(): NodeId {
    return this.core.lead;
  }

  get commit(): number {
    return this.core.commit;
  }

  get applied(): number {
    return this.member.appliedIndex;
  }

  get firstIndex(): number {
    return this.core.firstIndex;
  }

  get lastIndex(): number {
    return this.core.lastIndex;
  }

  get config(): ConfState {
    return this.core.config;
  }

  entries(lo: number, hi: number): readonly Entry[] {
    return this.core.entries(lo, hi);
  }
}
