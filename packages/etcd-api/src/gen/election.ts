// Generated from proto/election.proto by scripts/generate.ts. Do not edit.

import type { MessageType, Mutable } from "../message-type.ts";
import type { Service } from "../service.ts";
import { type WireReader, noBytes } from "../wire-reader.ts";
import { delimitedSize, int64NumberSize, int64Size, writeBytes, writeLong, writeNumber, writeVarint } from "../wire-writer.ts";
import { ResponseHeader, createResponseHeader, readResponseHeader, sizeResponseHeader, writeResponseHeader } from "./header.ts";
import { KeyValue, createKeyValue, readKeyValue, sizeKeyValue, writeKeyValue } from "./mvcc.ts";

/** Waits until the caller leads. */
export type CampaignRequest = {
  /** The election. */
  readonly name: Uint8Array;
  /** Lease of the candidate; the office goes when it does. */
  readonly lease: bigint;
  /** What the leader proclaims. */
  readonly value: Uint8Array;
};

/** Codec of {@link CampaignRequest}. */
export const CampaignRequest: MessageType<CampaignRequest> = {
  name: "v3electionpb.CampaignRequest",
  fields: [
    { name: "name", jsonName: "name", property: "name", number: 1, kind: "bytes", repeated: false, oneof: null, long: null, values: null, message: null },
    { name: "lease", jsonName: "lease", property: "lease", number: 2, kind: "int64", repeated: false, oneof: null, long: "id", values: null, message: null },
    { name: "value", jsonName: "value", property: "value", number: 3, kind: "bytes", repeated: false, oneof: null, long: null, values: null, message: null },
  ],
  create: createCampaignRequest,
  size: sizeCampaignRequest,
  write: writeCampaignRequest,
  read: readCampaignRequest,
};

/** A {@link CampaignRequest} of nothing but zeros, except what is given. */
export function createCampaignRequest(init?: Partial<CampaignRequest>): CampaignRequest {
  if (init === undefined) {
    return {
      name: noBytes,
      lease: 0n,
      value: noBytes,
    };
  }
  return {
    name: init.name ?? noBytes,
    lease: init.lease ?? 0n,
    value: init.value ?? noBytes,
  };
}

export function sizeCampaignRequest(message: CampaignRequest): number {
  let size = 0;
  if (message.name.length !== 0) size += 1 + delimitedSize(message.name.length);
  if (message.lease !== 0n) size += 1 + int64Size(message.lease);
  if (message.value.length !== 0) size += 1 + delimitedSize(message.value.length);
  return size;
}

export function writeCampaignRequest(message: CampaignRequest, target: Uint8Array, end: number): number {
  let at = end;
  if (message.value.length !== 0) {
    at = writeBytes(target, at, message.value);
    target[--at] = 26;
  }
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

export function readCampaignRequest(reader: WireReader, message: CampaignRequest): void {
  const target = message as Mutable<CampaignRequest>;
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
      case 26: {
        target.value = reader.bytes();
        break;
      }
      default:
        reader.skip(tag);
    }
  }
}

/** The caller leads. */
export type CampaignResponse = {
  readonly header: ResponseHeader | null;
  readonly leader: LeaderKey | null;
};

/** Codec of {@link CampaignResponse}. */
export const CampaignResponse: MessageType<CampaignResponse> = {
  name: "v3electionpb.CampaignResponse",
  fields: [
    { name: "header", jsonName: "header", property: "header", number: 1, kind: "message", repeated: false, oneof: null, long: null, values: null, message: () => ResponseHeader },
    { name: "leader", jsonName: "leader", property: "leader", number: 2, kind: "message", repeated: false, oneof: null, long: null, values: null, message: () => LeaderKey },
  ],
  create: createCampaignResponse,
  size: sizeCampaignResponse,
  write: writeCampaignResponse,
  read: readCampaignResponse,
};

/** A {@link CampaignResponse} of nothing but zeros, except what is given. */
export function createCampaignResponse(init?: Partial<CampaignResponse>): CampaignResponse {
  if (init === undefined) {
    return {
      header: null,
      leader: null,
    };
  }
  return {
    header: init.header ?? null,
    leader: init.leader ?? null,
  };
}

