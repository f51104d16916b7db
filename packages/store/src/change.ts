/**
 * Changes: what happened to keys, in order. The form in which watches see the log.
 */

import { ByteReader } from "./byte-reader.ts";
import { varintLength, writeVarint } from "./byte-writer.ts";
import type { KeyValue } from "./key-value.ts";
import { newBytes } from "./slab.ts";
import { StoreError } from "./store-error.ts";

/** Kind of a change, with etcd's numbers (mvccpb.Event.EventType); they are stored too. */
export const EventType = { put: 0, delete: 1 } as const;
export type EventType = (typeof EventType)[keyof typeof EventType];

/** A change of a key (mvccpb.Event). */
export type WatchEvent = {
  readonly type: EventType;
  /** The new version; of a deletion only key and modRevision. */
  readonly kv: KeyValue;
  /** The version before, if there was one and it is not compacted. */
  readonly prevKv: KeyValue | null;
};

/** All changes of one revision, in the order they were made. */
export type RevisionChanges = { readonly revision: number; readonly events: readonly WatchEvent[] };

/** A stored change: which key, and which version it superseded (0: none). */
export type ChangeRecord = {
  readonly type: EventType;
  readonly prevModRevision: number;
  readonly key: Uint8Array;
};

/** Encodes a record of the changes table. */
export function encodeChange(type: EventType, prevModRevision: number, key: Uint8Array): Uint8Array {
  const bytes = newBytes(1 + varintLength(prevModRevision) + key.length);
  bytes[0] = type;
  bytes.set(key, writeVarint(bytes, 1, prevModRevision));
  return bytes;
}

/** Decodes a record of the changes table; the key is a view of it. */
export function decodeChange(record: Uint8Array): ChangeRecord {
  const reader = new ByteReader(record);
  const type = reader.byte();
  if (type !== EventType.put && type !== EventType.delete)
    throw new StoreError("corrupt", `change of type ${type}`);
  return { type, prevModRevision: reader.varint(), key: reader.rest() };
}
