/**
 * A disk in memory that behaves like the worst one allowed: nothing survives a power failure that was not synced, unless
 * the caller says so; names are lost without a sync of their directory; and every operation can be made to fail, stall,
 * lie or go astray. It knows neither time nor chance: whoever drives it decides.
 */

import { type Disk, DiskError, type DiskFile, type DiskLock, joinPath, type OpenMode } from "./disk.ts";
import type { CrashOptions, DiskOperation, InjectedFault, MemoryDiskOptions } from "./memory-faults.ts";
import { MemoryFile } from "./memory-file.ts";
import { MemoryInode } from "./memory-inode.ts";

type NameChange = (names: Map<string, MemoryInode>) => void;

type Directory = {
  current: Map<string, MemoryInode>;
  durable: Map<string, MemoryInode>;
  pending: NameChange[];
};

/** An operation as its caller asks for it. */
export type DiskRequest<T> = {
  readonly kind: DiskOperation["kind"];
  readonly path: string;
  /** Where in the file, and how much; 0 where that has no meaning. */
  readonly position: number;
  readonly bytes: number;
  /** The life of the process that asks. */
  readonly life: number;
  /** Changes what a reader sees, or throws what the operation is to reject with. */
  readonly effect: (fault: InjectedFault | null) => T;
  /** For operations that do more when they come to their end. */
  readonly after: { complete(): void; failed(): void } | null;
};

/** See the module. */
export class MemoryDisk implements Disk {
  onOperation: MemoryDiskOptions["onOperation"];
  quotaBytes: number;
  private readonly schedule: NonNullable<MemoryDiskOptions["schedule"]>;
  private directories = new Map<string, Directory>();
  private locks = new Set<string>();
  private stalled: (() => void)[] = [];
  private operations = 0;
  /** That of the file that was asked for last. */
  private missing: DiskError | null = null;
  /** Rises when the process ends: handles and promises of former lives are dead. */
  private life = 0;

  constructor(options: MemoryDiskOptions = {}) {
    this.onOperation = options.onOperation;
    this.quotaBytes = options.quotaBytes ?? Number.POSITIVE_INFINITY;
    this.schedule = options.schedule ?? ((_, complete) => queueMicrotask(complete));
  }

  /**
   * What one process sees: it dies with the next {@link kill} or {@link crash}, and whatever its code goes on to do has
   * no effect and never settles. (The disk itself can be used as well, by somebody who lives for ever.)
   */
  attach(): Disk {
    const { life } = this;
    return {
      lock: (directory) => this.lock(directory, life),
      createDirectory: (directory) => this.createDirectory(directory, life),
      list: (directory) => this.list(directory, life),
      open: (path, mode) => this.open(path, mode, life),
      rename: (from, to) => this.rename(from, to, life),
      remove: (path) => this.remove(path, life),
      syncDirectory: (directory) => this.syncDirectory(directory, life),
    };
  }

  lock(directory: string, life: number = this.life): Promise<DiskLock> {
    return this.manage("lock", directory, life, () => {
      this.directory(directory);
      if (this.locks.has(directory)) throw new DiskError("locked", directory, "in use by another process");
      this.locks.add(directory);
      let held = true;
      return {
        release: () => {
          if (held && life === this.life) this.locks.delete(directory);
          held = false;
          return Promise.resolve();
        },
      };
    });
  }

  createDirectory(directory: string, life: number = this.life): Promise<void> {
    return this.manage("create-directory", directory, life, () => {
      if (!this.directories.has(directory)) {
        this.directories.set(directory, { current: new Map(), durable: new Map(), pending: [] });
      }
    });
  }

  list(directory: string, life: number = this.life): Promise<readonly string[]> {
    return this.manage("list", directory, life, () =>
      [...this.directory(directory).current.keys()].toSorted(),
    );
  }

  open(path: string, mode: OpenMode, life: number = this.life): Promise<DiskFile> {
    return this.manage("open", path, life, () => {
      const { directory, name } = this.split(path);
      let inode = directory.current.get(name);
      if (mode === "create") {
        if (inode !== undefined) throw new DiskError("exists", path, "the file exists");
        const made = new MemoryInode(path);
        this.changeNames(directory, (names) => names.set(name, made));
        inode = made;
      }
      if (inode === undefined) throw this.notFound(path);
      return new MemoryFile(this, life, inode, path, mode !== "read");
    });
  }

