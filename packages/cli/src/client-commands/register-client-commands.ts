/**
 * The client commands of `quorate`, in the manner of etcdctl: the one door of this folder.
 */

import type { Command } from "commander";
import { addAuthCommands } from "./auth-commands.ts";
import { addCheckCommands } from "./check-commands.ts";
import { prepareProgram } from "./command-definition.ts";
import { type CommandIo, processIo } from "./command-io.ts";
import { addElectCommand } from "./elect-command.ts";
import { addEndpointCommands } from "./endpoint-commands.ts";
import { addKvCommands } from "./kv-commands.ts";
import { addLeaseCommands } from "./lease-commands.ts";
import { addLockCommand } from "./lock-command.ts";
import { addMaintenanceCommands } from "./maintenance-commands.ts";
import { addMemberCommands } from "./member-commands.ts";
import { addRoleCommands } from "./role-commands.ts";
import { addSnapshotCommands } from "./snapshot-commands.ts";
import { addExportCommand } from "./transfer/export-command.ts";
import { addImportCommand } from "./transfer/import-command.ts";
import { addTxnCommand } from "./txn-command.ts";
import { addUserCommands } from "./user-commands.ts";
import { addWatchCommand } from "./watch-command.ts";

/**
 * Adds the commands to the program, with the connection's flags in front of them.
 *
 * It turns on the program's positional options, so that flags behind a command's name belong to that command alone.
 */
export function registerClientCommands(program: Command, io: CommandIo = processIo()): void {
  prepareProgram(program);
  program.commandsGroup("Client commands:");
  addKvCommands(program, io);
  addTxnCommand(program, io);
  addWatchCommand(program, io);
  addLeaseCommands(program, io);
  addLockCommand(program, io);
  addElectCommand(program, io);
  addMemberCommands(program, io);
  addEndpointCommands(program, io);
  addMaintenanceCommands(program, io);
  addSnapshotCommands(program, io);
  addUserCommands(program, io);
  addRoleCommands(program, io);
  addAuthCommands(program, io);
  addExportCommand(program, io);
  addImportCommand(program, io);
  addCheckCommands(program, io);
  program.commandsGroup("");
}
