// Generated from proto/cluster.proto by scripts/generate.ts. Do not edit.

import type { MessageType, Mutable } from "../message-type.ts";
import type { Service } from "../service.ts";
import type { WireReader } from "../wire-reader.ts";
import { delimitedSize, stringSize, uint64Size, writeLong, writeString, writeVarint } from "../wire-writer.ts";
import { ResponseHeader, createResponseHeader, readResponseHeader, sizeResponseHeader, writeResponseHeader } from "./header.ts";

/** A member. */
export type Member = {
  readonly id: bigint;
  /** Empty until the member has started for the first time. */
  readonly name: string;
  readonly peerURLs: readonly string[];
  /** Empty until the member has started for the first time. */
  readonly clientURLs: readonly string[];
  /** It receives the log and does not vote. */
  readonly isLearner: boolean;
};

/** Codec of {@link Member}. */
export const Member: MessageType<Member> = {
  name: "etcdserverpb.Member",
  fields: [
    { name: "ID", jsonName: "ID", property: "id", number: 1, kind: "uint64", repeated: false, oneof: null, long: "id", values: null, message: null },
    { name: "name", jsonName: "name", property: "name", number: 2, kind: "string", repeated: false, oneof: null, long: null, values: null, message: null },
    { name: "peerURLs", jsonName: "peerURLs", property: "peerURLs", number: 3, kind: "string", repeated: true, oneof: null, long: null, values: null, message: null },
    { name: "clientURLs", jsonName: "clientURLs", property: "clientURLs", number: 4, kind: "string", repeated: true, oneof: null, long: null, values: null, message: null },
    { name: "isLearner", jsonName: "isLearner", property: "isLearner", number: 5, kind: "bool", repeated: false, oneof: null, long: null, values: null, message: null },
  ],
  create: createMember,
  size: sizeMember,
  write: writeMember,
  read: readMember,
};

/** A {@link Member} of nothing but zeros, except what is given. */
export function createMember(init?: Partial<Member>): Member {
  if (init === undefined) {
    return {
      id: 0n,
      name: "",
      peerURLs: [],
      clientURLs: [],
      isLearner: false,
    };
  }
  return {
    id: init.id ?? 0n,
    name: init.name ?? "",
    peerURLs: init.peerURLs ?? [],
    clientURLs: init.clientURLs ?? [],
    isLearner: init.isLearner ?? false,
  };
}

export function sizeMember(message: Member): number {
  let size = 0;
  if (message.id !== 0n) size += 1 + uint64Size(message.id);
  if (message.name !== "") size += 1 + stringSize(message.name);
  for (const item of message.peerURLs) size += 1 + stringSize(item);
  for (const item of message.clientURLs) size += 1 + stringSize(item);
  if (message.isLearner) size += 1 + 1;
  return size;
}

export function writeMember(message: Member, target: Uint8Array, end: number): number {
  let at = end;
  if (message.isLearner) {
    target[--at] = 1;
    target[--at] = 40;
  }
  for (let index = message.clientURLs.length - 1; index >= 0; index--) {
    at = writeString(target, at, message.clientURLs[index] as string);
    target[--at] = 34;
  }
  for (let index = message.peerURLs.length - 1; index >= 0; index--) {
    at = writeString(target, at, message.peerURLs[index] as string);
    target[--at] = 26;
  }
  if (message.name !== "") {
    at = writeString(target, at, message.name);
    target[--at] = 18;
  }
  if (message.id !== 0n) {
    at = writeLong(target, at, message.id);
    target[--at] = 8;
  }
  return at;
}

export function readMember(reader: WireReader, message: Member): void {
  const target = message as Mutable<Member>;
  while (reader.position < reader.end) {
    const tag = reader.tag();
    switch (tag) {
      case 8: {
        target.id = reader.uint64();
        break;
      }
      case 18: {
        target.name = reader.string();
        break;
      }
      case 26: {
        reader.element();
        target.peerURLs.push(reader.string());
        break;
      }
      case 34: {
        reader.element();
        target.clientURLs.push(reader.string());
        break;
      }
      case 40: {
        target.isLearner = reader.bool();
        break;
      }
      default:
        reader.skip(tag);
    }
  }
}

/** Adds a member. */
export type MemberAddRequest = {
  readonly peerURLs: readonly string[];
  readonly isLearner: boolean;
};

