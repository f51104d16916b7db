/**
 * Users and roles: the replicated state of authentication. Kept in memory, since every request looks at it, and written
 * through the write buffer like everything else.
 */

import { ByteWriter } from "../byte-writer.ts";
import { crc32c } from "../crc32c.ts";
import { plainKey, plainPart, Table, tableEnd, tableStart } from "../key-layout.ts";
import { keyRange } from "../key-range.ts";
import type { KeyRange } from "../version-reader.ts";
import type { WriteBuffer } from "../write-buffer.ts";
import { PermissionType, rootName } from "./auth-api.ts";
import { compareNames, nameBytes, nameOf, writeName } from "./auth-name.ts";
import {
  decodeRole,
  decodeUser,
  encodeRole,
  encodeUser,
  type RoleRecord,
  type UserRecord,
} from "./auth-records.ts";
import { PermissionSet } from "./permission-set.ts";

/** What of it is kept in the meta record. */
export type AuthMeta = {
  enabled: boolean;
  /** 1 in a new store, and raised by every change but that of `enabled` to true, as in etcd. */
  revision: number;
};

/** What a user may do. */
export type Grants = {
  /** Everything. */
  readonly isRoot: boolean;
  readonly read: PermissionSet;
  readonly write: PermissionSet;
};

/** See the module. Who changes it calls `put…`/`delete…`, then {@link changed}. */
export class AuthState {
  readonly meta: AuthMeta;
  readonly #buffer: WriteBuffer;
  readonly #generation: number;
  readonly #users = new Map<string, UserRecord>();
  readonly #roles = new Map<string, RoleRecord>();
  /** Merged on first use; as of the current revision. */
  readonly #grants = new Map<string, Grants>();

  /** Loads the users and roles of a generation. Throws `corrupt`. */
  constructor(buffer: WriteBuffer, generation: number, meta: AuthMeta) {
    this.meta = meta;
    this.#buffer = buffer;
    this.#generation = generation;
    this.#load(Table.authUsers, (name, value) => this.#users.set(name, decodeUser(name, value)));
    this.#load(Table.authRoles, (name, value) => this.#roles.set(name, decodeRole(name, value)));
  }

  user(name: string): UserRecord | null {
    return this.#users.get(name) ?? null;
  }

  role(name: string): RoleRecord | null {
    return this.#roles.get(name) ?? null;
  }

  /** Names, in the order of their bytes. */
  userNames(): string[] {
    return [...this.#users.keys()].sort(compareNames);
  }

  roleNames(): string[] {
    return [...this.#roles.keys()].sort(compareNames);
  }

  /** What a user may do; null when there is no such user. */
  grantsOf(name: string): Grants | null {
    const known = this.#grants.get(name);
    if (known !== undefined) return known;
    const user = this.#users.get(name);
    if (user === undefined) return null;
    const grants = this.#merge(user);
    this.#grants.set(name, grants);
    return grants;
  }

  putUser(user: UserRecord): void {
    this.#users.set(user.name, user);
    this.#buffer.put(this.#key(Table.authUsers, user.name), encodeUser(user));
  }

  deleteUser(name: string): void {
    this.#users.delete(name);
    this.#buffer.delete(this.#key(Table.authUsers, name));
  }

  putRole(role: RoleRecord): void {
    this.#roles.set(role.name, role);
    this.#buffer.put(this.#key(Table.authRoles, role.name), encodeRole(role));
  }

  deleteRole(name: string): void {
    this.#roles.delete(name);
    this.#buffer.delete(this.#key(Table.authRoles, name));
  }

  /** Ends a change: it is a revision. */
  changed(): void {
    this.meta.revision++;
    this.#grants.clear();
  }

  /** A CRC32C over everything here. */
  digest(): number {
    const writer = new ByteWriter(1024);
    writer.flag(this.meta.enabled);
    writer.varint(this.meta.revision);
    for (const name of this.userNames()) {
      writeName(writer, name);
      writer.sized(encodeUser(this.#users.get(name) as UserRecord));
    }
    writer.byte(0);
    for (const name of this.roleNames()) {
      writeName(writer, name);
      writer.sized(encodeRole(this.#roles.get(name) as RoleRecord));
    }
    return crc32c(writer.view());
  }

  #merge(user: UserRecord): Grants {
    const read: KeyRange[] = [];
    const write: KeyRange[] = [];
    for (const name of user.roles) {
      for (const { type, key, rangeEnd } of this.#roles.get(name)?.permissions ?? []) {
        const range = keyRange(key, rangeEnd);
        if (type !== PermissionType.write) read.push(range);
        if (type !== PermissionType.read) write.push(range);
      }
    }
    return {
      isRoot: user.roles.includes(rootName),
      read: new PermissionSet(read),
      write: new PermissionSet(write),
    };
  }

  #load(table: Table, take: (name: string, value: Uint8Array) => void): void {
    const cursor = this.#buffer.cursor(
      tableStart(this.#generation, table),
      tableEnd(this.#generation, table),
    );
    while (cursor.next()) take(nameOf(plainPart(cursor.key)), cursor.value);
    cursor.close();
  }

  #key(table: Table, name: string): Uint8Array {
    return plainKey(this.#generation, table, nameBytes(name));
  }
}
