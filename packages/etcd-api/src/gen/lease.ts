// Generated from proto/lease.proto by scripts/generate.ts. Do not edit.

import type { MessageType, Mutable } from "../message-type.ts";
import type { Service } from "../service.ts";
import type { WireReader } from "../wire-reader.ts";
import { delimitedSize, int64NumberSize, int64Size, stringSize, writeBytes, writeLong, writeNumber, writeString, writeVarint } from "../wire-writer.ts";
import { ResponseHeader, createResponseHeader, readResponseHeader, sizeResponseHeader, writeResponseHeader } from "./header.ts";

/** Asks for a lease. */
export type LeaseGrantRequest = {
  /** Seconds to live that the client would like. */
  readonly ttl: number;
  /** The id that the client wants; 0 lets the server choose. */
  readonly id: bigint;
};

/** Codec of {@link LeaseGrantRequest}. */
export const LeaseGrantRequest: MessageType<LeaseGrantRequest> = {
  name: "etcdserverpb.LeaseGrantRequest",
  fields: [
    { name: "TTL", jsonName: "TTL", property: "ttl", number: 1, kind: "int64", repeated: false, oneof: null, long: "clamped", values: null, message: null },
    { name: "ID", jsonName: "ID", property: "id", number: 2, kind: "int64", repeated: false, oneof: null, long: "id", values: null, message: null },
  ],
  create: createLeaseGrantRequest,
  size: sizeLeaseGrantRequest,
  write: writeLeaseGrantRequest,
  read: readLeaseGrantRequest,
};

/** A {@link LeaseGrantRequest} of nothing but zeros, except what is given. */
export function createLeaseGrantRequest(init?: Partial<LeaseGrantRequest>): LeaseGrantRequest {
  if (init === undefined) {
    return {
      ttl: 0,
      id: 0n,
    };
  }
  return {
    ttl: init.ttl ?? 0,
    id: init.id ?? 0n,
  };
}

export function sizeLeaseGrantRequest(message: LeaseGrantRequest): number {
  let size = 0;
  if (message.ttl !== 0) size += 1 + int64NumberSize(message.ttl);
  if (message.id !== 0n) size += 1 + int64Size(message.id);
  return size;
}

export function writeLeaseGrantRequest(message: LeaseGrantRequest, target: Uint8Array, end: number): number {
  let at = end;
  if (message.id !== 0n) {
    at = writeLong(target, at, message.id);
    target[--at] = 16;
  }
  if (message.ttl !== 0) {
    at = writeNumber(target, at, message.ttl);
    target[--at] = 8;
  }
  return at;
}

export function readLeaseGrantRequest(reader: WireReader, message: LeaseGrantRequest): void {
  const target = message as Mutable<LeaseGrantRequest>;
  while (reader.position < reader.end) {
    const tag = reader.tag();
    switch (tag) {
      case 8: {
        target.ttl = reader.int64Clamped();
        break;
      }
      case 16: {
        target.id = reader.int64();
        break;
      }
      default:
        reader.skip(tag);
    }
  }
}

/** A lease was granted, or why not. */
export type LeaseGrantResponse = {
  readonly header: ResponseHeader | null;
  readonly id: bigint;
  /** Seconds to live that it got. */
  readonly ttl: number;
  readonly error: string;
};

/** Codec of {@link LeaseGrantResponse}. */
export const LeaseGrantResponse: MessageType<LeaseGrantResponse> = {
  name: "etcdserverpb.LeaseGrantResponse",
  fields: [
    { name: "header", jsonName: "header", property: "header", number: 1, kind: "message", repeated: false, oneof: null, long: null, values: null, message: () => ResponseHeader },
    { name: "ID", jsonName: "ID", property: "id", number: 2, kind: "int64", repeated: false, oneof: null, long: "id", values: null, message: null },
    { name: "TTL", jsonName: "TTL", property: "ttl", number: 3, kind: "int64", repeated: false, oneof: null, long: "exact", values: null, message: null },
    { name: "error", jsonName: "error", property: "error", number: 4, kind: "string", repeated: false, oneof: null, long: null, values: null, message: null },
  ],
  create: createLeaseGrantResponse,
  size: sizeLeaseGrantResponse,
  write: writeLeaseGrantResponse,
  read: readLeaseGrantResponse,
};

