// Generated from proto/kv.proto by scripts/generate.ts. Do not edit.

import type { MessageType, Mutable } from "../message-type.ts";
import type { Service } from "../service.ts";
import { type WireReader, noBytes } from "../wire-reader.ts";
import { delimitedSize, int32Size, int64NumberSize, int64Size, writeBytes, writeLong, writeNumber, writeVarint } from "../wire-writer.ts";
import { ResponseHeader, createResponseHeader, readResponseHeader, sizeResponseHeader, writeResponseHeader } from "./header.ts";
import { KeyValue, createKeyValue, readKeyValue, sizeKeyValue, writeKeyValue } from "./mvcc.ts";

/** Numbers of `etcdserverpb.RangeRequest.SortOrder`. */
export const SortOrder = {
  NONE: 0,
  ASCEND: 1,
  DESCEND: 2,
} as const;

/** A number of {@link SortOrder}, or one that a newer peer knows: proto3's enums are open. */
export type SortOrder = number;

/** Numbers of `etcdserverpb.RangeRequest.SortTarget`. */
export const SortTarget = {
  KEY: 0,
  VERSION: 1,
  CREATE: 2,
  MOD: 3,
  VALUE: 4,
} as const;

/** A number of {@link SortTarget}, or one that a newer peer knows: proto3's enums are open. */
export type SortTarget = number;

/** Numbers of `etcdserverpb.Compare.CompareResult`. */
export const CompareResult = {
  EQUAL: 0,
  GREATER: 1,
  LESS: 2,
  NOT_EQUAL: 3,
} as const;

/** A number of {@link CompareResult}, or one that a newer peer knows: proto3's enums are open. */
export type CompareResult = number;

/** Numbers of `etcdserverpb.Compare.CompareTarget`. */
export const CompareTarget = {
  VERSION: 0,
  CREATE: 1,
  MOD: 2,
  VALUE: 3,
  LEASE: 4,
} as const;

/** A number of {@link CompareTarget}, or one that a newer peer knows: proto3's enums are open. */
export type CompareTarget = number;

/** Asks for the key, or for the keys from key up to range_end. */
export type RangeRequest = {
  readonly key: Uint8Array;
  /** Empty for the one key, one zero byte for everything from key on. */
  readonly rangeEnd: Uint8Array;
  /** Keys at most; 0 for all. */
  readonly limit: number;
  /** As of this revision; 0 or less for the newest. */
  readonly revision: number;
  readonly sortOrder: SortOrder;
  readonly sortTarget: SortTarget;
  /** Whatever the member has will do; it need not be the newest. */
  readonly serializable: boolean;
  /** Leave the values out. */
  readonly keysOnly: boolean;
  /** Only count. */
  readonly countOnly: boolean;
  /** Only keys last written at or after this revision; 0 for no bound, as below. */
  readonly minModRevision: number;
  readonly maxModRevision: number;
  readonly minCreateRevision: number;
  readonly maxCreateRevision: number;
};

/** Codec of {@link RangeRequest}. */
export const RangeRequest: MessageType<RangeRequest> = {
  name: "etcdserverpb.RangeRequest",
  fields: [
    { name: "key", jsonName: "key", property: "key", number: 1, kind: "bytes", repeated: false, oneof: null, long: null, values: null, message: null },
    { name: "range_end", jsonName: "rangeEnd", property: "rangeEnd", number: 2, kind: "bytes", repeated: false, oneof: null, long: null, values: null, message: null },
    { name: "limit", jsonName: "limit", property: "limit", number: 3, kind: "int64", repeated: false, oneof: null, long: "clamped", values: null, message: null },
    { name: "revision", jsonName: "revision", property: "revision", number: 4, kind: "int64", repeated: false, oneof: null, long: "clamped", values: null, message: null },
    { name: "sort_order", jsonName: "sortOrder", property: "sortOrder", number: 5, kind: "enum", repeated: false, oneof: null, long: null, values: SortOrder, message: null },
    { name: "sort_target", jsonName: "sortTarget", property: "sortTarget", number: 6, kind: "enum", repeated: false, oneof: null, long: null, values: SortTarget, message: null },
    { name: "serializable", jsonName: "serializable", property: "serializable", number: 7, kind: "bool", repeated: false, oneof: null, long: null, values: null, message: null },
    { name: "keys_only", jsonName: "keysOnly", property: "keysOnly", number: 8, kind: "bool", repeated: false, oneof: null, long: null, values: null, message: null },
    { name: "count_only", jsonName: "countOnly", property: "countOnly", number: 9, kind: "bool", repeated: false, oneof: null, long: null, values: null, message: null },
    { name: "min_mod_revision", jsonName: "minModRevision", property: "minModRevision", number: 10, kind: "int64", repeated: false, oneof: null, long: "clamped", values: null, message: null },
    { name: "max_mod_revision", jsonName: "maxModRevision", property: "maxModRevision", number: 11, kind: "int64", repeated: false, oneof: null, long: "clamped", values: null, message: null },
    { name: "min_create_revision", jsonName: "minCreateRevision", property: "minCreateRevision", number: 12, kind: "int64", repeated: false, oneof: null, long: "clamped", values: null, message: null },
    { name: "max_create_revision", jsonName: "maxCreateRevision", property: "maxCreateRevision", number: 13, kind: "int64", repeated: false, oneof: null, long: "clamped", values: null, message: null },
  ],
  create: createRangeRequest,
  size: sizeRangeRequest,
  write: writeRangeRequest,
  read: readRangeRequest,
};

/** A {@link RangeRequest} of nothing but zeros, except what is given. */
export function createRangeRequest(init?: Partial<RangeRequest>): RangeRequest {
  if (init === undefined) {
    return {
      key: noBytes,
      rangeEnd: noBytes,
      limit: 0,
      revision: 0,
      sortOrder: 0,
      sortTarget: 0,
      serializable: false,
      keysOnly: false,
      countOnly: false,
      minModRevision: 0,
      maxModRevision: 0,
      minCreateRevision: 0,
      maxCreateRevision: 0,
    };
  }
  return {
    key: init.key ?? noBytes,
    rangeEnd: init.rangeEnd ?? noBytes,
    limit: init.limit ?? 0,
    revision: init.revision ?? 0,
    sortOrder: init.sortOrder ?? 0,
    sortTarget: init.sortTarget ?? 0,
    serializable: init.serializable ?? false,
    keysOnly: init.keysOnly ?? false,
    countOnly: init.countOnly ?? false,
    minModRevision: init.minModRevision ?? 0,
    maxModRevision: init.maxModRevision ?? 0,
    minCreateRevision: init.minCreateRevision ?? 0,
    maxCreateRevision: init.maxCreateRevision ?? 0,
  };
}

