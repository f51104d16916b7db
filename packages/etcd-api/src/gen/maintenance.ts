// Generated from proto/maintenance.proto by scripts/generate.ts. Do not edit.

import type { MessageType, Mutable } from "../message-type.ts";
import type { Service } from "../service.ts";
import { type WireReader, noBytes } from "../wire-reader.ts";
import { delimitedSize, int32Size, int64NumberSize, stringSize, uint32Size, uint64NumberSize, uint64Size, writeBytes, writeLong, writeNumber, writeString, writeVarint } from "../wire-writer.ts";
import { ResponseHeader, createResponseHeader, readResponseHeader, sizeResponseHeader, writeResponseHeader } from "./header.ts";

/** What is wrong with a member. */
export const AlarmType = {
  NONE: 0,
  NOSPACE: 1,
  CORRUPT: 2,
} as const;

/** A number of {@link AlarmType}, or one that a newer peer knows: proto3's enums are open. */
export type AlarmType = number;

/** Numbers of `etcdserverpb.AlarmRequest.AlarmAction`. */
export const AlarmAction = {
  GET: 0,
  ACTIVATE: 1,
  DEACTIVATE: 2,
} as const;

/** A number of {@link AlarmAction}, or one that a newer peer knows: proto3's enums are open. */
export type AlarmAction = number;

/** Numbers of `etcdserverpb.DowngradeRequest.DowngradeAction`. */
export const DowngradeAction = {
  VALIDATE: 0,
  ENABLE: 1,
  CANCEL: 2,
} as const;

/** A number of {@link DowngradeAction}, or one that a newer peer knows: proto3's enums are open. */
export type DowngradeAction = number;

/** Asks for alarms, raises one or clears some. */
export type AlarmRequest = {
  readonly action: AlarmAction;
  /** The member it is about; 0 for all. */
  readonly memberID: bigint;
  readonly alarm: AlarmType;
};

/** Codec of {@link AlarmRequest}. */
export const AlarmRequest: MessageType<AlarmRequest> = {
  name: "etcdserverpb.AlarmRequest",
  fields: [
    { name: "action", jsonName: "action", property: "action", number: 1, kind: "enum", repeated: false, oneof: null, long: null, values: AlarmAction, message: null },
    { name: "memberID", jsonName: "memberID", property: "memberID", number: 2, kind: "uint64", repeated: false, oneof: null, long: "id", values: null, message: null },
    { name: "alarm", jsonName: "alarm", property: "alarm", number: 3, kind: "enum", repeated: false, oneof: null, long: null, values: AlarmType, message: null },
  ],
  create: createAlarmRequest,
  size: sizeAlarmRequest,
  write: writeAlarmRequest,
  read: readAlarmRequest,
};

/** A {@link AlarmRequest} of nothing but zeros, except what is given. */
export function createAlarmRequest(init?: Partial<AlarmRequest>): AlarmRequest {
  if (init === undefined) {
    return {
      action: 0,
      memberID: 0n,
      alarm: 0,
    };
  }
  return {
    action: init.action ?? 0,
    memberID: init.memberID ?? 0n,
    alarm: init.alarm ?? 0,
  };
}

export function sizeAlarmRequest(message: AlarmRequest): number {
  let size = 0;
  if (message.action !== 0) size += 1 + int32Size(message.action);
  if (message.memberID !== 0n) size += 1 + uint64Size(message.memberID);
  if (message.alarm !== 0) size += 1 + int32Size(message.alarm);
  return size;
}

export function writeAlarmRequest(message: AlarmRequest, target: Uint8Array, end: number): number {
  let at = end;
  if (message.alarm !== 0) {
    at = writeNumber(target, at, message.alarm);
    target[--at] = 24;
  }
  if (message.memberID !== 0n) {
    at = writeLong(target, at, message.memberID);
    target[--at] = 16;
  }
  if (message.action !== 0) {
    at = writeNumber(target, at, message.action);
    target[--at] = 8;
  }
  return at;
}

export function readAlarmRequest(reader: WireReader, message: AlarmRequest): void {
  const target = message as Mutable<AlarmRequest>;
  while (reader.position < reader.end) {
    const tag = reader.tag();
    switch (tag) {
      case 8: {
        target.action = reader.int32();
        break;
      }
      case 16: {
        target.memberID = reader.uint64();
        break;
      }
      case 24: {
        target.alarm = reader.int32();
        break;
      }
      default:
        reader.skip(tag);
    }
  }
}

/** An alarm that stands. */
export type AlarmMember = {
  readonly memberID: bigint;
  readonly alarm: AlarmType;
};

/** Codec of {@link AlarmMember}. */
export const AlarmMember: MessageType<AlarmMember> = {
  name: "etcdserverpb.AlarmMember",
  fields: [
    { name: "memberID", jsonName: "memberID", property: "memberID", number: 1, kind: "uint64", repeated: false, oneof: null, long: "id", values: null, message: null },
    { name: "alarm", jsonName: "alarm", property: "alarm", number: 2, kind: "enum", repeated: false, oneof: null, long: null, values: AlarmType, message: null },
  ],
  create: createAlarmMember,
  size: sizeAlarmMember,
  write: writeAlarmMember,
  read: readAlarmMember,
};

/** A {@link AlarmMember} of nothing but zeros, except what is given. */
export function createAlarmMember(init?: Partial<AlarmMember>): AlarmMember {
  if (init === undefined) {
    return {
      memberID: 0n,
      alarm: 0,
    };
  }
  return {
    memberID: init.memberID ?? 0n,
    alarm: init.alarm ?? 0,
  };
}

export function sizeAlarmMember(message: AlarmMember): number {
  let size = 0;
  if (message.memberID !== 0n) size += 1 + uint64Size(message.memberID);
  if (message.alarm !== 0) size += 1 + int32Size(message.alarm);
  return size;
}

