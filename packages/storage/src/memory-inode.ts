/**
 * One file of the memory disk: what a reader sees now (the page cache), the changes that a power failure may take back, and
 * rot on top.
 *
 * What is on the platter is the page cache without those changes, so each keeps what it takes to undo it, and a sync only
 * forgets it. That is so until a sync fails: what it should have saved is then read and never saved. From there to the next
 * power failure the platter has an image of its own, and changes keep what they wrote.
 */

import { sectorBytes } from "./layout.ts";

/** Large, because every new array costs more than what is in it. */
const pageBytes = 16 * 1024;

/** Bytes with holes: pages that were never written are zero and take no memory, so that preallocation is cheap. */
class SparseBytes {
  size = 0;
  /** From here on there are only zeros. */
  private filled = 0;
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
    this.filled = Math.max(this.filled, position + bytes.length);
    this.size = Math.max(this.size, position + bytes.length);
  }

  /** A copy of what stands in a range, without the zeros behind everything; null if nothing else is there. */
  copy(position: number, bytes: number): Uint8Array | null {
    const length = Math.min(bytes, this.filled - position);
    if (length <= 0) return null;
    const from = position % pageBytes;
    if (from + length <= pageBytes)
      return this.pages.get(Math.floor(position / pageBytes))?.slice(from, from + length) ?? null;
    const copy = new Uint8Array(length);
    this.read(copy, position);
    return copy;
  }

  resize(bytes: number): void {
    if (bytes < this.size) {
      const last = Math.floor(bytes / pageBytes);
      for (const number of this.pages.keys()) if (number > last) this.pages.delete(number);
      this.pages.get(last)?.fill(0, bytes % pageBytes);
      this.filled = Math.min(this.filled, bytes);
    }
    this.size = bytes;
  }

  clone(): SparseBytes {
    const copy = new SparseBytes();
    copy.size = this.size;
    copy.filled = this.filled;
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

/** An unsynced change, with what undoes it or, where the platter has its own image, with what does it again. */
type Pending = {
  readonly kind: "write" | "resize";
  /** Where a write begins, or a resize lets the file end. */
  readonly position: number;
  /** How much was written; 0 of a resize. */
  readonly bytes: number;
  readonly sizeBefore: number;
  /** What stood there, or was cut off; behind it, or where it is null, there were zeros. */
  readonly before: Uint8Array | null;
  /** What was written; null until it is asked for. */
  written: Uint8Array | null;
};

/** See the module. */
export class MemoryInode {
  path: string;
  private current = new SparseBytes();
  /** What a power failure leaves, where that is not `current` with `pending` undone; see the module. */
  private platter: SparseBytes | null = null;
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
    const { current, platter } = this;
    this.note({
      kind: "write",
      position,
      bytes: bytes.length,
      sizeBefore: current.size,
      before: platter === null ? current.copy(position, bytes.length) : null,
      written: platter === null ? null : bytes.slice(),
    });
    current.write(bytes, position);
    if (this.rot.size === 0) return;
    for (const offset of this.rot.keys()) {
      if (offset >= position && offset < position + bytes.length) this.rot.delete(offset);
    }
  }

  resize(bytes: number): void {
    const { current } = this;
    const sizeBefore = current.size;
    const before = this.platter === null ? current.copy(bytes, sizeBefore - bytes) : null;
    this.note({ kind: "resize", position: bytes, bytes: 0, sizeBefore, before, written: null });
    current.resize(bytes);
  }

  /** Makes the first `changes` changes ever made durable. */
  sync(changes: number): void {
    const { platter, pending } = this;
    const count = Math.max(0, changes - (this.made - pending.length));
    if (platter !== null) for (const change of pending.slice(0, count)) apply(platter, change);
    if (count >= pending.length) pending.length = 0;
    else pending.splice(0, count);
  }

  /** What a failed sync does on common systems: the pages count as clean, are still read, and are not on the platter. */
  failSync(): void {
    this.separatePlatter();
    this.pending = [];
  }

  /** Power failure. */
  crash(keep: (change: UnsyncedChange) => Kept): void {
    const platter = this.separatePlatter();
    for (const change of this.pending) {
      const { kind, position, bytes } = change;
      const kept =
        kind === "write"
          ? keep({ kind, path: this.path, position, bytes })
          : keep({ kind, path: this.path, bytes: position });
      if (kept === "all") apply(platter, change);
      else if (kept !== "none" && change.written !== null)
        applySectors(platter, change.written, position, kept);
    }
    this.pending = [];
    this.current = platter;
    this.platter = null;
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
    copy.platter = this.platter?.clone() ?? null;
    copy.pending = this.pending.map((change) => ({ ...change }));
    copy.made = this.made;
    copy.rot = new Map(this.rot);
    return copy;
  }

  private note(change: Pending): void {
    this.pending.push(change);
    this.made++;
  }

  /** Gives the platter an image of its own. */
  private separatePlatter(): SparseBytes {
    if (this.platter !== null) return this.platter;
    const platter = this.current.clone();
    for (const change of this.pending.toReversed()) {
      const { position, bytes, before } = change;
      if (change.kind === "write") {
        change.written = new Uint8Array(bytes);
        platter.read(change.written, position);
        platter.write(new Uint8Array(bytes), position);
      }
      platter.resize(change.sizeBefore);
      if (before !== null) platter.write(before, position);
    }
    this.platter = platter;
    return platter;
  }
}

function apply(image: SparseBytes, { position, written }: Pending): void {
  if (written === null) image.resize(position);
  else image.write(written, position);
}

function applySectors(
  image: SparseBytes,
  bytes: Uint8Array,
  position: number,
  keeps: (sector: number) => boolean,
): void {
  const first = Math.floor(position / sectorBytes);
  for (let done = 0; done < bytes.length; ) {
    const sector = Math.floor((position + done) / sectorBytes);
    const end = Math.min(bytes.length, (sector + 1) * sectorBytes - position);
    if (keeps(sector - first)) image.write(bytes.subarray(done, end), position + done);
    done = end;
  }
}
