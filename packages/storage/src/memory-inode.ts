/**
 * One file of the memory disk: what a reader sees now (the page cache), what a power failure would leave (the platter),
 * the difference between the two as a list, and rot on top.
 */

import { sectorBytes } from "./layout.ts";

const pageBytes = 4096;

/** Bytes with holes: pages that were never written are zero and take no memory, so that preallocation is cheap. */
class SparseBytes {
  size = 0;
  private pages = new Map<number, Uint8Array>();

  read(buffer: Uint8Array, position: number): number {
    const bytes = Math.max(0, Math.min(buffer.length, this.size - position));
    for (let done = 0; done < bytes; ) {
      const at = position + done;
      const page = this.pages.get(Math.floor(at / pageBytes));
      const from = at % pageBytes;
      const part = Math.min(bytes - done, pageBytes - from);
      if (page === undefined) buffer.fill(0, done, done + part);
      else buffer.set(page.subarray(from, from + part), done);
      done += part;
    }
    return bytes;
  }

  write(bytes: Uint8Array, position: number): void {
    for (let done = 0; done < bytes.length; ) {
      const at = position + done;
      const number = Math.floor(at / pageBytes);
      let page = this.pages.get(number);
      if (page === undefined) {
        page = new Uint8Array(pageBytes);
        this.pages.set(number, page);
      }
      const from = at % pageBytes;
      const part = Math.min(bytes.length - done, pageBytes - from);
      page.set(part === bytes.length ? bytes : bytes.subarray(done, done + part), from);
      done += part;
    }
    this.size = Math.max(this.size, position + bytes.length);
  }

  resize(bytes: number): void {
    if (bytes < this.size) {
      const last = Math.floor(bytes / pageBytes);
      for (const number of this.pages.keys()) if (number > last) this.pages.delete(number);
      this.pages.get(last)?.fill(0, bytes % pageBytes);
    }
    this.size = bytes;
  }

  clone(): SparseBytes {
    const copy = new SparseBytes();
    copy.size = this.size;
    for (const [number, page] of this.pages) copy.pages.set(number, page.slice());
    return copy;
  }
}

/** A change that was made and not synced. */
export type UnsyncedChange =
  | { readonly kind: "write"; readonly path: string; readonly position: number; readonly bytes: number }
  | { readonly kind: "resize"; readonly path: string; readonly bytes: number };

/**
 * What a power failure leaves of one unsynced change: nothing, everything, or, of a write, the sectors for which the
 * function says so (0 is the first that the write touches). A sector is kept whole or not at all.
 */
export type Kept = "none" | "all" | ((sector: number) => boolean);

type Pending =
  | { readonly kind: "write"; readonly position: number; readonly bytes: Uint8Array }
  | { readonly kind: "resize"; readonly bytes: number };

/** See the module. */
export class MemoryInode {
  path: string;
  private current = new SparseBytes();
  private platter = new SparseBytes();
  private pending: Pending[] = [];
  /** Changes ever made. */
  private made = 0;
  private rot = new Map<number, number>();

  constructor(path: string) {
    this.path = path;
  }

  get size(): number {
    return this.current.size;
  }

  /** How many changes were ever made: what a sync that begins now is to make durable. */
  get changes(): number {
    return this.made;
  }

  read(buffer: Uint8Array, position: number): number {
    const bytes = this.current.read(buffer, position);
    for (const [offset, mask] of this.rot) {
      if (offset >= position && offset < position + bytes)
        buffer[offset - position] = (buffer[offset - position] as number) ^ mask;
    }
    return bytes;
  }

  write(bytes: Uint8Array, position: number): void {
    const copy = bytes.slice();
    this.current.write(copy, position);
    this.note({ kind: "write", position, bytes: copy });
    for (const offset of this.rot.keys()) {
      if (offset >= position && offset < position + copy.length) this.rot.delete(offset);
    }
  }

  resize(bytes: number): void {
    this.current.resize(bytes);
    this.note({ kind: "resize", bytes });
  }

  /** Makes the first `changes` changes ever made durable. */
  sync(changes: number): void {
    const synced = this.made - this.pending.length;
    for (const change of this.pending.splice(0, Math.max(0, changes - synced))) apply(this.platter, change);
  }

  /** What a failed sync does on common systems: the pages count as clean, are still read, and are not on the platter. */
  failSync(): void {
    this.pending = [];
  }

  /** Power failure. */
  crash(keep: (change: UnsyncedChange) => Kept): void {
    for (const change of this.pending) {
      const bytes = change.kind === "write" ? change.bytes.length : change.bytes;
      const kept =
        change.kind === "write"
          ? keep({ kind: "write", path: this.path, position: change.position, bytes })
          : keep({ kind: "resize", path: this.path, bytes });
      if (kept === "all") apply(this.platter, change);
      else if (kept !== "none" && change.kind === "write")
        this.applySectors(change.bytes, change.position, kept);
    }
    this.pending = [];
    this.current = this.platter.clone();
  }

  /** Flips the bits of `mask` at a byte, until something is written there. */
  flip(offset: number, mask: number): void {
    this.rot.set(offset, (this.rot.get(offset) ?? 0) ^ mask);
  }

  /** Takes back every flip. */
  heal(): void {
    this.rot.clear();
  }

  clone(): MemoryInode {
    const copy = new MemoryInode(this.path);
    copy.current = this.current.clone();
    copy.platter = this.platter.clone();
    copy.pending = [...this.pending];
    copy.made = this.made;
    copy.rot = new Map(this.rot);
    return copy;
  }

  private note(change: Pending): void {
    this.pending.push(change);
    this.made++;
  }

  private applySectors(bytes: Uint8Array, position: number, keeps: (sector: number) => boolean): void {
    const first = Math.floor(position / sectorBytes);
    for (let done = 0; done < bytes.length; ) {
      const sector = Math.floor((position + done) / sectorBytes);
      const end = Math.min(bytes.length, (sector + 1) * sectorBytes - position);
      if (keeps(sector - first)) this.platter.write(bytes.subarray(done, end), position + done);
      done = end;
    }
  }
}

function apply(image: SparseBytes, change: Pending): void {
  if (change.kind === "write") image.write(change.bytes, change.position);
  else image.resize(change.bytes);
}
