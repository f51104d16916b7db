// Generated from proto/mvcc.proto by scripts/generate.ts. Do not edit.

import type { MessageType, Mutable } from "../message-type.ts";
import { type WireReader, noBytes } from "../wire-reader.ts";
import { delimitedSize, int32Size, int64NumberSize, int64Size, writeBytes, writeLong, writeNumber, writeVarint } from "../wire-writer.ts";

/** Numbers of `mvccpb.Event.EventType`. */
export const EventType = {
  PUT: 0,
  DELETE: 1,
} as const;

/** A number of {@link EventType}, or one that a newer peer knows: proto3's enums are open. */
export type EventType = number;

/** One version of one key. */
export type KeyValue = {
  readonly key: Uint8Array;
  /** Revision that created the key, of its present life. */
  readonly createRevision: number;
  /** Revision that wrote this version. */
  readonly modRevision: number;
  /** Writes since the creation, the creation included; 0 in the event of a deletion. */
  readonly version: number;
  readonly value: Uint8Array;
  /** Lease that the key hangs on; 0 for none. */
  readonly lease: bigint;
};

/** Codec of {@link KeyValue}. */
export const KeyValue: MessageType<KeyValue> = {
  name: "mvccpb.KeyValue",
  fields: [
    { name: "key", jsonName: "key", property: "key", number: 1, kind: "bytes", repeated: false, oneof: null, long: null, values: null, message: null },
    { name: "create_revision", jsonName: "createRevision", property: "createRevision", number: 2, kind: "int64", repeated: false, oneof: null, long: "exact", values: null, message: null },
    { name: "mod_revision", jsonName: "modRevision", property: "modRevision", number: 3, kind: "int64", repeated: false, oneof: null, long: "exact", values: null, message: null },
    { name: "version", jsonName: "version", property: "version", number: 4, kind: "int64", repeated: false, oneof: null, long: "exact", values: null, message: null },
    { name: "value", jsonName: "value", property: "value", number: 5, kind: "bytes", repeated: false, oneof: null, long: null, values: null, message: null },
    { name: "lease", jsonName: "lease", property: "lease", number: 6, kind: "int64", repeated: false, oneof: null, long: "id", values: null, message: null },
  ],
  create: createKeyValue,
  size: sizeKeyValue,
  write: writeKeyValue,
  read: readKeyValue,
};

/** A {@link KeyValue} of nothing but zeros, except what is given. */
export function createKeyValue(init?: Partial<KeyValue>): KeyValue {
  if (init === undefined) {
    return {
      key: noBytes,
      createRevision: 0,
      modRevision: 0,
      version: 0,
      value: noBytes,
      lease: 0n,
    };
  }
  return {
    key: init.key ?? noBytes,
    createRevision: init.createRevision ?? 0,
    modRevision: init.modRevision ?? 0,
    version: init.version ?? 0,
    value: init.value ?? noBytes,
    lease: init.lease ?? 0n,
  };
}

export function sizeKeyValue(message: KeyValue): number {
  let size = 0;
  if (message.key.length !== 0) size += 1 + delimitedSize(message.key.length);
  if (message.createRevision !== 0) size += 1 + int64NumberSize(message.createRevision);
  if (message.modRevision !== 0) size += 1 + int64NumberSize(message.modRevision);
  if (message.version !== 0) size += 1 + int64NumberSize(message.version);
  if (message.value.length !== 0) size += 1 + delimitedSize(message.value.length);
  if (message.lease !== 0n) size += 1 + int64Size(message.lease);
  return size;
}

export function writeKeyValue(message: KeyValue, target: Uint8Array, end: number): number {
  let at = end;
  if (message.lease !== 0n) {
    at = writeLong(target, at, message.lease);
    target[--at] = 48;
  }
  if (message.value.length !== 0) {
    at = writeBytes(target, at, message.value);
    target[--at] = 42;
  }
  if (message.version !== 0) {
    at = writeNumber(target, at, message.version);
    target[--at] = 32;
  }
  if (message.modRevision !== 0) {
    at = writeNumber(target, at, message.modRevision);
    target[--at] = 24;
  }
  if (message.createRevision !== 0) {
    at = writeNumber(target, at, message.createRevision);
    target[--at] = 16;
  }
  if (message.key.length !== 0) {
    at = writeBytes(target, at, message.key);
    target[--at] = 10;
  }
  return at;
}