export function writeAlarmMember(message: AlarmMember, target: Uint8Array, end: number): number {
  let at = end;
  if (message.alarm !== 0) {
    at = writeNumber(target, at, message.alarm);
    target[--at] = 16;
  }
  if (message.memberID !== 0n) {
    at = writeLong(target, at, message.memberID);
    target[--at] = 8;
  }
  return at;
}

export function readAlarmMember(reader: WireReader, message: AlarmMember): void {
  const target = message as Mutable<AlarmMember>;
  while (reader.position < reader.end) {
    const tag = reader.tag();
    switch (tag) {
      case 8: {
        target.memberID = reader.uint64();
        break;
      }
      case 16: {
        target.alarm = reader.int32();
        break;
      }
      default:
        reader.skip(tag);
    }
  }
}

/** Alarms. */
export type AlarmResponse = {
  readonly header: ResponseHeader | null;
  readonly alarms: readonly AlarmMember[];
};

/** Codec of {@link AlarmResponse}. */
export const AlarmResponse: MessageType<AlarmResponse> = {
  name: "etcdserverpb.AlarmResponse",
  fields: [
    { name: "header", jsonName: "header", property: "header", number: 1, kind: "message", repeated: false, oneof: null, long: null, values: null, message: () => ResponseHeader },
    { name: "alarms", jsonName: "alarms", property: "alarms", number: 2, kind: "message", repeated: true, oneof: null, long: null, values: null, message: () => AlarmMember },
  ],
  create: createAlarmResponse,
  size: sizeAlarmResponse,
  write: writeAlarmResponse,
  read: readAlarmResponse,
};

/** A {@link AlarmResponse} of nothing but zeros, except what is given. */
export function createAlarmResponse(init?: Partial<AlarmResponse>): AlarmResponse {
  if (init === undefined) {
    return {
      header: null,
      alarms: [],
    };
  }
  return {
    header: init.header ?? null,
    alarms: init.alarms ?? [],
  };
}

export function sizeAlarmResponse(message: AlarmResponse): number {
  let size = 0;
  if (message.header !== null) size += 1 + delimitedSize(sizeResponseHeader(message.header));
  for (const item of message.alarms) size += 1 + delimitedSize(sizeAlarmMember(item));
  return size;
}

export function writeAlarmResponse(message: AlarmResponse, target: Uint8Array, end: number): number {
  let at = end;
  for (let index = message.alarms.length - 1; index >= 0; index--) {
    const stop = at;
    at = writeAlarmMember(message.alarms[index] as AlarmMember, target, at);
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

export function readAlarmResponse(reader: WireReader, message: AlarmResponse): void {
  const target = message as Mutable<AlarmResponse>;
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
        const item = createAlarmMember();
        readAlarmMember(reader, item);
        target.alarms.push(item);
        reader.leave(outer);
        break;
      }
      default:
        reader.skip(tag);
    }
  }
}

/** Asks a member how it is. */
export type StatusRequest = Record<string, never>;

/** Codec of {@link StatusRequest}. */
export const StatusRequest: MessageType<StatusRequest> = {
  name: "etcdserverpb.StatusRequest",
  fields: [],
  create: createStatusRequest,
  size: sizeStatusRequest,
  write: writeStatusRequest,
  read: readStatusRequest,
};

/** A {@link StatusRequest} of nothing but zeros, except what is given. */
export function createStatusRequest(_init?: Partial<StatusRequest>): StatusRequest {
  return {};
}

export function sizeStatusRequest(_message: StatusRequest): number {
  return 0;
}

export function writeStatusRequest(_message: StatusRequest, _target: Uint8Array, end: number): number {
  return end;
}

export function readStatusRequest(reader: WireReader, _message: StatusRequest): void {
  while (reader.position < reader.end) reader.skip(reader.tag());
}

/** How a member is. */
export type StatusResponse = {
  readonly header: ResponseHeader | null;
  /** Of the server, as in 3.6.0. */
  readonly version: string;
  /** Bytes that the store takes on disk. */
  readonly dbSize: number;
  /** The leader's id as the member knows it; 0 for none. */
  readonly leader: bigint;
  readonly raftIndex: number;
  readonly raftTerm: number;
  readonly raftAppliedIndex: number;
  /** What is wrong, in words. */
  readonly errors: readonly string[];
  /** Bytes of the store that hold something. */
  readonly dbSizeInUse: number;
  readonly isLearner: boolean;
  /** Version of the format on disk. */
  readonly storageVersion: string;
  /** Bytes that the store may take. */
  readonly dbSizeQuota: number;
  readonly downgradeInfo: DowngradeInfo | null;
};

