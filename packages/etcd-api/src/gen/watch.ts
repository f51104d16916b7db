// Generated from proto/watch.proto by scripts/generate.ts. Do not edit.

import type { MessageType, Mutable } from "../message-type.ts";
import type { Service } from "../service.ts";
import { type WireReader, noBytes } from "../wire-reader.ts";
import { delimitedSize, int32Size, int64NumberSize, int64Size, stringSize, writeBytes, writeLong, writeNumber, writeString, writeVarint } from "../wire-writer.ts";
import { ResponseHeader, createResponseHeader, readResponseHeader, sizeResponseHeader, writeResponseHeader } from "./header.ts";
import { Event, createEvent, readEvent, sizeEvent, writeEvent } from "./mvcc.ts";

/** Numbers of `etcdserverpb.WatchCreateRequest.FilterType`. */
export const FilterType = {
  NOPUT: 0,
  NODELETE: 1,
} as const;

/** A number of {@link FilterType}, or one that a newer peer knows: proto3's enums are open. */
export type FilterType = number;

/** One word of a client on a watch stream. */
export type WatchRequest = {
  readonly requestUnion:
    | { readonly case: "createRequest"; readonly value: WatchCreateRequest }
    | { readonly case: "cancelRequest"; readonly value: WatchCancelRequest }
    | { readonly case: "progressRequest"; readonly value: WatchProgressRequest }
    | null;
};

/** Codec of {@link WatchRequest}. */
export const WatchRequest: MessageType<WatchRequest> = {
  name: "etcdserverpb.WatchRequest",
  fields: [
    { name: "create_request", jsonName: "createRequest", property: "createRequest", number: 1, kind: "message", repeated: false, oneof: "requestUnion", long: null, values: null, message: () => WatchCreateRequest },
    { name: "cancel_request", jsonName: "cancelRequest", property: "cancelRequest", number: 2, kind: "message", repeated: false, oneof: "requestUnion", long: null, values: null, message: () => WatchCancelRequest },
    { name: "progress_request", jsonName: "progressRequest", property: "progressRequest", number: 3, kind: "message", repeated: false, oneof: "requestUnion", long: null, values: null, message: () => WatchProgressRequest },
  ],
  create: createWatchRequest,
  size: sizeWatchRequest,
  write: writeWatchRequest,
  read: readWatchRequest,
};

/** A {@link WatchRequest} of nothing but zeros, except what is given. */
export function createWatchRequest(init?: Partial<WatchRequest>): WatchRequest {
  if (init === undefined) {
    return {
      requestUnion: null,
    };
  }
  return {
    requestUnion: init.requestUnion ?? null,
  };
}

export function sizeWatchRequest(message: WatchRequest): number {
  let size = 0;
  switch (message.requestUnion?.case) {
    case "createRequest":
      size += 1 + delimitedSize(sizeWatchCreateRequest(message.requestUnion.value));
      break;
    case "cancelRequest":
      size += 1 + delimitedSize(sizeWatchCancelRequest(message.requestUnion.value));
      break;
    case "progressRequest":
      size += 1 + delimitedSize(sizeWatchProgressRequest(message.requestUnion.value));
      break;
  }
  return size;
}

export function writeWatchRequest(message: WatchRequest, target: Uint8Array, end: number): number {
  let at = end;
  switch (message.requestUnion?.case) {
    case "createRequest": {
      const stop = at;
      at = writeWatchCreateRequest(message.requestUnion.value, target, at);
      at = writeVarint(target, at, stop - at);
      target[--at] = 10;
      break;
    }
    case "cancelRequest": {
      const stop = at;
      at = writeWatchCancelRequest(message.requestUnion.value, target, at);
      at = writeVarint(target, at, stop - at);
      target[--at] = 18;
      break;
    }
    case "progressRequest": {
      const stop = at;
      at = writeWatchProgressRequest(message.requestUnion.value, target, at);
      at = writeVarint(target, at, stop - at);
      target[--at] = 26;
      break;
    }
  }
  return at;
}

