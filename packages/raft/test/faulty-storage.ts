/**
 * A storage that fails on demand, for tests of what the core does then.
 */

import type { MemoryStorage, Storage, StorageFault } from "../src/index.ts";

/** What can fail. */
export type StorageCall = "entries" | "term" | "snapshot";

/** Reads a disk until told to fail. */
export class FaultyStorage implements Storage {
  private readonly disk: MemoryStorage;
  private readonly faults = new Map<StorageCall, StorageFault>();

  constructor(disk: MemoryStorage) {
    this.disk = disk;
  }

  /** From now on this call answers with a fault. */
  fail(call: StorageCall, fault: StorageFault): void {
    this.faults.set(call, fault);
  }

  initialState() {
    return this.disk.initialState();
  }

  entries(lo: number, hi: number, maxBytes: number) {
    return this.faults.get("entries") ?? this.disk.entries(lo, hi, maxBytes);
  }

  term(index: number) {
    return this.faults.get("term") ?? this.disk.term(index);
  }

  firstIndex(): number {
    return this.disk.firstIndex();
  }

  lastIndex(): number {
    return this.disk.lastIndex();
  }

  snapshot() {
    return this.faults.get("snapshot") ?? this.disk.snapshot();
  }
}
