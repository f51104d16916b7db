/**
 * Who leads, as seen last, and who wants to know of changes.
 */

import { type NodeId, none, Role } from "@quorate/raft";

/** See the module. */
export class LeadershipWatch {
  private readonly watchers = new Set<() => void>();
  private lead: NodeId = none;
  private role: Role = Role.follower;
  private lastTerm: number;

  constructor(term: number) {
    this.lastTerm = term;
  }

  /** The term seen last. */
  get term(): number {
    return this.lastTerm;
  }

  /** Notes what is the case now; false if it was known. */
  note(lead: NodeId, term: number, role: Role): boolean {
    if (lead === this.lead && term === this.lastTerm && role === this.role) return false;
    this.lead = lead;
    this.lastTerm = term;
    this.role = role;
    return true;
  }

  /** Calls back on every {@link tell}, until the returned function is called. */
  watch(watcher: () => void): () => void {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  }

  /** Tells everybody. */
  tell(): void {
    for (const watcher of [...this.watchers]) watcher();
  }
}
