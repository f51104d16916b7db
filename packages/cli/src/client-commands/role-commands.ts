/**
 * `role add|delete|get|list|grant-permission|revoke-permission`.
 */

import {
  AuthRoleAddRequest,
  AuthRoleAddResponse,
  AuthRoleDeleteRequest,
  AuthRoleDeleteResponse,
  AuthRoleGetRequest,
  AuthRoleGetResponse,
  AuthRoleGrantPermissionRequest,
  AuthRoleGrantPermissionResponse,
  AuthRoleListRequest,
  AuthRoleListResponse,
  AuthRoleRevokePermissionRequest,
  AuthRoleRevokePermissionResponse,
  authService,
  Permission,
} from "@quorate/etcd-api";
import type { Command } from "commander";
import { showChange } from "./auth-output.ts";
import { defineCommand, defineGroup, refuseSurplus } from "./command-definition.ts";
import { badArguments } from "./command-failure.ts";
import type { CommandIo } from "./command-io.ts";
import { toggle } from "./flags.ts";
import { quote } from "./output/go-text.ts";
import { printHeaderFields } from "./output/header-output.ts";
import type { Output } from "./output/output.ts";
import {
  isPrefix,
  permissionRange,
  permissionType,
  permissionTypeName,
  permits,
  rangeKind,
} from "./permission-arguments.ts";

const service = authService.methods;

const rangeFlags = {
  prefix: toggle("all keys that begin with the key"),
  "from-key": toggle("all keys from the key on"),
};

/** Adds the commands. */
export function addRoleCommands(program: Command, io: CommandIo): void {
  const group = defineGroup(program, io, "role", "list and change roles");
  addAdd(group, io);
  addDelete(group, io);
  addGet(group, io);
  addList(group, io);
  addGrant(group, io);
  addRevoke(group, io);
}

function addAdd(group: Command, io: CommandIo): void {
  defineCommand(group, io, {
    name: "add",
    usage: "<role name>",
    summary: "add a role",
    examples: ["quorate role add reader"],
    flags: {},
    async run({ args }, { output, connect }) {
      const name = oneRole(args, "add");
      const response = await (await connect()).call(service.roleAdd, AuthRoleAddRequest.create({ name }));
      showChange(output, AuthRoleAddResponse, response, `Role ${name} created`);
    },
  });
}

function addDelete(group: Command, io: CommandIo): void {
  defineCommand(group, io, {
    name: "delete",
    usage: "<role name>",
    summary: "delete a role, and take it from all users",
    examples: ["quorate role delete reader"],
    flags: {},
    async run({ args }, { output, connect }) {
      const role = oneRole(args, "delete");
      const request = AuthRoleDeleteRequest.create({ role });
      const response = await (await connect()).call(service.roleDelete, request);
      showChange(output, AuthRoleDeleteResponse, response, `Role ${role} deleted`);
    },
  });
}

function addGet(group: Command, io: CommandIo): void {
  defineCommand(group, io, {
    name: "get",
    usage: "<role name>",
    summary: "show what a role may do",
    examples: ["quorate role get reader"],
    flags: {},
    async run({ args }, { output, connect }) {
      const role = oneRole(args, "get");
      const response = await (await connect()).call(service.roleGet, AuthRoleGetRequest.create({ role }));
      output.showMessage(AuthRoleGetResponse, response, {
        simple: () => printRole(output, role, response),
        fields() {
          printHeaderFields(output, response.header);
          for (const { permType, key, rangeEnd } of response.perm) {
            // With two spaces, as etcdctl has it.
            output.field("PermType", ` ${permissionTypeName(permType)}`);
            output.field("Key", quote(key));
            output.field("RangeEnd", quote(rangeEnd));
          }
        },
      });
    },
  });
}

