/**
 * Digests of the state at a revision. They read a pinned view step by step, so that a large state can be hashed between
 * turns, and depend on nothing but what is visible: not on flushing, batching, physical compaction or the backend.
 */

import type { Cursor, PinnedView } from "./backend.ts";
import { ByteWriter } from "./byte-writer.ts";
import { compareBytes } from "./bytes.ts";
import { crc32c } from "./crc32c.ts";
import {
  historyRevision,
  historyStart,
  historyUserKey,
  plainPart,
  Table,
  tableEnd,
  tableStart,
} from "./key-layout.ts";
import { decodeRecord, isTombstone, type KeyValue, recordModRevision } from "./key-value.ts";
import type { Hasher } from "./sha256.ts";
import { VersionReader, type VersionWalk } from "./version-reader.ts";

/** Result of HashKV (reference §5): CRC32C of all versions that are visible up to a revision. */
export type KvHash = {
  readonly hash: number;
  /** The compacted revision that the hash was made with. Hashes of different ones cannot be compared. */
  readonly compactRevision: number;
  readonly hashRevision: number;
};

/** Work in bounded steps. `close` gives up, or ends what is done; it must be called. */
export type DigestJob<R> = {
  /** Hashes up to `versionsMax` versions; true when all is done. */
  step(versionsMax: number): boolean;
  /** The digest, after `step` returned true. */
  result(): R;
  close(): void;
};

/** Starts a {@link KvHash} over `view`, which it closes. */
export function kvHashJob(
  view: PinnedView,
  generation: number,
  revision: number,
  compactRevision: number,
): DigestJob<KvHash> {
  const walk = new VisibleVersions(view, generation, revision, compactRevision);
  const writer = new ByteWriter(1024);
  let hash = 0;
  return {
    step: (versionsMax) => {
      for (let count = 0; count < versionsMax; count++) {
        if (!walk.next()) return true;
        writer.reset();
        writeVersion(writer, walk.key, walk.modRevision, walk.kv);
        hash = crc32c(writer.view(), hash);
      }
      return false;
    },
    result: () => ({ hash, compactRevision, hashRevision: revision }),
    close: () => {
      walk.close();
      view.close();
    },
  };
}

/** Starts a SHA-256 over the keys that live at `revision`. Independent of the compacted revision. Closes `view`. */
export function liveShaJob(
  view: PinnedView,
  generation: number,
  revision: number,
  readRevision: number,
  hasher: Hasher,
): DigestJob<Uint8Array> {
  const writer = new ByteWriter(1024);
  writer.varint(revision);
  hasher.update(writer.view());
  const range = { low: new Uint8Array(0), high: null };
  const walk: VersionWalk = new VersionReader(view, generation).walk(range, readRevision);
  return {
    step: (versionsMax) => {
      for (let count = 0; count < versionsMax; count++) {
        if (!walk.next()) return true;
        writer.reset();
        writeVersion(writer, walk.kv.key, walk.kv.modRevision, walk.kv);
        hasher.update(writer.view());
      }
      return false;
    },
    result: () => hasher.digest(),
    close: () => {
      walk.close();
      view.close();
    },
  };
}

/** Runs a job to its end. */
export function runJob<R>(job: DigestJob<R>): R {
  try {
    while (!job.step(65_536));
    return job.result();
  } finally {
    job.close();
  }
}

/** A version as digests see it: every field, unambiguously; null is a tombstone. */
function writeVersion(writer: ByteWriter, key: Uint8Array, modRevision: number, kv: KeyValue | null): void {
  writer.sized(key);
  writer.varint(modRevision);
  writer.flag(kv !== null);
  if (kv === null) return;
  writer.varint(kv.createRevision);
  writer.varint(kv.version);
  writer.int64(kv.lease);
  writer.sized(kv.value);
}

type Version = { readonly modRevision: number; readonly record: Uint8Array };

/**
 * All versions up to a revision that compaction spares, by key and revision: what was made at or after the compacted
 * revision, and what lived at it.
 */
export class VisibleVersions {
  key!: Uint8Array;
  modRevision = 0;
  /** The version; null is a tombstone. */
  kv: KeyValue | null = null;
  readonly #current: Cursor;
  readonly #history: Cursor;
  readonly #revision: number;
  readonly #compactRevision: number;
  #currentKey: Uint8Array | null;
  #historyKey: Uint8Array | null;
  /** Versions of the key at hand that are not handed out yet, the next one last. */
  #queue: Version[] = [];

  constructor(view: PinnedView, generation: number, revision: number, compactRevision: number) {
    const none = new Uint8Array(0);
    this.#current = view.cursor(
      tableStart(generation, Table.current),
      tableEnd(generation, Table.current),
      false,
    );
    this.#history = view.cursor(historyStart(generation, none), tableEnd(generation, Table.history), false);
    this.#revision = revision;
    this.#compactRevision = compactRevision;
    this.#currentKey = this.#stepCurrent();
    this.#historyKey = this.#stepHistory();
  }

  next(): boolean {
    while (this.#queue.length === 0) if (!this.#gather()) return false;
    const { modRevision, record } = this.#queue.pop() as Version;
    this.modRevision = modRevision;
    this.kv = isTombstone(record) ? null : decodeRecord(this.key, record);
    return true;
  }

  close(): void {
    this.#current.close();
    this.#history.close();
  }

  /** Collects the versions of the next key; false when there is none. */
  #gather(): boolean {
    const key = this.#nextKey();
    if (key === null) return false;
    this.key = key;
    const versions: Version[] = [];
    while (this.#historyKey !== null && compareBytes(this.#historyKey, key) === 0) {
      versions.push({ modRevision: historyRevision(this.#history.key), record: this.#history.value });
      this.#historyKey = this.#stepHistory();
    }
    if (this.#currentKey !== null && compareBytes(this.#currentKey, key) === 0) {
      versions.push({ modRevision: recordModRevision(this.#current.value), record: this.#current.value });
      this.#currentKey = this.#stepCurrent();
    }
    this.#queue = versions.filter((version, at) => this.#isVisible(version, versions[at + 1])).toReversed();
    return true;
  }

  #isVisible(version: Version, successor: Version | undefined): boolean {
    if (version.modRevision > this.#revision) return false;
    if (version.modRevision >= this.#compactRevision) return true;
    const superseded = successor !== undefined && successor.modRevision <= this.#compactRevision;
    return !superseded && !isTombstone(version.record);
  }

  #nextKey(): Uint8Array | null {
    if (this.#currentKey === null) return this.#historyKey;
    if (this.#historyKey === null) return this.#currentKey;
    return compareBytes(this.#currentKey, this.#historyKey) <= 0 ? this.#currentKey : this.#historyKey;
  }

  #stepCurrent(): Uint8Array | null {
    return this.#current.next() ? plainPart(this.#current.key) : null;
  }

  #stepHistory(): Uint8Array | null {
    return this.#history.next() ? historyUserKey(this.#history.key) : null;
  }
}