  rename(from: string, to: string, life: number = this.life): Promise<void> {
    return this.manage("rename", from, life, () => {
      const source = this.split(from);
      const target = this.split(to);
      if (source.directory !== target.directory)
        throw new DiskError("io", from, "renames stay within a directory");
      const inode = source.directory.current.get(source.name);
      if (inode === undefined) throw this.notFound(from);
      inode.path = to;
      this.changeNames(source.directory, (names) => {
        names.delete(source.name);
        names.set(target.name, inode);
      });
    });
  }

  remove(path: string, life: number = this.life): Promise<void> {
    return this.manage("remove", path, life, () => {
      const { directory, name } = this.split(path);
      if (!directory.current.has(name)) throw this.notFound(path);
      this.changeNames(directory, (names) => names.delete(name));
    });
  }

  syncDirectory(directory: string, life: number = this.life): Promise<void> {
    let unsynced: readonly NameChange[] = [];
    const effect = (): void => {
      unsynced = [...this.directory(directory).pending];
    };
    const complete = (): void => {
      const { durable, pending } = this.directory(directory);
      for (const change of unsynced) {
        if (pending[0] !== change) continue;
        change(durable);
        pending.shift();
      }
    };
    return this.manage("sync-directory", directory, life, effect, { complete, failed: () => undefined });
  }

  /** Lets every stalled operation take effect. */
  resume(): void {
    for (const complete of this.stalled.splice(0)) complete();
  }

  /** How many operations are stalled. */
  get stalledCount(): number {
    return this.stalled.length;
  }

  /** The process ends, the machine goes on: everything written stays, handles and locks are gone. Pending promises never settle. */
  kill(): void {
    this.life++;
    this.locks.clear();
    this.stalled = [];
  }

  /** The machine loses power. */
  crash({ keepUnsynced = () => "none", keepNames = () => 0 }: CrashOptions = {}): void {
    this.kill();
    const inodes = new Set<MemoryInode>();
    for (const [path, directory] of this.directories) {
      for (const inode of directory.current.values()) inodes.add(inode);
      for (const inode of directory.durable.values()) inodes.add(inode);
      const kept = keepNames(path, directory.pending.length);
      for (const change of directory.pending.slice(0, kept)) change(directory.durable);
      directory.pending = [];
      directory.current = new Map(directory.durable);
    }
    for (const inode of inodes) inode.crash(keepUnsynced);
    for (const [path, { current }] of this.directories) {
      for (const [name, inode] of current) inode.path = joinPath(path, name);
    }
  }

  /** A copy that shares nothing, as if the machine had been imaged; without locks, faults and handles. */
  fork(): MemoryDisk {
    const copy = new MemoryDisk({ quotaBytes: this.quotaBytes });
    for (const [path, { current, durable }] of this.directories) {
      const clones = new Map<MemoryInode, MemoryInode>();
      const cloned = (inode: MemoryInode): MemoryInode => {
        const clone = clones.get(inode) ?? inode.clone();
        clones.set(inode, clone);
        return clone;
      };
      const names = (map: Map<string, MemoryInode>): Map<string, MemoryInode> =>
        new Map([...map].map(([name, inode]) => [name, cloned(inode)]));
      const fork: Directory = { current: names(current), durable: names(durable), pending: [] };
      const target = names(current);
      if (this.directory(path).pending.length > 0) fork.pending.push((map) => replaceAll(map, target));
      copy.directories.set(path, fork);
    }
    return copy;
  }

  /** Names in a directory as a reader sees them, in order; none if there is no such directory. No operation of a process. */
  names(directory: string): readonly string[] {
    return [...(this.directories.get(directory)?.current.keys() ?? [])].toSorted();
  }

  /** A file as a reader sees it. */
  contents(path: string): Uint8Array {
    const inode = this.inode(path);
    const bytes = new Uint8Array(inode.size);
    inode.read(bytes, 0);
    return bytes;
  }

  /** Rot: flips the bits of `mask` in one byte, until it is written again or {@link heal}ed. */
  flip(path: string, offset: number, mask: number): void {
    this.inode(path).flip(offset, mask);
  }

  /** Takes back the rot of a file. */
  heal(path: string): void {
    this.inode(path).heal();
  }

