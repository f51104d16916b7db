import type { Checker } from "./checker.ts";

type Known = {
  /** Until when its holder may count on it, in true time and with the fastest clock that the model allows. */
  untilUs: number;
  by: string;
  removedAtUs: number;
  mayBeRevoked: boolean;
};

/**
 * L1: a lease does not expire before TTL × (1 − ρ) has passed in true time since its holder sent the last keep-alive that
 * was answered (Gray and Cheriton 1989); ρ: how much faster a clock may run. Whether the lease goes first or the answer
 * comes first: the holder believes the answer.
 */
export function makeL1(): Checker {
  let drift = driftDefault;
  const leases = new Map<bigint, Known>();
  const knownOf = (id: bigint): Known => {
    let known = leases.get(id);
    if (known === undefined) {
      known = { untilUs: 0, by: "", removedAtUs: Number.POSITIVE_INFINITY, mayBeRevoked: false };
      leases.set(id, known);
    }
    return known;
  };
  const judge = (id: bigint, known: Known): string | null =>
    known.mayBeRevoked || known.removedAtUs >= known.untilUs
      ? null
      : `lease ${id} was gone at ${known.removedAtUs} µs; by its ${known.by} it lasts until ${known.untilUs} µs`;
  return {
    id: "L1",
    title: "lease lasts",
    kinds: ["setup", "lease-granted", "lease-kept", "lease-revoke-called", "store"],
    see(observation) {
      switch (observation.kind) {
        case "setup":
          drift = observation.driftPpm / 1_000_000;
          return null;
        case "lease-revoke-called":
          knownOf(observation.lease).mayBeRevoked = true;
          return null;
        case "lease-granted":
        case "lease-kept": {
          const { lease, ttlMs, sentAtUs, kind } = observation;
          if (ttlMs <= 0) return null;
          const known = knownOf(lease);
          const untilUs = sentAtUs + ttlMs * 1000 * (1 - drift);
          if (untilUs > known.untilUs) {
            known.untilUs = untilUs;
            known.by = `${kind === "lease-kept" ? "keep-alive" : "grant"} sent at ${sentAtUs} µs`;
          }
          return judge(lease, known);
        }
        case "store": {
          const { event } = observation;
          if (event.kind !== "lease-removed") return null;
          const known = knownOf(event.id);
          // The first member where it is gone.
          if (observation.atUs >= known.removedAtUs) return null;
          known.removedAtUs = observation.atUs;
          return judge(event.id, known);
        }
        default:
          return null;
      }
    },
  };
}

/** Without a word from the runner: the margin of lease reads. */
const driftDefault = 0.1;