export function sizeCampaignResponse(message: CampaignResponse): number {
  let size = 0;
  if (message.header !== null) size += 1 + delimitedSize(sizeResponseHeader(message.header));
  if (message.leader !== null) size += 1 + delimitedSize(sizeLeaderKey(message.leader));
  return size;
}

export function writeCampaignResponse(message: CampaignResponse, target: Uint8Array, end: number): number {
  let at = end;
  if (message.leader !== null) {
    const stop = at;
    at = writeLeaderKey(message.leader, target, at);
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

export function readCampaignResponse(reader: WireReader, message: CampaignResponse): void {
  const target = message as Mutable<CampaignResponse>;
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
        readLeaderKey(reader, (target.leader ??= createLeaderKey()));
        reader.leave(outer);
        break;
      }
      default:
        reader.skip(tag);
    }
  }
}

/** Proof of leadership. */
export type LeaderKey = {
  /** The election. */
  readonly name: Uint8Array;
  /** Key that exists as long as the office is held. */
  readonly key: Uint8Array;
  /** Revision that created the key. */
  readonly rev: number;
  readonly lease: bigint;
};

/** Codec of {@link LeaderKey}. */
export const LeaderKey: MessageType<LeaderKey> = {
  name: "v3electionpb.LeaderKey",
  fields: [
    { name: "name", jsonName: "name", property: "name", number: 1, kind: "bytes", repeated: false, oneof: null, long: null, values: null, message: null },
    { name: "key", jsonName: "key", property: "key", number: 2, kind: "bytes", repeated: false, oneof: null, long: null, values: null, message: null },
    { name: "rev", jsonName: "rev", property: "rev", number: 3, kind: "int64", repeated: false, oneof: null, long: "clamped", values: null, message: null },
    { name: "lease", jsonName: "lease", property: "lease", number: 4, kind: "int64", repeated: false, oneof: null, long: "id", values: null, message: null },
  ],
  create: createLeaderKey,
  size: sizeLeaderKey,
  write: writeLeaderKey,
  read: readLeaderKey,
};

/** A {@link LeaderKey} of nothing but zeros, except what is given. */
export function createLeaderKey(init?: Partial<LeaderKey>): LeaderKey {
  if (init === undefined) {
    return {
      name: noBytes,
      key: noBytes,
      rev: 0,
      lease: 0n,
    };
  }
  return {
    name: init.name ?? noBytes,
    key: init.key ?? noBytes,
    rev: init.rev ?? 0,
    lease: init.lease ?? 0n,
  };
}

export function sizeLeaderKey(message: LeaderKey): number {
  let size = 0;
  if (message.name.length !== 0) size += 1 + delimitedSize(message.name.length);
  if (message.key.length !== 0) size += 1 + delimitedSize(message.key.length);
  if (message.rev !== 0) size += 1 + int64NumberSize(message.rev);
  if (message.lease !== 0n) size += 1 + int64Size(message.lease);
  return size;
}

export function writeLeaderKey(message: LeaderKey, target: Uint8Array, end: number): number {
  let at = end;
  if (message.lease !== 0n) {
    at = writeLong(target, at, message.lease);
    target[--at] = 32;
  }
  if (message.rev !== 0) {
    at = writeNumber(target, at, message.rev);
    target[--at] = 24;
  }
  if (message.key.length !== 0) {
    at = writeBytes(target, at, message.key);
    target[--at] = 18;
  }
  if (message.name.length !== 0) {
    at = writeBytes(target, at, message.name);
    target[--at] = 10;
  }
  return at;
}

export function readLeaderKey(reader: WireReader, message: LeaderKey): void {
  const target = message as Mutable<LeaderKey>;
  while (reader.position < reader.end) {
    const tag = reader.tag();
    switch (tag) {
      case 10: {
        target.name = reader.bytes();
        break;
      }
      case 18: {
        target.key = reader.bytes();
        break;
      }
      case 24: {
        target.rev = reader.int64Clamped();
        break;
      }
      case 32: {
        target.lease = reader.int64();
        break;
      }
      default:
        reader.skip(tag);
    }
  }
}