/** Codec of {@link MemberAddRequest}. */
export const MemberAddRequest: MessageType<MemberAddRequest> = {
  name: "etcdserverpb.MemberAddRequest",
  fields: [
    { name: "peerURLs", jsonName: "peerURLs", property: "peerURLs", number: 1, kind: "string", repeated: true, oneof: null, long: null, values: null, message: null },
    { name: "isLearner", jsonName: "isLearner", property: "isLearner", number: 2, kind: "bool", repeated: false, oneof: null, long: null, values: null, message: null },
  ],
  create: createMemberAddRequest,
  size: sizeMemberAddRequest,
  write: writeMemberAddRequest,
  read: readMemberAddRequest,
};

/** A {@link MemberAddRequest} of nothing but zeros, except what is given. */
export function createMemberAddRequest(init?: Partial<MemberAddRequest>): MemberAddRequest {
  if (init === undefined) {
    return {
      peerURLs: [],
      isLearner: false,
    };
  }
  return {
    peerURLs: init.peerURLs ?? [],
    isLearner: init.isLearner ?? false,
  };
}

export function sizeMemberAddRequest(message: MemberAddRequest): number {
  let size = 0;
  for (const item of message.peerURLs) size += 1 + stringSize(item);
  if (message.isLearner) size += 1 + 1;
  return size;
}

export function writeMemberAddRequest(message: MemberAddRequest, target: Uint8Array, end: number): number {
  let at = end;
  if (message.isLearner) {
    target[--at] = 1;
    target[--at] = 16;
  }
  for (let index = message.peerURLs.length - 1; index >= 0; index--) {
    at = writeString(target, at, message.peerURLs[index] as string);
    target[--at] = 10;
  }
  return at;
}

export function readMemberAddRequest(reader: WireReader, message: MemberAddRequest): void {
  const target = message as Mutable<MemberAddRequest>;
  while (reader.position < reader.end) {
    const tag = reader.tag();
    switch (tag) {
      case 10: {
        reader.element();
        target.peerURLs.push(reader.string());
        break;
      }
      case 16: {
        target.isLearner = reader.bool();
        break;
      }
      default:
        reader.skip(tag);
    }
  }
}

/** A member was added. */
export type MemberAddResponse = {
  readonly header: ResponseHeader | null;
  /** The new one. */
  readonly member: Member | null;
  /** All of them. */
  readonly members: readonly Member[];
};

/** Codec of {@link MemberAddResponse}. */
export const MemberAddResponse: MessageType<MemberAddResponse> = {
  name: "etcdserverpb.MemberAddResponse",
  fields: [
    { name: "header", jsonName: "header", property: "header", number: 1, kind: "message", repeated: false, oneof: null, long: null, values: null, message: () => ResponseHeader },
    { name: "member", jsonName: "member", property: "member", number: 2, kind: "message", repeated: false, oneof: null, long: null, values: null, message: () => Member },
    { name: "members", jsonName: "members", property: "members", number: 3, kind: "message", repeated: true, oneof: null, long: null, values: null, message: () => Member },
  ],
  create: createMemberAddResponse,
  size: sizeMemberAddResponse,
  write: writeMemberAddResponse,
  read: readMemberAddResponse,
};

/** A {@link MemberAddResponse} of nothing but zeros, except what is given. */
export function createMemberAddResponse(init?: Partial<MemberAddResponse>): MemberAddResponse {
  if (init === undefined) {
    return {
      header: null,
      member: null,
      members: [],
    };
  }
  return {
    header: init.header ?? null,
    member: init.member ?? null,
    members: init.members ?? [],
  };
}

export function sizeMemberAddResponse(message: MemberAddResponse): number {
  let size = 0;
  if (message.header !== null) size += 1 + delimitedSize(sizeResponseHeader(message.header));
  if (message.member !== null) size += 1 + delimitedSize(sizeMember(message.member));
  for (const item of message.members) size += 1 + delimitedSize(sizeMember(item));
  return size;
}

export function writeMemberAddResponse(message: MemberAddResponse, target: Uint8Array, end: number): number {
  let at = end;
  for (let index = message.members.length - 1; index >= 0; index--) {
    const stop = at;
    at = writeMember(message.members[index] as Member, target, at);
    at = writeVarint(target, at, stop - at);
    target[--at] = 26;
  }
  if (message.member !== null) {
    const stop = at;
    at = writeMember(message.member, target, at);
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

export function readMemberAddResponse(reader: WireReader, message: MemberAddResponse): void {
  const target = message as Mutable<MemberAddResponse>;
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
        readMember(reader, (target.member ??= createMember()));
        reader.leave(outer);
        break;
      }
      case 26: {
        reader.element();
        const outer = reader.enter();
        const item = createMember();
        readMember(reader, item);
        target.members.push(item);
        reader.leave(outer);
        break;
      }
      default:
        reader.skip(tag);
    }
  }
}