function addList(group: Command, io: CommandIo): void {
  defineCommand(group, io, {
    name: "list",
    usage: "",
    summary: "list all roles",
    examples: ["quorate role list"],
    flags: {},
    async run({ args }, { output, connect }) {
      if (args.length > 0) throw badArguments("role list command requires no arguments.");
      const response = await (await connect()).call(service.roleList, AuthRoleListRequest.create());
      output.showMessage(AuthRoleListResponse, response, {
        simple() {
          for (const role of response.roles) output.line(role);
        },
        fields() {
          printHeaderFields(output, response.header);
          output.line(['"Roles" :', ...response.roles.map((role) => quote(role))].join(" "));
        },
      });
    },
  });
}

const grantDetails = `The permission is read, write or readwrite; the keys are one, those from a key up to another, those with a prefix or those
from a key on. A permission on exactly the same keys is replaced.`;

function addGrant(group: Command, io: CommandIo): void {
  defineCommand(group, io, {
    name: "grant-permission",
    usage: "<role name> <permission type> <key> [endkey]",
    summary: "let a role read or write keys",
    details: grantDetails,
    examples: ["quorate role grant-permission reader read app/ --prefix"],
    flags: rangeFlags,
    async run({ args, flags }, { output, connect }) {
      const wanted =
        "role grant command requires role name, permission type, and key [endkey] as its argument.";
      const [name, type, ...keys] = args;
      if (name === undefined || type === undefined || keys.length === 0) throw badArguments(wanted);
      refuseSurplus(args, 4, wanted);
      const permType = permissionType(type);
      const perm = Permission.create({ permType, ...permissionRange(keys, flags) });
      const request = AuthRoleGrantPermissionRequest.create({ name, perm });
      const response = await (await connect()).call(service.roleGrantPermission, request);
      showChange(output, AuthRoleGrantPermissionResponse, response, `Role ${name} updated`);
    },
  });
}

function addRevoke(group: Command, io: CommandIo): void {
  defineCommand(group, io, {
    name: "revoke-permission",
    usage: "<role name> <key> [endkey]",
    summary: "take from a role what it may do with keys",
    details: "The keys are to be named as they were when the permission was given.",
    examples: ["quorate role revoke-permission reader app/ --prefix"],
    flags: rangeFlags,
    async run({ args, flags }, { output, connect }) {
      const wanted = "role revoke-permission command requires role name and key [endkey] as its argument.";
      const [role, ...keys] = args;
      if (role === undefined || keys.length === 0) throw badArguments(wanted);
      refuseSurplus(args, 3, wanted);
      const range = permissionRange(keys, flags);
      const request = AuthRoleRevokePermissionRequest.create({ role, ...range });
      const response = await (await connect()).call(service.roleRevokePermission, request);
      // The key as it was given, even where an empty one stands for another.
      const [key = ""] = keys;
      const what = {
        key: ["key ", key],
        open: ["range [", key, ", <open ended>"],
        range: ["range [", key, ", ", range.rangeEnd, ")"],
      }[rangeKind(range)];
      output.showMessage(AuthRoleRevokePermissionResponse, response, {
        simple: () => output.line("Permission of ", ...what, ` is revoked from role ${role}`),
        fields: () => printHeaderFields(output, response.header),
      });
    },
  });
}

/** A role as etcdctl shows it. */
export function printRole(output: Output, role: string, { perm }: AuthRoleGetResponse): void {
  output.line(`Role ${role}`);
  for (const access of ["read", "write"] as const) {
    output.line(access === "read" ? "KV Read:" : "KV Write:");
    for (const permission of perm) if (permits(permission, access)) printRange(output, permission);
  }
}

function printRange(output: Output, permission: Permission): void {
  const { key, rangeEnd } = permission;
  const kind = rangeKind(permission);
  if (kind === "key") output.line("\t", key);
  else if (kind === "open") output.line("\t[", key, ", <open ended>");
  else if (isPrefix(permission)) output.line("\t[", key, ", ", rangeEnd, ") (prefix ", key, ")");
  else output.line("\t[", key, ", ", rangeEnd, ")");
}

function oneRole(args: readonly string[], command: string): string {
  const [name] = args;
  const wanted = `role ${command} command requires role name as its argument.`;
  if (name === undefined) throw badArguments(wanted);
  refuseSurplus(args, 1, wanted);
  return name;
}