/** Codec of {@link StatusResponse}. */
export const StatusResponse: MessageType<StatusResponse> = {
  name: "etcdserverpb.StatusResponse",
  fields: [
    { name: "header", jsonName: "header", property: "header", number: 1, kind: "message", repeated: false, oneof: null, long: null, values: null, message: () => ResponseHeader },
    { name: "version", jsonName: "version", property: "version", number: 2, kind: "string", repeated: false, oneof: null, long: null, values: null, message: null },
    { name: "dbSize", jsonName: "dbSize", property: "dbSize", number: 3, kind: "int64", repeated: false, oneof: null, long: "exact", values: null, message: null },
    { name: "leader", jsonName: "leader", property: "leader", number: 4, kind: "uint64", repeated: false, oneof: null, long: "id", values: null, message: null },
    { name: "raftIndex", jsonName: "raftIndex", property: "raftIndex", number: 5, kind: "uint64", repeated: false, oneof: null, long: "exact", values: null, message: null },
    { name: "raftTerm", jsonName: "raftTerm", property: "raftTerm", number: 6, kind: "uint64", repeated: false, oneof: null, long: "exact", values: null, message: null },
    { name: "raftAppliedIndex", jsonName: "raftAppliedIndex", property: "raftAppliedIndex", number: 7, kind: "uint64", repeated: false, oneof: null, long: "exact", values: null, message: null },
    { name: "errors", jsonName: "errors", property: "errors", number: 8, kind: "string", repeated: true, oneof: null, long: null, values: null, message: null },
    { name: "dbSizeInUse", jsonName: "dbSizeInUse", property: "dbSizeInUse", number: 9, kind: "int64", repeated: false, oneof: null, long: "exact", values: null, message: null },
    { name: "isLearner", jsonName: "isLearner", property: "isLearner", number: 10, kind: "bool", repeated: false, oneof: null, long: null, values: null, message: null },
    { name: "storageVersion", jsonName: "storageVersion", property: "storageVersion", number: 11, kind: "string", repeated: false, oneof: null, long: null, values: null, message: null },
    { name: "dbSizeQuota", jsonName: "dbSizeQuota", property: "dbSizeQuota", number: 12, kind: "int64", repeated: false, oneof: null, long: "exact", values: null, message: null },
    { name: "downgradeInfo", jsonName: "downgradeInfo", property: "downgradeInfo", number: 13, kind: "message", repeated: false, oneof: null, long: null, values: null, message: () => DowngradeInfo },
  ],
  create: createStatusResponse,
  size: sizeStatusResponse,
  write: writeStatusResponse,
  read: readStatusResponse,
};

/** A {@link StatusResponse} of nothing but zeros, except what is given. */
export function createStatusResponse(init?: Partial<StatusResponse>): StatusResponse {
  if (init === undefined) {
    return {
      header: null,
      version: "",
      dbSize: 0,
      leader: 0n,
      raftIndex: 0,
      raftTerm: 0,
      raftAppliedIndex: 0,
      errors: [],
      dbSizeInUse: 0,
      isLearner: false,
      storageVersion: "",
      dbSizeQuota: 0,
      downgradeInfo: null,
    };
  }
  return {
    header: init.header ?? null,
    version: init.version ?? "",
    dbSize: init.dbSize ?? 0,
    leader: init.leader ?? 0n,
    raftIndex: init.raftIndex ?? 0,
    raftTerm: init.raftTerm ?? 0,
    raftAppliedIndex: init.raftAppliedIndex ?? 0,
    errors: init.errors ?? [],
    dbSizeInUse: init.dbSizeInUse ?? 0,
    isLearner: init.isLearner ?? false,
    storageVersion: init.storageVersion ?? "",
    dbSizeQuota: init.dbSizeQuota ?? 0,
    downgradeInfo: init.downgradeInfo ?? null,
  };
}

export function sizeStatusResponse(message: StatusResponse): number {
  let size = 0;
  if (message.header !== null) size += 1 + delimitedSize(sizeResponseHeader(message.header));
  if (message.version !== "") size += 1 + stringSize(message.version);
  if (message.dbSize !== 0) size += 1 + int64NumberSize(message.dbSize);
  if (message.leader !== 0n) size += 1 + uint64Size(message.leader);
  if (message.raftIndex !== 0) size += 1 + uint64NumberSize(message.raftIndex);
  if (message.raftTerm !== 0) size += 1 + uint64NumberSize(message.raftTerm);
  if (message.raftAppliedIndex !== 0) size += 1 + uint64NumberSize(message.raftAppliedIndex);
  for (const item of message.errors) size += 1 + stringSize(item);
  if (message.dbSizeInUse !== 0) size += 1 + int64NumberSize(message.dbSizeInUse);
  if (message.isLearner) size += 1 + 1;
  if (message.storageVersion !== "") size += 1 + stringSize(message.storageVersion);
  if (message.dbSizeQuota !== 0) size += 1 + int64NumberSize(message.dbSizeQuota);
  if (message.downgradeInfo !== null) size += 1 + delimitedSize(sizeDowngradeInfo(message.downgradeInfo));
  return size;
}

export function writeStatusResponse(message: StatusResponse, target: Uint8Array, end: number): number {
  let at = end;
  if (message.downgradeInfo !== null) {
    const stop = at;
    at = writeDowngradeInfo(message.downgradeInfo, target, at);
    at = writeVarint(target, at, stop - at);
    target[--at] = 106;
  }
  if (message.dbSizeQuota !== 0) {
    at = writeNumber(target, at, message.dbSizeQuota);
    target[--at] = 96;
  }
  if (message.storageVersion !== "") {
    at = writeString(target, at, message.storageVersion);
    target[--at] = 90;
  }
  if (message.isLearner) {
    target[--at] = 1;
    target[--at] = 80;
  }
  if (message.dbSizeInUse !== 0) {
    at = writeNumber(target, at, message.dbSizeInUse);
    target[--at] = 72;
  }
  for (let index = message.errors.length - 1; index >= 0; index--) {
    at = writeString(target, at, message.errors[index] as string);
    target[--at] = 66;
  }
  if (message.raftAppliedIndex !== 0) {
    at = writeNumber(target, at, message.raftAppliedIndex);
    target[--at] = 56;
  }
  if (message.raftTerm !== 0) {
    at = writeNumber(target, at, message.raftTerm);
    target[--at] = 48;
  }
  if (message.raftIndex !== 0) {
    at = writeNumber(target, at, message.raftIndex);
    target[--at] = 40;
  }
  if (message.leader !== 0n) {
    at = writeLong(target, at, message.leader);
    target[--at] = 32;
  }
  if (message.dbSize !== 0) {
    at = writeNumber(target, at, message.dbSize);
    target[--at] = 24;
  }
  if (message.version !== "") {
    at = writeString(target, at, message.version);
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

export function readStatusResponse(reader: WireReader, message: StatusResponse): void {
  const target = message as Mutable<StatusResponse>;
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
        target.version = reader.string();
        break;
      }
      case 24: {
        target.dbSize = reader.int64Exact();
        break;
      }
      case 32: {
        target.leader = reader.uint64();
        break;
      }
      case 40: {
        target.raftIndex = reader.uint64Exact();
        break;
      }
      case 48: {
        target.raftTerm = reader.uint64Exact();
        break;
      }
      case 56: {
        target.raftAppliedIndex = reader.uint64Exact();
        break;
      }
      case 66: {
        reader.element();
        target.errors.push(reader.string());
        break;
      }
      case 72: {
        target.dbSizeInUse = reader.int64Exact();
        break;
      }
      case 80: {
        target.isLearner = reader.bool();
        break;
      }
      case 90: {
        target.storageVersion = reader.string();
        break;
      }
      case 96: {
        target.dbSizeQuota = reader.int64Exact();
        break;
      }
      case 106: {
        const outer = reader.enter();
        readDowngradeInfo(reader, (target.downgradeInfo ??= createDowngradeInfo()));
        reader.leave(outer);
        break;
      }
      default:
        reader.skip(tag);
    }
  }
}

