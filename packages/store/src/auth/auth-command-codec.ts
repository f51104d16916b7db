/**
 * Commands of authentication as bytes, and who asked for a command: parts of the store's command format.
 */

import type { ByteReader } from "../byte-reader.ts";
import type { ByteWriter } from "../byte-writer.ts";
import { StoreError } from "../store-error.ts";
import { type AuthCommand, type Principal, systemPrincipal } from "./auth-api.ts";
import { readName, writeName } from "./auth-name.ts";
import { readPermission, writePermission } from "./auth-records.ts";

/** Kinds on the wire, stable; 32 and above are authentication's. */
const Kind = {
  enable: 32,
  disable: 33,
  userAdd: 34,
  userDelete: 35,
  userChangePassword: 36,
  userGrantRole: 37,
  userRevokeRole: 38,
  roleAdd: 39,
  roleDelete: 40,
  roleGrantPermission: 41,
  roleRevokePermission: 42,
  authenticate: 43,
} as const;

/** Kinds of principals on the wire. */
const PrincipalKind = { system: 1, user: 2 } as const;

/** Whether a kind of command is one of {@link writeAuthCommand}'s. */
export function isAuthKind(kind: number): boolean {
  return kind >= Kind.enable && kind <= Kind.authenticate;
}

/** Whether a command is about authentication. */
export function isAuthCommand(command: { readonly kind: string }): command is AuthCommand {
  return command.kind.startsWith("auth-");
}

/** Writes kind and fields. */
export function writeAuthCommand(writer: ByteWriter, command: AuthCommand): void {
  switch (command.kind) {
    case "auth-enable":
      return writer.byte(Kind.enable);
    case "auth-disable":
      return writer.byte(Kind.disable);
    case "auth-user-add":
      writer.byte(Kind.userAdd);
      writeName(writer, command.name);
      writer.sized(command.passwordHash);
      return writer.flag(command.noPassword);
    case "auth-user-delete":
      writer.byte(Kind.userDelete);
      return writeName(writer, command.name);
    case "auth-user-change-password":
      writer.byte(Kind.userChangePassword);
      writeName(writer, command.name);
      return writer.sized(command.passwordHash);
    case "auth-user-grant-role":
      writer.byte(Kind.userGrantRole);
      writeName(writer, command.name);
      return writeName(writer, command.role);
    case "auth-user-revoke-role":
      writer.byte(Kind.userRevokeRole);
      writeName(writer, command.name);
      return writeName(writer, command.role);
    case "auth-role-add":
      writer.byte(Kind.roleAdd);
      return writeName(writer, command.name);
    case "auth-role-delete":
      writer.byte(Kind.roleDelete);
      return writeName(writer, command.name);
    case "auth-role-grant-permission":
      writer.byte(Kind.roleGrantPermission);
      writeName(writer, command.name);
      writer.flag(command.permission !== null);
      return command.permission === null ? undefined : writePermission(writer, command.permission);
    case "auth-role-revoke-permission":
      writer.byte(Kind.roleRevokePermission);
      writeName(writer, command.name);
      writer.sized(command.key);
      return writer.sized(command.rangeEnd);
    case "auth-authenticate":
      writer.byte(Kind.authenticate);
      writeName(writer, command.name);
      writer.varint(command.authRevision);
      return writer.sized(command.tokenDigest);
  }
}

/** Reads the fields of a command of a kind that {@link isAuthKind} knows. Throws `corrupt`. */
export function readAuthCommand(reader: ByteReader, kind: number): AuthCommand {
  switch (kind) {
    case Kind.enable:
      return { kind: "auth-enable" };
    case Kind.disable:
      return { kind: "auth-disable" };
    case Kind.userAdd:
      return {
        kind: "auth-user-add",
        name: readName(reader),
        passwordHash: reader.sized(),
        noPassword: reader.flag(),
      };
    case Kind.userDelete:
      return { kind: "auth-user-delete", name: readName(reader) };
    case Kind.userChangePassword:
      return { kind: "auth-user-change-password", name: readName(reader), passwordHash: reader.sized() };
    case Kind.userGrantRole:
      return { kind: "auth-user-grant-role", name: readName(reader), role: readName(reader) };
    case Kind.userRevokeRole:
      return { kind: "auth-user-revoke-role", name: readName(reader), role: readName(reader) };
    case Kind.roleAdd:
      return { kind: "auth-role-add", name: readName(reader) };
    case Kind.roleDelete:
      return { kind: "auth-role-delete", name: readName(reader) };
    case Kind.roleGrantPermission: {
      const name = readName(reader);
      return {
        kind: "auth-role-grant-permission",
        name,
        permission: reader.flag() ? readPermission(reader) : null,
      };
    }
    case Kind.roleRevokePermission:
      return {
        kind: "auth-role-revoke-permission",
        name: readName(reader),
        key: reader.sized(),
        rangeEnd: reader.sized(),
      };
    case Kind.authenticate:
      return {
        kind: "auth-authenticate",
        name: readName(reader),
        authRevision: reader.varint(),
        tokenDigest: reader.sized(),
      };
    default:
      throw new StoreError("corrupt", `${kind} is no command of authentication`);
  }
}

export function writePrincipal(writer: ByteWriter, principal: Principal): void {
  if (principal.kind === "system") return writer.byte(PrincipalKind.system);
  writer.byte(PrincipalKind.user);
  writeName(writer, principal.name);
  writer.varint(principal.authRevision);
}

/** Throws `corrupt`, or `format` for a kind that a newer program may know. */
export function readPrincipal(reader: ByteReader): Principal {
  const kind = reader.byte();
  if (kind === PrincipalKind.system) return systemPrincipal;
  if (kind !== PrincipalKind.user)
    throw new StoreError("format", `a command was asked for by ${kind}, which is unknown`);
  return { kind: "user", name: readName(reader), authRevision: reader.varint() };
}
