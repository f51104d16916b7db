/**
 * What of an observation of somebody's machine goes into the run's hash.
 */

import type { MachineSeen } from "./machine-observation.ts";
import type { RunningHash } from "./running-hash.ts";

/** Takes an observation in; its kind is in already. */
export function hashMachineObservation(hash: RunningHash, seen: MachineSeen): void {
  switch (seen.kind) {
    case "machine-result":
      hash.number(seen.index);
      hash.text(seen.result);
      break;
    case "machine-answered":
      hash.number(seen.call);
      hash.text(seen.result);
      break;
    case "machine-snapshot":
      hash.number(seen.index);
      hash.text(seen.restored);
      break;
    case "machine-strayed":
    case "machine-threw":
      hash.number(seen.index);
      hash.text(seen.what);
      break;
  }
}
