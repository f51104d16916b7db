/**
 * Snapshots: the whole state as a stream of bytes, cut anywhere.
 *
 * ```
 * "QSNP" · format (1 byte) · records · 0 · number of records (varint) · CRC-32C (4 bytes) · SHA-256 (32 bytes)
 * record: key length (varint, ≥ 1) · key · value length (varint) · value
 * ```
 *
 * Keys are stored keys without their generation, in ascending order, the meta record first. Both checksums cover
 * everything before the CRC.
 */

import type { Backend, Changes, Cursor, PinnedView } from "./backend.ts";
import { readUint32 } from "./byte-reader.ts";
import { ByteWriter } from "./byte-writer.ts";
import { compareBytes, equalBytes, joinBytes, noBytes } from "./bytes.ts";
import { crc32c } from "./crc32c.ts";
import type { Sidecars } from "./flush-keeper.ts";
import { encodeMeta, type Meta, metaKey } from "./meta.ts";
import type { Hasher } from "./sha256.ts";
import { StoreError } from "./store-error.ts";

const magic = Uint8Array.of(0x51, 0x53, 0x4e, 0x50);
const snapshotFormat = 1;
const chunkBytesMin = 256 * 1024;
const recordBytesMax = 1024 * 1024 * 1024;
const batchBytesMax = 1024 * 1024;

/** A state at one moment, read chunk by chunk. */
export class SnapshotReader {
  readonly #view: PinnedView;
  readonly #cursor: Cursor;
  readonly #meta: Uint8Array;
  readonly #metaKey: Uint8Array;
  readonly #hasher: Hasher;
  #crc = 0;
  #records = 0;
  #stage: "head" | "records" | "done" = "head";
  #closed = false;

  /** Reads one generation of `view`, and closes it in the end. */
  constructor(view: PinnedView, generation: number, meta: Meta, hasher: Hasher) {
    this.#view = view;
    this.#meta = encodeMeta(meta);
    this.#metaKey = metaKey(generation);
    this.#cursor = view.cursor(Uint8Array.of(generation), Uint8Array.of(generation + 1), false);
    this.#hasher = hasher;
  }