/** Asks who leads. */
export type LeaderRequest = {
  /** The election. */
  readonly name: Uint8Array;
};

/** Codec of {@link LeaderRequest}. */
export const LeaderRequest: MessageType<LeaderRequest> = {
  name: "v3electionpb.LeaderRequest",
  fields: [
    { name: "name", jsonName: "name", property: "name", number: 1, kind: "bytes", repeated: false, oneof: null, long: null, values: null, message: null },
  ],
  create: createLeaderRequest,
  size: sizeLeaderRequest,
  write: writeLeaderRequest,
  read: readLeaderRequest,
};

/** A {@link LeaderRequest} of nothing but zeros, except what is given. */
export function createLeaderRequest(init?: Partial<LeaderRequest>): LeaderRequest {
  if (init === undefined) {
    return {
      name: noBytes,
    };
  }
  return {
    name: init.name ?? noBytes,
  };
}

export function sizeLeaderRequest(message: LeaderRequest): number {
  let size = 0;
  if (message.name.length !== 0) size += 1 + delimitedSize(message.name.length);
  return size;
}

export function writeLeaderRequest(message: LeaderRequest, target: Uint8Array, end: number): number {
  let at = end;
  if (message.name.length !== 0) {
    at = writeBytes(target, at, message.name);
    target[--at] = 10;
  }
  return at;
}

export function readLeaderRequest(reader: WireReader, message: LeaderRequest): void {
  const target = message as Mutable<LeaderRequest>;
  while (reader.position < reader.end) {
    const tag = reader.tag();
    switch (tag) {
      case 10: {
        target.name = reader.bytes();
        break;
      }
      default:
        reader.skip(tag);
    }
  }
}

/** Who leads. */
export type LeaderResponse = {
  readonly header: ResponseHeader | null;
  /** The leader's key and what it proclaims. */
  readonly kv: KeyValue | null;
};

/** Codec of {@link LeaderResponse}. */
export const LeaderResponse: MessageType<LeaderResponse> = {
  name: "v3electionpb.LeaderResponse",
  fields: [
    { name: "header", jsonName: "header", property: "header", number: 1, kind: "message", repeated: false, oneof: null, long: null, values: null, message: () => ResponseHeader },
    { name: "kv", jsonName: "kv", property: "kv", number: 2, kind: "message", repeated: false, oneof: null, long: null, values: null, message: () => KeyValue },
  ],
  create: createLeaderResponse,
  size: sizeLeaderResponse,
  write: writeLeaderResponse,
  read: readLeaderResponse,
};

/** A {@link LeaderResponse} of nothing but zeros, except what is given. */
export function createLeaderResponse(init?: Partial<LeaderResponse>): LeaderResponse {
  if (init === undefined) {
    return {
      header: null,
      kv: null,
    };
  }
  return {
    header: init.header ?? null,
    kv: init.kv ?? null,
  };
}

export function sizeLeaderResponse(message: LeaderResponse): number {
  let size = 0;
  if (message.header !== null) size += 1 + delimitedSize(sizeResponseHeader(message.header));
  if (message.kv !== null) size += 1 + delimitedSize(sizeKeyValue(message.kv));
  return size;
}

export function writeLeaderResponse(message: LeaderResponse, target: Uint8Array, end: number): number {
  let at = end;
  if (message.kv !== null) {
    const stop = at;
    at = writeKeyValue(message.kv, target, at);
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

export function readLeaderResponse(reader: WireReader, message: LeaderResponse): void {
  const target = message as Mutable<LeaderResponse>;
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
        readKeyValue(reader, (target.kv ??= createKeyValue()));
        reader.leave(outer);
        break;
      }
      default:
        reader.skip(tag);
    }
  }
}

/** Gives the office up. */
export type ResignRequest = {
  readonly leader: LeaderKey | null;
};

/** Codec of {@link ResignRequest}. */
export const ResignRequest: MessageType<ResignRequest> = {
  name: "v3electionpb.ResignRequest",
  fields: [
    { name: "leader", jsonName: "leader", property: "leader", number: 1, kind: "message", repeated: false, oneof: null, long: null, values: null, message: () => LeaderKey },
  ],
  create: createResignRequest,
  size: sizeResignRequest,
  write: writeResignRequest,
  read: readResignRequest,
};

