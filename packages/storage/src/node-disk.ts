/**
 * The Disk seam over `node:fs`. Writes and syncs run in libuv's pool, off the main thread.
 */

import * as fs from "node:fs";
import { dirname } from "node:path";
import {
  type Disk,
  DiskError,
  type DiskFault,
  type DiskFile,
  type DiskLock,
  joinPath,
  lockName,
  type OpenMode,
} from "./disk.ts";

/** Bytes of zeros per write while preallocating: large enough to be fast, small enough to let others in between. */
const fillBytes = 1024 * 1024;
/** Bytes of zeros between two syncs, so that the sync of the log next door never waits for a whole segment. */
const fillSyncBytes = 8 * 1024 * 1024;

const openFlags: Record<OpenMode, number> = {
  read: fs.constants.O_RDONLY,
  write: fs.constants.O_RDWR,
  create: fs.constants.O_RDWR | fs.constants.O_CREAT | fs.constants.O_EXCL,
};

/** A real file system. It must be local: locks and syncs of network file systems promise less. */
export class NodeDisk implements Disk {
  /**
   * Holds a kernel lock on the file `lock`, by way of SQLite, because Node itself offers no `flock`. The kernel lets go
   * when the process ends, however it ends, so there is no stale lock to reason about. Nothing is written.
   */
  async lock(directory: string): Promise<DiskLock> {
    const path = joinPath(directory, lockName);
    const { DatabaseSync } = await import("node:sqlite");
    let database: InstanceType<typeof DatabaseSync> | null = null;
    try {
      database = new DatabaseSync(path);
      // Without it there would be a second file beside the lock.
      database.exec("PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE");
    } catch (error) {
      database?.close();
      const busy = error instanceof Error && "errcode" in error && error.errcode === 5;
      throw new DiskError(
        busy ? "locked" : "io",
        path,
        busy ? "in use by another process" : messageOf(error),
        error,
      );
    }
    const held = database;
    return {
      release: () => {
        if (held.isOpen) held.close();
        return Promise.resolve();
      },
    };
  }

  async createDirectory(directory: string): Promise<void> {
    if (await isDirectory(directory)) return;
    const parent = dirname(directory);
    if (parent !== directory) await this.createDirectory(parent);
    try {
      await settle<void>(directory, (done) => fs.mkdir(directory, done));
    } catch (error) {
      if (!(error instanceof DiskError && error.code === "exists")) throw error;
    }
    await this.syncDirectory(parent);
  }

  async list(directory: string): Promise<readonly string[]> {
    const names = await settle<string[]>(directory, (done) => fs.readdir(directory, done));
    return names.filter((name) => name !== lockName).toSorted();
  }

  async open(path: string, mode: OpenMode): Promise<DiskFile> {
    return new NodeFile(
      path,
      await settle<number>(path, (done) => fs.open(path, openFlags[mode], 0o600, done)),
    );
  }

  rename(from: string, to: string): Promise<void> {
    return settle<void>(from, (done) => fs.rename(from, to, done));
  }

  remove(path: string): Promise<void> {
    return settle<void>(path, (done) => fs.unlink(path, done));
  }

  async syncDirectory(directory: string): Promise<void> {
    const flags = fs.constants.O_RDONLY | fs.constants.O_DIRECTORY;
    const handle = await settle<number>(directory, (done) => fs.open(directory, flags, done));
    try {
      await settle<void>(directory, (done) => fs.fsync(handle, done));
    } finally {
      await settle<void>(directory, (done) => fs.close(handle, done));
    }
  }
}

class NodeFile implements DiskFile {
  readonly path: string;
  private handle: number | null;

  constructor(path: string, handle: number) {
    this.path = path;
    this.handle = handle;
  }

  async size(): Promise<number> {
    const handle = this.opened();
    return (await settle<fs.Stats>(this.path, (done) => fs.fstat(handle, done))).size;
  }

  async read(buffer: Uint8Array, position: number): Promise<number> {
    const handle = this.opened();
    let filled = 0;
    while (filled < buffer.length) {
      const bytes = await settle<number>(this.path, (done) =>
        fs.read(handle, buffer, filled, buffer.length - filled, position + filled, done),
      );
      if (bytes === 0) break;
      filled += bytes;
    }
    return filled;
  }

  readSync(buffer: Uint8Array, position: number): number {
    const handle = this.opened();
    let filled = 0;
    try {
      while (filled < buffer.length) {
        const bytes = fs.readSync(handle, buffer, filled, buffer.length - filled, position + filled);
        if (bytes === 0) break;
        filled += bytes;
      }
    } catch (error) {
      throw diskError(this.path, error);
    }
    return filled;
  }

  async write(bytes: Uint8Array, position: number): Promise<void> {
    const handle = this.opened();
    let written = 0;
    while (written < bytes.length) {
      written += await settle<number>(this.path, (done) =>
        fs.write(handle, bytes, written, bytes.length - written, position + written, done),
      );
    }
  }

  async preallocate(bytes: number): Promise<void> {
    const from = await this.size();
    const zeros = new Uint8Array(Math.max(0, Math.min(fillBytes, bytes - from)));
    for (let position = from; position < bytes; position += zeros.length) {
      await this.write(
        bytes - position < zeros.length ? zeros.subarray(0, bytes - position) : zeros,
        position,
      );
      if ((position - from) % fillSyncBytes === 0 && position > from) await this.datasync();
    }
  }

  async truncate(bytes: number): Promise<void> {
    const handle = this.opened();
    await settle<void>(this.path, (done) => fs.ftruncate(handle, bytes, done));
  }

  async datasync(): Promise<void> {
    const handle = this.opened();
    await settle<void>(this.path, (done) => fs.fdatasync(handle, done));
  }

  async close(): Promise<void> {
    const handle = this.opened();
    this.handle = null;
    await settle<void>(this.path, (done) => fs.close(handle, done));
  }

  private opened(): number {
    if (this.handle === null) throw new DiskError("closed", this.path, "the file was closed");
    return this.handle;
  }
}

type Done<T> = (error: NodeJS.ErrnoException | null, value?: T) => void;

/** Runs one call of `node:fs` with a callback; cheaper than `fs.promises`, and every error comes out as a DiskError. */
function settle<T>(path: string, start: (done: Done<T>) => void): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    start((error, value) => {
      if (error === null || error === undefined) resolve(value as T);
      else reject(diskError(path, error));
    });
  });
}

const faultOf: Readonly<Record<string, DiskFault>> = {
  ENOENT: "not-found",
  EEXIST: "exists",
  ENOSPC: "full",
  EDQUOT: "full",
};

function diskError(path: string, error: unknown): DiskError {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return new DiskError(faultOf[code] ?? "io", path, messageOf(error), error);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

async function isDirectory(path: string): Promise<boolean> {
  try {
    return (await settle<fs.Stats>(path, (done) => fs.stat(path, done))).isDirectory();
  } catch (error) {
    if (error instanceof DiskError && error.code === "not-found") return false;
    throw error;
  }
}