/** Removes a member. */
export type MemberRemoveRequest = {
  readonly id: bigint;
};

/** Codec of {@link MemberRemoveRequest}. */
export const MemberRemoveRequest: MessageType<MemberRemoveRequest> = {
  name: "etcdserverpb.MemberRemoveRequest",
  fields: [
    { name: "ID", jsonName: "ID", property: "id", number: 1, kind: "uint64", repeated: false, oneof: null, long: "id", values: null, message: null },
  ],
  create: createMemberRemoveRequest,
  size: sizeMemberRemoveRequest,
  write: writeMemberRemoveRequest,
  read: readMemberRemoveRequest,
};

/** A {@link MemberRemoveRequest} of nothing but zeros, except what is given. */
export function createMemberRemoveRequest(init?: Partial<MemberRemoveRequest>): MemberRemoveRequest {
  if (init === undefined) {
    return {
      id: 0n,
    };
  }
  return {
    id: init.id ?? 0n,
  };
}

export function sizeMemberRemoveRequest(message: MemberRemoveRequest): number {
  let size = 0;
  if (message.id !== 0n) size += 1 + uint64Size(message.id);
  return size;
}

export function writeMemberRemoveRequest(message: MemberRemoveRequest, target: Uint8Array, end: number): number {
  let at = end;
  if (message.id !== 0n) {
    at = writeLong(target, at, message.id);
    target[--at] = 8;
  }
  return at;
}

export function readMemberRemoveRequest(reader: WireReader, message: MemberRemoveRequest): void {
  const target = message as Mutable<MemberRemoveRequest>;
  while (reader.position < reader.end) {
    const tag = reader.tag();
    switch (tag) {
      case 8: {
        target.id = reader.uint64();
        break;
      }
      default:
        reader.skip(tag);
    }
  }
}

/** A member was removed. */
export type MemberRemoveResponse = {
  readonly header: ResponseHeader | null;
  /** Those that remain. */
  readonly members: readonly Member[];
};

/** Codec of {@link MemberRemoveResponse}. */
export const MemberRemoveResponse: MessageType<MemberRemoveResponse> = {
  name: "etcdserverpb.MemberRemoveResponse",
  fields: [
    { name: "header", jsonName: "header", property: "header", number: 1, kind: "message", repeated: false, oneof: null, long: null, values: null, message: () => ResponseHeader },
    { name: "members", jsonName: "members", property: "members", number: 2, kind: "message", repeated: true, oneof: null, long: null, values: null, message: () => Member },
  ],
  create: createMemberRemoveResponse,
  size: sizeMemberRemoveResponse,
  write: writeMemberRemoveResponse,
  read: readMemberRemoveResponse,
};

/** A {@link MemberRemoveResponse} of nothing but zeros, except what is given. */
export function createMemberRemoveResponse(init?: Partial<MemberRemoveResponse>): MemberRemoveResponse {
  if (init === undefined) {
    return {
      header: null,
      members: [],
    };
  }
  return {
    header: init.header ?? null,
    members: init.members ?? [],
  };
}

export function sizeMemberRemoveResponse(message: MemberRemoveResponse): number {
  let size = 0;
  if (message.header !== null) size += 1 + delimitedSize(sizeResponseHeader(message.header));
  for (const item of message.members) size += 1 + delimitedSize(sizeMember(item));
  return size;
}

export function writeMemberRemoveResponse(message: MemberRemoveResponse, target: Uint8Array, end: number): number {
  let at = end;
  for (let index = message.members.length - 1; index >= 0; index--) {
    const stop = at;
    at = writeMember(message.members[index] as Member, target, at);
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

export function readMemberRemoveResponse(reader: WireReader, message: MemberRemoveResponse): void {
  const target = message as Mutable<MemberRemoveResponse>;
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
        const item = createMember();
        readMember(reader, item);
        target.members.push(item);
        reader.leave(outer);
        break;
      }
      default:
        reader.skip(tag);
    }
  }
}

/** Gives a member new addresses for its peers. */
export type MemberUpdateRequest = {
  readonly id: bigint;
  readonly peerURLs: readonly string[];
};