/** A {@link LeaseGrantResponse} of nothing but zeros, except what is given. */
export function createLeaseGrantResponse(init?: Partial<LeaseGrantResponse>): LeaseGrantResponse {
  if (init === undefined) {
    return {
      header: null,
      id: 0n,
      ttl: 0,
      error: "",
    };
  }
  return {
    header: init.header ?? null,
    id: init.id ?? 0n,
    ttl: init.ttl ?? 0,
    error: init.error ?? "",
  };
}

export function sizeLeaseGrantResponse(message: LeaseGrantResponse): number {
  let size = 0;
  if (message.header !== null) size += 1 + delimitedSize(sizeResponseHeader(message.header));
  if (message.id !== 0n) size += 1 + int64Size(message.id);
  if (message.ttl !== 0) size += 1 + int64NumberSize(message.ttl);
  if (message.error !== "") size += 1 + stringSize(message.error);
  return size;
}

export function writeLeaseGrantResponse(message: LeaseGrantResponse, target: Uint8Array, end: number): number {
  let at = end;
  if (message.error !== "") {
    at = writeString(target, at, message.error);
    target[--at] = 34;
  }
  if (message.ttl !== 0) {
    at = writeNumber(target, at, message.ttl);
    target[--at] = 24;
  }
  if (message.id !== 0n) {
    at = writeLong(target, at, message.id);
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

export function readLeaseGrantResponse(reader: WireReader, message: LeaseGrantResponse): void {
  const target = message as Mutable<LeaseGrantResponse>;
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
        target.id = reader.int64();
        break;
      }
      case 24: {
        target.ttl = reader.int64Exact();
        break;
      }
      case 34: {
        target.error = reader.string();
        break;
      }
      default:
        reader.skip(tag);
    }
  }
}

/** Ends a lease and deletes its keys. */
export type LeaseRevokeRequest = {
  readonly id: bigint;
};

/** Codec of {@link LeaseRevokeRequest}. */
export const LeaseRevokeRequest: MessageType<LeaseRevokeRequest> = {
  name: "etcdserverpb.LeaseRevokeRequest",
  fields: [
    { name: "ID", jsonName: "ID", property: "id", number: 1, kind: "int64", repeated: false, oneof: null, long: "id", values: null, message: null },
  ],
  create: createLeaseRevokeRequest,
  size: sizeLeaseRevokeRequest,
  write: writeLeaseRevokeRequest,
  read: readLeaseRevokeRequest,
};

/** A {@link LeaseRevokeRequest} of nothing but zeros, except what is given. */
export function createLeaseRevokeRequest(init?: Partial<LeaseRevokeRequest>): LeaseRevokeRequest {
  if (init === undefined) {
    return {
      id: 0n,
    };
  }
  return {
    id: init.id ?? 0n,
  };
}

export function sizeLeaseRevokeRequest(message: LeaseRevokeRequest): number {
  let size = 0;
  if (message.id !== 0n) size += 1 + int64Size(message.id);
  return size;
}

export function writeLeaseRevokeRequest(message: LeaseRevokeRequest, target: Uint8Array, end: number): number {
  let at = end;
  if (message.id !== 0n) {
    at = writeLong(target, at, message.id);
    target[--at] = 8;
  }
  return at;
}

export function readLeaseRevokeRequest(reader: WireReader, message: LeaseRevokeRequest): void {
  const target = message as Mutable<LeaseRevokeRequest>;
  while (reader.position < reader.end) {
    const tag = reader.tag();
    switch (tag) {
      case 8: {
        target.id = reader.int64();
        break;
      }
      default:
        reader.skip(tag);
    }
  }
}

/** A lease was ended. */
export type LeaseRevokeResponse = {
  readonly header: ResponseHeader | null;
};

/** Codec of {@link LeaseRevokeResponse}. */
export const LeaseRevokeResponse: MessageType<LeaseRevokeResponse> = {
  name: "etcdserverpb.LeaseRevokeResponse",
  fields: [
    { name: "header", jsonName: "header", property: "header", number: 1, kind: "message", repeated: false, oneof: null, long: null, values: null, message: () => ResponseHeader },
  ],
  create: createLeaseRevokeResponse,
  size: sizeLeaseRevokeResponse,
  write: writeLeaseRevokeResponse,
  read: readLeaseRevokeResponse,
};