/** A downgrade under way. */
export type DowngradeInfo = {
  readonly enabled: boolean;
  readonly targetVersion: string;
};

/** Codec of {@link DowngradeInfo}. */
export const DowngradeInfo: MessageType<DowngradeInfo> = {
  name: "etcdserverpb.DowngradeInfo",
  fields: [
    { name: "enabled", jsonName: "enabled", property: "enabled", number: 1, kind: "bool", repeated: false, oneof: null, long: null, values: null, message: null },
    { name: "targetVersion", jsonName: "targetVersion", property: "targetVersion", number: 2, kind: "string", repeated: false, oneof: null, long: null, values: null, message: null },
  ],
  create: createDowngradeInfo,
  size: sizeDowngradeInfo,
  write: writeDowngradeInfo,
  read: readDowngradeInfo,
};

/** A {@link DowngradeInfo} of nothing but zeros, except what is given. */
export function createDowngradeInfo(init?: Partial<DowngradeInfo>): DowngradeInfo {
  if (init === undefined) {
    return {
      enabled: false,
      targetVersion: "",
    };
  }
  return {
    enabled: init.enabled ?? false,
    targetVersion: init.targetVersion ?? "",
  };
}

export function sizeDowngradeInfo(message: DowngradeInfo): number {
  let size = 0;
  if (message.enabled) size += 1 + 1;
  if (message.targetVersion !== "") size += 1 + stringSize(message.targetVersion);
  return size;
}

export function writeDowngradeInfo(message: DowngradeInfo, target: Uint8Array, end: number): number {
  let at = end;
  if (message.targetVersion !== "") {
    at = writeString(target, at, message.targetVersion);
    target[--at] = 18;
  }
  if (message.enabled) {
    target[--at] = 1;
    target[--at] = 8;
  }
  return at;
}

export function readDowngradeInfo(reader: WireReader, message: DowngradeInfo): void {
  const target = message as Mutable<DowngradeInfo>;
  while (reader.position < reader.end) {
    const tag = reader.tag();
    switch (tag) {
      case 8: {
        target.enabled = reader.bool();
        break;
      }
      case 18: {
        target.targetVersion = reader.string();
        break;
      }
      default:
        reader.skip(tag);
    }
  }
}

/** Gives unused space of the store back to the file system. */
export type DefragmentRequest = Record<string, never>;

/** Codec of {@link DefragmentRequest}. */
export const DefragmentRequest: MessageType<DefragmentRequest> = {
  name: "etcdserverpb.DefragmentRequest",
  fields: [],
  create: createDefragmentRequest,
  size: sizeDefragmentRequest,
  write: writeDefragmentRequest,
  read: readDefragmentRequest,
};

/** A {@link DefragmentRequest} of nothing but zeros, except what is given. */
export function createDefragmentRequest(_init?: Partial<DefragmentRequest>): DefragmentRequest {
  return {};
}

export function sizeDefragmentRequest(_message: DefragmentRequest): number {
  return 0;
}

export function writeDefragmentRequest(_message: DefragmentRequest, _target: Uint8Array, end: number): number {
  return end;
}

export function readDefragmentRequest(reader: WireReader, _message: DefragmentRequest): void {
  while (reader.position < reader.end) reader.skip(reader.tag());
}

/** The space was given back. */
export type DefragmentResponse = {
  readonly header: ResponseHeader | null;
};

/** Codec of {@link DefragmentResponse}. */
export const DefragmentResponse: MessageType<DefragmentResponse> = {
  name: "etcdserverpb.DefragmentResponse",
  fields: [
    { name: "header", jsonName: "header", property: "header", number: 1, kind: "message", repeated: false, oneof: null, long: null, values: null, message: () => ResponseHeader },
  ],
  create: createDefragmentResponse,
  size: sizeDefragmentResponse,
  write: writeDefragmentResponse,
  read: readDefragmentResponse,
};

/** A {@link DefragmentResponse} of nothing but zeros, except what is given. */
export function createDefragmentResponse(init?: Partial<DefragmentResponse>): DefragmentResponse {
  if (init === undefined) {
    return {
      header: null,
    };
  }
  return {
    header: init.header ?? null,
  };
}

export function sizeDefragmentResponse(message: DefragmentResponse): number {
  let size = 0;
  if (message.header !== null) size += 1 + delimitedSize(sizeResponseHeader(message.header));
  return size;
}

export function writeDefragmentResponse(message: DefragmentResponse, target: Uint8Array, end: number): number {
  let at = end;
  if (message.header !== null) {
    const stop = at;
    at = writeResponseHeader(message.header, target, at);
    at = writeVarint(target, at, stop - at);
    target[--at] = 10;
  }
  return at;
}

