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
  return {
    id: raft.id,
    get term() {
      return raft.term;
    },
    get role() {
      return raft.role;
    },
    get lead() {
      return raft.lead;
    },
    get commit() {
      return raft.log.committed;
    },
    get applied() {
      return raft.log.applied;
    },
    get firstIndex() {
      return raft.log.firstIndex();
    },
    get lastIndex() {
      return raft.log.lastIndex();
    },
    get config() {
      return raft.membership.config;
    },
    entries(lo, hi) {
      const end = Math.min(hi, raft.log.lastIndex() + 1);
      const found = raft.log.slice(Math.max(lo, raft.log.firstIndex()), end, unlimited);
      return found === "compacted" ? noEntries : found;
    },
  };
}