export function readKeyValue(reader: WireReader, message: KeyValue): void {
  const target = message as Mutable<KeyValue>;
  while (reader.position < reader.end) {
    const tag = reader.tag();
    switch (tag) {
      case 10: {
        target.key = reader.bytes();
        break;
      }
      case 16: {
        target.createRevision = reader.int64Exact();
        break;
      }
      case 24: {
        target.modRevision = reader.int64Exact();
        break;
      }
      case 32: {
        target.version = reader.int64Exact();
        break;
      }
      case 42: {
        target.value = reader.bytes();
        break;
      }
      case 48: {
        target.lease = reader.int64();
        break;
      }
      default:
        reader.skip(tag);
    }
  }
}

/** One change of one key. */
export type Event = {
  readonly type: EventType;
  /** The version written; of a deletion only the key and the revision in mod_revision. */
  readonly kv: KeyValue | null;
  /** The version before, if the watcher asked for it and there was one that is not compacted. */
  readonly prevKv: KeyValue | null;
};

/** Codec of {@link Event}. */
export const Event: MessageType<Event> = {
  name: "mvccpb.Event",
  fields: [
    { name: "type", jsonName: "type", property: "type", number: 1, kind: "enum", repeated: false, oneof: null, long: null, values: EventType, message: null },
    { name: "kv", jsonName: "kv", property: "kv", number: 2, kind: "message", repeated: false, oneof: null, long: null, values: null, message: () => KeyValue },
    { name: "prev_kv", jsonName: "prevKv", property: "prevKv", number: 3, kind: "message", repeated: false, oneof: null, long: null, values: null, message: () => KeyValue },
  ],
  create: createEvent,
  size: sizeEvent,
  write: writeEvent,
  read: readEvent,
};

/** A {@link Event} of nothing but zeros, except what is given. */
export function createEvent(init?: Partial<Event>): Event {
  if (init === undefined) {
    return {
      type: 0,
      kv: null,
      prevKv: null,
    };
  }
  return {
    type: init.type ?? 0,
    kv: init.kv ?? null,
    prevKv: init.prevKv ?? null,
  };
}

export function sizeEvent(message: Event): number {
  let size = 0;
  if (message.type !== 0) size += 1 + int32Size(message.type);
  if (message.kv !== null) size += 1 + delimitedSize(sizeKeyValue(message.kv));
  if (message.prevKv !== null) size += 1 + delimitedSize(sizeKeyValue(message.prevKv));
  return size;
}

export function writeEvent(message: Event, target: Uint8Array, end: number): number {
  let at = end;
  if (message.prevKv !== null) {
    const stop = at;
    at = writeKeyValue(message.prevKv, target, at);
    at = writeVarint(target, at, stop - at);
    target[--at] = 26;
  }
  if (message.kv !== null) {
    const stop = at;
    at = writeKeyValue(message.kv, target, at);
    at = writeVarint(target, at, stop - at);
    target[--at] = 18;
  }
  if (message.type !== 0) {
    at = writeNumber(target, at, message.type);
    target[--at] = 8;
  }
  return at;
}

export function readEvent(reader: WireReader, message: Event): void {
  const target = message as Mutable<Event>;
  while (reader.position < reader.end) {
    const tag = reader.tag();
    switch (tag) {
      case 8: {
        target.type = reader.int32();
        break;
      }
      case 18: {
        const outer = reader.enter();
        readKeyValue(reader, (target.kv ??= createKeyValue()));
        reader.leave(outer);
        break;
      }
      case 26: {
        const outer = reader.enter();
        readKeyValue(reader, (target.prevKv ??= createKeyValue()));
        reader.leave(outer);
        break;
      }
      default:
        reader.skip(tag);
    }
  }
}