  /** Changes a file behind everybody's back, durably. */
  tamper(
    path: string,
    change: { readonly write?: Uint8Array; readonly position?: number; readonly size?: number },
  ): void {
    const inode = this.inode(path);
    if (change.size !== undefined) inode.resize(change.size);
    if (change.write !== undefined) inode.write(change.write, change.position ?? 0);
    inode.sync(inode.changes);
  }

  /** Bytes that files may still grow by together. */
  get freeBytes(): number {
    // Without a limit nothing needs to be added up.
    return this.quotaBytes === Number.POSITIVE_INFINITY ? this.quotaBytes : this.quotaBytes - this.usedBytes;
  }

  /** Bytes of all files together. */
  get usedBytes(): number {
    let used = 0;
    for (const { current } of this.directories.values())
      for (const inode of current.values()) used += inode.size;
    return used;
  }

  /**
   * Runs one operation: the fault first, the effect when it is issued, `complete` when it completes.
   * For the files of this disk only.
   */
  perform<T>(request: DiskRequest<T>): Promise<T> {
    const { kind, path, position, bytes, life } = request;
    if (life !== this.life) return new Promise<T>(() => undefined);
    const operation = { number: ++this.operations, kind, path, position, bytes };
    const fault = this.onOperation?.(operation) ?? null;
    return fault === null ? this.pass(operation, request) : this.spoil(operation, request, fault);
  }

  /** Runs an operation that nothing goes wrong with, but what is wrong with itself. */
  private pass<T>(operation: DiskOperation, { life, effect, after }: DiskRequest<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      let value: T;
      try {
        value = effect(null);
      } catch (error) {
        this.schedule(operation, () => {
          if (life === this.life) reject(asError(error));
        });
        return;
      }
      this.schedule(operation, () => {
        if (life !== this.life) return;
        after?.complete();
        resolve(value);
      });
    });
  }

  private spoil<T>(operation: DiskOperation, request: DiskRequest<T>, fault: InjectedFault): Promise<T> {
    const { kind, path, life, effect, after } = request;
    return new Promise<T>((resolve, reject) => {
      const finish = (): void => {
        if (life !== this.life) return;
        try {
          if (fault.kind === "error") {
            after?.failed();
            throw new DiskError(fault.code, path, `injected ${fault.code} in ${kind}`);
          }
          const value = fault.kind === "stall" ? effect(null) : (outcome as () => T)();
          if (fault.kind !== "lie") after?.complete();
          resolve(value);
        } catch (error) {
          reject(asError(error));
        }
      };
      const outcome = fault.kind === "error" || fault.kind === "stall" ? null : attempt(() => effect(fault));
      if (fault.kind === "stall") this.stalled.push(finish);
      else this.schedule(operation, finish);
    });
  }

  /** Runs an operation of the directories. */
  private manage<T>(
    kind: DiskOperation["kind"],
    path: string,
    life: number,
    effect: () => T,
    after: DiskRequest<T>["after"] = null,
  ): Promise<T> {
    return this.perform({ kind, path, position: 0, bytes: 0, life, effect, after });
  }

  private directory(path: string): Directory {
    const directory = this.directories.get(path);
    if (directory === undefined) throw new DiskError("not-found", path, "no such directory");
    return directory;
  }

  private inode(path: string): MemoryInode {
    const { directory, name } = this.split(path);
    const inode = directory.current.get(name);
    if (inode === undefined) throw this.notFound(path);
    return inode;
  }

  /** One file is asked for again and again, and the stack of an error costs more than many operations. */
  private notFound(path: string): DiskError {
    if (this.missing?.path !== path) this.missing = new DiskError("not-found", path, "no such file");
    return this.missing;
  }

  private split(path: string): { readonly directory: Directory; readonly name: string } {
    const slash = path.lastIndexOf("/");
    return { directory: this.directory(path.slice(0, slash)), name: path.slice(slash + 1) };
  }

  private changeNames(directory: Directory, change: NameChange): void {
    change(directory.current);
    directory.pending.push(change);
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

/** Runs something now, and gives or throws its outcome when it is asked for. */
function attempt<T>(effect: () => T): () => T {
  try {
    const value = effect();
    return () => value;
  } catch (error) {
    return () => {
      throw error;
    };
  }
}

function replaceAll(names: Map<string, MemoryInode>, target: ReadonlyMap<string, MemoryInode>): void {
  names.clear();
  for (const [name, inode] of target) names.set(name, inode);
}