/** Codec of {@link MemberUpdateRequest}. */
export const MemberUpdateRequest: MessageType<MemberUpdateRequest> = {
  name: "etcdserverpb.MemberUpdateRequest",
  fields: [
    { name: "ID", jsonName: "ID", property: "id", number: 1, kind: "uint64", repeated: false, oneof: null, long: "id", values: null, message: null },
    { name: "peerURLs", jsonName: "peerURLs", property: "peerURLs", number: 2, kind: "string", repeated: true, oneof: null, long: null, values: null, message: null },
  ],
  create: createMemberUpdateRequest,
  size: sizeMemberUpdateRequest,
  write: writeMemberUpdateRequest,
  read: readMemberUpdateRequest,
};

/** A {@link MemberUpdateRequest} of nothing but zeros, except what is given. */
export function createMemberUpdateRequest(init?: Partial<MemberUpdateRequest>): MemberUpdateRequest {
  if (init === undefined) {
    return {
      id: 0n,
      peerURLs: [],
    };
  }
  return {
    id: init.id ?? 0n,
    peerURLs: init.peerURLs ?? [],
  };
}

export function sizeMemberUpdateRequest(message: MemberUpdateRequest): number {
  let size = 0;
  if (message.id !== 0n) size += 1 + uint64Size(message.id);
  for (const item of message.peerURLs) size += 1 + stringSize(item);
  return size;
}

export function writeMemberUpdateRequest(message: MemberUpdateRequest, target: Uint8Array, end: number): number {
  let at = end;
  for (let index = message.peerURLs.length - 1; index >= 0; index--) {
    at = writeString(target, at, message.peerURLs[index] as string);
    target[--at] = 18;
  }
  if (message.id !== 0n) {
    at = writeLong(target, at, message.id);
    target[--at] = 8;
  }
  return at;
}

export function readMemberUpdateRequest(reader: WireReader, message: MemberUpdateRequest): void {
  const target = message as Mutable<MemberUpdateRequest>;
  while (reader.position < reader.end) {
    const tag = reader.tag();
    switch (tag) {
      case 8: {
        target.id = reader.uint64();
        break;
      }
      case 18: {
        reader.element();
        target.peerURLs.push(reader.string());
        break;
      }
      default:
        reader.skip(tag);
    }
  }
}

/** A member has new addresses. */
export type MemberUpdateResponse = {
  readonly header: ResponseHeader | null;
  readonly members: readonly Member[];
};

/** Codec of {@link MemberUpdateResponse}. */
export const MemberUpdateResponse: MessageType<MemberUpdateResponse> = {
  name: "etcdserverpb.MemberUpdateResponse",
  fields: [
    { name: "header", jsonName: "header", property: "header", number: 1, kind: "message", repeated: false, oneof: null, long: null, values: null, message: () => ResponseHeader },
    { name: "members", jsonName: "members", property: "members", number: 2, kind: "message", repeated: true, oneof: null, long: null, values: null, message: () => Member },
  ],
  create: createMemberUpdateResponse,
  size: sizeMemberUpdateResponse,
  write: writeMemberUpdateResponse,
  read: readMemberUpdateResponse,
};

/** A {@link MemberUpdateResponse} of nothing but zeros, except what is given. */
export function createMemberUpdateResponse(init?: Partial<MemberUpdateResponse>): MemberUpdateResponse {
  if (init === undefined) {
    return {
      header: null,
      members: [],
    };
  }
  return {
    header: init.header ?? null,
    members: init.members ?? [],
  };
}

export function sizeMemberUpdateResponse(message: MemberUpdateResponse): number {
  let size = 0;
  if (message.header !== null) size += 1 + delimitedSize(sizeResponseHeader(message.header));
  for (const item of message.members) size += 1 + delimitedSize(sizeMember(item));
  return size;
}

export function writeMemberUpdateResponse(message: MemberUpdateResponse, target: Uint8Array, end: number): number {
  let at = end;
  for (let index = message.members.length - 1; index >= 0; index--) {
    const stop = at;
    at = writeMember(message.members[index] as Member, target, at);
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

export function readMemberUpdateResponse(reader: WireReader, message: MemberUpdateResponse): void {
  const target = message as Mutable<MemberUpdateResponse>;
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
        const item = createMember();
        readMember(reader, item);
        target.members.push(item);
        reader.leave(outer);
        break;
      }
      default:
        reader.skip(tag);
    }
  }
}

/** Asks for all members. */
export type MemberListRequest = {
  /** The list must be the newest. */
  readonly linearizable: boolean;
};

