/**
 * A look at the data directory before a start, so that what is wrong with it is said in one line and in time.
 */

import { accessSync, constants, existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { failure } from "../command-error.ts";

/** Whether there is a member already: its log was begun. */
export function hasData(dataDir: string, walDir: string | null): boolean {
  return existsSync(join(walDir ?? join(dataDir, "log"), "identity"));
}

/**
 * Makes the directories if they are missing.
 * @throws CommandError if one cannot be written, or holds data of etcd
 */
export function prepareDirectories(dataDir: string, walDir: string | null): void {
  prepare(dataDir, "--data-dir");
  if (walDir !== null) prepare(walDir, "--wal-dir");
  if (existsSync(join(dataDir, "member", "snap", "db")) || existsSync(join(dataDir, "member", "wal"))) {
    throw failure(
      `${dataDir} holds data of etcd, which Quorate does not read: choose another --data-dir, and copy the keys of a running etcd with quorate import`,
    );
  }
}

function prepare(dir: string, flag: string): void {
  try {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    accessSync(dir, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException;
    throw failure(`${flag} ${dir} cannot be used: ${whatHappened(code)}`, { cause: error });
  }
}

function whatHappened(code: string): string {
  switch (code) {
    case "EACCES":
    case "EPERM":
      return "this user may not write there; change its owner (chown) or choose another directory";
    case "EROFS":
      return "its file system is read-only; choose another directory";
    case "ENOTDIR":
    case "EEXIST":
      return "a file is in the way; choose another directory";
    case "ENOSPC":
      return "the disk is full; make room";
    default:
      return `the system says ${code}`;
  }
}
