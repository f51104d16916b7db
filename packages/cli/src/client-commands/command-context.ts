/**
 * What a running command works with: the connection, made when first asked for, and the output.
 */

import { CommandFailure, clientExitCode, messageOf } from "./command-failure.ts";
import type { CommandIo } from "./command-io.ts";
import type { Connection } from "./connection.ts";
import { type ConnectionFlags, type ConnectionSettings, readConnectionSettings } from "./connection-flags.ts";
import { Output, parseOutputFormat } from "./output/output.ts";
import { askPassword } from "./password-prompt.ts";

/** See the module. */
export type CommandContext = {
  readonly io: CommandIo;
  readonly settings: ConnectionSettings;
  readonly output: Output;
  /** The connection to all endpoints. */
  readonly connect: () => Promise<Connection>;
  /** A connection to some endpoints only; closed with the others. */
  readonly connectTo: (endpoints: readonly string[]) => Promise<Connection>;
  readonly close: () => Promise<void>;
};

/** A context from the flags. Throws {@link CommandFailure} if they make no sense. */
export function createContext(io: CommandIo, flags: ConnectionFlags): CommandContext {
  const settings = readConnectionSettings(flags);
  const output = new Output(io.stdout, parseOutputFormat(flags["write-out"]), flags.hex);
  const log = flags.debug ? (line: string): void => void io.stderr.write(`debug: ${line}\n`) : null;
  const open: Connection[] = [];
  let user: Promise<{ readonly name: string; readonly password: string } | null> | null = null;
  let shared: Promise<Connection> | null = null;
  const connectTo = async (endpoints: readonly string[]): Promise<Connection> => {
    user ??= completeUser(settings, io);
    // Loaded late: a mistake in the command and its help need no network.
    const { openConnection } = await import("./connection.ts");
    const connection = openConnection({ ...settings, endpoints, user: await user, log });
    open.push(connection);
    return connection;
  };
  return {
    io,
    settings,
    output,
    connect: () => (shared ??= connectTo(settings.endpoints)),
    connectTo,
    async close() {
      await Promise.all(open.map((connection) => connection.close()));
    },
  };
}

async function completeUser(
  settings: ConnectionSettings,
  io: CommandIo,
): Promise<{ readonly name: string; readonly password: string } | null> {
  if (settings.user === null) return null;
  const { name, password } = settings.user;
  return { name, password: password ?? (await askPassword(io, "Password: ")) };
}

/** Says why a command failed, and sets its exit code. What nobody foresaw is shown with its stack. */
export function reportFailure(io: CommandIo, error: unknown): void {
  const exitCode = error instanceof CommandFailure ? error.exitCode : exitCodeOf(error);
  const isForeseen = error instanceof CommandFailure || isClientError(error) || isSystemError(error);
  const message = isForeseen || !(error instanceof Error) ? messageOf(error) : (error.stack ?? error.message);
  if (message !== "") io.stderr.write(`Error: ${message}\n`);
  io.setExitCode(exitCode);
}

/** As with etcdctl, who cannot log in has no connection. */
function exitCodeOf(error: unknown): number {
  const isRefusedLogin =
    isClientError(error) && error.message.includes("authentication failed, invalid user ID");
  return isRefusedLogin ? clientExitCode.badConnection : clientExitCode.failure;
}

/** By its name, so that the client need not be loaded to know it. */
function isClientError(error: unknown): error is Error {
  return error instanceof Error && error.name === "ClientError";
}

function isSystemError(error: unknown): boolean {
  return error instanceof Error && "syscall" in error;
}
