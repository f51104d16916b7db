// Generated from proto/auth.proto by scripts/generate.ts. Do not edit.

import type { MessageType, Mutable } from "../message-type.ts";
import type { Service } from "../service.ts";
import { type WireReader, noBytes } from "../wire-reader.ts";
import { delimitedSize, stringSize, uint64NumberSize, writeBytes, writeNumber, writeString, writeVarint } from "../wire-writer.ts";
import { ResponseHeader, createResponseHeader, readResponseHeader, sizeResponseHeader, writeResponseHeader } from "./header.ts";
import { Permission, UserAddOptions, createPermission, createUserAddOptions, readPermission, readUserAddOptions, sizePermission, sizeUserAddOptions, writePermission, writeUserAddOptions } from "./user.ts";

/** Turns authentication on. */
export type AuthEnableRequest = Record<string, never>;

/** Codec of {@link AuthEnableRequest}. */
export const AuthEnableRequest: MessageType<AuthEnableRequest> = {
  name: "etcdserverpb.AuthEnableRequest",
  fields: [],
  create: createAuthEnableRequest,
  size: sizeAuthEnableRequest,
  write: writeAuthEnableRequest,
  read: readAuthEnableRequest,
};

/** A {@link AuthEnableRequest} of nothing but zeros, except what is given. */
export function createAuthEnableRequest(_init?: Partial<AuthEnableRequest>): AuthEnableRequest {
  return {};
}

export function sizeAuthEnableRequest(_message: AuthEnableRequest): number {
  return 0;
}

export function writeAuthEnableRequest(_message: AuthEnableRequest, _target: Uint8Array, end: number): number {
  return end;
}

export function readAuthEnableRequest(reader: WireReader, _message: AuthEnableRequest): void {
  while (reader.position < reader.end) reader.skip(reader.tag());
}

/** Authentication is on. */
export type AuthEnableResponse = {
  readonly header: ResponseHeader | null;
};

/** Codec of {@link AuthEnableResponse}. */
export const AuthEnableResponse: MessageType<AuthEnableResponse> = {
  name: "etcdserverpb.AuthEnableResponse",
  fields: [
    { name: "header", jsonName: "header", property: "header", number: 1, kind: "message", repeated: false, oneof: null, long: null, values: null, message: () => ResponseHeader },
  ],
  create: createAuthEnableResponse,
  size: sizeAuthEnableResponse,
  write: writeAuthEnableResponse,
  read: readAuthEnableResponse,
};

/** A {@link AuthEnableResponse} of nothing but zeros, except what is given. */
export function createAuthEnableResponse(init?: Partial<AuthEnableResponse>): AuthEnableResponse {
  if (init === undefined) {
    return {
      header: null,
    };
  }
  return {
    header: init.header ?? null,
  };
}

export function sizeAuthEnableResponse(message: AuthEnableResponse): number {
  let size = 0;
  if (message.header !== null) size += 1 + delimitedSize(sizeResponseHeader(message.header));
  return size;
}

export function writeAuthEnableResponse(message: AuthEnableResponse, target: Uint8Array, end: number): number {
  let at = end;
  if (message.header !== null) {
    const stop = at;
    at = writeResponseHeader(message.header, target, at);
    at = writeVarint(target, at, stop - at);
    target[--at] = 10;
  }
  return at;
}

export function readAuthEnableResponse(reader: WireReader, message: AuthEnableResponse): void {
  const target = message as Mutable<AuthEnableResponse>;
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

/** Turns authentication off. */
export type AuthDisableRequest = Record<string, never>;

/** Codec of {@link AuthDisableRequest}. */
export const AuthDisableRequest: MessageType<AuthDisableRequest> = {
  name: "etcdserverpb.AuthDisableRequest",
  fields: [],
  create: createAuthDisableRequest,
  size: sizeAuthDisableRequest,
  write: writeAuthDisableRequest,
  read: readAuthDisableRequest,
};

/** A {@link AuthDisableRequest} of nothing but zeros, except what is given. */
export function createAuthDisableRequest(_init?: Partial<AuthDisableRequest>): AuthDisableRequest {
  return {};
}

export function sizeAuthDisableRequest(_message: AuthDisableRequest): number {
  return 0;
}

export function writeAuthDisableRequest(_message: AuthDisableRequest, _target: Uint8Array, end: number): number {
  return end;
}

export function readAuthDisableRequest(reader: WireReader, _message: AuthDisableRequest): void {
  while (reader.position < reader.end) reader.skip(reader.tag());
}

/** Authentication is off. */
export type AuthDisableResponse = {
  readonly header: ResponseHeader | null;
};

/** Codec of {@link AuthDisableResponse}. */
export const AuthDisableResponse: MessageType<AuthDisableResponse> = {
  name: "etcdserverpb.AuthDisableResponse",
  fields: [
    { name: "header", jsonName: "header", property: "header", number: 1, kind: "message", repeated: false, oneof: null, long: null, values: null, message: () => ResponseHeader },
  ],
  create: createAuthDisableResponse,
  size: sizeAuthDisableResponse,
  write: writeAuthDisableResponse,
  read: readAuthDisableResponse,
};

/** A {@link AuthDisableResponse} of nothing but zeros, except what is given. */
export function createAuthDisableResponse(init?: Partial<AuthDisableResponse>): AuthDisableResponse {
  if (init === undefined) {
    return {
      header: null,
    };
  }
  return {
    header: init.header ?? null,
  };
}

export function sizeAuthDisableResponse(message: AuthDisableResponse): number {
  let size = 0;
  if (message.header !== null) size += 1 + delimitedSize(sizeResponseHeader(message.header));
  return size;
}

export function writeAuthDisableResponse(message: AuthDisableResponse, target: Uint8Array, end: number): number {
  let at = end;
  if (message.header !== null) {
    const stop = at;
    at = writeResponseHeader(message.header, target, at);
    at = writeVarint(target, at, stop - at);
    target[--at] = 10;
  }
  return at;
}

export function readAuthDisableResponse(reader: WireReader, message: AuthDisableResponse): void {
  const target = message as Mutable<AuthDisableResponse>;
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

/** Asks whether authentication is on. */
export type AuthStatusRequest = Record<string, never>;

/** Codec of {@link AuthStatusRequest}. */
export const AuthStatusRequest: MessageType<AuthStatusRequest> = {
  name: "etcdserverpb.AuthStatusRequest",
  fields: [],
  create: createAuthStatusRequest,
  size: sizeAuthStatusRequest,
  write: writeAuthStatusRequest,
  read: readAuthStatusRequest,
};

/** A {@link AuthStatusRequest} of nothing but zeros, except what is given. */
export function createAuthStatusRequest(_init?: Partial<AuthStatusRequest>): AuthStatusRequest {
  return {};
}

export function sizeAuthStatusRequest(_message: AuthStatusRequest): number {
  return 0;
}

export function writeAuthStatusRequest(_message: AuthStatusRequest, _target: Uint8Array, end: number): number {
  return end;
}

export function readAuthStatusRequest(reader: WireReader, _message: AuthStatusRequest): void {
  while (reader.position < reader.end) reader.skip(reader.tag());
}

/** Whether authentication is on. */
export type AuthStatusResponse = {
  readonly header: ResponseHeader | null;
  readonly enabled: boolean;
  /** Counts the changes of users, roles and permissions. */
  readonly authRevision: number;
};

/** Codec of {@link AuthStatusResponse}. */
export const AuthStatusResponse: MessageType<AuthStatusResponse> = {
  name: "etcdserverpb.AuthStatusResponse",
  fields: [
    { name: "header", jsonName: "header", property: "header", number: 1, kind: "message", repeated: false, oneof: null, long: null, values: null, message: () => ResponseHeader },
    { name: "enabled", jsonName: "enabled", property: "enabled", number: 2, kind: "bool", repeated: false, oneof: null, long: null, values: null, message: null },
    { name: "authRevision", jsonName: "authRevision", property: "authRevision", number: 3, kind: "uint64", repeated: false, oneof: null, long: "exact", values: null, message: null },
  ],
  create: createAuthStatusResponse,
  size: sizeAuthStatusResponse,
  write: writeAuthStatusResponse,
  read: readAuthStatusResponse,
};

/** A {@link AuthStatusResponse} of nothing but zeros, except what is given. */
export function createAuthStatusResponse(init?: Partial<AuthStatusResponse>): AuthStatusResponse {
  if (init === undefined) {
    return {
      header: null,
      enabled: false,
      authRevision: 0,
    };
  }
  return {
    header: init.header ?? null,
    enabled: init.enabled ?? false,
    authRevision: init.authRevision ?? 0,
  };
}

export function sizeAuthStatusResponse(message: AuthStatusResponse): number {
  let size = 0;
  if (message.header !== null) size += 1 + delimitedSize(sizeResponseHeader(message.header));
  if (message.enabled) size += 1 + 1;
  if (message.authRevision !== 0) size += 1 + uint64NumberSize(message.authRevision);
  return size;
}

export function writeAuthStatusResponse(message: AuthStatusResponse, target: Uint8Array, end: number): number {
  let at = end;
  if (message.authRevision !== 0) {
    at = writeNumber(target, at, message.authRevision);
    target[--at] = 24;
  }
  if (message.enabled) {
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

export function readAuthStatusResponse(reader: WireReader, message: AuthStatusResponse): void {
  const target = message as Mutable<AuthStatusResponse>;
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
        target.enabled = reader.bool();
        break;
      }
      case 24: {
        target.authRevision = reader.uint64Exact();
        break;
      }
      default:
        reader.skip(tag);
    }
  }
}

/** Asks for a token. */
export type AuthenticateRequest = {
  readonly name: string;
  readonly password: string;
};

/** Codec of {@link AuthenticateRequest}. */
export const AuthenticateRequest: MessageType<AuthenticateRequest> = {
  name: "etcdserverpb.AuthenticateRequest",
  fields: [
    { name: "name", jsonName: "name", property: "name", number: 1, kind: "string", repeated: false, oneof: null, long: null, values: null, message: null },
    { name: "password", jsonName: "password", property: "password", number: 2, kind: "string", repeated: false, oneof: null, long: null, values: null, message: null },
  ],
  create: createAuthenticateRequest,
  size: sizeAuthenticateRequest,
  write: writeAuthenticateRequest,
  read: readAuthenticateRequest,
};

/** A {@link AuthenticateRequest} of nothing but zeros, except what is given. */
export function createAuthenticateRequest(init?: Partial<AuthenticateRequest>): AuthenticateRequest {
  if (init === undefined) {
    return {
      name: "",
      password: "",
    };
  }
  return {
    name: init.name ?? "",
    password: init.password ?? "",
  };
}

export function sizeAuthenticateRequest(message: AuthenticateRequest): number {
  let size = 0;
  if (message.name !== "") size += 1 + stringSize(message.name);
  if (message.password !== "") size += 1 + stringSize(message.password);
  return size;
}

export function writeAuthenticateRequest(message: AuthenticateRequest, target: Uint8Array, end: number): number {
  let at = end;
  if (message.password !== "") {
    at = writeString(target, at, message.password);
    target[--at] = 18;
  }
  if (message.name !== "") {
    at = writeString(target, at, message.name);
    target[--at] = 10;
  }
  return at;
}

export function readAuthenticateRequest(reader: WireReader, message: AuthenticateRequest): void {
  const target = message as Mutable<AuthenticateRequest>;
  while (reader.position < reader.end) {
    const tag = reader.tag();
    switch (tag) {
      case 10: {
        target.name = reader.string();
        break;
      }
      case 18: {
        target.password = reader.string();
        break;
      }
      default:
        reader.skip(tag);
    }
  }
}

/** A token to send as metadata. */
export type AuthenticateResponse = {
  readonly header: ResponseHeader | null;
  readonly token: string;
};

/** Codec of {@link AuthenticateResponse}. */
export const AuthenticateResponse: MessageType<AuthenticateResponse> = {
  name: "etcdserverpb.AuthenticateResponse",
  fields: [
    { name: "header", jsonName: "header", property: "header", number: 1, kind: "message", repeated: false, oneof: null, long: null, values: null, message: () => ResponseHeader },
    { name: "token", jsonName: "token", property: "token", number: 2, kind: "string", repeated: false, oneof: null, long: null, values: null, message: null },
  ],
  create: createAuthenticateResponse,
  size: sizeAuthenticateResponse,
  write: writeAuthenticateResponse,
  read: readAuthenticateResponse,
};

/** A {@link AuthenticateResponse} of nothing but zeros, except what is given. */
export function createAuthenticateResponse(init?: Partial<AuthenticateResponse>): AuthenticateResponse {
  if (init === undefined) {
    return {
      header: null,
      token: "",
    };
  }
  return {
    header: init.header ?? null,
    token: init.token ?? "",
  };
}

export function sizeAuthenticateResponse(message: AuthenticateResponse): number {
  let size = 0;
  if (message.header !== null) size += 1 + delimitedSize(sizeResponseHeader(message.header));
  if (message.token !== "") size += 1 + stringSize(message.token);
  return size;
}

export function writeAuthenticateResponse(message: AuthenticateResponse, target: Uint8Array, end: number): number {
  let at = end;
  if (message.token !== "") {
    at = writeString(target, at, message.token);
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

export function readAuthenticateResponse(reader: WireReader, message: AuthenticateResponse): void {
  const target = message as Mutable<AuthenticateResponse>;
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
        target.token = reader.string();
        break;
      }
      default:
        reader.skip(tag);
    }
  }
}

