// Generated from proto/user.proto by scripts/generate.ts. Do not edit.

import type { MessageType, Mutable } from "../message-type.ts";
import { type WireReader, noBytes } from "../wire-reader.ts";
import { delimitedSize, int32Size, stringSize, writeBytes, writeNumber, writeString, writeVarint } from "../wire-writer.ts";

/** Numbers of `authpb.Permission.Type`. */
export const PermissionType = {
  READ: 0,
  WRITE: 1,
  READWRITE: 2,
} as const;

/** A number of {@link PermissionType}, or one that a newer peer knows: proto3's enums are open. */
export type PermissionType = number;

/** How a user may log in. */
export type UserAddOptions = {
  /** The user has no password and is known by a certificate only. */
  readonly noPassword: boolean;
};

/** Codec of {@link UserAddOptions}. */
export const UserAddOptions: MessageType<UserAddOptions> = {
  name: "authpb.UserAddOptions",
  fields: [
    { name: "no_password", jsonName: "noPassword", property: "noPassword", number: 1, kind: "bool", repeated: false, oneof: null, long: null, values: null, message: null },
  ],
  create: createUserAddOptions,
  size: sizeUserAddOptions,
  write: writeUserAddOptions,
  read: readUserAddOptions,
};

/** A {@link UserAddOptions} of nothing but zeros, except what is given. */
export function createUserAddOptions(init?: Partial<UserAddOptions>): UserAddOptions {
  if (init === undefined) {
    return {
      noPassword: false,
    };
  }
  return {
    noPassword: init.noPassword ?? false,
  };
}

export function sizeUserAddOptions(message: UserAddOptions): number {
  let size = 0;
  if (message.noPassword) size += 1 + 1;
  return size;
}

export function writeUserAddOptions(message: UserAddOptions, target: Uint8Array, end: number): number {
  let at = end;
  if (message.noPassword) {
    target[--at] = 1;
    target[--at] = 8;
  }
  return at;
}

export function readUserAddOptions(reader: WireReader, message: UserAddOptions): void {
  const target = message as Mutable<UserAddOptions>;
  while (reader.position < reader.end) {
    const tag = reader.tag();
    switch (tag) {
      case 8: {
        target.noPassword = reader.bool();
        break;
      }
      default:
        reader.skip(tag);
    }
  }
}

/** A user as it is stored. */
export type User = {
  readonly name: Uint8Array;
  /** The hash, never the password. */
  readonly password: Uint8Array;
  readonly roles: readonly string[];
  readonly options: UserAddOptions | null;
};

/** Codec of {@link User}. */
export const User: MessageType<User> = {
  name: "authpb.User",
  fields: [
    { name: "name", jsonName: "name", property: "name", number: 1, kind: "bytes", repeated: false, oneof: null, long: null, values: null, message: null },
    { name: "password", jsonName: "password", property: "password", number: 2, kind: "bytes", repeated: false, oneof: null, long: null, values: null, message: null },
    { name: "roles", jsonName: "roles", property: "roles", number: 3, kind: "string", repeated: true, oneof: null, long: null, values: null, message: null },
    { name: "options", jsonName: "options", property: "options", number: 4, kind: "message", repeated: false, oneof: null, long: null, values: null, message: () => UserAddOptions },
  ],
  create: createUser,
  size: sizeUser,
  write: writeUser,
  read: readUser,
};

/** A {@link User} of nothing but zeros, except what is given. */
export function createUser(init?: Partial<User>): User {
  if (init === undefined) {
    return {
      name: noBytes,
      password: noBytes,
      roles: [],
      options: null,
    };
  }
  return {
    name: init.name ?? noBytes,
    password: init.password ?? noBytes,
    roles: init.roles ?? [],
    options: init.options ?? null,
  };
}

export function sizeUser(message: User): number {
  let size = 0;
  if (message.name.length !== 0) size += 1 + delimitedSize(message.name.length);
  if (message.password.length !== 0) size += 1 + delimitedSize(message.password.length);
  for (const item of message.roles) size += 1 + stringSize(item);
  if (message.options !== null) size += 1 + delimitedSize(sizeUserAddOptions(message.options));
  return size;
}

export function writeUser(message: User, target: Uint8Array, end: number): number {
  let at = end;
  if (message.options !== null) {
    const stop = at;
    at = writeUserAddOptions(message.options, target, at);
    at = writeVarint(target, at, stop - at);
    target[--at] = 34;
  }
  for (let index = message.roles.length - 1; index >= 0; index--) {
    at = writeString(target, at, message.roles[index] as string);
    target[--at] = 26;
  }
  if (message.password.length !== 0) {
    at = writeBytes(target, at, message.password);
    target[--at] = 18;
  }
  if (message.name.length !== 0) {
    at = writeBytes(target, at, message.name);
    target[--at] = 10;
  }
  return at;
}