export function readDefragmentResponse(reader: WireReader, message: DefragmentResponse): void {
  const target = message as Mutable<DefragmentResponse>;
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

/** Asks for a checksum of the store's file. */
export type HashRequest = Record<string, never>;

/** Codec of {@link HashRequest}. */
export const HashRequest: MessageType<HashRequest> = {
  name: "etcdserverpb.HashRequest",
  fields: [],
  create: createHashRequest,
  size: sizeHashRequest,
  write: writeHashRequest,
  read: readHashRequest,
};

/** A {@link HashRequest} of nothing but zeros, except what is given. */
export function createHashRequest(_init?: Partial<HashRequest>): HashRequest {
  return {};
}

export function sizeHashRequest(_message: HashRequest): number {
  return 0;
}

export function writeHashRequest(_message: HashRequest, _target: Uint8Array, end: number): number {
  return end;
}

export function readHashRequest(reader: WireReader, _message: HashRequest): void {
  while (reader.position < reader.end) reader.skip(reader.tag());
}

/** A checksum. */
export type HashResponse = {
  readonly header: ResponseHeader | null;
  readonly hash: number;
};

/** Codec of {@link HashResponse}. */
export const HashResponse: MessageType<HashResponse> = {
  name: "etcdserverpb.HashResponse",
  fields: [
    { name: "header", jsonName: "header", property: "header", number: 1, kind: "message", repeated: false, oneof: null, long: null, values: null, message: () => ResponseHeader },
    { name: "hash", jsonName: "hash", property: "hash", number: 2, kind: "uint32", repeated: false, oneof: null, long: null, values: null, message: null },
  ],
  create: createHashResponse,
  size: sizeHashResponse,
  write: writeHashResponse,
  read: readHashResponse,
};

/** A {@link HashResponse} of nothing but zeros, except what is given. */
export function createHashResponse(init?: Partial<HashResponse>): HashResponse {
  if (init === undefined) {
    return {
      header: null,
      hash: 0,
    };
  }
  return {
    header: init.header ?? null,
    hash: init.hash ?? 0,
  };
}

export function sizeHashResponse(message: HashResponse): number {
  let size = 0;
  if (message.header !== null) size += 1 + delimitedSize(sizeResponseHeader(message.header));
  if (message.hash !== 0) size += 1 + uint32Size(message.hash);
  return size;
}

export function writeHashResponse(message: HashResponse, target: Uint8Array, end: number): number {
  let at = end;
  if (message.hash !== 0) {
    at = writeNumber(target, at, message.hash);
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

export function readHashResponse(reader: WireReader, message: HashResponse): void {
  const target = message as Mutable<HashResponse>;
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
        target.hash = reader.uint32();
        break;
      }
      default:
        reader.skip(tag);
    }
  }
}

/** Asks for a checksum of the keys as of a revision. */
export type HashKVRequest = {
  /** 0 for the newest. */
  readonly revision: number;
};

/** Codec of {@link HashKVRequest}. */
export const HashKVRequest: MessageType<HashKVRequest> = {
  name: "etcdserverpb.HashKVRequest",
  fields: [
    { name: "revision", jsonName: "revision", property: "revision", number: 1, kind: "int64", repeated: false, oneof: null, long: "clamped", values: null, message: null },
  ],
  create: createHashKVRequest,
  size: sizeHashKVRequest,
  write: writeHashKVRequest,
  read: readHashKVRequest,
};

/** A {@link HashKVRequest} of nothing but zeros, except what is given. */
export function createHashKVRequest(init?: Partial<HashKVRequest>): HashKVRequest {
  if (init === undefined) {
    return {
      revision: 0,
    };
  }
  return {
    revision: init.revision ?? 0,
  };
}

export function sizeHashKVRequest(message: HashKVRequest): number {
  let size = 0;
  if (message.revision !== 0) size += 1 + int64NumberSize(message.revision);
  return size;
}

export function writeHashKVRequest(message: HashKVRequest, target: Uint8Array, end: number): number {
  let at = end;
  if (message.revision !== 0) {
    at = writeNumber(target, at, message.revision);
    target[--at] = 8;
  }
  return at;
}

export function readHashKVRequest(reader: WireReader, message: HashKVRequest): void {
  const target = message as Mutable<HashKVRequest>;
  while (reader.position < reader.end) {
    const tag = reader.tag();
    switch (tag) {
      case 8: {
        target.revision = reader.int64Clamped();
        break;
      }
      default:
        reader.skip(tag);
    }
  }
}

/** A checksum of the keys. */
export type HashKVResponse = {
  readonly header: ResponseHeader | null;
  readonly hash: number;
  /** Revision that is compacted. */
  readonly compactRevision: number;
  /** Revision that the checksum is of. */
  readonly hashRevision: number;
};

/** Codec of {@link HashKVResponse}. */
export const HashKVResponse: MessageType<HashKVResponse> = {
  name: "etcdserverpb.HashKVResponse",
  fields: [
    { name: "header", jsonName: "header", property: "header", number: 1, kind: "message", repeated: false, oneof: null, long: null, values: null, message: () => ResponseHeader },
    { name: "hash", jsonName: "hash", property: "hash", number: 2, kind: "uint32", repeated: false, oneof: null, long: null, values: null, message: null },
    { name: "compact_revision", jsonName: "compactRevision", property: "compactRevision", number: 3, kind: "int64", repeated: false, oneof: null, long: "exact", values: null, message: null },
    { name: "hash_revision", jsonName: "hashRevision", property: "hashRevision", number: 4, kind: "int64", repeated: false, oneof: null, long: "exact", values: null, message: null },
  ],
  create: createHashKVResponse,
  size: sizeHashKVResponse,
  write: writeHashKVResponse,
  read: readHashKVResponse,
};

/** A {@link HashKVResponse} of nothing but zeros, except what is given. */
export function createHashKVResponse(init?: Partial<HashKVResponse>): HashKVResponse {
  if (init === undefined) {
    return {
      header: null,
      hash: 0,
      compactRevision: 0,
      hashRevision: 0,
    };
  }
  return {
    header: init.header ?? null,
    hash: init.hash ?? 0,
    compactRevision: init.compactRevision ?? 0,
    hashRevision: init.hashRevision ?? 0,
  };
}