export function sizeRangeRequest(message: RangeRequest): number {
  let size = 0;
  if (message.key.length !== 0) size += 1 + delimitedSize(message.key.length);
  if (message.rangeEnd.length !== 0) size += 1 + delimitedSize(message.rangeEnd.length);
  if (message.limit !== 0) size += 1 + int64NumberSize(message.limit);
  if (message.revision !== 0) size += 1 + int64NumberSize(message.revision);
  if (message.sortOrder !== 0) size += 1 + int32Size(message.sortOrder);
  if (message.sortTarget !== 0) size += 1 + int32Size(message.sortTarget);
  if (message.serializable) size += 1 + 1;
  if (message.keysOnly) size += 1 + 1;
  if (message.countOnly) size += 1 + 1;
  if (message.minModRevision !== 0) size += 1 + int64NumberSize(message.minModRevision);
  if (message.maxModRevision !== 0) size += 1 + int64NumberSize(message.maxModRevision);
  if (message.minCreateRevision !== 0) size += 1 + int64NumberSize(message.minCreateRevision);
  if (message.maxCreateRevision !== 0) size += 1 + int64NumberSize(message.maxCreateRevision);
  return size;
}

export function writeRangeRequest(message: RangeRequest, target: Uint8Array, end: number): number {
  let at = end;
  if (message.maxCreateRevision !== 0) {
    at = writeNumber(target, at, message.maxCreateRevision);
    target[--at] = 104;
  }
  if (message.minCreateRevision !== 0) {
    at = writeNumber(target, at, message.minCreateRevision);
    target[--at] = 96;
  }
  if (message.maxModRevision !== 0) {
    at = writeNumber(target, at, message.maxModRevision);
    target[--at] = 88;
  }
  if (message.minModRevision !== 0) {
    at = writeNumber(target, at, message.minModRevision);
    target[--at] = 80;
  }
  if (message.countOnly) {
    target[--at] = 1;
    target[--at] = 72;
  }
  if (message.keysOnly) {
    target[--at] = 1;
    target[--at] = 64;
  }
  if (message.serializable) {
    target[--at] = 1;
    target[--at] = 56;
  }
  if (message.sortTarget !== 0) {
    at = writeNumber(target, at, message.sortTarget);
    target[--at] = 48;
  }
  if (message.sortOrder !== 0) {
    at = writeNumber(target, at, message.sortOrder);
    target[--at] = 40;
  }
  if (message.revision !== 0) {
    at = writeNumber(target, at, message.revision);
    target[--at] = 32;
  }
  if (message.limit !== 0) {
    at = writeNumber(target, at, message.limit);
    target[--at] = 24;
  }
  if (message.rangeEnd.length !== 0) {
    at = writeBytes(target, at, message.rangeEnd);
    target[--at] = 18;
  }
  if (message.key.length !== 0) {
    at = writeBytes(target, at, message.key);
    target[--at] = 10;
  }
  return at;
}

export function readRangeRequest(reader: WireReader, message: RangeRequest): void {
  const target = message as Mutable<RangeRequest>;
  while (reader.position < reader.end) {
    const tag = reader.tag();
    switch (tag) {
      case 10: {
        target.key = reader.bytes();
        break;
      }
      case 18: {
        target.rangeEnd = reader.bytes();
        break;
      }
      case 24: {
        target.limit = reader.int64Clamped();
        break;
      }
      case 32: {
        target.revision = reader.int64Clamped();
        break;
      }
      case 40: {
        target.sortOrder = reader.int32();
        break;
      }
      case 48: {
        target.sortTarget = reader.int32();
        break;
      }
      case 56: {
        target.serializable = reader.bool();
        break;
      }
      case 64: {
        target.keysOnly = reader.bool();
        break;
      }
      case 72: {
        target.countOnly = reader.bool();
        break;
      }
      case 80: {
        target.minModRevision = reader.int64Clamped();
        break;
      }
      case 88: {
        target.maxModRevision = reader.int64Clamped();
        break;
      }
      case 96: {
        target.minCreateRevision = reader.int64Clamped();
        break;
      }
      case 104: {
        target.maxCreateRevision = reader.int64Clamped();
        break;
      }
      default:
        reader.skip(tag);
    }
  }
}

/** Keys that were asked for. */
export type RangeResponse = {
  readonly header: ResponseHeader | null;
  readonly kvs: readonly KeyValue[];
  /** There are keys beyond the limit. */
  readonly more: boolean;
  /** Keys in the range, whatever the limit. */
  readonly count: number;
};

/** Codec of {@link RangeResponse}. */
export const RangeResponse: MessageType<RangeResponse> = {
  name: "etcdserverpb.RangeResponse",
  fields: [
    { name: "header", jsonName: "header", property: "header", number: 1, kind: "message", repeated: false, oneof: null, long: null, values: null, message: () => ResponseHeader },
    { name: "kvs", jsonName: "kvs", property: "kvs", number: 2, kind: "message", repeated: true, oneof: null, long: null, values: null, message: () => KeyValue },
    { name: "more", jsonName: "more", property: "more", number: 3, kind: "bool", repeated: false, oneof: null, long: null, values: null, message: null },
    { name: "count", jsonName: "count", property: "count", number: 4, kind: "int64", repeated: false, oneof: null, long: "exact", values: null, message: null },
  ],
  create: createRangeResponse,
  size: sizeRangeResponse,
  write: writeRangeResponse,
  read: readRangeResponse,
};

/** A {@link RangeResponse} of nothing but zeros, except what is given. */
export function createRangeResponse(init?: Partial<RangeResponse>): RangeResponse {
  if (init === undefined) {
    return {
      header: null,
      kvs: [],
      more: false,
      count: 0,
    };
  }
  return {
    header: init.header ?? null,
    kvs: init.kvs ?? [],
    more: init.more ?? false,
    count: init.count ?? 0,
  };
}

export function sizeRangeResponse(message: RangeResponse): number {
  let size = 0;
  if (message.header !== null) size += 1 + delimitedSize(sizeResponseHeader(message.header));
  for (const item of message.kvs) size += 1 + delimitedSize(sizeKeyValue(item));
  if (message.more) size += 1 + 1;
  if (message.count !== 0) size += 1 + int64NumberSize(message.count);
  return size;
}

export function writeRangeResponse(message: RangeResponse, target: Uint8Array, end: number): number {
  let at = end;
  if (message.count !== 0) {
    at = writeNumber(target, at, message.count);
    target[--at] = 32;
  }
  if (message.more) {
    target[--at] = 1;
    target[--at] = 24;
  }
  for (let index = message.kvs.length - 1; index >= 0; index--) {
    const stop = at;
    at = writeKeyValue(message.kvs[index] as KeyValue, target, at);
    at = writeVarint(target, at, stop - at);
    target[--at] = 18;
  }
  if (message.header !== null) {
    const stop = at;
    at = writeResponseHeader(message.header, target, at);
    at = writeVarint(target, at, stop - at);
    target[--at] = 10;
  }
  return at;
}

export function readRangeResponse(reader: WireReader, message: RangeResponse): void {
  const target = message as Mutable<RangeResponse>;
  while (reader.position < reader.end) {
    const tag = reader.tag();
    switch (tag) {
      case 10: {
        const outer = reader.enter();
        readResponseHeader(reader, (target.header ??= createResponseHeader()));
        reader.leave(outer);
        break;
      }
      case 18: {
        reader.element();
        const outer = reader.enter();
        const item = createKeyValue();
        readKeyValue(reader, item);
        target.kvs.push(item);
        reader.leave(outer);
        break;
      }
      case 24: {
        target.more = reader.bool();
        break;
      }
      case 32: {
        target.count = reader.int64Exact();
        break;
      }
      default:
        reader.skip(tag);
    }
  }
}