/** Codec of {@link MemberListRequest}. */
export const MemberListRequest: MessageType<MemberListRequest> = {
  name: "etcdserverpb.MemberListRequest",
  fields: [
    { name: "linearizable", jsonName: "linearizable", property: "linearizable", number: 1, kind: "bool", repeated: false, oneof: null, long: null, values: null, message: null },
  ],
  create: createMemberListRequest,
  size: sizeMemberListRequest,
  write: writeMemberListRequest,
  read: readMemberListRequest,
};

/** A {@link MemberListRequest} of nothing but zeros, except what is given. */
export function createMemberListRequest(init?: Partial<MemberListRequest>): MemberListRequest {
  if (init === undefined) {
    return {
      linearizable: false,
    };
  }
  return {
    linearizable: init.linearizable ?? false,
  };
}

export function sizeMemberListRequest(message: MemberListRequest): number {
  let size = 0;
  if (message.linearizable) size += 1 + 1;
  return size;
}

export function writeMemberListRequest(message: MemberListRequest, target: Uint8Array, end: number): number {
  let at = end;
  if (message.linearizable) {
    target[--at] = 1;
    target[--at] = 8;
  }
  return at;
}

export function readMemberListRequest(reader: WireReader, message: MemberListRequest): void {
  const target = message as Mutable<MemberListRequest>;
  while (reader.position < reader.end) {
    const tag = reader.tag();
    switch (tag) {
      case 8: {
        target.linearizable = reader.bool();
        break;
      }
      default:
        reader.skip(tag);
    }
  }
}

/** All members. */
export type MemberListResponse = {
  readonly header: ResponseHeader | null;
  readonly members: readonly Member[];
};

/** Codec of {@link MemberListResponse}. */
export const MemberListResponse: MessageType<MemberListResponse> = {
  name: "etcdserverpb.MemberListResponse",
  fields: [
    { name: "header", jsonName: "header", property: "header", number: 1, kind: "message", repeated: false, oneof: null, long: null, values: null, message: () => ResponseHeader },
    { name: "members", jsonName: "members", property: "members", number: 2, kind: "message", repeated: true, oneof: null, long: null, values: null, message: () => Member },
  ],
  create: createMemberListResponse,
  size: sizeMemberListResponse,
  write: writeMemberListResponse,
  read: readMemberListResponse,
};

/** A {@link MemberListResponse} of nothing but zeros, except what is given. */
export function createMemberListResponse(init?: Partial<MemberListResponse>): MemberListResponse {
  if (init === undefined) {
    return {
      header: null,
      members: [],
    };
  }
  return {
    header: init.header ?? null,
    members: init.members ?? [],
  };
}

export function sizeMemberListResponse(message: MemberListResponse): number {
  let size = 0;
  if (message.header !== null) size += 1 + delimitedSize(sizeResponseHeader(message.header));
  for (const item of message.members) size += 1 + delimitedSize(sizeMember(item));
  return size;
}

export function writeMemberListResponse(message: MemberListResponse, target: Uint8Array, end: number): number {
  let at = end;
  for (let index = message.members.length - 1; index >= 0; index--) {
    const stop = at;
    at = writeMember(message.members[index] as Member, target, at);
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

export function readMemberListResponse(reader: WireReader, message: MemberListResponse): void {
  const target = message as Mutable<MemberListResponse>;
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
        const item = createMember();
        readMember(reader, item);
        target.members.push(item);
        reader.leave(outer);
        break;
      }
      default:
        reader.skip(tag);
    }
  }
}

/** Makes a learner a voter. */
export type MemberPromoteRequest = {
  readonly id: bigint;
};

/** Codec of {@link MemberPromoteRequest}. */
export const MemberPromoteRequest: MessageType<MemberPromoteRequest> = {
  name: "etcdserverpb.MemberPromoteRequest",
  fields: [
    { name: "ID", jsonName: "ID", property: "id", number: 1, kind: "uint64", repeated: false, oneof: null, long: "id", values: null, message: null },
  ],
  create: createMemberPromoteRequest,
  size: sizeMemberPromoteRequest,
  write: writeMemberPromoteRequest,
  read: readMemberPromoteRequest,
};

/** A {@link MemberPromoteRequest} of nothing but zeros, except what is given. */
export function createMemberPromoteRequest(init?: Partial<MemberPromoteRequest>): MemberPromoteRequest {
  if (init === undefined) {
    return {
      id: 0n,
    };
  }
  return {
    id: init.id ?? 0n,
  };
}

export function sizeMemberPromoteRequest(message: MemberPromoteRequest): number {
  let size = 0;
  if (message.id !== 0n) size += 1 + uint64Size(message.id);
  return size;
}