export function sizeHashKVResponse(message: HashKVResponse): number {
  let size = 0;
  if (message.header !== null) size += 1 + delimitedSize(sizeResponseHeader(message.header));
  if (message.hash !== 0) size += 1 + uint32Size(message.hash);
  if (message.compactRevision !== 0) size += 1 + int64NumberSize(message.compactRevision);
  if (message.hashRevision !== 0) size += 1 + int64NumberSize(message.hashRevision);
  return size;
}

export function writeHashKVResponse(message: HashKVResponse, target: Uint8Array, end: number): number {
  let at = end;
  if (message.hashRevision !== 0) {
    at = writeNumber(target, at, message.hashRevision);
    target[--at] = 32;
  }
  if (message.compactRevision !== 0) {
    at = writeNumber(target, at, message.compactRevision);
    target[--at] = 24;
  }
  if (message.hash !== 0) {
    at = writeNumber(target, at, message.hash);
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

export function readHashKVResponse(reader: WireReader, message: HashKVResponse): void {
  const target = message as Mutable<HashKVResponse>;
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
        target.hash = reader.uint32();
        break;
      }
      case 24: {
        target.compactRevision = reader.int64Exact();
        break;
      }
      case 32: {
        target.hashRevision = reader.int64Exact();
        break;
      }
      default:
        reader.skip(tag);
    }
  }
}

/** Asks for a copy of the store. */
export type SnapshotRequest = Record<string, never>;

/** Codec of {@link SnapshotRequest}. */
export const SnapshotRequest: MessageType<SnapshotRequest> = {
  name: "etcdserverpb.SnapshotRequest",
  fields: [],
  create: createSnapshotRequest,
  size: sizeSnapshotRequest,
  write: writeSnapshotRequest,
  read: readSnapshotRequest,
};

/** A {@link SnapshotRequest} of nothing but zeros, except what is given. */
export function createSnapshotRequest(_init?: Partial<SnapshotRequest>): SnapshotRequest {
  return {};
}

export function sizeSnapshotRequest(_message: SnapshotRequest): number {
  return 0;
}

export function writeSnapshotRequest(_message: SnapshotRequest, _target: Uint8Array, end: number): number {
  return end;
}

export function readSnapshotRequest(reader: WireReader, _message: SnapshotRequest): void {
  while (reader.position < reader.end) reader.skip(reader.tag());
}

/** A piece of a copy of the store. */
export type SnapshotResponse = {
  readonly header: ResponseHeader | null;
  /** Bytes that follow. */
  readonly remainingBytes: number;
  readonly blob: Uint8Array;
  /** Version of the format, in the first piece. */
  readonly version: string;
};

/** Codec of {@link SnapshotResponse}. */
export const SnapshotResponse: MessageType<SnapshotResponse> = {
  name: "etcdserverpb.SnapshotResponse",
  fields: [
    { name: "header", jsonName: "header", property: "header", number: 1, kind: "message", repeated: false, oneof: null, long: null, values: null, message: () => ResponseHeader },
    { name: "remaining_bytes", jsonName: "remainingBytes", property: "remainingBytes", number: 2, kind: "uint64", repeated: false, oneof: null, long: "exact", values: null, message: null },
    { name: "blob", jsonName: "blob", property: "blob", number: 3, kind: "bytes", repeated: false, oneof: null, long: null, values: null, message: null },
    { name: "version", jsonName: "version", property: "version", number: 4, kind: "string", repeated: false, oneof: null, long: null, values: null, message: null },
  ],
  create: createSnapshotResponse,
  size: sizeSnapshotResponse,
  write: writeSnapshotResponse,
  read: readSnapshotResponse,
};

/** A {@link SnapshotResponse} of nothing but zeros, except what is given. */
export function createSnapshotResponse(init?: Partial<SnapshotResponse>): SnapshotResponse {
  if (init === undefined) {
    return {
      header: null,
      remainingBytes: 0,
      blob: noBytes,
      version: "",
    };
  }
  return {
    header: init.header ?? null,
    remainingBytes: init.remainingBytes ?? 0,
    blob: init.blob ?? noBytes,
    version: init.version ?? "",
  };
}

export function sizeSnapshotResponse(message: SnapshotResponse): number {
  let size = 0;
  if (message.header !== null) size += 1 + delimitedSize(sizeResponseHeader(message.header));
  if (message.remainingBytes !== 0) size += 1 + uint64NumberSize(message.remainingBytes);
  if (message.blob.length !== 0) size += 1 + delimitedSize(message.blob.length);
  if (message.version !== "") size += 1 + stringSize(message.version);
  return size;
}

export function writeSnapshotResponse(message: SnapshotResponse, target: Uint8Array, end: number): number {
  let at = end;
  if (message.version !== "") {
    at = writeString(target, at, message.version);
    target[--at] = 34;
  }
  if (message.blob.length !== 0) {
    at = writeBytes(target, at, message.blob);
    target[--at] = 26;
  }
  if (message.remainingBytes !== 0) {
    at = writeNumber(target, at, message.remainingBytes);
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

export function readSnapshotResponse(reader: WireReader, message: SnapshotResponse): void {
  const target = message as Mutable<SnapshotResponse>;
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
        target.remainingBytes = reader.uint64Exact();
        break;
      }
      case 26: {
        target.blob = reader.bytes();
        break;
      }
      case 34: {
        target.version = reader.string();
        break;
      }
      default:
        reader.skip(tag);
    }
  }
}

/** Makes another member the leader. */
export type MoveLeaderRequest = {
  readonly targetID: bigint;
};

