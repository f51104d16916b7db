/**
 * `auth enable|disable|status`.
 */

import {
  AuthDisableRequest,
  AuthEnableRequest,
  AuthRoleAddRequest,
  AuthStatusRequest,
  AuthStatusResponse,
  AuthUserGrantRoleRequest,
  authService,
} from "@quorate/etcd-api";
import type { Command } from "commander";
import { defineCommand, defineGroup } from "./command-definition.ts";
import { badArguments } from "./command-failure.ts";
import type { CommandIo } from "./command-io.ts";
import type { Connection } from "./connection.ts";
import { printHeaderFields } from "./output/header-output.ts";

const service = authService.methods;
const rootName = "root";

/** Adds the commands. */
export function addAuthCommands(program: Command, io: CommandIo): void {
  const group = defineGroup(program, io, "auth", "switch authentication on and off");
  addEnable(group, io);
  addDisable(group, io);
  addStatus(group, io);
}

const enableDetails = `From then on everybody has to be a user, and may do what its roles say. There must be a user root; it gets the role root
if it does not have it.`;

function addEnable(group: Command, io: CommandIo): void {
  defineCommand(group, io, {
    name: "enable",
    usage: "",
    summary: "switch authentication on",
    details: enableDetails,
    examples: ["quorate user add root", "quorate auth enable"],
    flags: {},
    async run({ args }, { output, connect }) {
      refuseArguments(args, "enable");
      const connection = await connect();
      await connection.call(service.authEnable, AuthEnableRequest.create()).catch(async (error: unknown) => {
        if (!isRootWithoutRole(error)) throw error;
        await giveRoot(connection);
        await connection.call(service.authEnable, AuthEnableRequest.create());
      });
      output.line("Authentication Enabled");
    },
  });
}

/** Makes the role, if it is not there, and gives it to the user. */
async function giveRoot(connection: Connection): Promise<void> {
  await connection
    .call(service.roleAdd, AuthRoleAddRequest.create({ name: rootName }))
    .catch((error: unknown) => {
      if (!(error instanceof Error) || !error.message.includes("role name already exists")) throw error;
    });
  const grant = AuthUserGrantRoleRequest.create({ user: rootName, role: rootName });
  await connection.call(service.userGrantRole, grant);
}

function isRootWithoutRole(error: unknown): boolean {
  return error instanceof Error && error.message.includes("root user does not have root role");
}

function addDisable(group: Command, io: CommandIo): void {
  defineCommand(group, io, {
    name: "disable",
    usage: "",
    summary: "switch authentication off",
    details: "Everybody may do everything then. Users and roles stay.",
    examples: ["quorate auth disable --user root"],
    flags: {},
    async run({ args }, { output, connect }) {
      refuseArguments(args, "disable");
      await (await connect()).call(service.authDisable, AuthDisableRequest.create());
      output.line("Authentication Disabled");
    },
  });
}

function addStatus(group: Command, io: CommandIo): void {
  defineCommand(group, io, {
    name: "status",
    usage: "",
    summary: "whether authentication is on",
    examples: ["quorate auth status"],
    flags: {},
    async run({ args }, { output, connect }) {
      refuseArguments(args, "status");
      const response = await (await connect()).call(service.authStatus, AuthStatusRequest.create());
      output.showMessage(AuthStatusResponse, response, {
        simple() {
          output.line(`Authentication Status: ${response.enabled}`);
          output.line(`AuthRevision: ${response.authRevision}`);
        },
        fields() {
          printHeaderFields(output, response.header);
          output.field("Enabled", response.enabled);
          output.field("AuthRevision", response.authRevision);
        },
      });
    },
  });
}

function refuseArguments(args: readonly string[], command: string): void {
  if (args.length > 0)
    throw badArguments(`auth ${command} command does not accept any arguments; leave out "${args[0]}"`);
}