/** A {@link LeaseRevokeResponse} of nothing but zeros, except what is given. */
export function createLeaseRevokeResponse(init?: Partial<LeaseRevokeResponse>): LeaseRevokeResponse {
  if (init === undefined) {
    return {
      header: null,
    };
  }
  return {
    header: init.header ?? null,
  };
}

export function sizeLeaseRevokeResponse(message: LeaseRevokeResponse): number {
  let size = 0;
  if (message.header !== null) size += 1 + delimitedSize(sizeResponseHeader(message.header));
  return size;
}

export function writeLeaseRevokeResponse(message: LeaseRevokeResponse, target: Uint8Array, end: number): number {
  let at = end;
  if (message.header !== null) {
    const stop = at;
    at = writeResponseHeader(message.header, target, at);
    at = writeVarint(target, at, stop - at);
    target[--at] = 10;
  }
  return at;
}

export function readLeaseRevokeResponse(reader: WireReader, message: LeaseRevokeResponse): void {
  const target = message as Mutable<LeaseRevokeResponse>;
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

/** What is left of a lease, as the leader saw it. */
export type LeaseCheckpoint = {
  readonly id: bigint;
  /** Seconds. */
  readonly remainingTTL: number;
};

/** Codec of {@link LeaseCheckpoint}. */
export const LeaseCheckpoint: MessageType<LeaseCheckpoint> = {
  name: "etcdserverpb.LeaseCheckpoint",
  fields: [
    { name: "ID", jsonName: "ID", property: "id", number: 1, kind: "int64", repeated: false, oneof: null, long: "id", values: null, message: null },
    { name: "remaining_TTL", jsonName: "remainingTTL", property: "remainingTTL", number: 2, kind: "int64", repeated: false, oneof: null, long: "exact", values: null, message: null },
  ],
  create: createLeaseCheckpoint,
  size: sizeLeaseCheckpoint,
  write: writeLeaseCheckpoint,
  read: readLeaseCheckpoint,
};

/** A {@link LeaseCheckpoint} of nothing but zeros, except what is given. */
export function createLeaseCheckpoint(init?: Partial<LeaseCheckpoint>): LeaseCheckpoint {
  if (init === undefined) {
    return {
      id: 0n,
      remainingTTL: 0,
    };
  }
  return {
    id: init.id ?? 0n,
    remainingTTL: init.remainingTTL ?? 0,
  };
}

export function sizeLeaseCheckpoint(message: LeaseCheckpoint): number {
  let size = 0;
  if (message.id !== 0n) size += 1 + int64Size(message.id);
  if (message.remainingTTL !== 0) size += 1 + int64NumberSize(message.remainingTTL);
  return size;
}

export function writeLeaseCheckpoint(message: LeaseCheckpoint, target: Uint8Array, end: number): number {
  let at = end;
  if (message.remainingTTL !== 0) {
    at = writeNumber(target, at, message.remainingTTL);
    target[--at] = 16;
  }
  if (message.id !== 0n) {
    at = writeLong(target, at, message.id);
    target[--at] = 8;
  }
  return at;
}

export function readLeaseCheckpoint(reader: WireReader, message: LeaseCheckpoint): void {
  const target = message as Mutable<LeaseCheckpoint>;
  while (reader.position < reader.end) {
    const tag = reader.tag();
    switch (tag) {
      case 8: {
        target.id = reader.int64();
        break;
      }
      case 16: {
        target.remainingTTL = reader.int64Exact();
        break;
      }
      default:
        reader.skip(tag);
    }
  }
}

/** Tells the members what is left of leases. */
export type LeaseCheckpointRequest = {
  readonly checkpoints: readonly LeaseCheckpoint[];
};

/** Codec of {@link LeaseCheckpointRequest}. */
export const LeaseCheckpointRequest: MessageType<LeaseCheckpointRequest> = {
  name: "etcdserverpb.LeaseCheckpointRequest",
  fields: [
    { name: "checkpoints", jsonName: "checkpoints", property: "checkpoints", number: 1, kind: "message", repeated: true, oneof: null, long: null, values: null, message: () => LeaseCheckpoint },
  ],
  create: createLeaseCheckpointRequest,
  size: sizeLeaseCheckpointRequest,
  write: writeLeaseCheckpointRequest,
  read: readLeaseCheckpointRequest,
};

/** A {@link LeaseCheckpointRequest} of nothing but zeros, except what is given. */
export function createLeaseCheckpointRequest(init?: Partial<LeaseCheckpointRequest>): LeaseCheckpointRequest {
  if (init === undefined) {
    return {
      checkpoints: [],
    };
  }
  return {
    checkpoints: init.checkpoints ?? [],
  };
}

export function sizeLeaseCheckpointRequest(message: LeaseCheckpointRequest): number {
  let size = 0;
  for (const item of message.checkpoints) size += 1 + delimitedSize(sizeLeaseCheckpoint(item));
  return size;
}

export function writeLeaseCheckpointRequest(message: LeaseCheckpointRequest, target: Uint8Array, end: number): number {
  let at = end;
  for (let index = message.checkpoints.length - 1; index >= 0; index--) {
    const stop = at;
    at = writeLeaseCheckpoint(message.checkpoints[index] as LeaseCheckpoint, target, at);
    at = writeVarint(target, at, stop - at);
    target[--at] = 10;
  }
  return at;
}

export function readLeaseCheckpointRequest(reader: WireReader, message: LeaseCheckpointRequest): void {
  const target = message as Mutable<LeaseCheckpointRequest>;
  while (reader.position < reader.end) {
    const tag = reader.tag();
    switch (tag) {
      case 10: {
        reader.element();
        const outer = reader.enter();
        const item = createLeaseCheckpoint();
        readLeaseCheckpoint(reader, item);
        target.checkpoints.push(item);
        reader.leave(outer);
        break;
      }
      default:
        reader.skip(tag);
    }
  }
}

/** The members know. */
export type LeaseCheckpointResponse = {
  readonly header: ResponseHeader | null;
};

/** Codec of {@link LeaseCheckpointResponse}. */
export const LeaseCheckpointResponse: MessageType<LeaseCheckpointResponse> = {
  name: "etcdserverpb.LeaseCheckpointResponse",
  fields: [
    { name: "header", jsonName: "header", property: "header", number: 1, kind: "message", repeated: false, oneof: null, long: null, values: null, message: () => ResponseHeader },
  ],
  create: createLeaseCheckpointResponse,
  size: sizeLeaseCheckpointResponse,
  write: writeLeaseCheckpointResponse,
  read: readLeaseCheckpointResponse,
};

/** A {@link LeaseCheckpointResponse} of nothing but zeros, except what is given. */
export function createLeaseCheckpointResponse(init?: Partial<LeaseCheckpointResponse>): LeaseCheckpointResponse {
  if (init === undefined) {
    return {
      header: null,
    };
  }
  return {
    header: init.header ?? null,
  };
}

export function sizeLeaseCheckpointResponse(message: LeaseCheckpointResponse): number {
  let size = 0;
  if (message.header !== null) size += 1 + delimitedSize(sizeResponseHeader(message.header));
  return size;
}

export function writeLeaseCheckpointResponse(message: LeaseCheckpointResponse, target: Uint8Array, end: number): number {
  let at = end;
  if (message.header !== null) {
    const stop = at;
    at = writeResponseHeader(message.header, target, at);
    at = writeVarint(target, at, stop - at);
    target[--at] = 10;
  }
  return at;
}

export function readLeaseCheckpointResponse(reader: WireReader, message: LeaseCheckpointResponse): void {
  const target = message as Mutable<LeaseCheckpointResponse>;
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

/** Renews a lease. */
export type LeaseKeepAliveRequest = {
  readonly id: bigint;
};

/** Codec of {@link LeaseKeepAliveRequest}. */
export const LeaseKeepAliveRequest: MessageType<LeaseKeepAliveRequest> = {
  name: "etcdserverpb.LeaseKeepAliveRequest",
  fields: [
    { name: "ID", jsonName: "ID", property: "id", number: 1, kind: "int64", repeated: false, oneof: null, long: "id", values: null, message: null },
  ],
  create: createLeaseKeepAliveRequest,
  size: sizeLeaseKeepAliveRequest,
  write: writeLeaseKeepAliveRequest,
  read: readLeaseKeepAliveRequest,
};

/** A {@link LeaseKeepAliveRequest} of nothing but zeros, except what is given. */
export function createLeaseKeepAliveRequest(init?: Partial<LeaseKeepAliveRequest>): LeaseKeepAliveRequest {
  if (init === undefined) {
    return {
      id: 0n,
    };
  }
  return {
    id: init.id ?? 0n,
  };
}

export function sizeLeaseKeepAliveRequest(message: LeaseKeepAliveRequest): number {
  let size = 0;
  if (message.id !== 0n) size += 1 + int64Size(message.id);
  return size;
}

export function writeLeaseKeepAliveRequest(message: LeaseKeepAliveRequest, target: Uint8Array, end: number): number {
  let at = end;
  if (message.id !== 0n) {
    at = writeLong(target, at, message.id);
    target[--at] = 8;
  }
  return at;
}

export function readLeaseKeepAliveRequest(reader: WireReader, message: LeaseKeepAliveRequest): void {
  const target = message as Mutable<LeaseKeepAliveRequest>;
  while (reader.position < reader.end) {
    const tag = reader.tag();
    switch (tag) {
      case 8: {
        target.id = reader.int64();
        break;
      }
      default:
        reader.skip(tag);
    }
  }
}

/** A lease was renewed. */
export type LeaseKeepAliveResponse = {
  readonly header: ResponseHeader | null;
  readonly id: bigint;
  /** Seconds from now; 0 if there is no such lease. */
  readonly ttl: number;
};

/** Codec of {@link LeaseKeepAliveResponse}. */
export const LeaseKeepAliveResponse: MessageType<LeaseKeepAliveResponse> = {
  name: "etcdserverpb.LeaseKeepAliveResponse",
  fields: [
    { name: "header", jsonName: "header", property: "header", number: 1, kind: "message", repeated: false, oneof: null, long: null, values: null, message: () => ResponseHeader },
    { name: "ID", jsonName: "ID", property: "id", number: 2, kind: "int64", repeated: false, oneof: null, long: "id", values: null, message: null },
    { name: "TTL", jsonName: "TTL", property: "ttl", number: 3, kind: "int64", repeated: false, oneof: null, long: "exact", values: null, message: null },
  ],
  create: createLeaseKeepAliveResponse,
  size: sizeLeaseKeepAliveResponse,
  write: writeLeaseKeepAliveResponse,
  read: readLeaseKeepAliveResponse,
};

/** A {@link LeaseKeepAliveResponse} of nothing but zeros, except what is given. */
export function createLeaseKeepAliveResponse(init?: Partial<LeaseKeepAliveResponse>): LeaseKeepAliveResponse {
  if (init === undefined) {
    return {
      header: null,
      id: 0n,
      ttl: 0,
    };
  }
  return {
    header: init.header ?? null,
    id: init.id ?? 0n,
    ttl: init.ttl ?? 0,
  };
}

export function sizeLeaseKeepAliveResponse(message: LeaseKeepAliveResponse): number {
  let size = 0;
  if (message.header !== null) size += 1 + delimitedSize(sizeResponseHeader(message.header));
  if (message.id !== 0n) size += 1 + int64Size(message.id);
  if (message.ttl !== 0) size += 1 + int64NumberSize(message.ttl);
  return size;
}

export function writeLeaseKeepAliveResponse(message: LeaseKeepAliveResponse, target: Uint8Array, end: number): number {
  let at = end;
  if (message.ttl !== 0) {
    at = writeNumber(target, at, message.ttl);
    target[--at] = 24;
  }
  if (message.id !== 0n) {
    at = writeLong(target, at, message.id);
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

export function readLeaseKeepAliveResponse(reader: WireReader, message: LeaseKeepAliveResponse): void {
  const target = message as Mutable<LeaseKeepAliveResponse>;
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
        target.id = reader.int64();
        break;
      }
      case 24: {
        target.ttl = reader.int64Exact();
        break;
      }
      default:
        reader.skip(tag);
    }
  }
}

/** Asks what is left of a lease. */
export type LeaseTimeToLiveRequest = {
  readonly id: bigint;
  /** And for its keys. */
  readonly keys: boolean;
};

/** Codec of {@link LeaseTimeToLiveRequest}. */
export const LeaseTimeToLiveRequest: MessageType<LeaseTimeToLiveRequest> = {
  name: "etcdserverpb.LeaseTimeToLiveRequest",
  fields: [
    { name: "ID", jsonName: "ID", property: "id", number: 1, kind: "int64", repeated: false, oneof: null, long: "id", values: null, message: null },
    { name: "keys", jsonName: "keys", property: "keys", number: 2, kind: "bool", repeated: false, oneof: null, long: null, values: null, message: null },
  ],
  create: createLeaseTimeToLiveRequest,
  size: sizeLeaseTimeToLiveRequest,
  write: writeLeaseTimeToLiveRequest,
  read: readLeaseTimeToLiveRequest,
};

/** A {@link LeaseTimeToLiveRequest} of nothing but zeros, except what is given. */
export function createLeaseTimeToLiveRequest(init?: Partial<LeaseTimeToLiveRequest>): LeaseTimeToLiveRequest {
  if (init === undefined) {
    return {
      id: 0n,
      keys: false,
    };
  }
  return {
    id: init.id ?? 0n,
    keys: init.keys ?? false,
  };
}

export function sizeLeaseTimeToLiveRequest(message: LeaseTimeToLiveRequest): number {
  let size = 0;
  if (message.id !== 0n) size += 1 + int64Size(message.id);
  if (message.keys) size += 1 + 1;
  return size;
}

export function writeLeaseTimeToLiveRequest(message: LeaseTimeToLiveRequest, target: Uint8Array, end: number): number {
  let at = end;
  if (message.keys) {
    target[--at] = 1;
    target[--at] = 16;
  }
  if (message.id !== 0n) {
    at = writeLong(target, at, message.id);
    target[--at] = 8;
  }
  return at;
}

export function readLeaseTimeToLiveRequest(reader: WireReader, message: LeaseTimeToLiveRequest): void {
  const target = message as Mutable<LeaseTimeToLiveRequest>;
  while (reader.position < reader.end) {
    const tag = reader.tag();
    switch (tag) {
      case 8: {
        target.id = reader.int64();
        break;
      }
      case 16: {
        target.keys = reader.bool();
        break;
      }
      default:
        reader.skip(tag);
    }
  }
}

/** What is left of a lease. */
export type LeaseTimeToLiveResponse = {
  readonly header: ResponseHeader | null;
  readonly id: bigint;
  /** Seconds; -1 if there is no such lease. */
  readonly ttl: number;
  /** Seconds that were granted. */
  readonly grantedTTL: number;
  readonly keys: readonly Uint8Array[];
};

/** Codec of {@link LeaseTimeToLiveResponse}. */
export const LeaseTimeToLiveResponse: MessageType<LeaseTimeToLiveResponse> = {
  name: "etcdserverpb.LeaseTimeToLiveResponse",
  fields: [
    { name: "header", jsonName: "header", property: "header", number: 1, kind: "message", repeated: false, oneof: null, long: null, values: null, message: () => ResponseHeader },
    { name: "ID", jsonName: "ID", property: "id", number: 2, kind: "int64", repeated: false, oneof: null, long: "id", values: null, message: null },
    { name: "TTL", jsonName: "TTL", property: "ttl", number: 3, kind: "int64", repeated: false, oneof: null, long: "exact", values: null, message: null },
    { name: "grantedTTL", jsonName: "grantedTTL", property: "grantedTTL", number: 4, kind: "int64", repeated: false, oneof: null, long: "exact", values: null, message: null },
    { name: "keys", jsonName: "keys", property: "keys", number: 5, kind: "bytes", repeated: true, oneof: null, long: null, values: null, message: null },
  ],
  create: createLeaseTimeToLiveResponse,
  size: sizeLeaseTimeToLiveResponse,
  write: writeLeaseTimeToLiveResponse,
  read: readLeaseTimeToLiveResponse,
};

/** A {@link LeaseTimeToLiveResponse} of nothing but zeros, except what is given. */
export function createLeaseTimeToLiveResponse(init?: Partial<LeaseTimeToLiveResponse>): LeaseTimeToLiveResponse {
  if (init === undefined) {
    return {
      header: null,
      id: 0n,
      ttl: 0,
      grantedTTL: 0,
      keys: [],
    };
  }
  return {
    header: init.header ?? null,
    id: init.id ?? 0n,
    ttl: init.ttl ?? 0,
    grantedTTL: init.grantedTTL ?? 0,
    keys: init.keys ?? [],
  };
}

export function sizeLeaseTimeToLiveResponse(message: LeaseTimeToLiveResponse): number {
  let size = 0;
  if (message.header !== null) size += 1 + delimitedSize(sizeResponseHeader(message.header));
  if (message.id !== 0n) size += 1 + int64Size(message.id);
  if (message.ttl !== 0) size += 1 + int64NumberSize(message.ttl);
  if (message.grantedTTL !== 0) size += 1 + int64NumberSize(message.grantedTTL);
  for (const item of message.keys) size += 1 + delimitedSize(item.length);
  return size;
}

export function writeLeaseTimeToLiveResponse(message: LeaseTimeToLiveResponse, target: Uint8Array, end: number): number {
  let at = end;
  for (let index = message.keys.length - 1; index >= 0; index--) {
    at = writeBytes(target, at, message.keys[index] as Uint8Array);
    target[--at] = 42;
  }
  if (message.grantedTTL !== 0) {
    at = writeNumber(target, at, message.grantedTTL);
    target[--at] = 32;
  }
  if (message.ttl !== 0) {
    at = writeNumber(target, at, message.ttl);
    target[--at] = 24;
  }
  if (message.id !== 0n) {
    at = writeLong(target, at, message.id);
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

export function readLeaseTimeToLiveResponse(reader: WireReader, message: LeaseTimeToLiveResponse): void {
  const target = message as Mutable<LeaseTimeToLiveResponse>;
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
        target.id = reader.int64();
        break;
      }
      case 24: {
        target.ttl = reader.int64Exact();
        break;
      }
      case 32: {
        target.grantedTTL = reader.int64Exact();
        break;
      }
      case 42: {
        reader.element();
        target.keys.push(reader.bytes());
        break;
      }
      default:
        reader.skip(tag);
    }
  }
}

