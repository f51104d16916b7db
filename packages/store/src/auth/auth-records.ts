/**
 * Users and roles as the backend holds them, one record each under its name.
 *
 * ```
 * user   flags (1: no password) · password hash, sized · number of roles · names, sized
 * role   number of permissions · (type · key, sized · range end, sized) each
 * ```
 */

import { ByteReader } from "../byte-reader.ts";
import { ByteWriter } from "../byte-writer.ts";
import { compareBytes } from "../bytes.ts";
import type { Permission } from "./auth-api.ts";
import { readName, writeName } from "./auth-name.ts";

/** A user with its password's hash; empty if it has none. */
export type UserRecord = {
  readonly name: string;
  readonly noPassword: boolean;
  readonly passwordHash: Uint8Array;
  /** By their bytes; each once. */
  readonly roles: readonly string[];
};

/** A role. */
export type RoleRecord = {
  readonly name: string;
  /** By key and range end; each pair once. */
  readonly permissions: readonly Permission[];
};

export function encodeUser(user: UserRecord): Uint8Array {
  const writer = new ByteWriter(128);
  writer.byte(user.noPassword ? 1 : 0);
  writer.sized(user.passwordHash);
  writer.varint(user.roles.length);
  for (const role of user.roles) writeName(writer, role);
  return writer.finish();
}

/** Throws `corrupt`. */
export function decodeUser(name: string, bytes: Uint8Array): UserRecord {
  const reader = new ByteReader(bytes);
  const noPassword = reader.flag();
  const passwordHash = reader.sized().slice();
  const roles: string[] = [];
  for (let left = reader.varint(); left > 0; left--) roles.push(readName(reader));
  reader.end();
  return { name, noPassword, passwordHash, roles };
}

export function encodeRole(role: RoleRecord): Uint8Array {
  const writer = new ByteWriter(128);
  writer.varint(role.permissions.length);
  for (const permission of role.permissions) writePermission(writer, permission);
  return writer.finish();
}

/** Throws `corrupt`. */
export function decodeRole(name: string, bytes: Uint8Array): RoleRecord {
  const reader = new ByteReader(bytes);
  const permissions: Permission[] = [];
  for (let left = reader.varint(); left > 0; left--) {
    const { type, key, rangeEnd } = readPermission(reader);
    permissions.push({ type, key: key.slice(), rangeEnd: rangeEnd.slice() });
  }
  reader.end();
  return { name, permissions };
}

export function writePermission(writer: ByteWriter, permission: Permission): void {
  // A number that etcd does not define is refused where it is applied, by all members alike.
  writer.signed(permission.type);
  writer.sized(permission.key);
  writer.sized(permission.rangeEnd);
}

/** The byte strings are views of the input. */
export function readPermission(reader: ByteReader): Permission {
  return { type: reader.signed(), key: reader.sized(), rangeEnd: reader.sized() };
}

/** Orders permissions by what they are on. */
export function comparePermissions(
  left: Pick<Permission, "key" | "rangeEnd">,
  right: Pick<Permission, "key" | "rangeEnd">,
): number {
  return compareBytes(left.key, right.key) || compareBytes(left.rangeEnd, right.rangeEnd);
}
