/**
 * Fetching a snapshot into a file: under another name until it is whole, checked and on the disk.
 */

import { createHash } from "node:crypto";
import { type FileHandle, open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { maintenanceService, SnapshotRequest } from "@quorate/etcd-api";
import { CommandFailure, clientExitCode, messageOf } from "./command-failure.ts";
import type { Connection } from "./connection.ts";
import type { ProgressBar } from "./output/progress-bar.ts";

/** Bytes of the SHA-256 that ends a snapshot, over everything before it. */
export const digestBytes = 32;
/** What a snapshot's size without the digest is a multiple of. */
export const blockBytes = 512;

/**
 * Saves a snapshot of the member that the connection asks and returns its size in bytes. What was under `path` before stays
 * until the new one is whole. Throws a CommandFailure.
 */
export async function saveSnapshot(
  connection: Connection,
  path: string,
  bar: ProgressBar,
  signal: AbortSignal,
): Promise<number> {
  const partPath = `${path}.part`;
  const file = await open(partPath, "w", 0o600).catch((cause: unknown) => {
    const text = `could not open ${partPath} (${messageOf(cause)}); choose a place that can be written to`;
    throw new CommandFailure(clientExitCode.interrupted, text, { cause });
  });
  try {
    const size = await fetchInto(file, connection, bar, signal);
    await file.sync();
    await file.close();
    await rename(partPath, path);
    await syncFolder(dirname(path));
    return size;
  } catch (cause) {
    await file.close().catch(() => {});
    await rm(partPath, { force: true });
    if (signal.aborted)
      throw new CommandFailure(clientExitCode.signalled, "the snapshot was broken off; nothing was saved");
    if (cause instanceof CommandFailure) throw cause;
    const text = `the snapshot could not be saved: ${messageOf(cause)}`;
    throw new CommandFailure(clientExitCode.interrupted, text, { cause });
  } finally {
    bar.finish();
  }
}

/** Writes what comes, and compares its last bytes with the SHA-256 of the rest. */
async function fetchInto(
  file: FileHandle,
  connection: Connection,
  bar: ProgressBar,
  signal: AbortSignal,
): Promise<number> {
  const hash = createHash("sha256");
  let tail: Uint8Array = new Uint8Array(0);
  let size = 0;
  const request = SnapshotRequest.create();
  for await (const response of connection.serverStream(maintenanceService.methods.snapshot, request, {
    signal,
  })) {
    const { blob, remainingBytes } = response;
    bar.total = size + blob.length + remainingBytes;
    await writeAll(file, blob);
    size += blob.length;
    // The last 32 bytes are the digest; which those are is known at the end only.
    const unhashed = Buffer.concat([tail, blob]);
    const split = Math.max(0, unhashed.length - digestBytes);
    hash.update(unhashed.subarray(0, split));
    tail = unhashed.subarray(split);
    bar.add(blob.length);
  }
  if (size % blockBytes !== digestBytes) {
    const text = `the snapshot came without its checksum (${size} bytes), so it may be cut short; take it again`;
    throw new CommandFailure(clientExitCode.failure, text);
  }
  if (!hash.digest().equals(tail)) {
    throw new CommandFailure(
      clientExitCode.failure,
      "the snapshot's SHA-256 does not fit its bytes; take it again",
    );
  }
  return size;
}

async function writeAll(file: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length; ) at += (await file.write(bytes, at)).bytesWritten;
}

/** Makes the new name durable, too. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