/** Asks for all leases. */
export type LeaseLeasesRequest = Record<string, never>;

/** Codec of {@link LeaseLeasesRequest}. */
export const LeaseLeasesRequest: MessageType<LeaseLeasesRequest> = {
  name: "etcdserverpb.LeaseLeasesRequest",
  fields: [],
  create: createLeaseLeasesRequest,
  size: sizeLeaseLeasesRequest,
  write: writeLeaseLeasesRequest,
  read: readLeaseLeasesRequest,
};

/** A {@link LeaseLeasesRequest} of nothing but zeros, except what is given. */
export function createLeaseLeasesRequest(_init?: Partial<LeaseLeasesRequest>): LeaseLeasesRequest {
  return {};
}

export function sizeLeaseLeasesRequest(_message: LeaseLeasesRequest): number {
  return 0;
}

export function writeLeaseLeasesRequest(_message: LeaseLeasesRequest, _target: Uint8Array, end: number): number {
  return end;
}

export function readLeaseLeasesRequest(reader: WireReader, _message: LeaseLeasesRequest): void {
  while (reader.position < reader.end) reader.skip(reader.tag());
}

/** One lease of the list. */
export type LeaseStatus = {
  readonly id: bigint;
};

/** Codec of {@link LeaseStatus}. */
export const LeaseStatus: MessageType<LeaseStatus> = {
  name: "etcdserverpb.LeaseStatus",
  fields: [
    { name: "ID", jsonName: "ID", property: "id", number: 1, kind: "int64", repeated: false, oneof: null, long: "id", values: null, message: null },
  ],
  create: createLeaseStatus,
  size: sizeLeaseStatus,
  write: writeLeaseStatus,
  read: readLeaseStatus,
};

