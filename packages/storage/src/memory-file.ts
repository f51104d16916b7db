/**
 * An open file of the memory disk.
 */

import { DiskError, type DiskFile } from "./disk.ts";
import type { DiskRequest, MemoryDisk } from "./memory-disk.ts";
import type { DiskOperation, InjectedFault } from "./memory-faults.ts";
import type { MemoryInode } from "./memory-inode.ts";

/** A handle: what it does is an operation of its disk, which may make it fail. Dies with the process that opened it. */
export class MemoryFile implements DiskFile {
  readonly path: string;
  private readonly disk: MemoryDisk;
  private readonly life: number;
  private readonly inode: MemoryInode;
  private readonly writable: boolean;
  private isOpen = true;

  constructor(disk: MemoryDisk, life: number, inode: MemoryInode, path: string, writable: boolean) {
    this.disk = disk;
    this.life = life;
    this.inode = inode;
    this.path = path;
    this.writable = writable;
  }

  size(): Promise<number> {
    return this.run("size", 0, 0, () => {
      this.assertOpen();
      return this.inode.size;
    });
  }

  read(buffer: Uint8Array, position: number): Promise<number> {
    return this.run("read", position, buffer.length, () => this.readSync(buffer, position));
  }

  readSync(buffer: Uint8Array, position: number): number {
    this.assertOpen();
    return this.inode.read(buffer, position);
  }

  write(bytes: Uint8Array, position: number): Promise<void> {
    return this.run("write", position, bytes.length, (fault) => this.store(bytes, position, fault));
  }

  private store(bytes: Uint8Array, position: number, fault: InjectedFault | null): void {
    this.assertWritable();
    if (fault?.kind === "lie") return;
    const room = this.disk.freeBytes + Math.max(0, this.inode.size - position);
    const short = fault?.kind === "short" ? fault.bytes : bytes.length;
    const stored = Math.max(0, Math.min(bytes.length, short, room));
    if (stored > 0)
      this.inode.write(
        stored === bytes.length ? bytes : bytes.subarray(0, stored),
        fault?.kind === "misdirect" ? fault.position : position,
      );
    if (stored < bytes.length) {
      throw new DiskError(
        fault?.kind === "short" ? "io" : "full",
        this.path,
        `only ${stored} bytes were written`,
      );
    }
  }

  preallocate(bytes: number): Promise<void> {
    return this.run("preallocate", 0, bytes, () => {
      this.assertWritable();
      const more = bytes - this.inode.size;
      if (more <= 0) return;
      if (more > this.disk.freeBytes) throw new DiskError("full", this.path, "no space left");
      this.inode.resize(bytes);
    });
  }

  truncate(bytes: number): Promise<void> {
    return this.run("truncate", 0, bytes, () => {
      this.assertWritable();
      this.inode.resize(bytes);
    });
  }

  datasync(): Promise<void> {
    const { inode } = this;
    let changes = 0;
    const effect = (): void => {
      this.assertOpen();
      changes = inode.changes;
    };
    const after = { complete: () => inode.sync(changes), failed: () => inode.failSync() };
    return this.run("datasync", 0, 0, effect, after);
  }

  close(): Promise<void> {
    return this.run("close", 0, 0, () => {
      this.assertOpen();
      this.isOpen = false;
    });
  }

  private run<T>(
    kind: DiskOperation["kind"],
    position: number,
    bytes: number,
    effect: (fault: InjectedFault | null) => T,
    after: DiskRequest<T>["after"] = null,
  ): Promise<T> {
    return this.disk.perform({ kind, path: this.path, position, bytes, life: this.life, effect, after });
  }

  private assertOpen(): void {
    if (!this.isOpen) throw new DiskError("closed", this.path, "the file was closed");
  }

  private assertWritable(): void {
    this.assertOpen();
    if (!this.writable) throw new DiskError("io", this.path, "opened for reading only");
  }
}