/** Adds a user. */
export type AuthUserAddRequest = {
  readonly name: string;
  readonly password: string;
  readonly options: UserAddOptions | null;
  /** The password's bcrypt hash, instead of the password. */
  readonly hashedPassword: string;
};

/** Codec of {@link AuthUserAddRequest}. */
export const AuthUserAddRequest: MessageType<AuthUserAddRequest> = {
  name: "etcdserverpb.AuthUserAddRequest",
  fields: [
    { name: "name", jsonName: "name", property: "name", number: 1, kind: "string", repeated: false, oneof: null, long: null, values: null, message: null },
    { name: "password", jsonName: "password", property: "password", number: 2, kind: "string", repeated: false, oneof: null, long: null, values: null, message: null },
    { name: "options", jsonName: "options", property: "options", number: 3, kind: "message", repeated: false, oneof: null, long: null, values: null, message: () => UserAddOptions },
    { name: "hashedPassword", jsonName: "hashedPassword", property: "hashedPassword", number: 4, kind: "string", repeated: false, oneof: null, long: null, values: null, message: null },
  ],
  create: createAuthUserAddRequest,
  size: sizeAuthUserAddRequest,
  write: writeAuthUserAddRequest,
  read: readAuthUserAddRequest,
};

/** A {@link AuthUserAddRequest} of nothing but zeros, except what is given. */
export function createAuthUserAddRequest(init?: Partial<AuthUserAddRequest>): AuthUserAddRequest {
  if (init === undefined) {
    return {
      name: "",
      password: "",
      options: null,
      hashedPassword: "",
    };
  }
  return {
    name: init.name ?? "",
    password: init.password ?? "",
    options: init.options ?? null,
    hashedPassword: init.hashedPassword ?? "",
  };
}

export function sizeAuthUserAddRequest(message: AuthUserAddRequest): number {
  let size = 0;
  if (message.name !== "") size += 1 + stringSize(message.name);
  if (message.password !== "") size += 1 + stringSize(message.password);
  if (message.options !== null) size += 1 + delimitedSize(sizeUserAddOptions(message.options));
  if (message.hashedPassword !== "") size += 1 + stringSize(message.hashedPassword);
  return size;
}

export function writeAuthUserAddRequest(message: AuthUserAddRequest, target: Uint8Array, end: number): number {
  let at = end;
  if (message.hashedPassword !== "") {
    at = writeString(target, at, message.hashedPassword);
    target[--at] = 34;
  }
  if (message.options !== null) {
    const stop = at;
    at = writeUserAddOptions(message.options, target, at);
    at = writeVarint(target, at, stop - at);
    target[--at] = 26;
  }
  if (message.password !== "") {
    at = writeString(target, at, message.password);
    target[--at] = 18;
  }
  if (message.name !== "") {
    at = writeString(target, at, message.name);
    target[--at] = 10;
  }
  return at;
}

export function readAuthUserAddRequest(reader: WireReader, message: AuthUserAddRequest): void {
  const target = message as Mutable<AuthUserAddRequest>;
  while (reader.position < reader.end) {
    const tag = reader.tag();
    switch (tag) {
      case 10: {
        target.name = reader.string();
        break;
      }
      case 18: {
        target.password = reader.string();
        break;
      }
      case 26: {
        const outer = reader.enter();
        readUserAddOptions(reader, (target.options ??= createUserAddOptions()));
        reader.leave(outer);
        break;
      }
      case 34: {
        target.hashedPassword = reader.string();
        break;
      }
      default:
        reader.skip(tag);
    }
  }
}

/** A user was added. */
export type AuthUserAddResponse = {
  readonly header: ResponseHeader | null;
};

/** Codec of {@link AuthUserAddResponse}. */
export const AuthUserAddResponse: MessageType<AuthUserAddResponse> = {
  name: "etcdserverpb.AuthUserAddResponse",
  fields: [
    { name: "header", jsonName: "header", property: "header", number: 1, kind: "message", repeated: false, oneof: null, long: null, values: null, message: () => ResponseHeader },
  ],
  create: createAuthUserAddResponse,
  size: sizeAuthUserAddResponse,
  write: writeAuthUserAddResponse,
  read: readAuthUserAddResponse,
};

/** A {@link AuthUserAddResponse} of nothing but zeros, except what is given. */
export function createAuthUserAddResponse(init?: Partial<AuthUserAddResponse>): AuthUserAddResponse {
  if (init === undefined) {
    return {
      header: null,
    };
  }
  return {
    header: init.header ?? null,
  };
}