/** A {@link LeaseStatus} of nothing but zeros, except what is given. */
export function createLeaseStatus(init?: Partial<LeaseStatus>): LeaseStatus {
  if (init === undefined) {
    return {
      id: 0n,
    };
  }
  return {
    id: init.id ?? 0n,
  };
}

export function sizeLeaseStatus(message: LeaseStatus): number {
  let size = 0;
  if (message.id !== 0n) size += 1 + int64Size(message.id);
  return size;
}

export function writeLeaseStatus(message: LeaseStatus, target: Uint8Array, end: number): number {
  let at = end;
  if (message.id !== 0n) {
    at = writeLong(target, at, message.id);
    target[--at] = 8;
  }
  return at;
}

export function readLeaseStatus(reader: WireReader, message: LeaseStatus): void {
  const target = message as Mutable<LeaseStatus>;
  while (reader.position < reader.end) {
    const tag = reader.tag();
    switch (tag) {
      case 8: {
        target.id = reader.int64();
        break;
      }
      default:
        reader.skip(tag);
    }
  }
}

/** All leases. */
export type LeaseLeasesResponse = {
  readonly header: ResponseHeader | null;
  readonly leases: readonly LeaseStatus[];
};

/** Codec of {@link LeaseLeasesResponse}. */
export const LeaseLeasesResponse: MessageType<LeaseLeasesResponse> = {
  name: "etcdserverpb.LeaseLeasesResponse",
  fields: [
    { name: "header", jsonName: "header", property: "header", number: 1, kind: "message", repeated: false, oneof: null, long: null, values: null, message: () => ResponseHeader },
    { name: "leases", jsonName: "leases", property: "leases", number: 2, kind: "message", repeated: true, oneof: null, long: null, values: null, message: () => LeaseStatus },
  ],
  create: createLeaseLeasesResponse,
  size: sizeLeaseLeasesResponse,
  write: writeLeaseLeasesResponse,
  read: readLeaseLeasesResponse,
};

