/**
 * Which snapshots a data directory has, and which of them are good.
 */

import type { SnapshotMetadata } from "@quorate/raft";
import { type Disk, joinPath } from "./disk.ts";
import { parseSnapshotName } from "./layout.ts";
import { SnapshotFileReader } from "./snapshot-file.ts";
import { corrupt, StorageError } from "./storage-error.ts";

/** See the module. */
export type SnapshotSurvey = {
  /** The good ones, oldest first. */
  readonly valid: readonly SnapshotMetadata[];
  readonly newest: SnapshotMetadata | null;
  /** What is wrong with the others. */
  readonly problems: readonly StorageError[];
  /** What is wrong with the newest of them. */
  readonly damaged: StorageError | null;
};

/**
 * Checks the header, trailer and size of every snapshot, not the content.
 * @throws StorageError `version`; DiskError
 */
export async function surveySnapshots(
  disk: Disk,
  directory: string,
  names: readonly string[],
  logSeed: number,
): Promise<SnapshotSurvey> {
  const valid: SnapshotMetadata[] = [];
  const problems: StorageError[] = [];
  for (const name of names) {
    const named = parseSnapshotName(name);
    if (named === null) continue;
    const path = joinPath(directory, name);
    try {
      const reader = await SnapshotFileReader.open(disk, path, logSeed);
      await reader.close();
      const { index, term } = reader.metadata;
      if (index !== named.index || term !== named.term)
        throw corrupt(path, 16, `this is the snapshot of ${index}/${term}`);
      valid.push(reader.metadata);
    } catch (error) {
      if (!(error instanceof StorageError && error.code === "corrupt")) throw error;
      problems.push(error);
    }
  }
  return { valid, newest: valid.at(-1) ?? null, problems, damaged: problems.at(-1) ?? null };
}