export function readWatchRequest(reader: WireReader, message: WatchRequest): void {
  const target = message as Mutable<WatchRequest>;
  while (reader.position < reader.end) {
    const tag = reader.tag();
    switch (tag) {
      case 10: {
        const outer = reader.enter();
        const value = target.requestUnion?.case === "createRequest" ? target.requestUnion.value : createWatchCreateRequest();
        readWatchCreateRequest(reader, value);
        target.requestUnion = { case: "createRequest", value };
        reader.leave(outer);
        break;
      }
      case 18: {
        const outer = reader.enter();
        const value = target.requestUnion?.case === "cancelRequest" ? target.requestUnion.value : createWatchCancelRequest();
        readWatchCancelRequest(reader, value);
        target.requestUnion = { case: "cancelRequest", value };
        reader.leave(outer);
        break;
      }
      case 26: {
        const outer = reader.enter();
        const value = target.requestUnion?.case === "progressRequest" ? target.requestUnion.value : createWatchProgressRequest();
        readWatchProgressRequest(reader, value);
        target.requestUnion = { case: "progressRequest", value };
        reader.leave(outer);
        break;
      }
      default:
        reader.skip(tag);
    }
  }
}

/** Begins a watch of the key, or of the keys from key up to range_end. */
export type WatchCreateRequest = {
  readonly key: Uint8Array;
  /** Empty for the one key, one zero byte for everything from key on. */
  readonly rangeEnd: Uint8Array;
  /** First revision wanted; 0 for what comes from now on. */
  readonly startRevision: number;
  /** Send an empty response now and then while nothing happens. */
  readonly progressNotify: boolean;
  /** Kinds of events not to send. */
  readonly filters: readonly FilterType[];
  /** Send the versions before, too. */
  readonly prevKv: boolean;
  /** The id that the client wants, any 64 bits; 0 lets the server choose. */
  readonly watchId: bigint;
  /** Big revisions may come in several responses. */
  readonly fragment: boolean;
};

/** Codec of {@link WatchCreateRequest}. */
export const WatchCreateRequest: MessageType<WatchCreateRequest> = {
  name: "etcdserverpb.WatchCreateRequest",
  fields: [
    { name: "key", jsonName: "key", property: "key", number: 1, kind: "bytes", repeated: false, oneof: null, long: null, values: null, message: null },
    { name: "range_end", jsonName: "rangeEnd", property: "rangeEnd", number: 2, kind: "bytes", repeated: false, oneof: null, long: null, values: null, message: null },
    { name: "start_revision", jsonName: "startRevision", property: "startRevision", number: 3, kind: "int64", repeated: false, oneof: null, long: "clamped", values: null, message: null },
    { name: "progress_notify", jsonName: "progressNotify", property: "progressNotify", number: 4, kind: "bool", repeated: false, oneof: null, long: null, values: null, message: null },
    { name: "filters", jsonName: "filters", property: "filters", number: 5, kind: "enum", repeated: true, oneof: null, long: null, values: FilterType, message: null },
    { name: "prev_kv", jsonName: "prevKv", property: "prevKv", number: 6, kind: "bool", repeated: false, oneof: null, long: null, values: null, message: null },
    { name: "watch_id", jsonName: "watchId", property: "watchId", number: 7, kind: "int64", repeated: false, oneof: null, long: "id", values: null, message: null },
    { name: "fragment", jsonName: "fragment", property: "fragment", number: 8, kind: "bool", repeated: false, oneof: null, long: null, values: null, message: null },
  ],
  create: createWatchCreateRequest,
  size: sizeWatchCreateRequest,
  write: writeWatchCreateRequest,
  read: readWatchCreateRequest,
};

