/**
 * `user add|delete|get|list|passwd|grant-role|revoke-role`.
 */

import {
  AuthRoleGetRequest,
  AuthUserAddRequest,
  AuthUserAddResponse,
  AuthUserChangePasswordRequest,
  AuthUserChangePasswordResponse,
  AuthUserDeleteRequest,
  AuthUserDeleteResponse,
  AuthUserGetRequest,
  AuthUserGetResponse,
  AuthUserGrantRoleRequest,
  AuthUserGrantRoleResponse,
  AuthUserListRequest,
  AuthUserListResponse,
  AuthUserRevokeRoleRequest,
  AuthUserRevokeRoleResponse,
  authService,
  UserAddOptions,
} from "@quorate/etcd-api";
import type { Command } from "commander";
import { showChange } from "./auth-output.ts";
import { defineCommand, defineGroup, refuseSurplus } from "./command-definition.ts";
import { badArguments } from "./command-failure.ts";
import type { CommandIo } from "./command-io.ts";
import { text, toggle } from "./flags.ts";
import { askNewPassword } from "./password-prompt.ts";
import { printRole } from "./role-commands.ts";

const service = authService.methods;

const interactive = toggle("ask at the terminal; false: read the password from standard input", {
  initial: true,
});

/** Adds the commands. */
export function addUserCommands(program: Command, io: CommandIo): void {
  const group = defineGroup(program, io, "user", "list and change users");
  addAdd(group, io);
  addDelete(group, io);
  addGet(group, io);
  addList(group, io);
  addPasswd(group, io);
  addGrantRole(group, io);
  addRevokeRole(group, io);
}

const addDetails = `Asks for a password, unless the name has one behind a colon, or a flag says otherwise. What is on the command line
can be seen by other users of the machine.`;

function addAdd(group: Command, io: CommandIo): void {
  defineCommand(group, io, {
    name: "add",
    usage: "<user name or user:password>",
    summary: "add a user",
    details: addDetails,
    examples: ["quorate user add alice", "quorate user add robot --no-password"],
    flags: {
      interactive,
      "new-user-password": text("password", "the password"),
      "no-password": toggle("a user that is known by its certificate only"),
    },
    async run({ args, flags }, { io, output, connect }) {
      const given = oneUser(args, "user add command");
      const colon = given.indexOf(":");
      const isSplit = !flags["no-password"] && flags["new-user-password"] === "" && colon >= 0;
      const name = isSplit ? given.slice(0, colon) : given;
      if (isSplit && name === "") throw badArguments("empty user name is not allowed.");
      let password = "";
      if (isSplit) password = given.slice(colon + 1);
      else if (flags["new-user-password"] !== "") password = flags["new-user-password"];
      else if (!flags["no-password"]) password = await askNewPassword(io, name, flags.interactive);
      const options = UserAddOptions.create({ noPassword: flags["no-password"] });
      const request = AuthUserAddRequest.create({ name, password, options });
      const response = await (await connect()).call(service.userAdd, request);
      showChange(output, AuthUserAddResponse, response, `User ${name} created`);
    },
  });
}

function addDelete(group: Command, io: CommandIo): void {
  defineCommand(group, io, {
    name: "delete",
    usage: "<user name>",
    summary: "delete a user",
    details: "Its tokens end at once.",
    examples: ["quorate user delete alice"],
    flags: {},
    async run({ args }, { output, connect }) {
      const name = oneUser(args, "user delete command");
      const request = AuthUserDeleteRequest.create({ name });
      const response = await (await connect()).call(service.userDelete, request);
      showChange(output, AuthUserDeleteResponse, response, `User ${name} deleted`);
    },
  });
}

function addGet(group: Command, io: CommandIo): void {
  defineCommand(group, io, {
    name: "get",
    usage: "<user name>",
    summary: "show the roles of a user",
    examples: ["quorate user get alice", "quorate user get alice --detail"],
    flags: { detail: toggle("also what the roles may do") },
    async run({ args, flags }, { output, connect }) {
      const name = oneUser(args, "user get command");
      const connection = await connect();
      const response = await connection.call(service.userGet, AuthUserGetRequest.create({ name }));
      if (!flags.detail) {
        output.showMessage(AuthUserGetResponse, response, {
          simple() {
            output.line(`User: ${name}`);
            output.line(["Roles:", ...response.roles].join(" "));
          },
        });
        return;
      }
      output.line(`User: ${name}`);
      for (const role of response.roles) {
        output.line("");
        printRole(output, role, await connection.call(service.roleGet, AuthRoleGetRequest.create({ role })));
      }
    },
  });
}

function addList(group: Command, io: CommandIo): void {
  defineCommand(group, io, {
    name: "list",
    usage: "",
    summary: "list all users",
    examples: ["quorate user list"],
    flags: {},
    async run({ args }, { output, connect }) {
      if (args.length > 0) throw badArguments("user list command requires no arguments.");
      const response = await (await connect()).call(service.userList, AuthUserListRequest.create());
      output.showMessage(AuthUserListResponse, response, {
        simple() {
          for (const user of response.users) output.line(user);
        },
      });
    },
  });
}

function addPasswd(group: Command, io: CommandIo): void {
  defineCommand(group, io, {
    name: "passwd",
    usage: "<user name>",
    summary: "change the password of a user",
    details: "Its tokens end at once.",
    examples: ["quorate user passwd alice", "quorate user passwd alice --interactive=false < file"],
    flags: { interactive },
    async run({ args, flags }, { io, output, connect }) {
      const name = oneUser(args, "user passwd command");
      const password = await askNewPassword(io, name, flags.interactive);
      const request = AuthUserChangePasswordRequest.create({ name, password });
      const response = await (await connect()).call(service.userChangePassword, request);
      showChange(output, AuthUserChangePasswordResponse, response, "Password updated");
    },
  });
}

function addGrantRole(group: Command, io: CommandIo): void {
  defineCommand(group, io, {
    name: "grant-role",
    usage: "<user name> <role name>",
    summary: "give a role to a user",
    examples: ["quorate user grant-role alice reader"],
    flags: {},
    async run({ args }, { output, connect }) {
      const { user, role } = userAndRole(args, "user grant command");
      const request = AuthUserGrantRoleRequest.create({ user, role });
      const response = await (await connect()).call(service.userGrantRole, request);
      showChange(output, AuthUserGrantRoleResponse, response, `Role ${role} is granted to user ${user}`);
    },
  });
}

function addRevokeRole(group: Command, io: CommandIo): void {
  defineCommand(group, io, {
    name: "revoke-role",
    usage: "<user name> <role name>",
    summary: "take a role from a user",
    examples: ["quorate user revoke-role alice reader"],
    flags: {},
    async run({ args }, { output, connect }) {
      const { user: name, role } = userAndRole(args, "user revoke-role");
      const request = AuthUserRevokeRoleRequest.create({ name, role });
      const response = await (await connect()).call(service.userRevokeRole, request);
      showChange(output, AuthUserRevokeRoleResponse, response, `Role ${role} is revoked from user ${name}`);
    },
  });
}

function oneUser(args: readonly string[], command: string): string {
  const [name] = args;
  const wanted = `${command} requires user name as its argument.`;
  if (name === undefined) throw badArguments(wanted);
  refuseSurplus(args, 1, wanted);
  return name;
}

function userAndRole(
  args: readonly string[],
  command: string,
): { readonly user: string; readonly role: string } {
  const [user, role] = args;
  const wanted = `${command} requires user name and role name as its argument.`;
  if (user === undefined || role === undefined) throw badArguments(wanted);
  refuseSurplus(args, 2, wanted);
  return { user, role };
}
