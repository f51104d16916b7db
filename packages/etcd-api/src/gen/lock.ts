// Generated from proto/lock.proto by scripts/generate.ts. Do not edit.

import type { MessageType, Mutable } from "../message-type.ts";
import type { Service } from "../service.ts";
import { type WireReader, noBytes } from "../wire-reader.ts";
import { delimitedSize, int64Size, writeBytes, writeLong, writeVarint } from "../wire-writer.ts";
import { ResponseHeader, createResponseHeader, readResponseHeader, sizeResponseHeader, writeResponseHeader } from "./header.ts";

/** Waits for a lock. */
export type LockRequest = {
  /** The lock. */
  readonly name: Uint8Array;
  /** Lease of the owner; the lock goes when it does. */
  readonly lease: bigint;
};

/** Codec of {@link LockRequest}. */
export const LockRequest: MessageType<LockRequest> = {
  name: "v3lockpb.LockRequest",
  fields: [
    { name: "name", jsonName: "name", property: "name", number: 1, kind: "bytes", repeated: false, oneof: null, long: null, values: null, message: null },
    { name: "lease", jsonName: "lease", property: "lease", number: 2, kind: "int64", repeated: false, oneof: null, long: "id", values: null, message: null },
  ],
  create: createLockRequest,
  size: sizeLockRequest,
  write: writeLockRequest,
  read: readLockRequest,
};

/** A {@link LockRequest} of nothing but zeros, except what is given. */
export function createLockRequest(init?: Partial<LockRequest>): LockRequest {
  if (init === undefined) {
    return {
      name: noBytes,
      lease: 0n,
    };
  }
  return {
    name: init.name ?? noBytes,
    lease: init.lease ?? 0n,
  };
}

export function sizeLockRequest(message: LockRequest): number {
  let size = 0;
  if (message.name.length !== 0) size += 1 + delimitedSize(message.name.length);
  if (message.lease !== 0n) size += 1 + int64Size(message.lease);
  return size;
}

export function writeLockRequest(message: LockRequest, target: Uint8Array, end: number): number {
  let at = end;
  if (message.lease !== 0n) {
    at = writeLong(target, at, message.lease);
    target[--at] = 16;
  }
  if (message.name.length !== 0) {
    at = writeBytes(target, at, message.name);
    target[--at] = 10;
  }
  return at;
}

export function readLockRequest(reader: WireReader, message: LockRequest): void {
  const target = message as Mutable<LockRequest>;
  while (reader.position < reader.end) {
    const tag = reader.tag();
    switch (tag) {
      case 10: {
        target.name = reader.bytes();
        break;
      }
      case 16: {
        target.lease = reader.int64();
        break;
      }
      default:
        reader.skip(tag);
    }
  }
}

/** The lock is taken. */
export type LockResponse = {
  readonly header: ResponseHeader | null;
  /** Key that exists as long as the lock is held. */
  readonly key: Uint8Array;
};

/** Codec of {@link LockResponse}. */
export const LockResponse: MessageType<LockResponse> = {
  name: "v3lockpb.LockResponse",
  fields: [
    { name: "header", jsonName: "header", property: "header", number: 1, kind: "message", repeated: false, oneof: null, long: null, values: null, message: () => ResponseHeader },
    { name: "key", jsonName: "key", property: "key", number: 2, kind: "bytes", repeated: false, oneof: null, long: null, values: null, message: null },
  ],
  create: createLockResponse,
  size: sizeLockResponse,
  write: writeLockResponse,
  read: readLockResponse,
};

/** A {@link LockResponse} of nothing but zeros, except what is given. */
export function createLockResponse(init?: Partial<LockResponse>): LockResponse {
  if (init === undefined) {
    return {
      header: null,
      key: noBytes,
    };
  }
  return {
    header: init.header ?? null,
    key: init.key ?? noBytes,
  };
}

export function sizeLockResponse(message: LockResponse): number {
  let size = 0;
  if (message.header !== null) size += 1 + delimitedSize(sizeResponseHeader(message.header));
  if (message.key.length !== 0) size += 1 + delimitedSize(message.key.length);
  return size;
}