export function sizeAuthUserAddResponse(message: AuthUserAddResponse): number {
  let size = 0;
  if (message.header !== null) size += 1 + delimitedSize(sizeResponseHeader(message.header));
  return size;
}

export function writeAuthUserAddResponse(message: AuthUserAddResponse, target: Uint8Array, end: number): number {
  let at = end;
  if (message.header !== null) {
    const stop = at;
    at = writeResponseHeader(message.header, target, at);
    at = writeVarint(target, at, stop - at);
    target[--at] = 10;
  }
  return at;
}

export function readAuthUserAddResponse(reader: WireReader, message: AuthUserAddResponse): void {
  const target = message as Mutable<AuthUserAddResponse>;
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

/** Asks for a user's roles. */
export type AuthUserGetRequest = {
  readonly name: string;
};

/** Codec of {@link AuthUserGetRequest}. */
export const AuthUserGetRequest: MessageType<AuthUserGetRequest> = {
  name: "etcdserverpb.AuthUserGetRequest",
  fields: [
    { name: "name", jsonName: "name", property: "name", number: 1, kind: "string", repeated: false, oneof: null, long: null, values: null, message: null },
  ],
  create: createAuthUserGetRequest,
  size: sizeAuthUserGetRequest,
  write: writeAuthUserGetRequest,
  read: readAuthUserGetRequest,
};

/** A {@link AuthUserGetRequest} of nothing but zeros, except what is given. */
export function createAuthUserGetRequest(init?: Partial<AuthUserGetRequest>): AuthUserGetRequest {
  if (init === undefined) {
    return {
      name: "",
    };
  }
  return {
    name: init.name ?? "",
  };
}

export function sizeAuthUserGetRequest(message: AuthUserGetRequest): number {
  let size = 0;
  if (message.name !== "") size += 1 + stringSize(message.name);
  return size;
}

export function writeAuthUserGetRequest(message: AuthUserGetRequest, target: Uint8Array, end: number): number {
  let at = end;
  if (message.name !== "") {
    at = writeString(target, at, message.name);
    target[--at] = 10;
  }
  return at;
}

export function readAuthUserGetRequest(reader: WireReader, message: AuthUserGetRequest): void {
  const target = message as Mutable<AuthUserGetRequest>;
  while (reader.position < reader.end) {
    const tag = reader.tag();
    switch (tag) {
      case 10: {
        target.name = reader.string();
        break;
      }
      default:
        reader.skip(tag);
    }
  }
}

/** A user's roles. */
export type AuthUserGetResponse = {
  readonly header: ResponseHeader | null;
  readonly roles: readonly string[];
};

/** Codec of {@link AuthUserGetResponse}. */
export const AuthUserGetResponse: MessageType<AuthUserGetResponse> = {
  name: "etcdserverpb.AuthUserGetResponse",
  fields: [
    { name: "header", jsonName: "header", property: "header", number: 1, kind: "message", repeated: false, oneof: null, long: null, values: null, message: () => ResponseHeader },
    { name: "roles", jsonName: "roles", property: "roles", number: 2, kind: "string", repeated: true, oneof: null, long: null, values: null, message: null },
  ],
  create: createAuthUserGetResponse,
  size: sizeAuthUserGetResponse,
  write: writeAuthUserGetResponse,
  read: readAuthUserGetResponse,
};

/** A {@link AuthUserGetResponse} of nothing but zeros, except what is given. */
export function createAuthUserGetResponse(init?: Partial<AuthUserGetResponse>): AuthUserGetResponse {
  if (init === undefined) {
    return {
      header: null,
      roles: [],
    };
  }
  return {
    header: init.header ?? null,
    roles: init.roles ?? [],
  };
}

export function sizeAuthUserGetResponse(message: AuthUserGetResponse): number {
  let size = 0;
  if (message.header !== null) size += 1 + delimitedSize(sizeResponseHeader(message.header));
  for (const item of message.roles) size += 1 + stringSize(item);
  return size;
}

export function writeAuthUserGetResponse(message: AuthUserGetResponse, target: Uint8Array, end: number): number {
  let at = end;
  for (let index = message.roles.length - 1; index >= 0; index--) {
    at = writeString(target, at, message.roles[index] as string);
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

export function readAuthUserGetResponse(reader: WireReader, message: AuthUserGetResponse): void {
  const target = message as Mutable<AuthUserGetResponse>;
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
        target.roles.push(reader.string());
        break;
      }
      default:
        reader.skip(tag);
    }
  }
}

/** Asks for all users. */
export type AuthUserListRequest = Record<string, never>;

/** Codec of {@link AuthUserListRequest}. */
export const AuthUserListRequest: MessageType<AuthUserListRequest> = {
  name: "etcdserverpb.AuthUserListRequest",
  fields: [],
  create: createAuthUserListRequest,
  size: sizeAuthUserListRequest,
  write: writeAuthUserListRequest,
  read: readAuthUserListRequest,
};

/** A {@link AuthUserListRequest} of nothing but zeros, except what is given. */
export function createAuthUserListRequest(_init?: Partial<AuthUserListRequest>): AuthUserListRequest {
  return {};
}

export function sizeAuthUserListRequest(_message: AuthUserListRequest): number {
  return 0;
}

export function writeAuthUserListRequest(_message: AuthUserListRequest, _target: Uint8Array, end: number): number {
  return end;
}

export function readAuthUserListRequest(reader: WireReader, _message: AuthUserListRequest): void {
  while (reader.position < reader.end) reader.skip(reader.tag());
}

/** All users' names. */
export type AuthUserListResponse = {
  readonly header: ResponseHeader | null;
  readonly users: readonly string[];
};

/** Codec of {@link AuthUserListResponse}. */
export const AuthUserListResponse: MessageType<AuthUserListResponse> = {
  name: "etcdserverpb.AuthUserListResponse",
  fields: [
    { name: "header", jsonName: "header", property: "header", number: 1, kind: "message", repeated: false, oneof: null, long: null, values: null, message: () => ResponseHeader },
    { name: "users", jsonName: "users", property: "users", number: 2, kind: "string", repeated: true, oneof: null, long: null, values: null, message: null },
  ],
  create: createAuthUserListResponse,
  size: sizeAuthUserListResponse,
  write: writeAuthUserListResponse,
  read: readAuthUserListResponse,
};

/** A {@link AuthUserListResponse} of nothing but zeros, except what is given. */
export function createAuthUserListResponse(init?: Partial<AuthUserListResponse>): AuthUserListResponse {
  if (init === undefined) {
    return {
      header: null,
      users: [],
    };
  }
  return {
    header: init.header ?? null,
    users: init.users ?? [],
  };
}

export function sizeAuthUserListResponse(message: AuthUserListResponse): number {
  let size = 0;
  if (message.header !== null) size += 1 + delimitedSize(sizeResponseHeader(message.header));
  for (const item of message.users) size += 1 + stringSize(item);
  return size;
}

export function writeAuthUserListResponse(message: AuthUserListResponse, target: Uint8Array, end: number): number {
  let at = end;
  for (let index = message.users.length - 1; index >= 0; index--) {
    at = writeString(target, at, message.users[index] as string);
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

export function readAuthUserListResponse(reader: WireReader, message: AuthUserListResponse): void {
  const target = message as Mutable<AuthUserListResponse>;
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
        target.users.push(reader.string());
        break;
      }
      default:
        reader.skip(tag);
    }
  }
}

/** Deletes a user. */
export type AuthUserDeleteRequest = {
  readonly name: string;
};

/** Codec of {@link AuthUserDeleteRequest}. */
export const AuthUserDeleteRequest: MessageType<AuthUserDeleteRequest> = {
  name: "etcdserverpb.AuthUserDeleteRequest",
  fields: [
    { name: "name", jsonName: "name", property: "name", number: 1, kind: "string", repeated: false, oneof: null, long: null, values: null, message: null },
  ],
  create: createAuthUserDeleteRequest,
  size: sizeAuthUserDeleteRequest,
  write: writeAuthUserDeleteRequest,
  read: readAuthUserDeleteRequest,
};

/** A {@link AuthUserDeleteRequest} of nothing but zeros, except what is given. */
export function createAuthUserDeleteRequest(init?: Partial<AuthUserDeleteRequest>): AuthUserDeleteRequest {
  if (init === undefined) {
    return {
      name: "",
    };
  }
  return {
    name: init.name ?? "",
  };
}

export function sizeAuthUserDeleteRequest(message: AuthUserDeleteRequest): number {
  let size = 0;
  if (message.name !== "") size += 1 + stringSize(message.name);
  return size;
}

export function writeAuthUserDeleteRequest(message: AuthUserDeleteRequest, target: Uint8Array, end: number): number {
  let at = end;
  if (message.name !== "") {
    at = writeString(target, at, message.name);
    target[--at] = 10;
  }
  return at;
}