/** A {@link WatchCreateRequest} of nothing but zeros, except what is given. */
export function createWatchCreateRequest(init?: Partial<WatchCreateRequest>): WatchCreateRequest {
  if (init === undefined) {
    return {
      key: noBytes,
      rangeEnd: noBytes,
      startRevision: 0,
      progressNotify: false,
      filters: [],
      prevKv: false,
      watchId: 0n,
      fragment: false,
    };
  }
  return {
    key: init.key ?? noBytes,
    rangeEnd: init.rangeEnd ?? noBytes,
    startRevision: init.startRevision ?? 0,
    progressNotify: init.progressNotify ?? false,
    filters: init.filters ?? [],
    prevKv: init.prevKv ?? false,
    watchId: init.watchId ?? 0n,
    fragment: init.fragment ?? false,
  };
}

export function sizeWatchCreateRequest(message: WatchCreateRequest): number {
  let size = 0;
  if (message.key.length !== 0) size += 1 + delimitedSize(message.key.length);
  if (message.rangeEnd.length !== 0) size += 1 + delimitedSize(message.rangeEnd.length);
  if (message.startRevision !== 0) size += 1 + int64NumberSize(message.startRevision);
  if (message.progressNotify) size += 1 + 1;
  if (message.filters.length !== 0) {
    let inner = 0;
    for (const item of message.filters) inner += int32Size(item);
    size += 1 + delimitedSize(inner);
  }
  if (message.prevKv) size += 1 + 1;
  if (message.watchId !== 0n) size += 1 + int64Size(message.watchId);
  if (message.fragment) size += 1 + 1;
  return size;
}

export function writeWatchCreateRequest(message: WatchCreateRequest, target: Uint8Array, end: number): number {
  let at = end;
  if (message.fragment) {
    target[--at] = 1;
    target[--at] = 64;
  }
  if (message.watchId !== 0n) {
    at = writeLong(target, at, message.watchId);
    target[--at] = 56;
  }
  if (message.prevKv) {
    target[--at] = 1;
    target[--at] = 48;
  }
  if (message.filters.length !== 0) {
    const stop = at;
    for (let index = message.filters.length - 1; index >= 0; index--) {
      at = writeNumber(target, at, message.filters[index] as FilterType);
    }
    at = writeVarint(target, at, stop - at);
    target[--at] = 42;
  }
  if (message.progressNotify) {
    target[--at] = 1;
    target[--at] = 32;
  }
  if (message.startRevision !== 0) {
    at = writeNumber(target, at, message.startRevision);
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

export function readWatchCreateRequest(reader: WireReader, message: WatchCreateRequest): void {
  const target = message as Mutable<WatchCreateRequest>;
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
        target.startRevision = reader.int64Clamped();
        break;
      }
      case 32: {
        target.progressNotify = reader.bool();
        break;
      }
      case 40: {
        reader.element();
        target.filters.push(reader.int32());
        break;
      }
      case 42: {
        const outer = reader.enter();
        while (reader.position < reader.end) {
          reader.element();
          target.filters.push(reader.int32());
        }
        reader.leave(outer);
        break;
      }
      case 48: {
        target.prevKv = reader.bool();
        break;
      }
      case 56: {
        target.watchId = reader.int64();
        break;
      }
      case 64: {
        target.fragment = reader.bool();
        break;
      }
      default:
        reader.skip(tag);
    }
  }
}

/** Ends a watch. */
export type WatchCancelRequest = {
  readonly watchId: bigint;
};

/** Codec of {@link WatchCancelRequest}. */
export const WatchCancelRequest: MessageType<WatchCancelRequest> = {
  name: "etcdserverpb.WatchCancelRequest",
  fields: [
    { name: "watch_id", jsonName: "watchId", property: "watchId", number: 1, kind: "int64", repeated: false, oneof: null, long: "id", values: null, message: null },
  ],
  create: createWatchCancelRequest,
  size: sizeWatchCancelRequest,
  write: writeWatchCancelRequest,
  read: readWatchCancelRequest,
};