/** A {@link ResignRequest} of nothing but zeros, except what is given. */
export function createResignRequest(init?: Partial<ResignRequest>): ResignRequest {
  if (init === undefined) {
    return {
      leader: null,
    };
  }
  return {
    leader: init.leader ?? null,
  };
}

export function sizeResignRequest(message: ResignRequest): number {
  let size = 0;
  if (message.leader !== null) size += 1 + delimitedSize(sizeLeaderKey(message.leader));
  return size;
}

export function writeResignRequest(message: ResignRequest, target: Uint8Array, end: number): number {
  let at = end;
  if (message.leader !== null) {
    const stop = at;
    at = writeLeaderKey(message.leader, target, at);
    at = writeVarint(target, at, stop - at);
    target[--at] = 10;
  }
  return at;
}

export function readResignRequest(reader: WireReader, message: ResignRequest): void {
  const target = message as Mutable<ResignRequest>;
  while (reader.position < reader.end) {
    const tag = reader.tag();
    switch (tag) {
      case 10: {
        const outer = reader.enter();
        readLeaderKey(reader, (target.leader ??= createLeaderKey()));
        reader.leave(outer);
        break;
      }
      default:
        reader.skip(tag);
    }
  }
}

/** The office is given up. */
export type ResignResponse = {
  readonly header: ResponseHeader | null;
};

/** Codec of {@link ResignResponse}. */
export const ResignResponse: MessageType<ResignResponse> = {
  name: "v3electionpb.ResignResponse",
  fields: [
    { name: "header", jsonName: "header", property: "header", number: 1, kind: "message", repeated: false, oneof: null, long: null, values: null, message: () => ResponseHeader },
  ],
  create: createResignResponse,
  size: sizeResignResponse,
  write: writeResignResponse,
  read: readResignResponse,
};

/** A {@link ResignResponse} of nothing but zeros, except what is given. */
export function createResignResponse(init?: Partial<ResignResponse>): ResignResponse {
  if (init === undefined) {
    return {
      header: null,
    };
  }
  return {
    header: init.header ?? null,
  };
}

export function sizeResignResponse(message: ResignResponse): number {
  let size = 0;
  if (message.header !== null) size += 1 + delimitedSize(sizeResponseHeader(message.header));
  return size;
}

export function writeResignResponse(message: ResignResponse, target: Uint8Array, end: number): number {
  let at = end;
  if (message.header !== null) {
    const stop = at;
    at = writeResponseHeader(message.header, target, at);
    at = writeVarint(target, at, stop - at);
    target[--at] = 10;
  }
  return at;
}

