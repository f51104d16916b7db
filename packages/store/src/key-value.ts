/**
 * A version of a key, as clients see it and as it is stored.
 */

import { readInt64 } from "./byte-reader.ts";
import { varintLength, writeInt64, writeVarint } from "./byte-writer.ts";
import { noBytes, partOf } from "./bytes.ts";
import { newBytes } from "./slab.ts";
import { StoreError } from "./store-error.ts";

/** A version of a key (mvccpb.KeyValue). Its bytes may be views of stored memory: read only. */
export type KeyValue = {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
  /** Revision at which the key last came into being. 0 in the kv of a delete event. */
  readonly createRevision: number;
  /** Revision of this version. */
  readonly modRevision: number;
  /** Puts since creation, from 1. 0 in the kv of a delete event. */
  readonly version: number;
  /** Lease it is attached to; 0n is none. */
  readonly lease: bigint;
};

const flagTombstone = 1;
const flagLease = 2;

/** Encodes the record of a version: flags, create, mod, version, lease if there is one, value. */
export function encodeRecord(
  createRevision: number,
  modRevision: number,
  version: number,
  lease: bigint,
  value: Uint8Array,
): Uint8Array {
  const leased = lease !== 0n;
  const head =
    1 + varintLength(createRevision) + varintLength(modRevision) + varintLength(version) + (leased ? 8 : 0);
  const bytes = newBytes(head + value.length);
  bytes[0] = leased ? flagLease : 0;
  let at = writeVarint(bytes, 1, createRevision);
  at = writeVarint(bytes, at, modRevision);
  at = writeVarint(bytes, at, version);
  if (leased) at = writeInt64(bytes, at, lease);
  bytes.set(value, at);
  return bytes;
}

/** The record that says: from this revision on the key is gone. The revision is in its key. */
export const tombstone: Uint8Array = Uint8Array.of(flagTombstone);

/** Whether a record of the history table is a tombstone. */
export function isTombstone(record: Uint8Array): boolean {
  return ((record[0] as number) & flagTombstone) !== 0;
}

/** Position behind the last varint read; a reader object per row would cost more than the row. */
let position = 0;

function varint(bytes: Uint8Array): number {
  let value = 0;
  let scale = 1;
  for (;;) {
    const next = bytes[position++];
    if (next === undefined || scale > 0x40000000000000)
      throw new StoreError("corrupt", "a stored version is damaged");
    value += (next & 0x7f) * scale;
    if (next < 0x80) return value;
    scale *= 0x80;
  }
}

/** Decodes a record of the current or history table that is no tombstone. The value may be a view of it. */
export function decodeRecord(key: Uint8Array, record: Uint8Array): KeyValue {
  const flags = record[0];
  if (flags !== 0 && flags !== flagLease) throw new StoreError("corrupt", "a stored version is damaged");
  position = 1;
  const createRevision = varint(record);
  const modRevision = varint(record);
  const version = varint(record);
  let lease = 0n;
  if (flags === flagLease) {
    if (position + 8 > record.length) throw new StoreError("corrupt", "a stored version is damaged");
    lease = readInt64(record, position);
    position += 8;
  }
  return { key, value: partOf(record, position, record.length), createRevision, modRevision, version, lease };
}

/** modRevision of a record that is no tombstone, without decoding the rest. */
export function recordModRevision(record: Uint8Array): number {
  position = 1;
  varint(record);
  return varint(record);
}

/** The kv of a delete event: key and revision only. */
export function deletedKeyValue(key: Uint8Array, modRevision: number): KeyValue {
  return { key, value: noBytes, createRevision: 0, modRevision, version: 0, lease: 0n };
}
