/**
 * Recovery, the writing half: brings a data directory that was found sound into the state that a running log has.
 *
 * Order matters. The log is put right and synced first; only then the state files say that it is durable. Every step may
 * be interrupted, and leaves something that the reading half judges as before.
 */

import { type Disk, type DiskFile, joinPath } from "./disk.ts";
import { identityDraftName, spareName } from "./layout.ts";
import type { Recovered } from "./recovery.ts";
import { removeIfThere } from "./snapshot-file.ts";
import { StateFiles } from "./state-files.ts";

/** Zeros per write when a torn tail is cleared. */
const clearBytes = 1024 * 1024;

/**
 * Clears a torn tail, writes again what is not proven to be on the disk (after a failed sync the page cache would show
 * it all the same), and syncs.
 */
export async function repairSegment(file: DiskFile, { torn, unproven }: Recovered): Promise<void> {
  if (torn !== null) {
    const zeros = new Uint8Array(Math.min(clearBytes, torn.end - torn.offset));
    for (let at = torn.offset; at < torn.end; at += zeros.length) {
      await file.write(zeros.subarray(0, Math.min(zeros.length, torn.end - at)), at);
    }
  }
  if (unproven !== null) await file.write(unproven.bytes, unproven.offset);
  await file.datasync();
}

/** Writes both state files, one after the other. */
export async function repairStates(
  disk: Disk,
  directory: string,
  found: Recovered,
  logSeed: number,
): Promise<StateFiles> {
  const states = await StateFiles.open(disk, directory, found.states, logSeed);
  const { hardState, sequence } = found;
  const record = { hardState, sequence, durable: sequence };
  await states.write(record);
  await states.write(record);
  return states;
}

/** Removes what interrupted work left: spare segments, drafts, parts of snapshots that are of no use any more. */
export async function removeLeftovers(
  disk: Disk,
  directory: string,
  names: readonly string[],
  { obsolete, snapshot }: Recovered,
): Promise<void> {
  const useless = names.filter((name) => {
    if (name === spareName || name === identityDraftName || name.startsWith("draft-")) return true;
    if (obsolete.includes(name)) return true;
    const incoming = /^incoming-(\d+)-\d+$/.exec(name);
    return incoming !== null && Number(incoming[1]) <= (snapshot?.index ?? 0);
  });
  for (const name of useless) await removeIfThere(disk, joinPath(directory, name));
  await disk.syncDirectory(directory);
}
