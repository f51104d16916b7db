/**
 * The first minute of a member's disk, and the question whose disk a directory is.
 *
 * A file `identity-draft` is there from the first step to the last, which renames it to `identity`. So a directory with
 * a draft and no identity never was a member's, however the initialisation ended, and may be initialised again.
 */

import { type ConfState, emptyConfState, emptyHardState } from "@quorate/raft";
import { type Disk, DiskError, joinPath } from "./disk.ts";
import {
  decodeIdentity,
  describeIdentity,
  encodeIdentity,
  type Identity,
  type IdentityFile,
  logSeedOf,
} from "./identity.ts";
import { identityDraftName, identityName } from "./layout.ts";
import { createFirstSegment, type SegmentSetOptions } from "./segment-set.ts";
import { removeIfThere } from "./snapshot-file.ts";
import { readSmallFile, StateFiles } from "./state-files.ts";
import { assertUse, corrupt, StorageError } from "./storage-error.ts";

/** Largest identity file that makes sense. */
const identityBytesMax = 1024 * 1024;

/** Makes a data directory for a new member. The caller holds the lock. */
export async function initializeDirectory(
  disk: Disk,
  directory: string,
  {
    identity,
    confState = emptyConfState,
  }: { readonly identity: Identity; readonly confState?: ConfState | undefined },
  segmentBytes: number,
): Promise<void> {
  const { clusterId, memberId } = identity;
  assertUse(Number.isSafeInteger(memberId) && memberId > 0, directory, `${memberId} is no member id`);
  assertUse(clusterId >= 0n && clusterId < 1n << 64n, directory, "a cluster id has 64 bits");
  const names = await disk.list(directory);
  const isRest = names.includes(identityDraftName) && !names.includes(identityName);
  if (names.length > 0 && !isRest) {
    throw new StorageError("exists", {
      file: directory,
      what: "the directory has data already",
      remedy: "Open it if it is this member's; otherwise choose an empty directory",
    });
  }
  for (const name of names) if (name !== identityDraftName) await disk.remove(joinPath(directory, name));
  const draftPath = joinPath(directory, identityDraftName);
  await removeIfThere(disk, draftPath);
  const draft = await disk.open(draftPath, "create");
  await disk.syncDirectory(directory);
  const logSeed = logSeedOf(identity);
  const states = await StateFiles.open(disk, directory, [], logSeed);
  const record = { hardState: emptyHardState, sequence: 0, durable: 0 };
  await states.write(record);
  await states.write(record);
  await states.close();
  const options: SegmentSetOptions = { disk, directory, logSeed, segmentBytes, emit: () => undefined };
  await createFirstSegment(options, {
    firstSequence: 1,
    last: { index: 0, term: 0 },
    hardState: emptyHardState,
  });
  await draft.write(encodeIdentity({ identity, confState }), 0);
  await draft.datasync();
  await draft.close();
  await disk.syncDirectory(directory);
  await disk.rename(draftPath, joinPath(directory, identityName));
  await disk.syncDirectory(directory);
}

/**
 * Reads whose directory this is.
 * @throws StorageError `wiped` if nobody's, `corrupt`, `version`
 */
export async function readIdentity(
  disk: Disk,
  directory: string,
  names: readonly string[],
): Promise<IdentityFile> {
  const path = joinPath(directory, identityName);
  if (!names.includes(identityName)) {
    if (names.length === 0 || names.includes(identityDraftName)) throw wiped(directory);
    throw corrupt(path, null, "the identity is missing, although there is other data");
  }
  return decodeIdentity(path, await readSmallFile(disk, path, identityBytesMax));
}

/** Checks that a directory is the expected member's. */
export function checkIdentity(directory: string, found: Identity, expected: Identity): void {
  if (found.clusterId === expected.clusterId && found.memberId === expected.memberId) return;
  throw new StorageError("wrong-member", {
    file: directory,
    what: `this is the data of ${describeIdentity(found)}, not of ${describeIdentity(expected)}`,
    remedy:
      "Give the member the directory that is its own; never rename or copy one member's data for another",
  });
}

/** There is nothing where a member's data should be. */
export function wiped(directory: string): StorageError {
  return new StorageError("wiped", {
    file: directory,
    what: "the directory is empty",
    remedy:
      "A new member is initialised first. A member that ran before must not start under its old ID: it has forgotten its votes and its log; remove it from the cluster and add a new one",
  });
}

/** Whether a directory is missing. */
export function isMissing(error: unknown): boolean {
  return error instanceof DiskError && error.code === "not-found";
}