export function readAuthUserDeleteRequest(reader: WireReader, message: AuthUserDeleteRequest): void {
  const target = message as Mutable<AuthUserDeleteRequest>;
  while (reader.position < reader.end) {
    const tag = reader.tag();
    switch (tag) {
      case 10: {
        target.name = reader.string();
        break;
      }
      default:
        reader.skip(tag);
    }
  }
}

/** A user was deleted. */
export type AuthUserDeleteResponse = {
  readonly header: ResponseHeader | null;
};

/** Codec of {@link AuthUserDeleteResponse}. */
export const AuthUserDeleteResponse: MessageType<AuthUserDeleteResponse> = {
  name: "etcdserverpb.AuthUserDeleteResponse",
  fields: [
    { name: "header", jsonName: "header", property: "header", number: 1, kind: "message", repeated: false, oneof: null, long: null, values: null, message: () => ResponseHeader },
  ],
  create: createAuthUserDeleteResponse,
  size: sizeAuthUserDeleteResponse,
  write: writeAuthUserDeleteResponse,
  read: readAuthUserDeleteResponse,
};

/** A {@link AuthUserDeleteResponse} of nothing but zeros, except what is given. */
export function createAuthUserDeleteResponse(init?: Partial<AuthUserDeleteResponse>): AuthUserDeleteResponse {
  if (init === undefined) {
    return {
      header: null,
    };
  }
  return {
    header: init.header ?? null,
  };
}

export function sizeAuthUserDeleteResponse(message: AuthUserDeleteResponse): number {
  let size = 0;
  if (message.header !== null) size += 1 + delimitedSize(sizeResponseHeader(message.header));
  return size;
}

export function writeAuthUserDeleteResponse(message: AuthUserDeleteResponse, target: Uint8Array, end: number): number {
  let at = end;
  if (message.header !== null) {
    const stop = at;
    at = writeResponseHeader(message.header, target, at);
    at = writeVarint(target, at, stop - at);
    target[--at] = 10;
  }
  return at;
}