/** A {@link WatchCancelRequest} of nothing but zeros, except what is given. */
export function createWatchCancelRequest(init?: Partial<WatchCancelRequest>): WatchCancelRequest {
  if (init === undefined) {
    return {
      watchId: 0n,
    };
  }
  return {
    watchId: init.watchId ?? 0n,
  };
}

export function sizeWatchCancelRequest(message: WatchCancelRequest): number {
  let size = 0;
  if (message.watchId !== 0n) size += 1 + int64Size(message.watchId);
  return size;
}

export function writeWatchCancelRequest(message: WatchCancelRequest, target: Uint8Array, end: number): number {
  let at = end;
  if (message.watchId !== 0n) {
    at = writeLong(target, at, message.watchId);
    target[--at] = 8;
  }
  return at;
}

export function readWatchCancelRequest(reader: WireReader, message: WatchCancelRequest): void {
  const target = message as Mutable<WatchCancelRequest>;
  while (reader.position < reader.end) {
    const tag = reader.tag();
    switch (tag) {
      case 8: {
        target.watchId = reader.int64();
        break;
      }
      default:
        reader.skip(tag);
    }
  }
}

/** Asks for one response that tells the present revision. */
export type WatchProgressRequest = Record<string, never>;

/** Codec of {@link WatchProgressRequest}. */
export const WatchProgressRequest: MessageType<WatchProgressRequest> = {
  name: "etcdserverpb.WatchProgressRequest",
  fields: [],
  create: createWatchProgressRequest,
  size: sizeWatchProgressRequest,
  write: writeWatchProgressRequest,
  read: readWatchProgressRequest,
};

/** A {@link WatchProgressRequest} of nothing but zeros, except what is given. */
export function createWatchProgressRequest(_init?: Partial<WatchProgressRequest>): WatchProgressRequest {
  return {};
}

export function sizeWatchProgressRequest(_message: WatchProgressRequest): number {
  return 0;
}

export function writeWatchProgressRequest(_message: WatchProgressRequest, _target: Uint8Array, end: number): number {
  return end;
}

export function readWatchProgressRequest(reader: WireReader, _message: WatchProgressRequest): void {
  while (reader.position < reader.end) reader.skip(reader.tag());
}

/** One word of the server on a watch stream. */
export type WatchResponse = {
  readonly header: ResponseHeader | null;
  /** The watch it is for; -1 where it is for none or for all. */
  readonly watchId: bigint;
  /** The watch has begun. */
  readonly created: boolean;
  /** The watch is over. */
  readonly canceled: boolean;
  /** The first revision that can be watched, when the start was compacted. */
  readonly compactRevision: number;
  /** Why the watch is over. */
  readonly cancelReason: string;
  /** More of the same revision follows. */
  readonly fragment: boolean;
  readonly events: readonly Event[];
};

/** Codec of {@link WatchResponse}. */
export const WatchResponse: MessageType<WatchResponse> = {
  name: "etcdserverpb.WatchResponse",
  fields: [
    { name: "header", jsonName: "header", property: "header", number: 1, kind: "message", repeated: false, oneof: null, long: null, values: null, message: () => ResponseHeader },
    { name: "watch_id", jsonName: "watchId", property: "watchId", number: 2, kind: "int64", repeated: false, oneof: null, long: "id", values: null, message: null },
    { name: "created", jsonName: "created", property: "created", number: 3, kind: "bool", repeated: false, oneof: null, long: null, values: null, message: null },
    { name: "canceled", jsonName: "canceled", property: "canceled", number: 4, kind: "bool", repeated: false, oneof: null, long: null, values: null, message: null },
    { name: "compact_revision", jsonName: "compactRevision", property: "compactRevision", number: 5, kind: "int64", repeated: false, oneof: null, long: "exact", values: null, message: null },
    { name: "cancel_reason", jsonName: "cancelReason", property: "cancelReason", number: 6, kind: "string", repeated: false, oneof: null, long: null, values: null, message: null },
    { name: "fragment", jsonName: "fragment", property: "fragment", number: 7, kind: "bool", repeated: false, oneof: null, long: null, values: null, message: null },
    { name: "events", jsonName: "events", property: "events", number: 11, kind: "message", repeated: true, oneof: null, long: null, values: null, message: () => Event },
  ],
  create: createWatchResponse,
  size: sizeWatchResponse,
  write: writeWatchResponse,
  read: readWatchResponse,
};

