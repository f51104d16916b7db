/**
 * Freshness of reads, as clients see it: what R1 and R3 have in common.
 */

import type { ReadKind } from "../observe/client-observation.ts";
import type { Checker } from "./checker.ts";

/** The part of a checker that looks at reads which `concerns` picks, by how they were asked for and the cluster's setting. */
export function makeFreshness(
  concerns: (read: ReadKind, leaseReads: boolean) => boolean,
): Pick<Checker, "kinds" | "see"> {
  let leaseReads = false;
  /** The highest revision that was acknowledged to a client, and how. */
  let highest = 0;
  let source = "";
  /** What calls that are under way must see at least. */
  const floors = new Map<number, { readonly revision: number; readonly source: string }>();
  return {
    kinds: ["setup", "read-called", "read-answered", "read-failed", "command-answered"],
    see(observation) {
      switch (observation.kind) {
        case "setup":
          leaseReads = observation.leaseReads;
          return null;
        case "read-called":
          // One that asks for a certain revision is not asked for the latest.
          if (observation.at <= 0 && concerns(observation.read, leaseReads))
            floors.set(observation.call, { revision: highest, source });
          return null;
        case "read-failed":
          floors.delete(observation.call);
          return null;
        case "command-answered":
          if (observation.fate === "answered" && observation.revision > highest) {
            highest = observation.revision;
            source = `call ${observation.call}`;
          }
          return null;
        case "read-answered": {
          const { call, node, revision } = observation;
          const floor = floors.get(call);
          // What a read from memory or of the past tells is no acknowledgement.
          if (floor === undefined) return null;
          floors.delete(call);
          if (revision < floor.revision)
            return `read ${call} at ${node} is of revision ${revision}, and ${floor.source} had been answered with ${floor.revision} before it was called`;
          if (revision > highest) {
            highest = revision;
            source = `read ${call}`;
          }
          return null;
        }
        default:
          return null;
      }
    },
  };
}
