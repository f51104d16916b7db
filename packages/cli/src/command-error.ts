/**
 * The error that a command ends with: one line for people and an exit code. Anything else that is thrown is a bug, and is
 * shown with its stack.
 */

import { ExitCode } from "./exit-code.ts";

/** See the module. The message says what is wrong and what to do, on one line. */
export class CommandError extends Error {
  readonly exitCode: ExitCode;

  constructor(exitCode: ExitCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "CommandError";
    this.exitCode = exitCode;
  }
}

/** A mistake in the command itself. */
export function usageError(message: string): CommandError {
  return new CommandError(ExitCode.usage, message);
}

/** Something in the world that keeps the command from doing what it was told. */
export function failure(message: string, options?: ErrorOptions): CommandError {
  return new CommandError(ExitCode.failure, message, options);
}
