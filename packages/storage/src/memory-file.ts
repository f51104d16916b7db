/**
 * An open file of the memory disk.
 */

import { DiskError, type DiskFile } from "./disk.ts";
import type { MemoryDisk } from "./memory-disk.ts";
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
    return this.run("size", () => this.inode.size);
  }

  read(buffer: Uint8Array, position: number): Promise<number> {
    return this.run("read", () => this.inode.read(buffer, position), { position, bytes: buffer.length });
  }

  readSync(buffer: Uint8Array, position: number): number {
    this.assertOpen();
    return this.inode.read(buffer, position);
  }

  write(bytes: Uint8Array, position: number): Promise<void> {
    const effect = (fault: InjectedFault | null): void => {
      this.assertWritable();
      if (fault?.kind === "lie") return;
      const room = this.disk.quotaBytes - this.disk.usedBytes + Math.max(0, this.inode.size - position);
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
    };
    return this.run("write", effect, { position, bytes: bytes.length });
  }

  preallocate(bytes: number): Promise<void> {
    const effect = (): void => {
      this.assertWritable();
      const more = bytes - this.inode.size;
      if (more <= 0) return;
      if (more > this.disk.quotaBytes - this.disk.usedBytes)
        throw new DiskError("full", this.path, "no space left");
      this.inode.resize(bytes);
    };
    return this.run("preallocate", effect, { bytes });
  }

  truncate(bytes: number): Promise<void> {
    const effect = (): void => {
      this.assertWritable();
      this.inode.resize(bytes);
    };
    return this.run("truncate", effect, { bytes });
  }

  datasync(): Promise<void> {
    let changes = 0;
    const effect = (): void => {
      changes = this.inode.changes;
    };
    return this.run("datasync", effect, {
      complete: () => this.inode.sync(changes),
      failed: () => this.inode.failSync(),
    });
  }

  close(): Promise<void> {
    return this.run("close", () => {
      this.isOpen = false;
    });
  }

  private run<T>(
    kind: DiskOperation["kind"],
    effect: (fault: InjectedFault | null) => T,
    more: {
      readonly position?: number;
      readonly bytes?: number;
      readonly complete?: () => void;
      readonly failed?: () => void;
    } = {},
  ): Promise<T> {
    const guarded = (fault: InjectedFault | null): T => {
      this.assertOpen();
      return effect(fault);
    };
    return this.disk.perform(kind, this.path, guarded, { ...more, life: this.life });
  }

  private assertOpen(): void {
    if (!this.isOpen) throw new DiskError("closed", this.path, "the file was closed");
  }

  private assertWritable(): void {
    if (!this.writable) throw new DiskError("io", this.path, "opened for reading only");
  }
}
