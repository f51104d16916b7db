/**
 * What a snapshot's file holds, and whether it is whole: its SHA-256, and the structure within. Reads snapshots of Quorate and
 * of etcd.
 */

import { createHash } from "node:crypto";
import { isBolt, summarizeBolt } from "./bolt-snapshot.ts";
import { CommandFailure, clientExitCode, messageOf } from "./command-failure.ts";
import { FileWindow } from "./file-window.ts";
import { isQuorate, summarizeQuorate } from "./quorate-snapshot.ts";
import { blockBytes, digestBytes } from "./snapshot-save.ts";

/** As `snapshot status` shows it. */
export type SnapshotSummary = {
  readonly hash: number;
  readonly revision: number;
  readonly totalKeys: number;
  readonly totalBytes: number;
};

const chunkBytes = 1024 * 1024;

/** Reads the whole file. Throws a CommandFailure if it is no snapshot, or damaged. */
export function summarizeSnapshot(path: string): SnapshotSummary {
  let file: FileWindow;
  try {
    file = new FileWindow(path);
  } catch (cause) {
    throw new CommandFailure(clientExitCode.failure, `${path}: ${messageOf(cause)}`, { cause });
  }
  try {
    return summarize(file);
  } catch (cause) {
    const text = `${path}: invalid database: ${messageOf(cause)}; take another snapshot`;
    throw new CommandFailure(clientExitCode.failure, text, { cause });
  } finally {
    file.close();
  }
}

function summarize(file: FileWindow): SnapshotSummary {
  const hasDigest = file.sizeBytes % blockBytes === digestBytes;
  const sizeBytes = hasDigest ? file.sizeBytes - digestBytes : file.sizeBytes;
  if (hasDigest) checkDigest(file, sizeBytes);
  if (isBolt(file)) return summarizeBolt(file, sizeBytes);
  if (!isQuorate(file)) throw new RangeError("it begins neither as a snapshot of Quorate nor of etcd");
  if (!hasDigest) throw new RangeError("its SHA-256 is missing at the end, so it was cut short");
  return summarizeQuorate(file, sizeBytes);
}

function checkDigest(file: FileWindow, sizeBytes: number): void {
  const hash = createHash("sha256");
  for (let at = 0; at < sizeBytes; at += chunkBytes)
    hash.update(file.read(at, Math.min(chunkBytes, sizeBytes - at)));
  if (!hash.digest().equals(file.read(sizeBytes, digestBytes))) {
    throw new RangeError("its bytes do not fit the SHA-256 at its end");
  }
}
