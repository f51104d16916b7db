/**
 * Elections: who asked for votes in which term, and who came to lead.
 */

import { Role } from "@quorate/raft";
import type { Observation } from "../observe/observation.ts";
import type { ElectionsMeasured } from "./measurement.ts";

/** See the module. */
export class ElectionMeter {
  private readonly candidacies = new Map<number, number>();
  private readonly leaders = new Set<number>();
  private preVotes = 0;

  take(observation: Observation): void {
    if (observation.kind !== "raft" || observation.event.kind !== "role-changed") return;
    const { role, term } = observation.event;
    if (role === Role.candidate) this.candidacies.set(term, (this.candidacies.get(term) ?? 0) + 1);
    else if (role === Role.preCandidate) this.preVotes++;
    else if (role === Role.leader) this.leaders.add(term);
  }

  finish(): ElectionsMeasured {
    const counts = [...this.candidacies.values()];
    const leaders = this.leaders.size;
    return {
      terms: this.candidacies.size,
      candidacies: counts.reduce((sum, count) => sum + count, 0),
      mostInTerm: Math.max(0, ...counts),
      preVotes: this.preVotes,
      leaders,
      leaderChanges: Math.max(0, leaders - 1),
    };
  }
}
