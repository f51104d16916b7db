import { type NodeId, Role } from "@quorate/raft";
import { MemberMap } from "../observe/member-map.ts";
import type { Checker } from "./checker.ts";
import { historyOf, type Step } from "./revision-history.ts";

/**
 * L2: a new leader gives every lease its full TTL, or what a checkpoint says is left of it, since it cannot know of
 * keep-alives that the former one answered; and a lease's keys are deleted all at once, in the entry that ends it (etcd's
 * leases; README of the member's lease keeper). What expires in a term was revoked by that term's leader.
 */
export function makeL2(): Checker {
  let drift = driftDefault;
  /** When the leader of a term came to office. */
  const tookOffice = new Map<number, number>();
  const revokedByClients = new Set<bigint>();
  /** Keys that a member's store said to delete with a lease, until the entry is told. */
  const removing = new MemberMap<number>();
  const judge = (node: NodeId, step: Step, atUs: number): string | null => {
    const { command, index, term, revoked, events } = step;
    if (command.kind !== "lease-revoke" || revoked === null) return null;
    const said = removing.get(node);
    if (said !== undefined && said !== events.length)
      return `entry ${index} ended lease ${command.id} at ${node} with ${said} keys; it had ${events.length}`;
    if (revokedByClients.has(command.id)) return null;
    const { ttlMs, remainingMs, grantedAtUs } = revoked;
    const leftMs = remainingMs > 0 ? Math.min(remainingMs, ttlMs) : ttlMs;
    const sinceUs = Math.max(tookOffice.get(term) ?? 0, grantedAtUs);
    const untilUs = sinceUs + leftMs * 1000 * (1 - drift);
    return atUs >= untilUs
      ? null
      : `entry ${index} of term ${term} ended lease ${command.id} at ${atUs} µs; that term's leader owes it ${leftMs} ms from ${sinceUs} µs on`;
  };
  return {
    id: "L2",
    title: "lease after an election",
    kinds: ["setup", "raft", "lease-revoke-called", "store", "applied"],
    events: ["role-changed"],
    see(observation, ghost) {
      const { node, atUs } = observation;
      switch (observation.kind) {
        case "setup":
          drift = observation.driftPpm / 1_000_000;
          return null;
        case "raft": {
          const { event } = observation;
          if (event.kind === "role-changed" && event.role === Role.leader && !tookOffice.has(event.term))
            tookOffice.set(event.term, atUs);
          return null;
        }
        case "lease-revoke-called":
          revokedByClients.add(observation.lease);
          return null;
        case "store":
          if (observation.event.kind === "lease-removed") removing.set(node, observation.event.keys);
          return null;
        case "applied": {
          const step = historyOf(ghost).take(observation);
          const problem = step === null ? null : judge(node, step, atUs);
          removing.delete(node);
          return problem;
        }
        default:
          return null;
      }
    },
  };
}

/** Without a word from the runner: the margin of lease reads. */
const driftDefault = 0.1;