export function writeMemberPromoteRequest(message: MemberPromoteRequest, target: Uint8Array, end: number): number {
  let at = end;
  if (message.id !== 0n) {
    at = writeLong(target, at, message.id);
    target[--at] = 8;
  }
  return at;
}

export function readMemberPromoteRequest(reader: WireReader, message: MemberPromoteRequest): void {
  const target = message as Mutable<MemberPromoteRequest>;
  while (reader.position < reader.end) {
    const tag = reader.tag();
    switch (tag) {
      case 8: {
        target.id = reader.uint64();
        break;
      }
      default:
        reader.skip(tag);
    }
  }
}

/** A learner became a voter. */
export type MemberPromoteResponse = {
  readonly header: ResponseHeader | null;
  readonly members: readonly Member[];
};

/** Codec of {@link MemberPromoteResponse}. */
export const MemberPromoteResponse: MessageType<MemberPromoteResponse> = {
  name: "etcdserverpb.MemberPromoteResponse",
  fields: [
    { name: "header", jsonName: "header", property: "header", number: 1, kind: "message", repeated: false, oneof: null, long: null, values: null, message: () => ResponseHeader },
    { name: "members", jsonName: "members", property: "members", number: 2, kind: "message", repeated: true, oneof: null, long: null, values: null, message: () => Member },
  ],
  create: createMemberPromoteResponse,
  size: sizeMemberPromoteResponse,
  write: writeMemberPromoteResponse,
  read: readMemberPromoteResponse,
};

/** A {@link MemberPromoteResponse} of nothing but zeros, except what is given. */
export function createMemberPromoteResponse(init?: Partial<MemberPromoteResponse>): MemberPromoteResponse {
  if (init === undefined) {
    return {
      header: null,
      members: [],
    };
  }
  return {
    header: init.header ?? null,
    members: init.members ?? [],
  };
}

export function sizeMemberPromoteResponse(message: MemberPromoteResponse): number {
  let size = 0;
  if (message.header !== null) size += 1 + delimitedSize(sizeResponseHeader(message.header));
  for (const item of message.members) size += 1 + delimitedSize(sizeMember(item));
  return size;
}

export function writeMemberPromoteResponse(message: MemberPromoteResponse, target: Uint8Array, end: number): number {
  let at = end;
  for (let index = message.members.length - 1; index >= 0; index--) {
    const stop = at;
    at = writeMember(message.members[index] as Member, target, at);
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

export function readMemberPromoteResponse(reader: WireReader, message: MemberPromoteResponse): void {
  const target = message as Mutable<MemberPromoteResponse>;
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
        const item = createMember();
        readMember(reader, item);
        target.members.push(item);
        reader.leave(outer);
        break;
      }
      default:
        reader.skip(tag);
    }
  }
}

/** The cluster's members. */
export const clusterService = {
  name: "etcdserverpb.Cluster",
  methods: {
    memberAdd: {
      name: "MemberAdd",
      path: "/etcdserverpb.Cluster/MemberAdd",
      request: MemberAddRequest,
      response: MemberAddResponse,
      clientStreams: false,
      serverStreams: false,
      gatewayPaths: ["/v3/cluster/member/add"],
    },
    memberRemove: {
      name: "MemberRemove",
      path: "/etcdserverpb.Cluster/MemberRemove",
      request: MemberRemoveRequest,
      response: MemberRemoveResponse,
      clientStreams: false,
      serverStreams: false,
      gatewayPaths: ["/v3/cluster/member/remove"],
    },
    memberUpdate: {
      name: "MemberUpdate",
      path: "/etcdserverpb.Cluster/MemberUpdate",
      request: MemberUpdateRequest,
      response: MemberUpdateResponse,
      clientStreams: false,
      serverStreams: false,
      gatewayPaths: ["/v3/cluster/member/update"],
    },
    memberList: {
      name: "MemberList",
      path: "/etcdserverpb.Cluster/MemberList",
      request: MemberListRequest,
      response: MemberListResponse,
      clientStreams: false,
      serverStreams: false,
      gatewayPaths: ["/v3/cluster/member/list"],
    },
    memberPromote: {
      name: "MemberPromote",
      path: "/etcdserverpb.Cluster/MemberPromote",
      request: MemberPromoteRequest,
      response: MemberPromoteResponse,
      clientStreams: false,
      serverStreams: false,
      gatewayPaths: ["/v3/cluster/member/promote"],
    },
  },
} as const satisfies Service;
