/**
 * How the tables lie in the backend's one ordered key space: generation, table, key (see README, "Four tables").
 */

import { readUint32 } from "./byte-reader.ts";
import { writeInt64, writeUint32 } from "./byte-writer.ts";
import { bytesOfText, noBytes, partOf, prefixEnd } from "./bytes.ts";
import { newBytes } from "./slab.ts";
import { invariant, StoreError } from "./store-error.ts";

/** The tables. The numbers are stored. */
export const Table = {
  /** Singletons by name. */
  meta: 1,
  /** Living keys. */
  current: 2,
  /** Superseded versions and tombstones. */
  history: 3,
  /** Changes by revision. */
  changes: 4,
  /** Leases by id. */
  leases: 5,
  /** Keys by the lease they are attached to. */
  leaseKeys: 6,
  /** Bytes that the member wants stored in the same transaction. */
  sidecars: 7,
  /** Users by name. */
  authUsers: 8,
  /** Roles by name. */
  authRoles: 9,
} as const;
export type Table = (typeof Table)[keyof typeof Table];

/** Where the number of the generation in force is kept. It sorts before all generations. */
export const generationPointerKey: Uint8Array = Uint8Array.of(0);

/** Generations are numbered 1 to this. */
export const generationMax = 250;

const revisionBytes = 7;
const changeNumberBytes = 4;

/** First key of a table. */
export function tableStart(generation: number, table: Table): Uint8Array {
  return Uint8Array.of(generation, table);
}

/** First key behind a table. */
export function tableEnd(generation: number, table: Table): Uint8Array {
  return Uint8Array.of(generation, table + 1);
}

/** A key of a table whose keys are used as they are: meta, current, sidecars. */
export function plainKey(generation: number, table: Table, key: Uint8Array): Uint8Array {
  const bytes = newBytes(key.length + 2);
  bytes[0] = generation;
  bytes[1] = table;
  bytes.set(key, 2);
  return bytes;
}

/** The user's part of a {@link plainKey}, to be read only. */
export function plainPart(stored: Uint8Array): Uint8Array {
  return partOf(stored, 2, stored.length);
}

/** Key of the owner's bytes of a name. */
export function sidecarKey(generation: number, name: string): Uint8Array {
  return plainKey(generation, Table.sidecars, bytesOfText(name));
}

/** Key of a change. `number` counts the changes of a revision from 0. */
export function changeKey(generation: number, revision: number, number: number): Uint8Array {
  const bytes = new Uint8Array(2 + revisionBytes + changeNumberBytes);
  bytes[0] = generation;
  bytes[1] = Table.changes;
  writeUint32(bytes, writeRevision(bytes, 2, revision), number);
  return bytes;
}

/** Revision of a {@link changeKey}. */
export function changeKeyRevision(stored: Uint8Array): number {
  if (stored.length !== 2 + revisionBytes + changeNumberBytes) throw misshapen("change");
  return readRevision(stored, 2);
}

/**
 * Key of a superseded version. The user's key is escaped (00 → 00 ff) and ended by 00 01, so that versions of a key lie
 * together and keys lie in their order whatever bytes they hold.
 */
export function historyKey(generation: number, key: Uint8Array, modRevision: number): Uint8Array {
  let zeros = 0;
  for (let at = 0; at < key.length; at++) if (key[at] === 0) zeros++;
  const bytes = newBytes(2 + key.length + zeros + 2 + revisionBytes);
  bytes[0] = generation;
  bytes[1] = Table.history;
  if (zeros === 0) bytes.set(key, 2);
  else writeEscaped(bytes, 2, key);
  const end = 2 + key.length + zeros;
  bytes[end + 1] = 1;
  writeRevision(bytes, end + 2, modRevision);
  return bytes;
}

/** First possible history key of a user's key. */
export function historyStart(generation: number, key: Uint8Array): Uint8Array {
  return historyKey(generation, key, 0).subarray(0, -revisionBytes);
}

/** modRevision of a {@link historyKey}. */
export function historyRevision(stored: Uint8Array): number {
  if (stored.length < 4 + revisionBytes) throw misshapen("history");
  return readRevision(stored, stored.length - revisionBytes);
}

/** Whether two history keys are versions of one user's key. */
export function sameHistoryKey(left: Uint8Array, right: Uint8Array): boolean {
  if (left.length !== right.length) return false;
  for (let at = left.length - revisionBytes - 1; at >= 2; at--) if (left[at] !== right[at]) return false;
  return true;
}

/** The user's key of a {@link historyKey}. */
export function historyUserKey(stored: Uint8Array): Uint8Array {
  const end = stored.length - revisionBytes - 2;
  if (end < 2 || stored[end] !== 0 || stored[end + 1] !== 1) throw misshapen("history");
  const escaped = stored.subarray(2, end);
  if (!escaped.includes(0)) return escaped;
  const key = new Uint8Array(escaped.length);
  let length = 0;
  for (let at = 0; at < escaped.length; at++) {
    const byte = escaped[at] as number;
    key[length++] = byte;
    if (byte === 0 && escaped[++at] !== 0xff) throw misshapen("history");
  }
  return key.subarray(0, length);
}

/** Key of a lease. Ids sort as unsigned numbers. */
export function leaseKey(generation: number, id: bigint): Uint8Array {
  const bytes = new Uint8Array(10);
  bytes[0] = generation;
  bytes[1] = Table.leases;
  writeInt64(bytes, 2, id);
  return bytes;
}

/** Key that attaches a user's key to a lease. */
export function leaseKeyKey(generation: number, id: bigint, key: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(10 + key.length);
  bytes[0] = generation;
  bytes[1] = Table.leaseKeys;
  writeInt64(bytes, 2, id);
  bytes.set(key, 10);
  return bytes;
}

/** Where the keys of a lease lie, as stored keys. */
export function prefixOfLease(
  generation: number,
  id: bigint,
): { readonly low: Uint8Array; readonly high: Uint8Array } {
  const low = leaseKeyKey(generation, id, noBytes);
  return { low, high: prefixEnd(low) ?? tableEnd(generation, Table.leaseKeys) };
}

/** The user's part of a {@link leaseKeyKey}. */
export function leaseKeyPart(stored: Uint8Array): Uint8Array {
  return partOf(stored, 10, stored.length);
}

/** Lease id of a {@link leaseKey}, signed as at the wire. */
export function leaseKeyId(stored: Uint8Array): bigint {
  if (stored.length < 10) throw misshapen("lease");
  const id = (BigInt(readUint32(stored, 2)) << 32n) | BigInt(readUint32(stored, 6));
  return BigInt.asIntN(64, id);
}

function writeEscaped(target: Uint8Array, from: number, key: Uint8Array): void {
  let at = from;
  for (const byte of key) {
    target[at++] = byte;
    if (byte === 0) target[at++] = 0xff;
  }
}

function writeRevision(target: Uint8Array, at: number, revision: number): number {
  invariant(Number.isSafeInteger(revision) && revision >= 0, "not a revision", revision);
  const high = Math.floor(revision / 0x100000000);
  target[at] = high >>> 16;
  target[at + 1] = high >>> 8;
  target[at + 2] = high;
  return writeUint32(target, at + 3, revision >>> 0);
}

function readRevision(bytes: Uint8Array, at: number): number {
  const high = ((bytes[at] as number) << 16) | ((bytes[at + 1] as number) << 8) | (bytes[at + 2] as number);
  return high * 0x100000000 + readUint32(bytes, at + 3);
}

function misshapen(table: string): StoreError {
  return new StoreError("corrupt", `a key of the ${table} table has the wrong shape`);
}