/** A {@link WatchResponse} of nothing but zeros, except what is given. */
export function createWatchResponse(init?: Partial<WatchResponse>): WatchResponse {
  if (init === undefined) {
    return {
      header: null,
      watchId: 0n,
      created: false,
      canceled: false,
      compactRevision: 0,
      cancelReason: "",
      fragment: false,
      events: [],
    };
  }
  return {
    header: init.header ?? null,
    watchId: init.watchId ?? 0n,
    created: init.created ?? false,
    canceled: init.canceled ?? false,
    compactRevision: init.compactRevision ?? 0,
    cancelReason: init.cancelReason ?? "",
    fragment: init.fragment ?? false,
    events: init.events ?? [],
  };
}

export function sizeWatchResponse(message: WatchResponse): number {
  let size = 0;
  if (message.header !== null) size += 1 + delimitedSize(sizeResponseHeader(message.header));
  if (message.watchId !== 0n) size += 1 + int64Size(message.watchId);
  if (message.created) size += 1 + 1;
  if (message.canceled) size += 1 + 1;
  if (message.compactRevision !== 0) size += 1 + int64NumberSize(message.compactRevision);
  if (message.cancelReason !== "") size += 1 + stringSize(message.cancelReason);
  if (message.fragment) size += 1 + 1;
  for (const item of message.events) size += 1 + delimitedSize(sizeEvent(item));
  return size;
}

export function writeWatchResponse(message: WatchResponse, target: Uint8Array, end: number): number {
  let at = end;
  for (let index = message.events.length - 1; index >= 0; index--) {
    const stop = at;
    at = writeEvent(message.events[index] as Event, target, at);
    at = writeVarint(target, at, stop - at);
    target[--at] = 90;
  }
  if (message.fragment) {
    target[--at] = 1;
    target[--at] = 56;
  }
  if (message.cancelReason !== "") {
    at = writeString(target, at, message.cancelReason);
    target[--at] = 50;
  }
  if (message.compactRevision !== 0) {
    at = writeNumber(target, at, message.compactRevision);
    target[--at] = 40;
  }
  if (message.canceled) {
    target[--at] = 1;
    target[--at] = 32;
  }
  if (message.created) {
    target[--at] = 1;
    target[--at] = 24;
  }
  if (message.watchId !== 0n) {
    at = writeLong(target, at, message.watchId);
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

export function readWatchResponse(reader: WireReader, message: WatchResponse): void {
  const target = message as Mutable<WatchResponse>;
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
        target.watchId = reader.int64();
        break;
      }
      case 24: {
        target.created = reader.bool();
        break;
      }
      case 32: {
        target.canceled = reader.bool();
        break;
      }
      case 40: {
        target.compactRevision = reader.int64Exact();
        break;
      }
      case 50: {
        target.cancelReason = reader.string();
        break;
      }
      case 56: {
        target.fragment = reader.bool();
        break;
      }
      case 90: {
        reader.element();
        const outer = reader.enter();
        const item = createEvent();
        readEvent(reader, item);
        target.events.push(item);
        reader.leave(outer);
        break;
      }
      default:
        reader.skip(tag);
    }
  }
}

/** Following changes. */
export const watchService = {
  name: "etcdserverpb.Watch",
  methods: {
    watch: {
      name: "Watch",
      path: "/etcdserverpb.Watch/Watch",
      request: WatchRequest,
      response: WatchResponse,
      clientStreams: true,
      serverStreams: true,
      gatewayPaths: ["/v3/watch"],
    },
  },
} as const satisfies Service;