/** A {@link LeaseLeasesResponse} of nothing but zeros, except what is given. */
export function createLeaseLeasesResponse(init?: Partial<LeaseLeasesResponse>): LeaseLeasesResponse {
  if (init === undefined) {
    return {
      header: null,
      leases: [],
    };
  }
  return {
    header: init.header ?? null,
    leases: init.leases ?? [],
  };
}

export function sizeLeaseLeasesResponse(message: LeaseLeasesResponse): number {
  let size = 0;
  if (message.header !== null) size += 1 + delimitedSize(sizeResponseHeader(message.header));
  for (const item of message.leases) size += 1 + delimitedSize(sizeLeaseStatus(item));
  return size;
}

export function writeLeaseLeasesResponse(message: LeaseLeasesResponse, target: Uint8Array, end: number): number {
  let at = end;
  for (let index = message.leases.length - 1; index >= 0; index--) {
    const stop = at;
    at = writeLeaseStatus(message.leases[index] as LeaseStatus, target, at);
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

export function readLeaseLeasesResponse(reader: WireReader, message: LeaseLeasesResponse): void {
  const target = message as Mutable<LeaseLeasesResponse>;
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
        const item = createLeaseStatus();
        readLeaseStatus(reader, item);
        target.leases.push(item);
        reader.leave(outer);
        break;
      }
      default:
        reader.skip(tag);
    }
  }
}

