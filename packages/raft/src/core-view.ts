/**
 * A look into a running core, for observers: tests and simulators that compare members with each other. It shows what is
 * there at the moment of the look, copies nothing, and changes nothing.
 */

import { unlimited } from "./config.ts";
import { type Entry, noEntries } from "./entry.ts";
import type { Raft } from "./raft.ts";
import type { ConfState, NodeId } from "./snapshot.ts";
import type { Role } from "./state.ts";

/** Figures of a core, each as of now. */
export type CoreView = {
  readonly id: NodeId;
  readonly term: number;
  readonly role: Role;
  readonly lead: NodeId;
  readonly commit: number;
  /** Highest index that was reported applied. */
  readonly applied: number;
  readonly firstIndex: number;
  readonly lastIndex: number;
  readonly config: ConfState;
  /** Entries of `[lo, hi)`, as far as they are kept and can be read. */
  entries(lo: number, hi: number): readonly Entry[];
};

/** The view of a core. */
export function viewCore(raft: Raft): CoreView {
  return new RaftView(raft);
}

/** A class, since objects with accessors of their own share no shape, and observers look again and again. */
class RaftView implements CoreView {
  readonly id: NodeId;
  private readonly raft: Raft;

  constructor(raft: Raft) {
    this.id = raft.id;
    this.raft = raft;
  }

  get term(): number {
    return this.raft.term;
  }

  get role(): Role {
    return this.raft.role;
  }

  get lead(): NodeId {
    return this.raft.lead;
  }

  get commit(): number {
    return this.raft.log.committed;
  }

  get applied(): number {
    return this.raft.log.applied;
  }

  get firstIndex(): number {
    return this.raft.log.firstIndex();
  }

  get lastIndex(): number {
    return this.raft.log.lastIndex();
  }

  get config(): ConfState {
    return this.raft.membership.config;
  }

  entries(lo: number, hi: number): readonly Entry[] {
    const { log } = this.raft;
    const end = Math.min(hi, log.lastIndex() + 1);
    const found = log.slice(Math.max(lo, log.firstIndex()), end, unlimited);
    return found === "compacted" ? noEntries : found;
  }
}
