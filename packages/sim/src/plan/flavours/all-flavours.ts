/**
 * All flavours. One more takes a few seeds for itself and leaves the others as they are.
 */

import { changingPermissions } from "./changing-permissions.ts";
import { deafFollowers } from "./deaf-followers.ts";
import { failingSyncs } from "./failing-syncs.ts";
import type { Flavour } from "./flavour.ts";
import { lateAnswers } from "./late-answers.ts";
import { lateSnapshots } from "./late-snapshots.ts";
import { leaseUnderDelay } from "./lease-under-delay.ts";
import { leaseUnderDrift } from "./lease-under-drift.ts";
import { leftBehind } from "./left-behind.ts";
import { reinstatedLeader } from "./reinstated-leader.ts";
import { resentEntries } from "./resent-entries.ts";
import { rotAndRestart } from "./rot-and-restart.ts";
import { unheardClients } from "./unheard-clients.ts";

/** See the module. */
export const allFlavours: readonly Flavour[] = [
  lateAnswers,
  rotAndRestart,
  failingSyncs,
  reinstatedLeader,
  resentEntries,
  lateSnapshots,
  leaseUnderDelay,
  leftBehind,
  deafFollowers,
  unheardClients,
  leaseUnderDrift,
  changingPermissions,
];

/** One by its name. @throws RangeError if there is none */
export function flavourNamed(name: string): Flavour {
  const found = allFlavours.find((flavour) => flavour.name === name);
  if (found !== undefined) return found;
  throw new RangeError(
    `no flavour is called ${name}; there are ${allFlavours.map((flavour) => flavour.name).join(", ")}`,
  );
}
