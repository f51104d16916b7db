/**
 * Where and on what a benchmark ran: figures mean nothing without it.
 */

import { execFileSync } from "node:child_process";
import { closeSync, fdatasyncSync, openSync, statfsSync, unlinkSync, writeSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { type Percentiles, percentilesOf } from "./percentiles.ts";

/** Machine, source and disk. */
export type Surroundings = {
  readonly cpu: string;
  readonly cores: number;
  /** Load average of the last minute, before the benchmark began. */
  readonly load: number;
  readonly node: string;
  /** Short hash, or why there is none. */
  readonly commit: string;
  /** Whether files differ from the commit. */
  readonly isDirty: boolean;
  readonly fileSystem: string;
  /** Milliseconds of a 4 KiB write plus fdatasync into a file that has its size already, nothing else running. */
  readonly rawSyncMs: Percentiles;
};

/** Looks at the machine, asks git about the source, and measures the disk below `directory`. */
export function describeSurroundings(directory: string): Surroundings {
  const processors = cpus();
  return {
    cpu: processors[0]?.model.trim() ?? "unknown CPU",
    cores: processors.length,
    load: loadavg()[0] ?? 0,
    node: process.version,
    commit: git("rev-parse", "--short=12", "--verify", "--quiet", "HEAD") ?? "no commit",
    isDirty: (git("status", "--porcelain") ?? "") !== "",
    fileSystem: fileSystemOf(directory),
    rawSyncMs: measureRawSync(join(directory, "raw-sync")),
  };
}

/** The first usual place for temporary files that is on a disk, since in memory an fsync costs nothing. */
export function diskDirectory(): string {
  const places = [tmpdir(), "/var/tmp", process.cwd()];
  const isOnDisk = (place: string): boolean => {
    try {
      return !fileSystemOf(place).includes("memory");
    } catch {
      return false;
    }
  };
  return places.find(isOnDisk) ?? tmpdir();
}

/** Magic numbers of statfs(2). */
const fileSystems: ReadonlyMap<number, string> = new Map([
  [0xef53, "ext4"],
  [0x58465342, "xfs"],
  [0x9123683e, "btrfs"],
  [0x2fc12fc1, "zfs"],
  [0x794c7630, "overlay"],
  [0x01021994, "tmpfs (in memory: fsync is free here)"],
  [0x6969, "nfs"],
]);

function fileSystemOf(directory: string): string {
  const { type } = statfsSync(directory);
  return fileSystems.get(type) ?? `file system 0x${type.toString(16)}`;
}

const rawWrites = 200;
const rawBytes = 4096;

function measureRawSync(path: string): Percentiles {
  const handle = openSync(path, "wx");
  const block = Buffer.alloc(rawBytes);
  const millis: number[] = [];
  try {
    writeSync(handle, Buffer.alloc(rawWrites * rawBytes));
    fdatasyncSync(handle);
    for (let count = 0; count < rawWrites; count++) {
      block.fill(count + 1);
      const startedAtMs = performance.now();
      writeSync(handle, block, 0, rawBytes, count * rawBytes);
      fdatasyncSync(handle);
      millis.push(performance.now() - startedAtMs);
    }
  } finally {
    closeSync(handle);
    unlinkSync(path);
  }
  return percentilesOf(millis);
}

/** What git answers, or null if it cannot (no repository, no git, no commit yet). */
function git(...args: readonly string[]): string | null {
  try {
    const stdio: ["ignore", "pipe", "ignore"] = ["ignore", "pipe", "ignore"];
    return execFileSync("git", args, { cwd: import.meta.dirname, encoding: "utf8", stdio }).trim();
  } catch {
    return null;
  }
}