/** A part of a range that comes as a stream. */
export type RangeStreamResponse = {
  readonly rangeResponse: RangeResponse | null;
};

/** Codec of {@link RangeStreamResponse}. */
export const RangeStreamResponse: MessageType<RangeStreamResponse> = {
  name: "etcdserverpb.RangeStreamResponse",
  fields: [
    { name: "range_response", jsonName: "rangeResponse", property: "rangeResponse", number: 1, kind: "message", repeated: false, oneof: null, long: null, values: null, message: () => RangeResponse },
  ],
  create: createRangeStreamResponse,
  size: sizeRangeStreamResponse,
  write: writeRangeStreamResponse,
  read: readRangeStreamResponse,
};

/** A {@link RangeStreamResponse} of nothing but zeros, except what is given. */
export function createRangeStreamResponse(init?: Partial<RangeStreamResponse>): RangeStreamResponse {
  if (init === undefined) {
    return {
      rangeResponse: null,
    };
  }
  return {
    rangeResponse: init.rangeResponse ?? null,
  };
}

export function sizeRangeStreamResponse(message: RangeStreamResponse): number {
  let size = 0;
  if (message.rangeResponse !== null) size += 1 + delimitedSize(sizeRangeResponse(message.rangeResponse));
  return size;
}

export function writeRangeStreamResponse(message: RangeStreamResponse, target: Uint8Array, end: number): number {
  let at = end;
  if (message.rangeResponse !== null) {
    const stop = at;
    at = writeRangeResponse(message.rangeResponse, target, at);
    at = writeVarint(target, at, stop - at);
    target[--at] = 10;
  }
  return at;
}

export function readRangeStreamResponse(reader: WireReader, message: RangeStreamResponse): void {
  const target = message as Mutable<RangeStreamResponse>;
  while (reader.position < reader.end) {
    const tag = reader.tag();
    switch (tag) {
      case 10: {
        const outer = reader.enter();
        readRangeResponse(reader, (target.rangeResponse ??= createRangeResponse()));
        reader.leave(outer);
        break;
      }
      default:
        reader.skip(tag);
    }
  }
}

/** Writes a key. */
export type PutRequest = {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
  /** Lease that the key shall hang on; 0 for none. */
  readonly lease: bigint;
  /** Answer with the version before. */
  readonly prevKv: boolean;
  /** Keep the present value. */
  readonly ignoreValue: boolean;
  /** Keep the present lease. */
  readonly ignoreLease: boolean;
};

/** Codec of {@link PutRequest}. */
export const PutRequest: MessageType<PutRequest> = {
  name: "etcdserverpb.PutRequest",
  fields: [
    { name: "key", jsonName: "key", property: "key", number: 1, kind: "bytes", repeated: false, oneof: null, long: null, values: null, message: null },
    { name: "value", jsonName: "value", property: "value", number: 2, kind: "bytes", repeated: false, oneof: null, long: null, values: null, message: null },
    { name: "lease", jsonName: "lease", property: "lease", number: 3, kind: "int64", repeated: false, oneof: null, long: "id", values: null, message: null },
    { name: "prev_kv", jsonName: "prevKv", property: "prevKv", number: 4, kind: "bool", repeated: false, oneof: null, long: null, values: null, message: null },
    { name: "ignore_value", jsonName: "ignoreValue", property: "ignoreValue", number: 5, kind: "bool", repeated: false, oneof: null, long: null, values: null, message: null },
    { name: "ignore_lease", jsonName: "ignoreLease", property: "ignoreLease", number: 6, kind: "bool", repeated: false, oneof: null, long: null, values: null, message: null },
  ],
  create: createPutRequest,
  size: sizePutRequest,
  write: writePutRequest,
  read: readPutRequest,
};

/** A {@link PutRequest} of nothing but zeros, except what is given. */
export function createPutRequest(init?: Partial<PutRequest>): PutRequest {
  if (init === undefined) {
    return {
      key: noBytes,
      value: noBytes,
      lease: 0n,
      prevKv: false,
      ignoreValue: false,
      ignoreLease: false,
    };
  }
  return {
    key: init.key ?? noBytes,
    value: init.value ?? noBytes,
    lease: init.lease ?? 0n,
    prevKv: init.prevKv ?? false,
    ignoreValue: init.ignoreValue ?? false,
    ignoreLease: init.ignoreLease ?? false,
  };
}

export function sizePutRequest(message: PutRequest): number {
  let size = 0;
  if (message.key.length !== 0) size += 1 + delimitedSize(message.key.length);
  if (message.value.length !== 0) size += 1 + delimitedSize(message.value.length);
  if (message.lease !== 0n) size += 1 + int64Size(message.lease);
  if (message.prevKv) size += 1 + 1;
  if (message.ignoreValue) size += 1 + 1;
  if (message.ignoreLease) size += 1 + 1;
  return size;
}

export function writePutRequest(message: PutRequest, target: Uint8Array, end: number): number {
  let at = end;
  if (message.ignoreLease) {
    target[--at] = 1;
    target[--at] = 48;
  }
  if (message.ignoreValue) {
    target[--at] = 1;
    target[--at] = 40;
  }
  if (message.prevKv) {
    target[--at] = 1;
    target[--at] = 32;
  }
  if (message.lease !== 0n) {
    at = writeLong(target, at, message.lease);
    target[--at] = 24;
  }
  if (message.value.length !== 0) {
    at = writeBytes(target, at, message.value);
    target[--at] = 18;
  }
  if (message.key.length !== 0) {
    at = writeBytes(target, at, message.key);
    target[--at] = 10;
  }
  return at;
}

export function readPutRequest(reader: WireReader, message: PutRequest): void {
  const target = message as Mutable<PutRequest>;
  while (reader.position < reader.end) {
    const tag = reader.tag();
    switch (tag) {
      case 10: {
        target.key = reader.bytes();
        break;
      }
      case 18: {
        target.value = reader.bytes();
        break;
      }
      case 24: {
        target.lease = reader.int64();
        break;
      }
      case 32: {
        target.prevKv = reader.bool();
        break;
      }
      case 40: {
        target.ignoreValue = reader.bool();
        break;
      }
      case 48: {
        target.ignoreLease = reader.bool();
        break;
      }
      default:
        reader.skip(tag);
    }
  }
}

/** A key was written. */
export type PutResponse = {
  readonly header: ResponseHeader | null;
  readonly prevKv: KeyValue | null;
};

/** Codec of {@link PutResponse}. */
export const PutResponse: MessageType<PutResponse> = {
  name: "etcdserverpb.PutResponse",
  fields: [
    { name: "header", jsonName: "header", property: "header", number: 1, kind: "message", repeated: false, oneof: null, long: null, values: null, message: () => ResponseHeader },
    { name: "prev_kv", jsonName: "prevKv", property: "prevKv", number: 2, kind: "message", repeated: false, oneof: null, long: null, values: null, message: () => KeyValue },
  ],
  create: createPutResponse,
  size: sizePutResponse,
  write: writePutResponse,
  read: readPutResponse,
};

