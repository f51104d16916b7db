/**
 * The store in the shape that a member drives: encoded commands in, outcomes out (the member's `StateMachine`, matched by
 * structure: the store imports nobody).
 */

import { type AttributedCommand, decodeAttributed } from "./command-codec.ts";
import type { FlushKeeper } from "./flush-keeper.ts";
import { type Outcome, refused } from "./outcome.ts";
import { decodeOutcome, encodeOutcome, hexOfByte } from "./outcome-codec.ts";
import type { SnapshotReader, SnapshotRestore } from "./snapshot.ts";
import type { Store } from "./store.ts";
import { StoreError } from "./store-error.ts";

/** A committed entry with its bytes. */
export type EncodedEntry = { readonly index: number; readonly term: number; readonly data: Uint8Array };

/** Drives a store with encoded commands. */
export class StoreMachine {
  readonly store: Store;
  /** What the member needs to rely on the store's own disk; null when the backend forgets everything at the end. */
  readonly durable: DurableStore | null;
  /** How outcomes are kept for sessions. */
  readonly results = { encode: encodeOutcome, decode: decodeOutcome } as const;

  constructor(store: Store) {
    this.store = store;
    this.durable = store.isPersistent ? new DurableStore(store) : null;
  }

  /**
   * Applies commands in order. Bytes that are no command are refused as `bad-command`, by every member alike; a command of
   * a newer format ends the member instead (`format`): the others may be able to execute it.
   */
  apply(entries: readonly EncodedEntry[]): readonly Outcome[] {
    const outcomes: Outcome[] = [];
    for (const { index, term, data } of entries) {
      const read = readCommand(data);
      const { command, principal } = read === "bad" ? nothing : read;
      const outcome = this.store.applyEntry({ index, term, command, principal });
      outcomes.push(read === "bad" ? refused("bad-command") : outcome);
    }
    return outcomes;
  }

  snapshot(): SnapshotReader {
    return this.store.snapshot();
  }

  restore(): SnapshotRestore {
    return this.store.restore();
  }

  /** The running digest, cheap enough for every index. */
  digest(): string {
    const digest = this.store.applyDigest;
    const high = `${hexOfByte[digest >>> 24]}${hexOfByte[(digest >>> 16) & 0xff]}`;
    return `${high}${hexOfByte[(digest >>> 8) & 0xff]}${hexOfByte[digest & 0xff]}`;
  }
}

/** A store that keeps itself on disk, as a member sees it (the member's `DurableState`, matched by structure). */
export class DurableStore {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  get appliedIndex(): number {
    return this.#store.appliedIndex;
  }

  get appliedTerm(): number {
    return this.#store.appliedTerm;
  }

  get durableIndex(): number {
    return this.#store.durableIndex();
  }

  get bufferedBytes(): number {
    return this.#store.bufferedBytes;
  }

  get pendingRecords(): number {
    return this.#store.pendingEntries;
  }

  get isFlushing(): boolean {
    return this.#store.flushing;
  }

  /** From now on commits begin when the member says so, with its sidecars in them. */
  entrust(keeper: FlushKeeper): void {
    this.#store.entrust(keeper);
  }

  advance(index: number, term: number): void {
    this.#store.advance(index, term);
  }

  setSidecar(name: string, bytes: Uint8Array): void {
    this.#store.setSidecar(name, bytes);
  }

  sidecar(name: string): Uint8Array | null {
    return this.#store.sidecar(name);
  }

  flush(): void {
    this.#store.flush();
  }
}

const nothing = { command: null, principal: null } as const;

/** Nothing for empty bytes: an entry without a command. */
function readCommand(data: Uint8Array): AttributedCommand | typeof nothing | "bad" {
  if (data.length === 0) return nothing;
  try {
    return decodeAttributed(data);
  } catch (error) {
    if (error instanceof StoreError && error.code === "corrupt") return "bad";
    throw error;
  }
}