export function readAuthUserDeleteResponse(reader: WireReader, message: AuthUserDeleteResponse): void {
  const target = message as Mutable<AuthUserDeleteResponse>;
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

/** Gives a user a new password. */
export type AuthUserChangePasswordRequest = {
  readonly name: string;
  readonly password: string;
  /** The password's bcrypt hash, instead of the password. */
  readonly hashedPassword: string;
};

/** Codec of {@link AuthUserChangePasswordRequest}. */
export const AuthUserChangePasswordRequest: MessageType<AuthUserChangePasswordRequest> = {
  name: "etcdserverpb.AuthUserChangePasswordRequest",
  fields: [
    { name: "name", jsonName: "name", property: "name", number: 1, kind: "string", repeated: false, oneof: null, long: null, values: null, message: null },
    { name: "password", jsonName: "password", property: "password", number: 2, kind: "string", repeated: false, oneof: null, long: null, values: null, message: null },
    { name: "hashedPassword", jsonName: "hashedPassword", property: "hashedPassword", number: 3, kind: "string", repeated: false, oneof: null, long: null, values: null, message: null },
  ],
  create: createAuthUserChangePasswordRequest,
  size: sizeAuthUserChangePasswordRequest,
  write: writeAuthUserChangePasswordRequest,
  read: readAuthUserChangePasswordRequest,
};

/** A {@link AuthUserChangePasswordRequest} of nothing but zeros, except what is given. */
export function createAuthUserChangePasswordRequest(init?: Partial<AuthUserChangePasswordRequest>): AuthUserChangePasswordRequest {
  if (init === undefined) {
    return {
      name: "",
      password: "",
      hashedPassword: "",
    };
  }
  return {
    name: init.name ?? "",
    password: init.password ?? "",
    hashedPassword: init.hashedPassword ?? "",
  };
}

export function sizeAuthUserChangePasswordRequest(message: AuthUserChangePasswordRequest): number {
  let size = 0;
  if (message.name !== "") size += 1 + stringSize(message.name);
  if (message.password !== "") size += 1 + stringSize(message.password);
  if (message.hashedPassword !== "") size += 1 + stringSize(message.hashedPassword);
  return size;
}

export function writeAuthUserChangePasswordRequest(message: AuthUserChangePasswordRequest, target: Uint8Array, end: number): number {
  let at = end;
  if (message.hashedPassword !== "") {
    at = writeString(target, at, message.hashedPassword);
    target[--at] = 26;
  }
  if (message.password !== "") {
    at = writeString(target, at, message.password);
    target[--at] = 18;
  }
  if (message.name !== "") {
    at = writeString(target, at, message.name);
    target[--at] = 10;
  }
  return at;
}

export function readAuthUserChangePasswordRequest(reader: WireReader, message: AuthUserChangePasswordRequest): void {
  const target = message as Mutable<AuthUserChangePasswordRequest>;
  while (reader.position < reader.end) {
    const tag = reader.tag();
    switch (tag) {
      case 10: {
        target.name = reader.string();
        break;
      }
      case 18: {
        target.password = reader.string();
        break;
      }
      case 26: {
        target.hashedPassword = reader.string();
        break;
      }
      default:
        reader.skip(tag);
    }
  }
}

/** A user has a new password. */
export type AuthUserChangePasswordResponse = {
  readonly header: ResponseHeader | null;
};

/** Codec of {@link AuthUserChangePasswordResponse}. */
export const AuthUserChangePasswordResponse: MessageType<AuthUserChangePasswordResponse> = {
  name: "etcdserverpb.AuthUserChangePasswordResponse",
  fields: [
    { name: "header", jsonName: "header", property: "header", number: 1, kind: "message", repeated: false, oneof: null, long: null, values: null, message: () => ResponseHeader },
  ],
  create: createAuthUserChangePasswordResponse,
  size: sizeAuthUserChangePasswordResponse,
  write: writeAuthUserChangePasswordResponse,
  read: readAuthUserChangePasswordResponse,
};

/** A {@link AuthUserChangePasswordResponse} of nothing but zeros, except what is given. */
export function createAuthUserChangePasswordResponse(init?: Partial<AuthUserChangePasswordResponse>): AuthUserChangePasswordResponse {
  if (init === undefined) {
    return {
      header: null,
    };
  }
  return {
    header: init.header ?? null,
  };
}

export function sizeAuthUserChangePasswordResponse(message: AuthUserChangePasswordResponse): number {
  let size = 0;
  if (message.header !== null) size += 1 + delimitedSize(sizeResponseHeader(message.header));
  return size;
}

export function writeAuthUserChangePasswordResponse(message: AuthUserChangePasswordResponse, target: Uint8Array, end: number): number {
  let at = end;
  if (message.header !== null) {
    const stop = at;
    at = writeResponseHeader(message.header, target, at);
    at = writeVarint(target, at, stop - at);
    target[--at] = 10;
  }
  return at;
}

export function readAuthUserChangePasswordResponse(reader: WireReader, message: AuthUserChangePasswordResponse): void {
  const target = message as Mutable<AuthUserChangePasswordResponse>;
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

/** Gives a user a role. */
export type AuthUserGrantRoleRequest = {
  readonly user: string;
  readonly role: string;
};

/** Codec of {@link AuthUserGrantRoleRequest}. */
export const AuthUserGrantRoleRequest: MessageType<AuthUserGrantRoleRequest> = {
  name: "etcdserverpb.AuthUserGrantRoleRequest",
  fields: [
    { name: "user", jsonName: "user", property: "user", number: 1, kind: "string", repeated: false, oneof: null, long: null, values: null, message: null },
    { name: "role", jsonName: "role", property: "role", number: 2, kind: "string", repeated: false, oneof: null, long: null, values: null, message: null },
  ],
  create: createAuthUserGrantRoleRequest,
  size: sizeAuthUserGrantRoleRequest,
  write: writeAuthUserGrantRoleRequest,
  read: readAuthUserGrantRoleRequest,
};

/** A {@link AuthUserGrantRoleRequest} of nothing but zeros, except what is given. */
export function createAuthUserGrantRoleRequest(init?: Partial<AuthUserGrantRoleRequest>): AuthUserGrantRoleRequest {
  if (init === undefined) {
    return {
      user: "",
      role: "",
    };
  }
  return {
    user: init.user ?? "",
    role: init.role ?? "",
  };
}

export function sizeAuthUserGrantRoleRequest(message: AuthUserGrantRoleRequest): number {
  let size = 0;
  if (message.user !== "") size += 1 + stringSize(message.user);
  if (message.role !== "") size += 1 + stringSize(message.role);
  return size;
}

export function writeAuthUserGrantRoleRequest(message: AuthUserGrantRoleRequest, target: Uint8Array, end: number): number {
  let at = end;
  if (message.role !== "") {
    at = writeString(target, at, message.role);
    target[--at] = 18;
  }
  if (message.user !== "") {
    at = writeString(target, at, message.user);
    target[--at] = 10;
  }
  return at;
}

export function readAuthUserGrantRoleRequest(reader: WireReader, message: AuthUserGrantRoleRequest): void {
  const target = message as Mutable<AuthUserGrantRoleRequest>;
  while (reader.position < reader.end) {
    const tag = reader.tag();
    switch (tag) {
      case 10: {
        target.user = reader.string();
        break;
      }
      case 18: {
        target.role = reader.string();
        break;
      }
      default:
        reader.skip(tag);
    }
  }
}

/** A user has a role. */
export type AuthUserGrantRoleResponse = {
  readonly header: ResponseHeader | null;
};

/** Codec of {@link AuthUserGrantRoleResponse}. */
export const AuthUserGrantRoleResponse: MessageType<AuthUserGrantRoleResponse> = {
  name: "etcdserverpb.AuthUserGrantRoleResponse",
  fields: [
    { name: "header", jsonName: "header", property: "header", number: 1, kind: "message", repeated: false, oneof: null, long: null, values: null, message: () => ResponseHeader },
  ],
  create: createAuthUserGrantRoleResponse,
  size: sizeAuthUserGrantRoleResponse,
  write: writeAuthUserGrantRoleResponse,
  read: readAuthUserGrantRoleResponse,
};

/** A {@link AuthUserGrantRoleResponse} of nothing but zeros, except what is given. */
export function createAuthUserGrantRoleResponse(init?: Partial<AuthUserGrantRoleResponse>): AuthUserGrantRoleResponse {
  if (init === undefined) {
    return {
      header: null,
    };
  }
  return {
    header: init.header ?? null,
  };
}

export function sizeAuthUserGrantRoleResponse(message: AuthUserGrantRoleResponse): number {
  let size = 0;
  if (message.header !== null) size += 1 + delimitedSize(sizeResponseHeader(message.header));
  return size;
}

export function writeAuthUserGrantRoleResponse(message: AuthUserGrantRoleResponse, target: Uint8Array, end: number): number {
  let at = end;
  if (message.header !== null) {
    const stop = at;
    at = writeResponseHeader(message.header, target, at);
    at = writeVarint(target, at, stop - at);
    target[--at] = 10;
  }
  return at;
}

export function readAuthUserGrantRoleResponse(reader: WireReader, message: AuthUserGrantRoleResponse): void {
  const target = message as Mutable<AuthUserGrantRoleResponse>;
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

/** Takes a role from a user. */
export type AuthUserRevokeRoleRequest = {
  readonly name: string;
  readonly role: string;
};

/** Codec of {@link AuthUserRevokeRoleRequest}. */
export const AuthUserRevokeRoleRequest: MessageType<AuthUserRevokeRoleRequest> = {
  name: "etcdserverpb.AuthUserRevokeRoleRequest",
  fields: [
    { name: "name", jsonName: "name", property: "name", number: 1, kind: "string", repeated: false, oneof: null, long: null, values: null, message: null },
    { name: "role", jsonName: "role", property: "role", number: 2, kind: "string", repeated: false, oneof: null, long: null, values: null, message: null },
  ],
  create: createAuthUserRevokeRoleRequest,
  size: sizeAuthUserRevokeRoleRequest,
  write: writeAuthUserRevokeRoleRequest,
  read: readAuthUserRevokeRoleRequest,
};

/** A {@link AuthUserRevokeRoleRequest} of nothing but zeros, except what is given. */
export function createAuthUserRevokeRoleRequest(init?: Partial<AuthUserRevokeRoleRequest>): AuthUserRevokeRoleRequest {
  if (init === undefined) {
    return {
      name: "",
      role: "",
    };
  }
  return {
    name: init.name ?? "",
    role: init.role ?? "",
  };
}

export function sizeAuthUserRevokeRoleRequest(message: AuthUserRevokeRoleRequest): number {
  let size = 0;
  if (message.name !== "") size += 1 + stringSize(message.name);
  if (message.role !== "") size += 1 + stringSize(message.role);
  return size;
}

export function writeAuthUserRevokeRoleRequest(message: AuthUserRevokeRoleRequest, target: Uint8Array, end: number): number {
  let at = end;
  if (message.role !== "") {
    at = writeString(target, at, message.role);
    target[--at] = 18;
  }
  if (message.name !== "") {
    at = writeString(target, at, message.name);
    target[--at] = 10;
  }
  return at;
}

export function readAuthUserRevokeRoleRequest(reader: WireReader, message: AuthUserRevokeRoleRequest): void {
  const target = message as Mutable<AuthUserRevokeRoleRequest>;
  while (reader.position < reader.end) {
    const tag = reader.tag();
    switch (tag) {
      case 10: {
        target.name = reader.string();
        break;
      }
      case 18: {
        target.role = reader.string();
        break;
      }
      default:
        reader.skip(tag);
    }
  }
}

/** A user lost a role. */
export type AuthUserRevokeRoleResponse = {
  readonly header: ResponseHeader | null;
};

/** Codec of {@link AuthUserRevokeRoleResponse}. */
export const AuthUserRevokeRoleResponse: MessageType<AuthUserRevokeRoleResponse> = {
  name: "etcdserverpb.AuthUserRevokeRoleResponse",
  fields: [
    { name: "header", jsonName: "header", property: "header", number: 1, kind: "message", repeated: false, oneof: null, long: null, values: null, message: () => ResponseHeader },
  ],
  create: createAuthUserRevokeRoleResponse,
  size: sizeAuthUserRevokeRoleResponse,
  write: writeAuthUserRevokeRoleResponse,
  read: readAuthUserRevokeRoleResponse,
};

/** A {@link AuthUserRevokeRoleResponse} of nothing but zeros, except what is given. */
export function createAuthUserRevokeRoleResponse(init?: Partial<AuthUserRevokeRoleResponse>): AuthUserRevokeRoleResponse {
  if (init === undefined) {
    return {
      header: null,
    };
  }
  return {
    header: init.header ?? null,
  };
}

export function sizeAuthUserRevokeRoleResponse(message: AuthUserRevokeRoleResponse): number {
  let size = 0;
  if (message.header !== null) size += 1 + delimitedSize(sizeResponseHeader(message.header));
  return size;
}

export function writeAuthUserRevokeRoleResponse(message: AuthUserRevokeRoleResponse, target: Uint8Array, end: number): number {
  let at = end;
  if (message.header !== null) {
    const stop = at;
    at = writeResponseHeader(message.header, target, at);
    at = writeVarint(target, at, stop - at);
    target[--at] = 10;
  }
  return at;
}

export function readAuthUserRevokeRoleResponse(reader: WireReader, message: AuthUserRevokeRoleResponse): void {
  const target = message as Mutable<AuthUserRevokeRoleResponse>;
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

/** Adds a role. */
export type AuthRoleAddRequest = {
  readonly name: string;
};

/** Codec of {@link AuthRoleAddRequest}. */
export const AuthRoleAddRequest: MessageType<AuthRoleAddRequest> = {
  name: "etcdserverpb.AuthRoleAddRequest",
  fields: [
    { name: "name", jsonName: "name", property: "name", number: 1, kind: "string", repeated: false, oneof: null, long: null, values: null, message: null },
  ],
  create: createAuthRoleAddRequest,
  size: sizeAuthRoleAddRequest,
  write: writeAuthRoleAddRequest,
  read: readAuthRoleAddRequest,
};

/** A {@link AuthRoleAddRequest} of nothing but zeros, except what is given. */
export function createAuthRoleAddRequest(init?: Partial<AuthRoleAddRequest>): AuthRoleAddRequest {
  if (init === undefined) {
    return {
      name: "",
    };
  }
  return {
    name: init.name ?? "",
  };
}

export function sizeAuthRoleAddRequest(message: AuthRoleAddRequest): number {
  let size = 0;
  if (message.name !== "") size += 1 + stringSize(message.name);
  return size;
}

export function writeAuthRoleAddRequest(message: AuthRoleAddRequest, target: Uint8Array, end: number): number {
  let at = end;
  if (message.name !== "") {
    at = writeString(target, at, message.name);
    target[--at] = 10;
  }
  return at;
}

export function readAuthRoleAddRequest(reader: WireReader, message: AuthRoleAddRequest): void {
  const target = message as Mutable<AuthRoleAddRequest>;
  while (reader.position < reader.end) {
    const tag = reader.tag();
    switch (tag) {
      case 10: {
        target.name = reader.string();
        break;
      }
      default:
        reader.skip(tag);
    }
  }
}

/** A role was added. */
export type AuthRoleAddResponse = {
  readonly header: ResponseHeader | null;
};

/** Codec of {@link AuthRoleAddResponse}. */
export const AuthRoleAddResponse: MessageType<AuthRoleAddResponse> = {
  name: "etcdserverpb.AuthRoleAddResponse",
  fields: [
    { name: "header", jsonName: "header", property: "header", number: 1, kind: "message", repeated: false, oneof: null, long: null, values: null, message: () => ResponseHeader },
  ],
  create: createAuthRoleAddResponse,
  size: sizeAuthRoleAddResponse,
  write: writeAuthRoleAddResponse,
  read: readAuthRoleAddResponse,
};

/** A {@link AuthRoleAddResponse} of nothing but zeros, except what is given. */
export function createAuthRoleAddResponse(init?: Partial<AuthRoleAddResponse>): AuthRoleAddResponse {
  if (init === undefined) {
    return {
      header: null,
    };
  }
  return {
    header: init.header ?? null,
  };
}

export function sizeAuthRoleAddResponse(message: AuthRoleAddResponse): number {
  let size = 0;
  if (message.header !== null) size += 1 + delimitedSize(sizeResponseHeader(message.header));
  return size;
}

export function writeAuthRoleAddResponse(message: AuthRoleAddResponse, target: Uint8Array, end: number): number {
  let at = end;
  if (message.header !== null) {
    const stop = at;
    at = writeResponseHeader(message.header, target, at);
    at = writeVarint(target, at, stop - at);
    target[--at] = 10;
  }
  return at;
}

export function readAuthRoleAddResponse(reader: WireReader, message: AuthRoleAddResponse): void {
  const target = message as Mutable<AuthRoleAddResponse>;
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

/** Asks for a role's permissions. */
export type AuthRoleGetRequest = {
  readonly role: string;
};

/** Codec of {@link AuthRoleGetRequest}. */
export const AuthRoleGetRequest: MessageType<AuthRoleGetRequest> = {
  name: "etcdserverpb.AuthRoleGetRequest",
  fields: [
    { name: "role", jsonName: "role", property: "role", number: 1, kind: "string", repeated: false, oneof: null, long: null, values: null, message: null },
  ],
  create: createAuthRoleGetRequest,
  size: sizeAuthRoleGetRequest,
  write: writeAuthRoleGetRequest,
  read: readAuthRoleGetRequest,
};

/** A {@link AuthRoleGetRequest} of nothing but zeros, except what is given. */
export function createAuthRoleGetRequest(init?: Partial<AuthRoleGetRequest>): AuthRoleGetRequest {
  if (init === undefined) {
    return {
      role: "",
    };
  }
  return {
    role: init.role ?? "",
  };
}

export function sizeAuthRoleGetRequest(message: AuthRoleGetRequest): number {
  let size = 0;
  if (message.role !== "") size += 1 + stringSize(message.role);
  return size;
}

export function writeAuthRoleGetRequest(message: AuthRoleGetRequest, target: Uint8Array, end: number): number {
  let at = end;
  if (message.role !== "") {
    at = writeString(target, at, message.role);
    target[--at] = 10;
  }
  return at;
}

export function readAuthRoleGetRequest(reader: WireReader, message: AuthRoleGetRequest): void {
  const target = message as Mutable<AuthRoleGetRequest>;
  while (reader.position < reader.end) {
    const tag = reader.tag();
    switch (tag) {
      case 10: {
        target.role = reader.string();
        break;
      }
      default:
        reader.skip(tag);
    }
  }
}

/** A role's permissions. */
export type AuthRoleGetResponse = {
  readonly header: ResponseHeader | null;
  readonly perm: readonly Permission[];
};

/** Codec of {@link AuthRoleGetResponse}. */
export const AuthRoleGetResponse: MessageType<AuthRoleGetResponse> = {
  name: "etcdserverpb.AuthRoleGetResponse",
  fields: [
    { name: "header", jsonName: "header", property: "header", number: 1, kind: "message", repeated: false, oneof: null, long: null, values: null, message: () => ResponseHeader },
    { name: "perm", jsonName: "perm", property: "perm", number: 2, kind: "message", repeated: true, oneof: null, long: null, values: null, message: () => Permission },
  ],
  create: createAuthRoleGetResponse,
  size: sizeAuthRoleGetResponse,
  write: writeAuthRoleGetResponse,
  read: readAuthRoleGetResponse,
};

/** A {@link AuthRoleGetResponse} of nothing but zeros, except what is given. */
export function createAuthRoleGetResponse(init?: Partial<AuthRoleGetResponse>): AuthRoleGetResponse {
  if (init === undefined) {
    return {
      header: null,
      perm: [],
    };
  }
  return {
    header: init.header ?? null,
    perm: init.perm ?? [],
  };
}

export function sizeAuthRoleGetResponse(message: AuthRoleGetResponse): number {
  let size = 0;
  if (message.header !== null) size += 1 + delimitedSize(sizeResponseHeader(message.header));
  for (const item of message.perm) size += 1 + delimitedSize(sizePermission(item));
  return size;
}

export function writeAuthRoleGetResponse(message: AuthRoleGetResponse, target: Uint8Array, end: number): number {
  let at = end;
  for (let index = message.perm.length - 1; index >= 0; index--) {
    const stop = at;
    at = writePermission(message.perm[index] as Permission, target, at);
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

export function readAuthRoleGetResponse(reader: WireReader, message: AuthRoleGetResponse): void {
  const target = message as Mutable<AuthRoleGetResponse>;
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
        const item = createPermission();
        readPermission(reader, item);
        target.perm.push(item);
        reader.leave(outer);
        break;
      }
      default:
        reader.skip(tag);
    }
  }
}

/** Asks for all roles. */
export type AuthRoleListRequest = Record<string, never>;

/** Codec of {@link AuthRoleListRequest}. */
export const AuthRoleListRequest: MessageType<AuthRoleListRequest> = {
  name: "etcdserverpb.AuthRoleListRequest",
  fields: [],
  create: createAuthRoleListRequest,
  size: sizeAuthRoleListRequest,
  write: writeAuthRoleListRequest,
  read: readAuthRoleListRequest,
};

/** A {@link AuthRoleListRequest} of nothing but zeros, except what is given. */
export function createAuthRoleListRequest(_init?: Partial<AuthRoleListRequest>): AuthRoleListRequest {
  return {};
}

export function sizeAuthRoleListRequest(_message: AuthRoleListRequest): number {
  return 0;
}

export function writeAuthRoleListRequest(_message: AuthRoleListRequest, _target: Uint8Array, end: number): number {
  return end;
}

export function readAuthRoleListRequest(reader: WireReader, _message: AuthRoleListRequest): void {
  while (reader.position < reader.end) reader.skip(reader.tag());
}

/** All roles' names. */
export type AuthRoleListResponse = {
  readonly header: ResponseHeader | null;
  readonly roles: readonly string[];
};

/** Codec of {@link AuthRoleListResponse}. */
export const AuthRoleListResponse: MessageType<AuthRoleListResponse> = {
  name: "etcdserverpb.AuthRoleListResponse",
  fields: [
    { name: "header", jsonName: "header", property: "header", number: 1, kind: "message", repeated: false, oneof: null, long: null, values: null, message: () => ResponseHeader },
    { name: "roles", jsonName: "roles", property: "roles", number: 2, kind: "string", repeated: true, oneof: null, long: null, values: null, message: null },
  ],
  create: createAuthRoleListResponse,
  size: sizeAuthRoleListResponse,
  write: writeAuthRoleListResponse,
  read: readAuthRoleListResponse,
};

/** A {@link AuthRoleListResponse} of nothing but zeros, except what is given. */
export function createAuthRoleListResponse(init?: Partial<AuthRoleListResponse>): AuthRoleListResponse {
  if (init === undefined) {
    return {
      header: null,
      roles: [],
    };
  }
  return {
    header: init.header ?? null,
    roles: init.roles ?? [],
  };
}

export function sizeAuthRoleListResponse(message: AuthRoleListResponse): number {
  let size = 0;
  if (message.header !== null) size += 1 + delimitedSize(sizeResponseHeader(message.header));
  for (const item of message.roles) size += 1 + stringSize(item);
  return size;
}

export function writeAuthRoleListResponse(message: AuthRoleListResponse, target: Uint8Array, end: number): number {
  let at = end;
  for (let index = message.roles.length - 1; index >= 0; index--) {
    at = writeString(target, at, message.roles[index] as string);
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

export function readAuthRoleListResponse(reader: WireReader, message: AuthRoleListResponse): void {
  const target = message as Mutable<AuthRoleListResponse>;
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
        target.roles.push(reader.string());
        break;
      }
      default:
        reader.skip(tag);
    }
  }
}

/** Deletes a role. */
export type AuthRoleDeleteRequest = {
  readonly role: string;
};

/** Codec of {@link AuthRoleDeleteRequest}. */
export const AuthRoleDeleteRequest: MessageType<AuthRoleDeleteRequest> = {
  name: "etcdserverpb.AuthRoleDeleteRequest",
  fields: [
    { name: "role", jsonName: "role", property: "role", number: 1, kind: "string", repeated: false, oneof: null, long: null, values: null, message: null },
  ],
  create: createAuthRoleDeleteRequest,
  size: sizeAuthRoleDeleteRequest,
  write: writeAuthRoleDeleteRequest,
  read: readAuthRoleDeleteRequest,
};

/** A {@link AuthRoleDeleteRequest} of nothing but zeros, except what is given. */
export function createAuthRoleDeleteRequest(init?: Partial<AuthRoleDeleteRequest>): AuthRoleDeleteRequest {
  if (init === undefined) {
    return {
      role: "",
    };
  }
  return {
    role: init.role ?? "",
  };
}

export function sizeAuthRoleDeleteRequest(message: AuthRoleDeleteRequest): number {
  let size = 0;
  if (message.role !== "") size += 1 + stringSize(message.role);
  return size;
}

export function writeAuthRoleDeleteRequest(message: AuthRoleDeleteRequest, target: Uint8Array, end: number): number {
  let at = end;
  if (message.role !== "") {
    at = writeString(target, at, message.role);
    target[--at] = 10;
  }
  return at;
}

export function readAuthRoleDeleteRequest(reader: WireReader, message: AuthRoleDeleteRequest): void {
  const target = message as Mutable<AuthRoleDeleteRequest>;
  while (reader.position < reader.end) {
    const tag = reader.tag();
    switch (tag) {
      case 10: {
        target.role = reader.string();
        break;
      }
      default:
        reader.skip(tag);
    }
  }
}

/** A role was deleted. */
export type AuthRoleDeleteResponse = {
  readonly header: ResponseHeader | null;
};

/** Codec of {@link AuthRoleDeleteResponse}. */
export const AuthRoleDeleteResponse: MessageType<AuthRoleDeleteResponse> = {
  name: "etcdserverpb.AuthRoleDeleteResponse",
  fields: [
    { name: "header", jsonName: "header", property: "header", number: 1, kind: "message", repeated: false, oneof: null, long: null, values: null, message: () => ResponseHeader },
  ],
  create: createAuthRoleDeleteResponse,
  size: sizeAuthRoleDeleteResponse,
  write: writeAuthRoleDeleteResponse,
  read: readAuthRoleDeleteResponse,
};

/** A {@link AuthRoleDeleteResponse} of nothing but zeros, except what is given. */
export function createAuthRoleDeleteResponse(init?: Partial<AuthRoleDeleteResponse>): AuthRoleDeleteResponse {
  if (init === undefined) {
    return {
      header: null,
    };
  }
  return {
    header: init.header ?? null,
  };
}

export function sizeAuthRoleDeleteResponse(message: AuthRoleDeleteResponse): number {
  let size = 0;
  if (message.header !== null) size += 1 + delimitedSize(sizeResponseHeader(message.header));
  return size;
}

export function writeAuthRoleDeleteResponse(message: AuthRoleDeleteResponse, target: Uint8Array, end: number): number {
  let at = end;
  if (message.header !== null) {
    const stop = at;
    at = writeResponseHeader(message.header, target, at);
    at = writeVarint(target, at, stop - at);
    target[--at] = 10;
  }
  return at;
}

export function readAuthRoleDeleteResponse(reader: WireReader, message: AuthRoleDeleteResponse): void {
  const target = message as Mutable<AuthRoleDeleteResponse>;
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

/** Gives a role a permission. */
export type AuthRoleGrantPermissionRequest = {
  /** The role. */
  readonly name: string;
  readonly perm: Permission | null;
};

/** Codec of {@link AuthRoleGrantPermissionRequest}. */
export const AuthRoleGrantPermissionRequest: MessageType<AuthRoleGrantPermissionRequest> = {
  name: "etcdserverpb.AuthRoleGrantPermissionRequest",
  fields: [
    { name: "name", jsonName: "name", property: "name", number: 1, kind: "string", repeated: false, oneof: null, long: null, values: null, message: null },
    { name: "perm", jsonName: "perm", property: "perm", number: 2, kind: "message", repeated: false, oneof: null, long: null, values: null, message: () => Permission },
  ],
  create: createAuthRoleGrantPermissionRequest,
  size: sizeAuthRoleGrantPermissionRequest,
  write: writeAuthRoleGrantPermissionRequest,
  read: readAuthRoleGrantPermissionRequest,
};

/** A {@link AuthRoleGrantPermissionRequest} of nothing but zeros, except what is given. */
export function createAuthRoleGrantPermissionRequest(init?: Partial<AuthRoleGrantPermissionRequest>): AuthRoleGrantPermissionRequest {
  if (init === undefined) {
    return {
      name: "",
      perm: null,
    };
  }
  return {
    name: init.name ?? "",
    perm: init.perm ?? null,
  };
}

export function sizeAuthRoleGrantPermissionRequest(message: AuthRoleGrantPermissionRequest): number {
  let size = 0;
  if (message.name !== "") size += 1 + stringSize(message.name);
  if (message.perm !== null) size += 1 + delimitedSize(sizePermission(message.perm));
  return size;
}

export function writeAuthRoleGrantPermissionRequest(message: AuthRoleGrantPermissionRequest, target: Uint8Array, end: number): number {
  let at = end;
  if (message.perm !== null) {
    const stop = at;
    at = writePermission(message.perm, target, at);
    at = writeVarint(target, at, stop - at);
    target[--at] = 18;
  }
  if (message.name !== "") {
    at = writeString(target, at, message.name);
    target[--at] = 10;
  }
  return at;
}

export function readAuthRoleGrantPermissionRequest(reader: WireReader, message: AuthRoleGrantPermissionRequest): void {
  const target = message as Mutable<AuthRoleGrantPermissionRequest>;
  while (reader.position < reader.end) {
    const tag = reader.tag();
    switch (tag) {
      case 10: {
        target.name = reader.string();
        break;
      }
      case 18: {
        const outer = reader.enter();
        readPermission(reader, (target.perm ??= createPermission()));
        reader.leave(outer);
        break;
      }
      default:
        reader.skip(tag);
    }
  }
}

/** A role has a permission. */
export type AuthRoleGrantPermissionResponse = {
  readonly header: ResponseHeader | null;
};

/** Codec of {@link AuthRoleGrantPermissionResponse}. */
export const AuthRoleGrantPermissionResponse: MessageType<AuthRoleGrantPermissionResponse> = {
  name: "etcdserverpb.AuthRoleGrantPermissionResponse",
  fields: [
    { name: "header", jsonName: "header", property: "header", number: 1, kind: "message", repeated: false, oneof: null, long: null, values: null, message: () => ResponseHeader },
  ],
  create: createAuthRoleGrantPermissionResponse,
  size: sizeAuthRoleGrantPermissionResponse,
  write: writeAuthRoleGrantPermissionResponse,
  read: readAuthRoleGrantPermissionResponse,
};

/** A {@link AuthRoleGrantPermissionResponse} of nothing but zeros, except what is given. */
export function createAuthRoleGrantPermissionResponse(init?: Partial<AuthRoleGrantPermissionResponse>): AuthRoleGrantPermissionResponse {
  if (init === undefined) {
    return {
      header: null,
    };
  }
  return {
    header: init.header ?? null,
  };
}

export function sizeAuthRoleGrantPermissionResponse(message: AuthRoleGrantPermissionResponse): number {
  let size = 0;
  if (message.header !== null) size += 1 + delimitedSize(sizeResponseHeader(message.header));
  return size;
}

export function writeAuthRoleGrantPermissionResponse(message: AuthRoleGrantPermissionResponse, target: Uint8Array, end: number): number {
  let at = end;
  if (message.header !== null) {
    const stop = at;
    at = writeResponseHeader(message.header, target, at);
    at = writeVarint(target, at, stop - at);
    target[--at] = 10;
  }
  return at;
}

export function readAuthRoleGrantPermissionResponse(reader: WireReader, message: AuthRoleGrantPermissionResponse): void {
  const target = message as Mutable<AuthRoleGrantPermissionResponse>;
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

/** Takes a permission from a role. */
export type AuthRoleRevokePermissionRequest = {
  readonly role: string;
  readonly key: Uint8Array;
  readonly rangeEnd: Uint8Array;
};

/** Codec of {@link AuthRoleRevokePermissionRequest}. */
export const AuthRoleRevokePermissionRequest: MessageType<AuthRoleRevokePermissionRequest> = {
  name: "etcdserverpb.AuthRoleRevokePermissionRequest",
  fields: [
    { name: "role", jsonName: "role", property: "role", number: 1, kind: "string", repeated: false, oneof: null, long: null, values: null, message: null },
    { name: "key", jsonName: "key", property: "key", number: 2, kind: "bytes", repeated: false, oneof: null, long: null, values: null, message: null },
    { name: "range_end", jsonName: "rangeEnd", property: "rangeEnd", number: 3, kind: "bytes", repeated: false, oneof: null, long: null, values: null, message: null },
  ],
  create: createAuthRoleRevokePermissionRequest,
  size: sizeAuthRoleRevokePermissionRequest,
  write: writeAuthRoleRevokePermissionRequest,
  read: readAuthRoleRevokePermissionRequest,
};

/** A {@link AuthRoleRevokePermissionRequest} of nothing but zeros, except what is given. */
export function createAuthRoleRevokePermissionRequest(init?: Partial<AuthRoleRevokePermissionRequest>): AuthRoleRevokePermissionRequest {
  if (init === undefined) {
    return {
      role: "",
      key: noBytes,
      rangeEnd: noBytes,
    };
  }
  return {
    role: init.role ?? "",
    key: init.key ?? noBytes,
    rangeEnd: init.rangeEnd ?? noBytes,
  };
}

export function sizeAuthRoleRevokePermissionRequest(message: AuthRoleRevokePermissionRequest): number {
  let size = 0;
  if (message.role !== "") size += 1 + stringSize(message.role);
  if (message.key.length !== 0) size += 1 + delimitedSize(message.key.length);
  if (message.rangeEnd.length !== 0) size += 1 + delimitedSize(message.rangeEnd.length);
  return size;
}

export function writeAuthRoleRevokePermissionRequest(message: AuthRoleRevokePermissionRequest, target: Uint8Array, end: number): number {
  let at = end;
  if (message.rangeEnd.length !== 0) {
    at = writeBytes(target, at, message.rangeEnd);
    target[--at] = 26;
  }
  if (message.key.length !== 0) {
    at = writeBytes(target, at, message.key);
    target[--at] = 18;
  }
  if (message.role !== "") {
    at = writeString(target, at, message.role);
    target[--at] = 10;
  }
  return at;
}

export function readAuthRoleRevokePermissionRequest(reader: WireReader, message: AuthRoleRevokePermissionRequest): void {
  const target = message as Mutable<AuthRoleRevokePermissionRequest>;
  while (reader.position < reader.end) {
    const tag = reader.tag();
    switch (tag) {
      case 10: {
        target.role = reader.string();
        break;
      }
      case 18: {
        target.key = reader.bytes();
        break;
      }
      case 26: {
        target.rangeEnd = reader.bytes();
        break;
      }
      default:
        reader.skip(tag);
    }
  }
}

/** A role lost a permission. */
export type AuthRoleRevokePermissionResponse = {
  readonly header: ResponseHeader | null;
};

/** Codec of {@link AuthRoleRevokePermissionResponse}. */
export const AuthRoleRevokePermissionResponse: MessageType<AuthRoleRevokePermissionResponse> = {
  name: "etcdserverpb.AuthRoleRevokePermissionResponse",
  fields: [
    { name: "header", jsonName: "header", property: "header", number: 1, kind: "message", repeated: false, oneof: null, long: null, values: null, message: () => ResponseHeader },
  ],
  create: createAuthRoleRevokePermissionResponse,
  size: sizeAuthRoleRevokePermissionResponse,
  write: writeAuthRoleRevokePermissionResponse,
  read: readAuthRoleRevokePermissionResponse,
};

/** A {@link AuthRoleRevokePermissionResponse} of nothing but zeros, except what is given. */
export function createAuthRoleRevokePermissionResponse(init?: Partial<AuthRoleRevokePermissionResponse>): AuthRoleRevokePermissionResponse {
  if (init === undefined) {
    return {
      header: null,
    };
  }
  return {
    header: init.header ?? null,
  };
}

export function sizeAuthRoleRevokePermissionResponse(message: AuthRoleRevokePermissionResponse): number {
  let size = 0;
  if (message.header !== null) size += 1 + delimitedSize(sizeResponseHeader(message.header));
  return size;
}

export function writeAuthRoleRevokePermissionResponse(message: AuthRoleRevokePermissionResponse, target: Uint8Array, end: number): number {
  let at = end;
  if (message.header !== null) {
    const stop = at;
    at = writeResponseHeader(message.header, target, at);
    at = writeVarint(target, at, stop - at);
    target[--at] = 10;
  }
  return at;
}

export function readAuthRoleRevokePermissionResponse(reader: WireReader, message: AuthRoleRevokePermissionResponse): void {
  const target = message as Mutable<AuthRoleRevokePermissionResponse>;
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

/** Users, roles and permissions. */
export const authService = {
  name: "etcdserverpb.Auth",
  methods: {
    authEnable: {
      name: "AuthEnable",
      path: "/etcdserverpb.Auth/AuthEnable",
      request: AuthEnableRequest,
      response: AuthEnableResponse,
      clientStreams: false,
      serverStreams: false,
      gatewayPaths: ["/v3/auth/enable"],
    },
    authDisable: {
      name: "AuthDisable",
      path: "/etcdserverpb.Auth/AuthDisable",
      request: AuthDisableRequest,
      response: AuthDisableResponse,
      clientStreams: false,
      serverStreams: false,
      gatewayPaths: ["/v3/auth/disable"],
    },
    authStatus: {
      name: "AuthStatus",
      path: "/etcdserverpb.Auth/AuthStatus",
      request: AuthStatusRequest,
      response: AuthStatusResponse,
      clientStreams: false,
      serverStreams: false,
      gatewayPaths: ["/v3/auth/status"],
    },
    authenticate: {
      name: "Authenticate",
      path: "/etcdserverpb.Auth/Authenticate",
      request: AuthenticateRequest,
      response: AuthenticateResponse,
      clientStreams: false,
      serverStreams: false,
      gatewayPaths: ["/v3/auth/authenticate"],
    },
    userAdd: {
      name: "UserAdd",
      path: "/etcdserverpb.Auth/UserAdd",
      request: AuthUserAddRequest,
      response: AuthUserAddResponse,
      clientStreams: false,
      serverStreams: false,
      gatewayPaths: ["/v3/auth/user/add"],
    },
    userGet: {
      name: "UserGet",
      path: "/etcdserverpb.Auth/UserGet",
      request: AuthUserGetRequest,
      response: AuthUserGetResponse,
      clientStreams: false,
      serverStreams: false,
      gatewayPaths: ["/v3/auth/user/get"],
    },
    userList: {
      name: "UserList",
      path: "/etcdserverpb.Auth/UserList",
      request: AuthUserListRequest,
      response: AuthUserListResponse,
      clientStreams: false,
      serverStreams: false,
      gatewayPaths: ["/v3/auth/user/list"],
    },
    userDelete: {
      name: "UserDelete",
      path: "/etcdserverpb.Auth/UserDelete",
      request: AuthUserDeleteRequest,
      response: AuthUserDeleteResponse,
      clientStreams: false,
      serverStreams: false,
      gatewayPaths: ["/v3/auth/user/delete"],
    },
    userChangePassword: {
      name: "UserChangePassword",
      path: "/etcdserverpb.Auth/UserChangePassword",
      request: AuthUserChangePasswordRequest,
      response: AuthUserChangePasswordResponse,
      clientStreams: false,
      serverStreams: false,
      gatewayPaths: ["/v3/auth/user/changepw"],
    },
    userGrantRole: {
      name: "UserGrantRole",
      path: "/etcdserverpb.Auth/UserGrantRole",
      request: AuthUserGrantRoleRequest,
      response: AuthUserGrantRoleResponse,
      clientStreams: false,
      serverStreams: false,
      gatewayPaths: ["/v3/auth/user/grant"],
    },
    userRevokeRole: {
      name: "UserRevokeRole",
      path: "/etcdserverpb.Auth/UserRevokeRole",
      request: AuthUserRevokeRoleRequest,
      response: AuthUserRevokeRoleResponse,
      clientStreams: false,
      serverStreams: false,
      gatewayPaths: ["/v3/auth/user/revoke"],
    },
    roleAdd: {
      name: "RoleAdd",
      path: "/etcdserverpb.Auth/RoleAdd",
      request: AuthRoleAddRequest,
      response: AuthRoleAddResponse,
      clientStreams: false,
      serverStreams: false,
      gatewayPaths: ["/v3/auth/role/add"],
    },
    roleGet: {
      name: "RoleGet",
      path: "/etcdserverpb.Auth/RoleGet",
      request: AuthRoleGetRequest,
      response: AuthRoleGetResponse,
      clientStreams: false,
      serverStreams: false,
      gatewayPaths: ["/v3/auth/role/get"],
    },
    roleList: {
      name: "RoleList",
      path: "/etcdserverpb.Auth/RoleList",
      request: AuthRoleListRequest,
      response: AuthRoleListResponse,
      clientStreams: false,
      serverStreams: false,
      gatewayPaths: ["/v3/auth/role/list"],
    },
    roleDelete: {
      name: "RoleDelete",
      path: "/etcdserverpb.Auth/RoleDelete",
      request: AuthRoleDeleteRequest,
      response: AuthRoleDeleteResponse,
      clientStreams: false,
      serverStreams: false,
      gatewayPaths: ["/v3/auth/role/delete"],
    },
    roleGrantPermission: {
      name: "RoleGrantPermission",
      path: "/etcdserverpb.Auth/RoleGrantPermission",
      request: AuthRoleGrantPermissionRequest,
      response: AuthRoleGrantPermissionResponse,
      clientStreams: false,
      serverStreams: false,
      gatewayPaths: ["/v3/auth/role/grant"],
    },
    roleRevokePermission: {
      name: "RoleRevokePermission",
      path: "/etcdserverpb.Auth/RoleRevokePermission",
      request: AuthRoleRevokePermissionRequest,
      response: AuthRoleRevokePermissionResponse,
      clientStreams: false,
      serverStreams: false,
      gatewayPaths: ["/v3/auth/role/revoke"],
    },
  },
} as const satisfies Service;
