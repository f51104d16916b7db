/**
 * How a client command ends when it does not end well: one line and one of etcdctl's exit codes.
 */

/** etcdctl's exit codes: scripts test them. */
export const clientExitCode = {
  ok: 0,
  /** The cluster refused, or did not answer in time. */
  failure: 1,
  /** There is nothing to connect to. */
  badConnection: 2,
  /** What was read from standard input is wrong. */
  badInput: 3,
  /** A flag's value names something that there is not. */
  badFeature: 4,
  /** A wait or a transfer was broken off. */
  interrupted: 5,
  /** A file or stream could not be read or written. */
  io: 6,
  /** Ended by Ctrl-C, as a shell tells it: 128 + SIGINT. */
  signalled: 130,
  /** Arguments that are missing, too many or wrong. */
  badArguments: 128,
} as const;

export type ClientExitCode = (typeof clientExitCode)[keyof typeof clientExitCode];

/** Ends a command. The message is one line that names the input and the remedy; empty if all has been said. */
export class CommandFailure extends Error {
  readonly exitCode: number;

  constructor(exitCode: number, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "CommandFailure";
    this.exitCode = exitCode;
  }
}

/** Arguments that are missing, too many or wrong. */
export function badArguments(message: string): CommandFailure {
  return new CommandFailure(clientExitCode.badArguments, message);
}

/** A flag's value that names something that there is not. */
export function badFeature(message: string): CommandFailure {
  return new CommandFailure(clientExitCode.badFeature, message);
}

/** Something in a script or a file that cannot be read as what it should be. */
export function badInput(message: string): CommandFailure {
  return new CommandFailure(clientExitCode.badInput, message);
}

/** What was thrown, on one line. */
export function messageOf(cause: unknown): string {
  const text = cause instanceof Error ? cause.message : String(cause);
  return text.trim().replaceAll(/\s*\n\s*/g, "; ");
}