export function readResignResponse(reader: WireReader, message: ResignResponse): void {
  const target = message as Mutable<ResignResponse>;
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

/** Proclaims another value. */
export type ProclaimRequest = {
  readonly leader: LeaderKey | null;
  readonly value: Uint8Array;
};

/** Codec of {@link ProclaimRequest}. */
export const ProclaimRequest: MessageType<ProclaimRequest> = {
  name: "v3electionpb.ProclaimRequest",
  fields: [
    { name: "leader", jsonName: "leader", property: "leader", number: 1, kind: "message", repeated: false, oneof: null, long: null, values: null, message: () => LeaderKey },
    { name: "value", jsonName: "value", property: "value", number: 2, kind: "bytes", repeated: false, oneof: null, long: null, values: null, message: null },
  ],
  create: createProclaimRequest,
  size: sizeProclaimRequest,
  write: writeProclaimRequest,
  read: readProclaimRequest,
};

/** A {@link ProclaimRequest} of nothing but zeros, except what is given. */
export function createProclaimRequest(init?: Partial<ProclaimRequest>): ProclaimRequest {
  if (init === undefined) {
    return {
      leader: null,
      value: noBytes,
    };
  }
  return {
    leader: init.leader ?? null,
    value: init.value ?? noBytes,
  };
}

export function sizeProclaimRequest(message: ProclaimRequest): number {
  let size = 0;
  if (message.leader !== null) size += 1 + delimitedSize(sizeLeaderKey(message.leader));
  if (message.value.length !== 0) size += 1 + delimitedSize(message.value.length);
  return size;
}

export function writeProclaimRequest(message: ProclaimRequest, target: Uint8Array, end: number): number {
  let at = end;
  if (message.value.length !== 0) {
    at = writeBytes(target, at, message.value);
    target[--at] = 18;
  }
  if (message.leader !== null) {
    const stop = at;
    at = writeLeaderKey(message.leader, target, at);
    at = writeVarint(target, at, stop - at);
    target[--at] = 10;
  }
  return at;
}

export function readProclaimRequest(reader: WireReader, message: ProclaimRequest): void {
  const target = message as Mutable<ProclaimRequest>;
  while (reader.position < reader.end) {
    const tag = reader.tag();
    switch (tag) {
      case 10: {
        const outer = reader.enter();
        readLeaderKey(reader, (target.leader ??= createLeaderKey()));
        reader.leave(outer);
        break;
      }
      case 18: {
        target.value = reader.bytes();
        break;
      }
      default:
        reader.skip(tag);
    }
  }
}

/** Another value is proclaimed. */
export type ProclaimResponse = {
  readonly header: ResponseHeader | null;
};

/** Codec of {@link ProclaimResponse}. */
export const ProclaimResponse: MessageType<ProclaimResponse> = {
  name: "v3electionpb.ProclaimResponse",
  fields: [
    { name: "header", jsonName: "header", property: "header", number: 1, kind: "message", repeated: false, oneof: null, long: null, values: null, message: () => ResponseHeader },
  ],
  create: createProclaimResponse,
  size: sizeProclaimResponse,
  write: writeProclaimResponse,
  read: readProclaimResponse,
};

/** A {@link ProclaimResponse} of nothing but zeros, except what is given. */
export function createProclaimResponse(init?: Partial<ProclaimResponse>): ProclaimResponse {
  if (init === undefined) {
    return {
      header: null,
    };
  }
  return {
    header: init.header ?? null,
  };
}

export function sizeProclaimResponse(message: ProclaimResponse): number {
  let size = 0;
  if (message.header !== null) size += 1 + delimitedSize(sizeResponseHeader(message.header));
  return size;
}

export function writeProclaimResponse(message: ProclaimResponse, target: Uint8Array, end: number): number {
  let at = end;
  if (message.header !== null) {
    const stop = at;
    at = writeResponseHeader(message.header, target, at);
    at = writeVarint(target, at, stop - at);
    target[--at] = 10;
  }
  return at;
}

export function readProclaimResponse(reader: WireReader, message: ProclaimResponse): void {
  const target = message as Mutable<ProclaimResponse>;
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

/** Elections among clients. */
export const electionService = {
  name: "v3electionpb.Election",
  methods: {
    campaign: {
      name: "Campaign",
      path: "/v3electionpb.Election/Campaign",
      request: CampaignRequest,
      response: CampaignResponse,
      clientStreams: false,
      serverStreams: false,
      gatewayPaths: ["/v3/election/campaign"],
    },
    proclaim: {
      name: "Proclaim",
      path: "/v3electionpb.Election/Proclaim",
      request: ProclaimRequest,
      response: ProclaimResponse,
      clientStreams: false,
      serverStreams: false,
      gatewayPaths: ["/v3/election/proclaim"],
    },
    leader: {
      name: "Leader",
      path: "/v3electionpb.Election/Leader",
      request: LeaderRequest,
      response: LeaderResponse,
      clientStreams: false,
      serverStreams: false,
      gatewayPaths: ["/v3/election/leader"],
    },
    observe: {
      name: "Observe",
      path: "/v3electionpb.Election/Observe",
      request: LeaderRequest,
      response: LeaderResponse,
      clientStreams: false,
      serverStreams: true,
      gatewayPaths: ["/v3/election/observe"],
    },
    resign: {
      name: "Resign",
      path: "/v3electionpb.Election/Resign",
      request: ResignRequest,
      response: ResignResponse,
      clientStreams: false,
      serverStreams: false,
      gatewayPaths: ["/v3/election/resign"],
    },
  },
} as const satisfies Service;