export function readUser(reader: WireReader, message: User): void {
  const target = message as Mutable<User>;
  while (reader.position < reader.end) {
    const tag = reader.tag();
    switch (tag) {
      case 10: {
        target.name = reader.bytes();
        break;
      }
      case 18: {
        target.password = reader.bytes();
        break;
      }
      case 26: {
        reader.element();
        target.roles.push(reader.string());
        break;
      }
      case 34: {
        const outer = reader.enter();
        readUserAddOptions(reader, (target.options ??= createUserAddOptions()));
        reader.leave(outer);
        break;
      }
      default:
        reader.skip(tag);
    }
  }
}

/** A right to a key, or to the keys from key up to range_end. */
export type Permission = {
  readonly permType: PermissionType;
  readonly key: Uint8Array;
  /** Empty for the one key, one zero byte for everything from key on. */
  readonly rangeEnd: Uint8Array;
};

/** Codec of {@link Permission}. */
export const Permission: MessageType<Permission> = {
  name: "authpb.Permission",
  fields: [
    { name: "permType", jsonName: "permType", property: "permType", number: 1, kind: "enum", repeated: false, oneof: null, long: null, values: PermissionType, message: null },
    { name: "key", jsonName: "key", property: "key", number: 2, kind: "bytes", repeated: false, oneof: null, long: null, values: null, message: null },
    { name: "range_end", jsonName: "rangeEnd", property: "rangeEnd", number: 3, kind: "bytes", repeated: false, oneof: null, long: null, values: null, message: null },
  ],
  create: createPermission,
  size: sizePermission,
  write: writePermission,
  read: readPermission,
};

/** A {@link Permission} of nothing but zeros, except what is given. */
export function createPermission(init?: Partial<Permission>): Permission {
  if (init === undefined) {
    return {
      permType: 0,
      key: noBytes,
      rangeEnd: noBytes,
    };
  }
  return {
    permType: init.permType ?? 0,
    key: init.key ?? noBytes,
    rangeEnd: init.rangeEnd ?? noBytes,
  };
}

export function sizePermission(message: Permission): number {
  let size = 0;
  if (message.permType !== 0) size += 1 + int32Size(message.permType);
  if (message.key.length !== 0) size += 1 + delimitedSize(message.key.length);
  if (message.rangeEnd.length !== 0) size += 1 + delimitedSize(message.rangeEnd.length);
  return size;
}

export function writePermission(message: Permission, target: Uint8Array, end: number): number {
  let at = end;
  if (message.rangeEnd.length !== 0) {
    at = writeBytes(target, at, message.rangeEnd);
    target[--at] = 26;
  }
  if (message.key.length !== 0) {
    at = writeBytes(target, at, message.key);
    target[--at] = 18;
  }
  if (message.permType !== 0) {
    at = writeNumber(target, at, message.permType);
    target[--at] = 8;
  }
  return at;
}

export function readPermission(reader: WireReader, message: Permission): void {
  const target = message as Mutable<Permission>;
  while (reader.position < reader.end) {
    const tag = reader.tag();
    switch (tag) {
      case 8: {
        target.permType = reader.int32();
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

/** A role as it is stored. */
export type Role = {
  readonly name: Uint8Array;
  readonly keyPermission: readonly Permission[];
};

/** Codec of {@link Role}. */
export const Role: MessageType<Role> = {
  name: "authpb.Role",
  fields: [
    { name: "name", jsonName: "name", property: "name", number: 1, kind: "bytes", repeated: false, oneof: null, long: null, values: null, message: null },
    { name: "keyPermission", jsonName: "keyPermission", property: "keyPermission", number: 2, kind: "message", repeated: true, oneof: null, long: null, values: null, message: () => Permission },
  ],
  create: createRole,
  size: sizeRole,
  write: writeRole,
  read: readRole,
};

/** A {@link Role} of nothing but zeros, except what is given. */
export function createRole(init?: Partial<Role>): Role {
  if (init === undefined) {
    return {
      name: noBytes,
      keyPermission: [],
    };
  }
  return {
    name: init.name ?? noBytes,
    keyPermission: init.keyPermission ?? [],
  };
}

export function sizeRole(message: Role): number {
  let size = 0;
  if (message.name.length !== 0) size += 1 + delimitedSize(message.name.length);
  for (const item of message.keyPermission) size += 1 + delimitedSize(sizePermission(item));
  return size;
}

export function writeRole(message: Role, target: Uint8Array, end: number): number {
  let at = end;
  for (let index = message.keyPermission.length - 1; index >= 0; index--) {
    const stop = at;
    at = writePermission(message.keyPermission[index] as Permission, target, at);
    at = writeVarint(target, at, stop - at);
    target[--at] = 18;
  }
  if (message.name.length !== 0) {
    at = writeBytes(target, at, message.name);
    target[--at] = 10;
  }
  return at;
}

export function readRole(reader: WireReader, message: Role): void {
  const target = message as Mutable<Role>;
  while (reader.position < reader.end) {
    const tag = reader.tag();
    switch (tag) {
      case 10: {
        target.name = reader.bytes();
        break;
      }
      case 18: {
        reader.element();
        const outer = reader.enter();
        const item = createPermission();
        readPermission(reader, item);
        target.keyPermission.push(item);
        reader.leave(outer);
        break;
      }
      default:
        reader.skip(tag);
    }
  }
}
