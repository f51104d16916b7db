/**
 * The Disk seam: the little of a file system that the log and the snapshots need, with exactly the promises that they
 * rely on. `NodeDisk` implements it over a real file system, `MemoryDisk` for tests and simulation; the contract suite
 * in `test/disk-contract.ts` is what both pass.
 *
 * Paths use `/`. A *name* is a path's last part.
 */

/**
 * Why a disk refused:
 *
 * - `not-found`: there is no such file or directory.
 * - `exists`: a file is there that must not be.
 * - `full`: no space (or quota).
 * - `locked`: another process, or another lock in this one, holds the directory.
 * - `closed`: the file was closed.
 * - `io`: everything else; the message has the system's words.
 */
export type DiskFault = "not-found" | "exists" | "full" | "locked" | "closed" | "io";

/** An operation of a disk that failed. */
export class DiskError extends Error {
  readonly code: DiskFault;
  readonly path: string;
  /** The message without the path. */
  readonly what: string;

  constructor(code: DiskFault, path: string, what: string, cause?: unknown) {
    super(`${path}: ${what}`, cause === undefined ? undefined : { cause });
    this.name = "DiskError";
    this.code = code;
    this.path = path;
    this.what = what;
  }
}

/**
 * What a file is opened for. `create` makes a new file and fails with `exists` if there is one; `write` needs an
 * existing one; both allow reads as well.
 */
export type OpenMode = "read" | "write" | "create";

/** An open file. Buffers belong to the file until the promise of the call is settled. */
export type DiskFile = {
  readonly path: string;
  /** Size in bytes. */
  size(): Promise<number>;
  /** Fills `buffer` from `position` on; returns how much there was, less than asked only at the end of the file. */
  read(buffer: Uint8Array, position: number): Promise<number>;
  /** The same, at once. For reads that cannot wait; expected to be rare. */
  readSync(buffer: Uint8Array, position: number): number;
  /** Writes all of `bytes` at `position`, or rejects; then any part may be there. Durable only after `datasync()`. */
  write(bytes: Uint8Array, position: number): Promise<void>;
  /**
   * Extends the file to `bytes` with zeros for which space is really allocated, so that later writes there need none.
   * Does nothing to what is there. Durable only after `datasync()`.
   */
  preallocate(bytes: number): Promise<void>;
  /** Cuts the file to `bytes`. Durable only after `datasync()`. */
  truncate(bytes: number): Promise<void>;
  /**
   * Makes content and size durable, as far as written by calls that resolved before this one. After a rejection nothing
   * is known about any write since the last success, and a later success says nothing about them.
   */
  datasync(): Promise<void>;
  /** Gives the handle back; says nothing about durability. */
  close(): Promise<void>;
};

/** A held lock. */
export type DiskLock = { release(): Promise<void> };

/** See the module. */
export type Disk = {
  /** Locks a directory (which must exist) against everybody else until release, or the end of the process. */
  lock(directory: string): Promise<DiskLock>;
  /** Makes a directory, and those above it, durably; fine if it exists. */
  createDirectory(directory: string): Promise<void>;
  /** Names of the files in a directory, in order of their names; without the lock's. */
  list(directory: string): Promise<readonly string[]>;
  open(path: string, mode: OpenMode): Promise<DiskFile>;
  /** Moves a file in place of whatever has that name. Durable only after `syncDirectory()`. */
  rename(from: string, to: string): Promise<void>;
  /** Removes a file. Durable only after `syncDirectory()`. Open handles stay usable. */
  remove(path: string): Promise<void>;
  /** Makes names durable: files created, renamed, removed in the directory before the call. */
  syncDirectory(directory: string): Promise<void>;
};

/** Name of the lock's file; `list()` leaves it out. */
export const lockName = "lock";

/** Joins a directory and a name. */
export function joinPath(directory: string, name: string): string {
  return `${directory}/${name}`;
}
