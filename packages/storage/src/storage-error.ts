/**
 * The one error class of this package, its codes, and how a disk's errors become it.
 */

import { DiskError } from "./disk.ts";

/** See the table in the README for what each means and what a member does about it. */
export type StorageErrorCode =
  | "corrupt"
  | "io"
  | "full"
  | "locked"
  | "wiped"
  | "wrong-member"
  | "exists"
  | "version"
  | "busy"
  | "mismatch"
  | "not-found"
  | "closed"
  | "misuse";

/** What a {@link StorageError} tells. */
export type StorageErrorDetails = {
  /** The file it is about, or the data directory. */
  readonly file: string;
  /** Bytes from the beginning of the file, or null if it is about the whole. */
  readonly offset?: number | null;
  /** What is wrong, in one sentence. */
  readonly what: string;
  /** What a person can do. */
  readonly remedy: string;
  readonly cause?: unknown;
};

/** Something that the storage cannot or must not do. */
export class StorageError extends Error {
  readonly code: StorageErrorCode;
  readonly file: string;
  readonly offset: number | null;
  readonly remedy: string;

  constructor(code: StorageErrorCode, details: StorageErrorDetails) {
    const { file, offset = null, what, remedy, cause } = details;
    const place = offset === null ? file : `${file} at byte ${offset}`;
    super(`${place}: ${what}. ${remedy}`, cause === undefined ? undefined : { cause });
    this.name = "StorageError";
    this.code = code;
    this.file = file;
    this.offset = offset;
    this.remedy = remedy;
  }
}

/** What to do about damaged data of a replicated member. */
export const replaceMember =
  "Do not start this member again with this data: remove it from the cluster, and add a new member with a new ID and an empty directory; keep the directory for analysis";

/** Damaged or missing data that had been acknowledged, or may have been. */
export function corrupt(
  file: string,
  offset: number | null,
  what: string,
  remedy = replaceMember,
): StorageError {
  return new StorageError("corrupt", { file, offset, what, remedy });
}

/** A file of a newer program. */
export function newerVersion(file: string, found: number, known: number): StorageError {
  return new StorageError("version", {
    file,
    what: `written in format version ${found}, and this program knows versions up to ${known}`,
    remedy: "Start a program that is at least as new as the one that wrote it",
  });
}

/** A mistake of the caller. */
export function misuse(file: string, what: string): StorageError {
  return new StorageError("misuse", {
    file,
    what,
    remedy: "This is a mistake in the program that uses the storage",
  });
}

/** Throws a `misuse` unless a rule of the interface holds. Always on. */
export function assertUse(holds: boolean, file: string, what: string): asserts holds {
  if (!holds) throw misuse(file, what);
}

/** Turns what a disk threw into a {@link StorageError}; anything that is no disk's error is given back as it is. */
export function asStorageError(error: unknown): unknown {
  if (!(error instanceof DiskError)) return error;
  const details = { file: error.path, what: error.what, cause: error };
  switch (error.code) {
    case "full":
      return new StorageError("full", {
        ...details,
        remedy: "Free space on this volume, then start the member again",
      });
    case "locked":
      return new StorageError("locked", {
        ...details,
        remedy:
          "Stop the other process that uses this data directory, or give this one a directory of its own",
      });
    case "closed":
      return new StorageError("closed", {
        ...details,
        remedy: "Nothing may be asked of a log after close()",
      });
    case "not-found":
      return new StorageError("not-found", {
        ...details,
        remedy: "Ask for one that exists; old snapshots are removed",
      });
    case "exists":
    case "io":
      return new StorageError("io", {
        ...details,
        remedy: "Check the volume and the system's log; what was written since the last sync is unknown",
      });
  }
}