export function writeLockResponse(message: LockResponse, target: Uint8Array, end: number): number {
  let at = end;
  if (message.key.length !== 0) {
    at = writeBytes(target, at, message.key);
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

export function readLockResponse(reader: WireReader, message: LockResponse): void {
  const target = message as Mutable<LockResponse>;
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
        target.key = reader.bytes();
        break;
      }
      default:
        reader.skip(tag);
    }
  }
}

/** Gives a lock back. */
export type UnlockRequest = {
  /** Key that the lock came with. */
  readonly key: Uint8Array;
};

/** Codec of {@link UnlockRequest}. */
export const UnlockRequest: MessageType<UnlockRequest> = {
  name: "v3lockpb.UnlockRequest",
  fields: [
    { name: "key", jsonName: "key", property: "key", number: 1, kind: "bytes", repeated: false, oneof: null, long: null, values: null, message: null },
  ],
  create: createUnlockRequest,
  size: sizeUnlockRequest,
  write: writeUnlockRequest,
  read: readUnlockRequest,
};

/** A {@link UnlockRequest} of nothing but zeros, except what is given. */
export function createUnlockRequest(init?: Partial<UnlockRequest>): UnlockRequest {
  if (init === undefined) {
    return {
      key: noBytes,
    };
  }
  return {
    key: init.key ?? noBytes,
  };
}

export function sizeUnlockRequest(message: UnlockRequest): number {
  let size = 0;
  if (message.key.length !== 0) size += 1 + delimitedSize(message.key.length);
  return size;
}

export function writeUnlockRequest(message: UnlockRequest, target: Uint8Array, end: number): number {
  let at = end;
  if (message.key.length !== 0) {
    at = writeBytes(target, at, message.key);
    target[--at] = 10;
  }
  return at;
}

export function readUnlockRequest(reader: WireReader, message: UnlockRequest): void {
  const target = message as Mutable<UnlockRequest>;
  while (reader.position < reader.end) {
    const tag = reader.tag();
    switch (tag) {
      case 10: {
        target.key = reader.bytes();
        break;
      }
      default:
        reader.skip(tag);
    }
  }
}

/** The lock is given back. */
export type UnlockResponse = {
  readonly header: ResponseHeader | null;
};

/** Codec of {@link UnlockResponse}. */
export const UnlockResponse: MessageType<UnlockResponse> = {
  name: "v3lockpb.UnlockResponse",
  fields: [
    { name: "header", jsonName: "header", property: "header", number: 1, kind: "message", repeated: false, oneof: null, long: null, values: null, message: () => ResponseHeader },
  ],
  create: createUnlockResponse,
  size: sizeUnlockResponse,
  write: writeUnlockResponse,
  read: readUnlockResponse,
};

/** A {@link UnlockResponse} of nothing but zeros, except what is given. */
export function createUnlockResponse(init?: Partial<UnlockResponse>): UnlockResponse {
  if (init === undefined) {
    return {
      header: null,
    };
  }
  return {
    header: init.header ?? null,
  };
}

export function sizeUnlockResponse(message: UnlockResponse): number {
  let size = 0;
  if (message.header !== null) size += 1 + delimitedSize(sizeResponseHeader(message.header));
  return size;
}

export function writeUnlockResponse(message: UnlockResponse, target: Uint8Array, end: number): number {
  let at = end;
  if (message.header !== null) {
    const stop = at;
    at = writeResponseHeader(message.header, target, at);
    at = writeVarint(target, at, stop - at);
    target[--at] = 10;
  }
  return at;
}

export function readUnlockResponse(reader: WireReader, message: UnlockResponse): void {
  const target = message as Mutable<UnlockResponse>;
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

/** Locks on the server's side. */
export const lockService = {
  name: "v3lockpb.Lock",
  methods: {
    lock: {
      name: "Lock",
      path: "/v3lockpb.Lock/Lock",
      request: LockRequest,
      response: LockResponse,
      clientStreams: false,
      serverStreams: false,
      gatewayPaths: ["/v3/lock/lock"],
    },
    unlock: {
      name: "Unlock",
      path: "/v3lockpb.Lock/Unlock",
      request: UnlockRequest,
      response: UnlockResponse,
      clientStreams: false,
      serverStreams: false,
      gatewayPaths: ["/v3/lock/unlock"],
    },
  },
} as const satisfies Service;