  /** The next chunk, 256 KiB or one record, whichever is more; null at the end. */
  next(): Uint8Array | null {
    if (this.#stage === "done" || this.#closed) return null;
    const writer = new ByteWriter(chunkBytesMin + 4096);
    if (this.#stage === "head") {
      writer.raw(magic);
      writer.byte(snapshotFormat);
      this.#record(writer, this.#metaKey, this.#meta);
      this.#stage = "records";
    }
    while (writer.length < chunkBytesMin) {
      if (this.#cursor.next()) {
        if (!equalBytes(this.#cursor.key, this.#metaKey))
          this.#record(writer, this.#cursor.key, this.#cursor.value);
        continue;
      }
      writer.byte(0);
      writer.varint(this.#records);
      this.#sum(writer.view());
      writer.uint32(this.#crc);
      writer.raw(this.#hasher.digest());
      this.#stage = "done";
      this.close();
      return writer.finish();
    }
    this.#sum(writer.view());
    return writer.finish();
  }

  /** Gives back what the reader holds. May be called more than once. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#cursor.close();
    this.#view.close();
  }

  #record(writer: ByteWriter, key: Uint8Array, value: Uint8Array): void {
    writer.sized(key.subarray(1));
    writer.sized(value);
    this.#records++;
  }

  #sum(bytes: Uint8Array): void {
    this.#crc = crc32c(bytes, this.#crc);
    this.#hasher.update(bytes);
  }
}

/** Takes a snapshot, chunk by chunk. */
export type SnapshotRestore = {
  /** Throws `corrupt` or `format` when the bytes cannot be right; abort then. */
  write(chunk: Uint8Array): void;
  /**
   * Everything came: checks it, and makes it the state at once and for good. Sidecars that are given take the place of
   * those in the snapshot, in the same transaction. Throws `corrupt`; abort then.
   */
  finish(sidecars?: Sidecars): void;
  /** The rest will not come: the state stays as it was. */
  abort(): void;
};

/** Writes a snapshot into a free generation of a backend; nothing of it counts before `finish`. */
export class GenerationWriter {
  readonly #backend: Backend;
  readonly #generation: number;
  readonly #hasher: Hasher;
  #unread: Uint8Array = noBytes;
  #crc = 0;
  #records = 0;
  #headRead = false;
  #recordsRead = false;
  #lastKey: Uint8Array = noBytes;
  #batch: { key: Uint8Array; value: Uint8Array }[] = [];
  #batchBytes = 0;

  constructor(backend: Backend, generation: number, hasher: Hasher) {
    this.#backend = backend;
    this.#generation = generation;
    this.#hasher = hasher;
  }

  /** Takes the next bytes. Throws `corrupt` or `format` as soon as they cannot be right. */
  write(chunk: Uint8Array): void {
    this.#unread = this.#unread.length === 0 ? chunk.slice() : joinBytes(this.#unread, chunk);
    let at = 0;
    if (!this.#headRead) {
      if (this.#unread.length < magic.length + 1) return;
      this.#readHead();
      at = magic.length + 1;
    }
    while (!this.#recordsRead) {
      const end = this.#readRecord(at);
      if (end === at) break;
      at = end;
    }
    this.#sum(this.#unread.subarray(0, at));
    this.#unread = this.#unread.slice(at);
  }

  /** Checks that everything came, and commits the rest of it. */
  finish(): void {
    if (!this.#recordsRead) throw damaged("it ends too early");
    const trailer = this.#unread;
    const counted = varintAt(trailer, 0);
    if (counted === null || trailer.length !== counted.end + 36) throw damaged("it ends in the wrong place");
    this.#sum(trailer.subarray(0, counted.end));
    if (counted.value !== this.#records) throw damaged("records are missing");
    if (readUint32(trailer, counted.end) !== this.#crc) throw damaged("its CRC differs");
    if (!equalBytes(trailer.subarray(counted.end + 4), this.#hasher.digest()))
      throw damaged("its SHA-256 differs");
    this.#commit();
  }

  #readHead(): void {
    for (let at = 0; at < magic.length; at++) {
      if (this.#unread[at] !== magic[at]) throw damaged("it does not begin like a snapshot");
    }
    const format = this.#unread[magic.length];
    if (format !== snapshotFormat) {
      throw new StoreError("format", `the snapshot has format ${format}, known is ${snapshotFormat}`);
    }
    this.#headRead = true;
  }

  /** Reads a record or the zero behind the last; returns the position behind it, or `at` when bytes are missing. */
  #readRecord(at: number): number {
    const bytes = this.#unread;
    const keyLength = varintAt(bytes, at);
    if (keyLength === null) return at;
    if (keyLength.value === 0) {
      this.#recordsRead = true;
      return keyLength.end;
    }
    if (keyLength.value > recordBytesMax) throw damaged("a key is longer than any can be");
    const keyEnd = keyLength.end + keyLength.value;
    const valueLength = keyEnd > bytes.length ? null : varintAt(bytes, keyEnd);
    if (valueLength === null) return at;
    if (valueLength.value > recordBytesMax) throw damaged("a value is longer than any can be");
    const end = valueLength.end + valueLength.value;
    if (end > bytes.length) return at;
    this.#take(bytes.subarray(keyLength.end, keyEnd), bytes.slice(valueLength.end, end));
    return end;
  }

  #take(key: Uint8Array, value: Uint8Array): void {
    const stored = joinBytes(Uint8Array.of(this.#generation), key);
    if (compareBytes(stored, this.#lastKey) <= 0) throw damaged("its keys are out of order");
    this.#lastKey = stored;
    this.#records++;
    this.#batch.push({ key: stored, value });
    this.#batchBytes += stored.length + value.length;
    if (this.#batchBytes >= batchBytesMax) this.#commit();
  }

  #commit(): void {
    const batch = this.#batch;
    this.#batch = [];
    this.#batchBytes = 0;
    if (batch.length > 0) this.#backend.commitNow(changesOf(batch));
  }

  #sum(bytes: Uint8Array): void {
    this.#crc = crc32c(bytes, this.#crc);
    this.#hasher.update(bytes);
  }
}

/** Changes that write records. */
export function changesOf(
  records: readonly { readonly key: Uint8Array; readonly value: Uint8Array }[],
): Changes {
  return {
    forEach: (change) => {
      for (const { key, value } of records) change(key, value);
    },
  };
}

function varintAt(bytes: Uint8Array, from: number): { readonly value: number; readonly end: number } | null {
  let value = 0;
  let scale = 1;
  for (let at = from; at < bytes.length; at++) {
    const byte = bytes[at] as number;
    if (at - from >= 8) throw damaged("a length is longer than any can be");
    value += (byte & 0x7f) * scale;
    if (byte < 0x80) return { value, end: at + 1 };
    scale *= 0x80;
  }
  return null;
}

function damaged(what: string): StoreError {
  return new StoreError("corrupt", `the snapshot is damaged: ${what}`);
}