/** A {@link PutResponse} of nothing but zeros, except what is given. */
export function createPutResponse(init?: Partial<PutResponse>): PutResponse {
  if (init === undefined) {
    return {
      header: null,
      prevKv: null,
    };
  }
  return {
    header: init.header ?? null,
    prevKv: init.prevKv ?? null,
  };
}

export function sizePutResponse(message: PutResponse): number {
  let size = 0;
  if (message.header !== null) size += 1 + delimitedSize(sizeResponseHeader(message.header));
  if (message.prevKv !== null) size += 1 + delimitedSize(sizeKeyValue(message.prevKv));
  return size;
}

export function writePutResponse(message: PutResponse, target: Uint8Array, end: number): number {
  let at = end;
  if (message.prevKv !== null) {
    const stop = at;
    at = writeKeyValue(message.prevKv, target, at);
    at = writeVarint(target, at, stop - at);
    target[--at] = 18;
  }
  if (message.header !== null) {
    const stop = at;
    at = writeResponseHeader(message.header, target, at);
    at = writeVarint(target, at, stop - at);
    target[--at] = 10;
  }
  return at;
}

export function readPutResponse(reader: WireReader, message: PutResponse): void {
  const target = message as Mutable<PutResponse>;
  while (reader.position < reader.end) {
    const tag = reader.tag();
    switch (tag) {
      case 10: {
        const outer = reader.enter();
        readResponseHeader(reader, (target.header ??= createResponseHeader()));
        reader.leave(outer);
        break;
      }
      case 18: {
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

/** Deletes the key, or the keys from key up to range_end. */
export type DeleteRangeRequest = {
  readonly key: Uint8Array;
  /** Empty for the one key, one zero byte for everything from key on. */
  readonly rangeEnd: Uint8Array;
  /** Answer with the versions before. */
  readonly prevKv: boolean;
};

/** Codec of {@link DeleteRangeRequest}. */
export const DeleteRangeRequest: MessageType<DeleteRangeRequest> = {
  name: "etcdserverpb.DeleteRangeRequest",
  fields: [
    { name: "key", jsonName: "key", property: "key", number: 1, kind: "bytes", repeated: false, oneof: null, long: null, values: null, message: null },
    { name: "range_end", jsonName: "rangeEnd", property: "rangeEnd", number: 2, kind: "bytes", repeated: false, oneof: null, long: null, values: null, message: null },
    { name: "prev_kv", jsonName: "prevKv", property: "prevKv", number: 3, kind: "bool", repeated: false, oneof: null, long: null, values: null, message: null },
  ],
  create: createDeleteRangeRequest,
  size: sizeDeleteRangeRequest,
  write: writeDeleteRangeRequest,
  read: readDeleteRangeRequest,
};

/** A {@link DeleteRangeRequest} of nothing but zeros, except what is given. */
export function createDeleteRangeRequest(init?: Partial<DeleteRangeRequest>): DeleteRangeRequest {
  if (init === undefined) {
    return {
      key: noBytes,
      rangeEnd: noBytes,
      prevKv: false,
    };
  }
  return {
    key: init.key ?? noBytes,
    rangeEnd: init.rangeEnd ?? noBytes,
    prevKv: init.prevKv ?? false,
  };
}

export function sizeDeleteRangeRequest(message: DeleteRangeRequest): number {
  let size = 0;
  if (message.key.length !== 0) size += 1 + delimitedSize(message.key.length);
  if (message.rangeEnd.length !== 0) size += 1 + delimitedSize(message.rangeEnd.length);
  if (message.prevKv) size += 1 + 1;
  return size;
}

export function writeDeleteRangeRequest(message: DeleteRangeRequest, target: Uint8Array, end: number): number {
  let at = end;
  if (message.prevKv) {
    target[--at] = 1;
    target[--at] = 24;
  }
  if (message.rangeEnd.length !== 0) {
    at = writeBytes(target, at, message.rangeEnd);
    target[--at] = 18;
  }
  if (message.key.length !== 0) {
    at = writeBytes(target, at, message.key);
    target[--at] = 10;
  }
  return at;
}

export function readDeleteRangeRequest(reader: WireReader, message: DeleteRangeRequest): void {
  const target = message as Mutable<DeleteRangeRequest>;
  while (reader.position < reader.end) {
    const tag = reader.tag();
    switch (tag) {
      case 10: {
        target.key = reader.bytes();
        break;
      }
      case 18: {
        target.rangeEnd = reader.bytes();
        break;
      }
      case 24: {
        target.prevKv = reader.bool();
        break;
      }
      default:
        reader.skip(tag);
    }
  }
}

/** Keys were deleted. */
export type DeleteRangeResponse = {
  readonly header: ResponseHeader | null;
  /** How many. */
  readonly deleted: number;
  readonly prevKvs: readonly KeyValue[];
};

/** Codec of {@link DeleteRangeResponse}. */
export const DeleteRangeResponse: MessageType<DeleteRangeResponse> = {
  name: "etcdserverpb.DeleteRangeResponse",
  fields: [
    { name: "header", jsonName: "header", property: "header", number: 1, kind: "message", repeated: false, oneof: null, long: null, values: null, message: () => ResponseHeader },
    { name: "deleted", jsonName: "deleted", property: "deleted", number: 2, kind: "int64", repeated: false, oneof: null, long: "exact", values: null, message: null },
    { name: "prev_kvs", jsonName: "prevKvs", property: "prevKvs", number: 3, kind: "message", repeated: true, oneof: null, long: null, values: null, message: () => KeyValue },
  ],
  create: createDeleteRangeResponse,
  size: sizeDeleteRangeResponse,
  write: writeDeleteRangeResponse,
  read: readDeleteRangeResponse,
};

/** A {@link DeleteRangeResponse} of nothing but zeros, except what is given. */
export function createDeleteRangeResponse(init?: Partial<DeleteRangeResponse>): DeleteRangeResponse {
  if (init === undefined) {
    return {
      header: null,
      deleted: 0,
      prevKvs: [],
    };
  }
  return {
    header: init.header ?? null,
    deleted: init.deleted ?? 0,
    prevKvs: init.prevKvs ?? [],
  };
}

export function sizeDeleteRangeResponse(message: DeleteRangeResponse): number {
  let size = 0;
  if (message.header !== null) size += 1 + delimitedSize(sizeResponseHeader(message.header));
  if (message.deleted !== 0) size += 1 + int64NumberSize(message.deleted);
  for (const item of message.prevKvs) size += 1 + delimitedSize(sizeKeyValue(item));
  return size;
}

export function writeDeleteRangeResponse(message: DeleteRangeResponse, target: Uint8Array, end: number): number {
  let at = end;
  for (let index = message.prevKvs.length - 1; index >= 0; index--) {
    const stop = at;
    at = writeKeyValue(message.prevKvs[index] as KeyValue, target, at);
    at = writeVarint(target, at, stop - at);
    target[--at] = 26;
  }
  if (message.deleted !== 0) {
    at = writeNumber(target, at, message.deleted);
    target[--at] = 16;
  }
  if (message.header !== null) {
    const stop = at;
    at = writeResponseHeader(message.header, target, at);
    at = writeVarint(target, at, stop - at);
    target[--at] = 10;
  }
  return at;
}

export function readDeleteRangeResponse(reader: WireReader, message: DeleteRangeResponse): void {
  const target = message as Mutable<DeleteRangeResponse>;
  while (reader.position < reader.end) {
    const tag = reader.tag();
    switch (tag) {
      case 10: {
        const outer = reader.enter();
        readResponseHeader(reader, (target.header ??= createResponseHeader()));
        reader.leave(outer);
        break;
      }
      case 16: {
        target.deleted = reader.int64Exact();
        break;
      }
      case 26: {
        reader.element();
        const outer = reader.enter();
        const item = createKeyValue();
        readKeyValue(reader, item);
        target.prevKvs.push(item);
        reader.leave(outer);
        break;
      }
      default:
        reader.skip(tag);
    }
  }
}

/** One operation of a transaction. */
export type RequestOp = {
  readonly request:
    | { readonly case: "requestRange"; readonly value: RangeRequest }
    | { readonly case: "requestPut"; readonly value: PutRequest }
    | { readonly case: "requestDeleteRange"; readonly value: DeleteRangeRequest }
    | { readonly case: "requestTxn"; readonly value: TxnRequest }
    | null;
};

/** Codec of {@link RequestOp}. */
export const RequestOp: MessageType<RequestOp> = {
  name: "etcdserverpb.RequestOp",
  fields: [
    { name: "request_range", jsonName: "requestRange", property: "requestRange", number: 1, kind: "message", repeated: false, oneof: "request", long: null, values: null, message: () => RangeRequest },
    { name: "request_put", jsonName: "requestPut", property: "requestPut", number: 2, kind: "message", repeated: false, oneof: "request", long: null, values: null, message: () => PutRequest },
    { name: "request_delete_range", jsonName: "requestDeleteRange", property: "requestDeleteRange", number: 3, kind: "message", repeated: false, oneof: "request", long: null, values: null, message: () => DeleteRangeRequest },
    { name: "request_txn", jsonName: "requestTxn", property: "requestTxn", number: 4, kind: "message", repeated: false, oneof: "request", long: null, values: null, message: () => TxnRequest },
  ],
  create: createRequestOp,
  size: sizeRequestOp,
  write: writeRequestOp,
  read: readRequestOp,
};

/** A {@link RequestOp} of nothing but zeros, except what is given. */
export function createRequestOp(init?: Partial<RequestOp>): RequestOp {
  if (init === undefined) {
    return {
      request: null,
    };
  }
  return {
    request: init.request ?? null,
  };
}

export function sizeRequestOp(message: RequestOp): number {
  let size = 0;
  switch (message.request?.case) {
    case "requestRange":
      size += 1 + delimitedSize(sizeRangeRequest(message.request.value));
      break;
    case "requestPut":
      size += 1 + delimitedSize(sizePutRequest(message.request.value));
      break;
    case "requestDeleteRange":
      size += 1 + delimitedSize(sizeDeleteRangeRequest(message.request.value));
      break;
    case "requestTxn":
      size += 1 + delimitedSize(sizeTxnRequest(message.request.value));
      break;
  }
  return size;
}

export function writeRequestOp(message: RequestOp, target: Uint8Array, end: number): number {
  let at = end;
  switch (message.request?.case) {
    case "requestRange": {
      const stop = at;
      at = writeRangeRequest(message.request.value, target, at);
      at = writeVarint(target, at, stop - at);
      target[--at] = 10;
      break;
    }
    case "requestPut": {
      const stop = at;
      at = writePutRequest(message.request.value, target, at);
      at = writeVarint(target, at, stop - at);
      target[--at] = 18;
      break;
    }
    case "requestDeleteRange": {
      const stop = at;
      at = writeDeleteRangeRequest(message.request.value, target, at);
      at = writeVarint(target, at, stop - at);
      target[--at] = 26;
      break;
    }
    case "requestTxn": {
      const stop = at;
      at = writeTxnRequest(message.request.value, target, at);
      at = writeVarint(target, at, stop - at);
      target[--at] = 34;
      break;
    }
  }
  return at;
}

export function readRequestOp(reader: WireReader, message: RequestOp): void {
  const target = message as Mutable<RequestOp>;
  while (reader.position < reader.end) {
    const tag = reader.tag();
    switch (tag) {
      case 10: {
        const outer = reader.enter();
        const value = target.request?.case === "requestRange" ? target.request.value : createRangeRequest();
        readRangeRequest(reader, value);
        target.request = { case: "requestRange", value };
        reader.leave(outer);
        break;
      }
      case 18: {
        const outer = reader.enter();
        const value = target.request?.case === "requestPut" ? target.request.value : createPutRequest();
        readPutRequest(reader, value);
        target.request = { case: "requestPut", value };
        reader.leave(outer);
        break;
      }
      case 26: {
        const outer = reader.enter();
        const value = target.request?.case === "requestDeleteRange" ? target.request.value : createDeleteRangeRequest();
        readDeleteRangeRequest(reader, value);
        target.request = { case: "requestDeleteRange", value };
        reader.leave(outer);
        break;
      }
      case 34: {
        const outer = reader.enter();
        const value = target.request?.case === "requestTxn" ? target.request.value : createTxnRequest();
        readTxnRequest(reader, value);
        target.request = { case: "requestTxn", value };
        reader.leave(outer);
        break;
      }
      default:
        reader.skip(tag);
    }
  }
}

/** The answer to one operation of a transaction. */
export type ResponseOp = {
  readonly response:
    | { readonly case: "responseRange"; readonly value: RangeResponse }
    | { readonly case: "responsePut"; readonly value: PutResponse }
    | { readonly case: "responseDeleteRange"; readonly value: DeleteRangeResponse }
    | { readonly case: "responseTxn"; readonly value: TxnResponse }
    | null;
};

/** Codec of {@link ResponseOp}. */
export const ResponseOp: MessageType<ResponseOp> = {
  name: "etcdserverpb.ResponseOp",
  fields: [
    { name: "response_range", jsonName: "responseRange", property: "responseRange", number: 1, kind: "message", repeated: false, oneof: "response", long: null, values: null, message: () => RangeResponse },
    { name: "response_put", jsonName: "responsePut", property: "responsePut", number: 2, kind: "message", repeated: false, oneof: "response", long: null, values: null, message: () => PutResponse },
    { name: "response_delete_range", jsonName: "responseDeleteRange", property: "responseDeleteRange", number: 3, kind: "message", repeated: false, oneof: "response", long: null, values: null, message: () => DeleteRangeResponse },
    { name: "response_txn", jsonName: "responseTxn", property: "responseTxn", number: 4, kind: "message", repeated: false, oneof: "response", long: null, values: null, message: () => TxnResponse },
  ],
  create: createResponseOp,
  size: sizeResponseOp,
  write: writeResponseOp,
  read: readResponseOp,
};

/** A {@link ResponseOp} of nothing but zeros, except what is given. */
export function createResponseOp(init?: Partial<ResponseOp>): ResponseOp {
  if (init === undefined) {
    return {
      response: null,
    };
  }
  return {
    response: init.response ?? null,
  };
}

export function sizeResponseOp(message: ResponseOp): number {
  let size = 0;
  switch (message.response?.case) {
    case "responseRange":
      size += 1 + delimitedSize(sizeRangeResponse(message.response.value));
      break;
    case "responsePut":
      size += 1 + delimitedSize(sizePutResponse(message.response.value));
      break;
    case "responseDeleteRange":
      size += 1 + delimitedSize(sizeDeleteRangeResponse(message.response.value));
      break;
    case "responseTxn":
      size += 1 + delimitedSize(sizeTxnResponse(message.response.value));
      break;
  }
  return size;
}

export function writeResponseOp(message: ResponseOp, target: Uint8Array, end: number): number {
  let at = end;
  switch (message.response?.case) {
    case "responseRange": {
      const stop = at;
      at = writeRangeResponse(message.response.value, target, at);
      at = writeVarint(target, at, stop - at);
      target[--at] = 10;
      break;
    }
    case "responsePut": {
      const stop = at;
      at = writePutResponse(message.response.value, target, at);
      at = writeVarint(target, at, stop - at);
      target[--at] = 18;
      break;
    }
    case "responseDeleteRange": {
      const stop = at;
      at = writeDeleteRangeResponse(message.response.value, target, at);
      at = writeVarint(target, at, stop - at);
      target[--at] = 26;
      break;
    }
    case "responseTxn": {
      const stop = at;
      at = writeTxnResponse(message.response.value, target, at);
      at = writeVarint(target, at, stop - at);
      target[--at] = 34;
      break;
    }
  }
  return at;
}

export function readResponseOp(reader: WireReader, message: ResponseOp): void {
  const target = message as Mutable<ResponseOp>;
  while (reader.position < reader.end) {
    const tag = reader.tag();
    switch (tag) {
      case 10: {
        const outer = reader.enter();
        const value = target.response?.case === "responseRange" ? target.response.value : createRangeResponse();
        readRangeResponse(reader, value);
        target.response = { case: "responseRange", value };
        reader.leave(outer);
        break;
      }
      case 18: {
        const outer = reader.enter();
        const value = target.response?.case === "responsePut" ? target.response.value : createPutResponse();
        readPutResponse(reader, value);
        target.response = { case: "responsePut", value };
        reader.leave(outer);
        break;
      }
      case 26: {
        const outer = reader.enter();
        const value = target.response?.case === "responseDeleteRange" ? target.response.value : createDeleteRangeResponse();
        readDeleteRangeResponse(reader, value);
        target.response = { case: "responseDeleteRange", value };
        reader.leave(outer);
        break;
      }
      case 34: {
        const outer = reader.enter();
        const value = target.response?.case === "responseTxn" ? target.response.value : createTxnResponse();
        readTxnResponse(reader, value);
        target.response = { case: "responseTxn", value };
        reader.leave(outer);
        break;
      }
      default:
        reader.skip(tag);
    }
  }
}

/**
 * One condition of a transaction: the target of the key, or of every key up to range_end, stands in `result` to the
 * given operand.
 */
export type Compare = {
  readonly result: CompareResult;
  /** Decides which operand counts; where another one is given, the operand is its zero. */
  readonly target: CompareTarget;
  readonly key: Uint8Array;
  readonly targetUnion:
    | { readonly case: "version"; readonly value: number }
    | { readonly case: "createRevision"; readonly value: number }
    | { readonly case: "modRevision"; readonly value: number }
    | { readonly case: "value"; readonly value: Uint8Array }
    | { readonly case: "lease"; readonly value: bigint }
    | null;
  /** Empty for the one key, one zero byte for everything from key on. */
  readonly rangeEnd: Uint8Array;
};

/** Codec of {@link Compare}. */
export const Compare: MessageType<Compare> = {
  name: "etcdserverpb.Compare",
  fields: [
    { name: "result", jsonName: "result", property: "result", number: 1, kind: "enum", repeated: false, oneof: null, long: null, values: CompareResult, message: null },
    { name: "target", jsonName: "target", property: "target", number: 2, kind: "enum", repeated: false, oneof: null, long: null, values: CompareTarget, message: null },
    { name: "key", jsonName: "key", property: "key", number: 3, kind: "bytes", repeated: false, oneof: null, long: null, values: null, message: null },
    { name: "version", jsonName: "version", property: "version", number: 4, kind: "int64", repeated: false, oneof: "targetUnion", long: "clamped", values: null, message: null },
    { name: "create_revision", jsonName: "createRevision", property: "createRevision", number: 5, kind: "int64", repeated: false, oneof: "targetUnion", long: "clamped", values: null, message: null },
    { name: "mod_revision", jsonName: "modRevision", property: "modRevision", number: 6, kind: "int64", repeated: false, oneof: "targetUnion", long: "clamped", values: null, message: null },
    { name: "value", jsonName: "value", property: "value", number: 7, kind: "bytes", repeated: false, oneof: "targetUnion", long: null, values: null, message: null },
    { name: "lease", jsonName: "lease", property: "lease", number: 8, kind: "int64", repeated: false, oneof: "targetUnion", long: "id", values: null, message: null },
    { name: "range_end", jsonName: "rangeEnd", property: "rangeEnd", number: 64, kind: "bytes", repeated: false, oneof: null, long: null, values: null, message: null },
  ],
  create: createCompare,
  size: sizeCompare,
  write: writeCompare,
  read: readCompare,
};

/** A {@link Compare} of nothing but zeros, except what is given. */
export function createCompare(init?: Partial<Compare>): Compare {
  if (init === undefined) {
    return {
      result: 0,
      target: 0,
      key: noBytes,
      targetUnion: null,
      rangeEnd: noBytes,
    };
  }
  return {
    result: init.result ?? 0,
    target: init.target ?? 0,
    key: init.key ?? noBytes,
    targetUnion: init.targetUnion ?? null,
    rangeEnd: init.rangeEnd ?? noBytes,
  };
}

export function sizeCompare(message: Compare): number {
  let size = 0;
  if (message.result !== 0) size += 1 + int32Size(message.result);
  if (message.target !== 0) size += 1 + int32Size(message.target);
  if (message.key.length !== 0) size += 1 + delimitedSize(message.key.length);
  switch (message.targetUnion?.case) {
    case "version":
      size += 1 + int64NumberSize(message.targetUnion.value);
      break;
    case "createRevision":
      size += 1 + int64NumberSize(message.targetUnion.value);
      break;
    case "modRevision":
      size += 1 + int64NumberSize(message.targetUnion.value);
      break;
    case "value":
      size += 1 + delimitedSize(message.targetUnion.value.length);
      break;
    case "lease":
      size += 1 + int64Size(message.targetUnion.value);
      break;
  }
  if (message.rangeEnd.length !== 0) size += 2 + delimitedSize(message.rangeEnd.length);
  return size;
}

export function writeCompare(message: Compare, target: Uint8Array, end: number): number {
  let at = end;
  if (message.rangeEnd.length !== 0) {
    at = writeBytes(target, at, message.rangeEnd);
    at = writeVarint(target, at, 514);
  }
  switch (message.targetUnion?.case) {
    case "version": {
      at = writeNumber(target, at, message.targetUnion.value);
      target[--at] = 32;
      break;
    }
    case "createRevision": {
      at = writeNumber(target, at, message.targetUnion.value);
      target[--at] = 40;
      break;
    }
    case "modRevision": {
      at = writeNumber(target, at, message.targetUnion.value);
      target[--at] = 48;
      break;
    }
    case "value": {
      at = writeBytes(target, at, message.targetUnion.value);
      target[--at] = 58;
      break;
    }
    case "lease": {
      at = writeLong(target, at, message.targetUnion.value);
      target[--at] = 64;
      break;
    }
  }
  if (message.key.length !== 0) {
    at = writeBytes(target, at, message.key);
    target[--at] = 26;
  }
  if (message.target !== 0) {
    at = writeNumber(target, at, message.target);
    target[--at] = 16;
  }
  if (message.result !== 0) {
    at = writeNumber(target, at, message.result);
    target[--at] = 8;
  }
  return at;
}

export function readCompare(reader: WireReader, message: Compare): void {
  const target = message as Mutable<Compare>;
  while (reader.position < reader.end) {
    const tag = reader.tag();
    switch (tag) {
      case 8: {
        target.result = reader.int32();
        break;
      }
      case 16: {
        target.target = reader.int32();
        break;
      }
      case 26: {
        target.key = reader.bytes();
        break;
      }
      case 32: {
        target.targetUnion = { case: "version", value: reader.int64Clamped() };
        break;
      }
      case 40: {
        target.targetUnion = { case: "createRevision", value: reader.int64Clamped() };
        break;
      }
      case 48: {
        target.targetUnion = { case: "modRevision", value: reader.int64Clamped() };
        break;
      }
      case 58: {
        target.targetUnion = { case: "value", value: reader.bytes() };
        break;
      }
      case 64: {
        target.targetUnion = { case: "lease", value: reader.int64() };
        break;
      }
      case 514: {
        target.rangeEnd = reader.bytes();
        break;
      }
      default:
        reader.skip(tag);
    }
  }
}

/** Does `success` if all conditions hold, else `failure`, in one revision. */
export type TxnRequest = {
  readonly compare: readonly Compare[];
  readonly success: readonly RequestOp[];
  readonly failure: readonly RequestOp[];
};

/** Codec of {@link TxnRequest}. */
export const TxnRequest: MessageType<TxnRequest> = {
  name: "etcdserverpb.TxnRequest",
  fields: [
    { name: "compare", jsonName: "compare", property: "compare", number: 1, kind: "message", repeated: true, oneof: null, long: null, values: null, message: () => Compare },
    { name: "success", jsonName: "success", property: "success", number: 2, kind: "message", repeated: true, oneof: null, long: null, values: null, message: () => RequestOp },
    { name: "failure", jsonName: "failure", property: "failure", number: 3, kind: "message", repeated: true, oneof: null, long: null, values: null, message: () => RequestOp },
  ],
  create: createTxnRequest,
  size: sizeTxnRequest,
  write: writeTxnRequest,
  read: readTxnRequest,
};

/** A {@link TxnRequest} of nothing but zeros, except what is given. */
export function createTxnRequest(init?: Partial<TxnRequest>): TxnRequest {
  if (init === undefined) {
    return {
      compare: [],
      success: [],
      failure: [],
    };
  }
  return {
    compare: init.compare ?? [],
    success: init.success ?? [],
    failure: init.failure ?? [],
  };
}

export function sizeTxnRequest(message: TxnRequest): number {
  let size = 0;
  for (const item of message.compare) size += 1 + delimitedSize(sizeCompare(item));
  for (const item of message.success) size += 1 + delimitedSize(sizeRequestOp(item));
  for (const item of message.failure) size += 1 + delimitedSize(sizeRequestOp(item));
  return size;
}

export function writeTxnRequest(message: TxnRequest, target: Uint8Array, end: number): number {
  let at = end;
  for (let index = message.failure.length - 1; index >= 0; index--) {
    const stop = at;
    at = writeRequestOp(message.failure[index] as RequestOp, target, at);
    at = writeVarint(target, at, stop - at);
    target[--at] = 26;
  }
  for (let index = message.success.length - 1; index >= 0; index--) {
    const stop = at;
    at = writeRequestOp(message.success[index] as RequestOp, target, at);
    at = writeVarint(target, at, stop - at);
    target[--at] = 18;
  }
  for (let index = message.compare.length - 1; index >= 0; index--) {
    const stop = at;
    at = writeCompare(message.compare[index] as Compare, target, at);
    at = writeVarint(target, at, stop - at);
    target[--at] = 10;
  }
  return at;
}

export function readTxnRequest(reader: WireReader, message: TxnRequest): void {
  const target = message as Mutable<TxnRequest>;
  while (reader.position < reader.end) {
    const tag = reader.tag();
    switch (tag) {
      case 10: {
        reader.element();
        const outer = reader.enter();
        const item = createCompare();
        readCompare(reader, item);
        target.compare.push(item);
        reader.leave(outer);
        break;
      }
      case 18: {
        reader.element();
        const outer = reader.enter();
        const item = createRequestOp();
        readRequestOp(reader, item);
        target.success.push(item);
        reader.leave(outer);
        break;
      }
      case 26: {
        reader.element();
        const outer = reader.enter();
        const item = createRequestOp();
        readRequestOp(reader, item);
        target.failure.push(item);
        reader.leave(outer);
        break;
      }
      default:
        reader.skip(tag);
    }
  }
}

/** A transaction was done. */
export type TxnResponse = {
  readonly header: ResponseHeader | null;
  /** The conditions held. */
  readonly succeeded: boolean;
  readonly responses: readonly ResponseOp[];
};

/** Codec of {@link TxnResponse}. */
export const TxnResponse: MessageType<TxnResponse> = {
  name: "etcdserverpb.TxnResponse",
  fields: [
    { name: "header", jsonName: "header", property: "header", number: 1, kind: "message", repeated: false, oneof: null, long: null, values: null, message: () => ResponseHeader },
    { name: "succeeded", jsonName: "succeeded", property: "succeeded", number: 2, kind: "bool", repeated: false, oneof: null, long: null, values: null, message: null },
    { name: "responses", jsonName: "responses", property: "responses", number: 3, kind: "message", repeated: true, oneof: null, long: null, values: null, message: () => ResponseOp },
  ],
  create: createTxnResponse,
  size: sizeTxnResponse,
  write: writeTxnResponse,
  read: readTxnResponse,
};

/** A {@link TxnResponse} of nothing but zeros, except what is given. */
export function createTxnResponse(init?: Partial<TxnResponse>): TxnResponse {
  if (init === undefined) {
    return {
      header: null,
      succeeded: false,
      responses: [],
    };
  }
  return {
    header: init.header ?? null,
    succeeded: init.succeeded ?? false,
    responses: init.responses ?? [],
  };
}

export function sizeTxnResponse(message: TxnResponse): number {
  let size = 0;
  if (message.header !== null) size += 1 + delimitedSize(sizeResponseHeader(message.header));
  if (message.succeeded) size += 1 + 1;
  for (const item of message.responses) size += 1 + delimitedSize(sizeResponseOp(item));
  return size;
}

export function writeTxnResponse(message: TxnResponse, target: Uint8Array, end: number): number {
  let at = end;
  for (let index = message.responses.length - 1; index >= 0; index--) {
    const stop = at;
    at = writeResponseOp(message.responses[index] as ResponseOp, target, at);
    at = writeVarint(target, at, stop - at);
    target[--at] = 26;
  }
  if (message.succeeded) {
    target[--at] = 1;
    target[--at] = 16;
  }
  if (message.header !== null) {
    const stop = at;
    at = writeResponseHeader(message.header, target, at);
    at = writeVarint(target, at, stop - at);
    target[--at] = 10;
  }
  return at;
}

export function readTxnResponse(reader: WireReader, message: TxnResponse): void {
  const target = message as Mutable<TxnResponse>;
  while (reader.position < reader.end) {
    const tag = reader.tag();
    switch (tag) {
      case 10: {
        const outer = reader.enter();
        readResponseHeader(reader, (target.header ??= createResponseHeader()));
        reader.leave(outer);
        break;
      }
      case 16: {
        target.succeeded = reader.bool();
        break;
      }
      case 26: {
        reader.element();
        const outer = reader.enter();
        const item = createResponseOp();
        readResponseOp(reader, item);
        target.responses.push(item);
        reader.leave(outer);
        break;
      }
      default:
        reader.skip(tag);
    }
  }
}

/** Forgets the versions that were overwritten or deleted by the revision. */
export type CompactionRequest = {
  readonly revision: number;
  /** Answer only when the space is free. */
  readonly physical: boolean;
};

/** Codec of {@link CompactionRequest}. */
export const CompactionRequest: MessageType<CompactionRequest> = {
  name: "etcdserverpb.CompactionRequest",
  fields: [
    { name: "revision", jsonName: "revision", property: "revision", number: 1, kind: "int64", repeated: false, oneof: null, long: "clamped", values: null, message: null },
    { name: "physical", jsonName: "physical", property: "physical", number: 2, kind: "bool", repeated: false, oneof: null, long: null, values: null, message: null },
  ],
  create: createCompactionRequest,
  size: sizeCompactionRequest,
  write: writeCompactionRequest,
  read: readCompactionRequest,
};

/** A {@link CompactionRequest} of nothing but zeros, except what is given. */
export function createCompactionRequest(init?: Partial<CompactionRequest>): CompactionRequest {
  if (init === undefined) {
    return {
      revision: 0,
      physical: false,
    };
  }
  return {
    revision: init.revision ?? 0,
    physical: init.physical ?? false,
  };
}

export function sizeCompactionRequest(message: CompactionRequest): number {
  let size = 0;
  if (message.revision !== 0) size += 1 + int64NumberSize(message.revision);
  if (message.physical) size += 1 + 1;
  return size;
}

export function writeCompactionRequest(message: CompactionRequest, target: Uint8Array, end: number): number {
  let at = end;
  if (message.physical) {
    target[--at] = 1;
    target[--at] = 16;
  }
  if (message.revision !== 0) {
    at = writeNumber(target, at, message.revision);
    target[--at] = 8;
  }
  return at;
}

export function readCompactionRequest(reader: WireReader, message: CompactionRequest): void {
  const target = message as Mutable<CompactionRequest>;
  while (reader.position < reader.end) {
    const tag = reader.tag();
    switch (tag) {
      case 8: {
        target.revision = reader.int64Clamped();
        break;
      }
      case 16: {
        target.physical = reader.bool();
        break;
      }
      default:
        reader.skip(tag);
    }
  }
}

/** A revision was compacted. */
export type CompactionResponse = {
  readonly header: ResponseHeader | null;
};

/** Codec of {@link CompactionResponse}. */
export const CompactionResponse: MessageType<CompactionResponse> = {
  name: "etcdserverpb.CompactionResponse",
  fields: [
    { name: "header", jsonName: "header", property: "header", number: 1, kind: "message", repeated: false, oneof: null, long: null, values: null, message: () => ResponseHeader },
  ],
  create: createCompactionResponse,
  size: sizeCompactionResponse,
  write: writeCompactionResponse,
  read: readCompactionResponse,
};

/** A {@link CompactionResponse} of nothing but zeros, except what is given. */
export function createCompactionResponse(init?: Partial<CompactionResponse>): CompactionResponse {
  if (init === undefined) {
    return {
      header: null,
    };
  }
  return {
    header: init.header ?? null,
  };
}

export function sizeCompactionResponse(message: CompactionResponse): number {
  let size = 0;
  if (message.header !== null) size += 1 + delimitedSize(sizeResponseHeader(message.header));
  return size;
}

export function writeCompactionResponse(message: CompactionResponse, target: Uint8Array, end: number): number {
  let at = end;
  if (message.header !== null) {
    const stop = at;
    at = writeResponseHeader(message.header, target, at);
    at = writeVarint(target, at, stop - at);
    target[--at] = 10;
  }
  return at;
}

export function readCompactionResponse(reader: WireReader, message: CompactionResponse): void {
  const target = message as Mutable<CompactionResponse>;
  while (reader.position < reader.end) {
    const tag = reader.tag();
    switch (tag) {
      case 10: {
        const outer = reader.enter();
        readResponseHeader(reader, (target.header ??= createResponseHeader()));
        reader.leave(outer);
        break;
      }
      default:
        reader.skip(tag);
    }
  }
}

/** Reading and writing keys. */
export const kvService = {
  name: "etcdserverpb.KV",
  methods: {
    range: {
      name: "Range",
      path: "/etcdserverpb.KV/Range",
      request: RangeRequest,
      response: RangeResponse,
      clientStreams: false,
      serverStreams: false,
      gatewayPaths: ["/v3/kv/range"],
    },
    rangeStream: {
      name: "RangeStream",
      path: "/etcdserverpb.KV/RangeStream",
      request: RangeRequest,
      response: RangeStreamResponse,
      clientStreams: false,
      serverStreams: true,
      gatewayPaths: [],
    },
    put: {
      name: "Put",
      path: "/etcdserverpb.KV/Put",
      request: PutRequest,
      response: PutResponse,
      clientStreams: false,
      serverStreams: false,
      gatewayPaths: ["/v3/kv/put"],
    },
    deleteRange: {
      name: "DeleteRange",
      path: "/etcdserverpb.KV/DeleteRange",
      request: DeleteRangeRequest,
      response: DeleteRangeResponse,
      clientStreams: false,
      serverStreams: false,
      gatewayPaths: ["/v3/kv/deleterange"],
    },
    txn: {
      name: "Txn",
      path: "/etcdserverpb.KV/Txn",
      request: TxnRequest,
      response: TxnResponse,
      clientStreams: false,
      serverStreams: false,
      gatewayPaths: ["/v3/kv/txn"],
    },
    compact: {
      name: "Compact",
      path: "/etcdserverpb.KV/Compact",
      request: CompactionRequest,
      response: CompactionResponse,
      clientStreams: false,
      serverStreams: false,
      gatewayPaths: ["/v3/kv/compaction"],
    },
  },
} as const satisfies Service;