/** Codec of {@link MoveLeaderRequest}. */
export const MoveLeaderRequest: MessageType<MoveLeaderRequest> = {
  name: "etcdserverpb.MoveLeaderRequest",
  fields: [
    { name: "targetID", jsonName: "targetID", property: "targetID", number: 1, kind: "uint64", repeated: false, oneof: null, long: "id", values: null, message: null },
  ],
  create: createMoveLeaderRequest,
  size: sizeMoveLeaderRequest,
  write: writeMoveLeaderRequest,
  read: readMoveLeaderRequest,
};

/** A {@link MoveLeaderRequest} of nothing but zeros, except what is given. */
export function createMoveLeaderRequest(init?: Partial<MoveLeaderRequest>): MoveLeaderRequest {
  if (init === undefined) {
    return {
      targetID: 0n,
    };
  }
  return {
    targetID: init.targetID ?? 0n,
  };
}

export function sizeMoveLeaderRequest(message: MoveLeaderRequest): number {
  let size = 0;
  if (message.targetID !== 0n) size += 1 + uint64Size(message.targetID);
  return size;
}

export function writeMoveLeaderRequest(message: MoveLeaderRequest, target: Uint8Array, end: number): number {
  let at = end;
  if (message.targetID !== 0n) {
    at = writeLong(target, at, message.targetID);
    target[--at] = 8;
  }
  return at;
}

export function readMoveLeaderRequest(reader: WireReader, message: MoveLeaderRequest): void {
  const target = message as Mutable<MoveLeaderRequest>;
  while (reader.position < reader.end) {
    const tag = reader.tag();
    switch (tag) {
      case 8: {
        target.targetID = reader.uint64();
        break;
      }
      default:
        reader.skip(tag);
    }
  }
}

/** Another member is the leader. */
export type MoveLeaderResponse = {
  readonly header: ResponseHeader | null;
};

/** Codec of {@link MoveLeaderResponse}. */
export const MoveLeaderResponse: MessageType<MoveLeaderResponse> = {
  name: "etcdserverpb.MoveLeaderResponse",
  fields: [
    { name: "header", jsonName: "header", property: "header", number: 1, kind: "message", repeated: false, oneof: null, long: null, values: null, message: () => ResponseHeader },
  ],
  create: createMoveLeaderResponse,
  size: sizeMoveLeaderResponse,
  write: writeMoveLeaderResponse,
  read: readMoveLeaderResponse,
};

/** A {@link MoveLeaderResponse} of nothing but zeros, except what is given. */
export function createMoveLeaderResponse(init?: Partial<MoveLeaderResponse>): MoveLeaderResponse {
  if (init === undefined) {
    return {
      header: null,
    };
  }
  return {
    header: init.header ?? null,
  };
}

export function sizeMoveLeaderResponse(message: MoveLeaderResponse): number {
  let size = 0;
  if (message.header !== null) size += 1 + delimitedSize(sizeResponseHeader(message.header));
  return size;
}

export function writeMoveLeaderResponse(message: MoveLeaderResponse, target: Uint8Array, end: number): number {
  let at = end;
  if (message.header !== null) {
    const stop = at;
    at = writeResponseHeader(message.header, target, at);
    at = writeVarint(target, at, stop - at);
    target[--at] = 10;
  }
  return at;
}

export function readMoveLeaderResponse(reader: WireReader, message: MoveLeaderResponse): void {
  const target = message as Mutable<MoveLeaderResponse>;
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

/** Prepares the cluster for an older version. */
export type DowngradeRequest = {
  readonly action: DowngradeAction;
  /** The older version, as in 3.5. */
  readonly version: string;
};

/** Codec of {@link DowngradeRequest}. */
export const DowngradeRequest: MessageType<DowngradeRequest> = {
  name: "etcdserverpb.DowngradeRequest",
  fields: [
    { name: "action", jsonName: "action", property: "action", number: 1, kind: "enum", repeated: false, oneof: null, long: null, values: DowngradeAction, message: null },
    { name: "version", jsonName: "version", property: "version", number: 2, kind: "string", repeated: false, oneof: null, long: null, values: null, message: null },
  ],
  create: createDowngradeRequest,
  size: sizeDowngradeRequest,
  write: writeDowngradeRequest,
  read: readDowngradeRequest,
};

/** A {@link DowngradeRequest} of nothing but zeros, except what is given. */
export function createDowngradeRequest(init?: Partial<DowngradeRequest>): DowngradeRequest {
  if (init === undefined) {
    return {
      action: 0,
      version: "",
    };
  }
  return {
    action: init.action ?? 0,
    version: init.version ?? "",
  };
}

export function sizeDowngradeRequest(message: DowngradeRequest): number {
  let size = 0;
  if (message.action !== 0) size += 1 + int32Size(message.action);
  if (message.version !== "") size += 1 + stringSize(message.version);
  return size;
}

export function writeDowngradeRequest(message: DowngradeRequest, target: Uint8Array, end: number): number {
  let at = end;
  if (message.version !== "") {
    at = writeString(target, at, message.version);
    target[--at] = 18;
  }
  if (message.action !== 0) {
    at = writeNumber(target, at, message.action);
    target[--at] = 8;
  }
  return at;
}

export function readDowngradeRequest(reader: WireReader, message: DowngradeRequest): void {
  const target = message as Mutable<DowngradeRequest>;
  while (reader.position < reader.end) {
    const tag = reader.tag();
    switch (tag) {
      case 8: {
        target.action = reader.int32();
        break;
      }
      case 18: {
        target.version = reader.string();
        break;
      }
      default:
        reader.skip(tag);
    }
  }
}

/** The cluster is prepared. */
export type DowngradeResponse = {
  readonly header: ResponseHeader | null;
  /** The present version of the cluster. */
  readonly version: string;
};

/** Codec of {@link DowngradeResponse}. */
export const DowngradeResponse: MessageType<DowngradeResponse> = {
  name: "etcdserverpb.DowngradeResponse",
  fields: [
    { name: "header", jsonName: "header", property: "header", number: 1, kind: "message", repeated: false, oneof: null, long: null, values: null, message: () => ResponseHeader },
    { name: "version", jsonName: "version", property: "version", number: 2, kind: "string", repeated: false, oneof: null, long: null, values: null, message: null },
  ],
  create: createDowngradeResponse,
  size: sizeDowngradeResponse,
  write: writeDowngradeResponse,
  read: readDowngradeResponse,
};

/** A {@link DowngradeResponse} of nothing but zeros, except what is given. */
export function createDowngradeResponse(init?: Partial<DowngradeResponse>): DowngradeResponse {
  if (init === undefined) {
    return {
      header: null,
      version: "",
    };
  }
  return {
    header: init.header ?? null,
    version: init.version ?? "",
  };
}

export function sizeDowngradeResponse(message: DowngradeResponse): number {
  let size = 0;
  if (message.header !== null) size += 1 + delimitedSize(sizeResponseHeader(message.header));
  if (message.version !== "") size += 1 + stringSize(message.version);
  return size;
}

export function writeDowngradeResponse(message: DowngradeResponse, target: Uint8Array, end: number): number {
  let at = end;
  if (message.version !== "") {
    at = writeString(target, at, message.version);
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

export function readDowngradeResponse(reader: WireReader, message: DowngradeResponse): void {
  const target = message as Mutable<DowngradeResponse>;
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
        target.version = reader.string();
        break;
      }
      default:
        reader.skip(tag);
    }
  }
}