/** Leases: keys that live as long as their owner says so. */
export const leaseService = {
  name: "etcdserverpb.Lease",
  methods: {
    leaseGrant: {
      name: "LeaseGrant",
      path: "/etcdserverpb.Lease/LeaseGrant",
      request: LeaseGrantRequest,
      response: LeaseGrantResponse,
      clientStreams: false,
      serverStreams: false,
      gatewayPaths: ["/v3/lease/grant"],
    },
    leaseRevoke: {
      name: "LeaseRevoke",
      path: "/etcdserverpb.Lease/LeaseRevoke",
      request: LeaseRevokeRequest,
      response: LeaseRevokeResponse,
      clientStreams: false,
      serverStreams: false,
      gatewayPaths: ["/v3/lease/revoke", "/v3/kv/lease/revoke"],
    },
    leaseKeepAlive: {
      name: "LeaseKeepAlive",
      path: "/etcdserverpb.Lease/LeaseKeepAlive",
      request: LeaseKeepAliveRequest,
      response: LeaseKeepAliveResponse,
      clientStreams: true,
      serverStreams: true,
      gatewayPaths: ["/v3/lease/keepalive"],
    },
    leaseTimeToLive: {
      name: "LeaseTimeToLive",
      path: "/etcdserverpb.Lease/LeaseTimeToLive",
      request: LeaseTimeToLiveRequest,
      response: LeaseTimeToLiveResponse,
      clientStreams: false,
      serverStreams: false,
      gatewayPaths: ["/v3/lease/timetolive", "/v3/kv/lease/timetolive"],
    },
    leaseLeases: {
      name: "LeaseLeases",
      path: "/etcdserverpb.Lease/LeaseLeases",
      request: LeaseLeasesRequest,
      response: LeaseLeasesResponse,
      clientStreams: false,
      serverStreams: false,
      gatewayPaths: ["/v3/lease/leases", "/v3/kv/lease/leases"],
    },
  },
} as const satisfies Service;
