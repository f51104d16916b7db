import { MemberMap } from "../observe/member-map.ts";
import type { Checker } from "./checker.ts";

/**
 * K2: leases begin, change and end at the same log index everywhere: time enters the state as a committed command only
 * (thesis §6.3). What the store tells while it applies an entry belongs to that entry. (Sessions are evicted by position in
 * the log; N1 compares them.)
 */
export function makeK2(): Checker {
  /** What members told since the last entry that they applied. */
  const told = new MemberMap<string>();
  /** What happened at an index, where something did; up to `known` nothing else did. */
  const happened = new Map<number, string>();
  let known = 0;
  return {
    id: "K2",
    title: "expiry at one index",
    kinds: ["store", "applied", "life"],
    see(observation) {
      const { node } = observation;
      switch (observation.kind) {
        case "life":
          told.delete(node);
          return null;
        case "store": {
          const { event } = observation;
          if (event.kind === "lease-removed")
            told.set(node, `${told.get(node) ?? ""} removes ${event.id} and its ${event.keys} keys`);
          if (event.kind === "lease-changed")
            told.set(
              node,
              `${told.get(node) ?? ""} sets ${event.lease.id} to ${event.lease.remainingTtlSeconds} s`,
            );
          return null;
        }
        case "applied": {
          const { index } = observation.entry;
          const mine = told.get(node) ?? "";
          if (mine !== "") told.delete(node);
          if (index > known) {
            known = index;
            if (mine !== "") happened.set(index, mine);
            return null;
          }
          const expected = happened.get(index) ?? "";
          return mine === expected
            ? null
            : `entry ${index} at ${node}${mine || " leaves all leases alone"}; elsewhere it${expected || " leaves them alone"}`;
        }
        default:
          return null;
      }
    },
  };
}