/** Tries a version before a downgrade; it goes through the log and is not served. */
export type DowngradeVersionTestRequest = {
  readonly ver: string;
};

/** Codec of {@link DowngradeVersionTestRequest}. */
export const DowngradeVersionTestRequest: MessageType<DowngradeVersionTestRequest> = {
  name: "etcdserverpb.DowngradeVersionTestRequest",
  fields: [
    { name: "ver", jsonName: "ver", property: "ver", number: 1, kind: "string", repeated: false, oneof: null, long: null, values: null, message: null },
  ],
  create: createDowngradeVersionTestRequest,
  size: sizeDowngradeVersionTestRequest,
  write: writeDowngradeVersionTestRequest,
  read: readDowngradeVersionTestRequest,
};

/** A {@link DowngradeVersionTestRequest} of nothing but zeros, except what is given. */
export function createDowngradeVersionTestRequest(init?: Partial<DowngradeVersionTestRequest>): DowngradeVersionTestRequest {
  if (init === undefined) {
    return {
      ver: "",
    };
  }
  return {
    ver: init.ver ?? "",
  };
}

export function sizeDowngradeVersionTestRequest(message: DowngradeVersionTestRequest): number {
  let size = 0;
  if (message.ver !== "") size += 1 + stringSize(message.ver);
  return size;
}

export function writeDowngradeVersionTestRequest(message: DowngradeVersionTestRequest, target: Uint8Array, end: number): number {
  let at = end;
  if (message.ver !== "") {
    at = writeString(target, at, message.ver);
    target[--at] = 10;
  }
  return at;
}

export function readDowngradeVersionTestRequest(reader: WireReader, message: DowngradeVersionTestRequest): void {
  const target = message as Mutable<DowngradeVersionTestRequest>;
  while (reader.position < reader.end) {
    const tag = reader.tag();
    switch (tag) {
      case 10: {
        target.ver = reader.string();
        break;
      }
      default:
        reader.skip(tag);
    }
  }
}

/** Looking after one member. */
export const maintenanceService = {
  name: "etcdserverpb.Maintenance",
  methods: {
    alarm: {
      name: "Alarm",
      path: "/etcdserverpb.Maintenance/Alarm",
      request: AlarmRequest,
      response: AlarmResponse,
      clientStreams: false,
      serverStreams: false,
      gatewayPaths: ["/v3/maintenance/alarm"],
    },
    status: {
      name: "Status",
      path: "/etcdserverpb.Maintenance/Status",
      request: StatusRequest,
      response: StatusResponse,
      clientStreams: false,
      serverStreams: false,
      gatewayPaths: ["/v3/maintenance/status"],
    },
    defragment: {
      name: "Defragment",
      path: "/etcdserverpb.Maintenance/Defragment",
      request: DefragmentRequest,
      response: DefragmentResponse,
      clientStreams: false,
      serverStreams: false,
      gatewayPaths: ["/v3/maintenance/defragment"],
    },
    hash: {
      name: "Hash",
      path: "/etcdserverpb.Maintenance/Hash",
      request: HashRequest,
      response: HashResponse,
      clientStreams: false,
      serverStreams: false,
      gatewayPaths: ["/v3/maintenance/hash"],
    },
    hashKV: {
      name: "HashKV",
      path: "/etcdserverpb.Maintenance/HashKV",
      request: HashKVRequest,
      response: HashKVResponse,
      clientStreams: false,
      serverStreams: false,
      gatewayPaths: ["/v3/maintenance/hashkv"],
    },
    snapshot: {
      name: "Snapshot",
      path: "/etcdserverpb.Maintenance/Snapshot",
      request: SnapshotRequest,
      response: SnapshotResponse,
      clientStreams: false,
      serverStreams: true,
      gatewayPaths: ["/v3/maintenance/snapshot"],
    },
    moveLeader: {
      name: "MoveLeader",
      path: "/etcdserverpb.Maintenance/MoveLeader",
      request: MoveLeaderRequest,
      response: MoveLeaderResponse,
      clientStreams: false,
      serverStreams: false,
      gatewayPaths: ["/v3/maintenance/transfer-leadership"],
    },
    downgrade: {
      name: "Downgrade",
      path: "/etcdserverpb.Maintenance/Downgrade",
      request: DowngradeRequest,
      response: DowngradeResponse,
      clientStreams: false,
      serverStreams: false,
      gatewayPaths: ["/v3/maintenance/downgrade"],
    },
  },
} as const satisfies Service;
